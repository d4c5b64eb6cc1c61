"""The conclusion of one session (plan III.7): drafted by the team, signed by its leader or his delegate."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, render_template

from services.inspections import reading
from services.inspections.answer_reading import adjustments_of
from services.inspections.api.drafting import DRAFTING
from services.inspections.deciding.adjusting import present, shown
from services.inspections.deciding.asking import book_of, open_unit, round_of
from services.inspections.held import Said, concluded
from services.inspections.kept import conclusion_drafts
from services.inspections.kept.conclusion_drafts import Kept
from services.inspections.known import at_stage
from services.inspections.pages.links import command, to
from services.inspections.pages.session import Sight, sight_of
from shared.database import read_transaction
from shared.events import Event
from shared.ledger.merkle import leaf_hash
from shared.rulebook import number
from shared.web.hats import Hat, hats
from shared.web.runtime import runtime

SIGNING = "inspections.sign_conclusion"
AMENDING = "inspections.amend_conclusion"
DELEGATING = "inspections.delegate_conclusion"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion with its points in the unit's row now, as decimal strings; None where there are none.

    ``official``: what ``scorer`` gave.  ``effective``: what counts.
    """

    id: str
    label: str
    max: str
    scorer: str
    own: str | None
    official: str | None
    effective: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A signed fact of the conclusion: ``leaf`` is its hash in the ledger, in hex."""

    said: Said
    leaf: str


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/conclusion/<unit>", "conclusion", conclusion)


def conclusion(org: str, cycle: str, unit: str) -> str:
    """Before the signature the team's draft, shown to the team alone; afterwards what stands, and who may
    change it."""
    found = sight_of(org, cycle, unit)
    ledger = found.seen.reader.ledger
    with read_transaction(runtime().engine) as connection:
        told = list(reading.events_of(connection, ledger.ledger, unit))
        draft = conclusion_drafts.draft_of(connection, ledger.ledger, unit)
    signing, amending = _hats(found, SIGNING), _hats(found, AMENDING)
    principal = found.seen.reader.principal
    delegate = found.visit.record.delegate
    delegated = principal is not None and principal.sub == delegate
    signs = tuple(hat for hat in signing if delegated or hat.name.startswith("team_leader@"))
    team, others = _criteria(found, own=True), _criteria(found, own=False)
    standing = concluded(found.session.conclusions)
    return render_template(
        "inspections/conclusion.html",
        frame=found.seen,
        found=found,
        unit=unit,
        visit=found.visit,
        slot=found.slot,
        people=found.people,
        zone=ledger.timezone,
        in_team=bool(signing),
        drafts=_hats(found, DRAFTING),
        signs=signs,
        delegated=delegated and not any(hat.name.startswith("team_leader@") for hat in signing),
        delegation=_delegation(told),
        delegating=_hats(found, DELEGATING),
        members=_members(found),
        about={
            "draft": _draft(draft) if signing else None,
            "criteria": [asdict(one) for one in others],
            "people": found.people,
        },
        kept=draft,
        team_criteria=team,
        criteria={one.id: one for one in (*team, *others)},
        step=number.show(book_of(found.known).number.step, 0),
        models=found.session.models,
        standing=standing,
        receipts=[Receipt(one, leaf_hash(one.value).hex()) for one in found.session.conclusions],
        adjustments=adjustments_of(found.state, found.known, told, unit, found.now)[0],
        amending=amending if standing and not round_of(found.state, found.slot).closed else (),
        command=lambda path: command(found.seen, path),
        to=lambda page, **about: to(found.seen, page, **about),
    )


def _hats(found: Sight, operation: str) -> tuple[Hat, ...]:
    return hats(found.seen.reader.grants, operation, found.target)


def _criteria(found: Sight, *, own: bool) -> list[Criterion]:
    """The criteria of the unit's area that the team scores itself, or all the others, as the rulebook has
    them."""
    book, unit = book_of(found.known), open_unit(found.known, found.visit.unit)
    rows = []
    for leaf in book.leaves:
        if unit.area not in leaf.max or (leaf.stage == "inspection") is not own:
            continue
        now = present(book, unit, leaf)
        rows.append(
            Criterion(
                leaf.id,
                leaf.label,
                number.shortest(leaf.max[unit.area]),
                found.bodies.name(found.bodies.assigned.get(leaf.id, leaf.owner)),
                now["from_self"],
                shown(at_stage(book, unit, leaf, leaf.stage)),
                now["from_effective"],
            )
        )
    return rows


def _draft(kept: Kept) -> dict[str, Any]:
    """The draft as its API tells it."""
    return {
        "version": kept.version,
        "edited_at": kept.edited_at,
        "edited_by": kept.edited_by,
        "draft": dict(kept.content),
    }


def _delegation(told: list[Event]) -> Event | None:
    """The newest delegation."""
    return next((event for event in reversed(told) if event.type == "conclusion.delegated.v1"), None)


def _members(found: Sight) -> list[tuple[str, str]]:
    """Who may be delegated: everybody in the team but its leader."""
    team = found.state.teams.get(found.slot.team)
    return [(one["person"], one["name"]) for one in (team.members if team else ()) if one["role"] != "leader"]
