"""What a session leaves too little time for: said with the answer, and before it is stated.  Pure.

Nothing here refuses anything: a date may be wanted all the same, but nobody shall learn too late what it
means for the unit (plan III.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.inspections.calendar_form import Calendar
from services.inspections.deciding.packs import due_of
from services.inspections.known import Known, KnownUnit
from services.inspections.state import Slot, State, Visit
from shared.calendar import local_date
from shared.events import Draft
from shared.events.envelope import instant, parse_instant


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know that refuses nothing; ``rule`` is a stable word."""

    rule: str
    unit: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Move:
    """What a session does to its unit's pack; all are exclusive instants.

    ``before``: the cut-off until now, None without a session.  ``of_day``: what the new day alone would make
    it.  ``after``: the one that then holds, by the policy ``after_reschedule``.  ``sent``: whether a complete
    pack has come before it.
    """

    before: datetime | None
    of_day: datetime
    after: datetime
    sent: bool


def move_of(state: State, known: Known, draft: Draft, now: datetime) -> Move:
    """What ``draft``, a session that is stated ``now``, does to the cut-off of its unit's pack.

    Refuses without a rulebook or a round.
    """
    visit = state.visit(draft.subject)
    data = draft.data
    slot = Slot(
        data["team"],
        date.fromisoformat(data["date"]),
        data["session"],
        data["schedule_version"],
        instant(now),
    )
    moved = Visit(visit.unit, slots=(*visit.slots, slot), packs=visit.packs)
    after = due_of(state, known, moved)
    return Move(
        due_of(state, known, visit) if visit.slot else None,
        due_of(state, known, Visit(visit.unit, slots=(slot,))),
        after,
        any(pack.complete and parse_instant(pack.at) < after for pack in visit.packs),
    )


def notices_of(state: State, known: Known, drafts: Sequence[Draft], now: datetime) -> list[Notice]:
    """What the sessions in ``drafts`` leave too little time for, in their order.

    ``lead-time-short``: gate passes need a lead time by area.  ``cut-off-passed``: the pack's cut-off by the
    new day lies in the past, or the one that holds does, and no complete pack has come.
    """
    held = state.round
    calendar = state.calendar(held) if held else None
    zone = ZoneInfo(known.timezone)
    found = []
    for draft in drafts:
        unit = known.units[draft.subject]
        if calendar is not None:
            found += _short(unit, calendar, draft.data["date"], local_date(now, zone))
        found += _passed(unit, move_of(state, known, draft, now), now, zone)
    return found


def _short(unit: KnownUnit, calendar: Calendar, day: str, today: date) -> list[Notice]:
    needed = calendar.lead_time(unit.area)
    if (date.fromisoformat(day) - today).days >= needed:
        return []
    return [
        Notice(
            "lead-time-short",
            unit.code,
            f"{unit.code}: cần báo trước {needed} ngày để làm giấy ra vào; {day} là gấp.",
            f"{unit.code} needs {needed} days for gate passes; {day} is sooner than that.",
        )
    ]


def _passed(unit: KnownUnit, move: Move, now: datetime, zone: ZoneInfo) -> list[Notice]:
    if move.sent or (now < move.of_day and now < move.after):
        return []
    of_day, after = (one.astimezone(zone).strftime("%d/%m/%Y %H:%M") for one in (move.of_day, move.after))
    if now < move.after:
        vi = f"theo ngày mới thì hạn nộp tài liệu là trước {of_day}, đã qua; hạn cũ, trước {after}, vẫn giữ."
        en = f"by the new day the pack was due before {of_day}, which is past; it stays due before {after}."
    else:
        vi = f"hạn nộp tài liệu, trước {after}, đã qua mà chưa có bộ đủ: đơn vị không thể nộp đúng hạn nữa."
        en = f"its pack was due before {after}; that is past, and a full one can no longer come in time."
    return [Notice("cut-off-passed", unit.code, f"{unit.code}: {vi}", f"{unit.code}: {en}")]
