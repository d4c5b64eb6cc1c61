"""What is taken as it was given is what marshmallow would have loaded; what is not good gets its faults."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from services.inspections import schemas as of_inspections
from services.scores import schemas as of_scores
from services.scores.schemas import ScoreBatchSchema, ScoreSchema
from shared.batch import MalformedRow
from shared.commanding import CommandSchema
from tests.support.fitting import fitting, maybe_spoiled

SCHEMAS: dict[str, CommandSchema] = {
    f"{module.__name__}.{name}": found()
    for module in (of_inspections, of_scores)
    for name, found in vars(module).items()
    if isinstance(found, type) and issubclass(found, CommandSchema) and found is not CommandSchema
}
ROW = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75", "reason": "đối chiếu"}


def loaded(load: Any, value: Any) -> Any:
    """What becomes of ``value``: the command and its type, or the messages."""
    try:
        found = load(copy.deepcopy(value))
    except ValidationError as error:
        return error.messages
    return type(found), found


@pytest.mark.parametrize("name", sorted(SCHEMAS))
@given(data=st.data())
def test_a_command_is_what_marshmallow_would_have_made_of_it(name: str, data: st.DataObject) -> None:
    schema = SCHEMAS[name]
    value = data.draw(fitting(schema).flatmap(maybe_spoiled))
    assert loaded(schema.load, value) == loaded(lambda given: Schema.load(schema, given), value)


@pytest.mark.parametrize("value", [None, [], "x", 7, [ROW]])
def test_what_is_no_object_gets_the_faults_of_marshmallow(value: Any) -> None:
    schema = ScoreSchema()
    assert loaded(schema.load, value) == loaded(lambda given: Schema.load(schema, given), value)


@pytest.mark.parametrize("more", [{"many": True}, {"partial": True}, {"unknown": "exclude"}])
def test_whoever_asks_for_something_else_is_given_it(more: dict[str, Any]) -> None:
    schema = ScoreSchema()
    value: Any = [ROW] if "many" in more else {"unit": "QH-Q01"} if "partial" in more else {**ROW, "x": 1}
    found, wanted = (
        lambda given: schema.load(given, **more),
        lambda given: Schema.load(schema, given, **more),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScoreSchema, "makes", None)
        assert loaded(found, value) == loaded(wanted, value)


def test_a_good_row_is_not_loaded_by_marshmallow(monkeypatch: pytest.MonkeyPatch) -> None:
    schema, wanted = ScoreSchema(), ScoreSchema().load({**ROW, "evidence": []})
    monkeypatch.setattr(Schema, "load", None)
    assert schema.load({**ROW, "evidence": []}) == wanted


def test_a_row_that_is_bad_stays_in_its_place_among_good_ones() -> None:
    batch = ScoreBatchSchema().load({"scores": [ROW, {**ROW, "value": "5,75"}, ROW]})
    assert [isinstance(row, MalformedRow) for row in batch.rows] == [False, True, False]
    assert batch.rows[1].faults[0].field == "value"
