"""Given nominations and teams, then late ones and conflicts of interest are flagged, and block nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.calendar_text import parsed
from services.inspections.commands import (
    AdoptCalendar,
    Command,
    FormTeam,
    NominateMember,
    OpenInspection,
    OpenRound,
    Schedule,
    WithdrawMember,
)
from services.inspections.decider import decide
from services.inspections.deciding.teams import conflicts_of, units_of_team
from services.inspections.known import Known, KnownUnit
from services.inspections.plan_reading import team_rows
from services.inspections.state import State, fold
from shared.access import AccessDenied, Audience
from shared.decisions import Refused
from shared.events.envelope import instant, parse_instant
from tests.support.deciding import RULEBOOK, Person, fits_catalogue, person, rulebook

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AFTER = datetime(2020, 11, 12, tzinfo=UTC)
OFFICE = person("office@ledger", sub="VP-001", now=AFTER)
SCHOOL = person("department_head@department:TDLTT", sub="ltt.1", now=AFTER)
EVERYTHING = Audience(everything=True)
LAST_SECOND = "2020-11-06T10:00:00.000000Z"  # 17:00:00 in the ledger's zone
KNOWN = Known(
    9,
    "Asia/Ho_Chi_Minh",
    rulebook(),
    {code: KnownUnit(code, code.split("-")[0], code) for code in ("QH-Q01", "QH-Q03", "LLVT-BTL")},
)
NOMINATE = NominateMember("DKT-1", "LTT-01", "Người 1", "TDLTT", "15-CV/LTT", occurred_at=LAST_SECOND)


def member(code: str, role: str, department: str = "TDLTT", **more: str) -> dict[str, Any]:
    return {"person": code, "role": role, "name": f"Người {code}", "department": department, **more}


LEADER, SECRETARY = member("NV-1", "leader"), member("NV-2", "secretary")


def when(state: State, command: Command, caller: Person = OFFICE) -> State:
    drafts = decide(state, KNOWN, command, caller)
    assert fits_catalogue(drafts)
    return fold(drafts, state)


def refusal(state: State, command: Command, caller: Person = OFFICE) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(state, KNOWN, command, caller)
    return caught.value


def planned() -> State:
    data = parsed((RULEBOOK.parent / "calendar.yaml").read_text("utf-8"))
    state = when(State(), OpenRound("DOT-2020", "2020-11-09", "2020-11-20", "lich-2020"))
    state = when(state, AdoptCalendar(data, "12-KH", "2020"))
    for team in ("DKT-1", "DKT-2"):
        state = when(state, FormTeam(team, (LEADER, SECRETARY) if team == "DKT-1" else
                                     (member("NV-3", "leader"), member("NV-4", "secretary"))))  # fmt: skip
    return when(state, Schedule("QH-Q01", "DKT-1", "2020-11-13", "MORNING"))


PLANNED = planned()


def late(state: State) -> list[bool]:
    (row, *_) = team_rows(state, KNOWN, ZONE, EVERYTHING)
    return [one["late"] for one in row["nominations"]]


def test_a_personnel_list_at_170000_is_in_time_and_at_170001_late() -> None:
    state = when(PLANNED, NOMINATE)
    later = replace(NOMINATE, person="LTT-02", occurred_at="2020-11-06T10:00:01.000000Z")
    assert late(when(state, later)) == [False, True]


@for_all(seconds=st.integers(-86400, 86400))
def test_a_nomination_is_late_exactly_after_the_second_that_the_calendar_names(seconds: int) -> None:
    moment = parse_instant(LAST_SECOND).timestamp() + seconds
    at = instant(datetime.fromtimestamp(moment, UTC))
    assert late(when(PLANNED, replace(NOMINATE, occurred_at=at))) == [seconds > 0]


def test_a_late_nomination_is_kept_and_only_the_body_that_the_calendar_names_is_late() -> None:
    after = replace(NOMINATE, occurred_at=instant(AFTER))
    state = when(PLANNED, after)
    state = when(state, replace(after, person="VP-009", department="VP"))
    assert late(state) == [True, False]


def test_a_withdrawn_member_is_replaced_after_the_inspection_was_held() -> None:
    state = when(PLANNED, NOMINATE)
    day = datetime(2020, 11, 13, 2, tzinfo=UTC)
    leader = person("team_leader@team:DKT-1", now=day)
    state = when(state, OpenInspection("QH-Q01", override="thiếu điểm"), leader)
    after = OFFICE.at(datetime(2020, 11, 14, tzinfo=UTC))
    state = when(state, WithdrawMember("DKT-1", "LTT-01", "chuyển công tác"), after)
    replacement = replace(NOMINATE, person="LTT-09", occurred_at="2020-11-13T08:00:00.000000Z")
    state = when(state, replacement, after)
    row = team_rows(state, KNOWN, ZONE, EVERYTHING)[0]
    assert [(one["person"], one["withdrawn"], one["late"]) for one in row["nominations"]] == [
        ("LTT-01", "chuyển công tác", False),
        ("LTT-09", None, True),
    ]


def test_somebody_is_nominated_once_and_again_only_after_being_withdrawn() -> None:
    state = when(PLANNED, NOMINATE)
    assert refusal(state, NOMINATE).rule == "already-nominated"
    withdraw = WithdrawMember("DKT-1", "LTT-01", "ốm")
    state = when(state, withdraw)
    error = refusal(state, withdraw)
    assert (error.rule, error.status) == ("not-nominated", 404)
    assert len(when(state, NOMINATE).nominations["DKT-1"]) == 2


def test_a_department_names_its_own_people_at_the_time_of_its_entry() -> None:
    own = replace(NOMINATE, occurred_at=None)
    assert decide(PLANNED, KNOWN, own, SCHOOL)[0].data["occurred_at"] == instant(AFTER)
    assert refusal(PLANNED, NOMINATE, SCHOOL).rule == "time-by-office"
    other = refusal(PLANNED, replace(own, department="BTG"), SCHOOL)
    assert (other.rule, other.status) == ("other-departments-people", 403)
    state = when(PLANNED, replace(NOMINATE, department="BTG"))
    assert refusal(state, WithdrawMember("DKT-1", "LTT-01", "x"), SCHOOL).rule == "other-departments-people"
    for hat in ("unit@unit:QH-Q01", "team_leader@team:DKT-1", "department@department:TDLTT"):
        with pytest.raises(AccessDenied):
            decide(PLANNED, KNOWN, own, person(hat))


# --- conflicts of interest


def flags(state: State, team: str = "DKT-1") -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.person, one.rule, one.about) for one in conflicts_of(state, KNOWN, team)]


def test_a_member_who_judges_the_unit_he_came_from_is_flagged_and_not_refused() -> None:
    team = (LEADER, SECRETARY, member("NV-9", "member", home_unit="QH-Q01"))
    state = when(PLANNED, FormTeam("DKT-1", team))
    assert flags(state) == [("NV-9", "home_unit", ("QH-Q01",))]
    moved = when(state, Schedule("QH-Q01", "DKT-2", "2020-11-13", "MORNING"))
    assert flags(moved) == flags(moved, "DKT-2") == []


def test_a_nominee_from_the_unit_is_flagged_until_he_is_withdrawn() -> None:
    state = when(PLANNED, replace(NOMINATE, home_unit="QH-Q01"))
    assert flags(state) == [("LTT-01", "home_unit", ("QH-Q01",))]
    assert flags(when(state, WithdrawMember("DKT-1", "LTT-01", "xung đột"))) == []


def test_a_leader_whose_department_scores_the_same_criteria_is_flagged() -> None:
    state = when(PLANNED, FormTeam("DKT-1", (member("NV-1", "leader", "BTG"), SECRETARY)))
    ((who, rule, criteria),) = flags(state)
    assert (who, rule) == ("NV-1", "own_criteria")
    owned = [leaf.id for leaf in rulebook().leaves if leaf.owner == "BTG" and "QH" in leaf.max]
    assert list(criteria) == owned != []
    state = when(PLANNED, FormTeam("DKT-1", (LEADER, member("NV-2", "secretary", "BTG"))))
    assert flags(state) == []


def test_somebody_in_two_teams_is_flagged_in_both() -> None:
    state = when(PLANNED, FormTeam("DKT-2", (member("NV-1", "leader"), member("NV-4", "secretary"))))
    assert flags(state) == [("NV-1", "two_teams", ("DKT-2",))]
    assert flags(state, "DKT-2") == [("NV-1", "two_teams", ("DKT-1",))]


def test_a_team_formed_again_replaces_the_old_one_and_every_unit_has_one_team() -> None:
    state = when(PLANNED, FormTeam("DKT-1", (member("NV-7", "leader"), SECRETARY)))
    assert [one["person"] for one in state.teams["DKT-1"].members] == ["NV-7", "NV-2"]
    state = when(state, Schedule("QH-Q01", "DKT-2", "2020-11-13", "MORNING"))
    assert (units_of_team(state, "DKT-1"), units_of_team(state, "DKT-2")) == ((), ("QH-Q01",))


def test_teams_are_shown_whole_to_who_sees_everything_and_else_ones_own() -> None:
    assert [one["team"] for one in team_rows(PLANNED, KNOWN, ZONE, EVERYTHING)] == ["DKT-1", "DKT-2"]
    own = Audience(teams=frozenset({"DKT-2"}))
    assert [one["team"] for one in team_rows(PLANNED, KNOWN, ZONE, own)] == ["DKT-2"]
    assert team_rows(PLANNED, KNOWN, ZONE, Audience(units=frozenset({"QH-Q01"}))) == []
