"""What the quick acceptor accepts, the schema accepts; good data is accepted quickly."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields, pre_load, validate, validates_schema

from shared.events.catalogue import all_types, lookup
from shared.events.catalogue.acceptor import acceptor
from shared.events.catalogue.base import EventType
from shared.events.fields import Code, DecimalString, Digest, Instant, KeyId, LocalDate, Text
from tests.support.world import World, score_data

TYPES = {entry.type: entry for entry in all_types()}
ACCEPTORS = {name: acceptor(entry.schema) for name, entry in TYPES.items()}

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
        return _objects(field.schema)
    if isinstance(field, fields.Dict):
        return st.dictionaries(TEXTS, _good(field.value_field), max_size=2)
    choices = [item for item in field.validators if isinstance(item, validate.OneOf)]
    return st.sampled_from(list(choices[0].choices)) if choices else TEXTS


def _objects(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
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


@pytest.mark.parametrize("name", sorted(TYPES))
@given(data=st.data())
def test_the_schema_finds_no_fault_in_what_is_accepted(name: str, data: st.DataObject) -> None:
    entry = TYPES[name]
    value = data.draw(_objects(entry.schema))
    if data.draw(st.booleans()):
        path = data.draw(st.sampled_from(_paths(value)))
        value = _spoiled(value, path, data.draw(ODD), data.draw(st.sampled_from(["set", "drop", "add"])))
    if ACCEPTORS[name](value):
        assert not entry.schema.validate(value)


@given(_objects(TYPES["conclusion.signed.v1"].schema))
def test_a_conclusion_that_fits_is_accepted_quickly(value: dict[str, Any]) -> None:
    assert TYPES["conclusion.signed.v1"].schema.validate(value) or ACCEPTORS["conclusion.signed.v1"](value)


@pytest.mark.parametrize("change", [{}, {"value": "-0.25"}, {"target": "3"}, {"period": "Q1"}])
def test_a_good_score_is_accepted_quickly(change: dict[str, str]) -> None:
    assert ACCEPTORS["score.recorded.v1"](score_data() | change)


def test_the_opening_is_accepted_quickly() -> None:
    from shared.events.envelope import Event

    assert ACCEPTORS["ledger.opened.v1"](Event.parse(World().opened()).data)


def test_every_type_of_the_catalogue_has_an_acceptor_that_accepts_something() -> None:
    from shared.events.catalogue import acceptor as module

    never = [name for name, accepts in ACCEPTORS.items() if accepts is module._never]
    # a default in its list: the hook-free schema is accepted, so only hooks over renamed fields are not
    assert never == []


class _Renaming(Schema):
    first = fields.String(data_key="from")

    @validates_schema
    def check(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Looks at a name that the given data does not have."""


class _Loading(Schema):
    name = fields.String()

    @pre_load
    def change(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Would change what is given."""
        return data


class _Validated(Schema):
    name = fields.String(validate=lambda value: None)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (_Renaming(), {"from": "x"}),
        (_Loading(), {"name": "x"}),
        (_Validated(), {"name": "x"}),
        (Schema.from_dict({"x": fields.Float()})(), {"x": 1.0}),
        (Schema.from_dict({"x": fields.Integer()})(unknown="include"), {"x": 1}),
        (Schema.from_dict({"x": fields.Integer()})(many=True), {"x": 1}),
    ],
)
def test_what_is_not_known_here_is_left_to_the_schema(schema: Schema, value: Any) -> None:
    assert not acceptor(schema)(value)


def test_the_verdict_of_a_type_is_that_of_its_schema() -> None:
    entry = lookup("score.recorded.v1")
    assert isinstance(entry, EventType)
    assert entry.faults(score_data()) == {}
    assert entry.faults(score_data() | {"state": "NO_TARGET"}) == entry.schema.validate(
        score_data() | {"state": "NO_TARGET"}
    )
