"""The canonical form equals RFC 8785 on the subset, and nothing but it is read (audit design 1)."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from shared.events.canonical import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INTEGER,
    CanonicalError,
    canonical_bytes,
    check_profile,
    compose_text,
    parse_canonical,
)

ASCII_KEYS = st.text(st.characters(max_codepoint=127), max_size=12)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
WHOLE = st.integers(-MAX_INTEGER, MAX_INTEGER)
SCALARS = st.none() | st.booleans() | WHOLE | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII_KEYS, inner, max_size=5),
    max_leaves=25,
)
OBJECTS = st.dictionaries(ASCII_KEYS, VALUES, max_size=8)
ANY_VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
ANY_OBJECTS = st.dictionaries(TEXTS, ANY_VALUES, max_size=6)


@given(OBJECTS)
def test_canonical_bytes_equal_rfc_8785(value: dict[str, Any]) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(OBJECTS)
def test_canonical_bytes_are_read_back_as_the_same_object(
    value: dict[str, Any],
) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


@given(ANY_OBJECTS)
@example({"a": 1.0})
@example({"a": [1e16]})
@example({"a": [[{"b": -0.0}]]})
@example({"a": {"é": 1}})
@example({"é": 1})
@example({"a": 2**53})
@example({"a": [-(2**53)]})
@example({"a": "1.5e3", "b": "12345678901234567"})
def test_what_a_parser_accepts_is_exactly_what_the_profile_allows(
    value: dict[str, Any],
) -> None:
    try:
        check_profile(value)
        allowed = True
    except CanonicalError:
        allowed = False
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    if not allowed:
        with pytest.raises(CanonicalError):
            parse_canonical(written)
        with pytest.raises(CanonicalError):
            canonical_bytes(value)
    else:
        assert parse_canonical(rfc8785.dumps(value)) == value


@given(OBJECTS.filter(bool))
def test_white_space_outside_text_is_refused(value: dict[str, Any]) -> None:
    good = canonical_bytes(value)
    spaced = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    assert spaced != good
    with pytest.raises(CanonicalError):
        parse_canonical(spaced)
    for bad in (good + b"\n", b" " + good, b"{ " + good[1:], good[:-1] + b"\t}"):
        with pytest.raises(CanonicalError):
            parse_canonical(bad)


@given(st.binary(max_size=80))
def test_any_bytes_that_are_accepted_are_their_own_canonical_form(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except CanonicalError:
        return
    assert rfc8785.dumps(value) == data


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"a":1.5}',
        b'{"a":1e2}',
        b'{"a":[1e30]}',
        b'{"a":-0}',
        b'{"a":-0.0}',
        b'{"a":01}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":123456789012345678901234567890}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        '{"é":1}'.encode(),
        b'{"\\u00e9":1}',
        b'{"a":"\\u00e9"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b"[1]",
        b'"a"',
        b"null",
        b"",
        b'\xef\xbb\xbf{"a":1}',
        b"\x00",
    ],
)
def test_another_spelling_of_an_object_is_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        parse_canonical(data)


def test_text_that_is_not_composed_is_read_but_composed_at_the_door() -> None:
    decomposed = unicodedata.normalize("NFD", "Điểm")
    data = canonical_bytes({"a": decomposed})
    assert parse_canonical(data) == {"a": decomposed}  # a verifier never normalises
    assert compose_text(decomposed) == unicodedata.normalize("NFC", "Điểm") != decomposed


@given(TEXTS)
def test_the_door_gives_composed_text_or_refuses(text: str) -> None:
    try:
        composed = compose_text(text)
    except CanonicalError:
        assert any(unicodedata.category(item) == "Cn" for item in unicodedata.normalize("NFC", text))
        return
    assert unicodedata.is_normalized("NFC", composed)
    assert unicodedata.normalize("NFC", text) == composed


def test_the_largest_event_is_read_and_one_byte_more_is_not() -> None:
    frame = len(canonical_bytes({"a": ""}))
    assert len(parse_canonical(canonical_bytes({"a": "x" * (MAX_BYTES - frame)}))["a"]) == MAX_BYTES - frame
    with pytest.raises(CanonicalError):
        canonical_bytes({"a": "x" * (MAX_BYTES - frame + 1)})
    with pytest.raises(CanonicalError):
        parse_canonical(b'{"a":"' + b"x" * (MAX_BYTES - frame + 1) + b'"}')


@pytest.mark.parametrize(
    "wrap",
    [lambda inner: {"a": inner}, lambda inner: [inner]],
    ids=["objects", "lists"],
)
def test_nesting_has_the_same_bound_for_writer_and_reader(wrap: Any) -> None:
    value: Any = {}
    for _ in range(MAX_DEPTH - 2):
        value = wrap(value)
    deepest = {"a": value}
    assert parse_canonical(canonical_bytes(deepest)) == deepest
    too_deep = {"a": wrap(value)}
    with pytest.raises(CanonicalError):
        canonical_bytes(too_deep)
    with pytest.raises(CanonicalError):
        parse_canonical(orjson.dumps(too_deep))
    with pytest.raises(CanonicalError):
        parse_canonical(b'{"a":' * 5000 + b"1" + b"}" * 5000)
