"""Words, numbers and order as people of the two languages read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.i18n import day, moment, natural_key, number, role_name, tr
from tests.support.web import Tiny


def test_units_with_numbers_come_in_the_order_of_the_numbers() -> None:
    names = ["Quận 10", "Quận 2", "Quận 1", "Quận 12"]
    assert sorted(names, key=natural_key) == ["Quận 1", "Quận 2", "Quận 10", "Quận 12"]


def test_names_come_in_the_order_of_the_vietnamese_alphabet() -> None:
    names = ["Đoàn", "Dân", "Ăn", "An", "Ân", "Bình", "Ơn", "Ông", "Oanh", "Ưng", "Uyên", "Em", "Êm"]
    backwards = names[::-1]
    assert sorted(backwards, key=natural_key) == [
        "An", "Ăn", "Ân", "Bình", "Dân", "Đoàn", "Em", "Êm", "Oanh", "Ông", "Ơn", "Uyên", "Ưng",
    ]  # fmt: skip


def test_tones_part_names_only_when_the_letters_are_the_same() -> None:
    names = ["Hòa", "Hoa", "Hóa", "Hoà Bình", "Hoa Lư"]
    assert sorted(names, key=natural_key) == ["Hoa", "Hòa", "Hóa", "Hoà Bình", "Hoa Lư"]


@given(st.lists(st.text(max_size=12), max_size=8))
def test_the_order_never_depends_on_where_one_started(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(names, key=natural_key) == sorted(backwards, key=natural_key)


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        ("102.50", "102,50", "102.50"),
        ("1234.5", "1.234,5", "1,234.5"),
        ("-0.75", "\u22120,75", "\u22120.75"),
        (Decimal("0.000001"), "0,000001", "0.000001"),
        (1234567, "1.234.567", "1,234,567"),
        (None, "–", "–"),
    ],
)
def test_numbers_are_written_as_each_language_writes_them(
    service: Tiny, value: str | Decimal | int | None, vi: str, en: str
) -> None:
    with service.app.test_request_context("/scores/page"):
        assert number(value) == vi
    with service.app.test_request_context("/scores/page?lang=en"):
        assert number(value) == en


def test_dates_and_moments_are_local() -> None:
    assert day("2020-11-09") == "09/11/2020"
    assert moment("2020-11-09T17:30:00.000000Z") == "10/11/2020 00:30"
    assert moment("2020-11-09T17:30:00.000000Z", "UTC") == "09/11/2020 17:30"


def test_outside_a_request_texts_are_vietnamese() -> None:
    assert tr("Có", "Yes") == "Có"
    assert role_name("office") == "Văn phòng"
    assert role_name("unheard-of") == "unheard-of"
