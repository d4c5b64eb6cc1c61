"""Who may do what, today and on any past day; giving, ending and handing over; inviting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from services.scores.board import Board, board_of
from services.scores.deciding.granting import SERVICE_ROLES
from services.scores.deciding.inviting import Invitation
from services.scores.kept.invitations import listed
from services.scores.pages.frame import Frame, frame, only_for
from services.scores.schemas import GRANTED_ROLES
from services.scores.seen import people
from services.scores.seen.gaps import Gap, gaps
from services.scores.seen.operation_words import WORDS, may_do
from services.scores.seen.people import Holding, Verdict
from services.scores.state import State
from shared.access import Scope
from shared.access.grants import BEGINNING
from shared.database import read_transaction
from shared.events.envelope import instant, parse_instant
from shared.web.hats import hats
from shared.web.i18n import day, moment, natural_key, role_name, tr
from shared.web.problems import Problem
from shared.web.runtime import runtime

ROLES = ("admin", "office", "standing_committee", "auditor", "department_head", "department", "unit")


@dataclass(frozen=True, slots=True)
class Line:
    """One grant in words.  ``state``: now, later, ended or over; ``open``: it can be ended or handed over."""

    holding: Holding
    name: str
    role: str
    scope: str
    since: str
    until: str
    state: str
    open: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Everybody's lines under his name."""

    sub: str
    name: str
    service: bool
    lines: tuple[Line, ...]
    may: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A scope, who holds what in it, and what it lacks."""

    scope: str
    name: str
    lines: tuple[Line, ...]
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What every view of the page rests on.  ``at``: the instant looked at; ``past``: it is not now."""

    frame: Frame
    board: Board
    found: tuple[Holding, ...]
    now: datetime
    at: str
    asked: str
    past: bool

    @property
    def state(self) -> State:
        """All that was stated."""
        return self.board.state

    @property
    def zone(self) -> str:
        """The ledger's."""
        return self.frame.reader.ledger.timezone


def register(pages: Blueprint) -> None:
    """Put the pages on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/people", "people", people_page)
    pages.add_url_rule("/<org>/<cycle>/join", "join", join_page)


def people_page(org: str, cycle: str) -> str:
    """By person, by role and place, or the history of one; for who may read the set-up."""
    seen = _seen(org, cycle)
    common = {
        "frame": seen.frame,
        "seen": seen,
        "zone": seen.zone,
        "api": f"/scores/v1/{seen.frame.ledger}",
        "givers": hats(seen.frame.reader.grants, "scores.give_grant"),
    }
    if "sub" in request.args:
        return render_template("scores/person.html", **common, **_one(seen, request.args["sub"]))
    return render_template("scores/people.html", **common, **_all(seen))


def join_page(org: str, cycle: str) -> str:
    """Where an invitation's link leads: its secret stays behind the ``#``, which no server sees."""
    seen = frame(org, cycle)
    roles = [(role, role_name(role)) for role in GRANTED_ROLES]
    return render_template("scores/join.html", frame=seen, api=f"/scores/v1/{seen.ledger}", roles=roles)


def _seen(org: str, cycle: str) -> Seen:
    who = frame(org, cycle)
    only_for(who, "scores.read_setup")
    current = runtime()
    board = board_of(who.ledger)
    with read_transaction(current.engine) as connection:
        now = current.clock.now(who.ledger, connection)
        found = people.holdings(connection, board)
    asked = request.args.get("on") or now.astimezone(ZoneInfo(who.reader.ledger.timezone)).date().isoformat()
    at = people.moment_of(asked, now, who.reader.ledger.timezone)
    return Seen(who, board, found, now, at, asked, at != instant(now))


def _all(seen: Seen) -> dict[str, Any]:
    wanted = request.args.get("q", "").strip()
    by = "scope" if request.args.get("by") == "scope" else "person"
    lines = [_line(seen, holding) for holding in people.in_force_at(seen.found, seen.at)]
    missing = gaps(seen.state, [line.holding.grant for line in lines], seen.at)
    return {
        "q": wanted,
        "by": by,
        "persons": [one for one in _persons(lines) if _fits(wanted, one.sub, one.name, one.lines)],
        "places": [
            one for one in _places(seen, lines, missing) if _fits(wanted, one.scope, one.name, one.lines)
        ],
        "count": len({line.holding.grant.sub for line in lines}),
        "gaps": sorted(missing, key=lambda gap: _reading_order(seen.state, gap)),
        "waiting": _invitations(seen),
        "roles": [(role, role_name(role)) for role in ROLES if role in GRANTED_ROLES],
        "service_roles": [(role, role_name(role)) for role in SERVICE_ROLES],
        "scopes": _scopes(seen.state),
        "chosen": {name: request.args.get(name, "") for name in ("role", "scope")},
        "verdict": _asked(seen),
        "places_names": {gap.scope: scope_words(seen.state, gap.scope) for gap in missing},
        "accounts": sorted({holding.grant.sub for holding in seen.found}),
        "entered": {f"department:{d.code}" for d in seen.state.departments.values() if d.entered_by},
        "operations": sorted(((name, _operation(name)) for name in WORDS), key=lambda one: one[1]),
        "units": _named((unit.code, unit.name) for unit in seen.state.units.values()),
        "criteria": _criteria(seen.state),
    }


def _one(seen: Seen, sub: str) -> dict[str, Any]:
    own = [holding for holding in seen.found if holding.grant.sub == sub]
    if not own:
        raise Problem("not-found")
    lines = [_line(seen, holding, history=True) for holding in own]
    person = _persons(lines)[0]
    held = [line for line in lines if line.holding.grant.holds_at(instant(seen.now))]
    return {
        "person": person,
        "lines": lines[::-1],
        "successors": {holding.grant.grant: holding.label or holding.grant.sub for holding in seen.found},
        "may_do": [_operation(name) for name in may_do(line.holding.grant.role for line in held)],
        "enders": hats(seen.frame.reader.grants, "scores.end_grant"),
        "handers": hats(seen.frame.reader.grants, "scores.hand_over_grant"),
    }


def _persons(lines: Sequence[Line]) -> list[Person]:
    held: dict[str, list[Line]] = {}
    for line in lines:
        held.setdefault(line.holding.grant.sub, []).append(line)
    found = [
        Person(
            sub,
            next((line.holding.label for line in own if line.holding.label), ""),
            any(line.holding.account == "service" for line in own),
            tuple(own),
            may_do(line.holding.grant.role for line in own),
        )
        for sub, own in held.items()
    ]
    return sorted(found, key=lambda one: (natural_key(one.name or one.sub), one.sub))


def _places(seen: Seen, lines: Sequence[Line], missing: Sequence[Gap]) -> list[Place]:
    by_scope: dict[str, list[Line]] = {}
    for line in lines:
        by_scope.setdefault(line.holding.grant.scope, []).append(line)
    lacking = {gap.scope: gap for gap in reversed(missing)}
    every = dict.fromkeys(
        [
            "ledger",
            *(f"department:{code}" for code, _ in _departments(seen.state)),
            *(f"unit:{code}" for code, _ in _open_units(seen.state)),
            *sorted(by_scope, key=natural_key),
        ]
    )
    return [
        Place(
            scope,
            scope_words(seen.state, scope),
            tuple(sorted(by_scope.get(scope, ()), key=lambda line: (line.role, line.name))),
            lacking.get(scope),
        )
        for scope in every
    ]


def _line(seen: Seen, holding: Holding, *, history: bool = False) -> Line:
    grant, now = holding.grant, instant(seen.now) if history else seen.at
    ended = holding.known.ended is not None
    if grant.holds_at(now):
        state = "now"
    elif now < grant.valid_from and (grant.valid_until is None or grant.valid_from < grant.valid_until):
        state = "later"
    else:
        state = "ended" if ended else "over"
    return Line(
        holding,
        holding.label or grant.sub,
        role_name(grant.role),
        scope_words(seen.state, grant.scope),
        tr("từ khi mở sổ", "since the ledger opened")
        if grant.valid_from == BEGINNING
        else moment(grant.valid_from, seen.zone),
        "" if grant.valid_until is None else until_words(grant.valid_until, seen.zone),
        state,
        not ended and state in ("now", "later") and holding.origin != "team",
    )


def scope_words(state: State, scope: str) -> str:
    """What a grant reaches, by the name that the register has for it."""
    parsed = Scope.parse(scope)
    if parsed is None:
        return scope
    match parsed.kind:
        case "ledger":
            return tr("cả kỳ", "the whole cycle")
        case "team":
            return f"{tr('Đoàn kiểm tra', 'Inspection team')} {parsed.code}"
        case _:
            return people.scope_name(state, scope) or parsed.code


def until_words(until: str, zone: str) -> str:
    """An exclusive end as people say it: a midnight is the end of the day before."""
    local = parse_instant(until).astimezone(ZoneInfo(zone))
    if local.time() == time(0):
        return tr("hết ngày ", "the end of ") + day((local - timedelta(days=1)).date())
    return moment(until, zone)


def _reading_order(state: State, gap: Gap) -> tuple[int, Any]:
    """The whole cycle, then departments, then units, each by name."""
    kind = gap.scope.partition(":")[0]
    return ("ledger", "department", "unit").index(kind), natural_key(scope_words(state, gap.scope))


def _fits(wanted: str, code: str, name: str, lines: Iterable[Line]) -> bool:
    text = " ".join(
        [code, name, *(f"{one.role} {one.scope} {one.name} {one.holding.grant.sub}" for one in lines)]
    )
    return wanted.casefold() in text.casefold()


def _invitations(seen: Seen) -> list[tuple[Invitation, str, str]]:
    """Each invitation with the words of its scope and its state, newest first."""
    with read_transaction(runtime().engine) as connection:
        found = listed(connection, seen.frame.ledger)
    return [(one, scope_words(seen.state, one.scope), one.state(instant(seen.now))) for one in found]


def _scopes(state: State) -> list[tuple[str, list[tuple[str, str]]]]:
    """What grants may reach, in groups, as a list to choose from."""
    return [
        (tr("Cả kỳ", "The whole cycle"), [("ledger", tr("cả kỳ", "the whole cycle"))]),
        (
            tr("Ban, đơn vị sự nghiệp", "Departments"),
            [(f"department:{c}", n) for c, n in _departments(state)],
        ),
        (tr("Đơn vị", "Units"), [(f"unit:{c}", n) for c, n in _open_units(state)]),
    ]


def _departments(state: State) -> list[tuple[str, str]]:
    return _named((one.code, one.name) for one in state.departments.values())


def _open_units(state: State) -> list[tuple[str, str]]:
    book = state.rulebook()
    return _named(
        (unit.code, unit.name)
        for unit in state.units.values()
        if book is None or unit.open_on(book.period.end)
    )


def _named(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(found, key=lambda one: natural_key(one[1]))


def _criteria(state: State) -> list[tuple[str, str]]:
    book = state.rulebook()
    return [] if book is None else [(leaf.id, f"{leaf.id} {leaf.label}") for leaf in book.leaves]


def _operation(name: str) -> str:
    vi, en = WORDS[name]
    return tr(vi, en)


def _asked(seen: Seen) -> tuple[str, Verdict, list[str]] | None:
    """The answer to "may this one do that then?": about whom, the verdict, its hats in words."""
    who, operation = request.args.get("who", "").strip(), request.args.get("operation", "")
    if not who or operation not in WORDS:
        return None
    about = {name: request.args.get(name) or None for name in ("unit", "criterion")}
    stage = "self" if about["unit"] and who in _units_people(seen, about["unit"]) else "department"
    target = people.target_of(seen.state, seen.at, **about, stage=stage)
    held = [one.grant for one in people.in_force_at(seen.found, seen.at) if one.grant.sub == who]
    verdict = people.may(held, operation, target)
    return who, verdict, [_hat(seen.state, hat) for hat in verdict.hats]


def _hat(state: State, hat: str) -> str:
    role, _, scope = hat.partition("@")
    return role_name(role) if scope == "ledger" else f"{role_name(role)}, {scope_words(state, scope)}"


def _units_people(seen: Seen, unit: str) -> set[str]:
    return {
        one.grant.sub for one in people.in_force_at(seen.found, seen.at) if one.grant.scope == f"unit:{unit}"
    }
