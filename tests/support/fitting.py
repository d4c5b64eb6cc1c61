"""Values that fit a marshmallow schema, and the same with one thing wrong."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st
from marshmallow import Schema, fields, validate

from shared.events.fields import Code, DecimalString, Digest, Instant, KeyId, LocalDate, Text

TEXTS = st.text(st.sampled_from("aZ09 ._:-é\u0301\u1ec7\n\t\u200b\u0378"), max_size=8)
ODD: st.SearchStrategy[Any] = (
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers(-3, 70)
    | st.sampled_from(
        ["2020-02-30", "2020-02-30T00:00:00.000000Z", "-0", "1.", "01", "NO_TARGET", 2**60, [], {}]
    )
)


def _good(field: Any) -> st.SearchStrategy[Any]:
    """Values that mostly fit ``field``."""
    if isinstance(field, DecimalString):
        return st.sampled_from(["0", "-1.5", "999999999.999999"])
    if isinstance(field, Digest):
        return st.just("sha256:" + "0f" * 32)
    if isinstance(field, KeyId):
        return st.just("0f" * 32)
    if isinstance(field, Instant):
        return st.sampled_from(["2020-02-29T00:00:00.000000Z", "2020-12-31T23:59:59.999999Z"])
    if isinstance(field, LocalDate):
        return st.sampled_from(["2020-02-29", "2020-12-31"])
    if isinstance(field, Code):
        return st.sampled_from(["a", "QH-Q01", "team:DKT-1"])
    if isinstance(field, Text):
        return st.sampled_from(["a", "Điểm số\nhai", "x" * 100])
    if isinstance(field, fields.Integer):
        return st.integers(0, 5)
    if isinstance(field, fields.Boolean):
        return st.booleans()
    if isinstance(field, fields.List):
        return st.lists(_good(field.inner), max_size=3)
    if isinstance(field, fields.Nested):
        return fitting(field.schema)
    if isinstance(field, fields.Dict):
        return st.dictionaries(TEXTS, _good(field.value_field), max_size=2)
    choices = [item for item in field.validators if isinstance(item, validate.OneOf)]
    return st.sampled_from(list(choices[0].choices)) if choices else TEXTS


def fitting(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that mostly fit ``schema``: every field that must be there, some of the others."""
    must: dict[str, Any] = {}
    may: dict[str, Any] = {}
    for name, field in schema.load_fields.items():
        (must if field.required else may)[field.data_key or name] = _good(field)
    return st.fixed_dictionaries(must, optional=may)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    return [path, *(deep for key, item in inner for deep in _paths(item, (*path, key)))]


def _spoiled(value: Any, path: tuple[Any, ...], odd: Any, how: str) -> Any:
    if not path:
        return odd
    value = copy.deepcopy(value)
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    if how == "drop":
        del parent[path[-1]]
    elif how == "add" and type(parent) is dict:
        parent["unknown"] = odd
    else:
        parent[path[-1]] = odd
    return value


def maybe_spoiled(value: Any) -> st.SearchStrategy[Any]:
    """``value``, or ``value`` with something odd set, dropped or added in one place of it."""
    places = st.sampled_from(_paths(value))
    how = st.sampled_from(["set", "drop", "add"])
    return st.just(value) | st.builds(_spoiled, st.just(value), places, ODD, how)
