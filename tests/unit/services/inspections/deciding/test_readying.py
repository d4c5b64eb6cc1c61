"""Given a unit on the schedule, when it prepares, then what it states is kept, and says what to do next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.inspections.commands import (
    AnswerPartyCommittee,
    DeclareAttendance,
    DeclareSite,
    IssueBriefing,
    RegisterSubordinates,
)
from services.inspections.decider import decide
from services.inspections.kept.digests import salted
from shared.access import AccessDenied
from tests.support.inspected import (
    BTG,
    LEADER,
    OFFICE,
    OTHER_UNIT,
    SECRETARY,
    UNIT,
    opened,
    scheduled,
)

SUBORDINATES = RegisterSubordinates(
    "QH-Q01",
    (
        {"code": "S1", "name": "Phường 1", "kind": "ward_commune_township", "class": "EXCELLENT"},
        {"code": "S2", "name": "Quân sự", "kind": "armed_forces"},
    ),
    "01-BC/ĐTN",
)
ATTENDEES = DeclareAttendance(
    "QH-Q01", ({"role": "secretary", "person": salted("muoi", "A"), "subordinate": "S1"},)
)
BRIEFING = IssueBriefing("BTG", "priority", "Xem hồ sơ tuyên truyền", unit="QH-Q01")


# --- briefings


def test_a_department_briefs_about_a_unit_or_an_area_in_its_own_name() -> None:
    assert scheduled().fact(BRIEFING, BTG)["department"] == "BTG"
    whole = replace(BRIEFING, unit=None, area="QH")
    drafts = decide(scheduled().state, scheduled().known, whole, BTG)
    assert (drafts[0].subject, drafts[0].data["area"]) == ("*", "QH")
    error = scheduled().refusal(replace(BRIEFING, department="BTN"), BTG)
    assert (error.rule, error.status) == ("other-department", 403)


def test_the_office_briefs_for_whoever_asks_it_to() -> None:
    assert scheduled().fact(replace(BRIEFING, department="TST"), OFFICE)["responsible"] == "TST"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"area": "QH"}, "unit-or-area"),
        ({"unit": None}, "unit-or-area"),
        ({"unit": None, "area": "XX"}, "unknown-area"),
        ({"unit": "QH-Q99"}, "unknown-unit"),
    ],
)
def test_a_briefing_names_one_unit_or_one_area(changes: dict[str, Any], rule: str) -> None:
    assert scheduled().refusal(replace(BRIEFING, **changes), BTG).rule == rule


def test_units_and_teams_brief_nobody() -> None:
    for caller in (UNIT, LEADER):
        with pytest.raises(AccessDenied):
            decide(scheduled().state, scheduled().known, BRIEFING, caller)


# --- what a unit states


def test_a_later_list_of_subordinates_replaces_the_earlier() -> None:
    place = scheduled().when(SUBORDINATES, UNIT)
    place = place.when(replace(SUBORDINATES, subordinates=SUBORDINATES.subordinates[:1]), UNIT)
    assert [one["code"] for one in place.state.visit("QH-Q01").record.subordinates] == ["S1"]


@pytest.mark.parametrize(
    ("rows", "rule", "field"),
    [
        ((SUBORDINATES.subordinates[0],) * 2, "subordinate-twice", "subordinates.1.code"),
        (({**SUBORDINATES.subordinates[0], "class": "BEST"},), "unknown-class", "subordinates.0.class"),
    ],
)
def test_a_list_of_subordinates_that_cannot_be_is_refused(rows: Any, rule: str, field: str) -> None:
    error = scheduled().refusal(replace(SUBORDINATES, subordinates=rows), UNIT)
    assert [(fault.rule, fault.field) for fault in error.faults] == [(rule, field)]


def test_attendees_are_noted_with_what_departs_from_the_rule_and_never_refused() -> None:
    place = scheduled().when(SUBORDINATES, UNIT)
    data = place.fact(ATTENDEES, UNIT)
    assert (data["version"], "NOT_COVERED.armed_forces" in data["deviations"]) == (1, True)
    assert place.when(ATTENDEES, UNIT).fact(replace(ATTENDEES, attendees=()), UNIT)["version"] == 2


def test_a_salted_digest_tells_nothing_of_the_name_without_its_salt() -> None:
    assert salted("a", "Nguyễn Văn A") != salted("b", "Nguyễn Văn A")
    assert salted("a", "Nguyễn Văn A") == salted("a", "Nguyễn Văn A")
    assert salted("a", "b\nc") != salted("a\nb", "d")


def test_once_the_session_has_begun_attendees_and_place_stand() -> None:
    for command in (ATTENDEES, DeclareSite("QH-Q01", True)):
        assert opened().refusal(command, UNIT).rule == "inspection-opened"


def test_a_place_that_is_not_ready_and_a_party_committee_that_does_not_come_say_why() -> None:
    assert scheduled().refusal(DeclareSite("QH-Q01", False), UNIT).rule == "explanation-missing"
    assert scheduled().refusal(AnswerPartyCommittee("QH-Q01", False), UNIT).rule == "explanation-missing"
    assert scheduled().fact(DeclareSite("QH-Q01", False, "Đang sửa"), UNIT)["ready"] is False


def test_the_party_committees_answer_may_come_through_the_secretary_and_nobody_else_of_the_team() -> None:
    command = AnswerPartyCommittee("QH-Q01", True)
    assert scheduled().fact(command, SECRETARY)["responsible"] == "QH-Q01"
    with pytest.raises(AccessDenied):
        decide(scheduled().state, scheduled().known, command, LEADER)


@pytest.mark.parametrize("command", [SUBORDINATES, ATTENDEES, DeclareSite("QH-Q01", True)])
def test_a_unit_speaks_for_itself_alone(command: Any) -> None:
    for caller in (OTHER_UNIT, OFFICE, LEADER):
        with pytest.raises(AccessDenied):
            decide(scheduled().state, scheduled().known, command, caller)
