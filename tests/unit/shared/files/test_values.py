"""What people type into cells: decimals with comma or point, days, codes, text in Unicode and old fonts."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.files.grid import DAY, ERROR, FORMULA, MERGED, MOMENT, NUMBER, PERCENT, TEXT, TRUTH, Cell
from shared.files.values import (
    CellRefused,
    code_of,
    day_of,
    decimal_of,
    folded_code,
    plain,
    words_of,
)
from shared.rulebook.number import parse, shortest


def typed(text: str) -> Cell:
    return Cell(TEXT, text)


def rule_of(cell: Cell, read: Callable[[Cell], str] = decimal_of) -> str:
    with pytest.raises(CellRefused) as refusal:
        read(cell)
    assert refusal.value.vi
    assert refusal.value.en
    return refusal.value.rule


def outcome(cell: Cell, read: Callable[[Cell], str] = decimal_of) -> str:
    """The value, or the rule by which it is refused."""
    try:
        return read(cell)
    except CellRefused as refusal:
        return refusal.rule


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8,5", "8.5"),
        ("8.5", "8.5"),
        ("8", "8"),
        ("0", "0"),
        ("08,50", "8.5"),
        (" 8,5\N{NO-BREAK SPACE}", "8.5"),
        ("\N{ZERO WIDTH SPACE}8,5\N{ZERO WIDTH NO-BREAK SPACE}", "8.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\N{NARROW NO-BREAK SPACE}234", "1234"),
        ("1.234.567", "1234567"),
        ("0,125", "0.125"),
        ("1234,125", "1234.125"),
        ("-0,5", "-0.5"),
        ("\N{MINUS SIGN}2", "-2"),
        ("-0", "0"),
    ],
)
def test_a_decimal_may_have_a_comma_or_a_point_and_spaces_around_it(text: str, value: str) -> None:
    assert decimal_of(typed(text)) == value


@pytest.mark.parametrize("text", ["1.000", "1,000", "1,250", "12.345", "-1.000"])
def test_what_can_be_read_as_thousands_or_as_a_fraction_is_refused_with_both_readings(text: str) -> None:
    with pytest.raises(CellRefused) as refusal:
        decimal_of(typed(text))
    assert refusal.value.rule == "ambiguous-number"
    assert text.replace(".", "").replace(",", "") in refusal.value.vi


@pytest.mark.parametrize(
    "text",
    ["NaN", "inf", "1e5", "+5", "8,5%", "8 5", "1,,5", "1.23,4", "5 điểm", "٣", "8/5", "=1+1", "½", "1.2.3"],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert rule_of(typed(text)) == "not-a-number"


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        (Cell(FORMULA, "=SUM(A1:A3)"), "formula"),
        (Cell(ERROR, "#DIV/0!"), "error-value"),
        (Cell(MERGED, "C7"), "merged-cell"),
        (Cell(TRUTH, "TRUE"), "not-a-number"),
        (Cell(PERCENT, "0.85"), "percent-format"),
        (Cell(DAY, "2026-05-08"), "date-not-number"),
        (Cell(MOMENT, "2026-05-08T10:00:00"), "date-not-number"),
    ],
)
def test_a_cell_that_holds_no_plain_value_is_refused_with_what_to_do(cell: Cell, rule: str) -> None:
    assert rule_of(cell) == rule


def test_eight_and_a_half_that_excel_made_a_date_is_named_by_its_day() -> None:
    with pytest.raises(CellRefused, match="08/05/2026"):
        decimal_of(Cell(DAY, "2026-05-08"))


def test_too_many_digits_are_left_to_the_schema_which_knows_the_limit() -> None:
    assert decimal_of(Cell(NUMBER, "10000000000000000")) == "10000000000000000"
    assert decimal_of(typed("1." + "3" * 30)) == "1." + "3" * 30


@given(st.integers(-999_999_999, 999_999_999), st.integers(0, 6), st.sampled_from(",."))
def test_every_decimal_is_read_exactly_or_refused_as_ambiguous(digits: int, places: int, mark: str) -> None:
    value = Fraction(digits, 10**places)
    text = shortest(value)
    written = text.replace(".", mark)
    whole, _, part = text.lstrip("-").partition(".")
    ambiguous = len(part) == 3 and len(whole) <= 3 and whole != "0"
    assert outcome(typed(written)) == ("ambiguous-number" if ambiguous else text)
    assert parse(text) == value


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    for read in (decimal_of, day_of, code_of, words_of):
        assert isinstance(outcome(typed(text), read), str)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (typed("31/12/2020"), "2020-12-31"),
        (typed("1/2/2020"), "2020-02-01"),
        (typed("31.12.2020"), "2020-12-31"),
        (typed(" 31-12-2020 "), "2020-12-31"),
        (typed("2020-12-31"), "2020-12-31"),
        (Cell(DAY, "2020-12-31"), "2020-12-31"),
        (Cell(NUMBER, "44196"), "2020-12-31"),
    ],
)
def test_a_day_is_day_month_year_or_what_excel_made_of_it(cell: Cell, day: str) -> None:
    assert day_of(cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        typed("12/31/2020"),
        typed("29/02/2019"),
        typed("31/12/20"),
        typed("hôm qua"),
        Cell(NUMBER, "44196.5"),
        Cell(NUMBER, "60"),
        Cell(NUMBER, "2958466"),
        Cell(MOMENT, "2020-12-31T10:00:00"),
    ],
)
def test_what_is_no_day_is_refused(cell: Cell) -> None:
    assert rule_of(cell, day_of) == "not-a-date"


@given(st.dates(date(1900, 3, 1), date(9999, 12, 31)))
def test_excels_number_of_a_day_and_its_written_form_are_the_same_day(day: date) -> None:
    serial = Cell(NUMBER, str((day - date(1899, 12, 30)) // timedelta(days=1)))
    written = typed(f"{day.day:02}/{day.month:02}/{day.year:04}")
    assert day_of(serial) == day_of(written) == day.isoformat()


@pytest.mark.parametrize(
    "text", ["bcnlđ", "BCNLĐ", "bcnld", " Bcnlđ ", unicodedata.normalize("NFD", "BCNLĐ")]
)
def test_a_code_with_d_with_stroke_in_either_case_is_the_code_without_it(text: str) -> None:
    assert code_of(typed(text)) == "BCNLD"


def test_headings_are_found_in_either_unicode_form_with_any_spaces_and_capitals() -> None:
    for form in ("NFC", "NFD"):
        assert plain(unicodedata.normalize(form, "  MÃ\N{NO-BREAK SPACE} Đơn  vị ")) == "ma don vi"


@given(st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạẾỆỘỪ ", max_size=20))
def test_folding_a_code_twice_changes_nothing_and_unicode_forms_agree(text: str) -> None:
    once = folded_code(text)
    assert folded_code(once) == once == folded_code(unicodedata.normalize("NFD", text))


def test_words_are_composed_so_that_two_forms_of_one_text_are_the_same() -> None:
    composed = "Báo cáo số 12 của Quận Đoàn"
    assert words_of(typed(unicodedata.normalize("NFD", composed))) == composed


@pytest.mark.parametrize("text", ["Thµnh §oµn", "QuËn 1", "Quaän Ñoaøn 1"])
def test_text_of_a_font_of_old_is_refused_with_how_to_convert_it(text: str) -> None:
    with pytest.raises(CellRefused, match="UniKey") as refusal:
        words_of(typed(text))
    assert refusal.value.rule == "legacy-font"
