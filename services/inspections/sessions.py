"""The sessions of a round, day by day, and how far each is.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.inspections.calendar_form import SESSIONS
from services.inspections.deciding.cases import OPEN as CASE_OPEN
from services.inspections.deciding.cases import status_of
from services.inspections.known import Known, missing_scores
from services.inspections.state import State, Visit

WAITING, READY, MISSED, OPEN, CONCLUDED, FORFEITED = STAGES = (
    "waiting",
    "ready",
    "missed",
    "open",
    "concluded",
    "forfeited",
)
"""Department scores are missing; nothing is; its day is over and it was not opened; it is open; it is
concluded; there is none, as the Committee confirmed."""
OVER: Final = (CONCLUDED, FORFEITED)


@dataclass(frozen=True, slots=True)
class Sitting:
    """One unit's session in force.  ``missing``: criteria without a department score; ``overridden``: opened
    all the same; ``case``: a forfeit case is open."""

    unit: str
    name: str
    area: str
    team: str
    day: date
    session: str
    stage: str
    missing: tuple[str, ...]
    overridden: bool
    case: bool


def sittings(state: State, known: Known, today: date) -> list[Sitting]:
    """Every session in force of a unit that the ledger knows, by day, half-day and team.

    ``today``: the calendar date in the ledger's zone.
    """
    found = [_sitting(known, visit, today) for visit in state.visits.values()]
    return sorted(
        (one for one in found if one is not None),
        key=lambda one: (one.day, SESSIONS.index(one.session), one.team, one.unit),
    )


@dataclass(frozen=True, slots=True)
class Agenda:
    """Sessions by when they need somebody: on this very day, on later days, on earlier days and not over, and
    those that are over."""

    today: tuple[Sitting, ...]
    ahead: tuple[Sitting, ...]
    behind: tuple[Sitting, ...]
    over: tuple[Sitting, ...]


def agenda_of(rows: Iterable[Sitting], today: date) -> Agenda:
    """Each of ``rows`` in one place, in their order; a session of today stays there when it is over."""
    held = tuple(rows)
    return Agenda(
        tuple(one for one in held if one.day == today),
        tuple(one for one in held if one.day > today),
        tuple(one for one in held if one.day < today and one.stage not in OVER),
        tuple(one for one in held if one.day < today and one.stage in OVER),
    )


def _sitting(known: Known, visit: Visit, today: date) -> Sitting | None:
    unit, slot = known.units.get(visit.unit), visit.slot
    if unit is None or slot is None:
        return None
    missing = tuple(missing_scores(known.rulebook, unit)) if known.rulebook is not None else ()
    if visit.concluded:
        stage = CONCLUDED
    elif visit.opened:
        stage = OPEN
    elif unit.forfeited:
        stage = FORFEITED
    elif slot.day < today:
        stage = MISSED
    else:
        stage = WAITING if missing else READY
    return Sitting(
        visit.unit,
        unit.name,
        unit.area,
        slot.team,
        slot.day,
        slot.session,
        stage,
        missing,
        visit.opening is not None and visit.opening.override is not None,
        status_of(visit, unit) == CASE_OPEN,
    )
