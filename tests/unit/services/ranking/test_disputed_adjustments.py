"""An adjustment that its unit disputes marks its row and its value, and changes no number (plan III.7)."""

from __future__ import annotations

from services.ranking.engine.explain import explain
from services.ranking.explaining.leaves import mark_words
from services.ranking.folding import result
from tests.support.board import Board
from tests.support.rulebooks import build, example_data


def adjusted() -> tuple[Board, int]:
    """A unit with two adjustments by one conclusion, and the position of that conclusion."""
    board = Board(build(example_data()))
    for unit in ("A", "B"):
        board.unit(unit)
    for criterion in ("1.1", "1.2"):
        board.score("A", criterion, "5")
    change = [{"criterion": criterion, "to": "4", "reason": "-"} for criterion in ("1.1", "1.2")]
    return board, board.conclude("A", adjustments=change)


def answer(board: Board, conclusion: int, criterion: str, kind: str) -> None:
    data = {"conclusion": conclusion + 1, "criterion": criterion, "text": "-"}
    board.state_fact(f"adjustment.{kind}.v1", "inspections", "A", data)


def said(board: Board, criterion: str) -> list[str]:
    found = explain(board.state(), "A")
    assert found is not None
    leaf = next(leaf for leaf in found.leaves if leaf.id == criterion)
    return [mark_words(reading, found.rules).vi for reading in leaf.marks if reading.counts]


def test_a_dispute_marks_its_row_and_leaves_every_number_of_it_as_it_was() -> None:
    board, made = adjusted()
    before = result(board.state())
    assert dict(before.disputed) == {}
    answer(board, made, "1.2", "disputed")
    after = result(board.state())
    assert dict(after.disputed) == {"A": ("1.2",)}
    assert [area["rows"] for area in after.body["areas"]] == [area["rows"] for area in before.body["areas"]]


def test_each_adjustment_is_answered_on_its_own_and_the_value_says_what_was_answered() -> None:
    board, made = adjusted()
    assert said(board, "1.2") == ["Giá trị 4 ở bước Điều chỉnh theo kết luận được tính."]
    answer(board, made, "1.2", "disputed")
    answer(board, made, "1.1", "acknowledged")
    assert said(board, "1.2") == [
        "Giá trị 4 ở bước Điều chỉnh theo kết luận được tính (đơn vị không đồng ý)."
    ]
    assert said(board, "1.1") == ["Giá trị 4 ở bước Điều chỉnh theo kết luận được tính (đơn vị đã đồng ý)."]
    assert dict(result(board.state()).disputed) == {"A": ("1.2",)}


def test_a_second_answer_and_one_about_another_conclusion_mark_nothing() -> None:
    board, made = adjusted()
    answer(board, made, "1.2", "acknowledged")
    answer(board, made, "1.2", "disputed")
    answer(board, made + 50, "1.1", "disputed")
    assert dict(result(board.state()).disputed) == {}


def test_an_amendment_takes_the_mark_away_until_it_is_disputed_itself() -> None:
    board, made = adjusted()
    answer(board, made, "1.2", "disputed")
    amended = board.conclude("A", adjustments=[{"criterion": "1.2", "to": "3", "reason": "-"}])
    assert dict(result(board.state()).disputed) == {}
    answer(board, amended, "1.2", "disputed")
    assert dict(result(board.state()).disputed) == {"A": ("1.2",)}
