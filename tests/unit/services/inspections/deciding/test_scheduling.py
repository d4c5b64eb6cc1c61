"""Given a calendar and a schedule, when sessions are set, moved, asked for, then the plan's rules hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.inspections.calendar_text import parsed
from services.inspections.commands import (
    AdoptCalendar,
    AskReschedule,
    Batch,
    Command,
    DeclineReschedule,
    FormTeam,
    OpenInspection,
    OpenRound,
    Schedule,
)
from services.inspections.decider import decide, decide_batch
from services.inspections.known import Known, KnownUnit
from services.inspections.plan_reading import request_rows, slot_rows
from services.inspections.state import State, fold
from shared.access import AccessDenied, Audience
from shared.decisions import Refused
from shared.events import Draft
from tests.support.deciding import RULEBOOK, Person, fits_catalogue, person, rulebook

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = person("office@ledger", sub="VP-001")
LEADER = person("team_leader@team:DKT-1", sub="NV-001")
OTHER_LEADER = person("team_leader@team:DKT-2", sub="NV-011")
UNIT = person("unit@unit:QH-Q01", sub="bithu.q01")
EVERYTHING = Audience(everything=True)
KNOWN = Known(
    9,
    "Asia/Ho_Chi_Minh",
    rulebook(),
    {
        "QH-Q01": KnownUnit("QH-Q01", "QH", "Quận Đoàn 1"),
        "QH-Q03": KnownUnit("QH-Q03", "QH", "Quận Đoàn 3"),
        "LLVT-BTL": KnownUnit("LLVT-BTL", "LLVT", "Đoàn Bộ Tư lệnh"),
    },
)
MEMBERS = tuple(
    {"person": f"NV-{n}", "role": role, "name": f"Người {n}", "department": "BTG"}
    for n, role in enumerate(("leader", "secretary"))
)
SLOT = Schedule("QH-Q01", "DKT-1", "2020-11-11", "MORNING")


class Numbered:
    """A draft as it stands in the store: with its number and time."""

    def __init__(self, draft: Draft, sequence: int, time: str) -> None:
        self.type, self.subject, self.data = draft.type, draft.subject, draft.data
        self.sequence, self.time = sequence, time


def when(state: State, command: Command, caller: Person, number: int = 0) -> State:
    """The state after ``command``, stated at the caller's own time."""
    drafts = decide(state, KNOWN, command, caller)
    assert fits_catalogue(drafts)
    time = caller.now.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    return fold([Numbered(draft, number, time) for draft in drafts], state)


def refusal(state: State, command: Command, caller: Person) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(state, KNOWN, command, caller)
    return caught.value


def calendar_with(version: int = 1, **changes: Any) -> AdoptCalendar:
    data = parsed((RULEBOOK.parent / "calendar.yaml").read_text("utf-8"))
    return AdoptCalendar(
        {**data, "calendar": {**data["calendar"], "version": version}, **changes}, "1", "2020"
    )


def planned(*commands: Command) -> State:
    state = State()
    for command in (
        OpenRound("DOT-2020", "2020-11-09", "2020-11-20", "lich-2020"),
        FormTeam("DKT-1", MEMBERS),
        FormTeam("DKT-2", MEMBERS),
        *commands,
    ):
        state = when(state, command, OFFICE)
    return state


PLANNED = planned(calendar_with())
SCHEDULED = when(PLANNED, SLOT, OFFICE)
ASK = AskReschedule("QH-Q01", "Cấp ủy bận", "2020-11-12", "AFTERNOON")
ASKED = when(SCHEDULED, ASK, UNIT, number=41)


# --- domain 6: deadlines, packs, schedule


def test_two_units_with_the_same_team_and_session_are_refused() -> None:
    error = refusal(SCHEDULED, replace(SLOT, unit="QH-Q03"), OFFICE)
    assert (error.rule, error.status) == ("team-busy", 409)


def test_one_unit_never_has_two_teams() -> None:
    moved = when(SCHEDULED, replace(SLOT, team="DKT-2", reason="đổi đoàn"), OFFICE)
    slot = moved.visit("QH-Q01").slot
    assert slot is not None
    assert (slot.team, slot.version) == ("DKT-2", 2)
    assert when(moved, replace(SLOT, unit="QH-Q03"), OFFICE).visit("QH-Q03").slot is not None


@pytest.mark.parametrize(
    ("session", "starts", "fits"),
    [
        ("MORNING", "14:00", False),
        ("AFTERNOON", "08:00", False),
        ("MORNING", "08:00", True),
        ("AFTERNOON", "14:00", True),
    ],
)
def test_a_slot_at_1400_listed_as_morning_is_refused(session: str, starts: str, fits: bool) -> None:
    command = replace(SLOT, session=session, starts=starts)
    if fits:
        assert when(PLANNED, command, OFFICE).visit("QH-Q01").slot is not None
    else:
        assert refusal(PLANNED, command, OFFICE).rule == "session-hour"


def test_a_verbal_move_on_the_morning_itself_is_recorded_the_next_day_and_ordered_by_business_time() -> None:
    morning, next_day = "2020-11-11T00:30:00.000000Z", datetime(2020, 11, 12, 3, tzinfo=UTC)
    command = replace(SLOT, date="2020-11-13", reason="Cấp ủy bận", occurred_at=morning)
    moved = when(SCHEDULED, command, LEADER.at(next_day))
    first, second = slot_rows(moved, KNOWN, "QH-Q01", ZONE)
    assert (first["date"], second["date"]) == ("2020-11-11", "2020-11-13")
    assert second["occurred_at"] == morning < second["recorded_at"]
    assert first["occurred_at"] < second["occurred_at"]
    assert second["reason"] == "Cấp ủy bận"


def test_a_move_that_is_said_to_have_been_agreed_tomorrow_is_refused() -> None:
    command = replace(SLOT, date="2020-11-13", occurred_at="2020-11-12T00:00:00.000000Z")
    assert refusal(SCHEDULED, command, LEADER).rule == "in-the-future"


# --- the calendar


def test_no_session_is_set_on_a_holiday_and_a_working_saturday_is_a_working_day() -> None:
    changed = calendar_with(
        2,
        holidays=["2020-11-11"],
        working_days=["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"],
    )
    state = when(PLANNED, changed, OFFICE)
    assert refusal(state, SLOT, OFFICE).rule == "not-a-working-day"
    assert when(state, replace(SLOT, date="2020-11-14"), OFFICE).visit("QH-Q01").slot is not None
    assert refusal(PLANNED, replace(SLOT, date="2020-11-14"), OFFICE).rule == "not-a-working-day"


def test_a_batch_sees_its_own_rows_and_names_the_one_that_double_books() -> None:
    rows = (SLOT, replace(SLOT, unit="QH-Q03"), replace(SLOT, unit="QH-Q03", session="AFTERNOON"))
    result = decide_batch(PLANNED, KNOWN, Batch(rows, "partial"), OFFICE)
    assert [bool(row.draft) for row in result.rows] == [True, False, True]
    assert result.rows[1].faults[0].field == "sessions.1.session"


# --- requests


def test_a_unit_asks_once_and_its_request_stays_open_until_answered() -> None:
    error = refusal(ASKED, ASK, UNIT)
    assert (error.rule, error.status) == ("request-open", 409)
    (row,) = request_rows(ASKED, EVERYTHING)
    assert (row["number"], row["unit"], row["team"], row["date"]) == (41, "QH-Q01", "DKT-1", "2020-11-12")
    assert request_rows(ASKED, Audience(teams=frozenset({"DKT-2"}))) == []
    assert len(request_rows(ASKED, Audience(units=frozenset({"QH-Q01"})))) == 1


def test_the_leader_approves_by_scheduling_with_the_request() -> None:
    approve = Schedule("QH-Q01", "DKT-1", "2020-11-12", "AFTERNOON", "Đồng ý", request=41)
    approved = when(ASKED, approve, LEADER)
    assert request_rows(approved, EVERYTHING) == []
    (row,) = request_rows(approved, EVERYTHING, open_only=False)
    assert row["answer"] == "approved"
    assert [one["request"] for one in slot_rows(approved, KNOWN, "QH-Q01", ZONE)] == [None, 41]
    assert refusal(approved, replace(approve, date="2020-11-13"), LEADER).rule == "request-answered"


def test_the_leader_declines_with_a_reason_and_the_unit_may_ask_again() -> None:
    declined = when(ASKED, DeclineReschedule(41, "Đoàn không còn buổi trống"), LEADER)
    (row,) = request_rows(declined, EVERYTHING, open_only=False)
    assert (row["answer"], row["declined_because"]) == ("declined", "Đoàn không còn buổi trống")
    assert declined.visit("QH-Q01").slot == SCHEDULED.visit("QH-Q01").slot
    assert when(declined, ASK, UNIT, number=44).visit("QH-Q01").requests[1].answer is None
    assert refusal(declined, DeclineReschedule(41, "x"), LEADER).rule == "request-answered"


def test_only_the_units_own_leader_answers_a_request() -> None:
    approve = Schedule("QH-Q01", "DKT-1", "2020-11-12", "AFTERNOON", request=41)
    for caller in (OFFICE, UNIT, OTHER_LEADER):
        for command in (approve, DeclineReschedule(41, "x")):
            with pytest.raises(AccessDenied):
                decide(ASKED, KNOWN, command, caller)
    with pytest.raises(AccessDenied):
        decide(SCHEDULED, KNOWN, ASK, person("unit@unit:QH-Q03"))


def test_a_request_that_nobody_made_cannot_be_answered() -> None:
    command = replace(SLOT, date="2020-11-12", request=7)
    assert (refusal(ASKED, command, LEADER).rule, refusal(ASKED, command, LEADER).status) == (
        "unknown-request",
        404,
    )


def test_nothing_is_asked_of_a_unit_without_a_session_or_after_it_began() -> None:
    assert refusal(PLANNED, ASK, UNIT).rule == "not-scheduled"
    day = LEADER.at(datetime(2020, 11, 11, 1, tzinfo=UTC))
    begun = when(SCHEDULED, OpenInspection("QH-Q01", override="thiếu điểm"), day)
    assert refusal(begun, ASK, UNIT).rule == "inspection-opened"
    assert refusal(SCHEDULED, replace(ASK, date="2020-11-14"), UNIT).rule == "not-a-working-day"
    assert refusal(SCHEDULED, replace(ASK, date="2020-11-23"), UNIT).rule == "outside-round"
