"""How points come about, in words (rulebook format §4)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.seen.rule_words import ladder_lines, no_target_line, rule_line
from shared.rulebook import work_out
from shared.rulebook.number import show
from tests.support.deciding import rulebook

BOOK = rulebook()


def test_each_kind_of_input_says_what_is_recorded_and_what_it_becomes() -> None:
    said = {criterion: rule_line(BOOK.leaf[criterion], BOOK)[0] for criterion in ("1.1", "1.2", "2.1", "2.2")}
    assert said == {
        "1.1": "Theo thang: Tỷ lệ hoàn thành chỉ tiêu (%).",
        "1.2": "Nhập thẳng số điểm, bước 0,25.",
        "2.1": "Điểm tối đa × đạt ÷ chỉ tiêu, không quá điểm tối đa.",
        "2.2": "Số lượng × 0,5 điểm, không quá điểm tối đa.",
    }


def test_english_keeps_the_decimal_point() -> None:
    assert rule_line(BOOK.leaf["1.2"], BOOK)[1] == "The points themselves, in steps of 0.25."


def test_a_ladder_gives_the_points_of_the_area_as_they_count() -> None:
    rows = [(condition[0], points[0]) for condition, points in ladder_lines(BOOK.leaf["1.1"], "QH", BOOK)]
    assert rows == [("≥ 100 %", "6,00"), ("≥ 70 %", "4,75"), ("≥ 50 %", "2,50"), ("≥ 0 %", "0,00")]
    assert ladder_lines(BOOK.leaf["1.1"], "CNLD", BOOK)[1][1] == ("6,50", "6.50")
    assert [row[0][0] for row in ladder_lines(BOOK.leaf["7.2"], "QH", BOOK)] == ["≤ 0", "≤ 2", "> 2"]
    assert ladder_lines(BOOK.leaf["1.2"], "QH", BOOK) == ()


def test_where_only_the_total_is_rounded_a_ladder_gives_exact_points() -> None:
    exact = replace(BOOK, number=replace(BOOK.number, round_at="total"))
    assert ladder_lines(BOOK.leaf["1.1"], "QH", exact)[1][1] == ("4,80", "4.80")


@for_all(st.sampled_from([leaf.id for leaf in BOOK.leaves if leaf.ladder]), st.integers(0, 150))
def test_what_a_ladder_says_is_what_a_value_gets(criterion: str, percent: int) -> None:
    leaf = BOOK.leaf[criterion]
    for area in leaf.max:
        working = work_out(BOOK, area, criterion, leaf.stage, str(percent))
        assert working.row is not None
        assert isinstance(working.points, Fraction)
        said = ladder_lines(leaf, area, BOOK)[working.row][1][1]
        assert said == show(working.points, BOOK.number.scale)


def test_only_where_a_target_is_taken_something_is_said_of_none() -> None:
    line = no_target_line(BOOK.leaf["2.1"])
    assert line is not None
    assert "ra khỏi phép cộng" in line[0]
    assert no_target_line(BOOK.leaf["1.2"]) is None
