"""The packs that a secretary follows: what each unit sent, when, who has it, and what waits.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.inspections.deciding.cases import OPEN, status_of
from services.inspections.deciding.files import awaited_files
from services.inspections.deciding.packs import due_of, lacking, late_days, required_of
from services.inspections.known import Known, KnownUnit
from services.inspections.state import Forwarding, State, Visit
from shared.calendar import local_date
from shared.events.envelope import instant
from shared.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One unit's pack.  ``due``: the cut-off, a written instant; ``last_day``: the last day in time.

    ``missing``: required documents that nothing fills; ``lacking``: those that nothing in time fills;
    ``awaited``: those whose file is named and has not come.
    ``assessed``: what the newest finding on the newest pack says, None: nothing yet.  ``forwarded``: whether
    somebody has the newest pack.  ``late_days``: by how many days the secretary passed a pack on too late,
    or has the newest one lying, until now.  ``case``: how the newest case stands, None without one.
    """

    unit: str
    name: str
    team: str
    day: date
    session: str
    due: str
    last_day: date
    over: bool
    required: int
    versions: int
    newest: int | None
    newest_at: str | None
    missing: tuple[str, ...]
    lacking: tuple[str, ...]
    awaited: tuple[str, ...]
    assessed: bool | None
    forwarded: bool
    late_days: int
    case: str | None

    @property
    def sent(self) -> bool:
        """Whether anything came."""
        return self.versions > 0

    @property
    def unforwarded(self) -> bool:
        """Whether a pack lies with the secretary."""
        return self.sent and not self.forwarded


def desk_rows(state: State, known: Known, units: Iterable[str], now: datetime) -> list[DeskRow]:
    """A row for each of ``units`` that has a session, by cut-off, session, code.  None without a rulebook."""
    book, zone = known.rulebook, ZoneInfo(known.timezone)
    if book is None:
        return []
    found = [
        _row(state, known, book, visit, known.units[code], now, zone)
        for code in units
        if code in known.units and (visit := state.visit(code)).slot is not None
    ]
    return sorted(found, key=lambda row: (row.due, row.day, row.session != "MORNING", row.unit))


WAITING = ("today", "tomorrow", "lacking", "unforwarded", "case")
"""What rows can be chosen by, beside their team."""


def waits(row: DeskRow, what: str, today: date) -> bool:
    """Whether ``row`` belongs to the choice ``what`` of :data:`WAITING` on the local day ``today``."""
    match what:
        case "today":
            return row.last_day == today
        case "tomorrow":
            return row.last_day == today + timedelta(days=1)
        case "lacking":
            return bool(row.missing)
        case "unforwarded":
            return row.unforwarded
        case "case":
            return row.case == OPEN
    return True


def counts(rows: Sequence[DeskRow], today: date) -> Mapping[str, int]:
    """How many rows belong to each choice, to all (``""``), and are full and in time (``in_order``)."""
    found = {what: sum(waits(row, what, today) for row in rows) for what in ("", *WAITING)}
    return {**found, "in_order": sum(row.sent and not row.lacking for row in rows)}


def _row(
    state: State, known: Known, book: Rulebook, visit: Visit, unit: KnownUnit, now: datetime, zone: ZoneInfo
) -> DeskRow:
    slot = visit.slot
    if slot is None:
        raise ValueError(f"{visit.unit} has no slot")
    due = due_of(state, known, visit)
    required = required_of(book, unit)
    filled = {document for pack in visit.packs for document in pack.documents}
    newest = visit.packs[-1] if visit.packs else None
    findings = [one for one in visit.assessments if newest is not None and one.pack == newest.number]
    return DeskRow(
        unit=unit.code,
        name=unit.name,
        team=slot.team,
        day=slot.day,
        session=slot.session,
        due=instant(due),
        last_day=local_date(due - timedelta(microseconds=1), zone),
        over=now >= due,
        required=len(required),
        versions=len(visit.packs),
        newest=None if newest is None else newest.number,
        newest_at=None if newest is None else newest.at,
        missing=tuple(document for document in required if document not in filled),
        lacking=tuple(lacking(visit, required, due, str(book.policies["pack_incomplete_is"]))),
        awaited=tuple(awaited_files(visit, required)),
        assessed=findings[-1].complete if findings else None,
        forwarded=newest is not None and any(one.pack == newest.number for one in visit.forwardings),
        late_days=_late(visit, due, now, zone),
        case=status_of(visit, unit),
    )


def _late(visit: Visit, due: datetime, now: datetime, zone: ZoneInfo) -> int:
    """The longest delay of the secretary, what still lies with him counted until ``now``."""
    packs = {pack.number: pack for pack in visit.packs}
    passed = [late_days(one, packs[one.pack], due, zone) for one in visit.forwardings if one.pack in packs]
    if visit.packs and all(one.pack != visit.packs[-1].number for one in visit.forwardings):
        newest = visit.packs[-1]
        passed.append(late_days(Forwarding(0, instant(now), newest.number, (), ""), newest, due, zone))
    return max(passed, default=0)
