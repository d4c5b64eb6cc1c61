"""YAML, strictly."""

from __future__ import annotations

import pytest

from shared.rulebook import RulebookFault
from shared.rulebook.loader import lint, load, parse
from shared.rulebook.schema import BareNumber
from tests.support.board import DEMO

TEXT = (DEMO / "rulebook.yaml").read_text("utf-8")


def test_the_example_is_free_of_faults() -> None:
    assert lint(TEXT) == ()
    assert load(TEXT.encode("utf-8")) == load(TEXT)
    assert [area.id for area in load(TEXT).areas] == ["QH", "CNLD", "LLVT"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x 1\n", 1),
        ("a: 1\nb: *x\n", 2),
        ("a: !!str 1\n", 1),
        ("a: 1\nb: 2\na: 3\n", 3),
        ("a: [\n", 2),
        ("", 1),
        ("a: 1\n---\nb: 2\n", 1),
        ("%YAML 1.1\n---\na: on\n", 1),
        ("1: a\n", 1),
        ("? [a]\n: b\n", 1),
        (b"\xff\xfe", 1),
        ("[" * 60 + "]" * 60, 1),
        ('a: "\\ud800"\n', 1),
        ("a: \tb: c\n\t- d", 1),
    ],
)
def test_unreadable_text_is_refused_whole(text: str | bytes, line: int) -> None:
    with pytest.raises(RulebookFault) as caught:
        load(text)
    assert caught.value.code == "R001"
    assert caught.value.line is not None
    if text != "a: [\n" and not str(text).startswith("a: \t"):
        assert caught.value.line == line


def test_words_of_yaml_1_1_stay_words() -> None:
    data, _ = parse("a: on\nb: no\nc: true\nd: 2020-01-01\ne: ~\nf: 0o7\ng: 12\nh: 1_000\ni: 1.50\n")
    assert data == {
        "a": "on",
        "b": "no",
        "c": True,
        "d": "2020-01-01",
        "e": None,
        "f": "0o7",
        "g": 12,
        "h": "1_000",
        "i": "1.50",
    }
    assert type(data["i"]) is BareNumber


def test_a_fault_names_line_path_and_both_languages() -> None:
    number = next(n for n, line in enumerate(TEXT.splitlines(), start=1) if 'id: "1.2"' in line)
    with pytest.raises(RulebookFault) as caught:
        load(TEXT.replace('QH: "6", CNLD: "7", LLVT: "8"', "QH: 6, CNLD: 7.5, LLVT: 8"))
    assert [fault.code for fault in caught.value.faults] == ["R004"] * 3
    assert (caught.value.line, caught.value.path) == (number, "criteria[0].children[1].max.QH")
    assert caught.value.message_vi == '"6" phải là số thập phân đặt trong ngoặc kép'
    assert caught.value.message_en == '"6" must be a quoted decimal'


def test_the_linter_shows_every_fault_at_once() -> None:
    text = TEXT.replace('rank_style: "1224"', 'rank_style: "4321"').replace("signoff: none", "signoff: never")
    assert {fault.code for fault in lint(text)} == {"R005", "R061"}
    assert lint("a: [")[0].code == "R001"
