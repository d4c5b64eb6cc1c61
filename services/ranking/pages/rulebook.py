"""The rulebook in force, in words, for everybody; how it came to be in force, and what amendments changed."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request

from services.ranking.adoptions import Adopted, adoptions
from services.ranking.desk import Moment, View, asked_position, desk, state_at, view
from services.ranking.pages.answers import private, redirect_to
from services.ranking.pages.frame import address, frame
from services.ranking.presenting import owner_words
from services.ranking.rules.amended import Change, changes
from services.ranking.rules.phrases import code_words
from services.ranking.rules.sheet import rulebook_sheet
from services.ranking.view import count, local_time
from shared.database import read_transaction
from shared.rulebook import Rulebook
from shared.web.i18n import language, tr
from shared.web.problems import Problem


@dataclass(frozen=True, slots=True)
class AdoptionLine:
    """One adoption: when, which version, how it treats what was scored before, and its differences."""

    version: str
    digest: str
    position: str
    when: str
    mode: str
    decision: str
    page: str
    difference: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One difference of two versions in the page's language; ``old``, ``new``: None where there is none."""

    about: str
    what: str
    anchor: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Amendment:
    """Two versions and every difference between them."""

    before: str
    after: str
    lines: tuple[ChangeLine, ...]


def register(pages: Blueprint) -> None:
    """Register the rulebook's page on ``pages``."""

    @pages.get("/<org>/<cycle>/rulebook")
    def rulebook(org: str, cycle: str) -> Response:
        """The rulebook at ``?at=``, narrowed by ``?area=``; ``?from=VERSION`` shows what changed since."""
        seen = view(org, cycle)
        position = asked_position(seen, request.args.get("at"))
        if isinstance(position, Moment):
            return redirect_to(address(seen.ledger, "rulebook", at=position.position))
        state = state_at(seen, seen.size if position is None else position)
        with read_transaction(desk().engine) as connection:
            found = adoptions(connection, seen.ledger, state)
        rules, names = state.rulebook, seen.book.names(state)
        area = _area(rules)
        return private(
            render_template(
                "ranking/rulebook.html",
                frame=frame(seen, "rulebook"),
                rules=None
                if rules is None
                else rulebook_sheet(
                    rules, lambda code: owner_words(code, names, language()), language(), area
                ),
                area=area,
                tabs=[] if rules is None else _tabs(seen, rules),
                adoptions=[_adoption(seen, one, found) for one in reversed(found)],
                amendment=_amendment(found),
                position=count(state.size, language()),
                past=position is not None and position < seen.size,
                address=lambda path, **query: address(seen.ledger, path, **query),
            )
        )


def _area(rules: Rulebook | None) -> str:
    asked = request.args.get("area", "")
    return asked if rules is not None and asked in rules.area else ""


def _tabs(seen: View, rules: Rulebook) -> list[tuple[str, str, str]]:
    """Code, words and address of each area, all areas first."""
    return [
        ("", tr("Mọi khu vực", "All areas"), address(seen.ledger, "rulebook")),
        *((one.id, one.label, address(seen.ledger, "rulebook", area=one.id)) for one in rules.areas),
    ]


def _adoption(seen: View, one: Adopted, every: tuple[Adopted, ...]) -> AdoptionLine:
    place = every.index(one)
    version = one.rulebook.identity.version
    return AdoptionLine(
        version=version,
        digest=one.rulebook.digest,
        position=count(one.position, language()),
        when=local_time(one.time, ZoneInfo(seen.reader.ledger.timezone)),
        mode="" if one.mode is None else code_words(one.mode).in_(language()),
        decision=one.decision,
        page=address(seen.ledger, "rulebook", at=one.position + 1),
        difference=""
        if place == 0
        else address(
            seen.ledger,
            "rulebook#amendment",
            at=one.position + 1,
            **{"from": every[place - 1].rulebook.identity.version},
        ),
        in_force=one is every[-1],
    )


def _amendment(every: tuple[Adopted, ...]) -> Amendment | None:
    """What the rulebook in force changes in the version asked for; without one, in the version before."""
    if len(every) < 2:
        return None
    asked = request.args.get("from")
    before = every[-2]
    if asked is not None:
        known = [one for one in every if one.rulebook.identity.version == asked]
        if not known:
            raise Problem("unknown-rulebook-version")
        before = known[-1]
    after = every[-1]
    return Amendment(
        before.rulebook.identity.version,
        after.rulebook.identity.version,
        tuple(_change(one) for one in changes(before.rulebook, after.rulebook)),
    )


def _change(one: Change) -> ChangeLine:
    return ChangeLine(
        about=one.about.in_(language()),
        what=one.what.in_(language()),
        anchor=one.anchor,
        old=None if one.old is None else one.old.in_(language()),
        new=None if one.new is None else one.new.in_(language()),
    )
