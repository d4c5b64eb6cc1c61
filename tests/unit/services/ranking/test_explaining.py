"""Sentences of explanations: how numbers, rules, lines and changes are put into words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from services.ranking.engine.counterfactual import Change, Counterfactual, LeafChanges
from services.ranking.engine.explain import explain
from services.ranking.engine.pair import compare_pair
from services.ranking.explaining import change_words, counterfactual_story, pair_story, story
from services.ranking.explaining.phrases import amount, bounds, equals, measure, signed, stated, why_not
from services.ranking.explaining.steps import TITLES
from services.ranking.withholding import without_idle_marks, without_others
from services.ranking.words import Words
from shared.rulebook.model import Bounds
from tests.support.board import Board
from tests.support.rulebooks import build, small, small_data

F = Fraction
BOOK = small({"id": "3.2", "max": "6"}, {"id": "4.1", "max": "6"})


# --- phrases


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (F("0.25"), "0,25", "0.25"),
        (F(3), "3,00", "3.00"),
        (F("12.375"), "12,375", "12.375"),
        (F(-3, 2), "−1,50", "−1.50"),
        (F(118, 15), "≈ 7,8667", "≈ 7.8667"),
    ],
)
def test_a_number_is_written_exactly_or_says_that_it_was_cut(value: Fraction, vi: str, en: str) -> None:
    assert amount(value, 2) == Words(vi, en)


def test_results_and_differences_carry_their_sign() -> None:
    assert equals(F("7.8"), 2).vi == "= 7,80"
    assert equals(F(118, 15), 2).vi == "≈ 7,8667"
    assert (signed(F("0.25"), 2).vi, signed(F("-1.5"), 2).vi) == ("+0,25", "−1,50")
    assert signed(F(305, 96), 2).vi == "≈ +3,1771"


def test_bounds_name_each_side_that_is_closed() -> None:
    assert bounds(Bounds(gt=F(2), lte=F("4.5"))) == Words("> 2; ≤ 4,5", "> 2; ≤ 4.5")


@pytest.mark.parametrize(
    ("value", "vi"), [("8.25", "8,25"), ("-1.5", "−1,5"), ("8,5", "8,5"), (None, "–"), (["x"], "['x']")]
)
def test_a_stated_value_is_written_as_a_number_only_where_it_is_one(value: Any, vi: str) -> None:
    assert stated(value).vi == vi


def test_measures_criteria_and_groups_have_their_labels() -> None:
    assert measure("criterion:3.2", BOOK).vi == "tiêu chí 3.2 Tiêu chí 3.2"
    assert measure("group:4", BOOK).en == "group 4 Nhóm 4"
    assert measure("ranking_score", BOOK).vi == "tổng điểm"


def test_an_unknown_reason_stays_itself() -> None:
    assert why_not("S099") == Words("S099", "S099")


# --- changes


def changed(**changes: Change | None) -> Counterfactual:
    leaf = LeafChanges("3.2", "Kỹ năng", F(3), F(0), F(6), **changes)
    return Counterfactual("hcmc/2020", 9, BOOK, "U", "Đơn vị U", "QH", "GOOD", 3, (leaf,), 20)


def of_class(by: str) -> Change:
    return Change(3 + F(by), F(by), "EXCELLENT", 3)


def of_rank(by: str) -> Change:
    return Change(3 + F(by), F(by), "GOOD", 2)


LABEL = "“Hoàn thành xuất sắc nhiệm vụ”"


@pytest.mark.parametrize(
    ("changes", "vi", "en"),
    [
        (
            {"class_up": of_class("0.25"), "rank_up": of_rank("1.5")},
            f"Thêm 0,25 ở 3.2 thì đổi phân loại ({LABEL}); dưới 1,50 không đổi thứ hạng.",
            f"0.25 more in 3.2 changes the class ({LABEL}); nothing below 1.50 changes the rank.",
        ),
        (
            {"class_up": of_class("1"), "rank_up": of_rank("0.5")},
            "Thêm 0,50 ở 3.2 thì đổi thứ hạng (2); dưới 1,00 không đổi phân loại.",
            "0.50 more in 3.2 changes the rank (2); nothing below 1.00 changes the class.",
        ),
        (
            {"class_up": of_class("0.5"), "rank_up": of_rank("0.5")},
            f"Thêm 0,50 ở 3.2 thì đổi phân loại ({LABEL}) và thứ hạng (2).",
            f"0.50 more in 3.2 changes the class ({LABEL}) and the rank (2).",
        ),
        (
            {"class_up": of_class("0.25")},
            f"Thêm 0,25 ở 3.2 thì đổi phân loại ({LABEL}); không mức nào đổi thứ hạng.",
            f"0.25 more in 3.2 changes the class ({LABEL}); no value changes the rank.",
        ),
        (
            {"rank_up": of_rank("2")},
            "Thêm 2,00 ở 3.2 thì đổi thứ hạng (2); không mức nào đổi phân loại.",
            "2.00 more in 3.2 changes the rank (2); no value changes the class.",
        ),
        (
            {},
            "Thêm bao nhiêu ở 3.2 cũng không đổi phân loại, thứ hạng.",
            "More in 3.2, however much, changes neither class nor rank.",
        ),
    ],
)
def test_a_change_names_the_nearest_first_and_what_nothing_smaller_does(
    changes: dict[str, Change], vi: str, en: str
) -> None:
    found = changed(**changes)
    assert change_words(found.leaves[0], found, up=True) == Words(vi, en)


def test_less_is_told_like_more() -> None:
    found = changed(rank_down=of_rank("-0.75"))
    assert change_words(found.leaves[0], found, up=False).vi == (
        "Bớt 0,75 ở 3.2 thì đổi thứ hạng (2); không mức nào đổi phân loại."
    )


def test_a_criterion_at_its_end_has_nowhere_to_go() -> None:
    leaf = LeafChanges("3.2", "Kỹ năng", F(6), F(0), F(6))
    found = Counterfactual("hcmc/2020", 9, BOOK, "U", "U", "QH", "GOOD", 3, (leaf,), 20)
    assert counterfactual_story(found)[0].words.vi == "3.2 đã ở mức cao nhất."


# --- stories


def board() -> Board:
    classes = [{"id": "A", "label": "Giỏi", "gte": "8"}, {"id": "B", "label": "Khá"}]
    quota = {"class": "A", "count": 1, "on_tie_at_boundary": "expand"}
    data = small_data({"id": "1.1", "max": "10"}, classes=classes, quotas=[quota])
    made = Board(build(data))
    for name, value in (("A", "9"), ("B", "8.5"), ("C", "3")):
        made.unit(name)
        made.score(name, "1.1", "7", "self")
        made.score(name, "1.1", value)
    return made


def test_a_quota_is_told_with_the_units_next_to_its_line() -> None:
    found = explain(board().state(), "B")
    assert found is not None
    (told,) = [step.words for step in story(found) if step.section == "quotas"]
    assert told.vi == (
        "Khống chế tỷ lệ “Giỏi”: nhiều nhất 1; 2 đơn vị đủ điều kiện, giữ 1; giữ cuối cùng: Đơn vị A (9,00); "
        "đầu tiên không giữ: Đơn vị B (8,50). Đơn vị này xuống “Khá”."
    )


def test_every_section_of_a_story_has_a_title() -> None:
    found = explain(board().state(), "B")
    assert found is not None
    assert {step.section for step in story(found)} <= TITLES.keys()


def test_a_pair_is_told_from_its_order_to_its_sum() -> None:
    pair = compare_pair(board().state(), "C", "A")
    assert pair is not None
    assert [step.words.vi for step in pair_story(pair)] == [
        "Đơn vị A trên Đơn vị C nhờ tổng điểm: 9,00 so với 3,00.",
        "Tiêu chí 1.1 Tiêu chí 1.1: 3,00 và 9,00, chênh −6,00.",
        "Cộng lại, Đơn vị C so với Đơn vị A: −6,00.",
    ]


def test_units_that_the_reader_may_not_see_are_another_unit() -> None:
    found = explain(board().state(), "B")
    assert found is not None
    text = " ".join(step.words.vi for step in story(without_others(found, lambda unit: unit == "B")))
    assert "một đơn vị khác" in text
    for hidden in ("Đơn vị A", "Đơn vị C", "9,00", "3,00"):
        assert hidden not in text
    assert "Đơn vị B (8,50)" in text


def test_without_idle_marks_only_the_value_that_counts_is_left() -> None:
    found = explain(board().state(), "B")
    assert found is not None
    assert [one.why for one in found.leaves[0].marks] == ["SELF", ""]
    left = without_idle_marks(found)
    assert [one.why for one in left.leaves[0].marks] == [""]
    assert left.terms == found.terms
