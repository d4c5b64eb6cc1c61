"""Canonical bytes of an event: RFC 8785 over a subset on which ``orjson`` equals it.

The subset: ASCII keys, no floats, integers within plus or minus 2^53-1, strings, booleans, null, lists,
objects.  Points are decimal strings, so nothing is lost by refusing floats.  Text must be NFC without
unassigned code points, but only *at the door* (:func:`check_text`): Unicode grows, and a verifier of
2040 must not judge bytes of today by its own newer tables.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

import orjson

MAX_BYTES = 60 * 1024
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 16

_LEAVES = frozenset((str, int, bool, type(None)))
_CONTAINERS = frozenset((dict, list))
_ITEMS = _LEAVES | _CONTAINERS
_WRITE = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


class CanonicalError(ValueError):
    """The value cannot be written, or is not written, in the canonical form."""


def canonical_bytes(value: dict[str, Any]) -> bytes:
    """Canonical bytes of a JSON object.

    Raises :class:`CanonicalError` for a value outside the profile or larger than 60 KiB.
    """
    check_profile(value)
    return written(value)


def written(value: dict[str, Any]) -> bytes:
    """Canonical bytes of an object that is known to lie within the profile.

    Raises :class:`CanonicalError` when they are more than 60 KiB.
    """
    data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if len(data) > MAX_BYTES:
        raise CanonicalError(f"larger than {MAX_BYTES} bytes: {len(data)}")
    return data


def parse_canonical(data: bytes) -> dict[str, Any]:
    """The object that ``data`` is the canonical form of.

    Raises :class:`CanonicalError` when ``data`` is too large, not JSON, not an object, outside the
    profile, or not byte-equal to its own canonical form (duplicate keys, white space, key order).
    """
    value = parse_own_form(data)
    if not fits_profile(value, ascii_only=data.isascii()):
        check_profile(value)
        raise CanonicalError("outside the profile")  # not reached while both walks agree
    return value


def parse_own_form(data: bytes) -> dict[str, Any]:
    """The first half of :func:`parse_canonical`: all of it but floats, keys beyond ASCII, and depth."""
    if len(data) > MAX_BYTES:
        raise CanonicalError(f"larger than {MAX_BYTES} bytes: {len(data)}")
    try:
        value = orjson.loads(data)
        written = orjson.dumps(value, option=_WRITE)  # refuses integers beyond 2^53-1
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError) as error:
        raise CanonicalError(f"not JSON of the profile: {error}") from error
    if type(value) is not dict:
        raise CanonicalError("not an object")
    if written != data:
        raise CanonicalError("bytes differ from their own canonical form")
    return value


def fits_profile(value: dict[str, Any], *, ascii_only: bool, depth: int = 0) -> bool:
    """The second half of :func:`parse_canonical`, as a verdict: whether a value fresh from the JSON parser
    and found in its own form has no float, no key beyond ASCII, and is not nested too deep.

    ``ascii_only``: the bytes are known to be ASCII, keys need no look.  ``depth``: how many levels lie
    above ``value``.  Level by level, no recursion; the parser makes no other types than str, int, bool,
    None, float, list and dict.
    """
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH - depth):
        below: list[Any] = []
        for container in level:
            if type(container) is dict:
                if not (ascii_only or "".join(container).isascii()):
                    return False
                items: Iterable[Any] = container.values()
            else:
                items = container
            if _LEAVES.issuperset(map(type, items)):
                continue
            if not _ITEMS.issuperset(map(type, items)):
                return False
            below += [item for item in items if type(item) in _CONTAINERS]
        if not below:
            return True
        level = below
    return False


def check_profile(value: object, depth: int = 0) -> None:
    """Raise :class:`CanonicalError` unless ``value`` lies within the profile of this module."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]
            raise CanonicalError(f"integer beyond 2^53-1: {value}")
        return
    if depth >= MAX_DEPTH:
        raise CanonicalError(f"nested deeper than {MAX_DEPTH}")
    if kind is dict:
        for key, item in value.items():  # type: ignore[attr-defined]
            if type(key) is not str or not key.isascii():
                raise CanonicalError(f"key is not ASCII text: {key!r}")
            check_profile(item, depth + 1)
    elif kind is list or kind is tuple:
        for item in value:  # type: ignore[attr-defined]
            check_profile(item, depth + 1)
    else:
        raise CanonicalError(f"{kind.__name__} has no place in an event: {value!r}")


def compose_text(text: str) -> str:
    """``text`` in NFC, checked: the one place where text is normalised, at the door.

    Raises :class:`CanonicalError` for surrogates and code points that Unicode has not assigned, whose
    normal form a later Unicode could change.
    """
    composed = unicodedata.normalize("NFC", text)
    for character in composed:
        if not character.isascii() and unicodedata.category(character) in ("Cn", "Cs"):
            raise CanonicalError(f"unassigned code point U+{ord(character):04X}")
    return composed
