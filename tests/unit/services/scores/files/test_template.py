"""What a template writes is what its upload reads."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.scores.files.columns import BASIS, VALUE
from services.scores.files.template import as_typed
from shared.files.grid import TEXT, Cell
from shared.files.values import decimal_of
from shared.rulebook.number import shortest


@given(st.integers(-999_999_999, 999_999_999), st.integers(0, 6))
def test_a_value_that_stands_is_written_to_be_read_in_one_way_only(digits: int, places: int) -> None:
    text = shortest(Fraction(digits, 10**places))
    assert decimal_of(Cell(TEXT, as_typed(text, VALUE))) == text


def test_words_are_written_as_they_stand() -> None:
    assert as_typed("QD 12.345", BASIS) == "QD 12.345"
