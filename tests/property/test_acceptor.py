"""What the quick acceptor accepts, the schema accepts; good data is accepted quickly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields, pre_load, validates_schema

from shared.events.catalogue import all_types, lookup
from shared.events.catalogue.acceptor import acceptor
from shared.events.catalogue.base import EventType
from tests.support.fitting import fitting, maybe_spoiled
from tests.support.world import World, score_data

TYPES = {entry.type: entry for entry in all_types()}
ACCEPTORS = {name: acceptor(entry.schema) for name, entry in TYPES.items()}


@pytest.mark.parametrize("name", sorted(TYPES))
@given(data=st.data())
def test_the_schema_finds_no_fault_in_what_is_accepted(name: str, data: st.DataObject) -> None:
    entry = TYPES[name]
    value = data.draw(fitting(entry.schema).flatmap(maybe_spoiled))
    if ACCEPTORS[name](value):
        assert not entry.schema.validate(value)


@given(fitting(TYPES["conclusion.signed.v1"].schema))
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
