"""Decisions of the Standing Committee in the fold: late facts, vetoes, confirmations, and what they move."""

from __future__ import annotations

from typing import Any

import pytest

from services.ranking.engine import body, compute, digest, sheet_of
from services.ranking.engine.fold import DecisionNote, State
from services.ranking.engine.sheet import Mark, Sheet
from tests.support.board import ON_BEHALF, Board, replay
from tests.support.rulebooks import build, example_data, leaf_of


def board_of(*units: str, **policies: Any) -> Board:
    data = example_data()
    data["policies"] |= policies
    board = Board(build(data))
    for unit in units or ("A",):
        board.unit(unit)
    return board


def sheet(board: Board, unit: str = "A", at: int | None = None) -> Sheet:
    found = sheet_of(replay(board.events[:at]), unit)
    assert found is not None
    return found


def marks(board: Board, criterion: str = "1.2", unit: str = "A") -> list[Mark]:
    return next(list(leaf.marks) for leaf in sheet(board, unit).leaves if leaf.id == criterion)


def points(board: Board, criterion: str = "1.2", unit: str = "A", at: int | None = None) -> str | None:
    found = sheet(board, unit, at).measure(f"criterion:{criterion}")
    return None if found is None else str(found)


def refusals(board: Board) -> list[tuple[int, str]]:
    return [(one.position, one.reason) for one in board.state().refused]


def note(board: Board, position: int) -> DecisionNote:
    return board.state().decisions[position]


# --- late facts -------------------------------------------------------------------------------------------


def test_a_correction_after_the_round_counts_from_the_committees_decision_on() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    assert points(board) == "5"
    decided = board.late_fact("A", late)
    assert points(board, at=decided) == "5"
    assert points(board, at=decided + 1) == "4"
    assert [(mark.status, mark.admitted) for mark in marks(board)] == [("", None), ("", decided)]


def test_a_correction_before_the_round_closes_counts_but_the_conclusion_still_wins() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.conclude("A", adjustments=[{"criterion": "1.2", "to": "4.5", "from_effective": "5"}])
    board.score("A", "1.2", "3")
    assert [mark.status for mark in marks(board)] == ["", "", ""]
    assert points(board) == "9/2"


def test_a_correction_after_publication_shows_only_in_what_is_published_next() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    pinned = len(board.events)
    before = digest(body(compute(board.state())))
    board.state_fact("result.published.v1", "ranking", "*", {"version": 1, "position": pinned})
    board.late_fact("A", late)
    assert digest(body(compute(replay(board.events[:pinned])))) == before
    assert digest(body(compute(board.state()))) != before


def test_a_late_score_that_the_committee_refuses_never_counts() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    board.late_fact("A", late, "refused")
    assert points(board) == "5"
    assert refusals(board) == []


def test_a_refusal_takes_an_admission_back_and_the_score_may_be_admitted_anew() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    board.late_fact("A", late)
    board.late_fact("A", late, "refused")
    assert points(board) == "5"
    assert [(mark.status, mark.admitted) for mark in marks(board)] == [("", None), ("ROUND_CLOSED", None)]
    again = board.late_fact("A", late)
    assert points(board) == "4"
    assert marks(board)[-1].admitted == again


def test_of_two_admitted_corrections_the_one_admitted_last_is_the_latest() -> None:
    board = board_of()
    board.close()
    older, newer = board.score("A", "1.2", "4"), board.score("A", "1.2", "6")
    board.late_fact("A", newer)
    assert points(board) == "6"
    board.late_fact("A", older)
    assert points(board) == "4"


def test_an_admitted_score_is_newer_than_every_score_stated_before_its_admission() -> None:
    board = board_of(late_department_score="refuse")
    board.state_fact("inspection.opened.v1", "inspections", "A", {})
    first, second = board.score("A", "1.2", "4"), board.score("A", "1.2", "5")
    board.late_fact("A", second)
    board.late_fact("A", first)
    assert points(board) == "4"


def test_an_adjustment_between_a_late_score_and_its_admission_saw_the_value_of_its_own_moment() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    board.conclude("A", adjustments=[{"criterion": "1.2", "to": "4.5", "from_effective": "5"}])
    board.late_fact("A", late)
    board.conclude("A", adjustments=[{"criterion": "1.2", "to": "3.5", "from_effective": "4.5"}])
    assert {mark.status for mark in marks(board)} == {""}
    board = board_of(conclusion_outranks_department=False)
    board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    board.late_fact("A", late)
    board.conclude("A", adjustments=[{"criterion": "1.2", "to": "3.5", "from_effective": "5"}])
    assert [mark.status for mark in marks(board)] == ["", "", "STALE"]


@pytest.mark.parametrize(
    ("policies", "status"),
    [
        ({"score_after_conclusion": "refuse"}, "AFTER_CONCLUSION"),
        ({"late_department_score": "refuse"}, "LATE"),
    ],
)
def test_the_committee_may_admit_what_came_after_the_inspection(policies: Any, status: str) -> None:
    board = board_of(**policies)
    board.state_fact("inspection.opened.v1", "inspections", "A", {})
    board.conclude("A", {"8.1": "4"})
    late = board.score("A", "1.2", "4")
    assert [mark.status for mark in marks(board)] == [status]
    board.late_fact("A", late)
    assert points(board) == "4"


def test_nothing_is_admitted_after_the_round_where_the_rulebook_refuses_it() -> None:
    board = board_of(score_after_round_closed="refuse")
    board.close()
    late = board.score("A", "1.2", "4")
    board.late_fact("A", late)
    assert points(board) is None
    assert [mark.status for mark in marks(board)] == ["ROUND_CLOSED"]


def test_a_late_fact_decision_that_names_no_late_score_of_the_unit_changes_nothing_and_is_kept() -> None:
    board = board_of("A", "B")
    in_time = board.score("A", "1.2", "5")
    board.close()
    of_another = board.score("B", "1.2", "4")
    wrong = [
        board.late_fact("A", in_time),
        board.late_fact("A", of_another),
        board.late_fact("A", 999),
        board.late_fact("A", True),
        board.late_fact("nobody", of_another),
    ]
    assert refusals(board) == [(position, "FACT") for position in wrong]
    assert points(board) == "5"
    assert points(board, unit="B") is None


def test_a_withdrawn_or_refused_late_score_cannot_be_admitted() -> None:
    board = board_of()
    board.close()
    withdrawn, bad = board.score("A", "1.2", "4"), board.score("A", "1.1", "x", target="10")
    board.withdraw("A", "1.2")
    board.late_fact("A", withdrawn)
    board.late_fact("A", bad)
    assert points(board) is None
    assert points(board, "1.1") is None


def test_a_correction_of_an_admitted_correction_needs_a_decision_of_its_own() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.close()
    board.late_fact("A", board.score("A", "1.2", "4"))
    again = board.score("A", "1.2", "3")
    assert points(board) == "4"
    board.late_fact("A", again)
    assert points(board) == "3"


def test_an_adjustment_outlives_the_withdrawal_of_the_score_that_it_refers_to() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.conclude("A", adjustments=[{"criterion": "1.2", "to": "4", "from_effective": "5"}])
    board.withdraw("A", "1.2")
    assert points(board) == "4"
    assert [(mark.status, mark.withdrawn) for mark in marks(board)] == [("", True), ("", False)]


def test_what_a_decision_admitted_only_a_decision_takes_back() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    board.late_fact("A", late)
    board.withdraw("A", "1.2")
    assert points(board) == "4"
    board.late_fact("A", late, outcome="refused")
    assert points(board) == "5"


@pytest.mark.parametrize("amended_first", [True, False])
def test_an_amendment_that_re_evaluates_judges_an_admitted_score_too(amended_first: bool) -> None:
    board = board_of()
    board.close()
    late = board.score("A", "1.2", "6")
    data = example_data()
    data["rulebook"]["version"] = "2.1.0"
    leaf_of(data, "1.2")["max"]["QH"], leaf_of(data, "1.3")["max"]["QH"] = "5.75", "5.25"
    if not amended_first:
        board.late_fact("A", late)
        assert points(board) == "6"
    board.adopt(build(data), mode="re_evaluate_all", decision="QĐ-1")
    if amended_first:
        board.late_fact("A", late)
    assert [mark.status for mark in marks(board)] == ["INVALIDATED"]
    assert points(board) is None


# --- vetoes -----------------------------------------------------------------------------------------------


def test_a_veto_by_decision_is_in_force_by_the_decisions_own_document_until_lifted() -> None:
    board = board_of()
    assert sheet(board).vetoes == ()
    board.decide_veto("A", "V1")
    assert sheet(board).vetoes == ("V1",)
    board.decide_veto("A", "V1", "lifted")
    assert sheet(board).vetoes == ()


def test_a_veto_by_decision_lowers_the_class_as_a_recorded_one_does() -> None:
    recorded, decided = board_of(), board_of()
    for board in (recorded, decided):
        for leaf in board.state().rulebook.leaves:  # type: ignore[union-attr]
            board.decide("A", leaf.id, str(leaf.max["QH"]))
    recorded.veto("A", "V1")
    decided.decide_veto("A", "V1")
    assert recorded.row("A") == decided.row("A")
    assert decided.row("A")["class"] == "COMPLETED"
    decided.decide_veto("A", "V1", "lifted")
    assert decided.row("A")["class"] == "EXCELLENT"


def test_what_the_office_recorded_the_committee_can_lift_and_the_other_way_round() -> None:
    board = board_of()
    board.veto("A", "V1")
    board.decide_veto("A", "V1", "lifted")
    assert sheet(board).vetoes == ()
    board.decide_veto("A", "V1")
    board.lift("A", "V1")
    assert sheet(board).vetoes == ()


def test_a_veto_that_a_forfeit_or_a_rule_brings_is_not_the_committees_to_record() -> None:
    board = board_of()
    board.decide_veto("A", "V2")
    board.decide_veto("A", "V3")
    assert sheet(board).vetoes == ()


# --- entries on behalf, and their confirmation ------------------------------------------------------------


def test_an_entry_counts_at_once_where_confirmation_is_optional() -> None:
    board = board_of()
    entered = board.decide("A", "1.2", "5", **ON_BEHALF)
    assert points(board) == "5"
    assert note(board, entered).unanswered
    answered = board.answer(entered)
    assert points(board) == "5"
    assert (note(board, entered).confirmed, note(board, entered).effective) == (answered, entered)


def test_an_entry_counts_from_its_confirmation_on_where_that_is_required() -> None:
    board = board_of(on_behalf_confirmation="required")
    entered = board.decide("A", "1.2", "5", **ON_BEHALF)
    assert points(board) is None
    assert note(board, entered).effective is None
    confirmed = board.answer(entered)
    assert points(board, at=confirmed) is None
    assert points(board) == "5"
    assert [mark.position for mark in marks(board)] == [confirmed]
    assert note(board, entered).effective == confirmed


def test_what_the_committee_states_itself_needs_no_confirmation() -> None:
    board = board_of(on_behalf_confirmation="required")
    board.decide("A", "1.2", "5")
    assert points(board) == "5"


def test_a_held_decision_takes_its_place_in_the_order_when_it_is_confirmed() -> None:
    board = board_of(on_behalf_confirmation="required")
    entered = board.decide("A", "1.2", "5", **ON_BEHALF)
    board.decide("A", "1.2", "4")
    assert points(board) == "4"
    board.answer(entered)
    assert points(board) == "5"


def held(board: Board) -> list[int]:
    late = board.score("A", "1.2", "4")
    return [
        board.late_fact("A", late, **ON_BEHALF),
        board.bonus("A", "T1", "a", **ON_BEHALF),
        board.penalty("A", "P1", "a", **ON_BEHALF),
        board.decide_veto("A", "V1", **ON_BEHALF),
        board.forfeit("A", **ON_BEHALF),
        board.exception("A", "1.1", **ON_BEHALF),
        board.tie("QH", ["A"], ["B"], **ON_BEHALF),
        board.decide("A", "2.3", "5", **ON_BEHALF),
        board.withdraw("A", "2.3", "standing", **ON_BEHALF),
    ]


def effects(state: State) -> tuple[Any, ...]:
    found = sheet_of(state, "A")
    assert found is not None
    return (
        found.measure("criterion:1.2"),
        found.bonus,
        found.penalty,
        found.vetoes,
        len(state.exceptions),
        len(state.ties),
    )


def test_every_kind_of_decision_waits_alike_and_counts_alike() -> None:
    waiting, plain = board_of("A", "B", on_behalf_confirmation="required"), board_of("A", "B")
    for board in (waiting, plain):
        board.close()
    decisions = held(waiting)
    assert {note(waiting, position).effective for position in decisions} == {None}
    assert effects(waiting.state()) == (None, 0, 0, (), 0, 0)
    for position in decisions:
        waiting.answer(position)
    held(plain)
    assert effects(waiting.state()) == effects(plain.state())
    assert effects(plain.state())[3:] == (("V1", "V2"), 1, 1)


def test_the_policy_is_that_of_the_moment_when_the_decision_was_stated() -> None:
    board = board_of(on_behalf_confirmation="required")
    first = board.decide_veto("A", "V1", **ON_BEHALF)
    data = example_data()
    data["rulebook"]["version"] = "2.0.0"
    board.adopt(build(data))
    assert sheet(board).vetoes == ()
    second = board.bonus("A", "T1", "a", **ON_BEHALF)
    assert note(board, second).effective == second
    board.answer(first)
    assert sheet(board).vetoes == ("V1",)


def test_a_dispute_changes_no_number_and_a_later_confirmation_settles_it() -> None:
    board = board_of()
    entered = board.decide("A", "1.2", "5", **ON_BEHALF)
    before = board.body()
    board.answer(entered, "disputed")
    assert board.body() == before
    assert note(board, entered).contested
    board.answer(entered)
    assert board.body() == before
    assert not note(board, entered).contested


def test_a_disputed_entry_that_waits_goes_on_waiting() -> None:
    board = board_of(on_behalf_confirmation="required")
    entered = board.decide("A", "1.2", "5", **ON_BEHALF)
    board.answer(entered, "disputed")
    assert points(board) is None
    board.answer(entered)
    assert points(board) == "5"


def test_an_answer_to_what_awaits_none_is_kept_and_has_no_effect() -> None:
    board = board_of()
    own = board.decide("A", "1.2", "5")
    score = board.score("A", "1.2", "4")
    entered = board.decide("A", "1.2", "6", **ON_BEHALF)
    board.answer(entered, "disputed")
    wrong = [
        board.answer(own),
        board.answer(score),
        board.answer(999),
        board.answer(entered, "disputed"),
    ]
    board.answer(entered)
    wrong += [board.answer(entered), board.answer(entered, "disputed")]
    assert refusals(board) == [(position, "NOTHING_TO_ANSWER") for position in wrong]
    assert points(board) == "6"


def test_a_withdrawn_decision_of_the_committee_shows_the_older_one_again() -> None:
    board = board_of()
    board.score("A", "1.2", "3")
    board.decide("A", "1.2", "5")
    board.decide("A", "1.2", "6")
    board.withdraw("A", "1.2", "standing")
    assert points(board) == "5"
    board.withdraw("A", "1.2", "standing")
    assert points(board) == "3"


# --- what is noted beside the standings -------------------------------------------------------------------


def test_exceptions_freezes_and_acknowledgements_move_no_number() -> None:
    board = board_of()
    board.state_fact("score.invented.v9", "scores", "A", {})
    before = board.body()
    board.exception("A", "1.1", "1.2")
    board.state_fact("event.acknowledged.v1", "ranking", "*", {"event": 4, "reason": "-"})
    board.state_fact("noise.acknowledged.v1", "ranking", "*", {"noise": "sha256:00", "reason": "-"})
    board.state_fact("standings.frozen.v1", "ranking", "*", {"name": "a", "position": 3, "reason": "-"})
    state = board.state()
    assert board.body() == before
    assert [(one.unit, one.criteria) for one in state.exceptions] == [("A", ("1.1", "1.2"))]
    assert state.acknowledged == {4}
    assert state.acknowledged_noise == {"sha256:00"}
    assert [(one.name, one.at) for one in state.freezes] == [("a", 3)]


def test_a_freeze_names_a_position_that_exists_and_the_first_to_take_a_name_keeps_it() -> None:
    board = board_of()
    ahead = len(board.events) + 1
    wrong = [board.state_fact("standings.frozen.v1", "ranking", "*", {"name": "a", "position": ahead})]
    board.state_fact("standings.frozen.v1", "ranking", "*", {"name": "a", "position": 1})
    wrong.append(board.state_fact("standings.frozen.v1", "ranking", "*", {"name": "a", "position": 2}))
    assert refusals(board) == [(position, "FREEZE") for position in wrong]
    assert [(one.name, one.at) for one in board.state().freezes] == [("a", 1)]


def test_a_copy_of_the_state_never_feels_a_later_answer() -> None:
    board = board_of(on_behalf_confirmation="required")
    entered = board.decide("A", "1.2", "5", **ON_BEHALF)
    state = board.state()
    kept = state.copy()
    board.answer(entered)
    replay(board.events[-1:], state=state)
    assert state.decisions[entered].effective is not None
    assert kept.decisions[entered].effective is None


def test_a_withdrawal_after_the_round_changes_nothing_and_is_remembered() -> None:
    board = board_of("A")
    board.score("A", "1.2", "5")
    board.close()
    at = board.withdraw("A", "1.2")
    sheet = sheet_of(board.state(), "A")
    assert sheet is not None
    leaf = next(one for one in sheet.leaves if one.id == "1.2")
    assert leaf.points == 5
    assert [mark.kept_against for mark in leaf.marks] == [at]


def test_a_late_score_can_be_taken_back_by_who_stated_it() -> None:
    board = board_of("A")
    board.score("A", "1.2", "5")
    board.close()
    late = board.score("A", "1.2", "4")
    board.withdraw("A", "1.2")
    board.late_fact("A", late)
    sheet = sheet_of(board.state(), "A")
    assert sheet is not None
    assert next(one for one in sheet.leaves if one.id == "1.2").points == 5
