"""Given a ledger, when the Committee decides or a member answers, then an event is stated or refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from services.ranking import decider
from services.ranking.decider import Known, areas_of
from services.ranking.engine import compute
from shared.access import Target
from shared.decisions import Refused
from shared.events import Draft
from tests.support.board import MEETING, ON_BEHALF, Board
from tests.support.deciding import fits_catalogue, person
from tests.support.rulebooks import build, example_data, small

Json = dict[str, Any]
Decide = Callable[[Known, Json, Json], Draft]
BONUS = partial(decider.decide_amount, "bonus")
PENALTY = partial(decider.decide_amount, "penalty")


def given(**policies: Any) -> Board:
    data = example_data()
    data["policies"] |= policies
    data["bonus"]["items"].append({"code": "T9", "label": "Mức do Ban Thường vụ quyết", "cap": "2"})
    board = Board(build(data))
    for unit in ("A", "B"):
        board.unit(unit)
    return board


def known(board: Board, **more: Any) -> Known:
    state = board.state()
    return Known(state.size, state, areas_of(state), **more)


def facts(sub: str = "UV-1", role: str = "standing_committee") -> Json:
    speaker = person(f"{role}@ledger", sub=sub).doing("ranking.publish").authorise(Target())
    return speaker.facts(base_position=3)


def decided(board: Board, decide: Decide, **command: Any) -> Draft:
    draft = decide(known(board), {**MEETING, **command}, facts())
    assert fits_catalogue([draft])
    return draft


def refused(board: Board, decide: Decide, **command: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(known(board), {**MEETING, **command}, facts())
    fault = caught.value.faults[0]
    assert fault.vi
    assert fault.en
    return caught.value


def told(refusal: Refused) -> tuple[str, str | None, int]:
    fault = refusal.faults[0]
    return fault.rule, fault.field, refusal.status


# --- scores, bonuses, penalties ---------------------------------------------------------------------------


def test_the_committee_sets_a_criterion_even_to_the_points_that_it_has() -> None:
    board = given()
    board.decide("A", "1.2", "5")
    draft = decided(board, decider.decide_score, unit="A", criterion="1.2", stage="standing", points="5")
    assert (draft.type, draft.subject, draft.data["points"]) == ("decision.score.v1", "A", "5")
    assert draft.data["base_position"] == 3
    assert "unit" not in draft.data


def test_points_that_the_rulebook_refuses_are_refused_by_its_own_code() -> None:
    off_step = refused(
        given(), decider.decide_score, unit="A", criterion="1.2", stage="standing", points="5.1"
    )
    assert (off_step.faults[0].field, off_step.faults[0].value) == ("points", "5.1")
    nowhere = refused(given(), decider.decide_score, unit="Z", criterion="1.2", stage="standing", points="5")
    assert told(nowhere)[:2] == ("unknown-unit", "unit")


def test_a_decided_criterion_is_taken_back_only_while_it_stands() -> None:
    board = given()
    command = {"unit": "A", "criterion": "1.2", "stage": "standing"}
    assert told(refused(board, decider.withdraw_score, **command)) == (
        "nothing-to-withdraw",
        "criterion",
        409,
    )
    board.decide("A", "1.2", "5")
    assert decided(board, decider.withdraw_score, **command).type == "decision.score_withdrawn.v1"
    assert told(refused(board, decider.withdraw_score, **command | {"stage": "appeal"}))[2] == 409
    board.withdraw("A", "1.2", "standing")
    assert told(refused(board, decider.withdraw_score, **command))[0] == "nothing-to-withdraw"


@pytest.mark.parametrize(("decide", "code", "kind"), [(BONUS, "T1", "bonus"), (PENALTY, "P1", "penalty")])
def test_an_occurrence_is_not_decided_the_same_way_twice(decide: Decide, code: str, kind: str) -> None:
    board = given()
    command = {"unit": "A", "code": code, "occurrence_ref": "a", "outcome": "accepted"}
    assert decided(board, decide, **command).type == f"decision.{kind}.v1"
    board.bonus("A", code, "a", kind)
    assert told(refused(board, decide, **command)) == ("already-decided", "occurrence_ref", 409)
    decided(board, decide, **command | {"unit": "B"})
    decided(board, decide, **command | {"occurrence_ref": "b"})
    decided(board, decide, **command | {"outcome": "refused"})
    board.bonus("A", code, "a", kind, outcome="refused")
    decided(board, decide, **command)


def test_an_entry_that_still_waits_for_its_confirmation_is_a_decision_already() -> None:
    board = given(on_behalf_confirmation="required")
    board.bonus("A", "T1", "a", **ON_BEHALF)
    command = {"unit": "A", "code": "T1", "occurrence_ref": "a", "outcome": "accepted"}
    assert told(refused(board, BONUS, **command))[0] == "already-decided"


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ({"code": "X"}, "unknown-code"),
        ({"code": "P1"}, "unknown-code"),
        ({"code": "T1", "points": "1"}, "points-not-wanted"),
        ({"code": "T9"}, "missing-field"),
        ({"code": "T9", "points": "-1"}, "below-minimum"),
        ({"code": "T9", "points": "0.1"}, "off-step"),
    ],
)
def test_an_amount_that_does_not_fit_its_item_is_refused(command: Json, rule: str) -> None:
    refusal = refused(given(), BONUS, unit="A", occurrence_ref="a", outcome="accepted", **command)
    assert refusal.faults[0].rule == rule


def test_nothing_can_be_decided_without_a_rulebook() -> None:
    board = Board()
    board.unit("A")
    command = {"unit": "A", "criterion": "1.2", "stage": "standing", "points": "5"}
    assert told(refused(board, decider.decide_score, **command))[::2] == ("no-rulebook", 409)


# --- vetoes -----------------------------------------------------------------------------------------------


def test_a_veto_is_put_in_force_once_and_lifted_once() -> None:
    board = given()
    on, off = (
        {"unit": "A", "veto": "V1", "outcome": "recorded"},
        {"unit": "A", "veto": "V1", "outcome": "lifted"},
    )
    assert told(refused(board, decider.decide_veto, **off)) == ("nothing-to-lift", "veto", 409)
    draft = decided(board, decider.decide_veto, **on)
    assert (draft.type, draft.data["veto"], "outcome" in draft.data) == (
        "decision.veto_recorded.v1",
        "V1",
        False,
    )
    board.decide_veto("A", "V1")
    assert told(refused(board, decider.decide_veto, **on)) == ("already-confirmed", "veto", 409)
    assert decided(board, decider.decide_veto, **off).type == "decision.veto_lifted.v1"


def test_a_veto_in_force_by_the_offices_record_is_in_force_for_the_committee_too() -> None:
    board = given()
    board.veto("A", "V1")
    command = {"unit": "A", "veto": "V1", "outcome": "recorded"}
    assert told(refused(board, decider.decide_veto, **command))[0] == "already-confirmed"


@pytest.mark.parametrize("veto", ["V2", "V3", "V9"])
def test_a_veto_of_a_forfeit_or_of_a_rule_is_not_put_in_force_by_hand(veto: str) -> None:
    command = {"unit": "A", "veto": veto, "outcome": "recorded"}
    assert told(refused(given(), decider.decide_veto, **command)) == ("unknown-veto", "veto", 422)


# --- late facts and exceptions ----------------------------------------------------------------------------


def test_a_late_score_is_decided_on_by_its_position() -> None:
    board = given()
    in_time = board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    draft = decided(board, decider.decide_late_fact, unit="A", fact=late, outcome="accepted")
    assert (draft.type, draft.subject, draft.data["fact"]) == ("decision.late_fact.v1", "A", late)
    for unit, fact in (("A", in_time), ("B", late), ("A", 999)):
        refusal = refused(board, decider.decide_late_fact, unit=unit, fact=fact, outcome="accepted")
        assert told(refusal) == ("nothing-to-decide", "fact", 409)
    board.late_fact("A", late)
    refusal = refused(board, decider.decide_late_fact, unit="A", fact=late, outcome="accepted")
    assert told(refusal)[0] == "nothing-to-decide"
    decided(board, decider.decide_late_fact, unit="A", fact=late, outcome="refused")


def test_no_late_score_is_admitted_where_the_rulebook_refuses_scores_after_the_round() -> None:
    board = given(score_after_round_closed="refuse")
    board.close()
    late = board.score("A", "1.2", "4")
    refusal = refused(board, decider.decide_late_fact, unit="A", fact=late, outcome="accepted")
    assert told(refusal) == ("too-late", "fact", 409)


def test_an_exception_names_criteria_that_apply_and_are_missing() -> None:
    board = given()
    board.score("A", "1.2", "5")
    draft = decided(board, decider.decide_exception, unit="A", criteria=["1.1", "1.3"])
    assert (draft.type, draft.data["criteria"]) == ("decision.exception.v1", ["1.1", "1.3"])
    refusal = refused(board, decider.decide_exception, unit="A", criteria=["1.1", "1.2", "9.9"])
    assert [(fault.rule, fault.field, fault.value) for fault in refusal.faults] == [
        ("not-missing", "criteria.1", "1.2"),
        ("not-missing", "criteria.2", "9.9"),
    ]


def test_a_unit_that_is_not_open_in_the_cycle_has_no_exception() -> None:
    board = given()
    board.unit("C", valid_to="2019-12-31")
    assert told(refused(board, decider.decide_exception, unit="C", criteria=["1.1"]))[0] == "unit-not-open"


# --- forfeits ---------------------------------------------------------------------------------------------


def forfeit(board: Board, outcome: str, *stated: str) -> Draft:
    """Decide on unit A, of which ranking has stated ``stated`` itself."""
    history = [Draft(f"decision.forfeit_{one}.v1", "A", {}) for one in stated]
    draft = decider.decide_forfeit(
        known(board), history, {"unit": "A", "outcome": outcome, **MEETING}, facts()
    )
    assert fits_catalogue([draft])
    return draft


def open_a_case(board: Board) -> int:
    data = {"due": "2020-11-06T17:00:00.000000Z", "missing": ["MODELS"]}
    return board.state_fact("forfeit.case_opened.v1", "inspections", "A", data)


def test_a_case_that_is_declined_leaves_standing_class_and_appeal_right_as_they_were() -> None:
    board = given()
    for unit in ("A", "B"):
        board.score(unit, "1.2", "5")
    before = compute(board.state()).rows()
    open_a_case(board)
    draft = forfeit(board, "declined")
    assert (draft.type, draft.subject) == ("decision.forfeit_declined.v1", "A")
    position = board.state_fact(draft.type, "ranking", "A", draft.data)
    state = board.state()
    after = compute(state).rows()
    assert [(row.rank, row.class_id, row.sheet.appeal_right_lost) for row in after] == [
        (row.rank, row.class_id, False) for row in before
    ]
    assert all(row.sheet.vetoes == () for row in after)
    assert (state.decisions[position].type, state.uninterpreted) == ("decision.forfeit_declined.v1", 0)


def test_only_an_open_case_is_declined_and_only_once() -> None:
    board = given()
    with pytest.raises(Refused) as caught:
        forfeit(board, "declined")
    assert told(caught.value) == ("no-open-case", "unit", 409)
    open_a_case(board)
    with pytest.raises(Refused) as caught:
        forfeit(board, "declined", "declined")  # stated, and not in the ledger yet
    assert caught.value.faults[0].rule == "no-open-case"
    board.state_fact("decision.forfeit_declined.v1", "ranking", "A", dict(MEETING))
    with pytest.raises(Refused):
        forfeit(board, "declined", "declined")


def test_a_forfeit_is_confirmed_once_and_only_what_is_confirmed_is_lifted() -> None:
    board = given()
    open_a_case(board)
    assert forfeit(board, "confirmed").type == "decision.forfeit_confirmed.v1"
    for outcome, stated, rule in (
        ("confirmed", ("confirmed",), "already-confirmed"),
        ("lifted", (), "nothing-to-lift"),
        ("lifted", ("confirmed", "lifted"), "nothing-to-lift"),
    ):
        with pytest.raises(Refused) as caught:
            forfeit(board, outcome, *stated)
        assert caught.value.faults[0].rule == rule


# --- answers of members -----------------------------------------------------------------------------------


def entered(board: Board, sub: str = "VP-1") -> int:
    actor = {"sub": sub, "role": "office", "scope": "ledger"}
    return board.decide("A", "1.2", "5", actor=actor, **ON_BEHALF)


def answer(board: Board, decision: int, outcome: str = "confirmed", sub: str = "UV-1") -> Draft:
    draft = decider.answer_entry(known(board), {"decision": decision, "outcome": outcome}, facts(sub))
    assert fits_catalogue([draft])
    return draft


@pytest.mark.parametrize("outcome", ["confirmed", "disputed"])
def test_a_member_answers_for_what_the_office_entered(outcome: str) -> None:
    board = given()
    decision = entered(board)
    draft = answer(board, decision, outcome)
    assert (draft.type, draft.subject) == (f"decision.{outcome}.v1", "A")
    assert draft.data["decision"] == decision
    assert "outcome" not in draft.data


def test_whoever_entered_it_does_not_confirm_it() -> None:
    board = given()
    decision = entered(board, sub="UV-1")
    with pytest.raises(Refused) as caught:
        answer(board, decision)
    assert (caught.value.faults[0].rule, caught.value.status) == ("own-entry", 403)
    answer(board, decision, sub="UV-2")


def test_only_an_unconfirmed_entry_on_behalf_awaits_an_answer() -> None:
    board = given()
    own, score = board.decide("A", "1.2", "5"), board.score("A", "1.2", "5")
    confirmed = entered(board)
    board.answer(confirmed)
    for decision in (own, score, confirmed, 999):
        with pytest.raises(Refused) as caught:
            answer(board, decision)
        assert told(caught.value) == ("nothing-to-confirm", "decision", 409)


def test_an_entry_is_disputed_once_and_may_be_confirmed_after_that() -> None:
    board = given()
    decision = entered(board)
    board.answer(decision, "disputed")
    with pytest.raises(Refused) as caught:
        answer(board, decision, "disputed")
    assert told(caught.value) == ("already-disputed", None, 409)
    assert answer(board, decision).type == "decision.confirmed.v1"


# --- acknowledgements and freezes -------------------------------------------------------------------------


def test_an_event_that_is_not_understood_is_acknowledged_once() -> None:
    board = given()
    understood = len(board.events) - 1
    unread = board.state_fact("score.invented.v9", "scores", "A", {})
    command = {"event": unread, "reason": "Bản thử của dịch vụ chấm điểm."}
    draft = decider.acknowledge(known(board), command, facts())
    assert fits_catalogue([draft])
    assert (draft.type, draft.subject, draft.data["event"]) == ("event.acknowledged.v1", "*", unread)
    board.state_fact("event.acknowledged.v1", "ranking", "*", {"event": unread, "reason": "-"})
    for event in (unread, understood):
        with pytest.raises(Refused) as caught:
            decider.acknowledge(known(board), {**command, "event": event}, facts())
        assert told(caught.value) == ("nothing-to-acknowledge", "event", 409)


def test_a_record_that_is_not_authentic_is_acknowledged_by_its_digest() -> None:
    noise = f"sha256:{'a' * 64}"
    there = known(given(), noise=frozenset({noise}))
    draft = decider.acknowledge(there, {"noise": noise, "reason": "Khách lạ."}, facts())
    assert fits_catalogue([draft])
    assert draft.type == "noise.acknowledged.v1"
    with pytest.raises(Refused):
        decider.acknowledge(known(given()), {"noise": noise, "reason": "Khách lạ."}, facts())


@pytest.mark.parametrize("named", [{}, {"event": 1, "noise": f"sha256:{'a' * 64}"}])
def test_an_acknowledgement_names_exactly_one_thing(named: Json) -> None:
    with pytest.raises(Refused) as caught:
        decider.acknowledge(known(given()), {**named, "reason": "-"}, facts())
    assert caught.value.faults[0].rule == "missing-field"


def test_a_freeze_names_a_known_position_by_a_name_of_its_own() -> None:
    board = given()
    size = len(board.events)
    draft = decider.freeze(known(board), {"name": "chot-diem", "reason": "Hết hạn chấm."}, facts())
    assert fits_catalogue([draft])
    assert (draft.type, draft.data["position"]) == ("standings.frozen.v1", size)
    with pytest.raises(Refused) as ahead:
        decider.freeze(known(board), {"name": "a", "position": size + 1, "reason": "-"}, facts())
    assert told(ahead.value)[:2] == ("position-ahead", "position")
    frozen = {"name": "chot-diem", "position": 2, "reason": "-"}
    board.state_fact("standings.frozen.v1", "ranking", "*", frozen)
    with pytest.raises(Refused) as taken:
        decider.freeze(known(board), {"name": "chot-diem", "reason": "-"}, facts())
    assert told(taken.value) == ("name-taken", "name", 409)


def test_an_order_that_leaves_out_one_of_the_level_units_is_refused_and_names_it() -> None:
    rules = {"rank_style": "1234", "tie_breaks": [{"by": "committee_decision"}]}
    board = Board(small({"id": "1.1", "max": "10"}, **rules))
    for unit in ("A", "B", "C"):
        board.unit(unit)
        board.score(unit, "1.1", "5")
    with pytest.raises(Refused) as caught:
        decided(board, decider.decide_tie, area="QH", order=[["A"], ["C"]])
    assert [(one.rule, one.field, one.value) for one in caught.value.faults] == [
        ("incomplete-order", "order", "B")
    ]
    draft = decided(board, decider.decide_tie, area="QH", order=[["A"], ["B", "C"]])
    board.tie("QH", *draft.data["order"])
    with pytest.raises(Refused, match="incomplete-order"):
        decided(board, decider.decide_tie, area="QH", order=[["C"], ["B"]])
    assert decided(board, decider.decide_tie, area="QH", order=[["A"], ["C"], ["B"]]).data["area"] == "QH"
