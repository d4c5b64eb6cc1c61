"""Given a session, when it is concluded, then it may be delegated, amended and answered (plan III.7)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.commands import (
    Adjust,
    AmendConclusion,
    AnswerAdjustment,
    CloseRound,
    DelegateConclusion,
    OpenInspection,
    SignConclusion,
)
from services.inspections.decider import decide
from shared.access import AccessDenied
from shared.rulebook import number
from tests.support.inspected import (
    DAY,
    DEPUTY,
    LEADER,
    OFFICE,
    OTHER_UNIT,
    SECRETARY,
    UNIT,
    Place,
    opened,
    scheduled,
)

SCORES = tuple({"criterion": code, "value": "2"} for code in ("8.1", "8.2", "8.3"))
FIVE = ("1.1", "1.2", "2.1", "7.1", "7.2")
ADJUSTED = tuple(Adjust(code, "0.5", "Đối chiếu") for code in FIVE)
CONCLUSION = SignConclusion("QH-Q01", "Mặt được", "Hạn chế", "Định hướng", SCORES, ADJUSTED)
AMENDMENT = AmendConclusion("QH-Q01", "Đọc nhầm hồ sơ")
NOON = LEADER.at(DAY.replace(hour=4))


def concluded() -> Place:
    """The conclusion adjusts five criteria; the ledger has caught up."""
    signed = opened().when(CONCLUSION, NOON)
    return signed.telling(**{f"inspection_{code.replace('.', '_')}": ("0.5",) for code in FIVE})


def answer(place: Place, criterion: str, **about: Any) -> AnswerAdjustment:
    given = place.state.visit("QH-Q01").record.adjustment(criterion)
    assert given is not None
    return AnswerAdjustment("QH-Q01", given, criterion, **about)


# --- what a conclusion may list


def test_a_conclusion_that_lists_a_criterion_outside_the_rulebook_is_refused() -> None:
    outside = replace(CONCLUSION, adjustments=(Adjust("99.9", "1", "Đối chiếu"),))
    error = opened().refusal(outside, NOON)
    assert [fault.field for fault in error.faults] == ["adjustments.0.criterion"]


def test_a_criterion_without_self_score_is_adjusted_from_nothing_that_was_claimed() -> None:
    data = opened().fact(CONCLUSION, NOON)
    assert {change["from_self"] for change in data["adjustments"]} == {None}
    claimed = replace(
        CONCLUSION, adjustments=(Adjust("1.2", "0.5", "Đối chiếu", frozenset({"from_self"}), "1"),)
    )
    assert opened().refusal(claimed, NOON).rule == "stale-adjustment"


def test_a_score_that_arrives_after_an_override_and_is_higher_than_assumed_is_seen_before_signing() -> None:
    closed = scheduled().telling(department_1_2=())
    place = closed.when(OpenInspection("QH-Q01", override="Ban sẽ gửi sau"), LEADER.at(DAY))
    assumed = Adjust("1.2", "0.5", "Chưa có điểm của Ban", frozenset({"from_effective"}))
    command = replace(CONCLUSION, adjustments=(assumed,))
    assert place.fact(command, NOON)["adjustments"][0]["from_effective"] is None
    late = place.telling(department_1_2=("5",))
    error = late.refusal(command, NOON)
    assert (error.rule, error.status, error.faults[0].field) == (
        "stale-adjustment",
        409,
        "adjustments.0.from_effective",
    )
    seen = replace(command, adjustments=(replace(assumed, from_effective="5"),))
    assert late.fact(seen, NOON)["adjustments"][0]["from_effective"] == "5"
    assert late.state.visit("QH-Q01").opening == place.state.visit("QH-Q01").opening


# --- delegation


def test_a_member_concludes_once_the_leader_has_delegated_it_to_him() -> None:
    deputy = DEPUTY.at(NOON.now)
    assert opened().refusal(CONCLUSION, deputy).rule == "not-delegated"
    delegated = opened().when(DelegateConclusion("QH-Q01", "NV-002", "12-UQ/ĐKT"), NOON)
    assert delegated.fact(CONCLUSION, deputy)["actor"]["role"] == "team_member"
    assert delegated.fact(CONCLUSION, NOON)["actor"]["role"] == "team_leader"
    error = delegated.refusal(CONCLUSION, SECRETARY.at(NOON.now))
    assert (error.rule, error.status) == ("not-delegated", 403)


def test_the_newest_delegation_stands() -> None:
    place = opened()
    for member in ("NV-002", "NV-003"):
        place = place.when(DelegateConclusion("QH-Q01", member, "12-UQ/ĐKT"), NOON)
    assert place.refusal(CONCLUSION, DEPUTY.at(NOON.now)).rule == "not-delegated"
    assert place.fact(CONCLUSION, SECRETARY.at(NOON.now))


@pytest.mark.parametrize("who", ["NV-001", "NV-999"])
def test_a_conclusion_is_delegated_to_another_member_of_the_team(who: str) -> None:
    assert opened().refusal(DelegateConclusion("QH-Q01", who, "12-UQ/ĐKT"), NOON).rule == "not-a-delegate"


def test_only_the_leader_delegates_and_only_before_the_conclusion() -> None:
    command = DelegateConclusion("QH-Q01", "NV-002", "12-UQ/ĐKT")
    with pytest.raises(AccessDenied):
        decide(opened().state, opened().known, command, SECRETARY)
    assert concluded().refusal(command, NOON).rule == "already-concluded"


# --- amendments


def test_an_amendment_states_what_changes_and_nothing_else() -> None:
    data = concluded().fact(replace(AMENDMENT, limitations="Hạn chế khác"), NOON)
    assert data["limitations"] == "Hạn chế khác"
    assert not data.keys() & {"strengths", "orientation", "scores", "adjustments", "withdrawn"}


def test_an_amended_adjustment_rests_on_the_adjustment_before_it() -> None:
    change = Adjust("1.2", "0.25", "Đọc lại", frozenset({"from_effective"}), None, "0.5")
    data = concluded().fact(replace(AMENDMENT, adjustments=(change,)), NOON)
    assert data["adjustments"][0]["from_effective"] == "0.5"
    stale = replace(AMENDMENT, adjustments=(replace(change, from_effective="0"),))
    error = concluded().refusal(stale, NOON)
    assert (error.rule, error.status) == ("stale-adjustment", 409)


def test_nothing_is_adjusted_anew_while_the_ledger_lags_behind() -> None:
    signed = opened().when(CONCLUSION, NOON)
    change = replace(AMENDMENT, adjustments=(Adjust("1.2", "0.25", "Đọc lại"),))
    assert signed.refusal(change, NOON).rule == "ledger-behind"
    assert signed.fact(replace(AMENDMENT, strengths="Khác"), NOON)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "nothing-amended"),
        ({"withdrawn": ("3.1",)}, "unknown-adjustment"),
        ({"withdrawn": ("8.1",)}, "score-missing"),
        ({"withdrawn": ("1.2", "1.2")}, "criterion-twice"),
        ({"withdrawn": ("1.2",), "adjustments": (Adjust("1.2", "0", "Khác"),)}, "criterion-twice"),
        ({"scores": ({"criterion": "1.2", "value": "1"},)}, "not-an-inspection-leaf"),
        ({"scores": (SCORES[0], SCORES[0])}, "criterion-twice"),
        ({"adjustments": (Adjust("8.1", "1", "Khác"),)}, "not-an-adjustment"),
        ({"recognised_models": ({"ref": "M1", "title": "Một"},) * 2}, "model-twice"),
    ],
)
def test_an_amendment_that_cannot_be_is_refused(changes: dict[str, Any], rule: str) -> None:
    assert concluded().refusal(replace(AMENDMENT, **changes), NOON).rule == rule


def test_a_score_of_the_team_is_amended_and_the_amendment_may_be_withdrawn() -> None:
    higher = replace(AMENDMENT, scores=({"criterion": "8.1", "value": "1.5"},))
    amended = concluded().when(higher, NOON)
    withdrawn = replace(AMENDMENT, withdrawn=("8.1",))
    assert amended.fact(withdrawn, NOON)["withdrawn"] == ["8.1"]
    assert amended.when(withdrawn, NOON).refusal(withdrawn, NOON).rule == "score-missing"


def test_a_conclusion_is_amended_after_it_was_signed_and_before_its_round_is_closed() -> None:
    command = replace(AMENDMENT, strengths="Khác")
    assert opened().refusal(command, NOON).rule == "not-concluded"
    closed = concluded().when(CloseRound("DOT-2020"), OFFICE)
    error = closed.refusal(command, NOON)
    assert (error.rule, error.status) == ("round-closed", 409)
    for caller in (UNIT, SECRETARY, OFFICE):
        with pytest.raises(AccessDenied):
            decide(concluded().state, concluded().known, command, caller)


# --- the unit's answers


def test_a_unit_may_dispute_one_of_five_adjustments_and_acknowledge_the_rest() -> None:
    place = concluded()
    place = place.when(answer(place, "1.2", text="Có minh chứng", disputes=True), UNIT)
    for code in set(FIVE) - {"1.2"}:
        place = place.when(answer(place, code), UNIT)
    record = place.state.visit("QH-Q01").record
    assert record.unanswered() == ()
    assert [code for (code, _), kind in record.answers.items() if kind == "adjustment.disputed.v1"] == ["1.2"]


def test_an_adjustment_is_answered_once_and_by_the_unit_itself() -> None:
    place = concluded()
    command = answer(place, "1.2")
    for caller in (OTHER_UNIT, LEADER, OFFICE):
        with pytest.raises(AccessDenied):
            decide(place.state, place.known, command, caller)
    error = place.when(command, UNIT).refusal(replace(command, text="Khác", disputes=True), UNIT)
    assert (error.rule, error.status) == ("already-answered", 409)


def test_a_dispute_says_why() -> None:
    place = concluded()
    assert place.refusal(answer(place, "1.2", disputes=True), UNIT).rule == "explanation-missing"


def test_what_the_leader_amends_after_the_unit_acknowledged_is_asked_again_and_nothing_else_is() -> None:
    place = concluded()
    for code in FIVE:
        place = place.when(answer(place, code), UNIT)
    old = answer(place, "1.2")
    place = place.when(replace(AMENDMENT, adjustments=(Adjust("1.2", "0.25", "Đọc lại"),)), NOON)
    assert place.state.visit("QH-Q01").record.unanswered() == ("1.2",)
    assert place.refusal(old, UNIT).rule == "adjustment-amended"
    assert place.fact(answer(place, "1.2"), UNIT)["conclusion"] == place.facts


def test_a_withdrawn_adjustment_cannot_be_answered_and_the_older_one_keeps_its_answer() -> None:
    place = concluded()
    place = place.when(answer(place, "1.2"), UNIT)
    place = place.when(replace(AMENDMENT, adjustments=(Adjust("1.2", "0.25", "Đọc lại"),)), NOON)
    withdrawn = replace(AMENDMENT, withdrawn=("1.2",))
    place = place.when(withdrawn, NOON)
    assert "1.2" not in place.state.visit("QH-Q01").record.unanswered()
    gone = place.when(withdrawn, NOON)
    error = gone.refusal(AnswerAdjustment("QH-Q01", place.facts, "1.2"), UNIT)
    assert error.rule == "unknown-adjustment"


def test_what_was_never_adjusted_is_not_answered() -> None:
    assert concluded().refusal(AnswerAdjustment("QH-Q01", 5, "3.1"), UNIT).rule == "unknown-adjustment"
    assert scheduled().refusal(AnswerAdjustment("QH-Q01", 5, "1.2"), UNIT).rule == "unknown-adjustment"


@for_all(
    steps=st.lists(
        st.tuples(st.sampled_from(["amend", "withdraw", "answer"]), st.integers(min_value=0, max_value=2)),
        max_size=12,
    )
)
def test_an_adjustment_is_open_to_an_answer_exactly_when_its_newest_value_has_none(
    steps: list[tuple[str, int]],
) -> None:
    place = opened().when(CONCLUSION, NOON)
    stack = [place.state.visit("QH-Q01").record.adjustment("1.2")]
    answered: set[int | None] = set()
    for what, quarters in steps:
        told = place.telling(inspection_1_2=("0",) * len(stack))
        if what == "answer" and stack and stack[-1] not in answered:
            place = told.when(answer(place, "1.2"), UNIT)
            answered.add(stack[-1])
        elif what == "amend":
            to = number.show(Fraction(quarters, 4), 2)
            place = told.when(replace(AMENDMENT, adjustments=(Adjust("1.2", to, "Đọc lại"),)), NOON)
            stack.append(place.facts)
        elif what == "withdraw" and stack:
            place = told.when(replace(AMENDMENT, withdrawn=("1.2",)), NOON)
            stack.pop()
        waiting = bool(stack) and stack[-1] not in answered
        assert ("1.2" in place.state.visit("QH-Q01").record.unanswered()) == waiting
