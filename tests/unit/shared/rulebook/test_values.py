"""One recorded value on one leaf: accepted or refused, and its points (worked examples of the format)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook import RESCALED, Rulebook, ValueRefused, check_value, evaluate, work_out
from shared.rulebook.number import show
from tests.support.board import rulebook_2020
from tests.support.rulebooks import build, example_data, leaf_of, small

BOOK = rulebook_2020()


def shown(book: Rulebook, area: str, leaf: str, *args: Any, stage: str | None = None, **more: Any) -> str:
    points = evaluate(book, area, leaf, stage or book.leaf[leaf].stage, *args, **more)
    assert isinstance(points, Fraction)
    return show(points, 2)


def refusal(area: str, leaf: str, stage: str, *args: Any, book: Rulebook = BOOK) -> ValueRefused:
    with pytest.raises(ValueRefused) as caught:
        check_value(book, area, leaf, stage, *args)
    assert caught.value.message_vi != caught.value.message_en
    return caught.value


def test_worked_example_ladder_of_percent() -> None:
    assert shown(BOOK, "CNLD", "1.1", "70") == "6.50"
    assert shown(BOOK, "CNLD", "1.1", "69.99") == "3.25"
    assert shown(BOOK, "CNLD", "1.1", "7", "10") == "6.50"


def test_worked_example_ladder_of_late_reports() -> None:
    assert shown(BOOK, "QH", "7.2", "2") == "1.50"
    assert shown(BOOK, "QH", "7.2", "3") == "0.00"
    assert refusal("QH", "7.2", "department", "1.5").code == "S013"
    assert refusal("QH", "7.2", "department", "-1").code == "S012"


def test_worked_example_ratio() -> None:
    assert shown(BOOK, "QH", "2.1", "118", "120") == "7.75"
    assert shown(BOOK, "QH", "2.1", "130", "120") == "8.00"
    refused = refusal("QH", "2.1", "department", "118", "0")
    assert (refused.code, refused.field) == ("S008", "target")
    assert "NO_TARGET" in refused.message_vi
    assert refusal("QH", "2.1", "department", "118").code == "S008"
    assert refusal("QH", "2.1", "department", "-1", "5").code == "S007"


def test_worked_example_count() -> None:
    assert shown(BOOK, "QH", "2.2", "13") == "6.00"
    assert refusal("QH", "2.2", "department", "2.5").code == "S013"
    assert refusal("QH", "2.2", "department", "-1").code == "S007"


def test_worked_example_source_max() -> None:
    data = example_data()
    leaf_of(data, "4.2")["source_max"] = "50"
    book = build(data)
    assert shown(book, "QH", "4.2", "43") == "3.50"
    assert refusal("QH", "4.2", "external", "50.01", book=book).code == "S007"


def test_worked_example_entered_points() -> None:
    assert refusal("CNLD", "3.3", "department", "7.60").rule == "off-step"
    assert refusal("LLVT", "2.3", "department", "8.60").code == "S006"
    assert refusal("LLVT", "2.3", "department", "8,5").code == "S005"
    assert shown(BOOK, "LLVT", "2.3", "1.000") == "1.00"


def test_worked_example_area_without_maximum() -> None:
    assert refusal("LLVT", "4.2", "external", "1").code == "S004"
    assert refusal("LLVT", "4.2", "standing", None, None, "NOT_APPLICABLE").code == "S004"


def test_worked_example_min() -> None:
    book = small({"id": "1.1", "max": "10", "min": {"QH": "-2"}})
    assert shown(book, "QH", "1.1", "-1.50") == "-1.50"
    assert refusal("QH", "1.1", "department", "-2.25", book=book).code == "S007"
    assert refusal("QH", "1.2", "department", "-0.25").rule == "below-minimum"


def test_worked_example_leaf_points_stay_exact_when_rounded_at_the_total() -> None:
    data = example_data()
    data["number"]["round_at"] = "total"
    assert evaluate(build(data), "CNLD", "1.1", "department", "70") == Fraction(64, 10)
    assert shown(BOOK, "CNLD", "1.1", "70") == "6.50"


@pytest.mark.parametrize(
    "text", ["8,5", "NaN", "1e400", "0." + "3" * 30, "+1", "", " 1", "१", 5, 5.0, True, ["1"], None]
)
def test_a_value_that_is_no_decimal_string_is_refused(text: Any) -> None:
    assert refusal("QH", "1.2", "department", text).code == "S005"


@pytest.mark.parametrize(
    ("leaf", "stage", "code"),
    [
        ("9.9", "department", "S002"),
        ("1.2", "nowhere", "S003"),
        ("1.2", "external", "S003"),
        ("4.2", "self", "S003"),
        ("4.2", "department", "S003"),
        ("8.1", "self", "S003"),
        ("8.1", "department", "S003"),
    ],
)
def test_a_closed_or_unknown_place_is_refused(leaf: str, stage: str, code: str) -> None:
    assert refusal("QH", leaf, stage, "1").code == code


def test_a_score_above_the_maximum_is_refused() -> None:
    refused = refusal("QH", "1.2", "department", "6.25")
    assert (refused.code, refused.rule, refused.field, refused.value) == (
        "S007",
        "above-maximum",
        "value",
        "6.25",
    )


def test_adjustments_and_decisions_state_points_even_on_a_leaf_with_raw_input() -> None:
    for stage in ("inspection", "standing", "appeal"):
        assert shown(BOOK, "QH", "2.1", "7.25", stage=stage) == "7.25"
        assert refusal("QH", "2.1", stage, "118", "120").code == "S008"
        assert refusal("QH", "2.1", stage, "7.30").code == "S006"
    assert shown(BOOK, "QH", "8.1", "2.50", stage="inspection") == "2.50"


def test_the_three_states_have_their_own_places() -> None:
    assert evaluate(BOOK, "QH", "2.1", "department", None, None, "NO_TARGET") is RESCALED
    assert evaluate(BOOK, "QH", "2.1", "self", None, None, "NO_TARGET") is RESCALED
    assert evaluate(BOOK, "QH", "4.2", "standing", None, None, "NOT_APPLICABLE") is RESCALED
    assert refusal("QH", "1.2", "department", None, None, "NO_TARGET").code == "S009"
    assert refusal("QH", "2.1", "inspection", None, None, "NO_TARGET").code == "S009"
    assert refusal("QH", "2.1", "department", None, None, "NOT_APPLICABLE").code == "S009"
    assert refusal("QH", "2.1", "department", "1", "2", "NO_TARGET").code == "S009"
    assert refusal("QH", "4.2", "standing", "1", None, "NOT_APPLICABLE").code == "S009"


def test_no_target_may_give_the_maximum_or_nothing() -> None:
    for word, points in (("full", Fraction(9)), ("zero", Fraction(0))):
        data = example_data()
        leaf_of(data, "2.1")["no_target"] = word
        assert evaluate(build(data), "LLVT", "2.1", "department", None, None, "NO_TARGET") == points


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_ratio_is_never_below_zero_nor_above_the_maximum_and_always_on_the_step(
    done: int, target: int
) -> None:
    points = evaluate(BOOK, "QH", "2.1", "department", str(done), str(target))
    assert isinstance(points, Fraction)
    assert 0 <= points <= 8
    assert (points * 4).denominator == 1
    assert abs(points - min(Fraction(8), Fraction(8 * done, target))) <= Fraction(1, 8)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_better_metric_never_scores_less_on_a_falling_ladder(first: int, second: int) -> None:
    low, high = sorted((first, second))
    points = [evaluate(BOOK, "CNLD", "1.1", "department", f"{one // 10}.{one % 10}") for one in (low, high)]
    assert points[0] <= points[1]  # type: ignore[operator]


def test_a_value_says_how_it_came_to_its_points() -> None:
    ladder = work_out(BOOK, "CNLD", "1.1", "department", "70")
    assert (ladder.rule, ladder.metric, ladder.row) == ("ladder", Fraction(70), 1)
    assert (ladder.exact, ladder.points) == (Fraction("6.4"), Fraction("6.5"))
    ratio = work_out(BOOK, "QH", "2.1", "department", "118", "120")
    assert (ratio.amount, ratio.target, ratio.exact) == (Fraction(118), Fraction(120), Fraction(118, 15))
    count = work_out(BOOK, "QH", "2.2", "department", "13")
    assert (count.rule, count.amount, count.exact) == ("count", Fraction(13), Fraction(6))
    decided = work_out(BOOK, "QH", "2.2", "appeal", "5.25")
    assert (decided.rule, decided.points, decided.row) == ("entered", Fraction("5.25"), None)
    assert work_out(BOOK, "QH", "4.2", "standing", None, None, "NOT_APPLICABLE").points is RESCALED
