"""How far each unit of the round is, and the sums of teams and areas.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.inspections.calendar_form import SESSIONS, Calendar
from services.inspections.checks import OK
from services.inspections.deciding.cases import OPEN
from services.inspections.known import Known
from services.inspections.reading import readiness
from services.inspections.state import Round, State, Visit
from shared.events.envelope import parse_instant

STAGES: Final = (
    "concluded",
    "opened",
    "ready",
    "pack",
    "scheduled",
    "unscheduled",
    "late",
    "case",
    "forfeited",
)
"""Where a unit stands, each in exactly one: the last that it reached, or what keeps it."""

FACTS: Final = (
    "scheduled",
    "pack",
    "late",
    "case",
    "forfeited",
    "ready",
    "opened",
    "overridden",
    "concluded",
)
"""What is true of a unit; several at once."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one unit is.  ``facts``: of :data:`FACTS`; ``done`` of ``checks`` items of its preparation.

    ``due``: the cut-off of its pack, an exclusive instant.  ``override``: why its session was opened past the
    gate.  ``unanswered``, ``disputed``: criteria whose adjustment stands.
    """

    unit: str
    name: str
    area: str
    visit: Visit
    facts: frozenset[str] = frozenset()
    due: datetime | None = None
    lacking: tuple[str, ...] = ()
    done: int = 0
    checks: int = 0
    override: str | None = None
    unanswered: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()

    @property
    def team(self) -> str | None:
        """The team of the session in force."""
        return self.visit.slot.team if self.visit.slot else None

    @property
    def day(self) -> date | None:
        """The day of the session in force."""
        return self.visit.slot.day if self.visit.slot else None

    @property
    def stage(self) -> str:
        """Where it stands, of :data:`STAGES`: what is held up stands before what goes on."""
        for one in ("concluded", "opened", "forfeited", "case", "late", "ready", "pack", "scheduled"):
            if one in self.facts:
                return one
        return "unscheduled"

    @property
    def shown_to_all(self) -> str:
        """The stage as far as the schedule tells everybody."""
        return next((one for one in ("concluded", "opened", "scheduled") if one in self.facts), "unscheduled")


def progress_of(state: State, known: Known, now: datetime) -> list[Progress]:
    """Every open unit and every unit with a session, by code, as things are at ``now``."""
    end = known.rulebook.period.end if known.rulebook else date.max
    return [
        _unit(state, known, code, now)
        for code, held in sorted(known.units.items())
        if held.open_on(end) or state.visit(code).slot is not None
    ]


def _unit(state: State, known: Known, code: str, now: datetime) -> Progress:
    held, visit = known.units[code], state.visit(code)
    found = readiness(state, known, code, now) or {}
    due = None if found["due"] is None else parse_instant(found["due"])
    lacking = tuple(found["lacking"])
    states = [one["state"] for one in found["checks"]]
    override = visit.opening.override if visit.opening else None
    case = found["case"]
    true = {
        "scheduled": visit.slot is not None,
        "pack": bool(found["pack_in_order"]),
        "late": due is not None and now >= due and bool(lacking),
        "case": case is not None and case["status"] == OPEN,
        "forfeited": held.forfeited,
        "ready": all(one == OK for one in states),
        "opened": visit.opened,
        "overridden": override is not None,
        "concluded": visit.concluded,
    }
    return Progress(
        code,
        held.name,
        held.area,
        visit,
        frozenset(name for name, yes in true.items() if yes),
        due,
        lacking,
        states.count(OK),
        len(states),
        override,
        visit.record.unanswered(),
        visit.record.disputed(),
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some units: how many there are, by fact, by stage, and how many adjustments wait or are disputed."""

    units: int
    facts: dict[str, int]
    stages: dict[str, int]
    unanswered: int
    disputed: int


def sums_of(rows: Sequence[Progress]) -> Sums:
    """The sums of ``rows``."""
    return Sums(
        len(rows),
        {name: sum(name in row.facts for row in rows) for name in FACTS},
        {name: sum(row.stage == name for row in rows) for name in STAGES},
        sum(len(row.unanswered) for row in rows),
        sum(len(row.disputed) for row in rows),
    )


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the round: whether work is done on it, and its sessions with those that were concluded."""

    day: date
    working: bool
    sessions: int
    concluded: int
    today: bool


def days_of(held: Round, calendar: Calendar | None, rows: Iterable[Progress], today: date) -> tuple[Day, ...]:
    """Every day of the round, and those outside it on which a session lies, ascending."""
    by_day: dict[date, list[Progress]] = {}
    for row in rows:
        if row.day is not None:
            by_day.setdefault(row.day, []).append(row)
    span = range((held.last_day - held.first_day).days + 1)
    days = {held.first_day + timedelta(days=n) for n in span} | by_day.keys()
    return tuple(
        Day(
            one,
            calendar is None or calendar.is_working(one),
            len(by_day.get(one, ())),
            sum("concluded" in row.facts for row in by_day.get(one, ())),
            one == today,
        )
        for one in sorted(days)
    )


def session_key(row: Progress) -> tuple[date, int, str]:
    """Sorts by session: the day, morning before afternoon, the team; units without one come last."""
    slot = row.visit.slot
    return (date.max, 0, "") if slot is None else (slot.day, SESSIONS.index(slot.session), slot.team)
