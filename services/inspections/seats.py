"""The schedule as it is shown: who sits where, and how far each unit is as one reader may know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.inspections import pack_reading
from services.inspections.board import Board
from services.inspections.calendar_form import SESSIONS, Hours
from services.inspections.deciding.cases import OPEN, status_of
from services.inspections.deciding.scheduling import hours_of, is_working
from services.inspections.state import Round, Visit
from shared.access import Audience
from shared.calendar import local_date
from shared.web.i18n import natural_key, tr


@dataclass(frozen=True, slots=True)
class Seat:
    """One session in the calendar; ``state``: a word of :data:`STATES`.  ``overridden``: opened by the leader
    while scores were missing."""

    unit: str
    name: str
    area: str
    team: str
    day: date
    half: str
    state: str
    moved: bool = False
    overridden: bool = False


STATES = ("concluded", "opened", "forfeited", "case", "late", "ready", "waiting", "planned")
"""How far a unit is; ``planned`` is all that somebody learns who does not see the unit's row.  Beside them
``proposed``: a session that nobody has stated."""


def state_words(state: str) -> str:
    """A state of a session in words."""
    return {
        "concluded": tr("đã kết luận", "concluded"),
        "opened": tr("đang kiểm tra", "in session"),
        "forfeited": tr("không kiểm tra", "not inspected"),
        "case": tr("có hồ sơ quá hạn", "forfeit case"),
        "late": tr("tài liệu trễ hạn", "documents overdue"),
        "ready": tr("tài liệu đủ", "documents in order"),
        "waiting": tr("chờ tài liệu", "documents awaited"),
        "planned": tr("chưa kiểm tra", "not inspected yet"),
        "proposed": tr("đề xuất", "proposed"),
    }[state]


@dataclass(frozen=True, slots=True)
class Row:
    """A half-day: the seats of each team that is shown, by team."""

    half: str
    hours: Hours
    seats: Mapping[str, Seat]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar with its half-days."""

    day: date
    rows: tuple[Row, ...]
    today: bool = False


def seats_of(board: Board, audience: Audience, unit: str | None = None) -> list[Seat]:
    """Every session in force (or that of ``unit``) as ``audience`` may know it, by day, half-day and team."""
    found = []
    for visit in board.state.visits.values():
        if visit.slot is None or unit not in (None, visit.unit):
            continue
        own = audience.sees_row(visit.unit, visit.slot.team)
        known = board.known.units.get(visit.unit)
        found.append(
            Seat(
                visit.unit,
                known.name if known else visit.unit,
                known.area if known else "",
                visit.slot.team,
                visit.slot.day,
                visit.slot.session,
                _state(board, visit, own),
                len(visit.slots) > 1,
                visit.opening is not None and visit.opening.override is not None,
            )
        )
    return sorted(found, key=lambda one: (one.day, SESSIONS.index(one.half), natural_key(one.team)))


def _state(board: Board, visit: Visit, own: bool) -> str:
    if visit.concluded or visit.opened:
        return "concluded" if visit.concluded else "opened"
    known = board.known.units.get(visit.unit)
    due = pack_reading.due_or_none(board.state, board.known, visit) if own and known else None
    if known is None or due is None:
        return "planned"
    if known.forfeited:
        return "forfeited"
    if status_of(visit, known) == OPEN:
        return "case"
    if visit.packs and not pack_reading.lacking_of(board.known, visit, known, due):
        return "ready"
    return "late" if due <= board.now else "waiting"


def days_of(board: Board, seats: Sequence[Seat], held: Round | None) -> list[Day]:
    """The working days of the round ``held`` and every day with a session, in order."""
    days = {one.day for one in seats} | set(working_days(board, held))
    calendar = board.state.calendar(held) if held else None
    today = local_date(board.now, board.zone)
    return [
        Day(
            day,
            tuple(
                Row(
                    half,
                    hours_of(calendar, half),
                    {one.team: one for one in seats if (one.day, one.half) == (day, half)},
                )
                for half in SESSIONS
            ),
            day == today,
        )
        for day in sorted(days)
    ]


def working_days(board: Board, held: Round | None = None) -> list[date]:
    """The days of the round (default: the open one) on which a session may take place."""
    held = held or board.state.round
    if held is None:
        return []
    calendar = board.state.calendar(held)
    span = (held.last_day - held.first_day).days + 1
    days = (held.first_day + timedelta(days=n) for n in range(span))
    return [day for day in days if is_working(calendar, day)]


def round_shown(board: Board) -> Round | None:
    """The open round, else the last one."""
    rounds = list(board.state.rounds.values())
    return board.state.round or (rounds[-1] if rounds else None)


def unplaced(board: Board) -> list[tuple[str, str]]:
    """Code and name of the open units without a session, as people sort them."""
    book = board.known.rulebook
    if book is None:
        return []
    found = [
        (code, one.name)
        for code, one in board.known.units.items()
        if one.open_on(book.period.end) and board.state.visit(code).slot is None
    ]
    return sorted(found, key=lambda pair: natural_key(pair[1]))


def called(board: Board, code: str) -> str:
    """A unit's name."""
    return board.known.units[code].name if code in board.known.units else code


def half_words(half: str) -> str:
    """``Sáng`` or ``Chiều``."""
    return tr("Sáng", "Morning") if half == SESSIONS[0] else tr("Chiều", "Afternoon")


def weekday(day: date) -> str:
    """The name of a day of the week."""
    return weekday_name(day.weekday())


def weekday_name(number: int) -> str:
    """The name of a day of the week, 0 is Monday."""
    vi = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
    en = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return tr(vi[number], en[number])
