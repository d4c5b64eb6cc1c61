"""JSON in and out: orjson writes; reading is strict, because a lenient reader changes what was meant.

Refused on the way in: a key given twice, ``NaN`` and ``Infinity``, a byte order mark, bytes that are not
UTF-8, anything but an object at the top.  A number with a fraction or an exponent stays as its own text
(:class:`JsonNumber`): no field of ours takes one, so the field that got it says so, and ``1e400`` never
becomes infinity on the way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson
from flask.json.provider import JSONProvider

_SAFE_DIGITS = 18


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A JSON number that is not a small integer, as it was written."""

    text: str

    def __str__(self) -> str:
        return self.text


class StrictJsonError(ValueError):
    """A body that is not strict JSON: ``rule``, and the reason in two languages."""

    def __init__(self, rule: str, vi: str, en: str) -> None:
        super().__init__(en)
        self.rule = rule
        self.vi = vi
        self.en = en


def loads_object(data: bytes) -> dict[str, Any]:
    """The object that ``data`` holds.  Raises :class:`StrictJsonError`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError(
            "malformed-json", "Nội dung không phải UTF-8.", "The body is not UTF-8."
        ) from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_constant,
            parse_float=JsonNumber,
            parse_int=_integer,
        )
    except StrictJsonError:
        raise
    except (ValueError, RecursionError) as error:
        place = f" ({error.lineno}:{error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise StrictJsonError(
            "malformed-json",
            f"Nội dung không phải JSON hợp lệ{place}.",
            f"The body is not valid JSON{place}.",
        ) from error
    if not isinstance(value, dict):
        raise StrictJsonError(
            "not-an-object", "Nội dung phải là một đối tượng JSON.", "The body must be a JSON object."
        )
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise StrictJsonError(
            "duplicate-key",
            f"Trường “{twice[:64]}” xuất hiện hai lần.",
            f'The key "{twice[:64]}" is given twice.',
        )
    return value


def _constant(name: str) -> NoReturn:
    raise StrictJsonError(
        "malformed-json",
        f"{name} không phải là số của JSON; điểm viết dạng chuỗi thập phân, ví dụ “8.25”.",
        f'{name} is not a number of JSON; points are decimal strings such as "8.25".',
    )


def _integer(text: str) -> int | JsonNumber:
    return int(text) if len(text.lstrip("-")) <= _SAFE_DIGITS else JsonNumber(text)


def _default(value: Any) -> Any:
    if isinstance(value, JsonNumber):
        return value.text
    raise TypeError(f"{type(value).__name__} has no JSON form here")


class OrjsonProvider(JSONProvider):
    """Flask's JSON through orjson; floats are written by no schema of ours."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """``obj`` as JSON text."""
        return orjson.dumps(obj, default=_default).decode("utf-8")

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Any JSON value; request bodies go through :func:`loads_object` instead."""
        return orjson.loads(s)
