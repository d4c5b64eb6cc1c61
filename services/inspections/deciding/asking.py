"""What several deciders of this service ask of the state and of the ledger.  Pure."""

from __future__ import annotations

from services.inspections.known import Known, KnownUnit
from services.inspections.state import Round, Slot, State
from shared.decisions import Refused
from shared.rulebook import Rulebook


def open_unit(known: Known, code: str) -> KnownUnit:
    """The unit, open on the last day of the period.  Refuses one that is unknown or closed."""
    unit = known.units.get(code)
    if unit is None:
        raise Refused(
            "unknown-unit",
            f"Danh sách chưa có đơn vị mã “{code}”.",
            f'The register has no unit "{code}" (yet).',
            field="unit",
            value=code,
        )
    book = book_of(known)
    if not unit.open_on(book.period.end):
        raise Refused(
            "unit-not-open",
            f"Đơn vị {code} không còn hoạt động ngày {book.period.end.isoformat()}.",
            f"Unit {code} is not open on {book.period.end.isoformat()}.",
            field="unit",
            value=code,
        )
    return unit


def book_of(known: Known) -> Rulebook:
    """The rulebook in force; refuses while there is none."""
    if known.rulebook is None:
        raise Refused(
            "no-rulebook",
            "Chưa có bộ tiêu chí nào được ban hành cho chu kỳ này.",
            "No rulebook has been adopted for this cycle (yet).",
            status=409,
        )
    return known.rulebook


def open_round_of(state: State) -> Round:
    """The open round; refuses when there is none."""
    if state.round is None:
        raise Refused(
            "round-not-open",
            "Không có đợt kiểm tra nào đang mở.",
            "No round of inspections is open.",
            status=409,
        )
    return state.round


def round_of(state: State, slot: Slot) -> Round:
    """The round in which the slot lies; it may be closed by now."""
    for held in state.rounds.values():
        if held.first_day <= slot.day <= held.last_day:
            return held
    return open_round_of(state)


def not_scheduled(code: str) -> Refused:
    """The refusal of what needs a session at a unit that has none."""
    return Refused(
        "not-scheduled",
        f"Đơn vị {code} chưa có lịch kiểm tra.",
        f"Unit {code} is not scheduled yet.",
        field="unit",
        value=code,
        status=409,
    )


def check_team(stated: str | None, slot: Slot) -> None:
    """Refuse a team that is stated and not the one of the slot."""
    if stated is not None and stated != slot.team:
        raise Refused(
            "other-team",
            f"Đơn vị này thuộc đoàn {slot.team}.",
            f"This unit belongs to team {slot.team}.",
            field="team",
            value=stated,
            status=409,
        )
