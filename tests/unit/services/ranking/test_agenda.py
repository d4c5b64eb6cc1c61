"""What waits for the Standing Committee is read from the fold alone."""

from __future__ import annotations

from typing import Any

from services.ranking.agenda import Agenda, agenda
from services.ranking.engine import compute
from tests.support.board import MEETING, ON_BEHALF, Board
from tests.support.rulebooks import build, example_data, small_data

Json = dict[str, Any]


def waiting(board: Board) -> Agenda:
    state = board.state()
    return agenda(state, compute(state))


def board_of(**policies: Any) -> Board:
    data = example_data()
    data["policies"] |= policies
    board = Board(build(data))
    for unit in ("A", "B"):
        board.unit(unit)
    return board


def propose(board: Board, unit: str, code: str, ref: str, kind: str = "bonus") -> int:
    data = {"code": code, "occurrence_ref": ref, "occurred_on": "2020-05-04", "basis": "-"}
    return board.state_fact(f"{kind}.proposed.v1", "scores", unit, data)


def equal(rank_style: str, **quota: Any) -> Board:
    """Three units of one area, two of them with the same points."""
    data: Json = small_data({"id": "1.1", "max": "10"}, {"id": "1.2", "max": "10"})
    data["classes"] = [{"id": "A", "label": "A", "gte": "5"}, {"id": "B", "label": "B"}]
    data["tie_breaks"] = [{"by": "committee_decision"}]
    data["rank_style"] = rank_style
    data["quotas"] = [{"class": "A", **quota}] if quota else []
    board = Board(build(data))
    for unit, points in (("A", "9"), ("B", "8"), ("C", "8")):
        board.unit(unit)
        board.score(unit, "1.1", points)
        board.score(unit, "1.2", points)
    return board


def test_before_there_is_a_rulebook_nothing_waits() -> None:
    board = Board()
    board.unit("A")
    propose(board, "A", "T1", "a")
    assert waiting(board) == Agenda((), (), (), (), (), (), (), ())


def test_the_same_occurrence_proposed_by_two_bodies_waits_once_and_two_occurrences_twice() -> None:
    board = board_of()
    first = propose(board, "A", "T1", "cup")
    propose(board, "A", "T1", "cup")
    other = propose(board, "A", "T1", "second-cup")
    penalty = propose(board, "B", "P1", "cup", "penalty")
    found = [(one.position, one.unit, one.kind) for one in waiting(board).proposals]
    assert found == [(first, "A", "bonus"), (other, "A", "bonus"), (penalty, "B", "penalty")]


def test_a_decided_occurrence_waits_no_more_even_when_it_is_proposed_again() -> None:
    board = board_of(on_behalf_confirmation="required")
    propose(board, "A", "T1", "a")
    propose(board, "A", "T1", "b")
    propose(board, "A", "T1", "c")
    board.bonus("A", "T1", "a")
    board.bonus("A", "T1", "b", outcome="refused")
    board.bonus("A", "T1", "c", **ON_BEHALF)
    propose(board, "A", "T1", "a")
    assert waiting(board).proposals == ()
    propose(board, "B", "T1", "a")
    assert [one.unit for one in waiting(board).proposals] == ["B"]


def test_a_code_that_the_rulebook_does_not_have_waits_for_nobody() -> None:
    board = board_of()
    propose(board, "A", "X9", "a")
    assert waiting(board).proposals == ()


def test_late_scores_wait_in_ledger_order_until_decided_or_withdrawn() -> None:
    board = board_of()
    board.score("B", "1.2", "5")
    board.close()
    of_b, of_a = board.score("B", "1.2", "4"), board.score("A", "1.2", "6")
    withdrawn = board.score("A", "1.3", "3")
    found = [(one.mark.position, one.unit, one.criterion) for one in waiting(board).late]
    assert found == [(of_b, "B", "1.2"), (of_a, "A", "1.2"), (withdrawn, "A", "1.3")]
    board.withdraw("A", "1.3")
    board.late_fact("B", of_b, "refused")
    board.late_fact("A", of_a, **ON_BEHALF)
    assert waiting(board).late == ()


def test_what_the_rulebook_refuses_for_good_does_not_wait() -> None:
    board = board_of(score_after_round_closed="refuse")
    board.close()
    board.score("A", "1.2", "4")
    assert waiting(board).late == ()


def test_an_adjustment_that_saw_another_value_is_shown_as_a_conflict() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    signed = board.conclude("A", adjustments=[{"criterion": "1.2", "to": "4", "from_effective": "6"}])
    assert [(one.unit, one.mark.position) for one in waiting(board).stale] == [("A", signed)]


def test_a_value_that_its_body_disputes_is_shown_until_it_is_confirmed_or_another_takes_its_place() -> None:
    board = board_of()
    first = board.score("A", "1.2", "5", on_behalf_of="BTG")
    board.dispute("A", first + 1)
    assert [(one.unit, one.mark.position) for one in waiting(board).disputed] == [("A", first)]
    board.score("A", "1.2", "4")
    assert waiting(board).disputed == ()
    board.withdraw("A", "1.2")
    assert [one.mark.position for one in waiting(board).disputed] == [first]
    board.confirm("A", first + 1)
    assert waiting(board).disputed == ()


def adjusted(board: Board, criterion: str = "1.2", to: str = "4") -> int:
    change = {"criterion": criterion, "to": to, "reason": "-"}
    return board.conclude("A", adjustments=[change])


def answered(board: Board, position: int, kind: str, criterion: str = "1.2") -> None:
    data = {"conclusion": position + 1, "criterion": criterion, "text": "-"}
    board.state_fact(f"adjustment.{kind}.v1", "inspections", "A", data)


def test_an_adjustment_that_its_unit_disputes_waits_and_changes_no_number() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    made = adjusted(board)
    before = board.row("A")
    answered(board, made, "disputed")
    found = waiting(board)
    assert [(one.unit, one.mark.position) for one in found.adjustments] == [("A", made)]
    assert found.disputed == ()
    assert board.row("A") == before
    answered(board, made, "acknowledged")
    assert len(waiting(board).adjustments) == 1


def test_a_disputed_adjustment_is_settled_by_an_amendment_or_a_decision_and_not_by_another_criterion() -> (
    None
):
    for settle in ("amend", "decide"):
        board = board_of()
        board.score("A", "1.2", "5")
        answered(board, adjusted(board), "disputed")
        board.decide("A", "1.1", "4")
        assert len(waiting(board).adjustments) == 1
        if settle == "amend":
            adjusted(board, to="3")
        else:
            board.decide("A", "1.2", "4")
        assert waiting(board).adjustments == ()


def test_an_acknowledged_adjustment_and_one_that_nobody_made_do_not_wait() -> None:
    board = board_of()
    made = adjusted(board)
    answered(board, made, "acknowledged")
    answered(board, made + 40, "disputed")
    answered(board, made, "disputed", "1.1")
    assert waiting(board).adjustments == ()


def test_a_tie_waits_where_every_unit_needs_a_rank_of_its_own() -> None:
    board = equal("1234")
    (tie,) = waiting(board).ties
    assert (tie.area, tie.rank, tie.units, tie.why) == ("QH", 2, ("B", "C"), "OPEN_TIE")
    board.tie("QH", ["C"], ["B"])
    assert waiting(board).ties == ()


def test_a_shared_rank_is_no_tie_to_decide_where_ranks_may_be_shared() -> None:
    assert waiting(equal("1224")).ties == ()


def test_a_tie_that_an_older_decision_left_open_is_decided_anew_for_all_who_were_level() -> None:
    board = equal("1224", count=2, on_tie_at_boundary="decide")
    board.unit("D")
    for criterion in ("1.1", "1.2"):
        board.score("D", criterion, "8")
    board.tie("QH", ["B", "D"], ["C"])
    (tie,) = waiting(board).ties
    assert (tie.units, tie.named) == (("B", "D"), ("B", "D", "C"))
    board.tie("QH", ["D"], ["B"])  # leaves C out: it orders nobody
    assert waiting(board).ties == (tie,)
    board.tie("QH", *([unit] for unit in tie.named))
    assert waiting(board).ties == ()


def test_a_tie_on_the_quota_line_waits_where_the_rulebook_leaves_it_to_a_decision() -> None:
    board = equal("1224", count=2, on_tie_at_boundary="decide")
    (tie,) = waiting(board).ties
    assert (tie.units, tie.why) == (("B", "C"), "TIE_AT_QUOTA:A")
    board.tie("QH", ["B"], ["C"], **ON_BEHALF)
    assert waiting(board).ties == ()
    assert waiting(equal("1224", count=2, on_tie_at_boundary="expand")).ties == ()


def test_missing_criteria_wait_for_a_score_or_an_exception() -> None:
    board = equal("1224")
    board.unit("D")
    assert waiting(board).missing == (("D", ("1.1", "1.2")),)
    board.exception("D", "1.1")
    assert waiting(board).missing == (("D", ("1.2",)),)
    board.exception("D", "1.2")
    assert waiting(board).missing == ()


def test_entries_of_the_office_wait_for_an_answer_and_a_disputed_one_for_the_committee() -> None:
    board = board_of()
    own = board.decide("A", "1.2", "5")
    first = board.decide("A", "1.2", "4", **ON_BEHALF)
    second = board.bonus("A", "T1", "a", **ON_BEHALF)
    found = waiting(board)
    assert [note.position for note in found.unanswered] == [first, second]
    assert own not in {note.position for note in found.unanswered}
    board.answer(first, "disputed")
    board.answer(second)
    found = waiting(board)
    assert ([note.position for note in found.unanswered], [note.position for note in found.contested]) == (
        [],
        [first],
    )
    board.answer(first)
    assert waiting(board).contested == ()


def contested(board: Board) -> list[int]:
    return [note.position for note in waiting(board).contested]


def test_a_disputed_entry_is_settled_by_a_newer_decision_of_the_committee_on_the_same_matter() -> None:
    board = board_of()
    wrong = board.bonus("A", "T1", "a", **ON_BEHALF)
    board.answer(wrong, "disputed")
    board.bonus("A", "T1", "b")
    board.bonus("B", "T1", "a")
    assert contested(board) == [wrong]
    entered = board.bonus("A", "T1", "a", outcome="refused", **ON_BEHALF)
    assert contested(board) == [wrong]
    board.answer(entered)
    assert contested(board) == []


def test_every_kind_of_decision_can_be_settled_by_its_opposite() -> None:
    board = board_of()
    board.close()
    late = board.score("A", "1.2", "4")
    wrong = [
        board.decide("A", "1.3", "4", **ON_BEHALF),
        board.penalty("A", "P1", "a", **ON_BEHALF),
        board.decide_veto("A", "V1", **ON_BEHALF),
        board.forfeit("A", **ON_BEHALF),
        board.late_fact("A", late, **ON_BEHALF),
        board.tie("QH", ["A"], ["B"], **ON_BEHALF),
        board.exception("B", "1.2", **ON_BEHALF),
    ]
    for position in wrong:
        board.answer(position, "disputed")
    assert contested(board) == wrong
    board.withdraw("A", "1.3", "standing")
    board.penalty("A", "P1", "a", outcome="refused")
    board.decide_veto("A", "V1", "lifted")
    board.state_fact("decision.forfeit_lifted.v1", "ranking", "A", {})
    board.late_fact("A", late, "refused")
    board.tie("QH", ["B"], ["A"])
    board.decide("B", "1.2", "5")
    assert contested(board) == []


def open_a_case(board: Board, unit: str) -> int:
    data = {"due": "2020-11-06T17:00:00.000000Z", "missing": ["MODELS"]}
    return board.state_fact("forfeit.case_opened.v1", "inspections", unit, data)


def test_a_forfeit_case_waits_until_the_committee_has_said_something_of_it() -> None:
    board = board_of()
    first, second = open_a_case(board, "A"), open_a_case(board, "B")
    assert [(case.position, case.unit, case.missing) for case in waiting(board).cases] == [
        (first, "A", ("MODELS",)),
        (second, "B", ("MODELS",)),
    ]
    board.state_fact("decision.forfeit_declined.v1", "ranking", "A", dict(MEETING))
    board.state_fact("decision.forfeit_confirmed.v1", "ranking", "B", dict(MEETING))
    assert waiting(board).cases == ()
    again = open_a_case(board, "A")
    assert [case.position for case in waiting(board).cases] == [again]
