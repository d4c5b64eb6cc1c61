"""What was published, the gate before the next version, and each version as it was published."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template

from services.ranking.desk import View, desk, pinned_body, shown_at, superseded_by, view
from services.ranking.pages.acting import hats
from services.ranking.pages.alarms import told_alarms
from services.ranking.pages.answers import private
from services.ranking.pages.frame import address, frame
from services.ranking.projections import Publication
from services.ranking.publication.gate import OFFICIAL, UNOFFICIAL, Blocker, Gate
from services.ranking.publication.passage import passage_seen
from services.ranking.publication.reward_list import reward_list, workbook
from services.ranking.view import count, local_time, number
from shared.database import read_transaction
from shared.web.i18n import language, tr
from shared.web.problem_types import problem_type


@dataclass(frozen=True, slots=True)
class Version:
    """One version as the list shows it."""

    number: int
    official: bool
    when: str
    position: str
    complete: str
    digest: str
    holds: bool
    superseded_by: int | None
    reason: str
    page: str
    rewards: str
    difference: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A blocker or a warning in the page's language, with its page and what it is about as links.

    ``advice``: what to do about it, "" for a warning.
    """

    words: str
    advice: str
    href: str
    items: tuple[tuple[str, str], ...]
    more: int


def register(pages: Blueprint) -> None:
    """Register the list of publications, with the gate, and each version."""

    @pages.get("/<org>/<cycle>/publications")
    def publications(org: str, cycle: str) -> Response:
        """Versions, newest first; for those who see everything, the gate; for those who may, the form."""
        seen = view(org, cycle)
        versions = [_version(seen, one) for one in reversed(seen.publications)]
        gates: dict[str, tuple[list[Obstacle], list[Obstacle]]] = {}
        unacknowledged: list[tuple[str, str]] = []
        shown = None
        if seen.audience.everything:
            shown = shown_at(seen, seen.size)
            with read_transaction(desk().engine) as connection:
                for status in (UNOFFICIAL, OFFICIAL):
                    found = passage_seen(connection, seen, shown, status)
                    gates[status] = _obstacles(seen, found)
            unacknowledged = _unacknowledged(found)
        return private(
            render_template(
                "ranking/publications.html",
                frame=frame(seen, "publications", shown),
                versions=versions,
                alarms=told_alarms(seen),
                gates=gates,
                shown=shown,
                next_version=len(versions) + 1,
                open_for_one=any(not blockers for blockers, _ in gates.values()),
                unacknowledged=unacknowledged,
                round_closed=seen.state.round is not None,
                inspections=f"/inspections/{seen.ledger}/",
                hats=hats(seen, "ranking.publish"),
                acknowledging=hats(seen, "ranking.acknowledge"),
                api=f"/ranking/v1/{seen.ledger}",
            )
        )

    @pages.get("/<org>/<cycle>/publications/<int:version>")
    def publication(org: str, cycle: str, version: int) -> Response:
        """One version as it was published, open to everybody."""
        seen = view(org, cycle)
        found, body = pinned_body(seen, version)
        rulebook = seen.history.state_at(found.position).rulebook
        assert rulebook is not None  # nothing is published without one
        rewards = workbook(reward_list(seen, found, body))
        return private(
            render_template(
                "ranking/publication.html",
                frame=frame(seen, "publications"),
                version=_version(seen, found),
                pins=found,
                body=body,
                rewards_hash=f"sha256:{hashlib.sha256(rewards).hexdigest()}",
                illustrative=body["status"] == "illustrative",
                classes={one.id: (place, one.label) for place, one in enumerate(rulebook.classes)},
                number=lambda text: number(text, language()),
            )
        )


def _version(seen: View, publication: Publication) -> Version:
    zone = ZoneInfo(seen.reader.ledger.timezone)
    before = next((one for one in reversed(seen.publications) if one.version < publication.version), None)
    _, body = pinned_body(seen, publication.version)
    api = f"/ranking/v1/{seen.ledger}/publications/{publication.version}"
    return Version(
        number=publication.version,
        official=publication.status == OFFICIAL,
        when=local_time(publication.time, zone),
        position=count(publication.position, language()),
        complete=f"{body['provisional']['complete']}/{body['provisional']['units']}",
        digest=publication.digest,
        holds=publication.holds,
        superseded_by=superseded_by(seen, publication),
        reason=seen.book.reason_of(publication.version) or "",
        page=address(seen.ledger, f"publications/{publication.version}"),
        rewards=f"{api}/reward-list.xlsx",
        difference=""
        if before is None
        else address(
            seen.ledger, "compare", **{"from": before.position, "to": publication.position, "at": None}
        ),
    )


def _obstacles(seen: View, gate: Gate) -> tuple[list[Obstacle], list[Obstacle]]:
    blockers = []
    for one in gate.blockers:
        kind = problem_type(one.code)
        blockers.append(_obstacle(seen, one, tr(kind.advice, kind.advice_en)))
    return blockers, [_obstacle(seen, one, "") for one in gate.warnings]


def _unacknowledged(gate: Gate) -> list[tuple[str, str]]:
    """Field of the acknowledgement (event, noise) and value, for each record that somebody has to look at."""
    fields = {"not-understood": "event", "noise": "noise"}
    return [(fields[one.code], item) for one in gate.blockers if one.code in fields for item in one.items]


def _obstacle(seen: View, blocker: Blocker, advice: str) -> Obstacle:
    shown = blocker.items[:12]
    return Obstacle(
        words=tr(blocker.vi, blocker.en),
        advice=advice,
        href=address(seen.ledger, blocker.link),
        items=tuple((item, _place(seen, item)) for item in shown),
        more=len(blocker.items) - len(shown),
    )


def _place(seen: View, item: str) -> str:
    """Where an item of a blocker is seen: a unit's page, or the standings at a position; else nowhere."""
    if item in seen.state.units:
        return address(seen.ledger, f"units/{item}")
    return address(seen.ledger, "", at=int(item) + 1) if item.isdigit() else ""
