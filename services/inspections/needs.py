"""What needs somebody now, by the role that can do it.  Pure.

A need rests on what was stated and on the calendar; it blocks nothing and is gone once the thing is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.inspections.deciding.due_after import reflection_due, responses_due
from services.inspections.deciding.reflections import missing_reflections
from services.inspections.known import Known
from services.inspections.progress import Progress, session_key
from services.inspections.state import State, Visit
from shared.calendar import local_date

ROLES: Final = ("unit", "team_secretary", "team_leader", "team_member", "office", "standing_committee")
SOON: Final = timedelta(days=2)
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Need:
    """``kind`` of thing that waits for ``role``, at these ``units`` (codes) and for these ``people`` (subs).

    ``due``: the first cut-off among them, where the calendar says; ``late``: one of them has passed.
    """

    role: str
    kind: str
    units: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    due: datetime | None = None
    late: bool = False

    @property
    def count(self) -> int:
        """How many wait."""
        return len(self.people) or len(self.units)


def needs_of(
    state: State,
    known: Known,
    rows: Sequence[Progress],
    now: datetime,
    role: str,
    person: str | None = None,
) -> tuple[Need, ...]:
    """What waits for ``role`` at the units of ``rows``; of reports those of ``person`` alone, where given."""
    found = {
        "unit": _unit,
        "team_secretary": _secretary,
        "team_leader": _leader,
        "office": _office,
        "standing_committee": _committee,
    }
    if role in found:
        needs = found[role](state, known, rows, now)
    else:
        needs = [_reflections(state, known, rows, now, person)]
    return tuple(need for need in needs if need.count)


def _unit(state: State, known: Known, rows: Sequence[Progress], now: datetime) -> list[Need]:
    waiting = [row for row in rows if not {"opened", "forfeited", "case"} & row.facts and row.lacking]
    soon = [row for row in waiting if row.due is not None and now < row.due <= now + SOON]
    late = [row for row in waiting if "late" in row.facts]
    asked = [row for row in rows if row.unanswered]
    dues = [due for row in asked for due in responses_due(state, known, row.visit)]
    first = min(dues, default=None)
    return [
        Need("unit", "pack_soon", _codes(soon), due=min((row.due for row in soon if row.due), default=None)),
        Need("unit", "pack_late", _codes(late), late=True),
        Need("unit", "answers", _codes(asked), due=first, late=first is not None and first <= now),
    ]


def _secretary(state: State, known: Known, rows: Sequence[Progress], now: datetime) -> list[Need]:
    held = [row for row in rows if not {"concluded", "forfeited"} & row.facts]
    unforwarded = [row for row in held if _unforwarded(row.visit)]
    return [Need("team_secretary", "forward", _codes(unforwarded), late=bool(unforwarded))]


def _unforwarded(visit: Visit) -> bool:
    """Whether a pack came that nobody was given."""
    passed = {one.pack for one in visit.forwardings}
    return any(pack.number not in passed for pack in visit.packs)


def _leader(state: State, known: Known, rows: Sequence[Progress], now: datetime) -> list[Need]:
    today = local_date(now, ZoneInfo(known.timezone))
    requests = [row for row in rows if any(one.answer is None for one in row.visit.requests)]
    unopened = [
        row
        for row in rows
        if row.day is not None and row.day < today and not {"opened", "forfeited"} & row.facts
    ]
    unsigned = [row for row in rows if row.stage == "opened"]
    overrun = any(row.day is not None and row.day < today for row in unsigned)
    return [
        Need("team_leader", "requests", _codes(requests)),
        Need("team_leader", "unopened", _codes(unopened), late=True),
        Need("team_leader", "unsigned", _codes(unsigned), late=overrun),
    ]


def _office(state: State, known: Known, rows: Sequence[Progress], now: datetime) -> list[Need]:
    if state.round is None:
        return []
    unscheduled = [row for row in rows if row.stage == "unscheduled"]
    planned = [row for row in rows if "scheduled" in row.facts]
    done = [row for row in planned if {"concluded", "forfeited"} & row.facts]
    over = local_date(now, ZoneInfo(known.timezone)) > state.round.last_day
    ripe = planned and (over or len(done) == len(planned))
    return [
        Need("office", "unscheduled", _codes(unscheduled)),
        Need("office", "close", _codes(planned) if ripe else (), late=over),
    ]


def _committee(state: State, known: Known, rows: Sequence[Progress], now: datetime) -> list[Need]:
    cases = [row for row in rows if "case" in row.facts]
    return [
        Need("standing_committee", "cases", _codes(cases), late=bool(cases)),
        Need("standing_committee", "disputes", _codes([row for row in rows if row.disputed])),
    ]


def _reflections(
    state: State, known: Known, rows: Sequence[Progress], now: datetime, person: str | None
) -> Need:
    """Reports that have not come, due within a week; without a due day, once a session is concluded."""
    if known.rulebook is None:
        return Need("team_member", "reflections")
    teams = {row.team for row in rows}
    concluded = {row.team for row in rows if "concluded" in row.facts}
    missing = missing_reflections(state, str(known.rulebook.policies["reflection_scope"]))
    waiting = [
        (who, due)
        for team, who, unit in missing
        if team in teams and person in (None, who)
        for due in [reflection_due(state, known, team, unit)]
        if (team in concluded if due is None else due - now <= WEEK)
    ]
    first = min((due for _, due in waiting if due is not None), default=None)
    people = tuple(sorted(who for who, _ in waiting))
    return Need("team_member", "reflections", (), people, first, first is not None and first <= now)


def _codes(rows: Sequence[Progress]) -> tuple[str, ...]:
    return tuple(row.unit for row in rows)


def next_session(rows: Sequence[Progress], now: datetime, zone: ZoneInfo) -> Progress | None:
    """The first session of ``rows``, by day and hour, that is neither over nor forfeited."""
    today = local_date(now, zone)
    ahead = [
        row
        for row in rows
        if row.day is not None and row.day >= today and not {"concluded", "forfeited"} & row.facts
    ]
    return min(ahead, key=session_key, default=None)
