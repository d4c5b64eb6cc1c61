"""Given a session that is set or moved, when little time is left, then it is said and nothing is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.commands import Schedule
from services.inspections.decider import decide
from services.inspections.deciding.notices import move_of, notices_of
from services.inspections.known import Known
from services.inspections.state import Pack, Slot, State, Visit
from shared.calendar import days_before, local_date
from shared.events.envelope import instant
from shared.rulebook import Rulebook
from tests.support.deciding import rulebook
from tests.unit.services.inspections.deciding.test_scheduling import KNOWN, OFFICE, PLANNED

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIFTH = datetime(2020, 11, 5, 2, tzinfo=UTC)
LAST_INSTANT = datetime(2020, 11, 6, 16, 59, 59, tzinfo=UTC)  # 23:59:59 of the 6th, three days before the 9th
CUT_OFF = datetime(2020, 11, 6, 17, tzinfo=UTC)


def book(policy: str) -> Rulebook:
    found = rulebook()
    return replace(found, policies={**found.policies, "after_reschedule": policy})


def planned(*slots: Slot, packs: tuple[Pack, ...] = ()) -> State:
    return replace(PLANNED, visits={"QH-Q01": Visit("QH-Q01", slots, packs)})


def slot(day: int, since: datetime = FIFTH) -> Slot:
    return Slot("DKT-1", date(2020, 11, day), "AFTERNOON", 1, instant(since))


def rules(
    state: State, day: int, now: datetime, policy: str = "recompute_while_open", unit: str = "QH-Q01"
) -> list[str]:
    known = replace(KNOWN, rulebook=book(policy))
    drafts = decide(state, known, Schedule(unit, "DKT-1", f"2020-11-{day:02}", "MORNING"), OFFICE.at(now))
    return [one.rule for one in notices_of(state, known, drafts, now)]


@pytest.mark.parametrize(
    ("unit", "day", "warned"), [("LLVT-BTL", 9, True), ("LLVT-BTL", 10, False), ("QH-Q01", 9, False)]
)
def test_too_little_time_for_gate_passes_is_warned_of_and_refuses_nothing(
    unit: str, day: int, warned: bool
) -> None:
    assert rules(PLANNED, day, FIFTH, unit=unit) == (["lead-time-short"] if warned else [])


@pytest.mark.parametrize(("now", "warned"), [(LAST_INSTANT, False), (CUT_OFF, True)])
def test_a_first_session_whose_cut_off_is_past_is_warned_of_from_that_instant_on(
    now: datetime, warned: bool
) -> None:
    assert rules(PLANNED, 9, now) == (["cut-off-passed"] if warned else [])


@pytest.mark.parametrize("policy", ["recompute_while_open", "always", "keep_first"])
def test_moved_to_a_day_whose_cut_off_is_past_it_is_said_which_one_holds(policy: str) -> None:
    state, known = planned(slot(12)), replace(KNOWN, rulebook=book(policy))
    drafts = decide(state, known, Schedule("QH-Q01", "DKT-1", "2020-11-09", "MORNING"), OFFICE.at(CUT_OFF))
    move = move_of(state, known, drafts[0], CUT_OFF)
    of_twelfth = days_before(date(2020, 11, 12), 3, ZONE)
    assert (move.before, move.of_day) == (of_twelfth, CUT_OFF)
    assert move.after == (CUT_OFF if policy == "always" else of_twelfth)
    (notice,) = notices_of(state, known, drafts, CUT_OFF)
    assert notice.rule == "cut-off-passed"
    assert ("10/11/2020 00:00" in notice.vi) == (policy != "always")
    assert ("không thể nộp đúng hạn" in notice.vi) == (policy == "always")


def test_a_later_day_does_not_open_again_a_cut_off_that_has_passed_and_says_so() -> None:
    assert rules(planned(slot(9)), 18, CUT_OFF) == ["cut-off-passed"]
    assert rules(planned(slot(9)), 18, LAST_INSTANT) == []


def test_whoever_has_sent_a_complete_pack_in_time_is_not_warned() -> None:
    pack = Pack(instant(FIFTH), True, True, (), instant(CUT_OFF))
    assert rules(planned(slot(9), packs=(pack,)), 10, datetime(2020, 11, 8, tzinfo=UTC)) == []
    short = replace(pack, complete=False)
    assert rules(planned(slot(9), packs=(short,)), 10, datetime(2020, 11, 8, tzinfo=UTC)) == [
        "cut-off-passed"
    ]


@for_all(
    st.sampled_from([9, 10, 11, 12, 13, 16, 17, 18, 19, 20]),
    st.sampled_from([9, 10, 11, 12, 13, 16, 17, 18, 19, 20]),
    st.integers(-3 * 86400, 14 * 86400),
    st.sampled_from(["recompute_while_open", "always", "keep_first"]),
)
def test_nobody_is_warned_exactly_while_both_cut_offs_lie_ahead(
    old: int, new: int, seconds: int, policy: str
) -> None:
    now = FIFTH + timedelta(seconds=seconds)
    known = Known(KNOWN.base_position, KNOWN.timezone, book(policy), KNOWN.units)
    state = planned(slot(old))
    drafts = decide(state, known, Schedule("QH-Q01", "DKT-1", f"2020-11-{new:02}", "MORNING"), OFFICE.at(now))
    move = move_of(state, known, drafts[0], now)
    assert move.of_day == days_before(date(2020, 11, new), 3, ZONE)
    assert move.after in (move.of_day, move.before)
    warned = [one.rule for one in notices_of(state, known, drafts, now)]
    assert (warned == []) == (now < min(move.of_day, move.after))
    assert local_date(move.of_day - timedelta(seconds=1), ZONE) == date(2020, 11, new) - timedelta(days=3)
