"""Exact numbers: decimal strings in, rationals inside, decimal strings out.  No float exists here.

Quantities of points, fractions, thresholds and weights travel as decimal strings (rulebook format §1) and are
:class:`fractions.Fraction` inside, so that no sum, product or quotient ever loses anything.  Rounding
happens only where the rulebook says so, by :func:`to_step`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Final

DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?")
ROUNDINGS: Final = ("HALF_UP", "HALF_EVEN", "DOWN")
COUNT_ROUNDINGS: Final = ("floor", "ceil", "half_up", "half_even")


class NotADecimal(ValueError):
    """The text is not of the form ``-?(0|[1-9]\\d{0,8})(\\.\\d{1,6})?``."""


@lru_cache(maxsize=65536)
def parse(text: str) -> Fraction:
    """The exact value of a decimal string.  Raises :class:`NotADecimal` for every other text.

    A comma, an exponent, a plus sign, spaces, ``NaN``, non-ASCII digits and over-long numbers are all
    refused.
    """
    if type(text) is not str or DECIMAL.fullmatch(text) is None:
        raise NotADecimal(f"not a decimal string: {text!r}")
    whole, _, part = text.partition(".")
    return Fraction(int(whole + part), 10 ** len(part))


def shortest(value: Fraction) -> str:
    """The shortest decimal string of a terminating value: ``5.00`` -> ``5``, ``-0`` -> ``0``.

    Raises :class:`NotADecimal` when the value has no finite decimal form.
    """
    digits = decimals(value)
    if digits is None:
        raise NotADecimal(f"no finite decimal form: {value}")
    return _fixed(value, digits)


def decimals(value: Fraction) -> int | None:
    """How many digits after the point the exact decimal form of ``value`` needs; None when it never ends."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


@lru_cache(maxsize=65536)
def show(value: Fraction | int, scale: int) -> str:
    """``value`` with at least ``scale`` digits after the point, exact if that is possible.

    A value that needs more digits shows them all, up to 12; one that never ends is cut to 12 digits by
    HALF_EVEN. Only sums that the rulebook leaves unrounded (``round_at: total``) can come to that.
    """
    exact = Fraction(value)
    digits = decimals(exact)
    if digits is None or digits > 12:
        exact, digits = to_step(exact, Fraction(1, 10**12), "HALF_EVEN"), 12
    return _fixed(exact, max(scale, digits))


def exact(value: Fraction, scale: int) -> str:
    """``value`` with at least ``scale`` digits after the point, never cut: ``p/q`` where no decimal ends."""
    digits = decimals(value)
    return f"{value.numerator}/{value.denominator}" if digits is None else _fixed(value, max(scale, digits))


def _fixed(value: Fraction, digits: int) -> str:
    scaled = value * 10**digits
    assert scaled.denominator == 1
    sign = "-" if scaled < 0 else ""
    text = str(abs(scaled.numerator)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else sign + text


def added(parts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The exact sum of fractions (above, below), not in lowest terms: most share a few denominators."""
    above, below = 0, 1
    for part, whole in parts:
        if whole == below:
            above += part
        elif below % whole == 0:
            above += part * (below // whole)
        else:
            common = lcm(below, whole)
            above = above * (common // below) + part * (common // whole)
            below = common
    return above, below


def total(values: Iterable[Fraction]) -> Fraction:
    """The exact sum."""
    return Fraction(*added([value.as_integer_ratio() for value in values]))


def on_step(value: Fraction, step: Fraction) -> bool:
    """Whether ``value`` is a whole multiple of ``step``."""
    return value.numerator * step.denominator % (value.denominator * step.numerator) == 0


def to_step(value: Fraction, step: Fraction, rounding: str) -> Fraction:
    """The nearest multiple of ``step`` (rulebook format §5).

    HALF_UP sends halves away from zero, HALF_EVEN to the even multiple, DOWN cuts toward zero.
    """
    above = abs(value.numerator) * step.denominator
    below = value.denominator * step.numerator
    whole, rest = divmod(above, below)
    if rest == 0:
        return value
    if rounding == "HALF_UP":
        up = 2 * rest >= below
    elif rounding == "HALF_EVEN":
        up = 2 * rest > below or (2 * rest == below and whole % 2 == 1)
    elif rounding == "DOWN":
        up = False
    else:
        raise ValueError(f"unknown rounding: {rounding}")
    steps = whole + 1 if up else whole
    return Fraction(step.numerator * (steps if value >= 0 else -steps), step.denominator)


def to_count(value: Fraction, rounding: str) -> int:
    """A number of units from a fraction of them, ``value`` >= 0 (rulebook format §8, ``rounding`` of a
    quota).
    """
    whole = value.numerator // value.denominator
    rest = value - whole
    half = Fraction(1, 2)
    if rounding == "floor":
        return whole
    if rounding == "ceil":
        return whole + (rest > 0)
    if rounding == "half_up":
        return whole + (rest >= half)
    if rounding == "half_even":
        return whole + (rest > half or (rest == half and whole % 2 == 1))
    raise ValueError(f"unknown rounding: {rounding}")
