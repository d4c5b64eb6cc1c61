"""Exact numbers: the grammar, rounding and display."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook import number

DECIMALS = st.builds(
    lambda sign, whole, part: f"{sign}{whole}" + (f".{part}" if part else ""),
    st.sampled_from(["", "-"]),
    st.integers(0, 999_999_999),
    st.text("0123456789", max_size=6),
)
MODES = {"HALF_UP": ROUND_HALF_UP, "HALF_EVEN": ROUND_HALF_EVEN, "DOWN": ROUND_DOWN}


@pytest.mark.parametrize(
    "text",
    [
        "8,5",
        "1e400",
        "NaN",
        "+1",
        " 1",
        "1 ",
        "",
        "01",
        "1.",
        ".5",
        "1.1234567",
        "1234567890",
        "-",
        "٣",
        "1\n",
        "0." + "1" * 30,
        "Infinity",
    ],
)
def test_every_other_text_is_refused(text: str) -> None:
    with pytest.raises(number.NotADecimal):
        number.parse(text)


def test_trailing_zeros_and_a_negative_zero_are_the_same_number() -> None:
    assert number.parse("1.000") == 1
    assert number.shortest(number.parse("5.00")) == "5"
    assert number.shortest(number.parse("-0")) == "0"
    assert number.show(number.parse("-0.00"), 2) == "0.00"


@given(DECIMALS)
def test_a_decimal_string_survives_the_way_through_its_exact_value(text: str) -> None:
    value = number.parse(text)
    assert value == Fraction(Decimal(text))
    assert number.parse(number.shortest(value)) == value
    assert Decimal(number.shortest(value)) == Decimal(text)


@pytest.mark.parametrize(
    ("mode", "up", "down"),
    [("HALF_UP", "4.25", "-4.25"), ("HALF_EVEN", "4.00", "-4.00"), ("DOWN", "4.00", "-4.00")],
)
def test_worked_example_rounding_of_4_125(mode: str, up: str, down: str) -> None:
    step = number.parse("0.25")
    assert number.show(number.to_step(number.parse("4.125"), step, mode), 2) == up
    assert number.show(number.to_step(number.parse("-4.125"), step, mode), 2) == down


@given(DECIMALS, st.sampled_from(["0.25", "0.5", "0.1", "1", "0.05"]), st.sampled_from(sorted(MODES)))
def test_rounding_agrees_with_the_decimal_module(text: str, step: str, mode: str) -> None:
    ratio = Decimal(text) / Decimal(step)  # exact: every step divides a power of ten
    expected = Fraction(ratio.to_integral_value(MODES[mode])) * Fraction(step)
    assert number.to_step(number.parse(text), Fraction(step), mode) == expected


FRACTIONS = st.fractions(min_value=-1000, max_value=1000, max_denominator=500)


@given(st.lists(FRACTIONS, max_size=12))
def test_a_total_is_the_exact_sum(values: list[Fraction]) -> None:
    assert number.total(values) == sum(values, Fraction(0))
    above, below = number.added([value.as_integer_ratio() for value in values])
    assert Fraction(above, below) == number.total(values)


@given(FRACTIONS, st.fractions(min_value=Fraction(1, 100), max_value=10, max_denominator=100))
def test_a_value_on_the_step_is_a_whole_multiple_of_it_and_rounds_to_itself(
    value: Fraction, step: Fraction
) -> None:
    assert number.on_step(value, step) == ((value / step).denominator == 1)
    for mode in MODES:
        rounded = number.to_step(value, step, mode)
        assert number.on_step(rounded, step)
        assert abs(rounded - value) < step
        assert (rounded == value) == number.on_step(value, step)


@given(st.fractions(min_value=0, max_value=1000, max_denominator=500))
def test_whole_numbers_of_units_bracket_the_fraction(value: Fraction) -> None:
    floor, ceil = number.to_count(value, "floor"), number.to_count(value, "ceil")
    assert floor <= value <= ceil < floor + 2
    assert number.to_count(value, "half_even") == round(value)
    assert number.to_count(value, "half_up") == number.to_count(value + Fraction(1, 2), "floor")


def test_display_is_exact_and_never_shorter_than_the_scale() -> None:
    assert number.show(Fraction(41, 4), 2) == "10.25"
    assert number.show(Fraction(99, 8), 2) == "12.375"
    assert number.show(-Fraction(1, 4), 2) == "-0.25"
    assert number.show(Fraction(5), 0) == "5"
    assert number.show(Fraction(1, 3), 2) == "0.333333333333"
    with pytest.raises(number.NotADecimal):
        number.shortest(Fraction(1, 3))


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (Fraction(5), 2, "5.00"),
        (Fraction(1, 8), 2, "0.125"),
        (Fraction(1, 2**20), 2, "0.00000095367431640625"),
        (Fraction(-7, 3), 2, "-7/3"),
    ],
)
def test_an_exact_text_is_never_cut(value: Fraction, scale: int, text: str) -> None:
    assert number.exact(value, scale) == text


@given(st.fractions(), st.integers(0, 4))
def test_an_exact_text_is_the_value_again(value: Fraction, scale: int) -> None:
    assert Fraction(number.exact(value, scale)) == value
