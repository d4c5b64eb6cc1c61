"""Values that the Office entered for another body: what counts, from when, and why not (plan III.3, §10)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.ranking.engine import digest, sheet_of
from services.ranking.engine.explain import explain
from services.ranking.engine.explanation_body import explanation_body
from services.ranking.engine.sheet import Mark
from services.ranking.explaining.leaves import mark_words
from services.ranking.explaining.phrases import why_not
from tests.support.board import Board, replay
from tests.support.rulebooks import build, example_data

FOR_IT = {"on_behalf_of": "TNXP", "responsible": "TNXP"}


def board_of(confirmation: str = "required", **policies: Any) -> Board:
    data = example_data()
    data["policies"] |= {"on_behalf_confirmation": confirmation, **policies}
    board = Board(build(data))
    board.unit("A")
    return board


def entered(board: Board, value: str = "5") -> int:
    """The number of a value that the Office enters."""
    return board.score("A", "1.2", value, **FOR_IT) + 1


def points(board: Board, at: int | None = None) -> str | None:
    sheet = sheet_of(replay(board.events[:at]), "A")
    assert sheet is not None
    found = sheet.measure("criterion:1.2")
    return None if found is None else str(found)


def marks(board: Board) -> list[Mark]:
    sheet = sheet_of(board.state(), "A")
    assert sheet is not None
    return next(list(leaf.marks) for leaf in sheet.leaves if leaf.id == "1.2")


def statuses(board: Board) -> list[str]:
    return [mark.status for mark in marks(board)]


def refusals(board: Board) -> list[tuple[str, str]]:
    return [(one.type, one.reason) for one in board.state().refused]


def why(board: Board) -> list[str]:
    """What the explanation says of each value that does not count."""
    found = explanation_body(explain(board.state(), "A"))
    leaf = next(leaf for leaf in found["leaves"] if leaf["criterion"] == "1.2")
    return [mark["why"] for mark in leaf["marks"] if not mark["counts"]]


def test_silence_is_no_consent_where_a_confirmation_is_required() -> None:
    board = board_of()
    entered(board)
    assert (points(board), statuses(board), why(board)) == (None, ["UNCONFIRMED"], ["UNCONFIRMED"])


def test_silence_lets_the_value_count_where_a_confirmation_is_optional_and_is_shown() -> None:
    board = board_of("optional")
    entered(board)
    assert points(board) == "5"
    assert [(mark.on_behalf, mark.confirmed, mark.disputed) for mark in marks(board)] == [(True, None, None)]


def test_a_value_counts_from_its_confirmation_on() -> None:
    board = board_of()
    at = board.confirm("A", entered(board))
    assert points(board, at) is None
    assert points(board) == "5"
    assert marks(board)[0].confirmed == at


def test_what_a_body_states_itself_needs_no_confirmation() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    assert points(board) == "5"
    assert not marks(board)[0].on_behalf


def test_a_confirmed_value_keeps_the_place_at_which_it_was_stated() -> None:
    board = board_of()
    number = entered(board, "5")
    board.score("A", "1.2", "4")
    board.confirm("A", number)
    assert (points(board), why(board)) == ("4", ["OLDER"])


def test_a_disputed_value_does_not_count_where_a_confirmation_is_required() -> None:
    board = board_of()
    at = board.dispute("A", entered(board))
    assert (points(board), why(board)) == (None, ["DISPUTED"])
    assert marks(board)[0].disputed == at


def test_a_disputed_value_counts_and_is_shown_where_a_confirmation_is_optional() -> None:
    board = board_of("optional")
    at = board.dispute("A", entered(board))
    assert points(board) == "5"
    assert marks(board)[0].disputed == at
    found = explanation_body(explain(board.state(), "A"))
    shown = [mark for leaf in found["leaves"] for mark in leaf["marks"]]
    assert [(mark["on_behalf"], mark["disputed"], mark["counts"]) for mark in shown] == [(True, at, True)]


def test_a_dispute_leaves_room_for_a_confirmation_and_a_confirmation_for_nothing() -> None:
    board = board_of()
    number = entered(board)
    board.dispute("A", number)
    board.confirm("A", number)
    assert points(board) == "5"
    board.dispute("A", number)
    assert points(board) == "5"
    assert refusals(board) == [("score.disputed", "NOTHING_TO_ANSWER")]


def test_an_answer_to_nothing_says_nothing() -> None:
    board = board_of()
    own = board.score("A", "1.2", "5") + 1
    number = entered(board, "4")
    board.unit("B")
    before = digest(board.body())
    board.confirm("A", own)
    board.confirm("A", number + 40)
    board.confirm("B", number)
    board.dispute("C", number)
    assert digest(board.body()) == before
    assert refusals(board) == [
        *[("score.confirmed", "NOTHING_TO_ANSWER")] * 3,
        ("score.disputed", "NOTHING_TO_ANSWER"),
    ]


def test_a_confirmation_of_many_values_confirms_those_that_can_be() -> None:
    board = board_of()
    number = entered(board)
    board.confirm("A", number, number + 40)
    assert (points(board), refusals(board)) == ("5", [])


def test_a_confirmation_after_the_round_is_closed_comes_too_late_until_the_committee_lets_it_count() -> None:
    board = board_of()
    number = entered(board)
    board.close()
    board.confirm("A", number)
    assert (points(board), statuses(board)) == (None, ["ROUND_CLOSED"])
    board.late_fact("A", number - 1)
    assert (points(board), refusals(board)) == ("5", [])


def test_an_entry_in_time_and_confirmed_in_time_is_not_late_and_one_confirmed_later_is_flagged() -> None:
    board = board_of()
    first = entered(board, "4")
    board.confirm("A", first)
    second = entered(board, "5")
    board.open_inspection("A")
    board.confirm("A", second)
    assert [(mark.late, mark.status) for mark in marks(board)] == [(False, ""), (True, "")]


def test_an_unconfirmed_value_may_be_withdrawn_even_after_the_round() -> None:
    board = board_of()
    number = entered(board)
    board.close()
    board.withdraw("A", "1.2")
    board.confirm("A", number)
    assert [(mark.withdrawn, mark.kept_against) for mark in marks(board)] == [(True, None)]
    assert points(board) is None


def test_a_value_that_the_rulebook_refuses_is_told_so_whatever_the_body_says() -> None:
    board = board_of()
    board.confirm("A", entered(board, "999"))
    board.dispute("A", entered(board, "999"))
    assert statuses(board) == ["S007", "S007"]
    assert points(board) is None


def test_an_adjustment_rests_on_what_counted_when_it_was_made() -> None:
    board = board_of()
    board.score("A", "1.2", "3")
    number = entered(board, "5")
    board.conclude("A", adjustments=[{"criterion": "1.2", "to": "4", "from_effective": "3"}])
    board.confirm("A", number)
    assert statuses(board) == ["", "", ""]
    assert points(board) == "4"


@pytest.mark.parametrize("mode", ["prospective", "re_evaluate_all"])
def test_an_amended_policy_takes_hold_of_older_values_only_where_everything_is_evaluated_again(
    mode: str,
) -> None:
    board = board_of("optional")
    entered(board)
    data = example_data()
    data["rulebook"]["version"] = "2.0.1"
    data["policies"]["on_behalf_confirmation"] = "required"
    board.adopt(build(data), mode=mode, decision="QĐ 7")
    assert refusals(board) == []
    assert points(board) == ("5" if mode == "prospective" else None)


@pytest.mark.parametrize("word", ["UNCONFIRMED", "DISPUTED"])
def test_the_reason_has_words_in_both_languages(word: str) -> None:
    words = why_not(word)
    assert "nhập hộ" in words.vi
    assert "on behalf" in words.en


@for_all(st.lists(st.sampled_from(["confirm", "dispute", "withdraw"]), max_size=6), st.booleans())
def test_whatever_is_answered_a_value_counts_when_it_may(answers: list[str], required: bool) -> None:
    board = board_of("required" if required else "optional")
    number = entered(board)
    for answer in answers:
        if answer == "withdraw":
            board.withdraw("A", "1.2")
        else:
            getattr(board, answer)("A", number)
    counts = "withdraw" not in answers and (not required or "confirm" in answers)
    assert points(board) == ("5" if counts else None)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "nhập hộ, chưa trả lời"),
        ("confirm", "nhập hộ, đã xác nhận"),
        ("dispute", "nhập hộ, không được công nhận"),
    ],
)
def test_a_value_that_counts_is_told_to_be_entered_on_behalf_and_what_was_answered(
    answer: str | None, told: str
) -> None:
    board = board_of("optional")
    number = entered(board)
    if answer is not None:
        getattr(board, answer)("A", number)
    assert said(board) == [f"Giá trị 5 ở bước Ban/ĐVSN chấm được tính ({told})."]


def test_a_value_of_ones_own_is_told_without_a_word_more() -> None:
    board = board_of("optional")
    board.score("A", "1.2", "5")
    assert said(board) == ["Giá trị 5 ở bước Ban/ĐVSN chấm được tính."]


def said(board: Board) -> list[str]:
    found = explain(board.state(), "A")
    assert found is not None
    leaf = next(leaf for leaf in found.leaves if leaf.id == "1.2")
    return [mark_words(reading, found.rules).vi for reading in leaf.marks]
