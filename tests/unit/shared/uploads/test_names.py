"""A file's name is one name: composed, visible, and no way to anywhere."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decisions import Refused
from shared.events.canonical import CanonicalError
from shared.uploads.names import MAXIMUM, check_name, extension_of


def test_a_name_typed_in_either_unicode_form_is_one_name() -> None:
    composed = "Báo cáo quý IV – Quận Đoàn 1.pdf"
    assert check_name(unicodedata.normalize("NFD", composed)) == composed


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../a.pdf",
        "a/b.pdf",
        "C:\\a.pdf",
        ".htaccess",
        "..",
        "a.pdf.",
        " a.pdf",
        "a.pdf ",
        "a\n.pdf",
        "a\0.pdf",
        "a\u202egpj.exe",
        "a\u200b.pdf",
        "\ufeffa.pdf",
        "a\u2028.pdf",
        "a" * (MAXIMUM - 3) + ".pdf",
    ],
    ids=ascii,
)
def test_a_path_hidden_characters_and_too_much_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="evidence-name") as told:
        check_name(name)
    assert told.value.faults[0].field == "name"


def test_a_name_may_have_two_hundred_characters() -> None:
    assert check_name("ộ" * (MAXIMUM - 4) + ".pdf")


def test_the_extension_stands_behind_the_last_dot() -> None:
    assert [extension_of(name) for name in ("a.PDF", "a.b.Docx", "a", "a.")] == ["pdf", "docx", "", ""]


@given(st.text())
def test_a_name_that_is_taken_is_taken_again_as_it_is(text: str) -> None:
    try:
        name = check_name(text)
    except (Refused, CanonicalError):
        return
    assert check_name(name) == name
    assert name.isprintable() or any(unicodedata.category(letter) == "Zs" for letter in name)
    assert not set(name) & set("/\\\r\n\0")
