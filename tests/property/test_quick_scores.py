"""A score read straight from its bytes says what the catalogue and the parsed event say."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.columns import Decoder
from services.ranking.columns.frame import other_of
from services.ranking.columns.quick import score_of
from shared.events.canonical import CanonicalError, written
from shared.events.catalogue import interpret, lookup
from shared.events.envelope import EnvelopeError, Event
from tests.support.examples import examples
from tests.support.fitting import fitting, maybe_spoiled
from tests.support.world import World, good_attributes, score_data

ENTRY = lookup("score.recorded.v1")
assert ENTRY is not None
ATTRIBUTES = orjson.loads(World().score())
INSTANTS = [
    "2020-02-29T00:00:00.000000Z",
    "2020-02-30T00:00:00.000000Z",
    "2020-12-07T23:59:59.999999Z",
    "soon",
]
MARKS = ['"occurred_at":"', '},"datacontenttype":"', '"sequence":"', "}", "\\", '"', "Điểm", "a"]

plain = st.fixed_dictionaries(
    {"occurred_at": st.sampled_from(INSTANTS)},
    optional={
        "basis": st.lists(st.sampled_from(MARKS), max_size=3).map("".join),
        "reason": st.lists(st.sampled_from(MARKS), max_size=3).map("".join),
        "period": st.sampled_from(["Q1", "", "no code!"]),
        "target": st.sampled_from(["3", "03"]),
        "on_behalf_of": st.just("QH"),
        "base_position": st.just(3),
        "evidence": st.lists(st.sampled_from([{}, {"occurred_at": INSTANTS[2]}]), max_size=1),
        "abc": st.just("unknown"),
        "actor": st.sampled_from(
            [{}, {"role": "unit", "scope": "}", "sub": '"'}, {"occurred_at": INSTANTS[2]}]
        ),
    },
).map(lambda changes: score_data() | changes)
facts = st.one_of(plain, fitting(ENTRY.schema).flatmap(maybe_spoiled))
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "subject": st.sampled_from(["*", "QH-Q01", 'a"b', "a\\", "Đ"]),
        "source": st.sampled_from(["/inspections/hcmc/2020", "/scores/hcmc/2020"]),
        "type": st.sampled_from(["score.recorded.v2", "score.withdrawn.v1"]),
        "time": st.sampled_from(INSTANTS),
        "traceparent": st.sampled_from(["", '"time":"', "00-a"]),
        "causationid": st.just('"data":{"actor":{'),
        "correlationid": st.just('"data":{'),
    },
)


def event_of(data: dict[str, Any], changes: dict[str, str]) -> Event | None:
    """The event of these parts; None when admission would not let it in."""
    try:
        return Event.parse(written(ATTRIBUTES | {"data": data} | changes))
    except (CanonicalError, EnvelopeError):
        return None


@settings(max_examples=examples(300), deadline=None)
@given(facts, envelopes)
def test_what_is_read_from_the_bytes_is_what_the_event_says(
    data: dict[str, Any], changes: dict[str, str]
) -> None:
    event = event_of(data, changes)
    score = None if event is None else score_of(event.value)
    if event is None or score is None:
        return
    assert interpret(event) is None
    assert event.type == "score.recorded.v1"
    assert event.service == "scores"
    assert "on_behalf_of" not in data
    assert (score.subject, score.time) == (event.subject, event.time)
    assert (score.criterion, score.stage) == (data["criterion"], data["stage"])
    assert score.says == tuple(data.get(name) for name in ("value", "target", "state", "rulebook", "period"))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(facts, envelopes), max_size=12))
def test_columns_of_bytes_are_those_of_the_parsed_events(
    told: list[tuple[dict[str, Any], dict[str, str]]],
) -> None:
    found = [event_of(data, changes) for data, changes in told]
    events = [event for event in found if event is not None]
    whole, quick, one_by_one = (Decoder("hcmc/2020") for _ in range(3))
    for position, event in enumerate(events):
        whole.take_other(other_of(position, event))
        one_by_one.take(event)
    quick.take_values(event.value for event in events)
    wanted = whole.columns()
    for columns in (quick.columns(), one_by_one.columns()):
        assert columns.scores.equals(wanted.scores)
        assert columns.scores.schema == wanted.scores.schema
        for name in ("size", "cells", "says", "others", "adopted", "withdrawn"):
            assert getattr(columns, name) == getattr(wanted, name), name


def test_a_plain_score_is_read_quickly() -> None:
    assert score_of(World().score()) is not None


def test_what_is_no_score_is_left_to_the_catalogue() -> None:
    assert score_of(World().opened()) is None
    assert score_of(written(good_attributes(World()) | {"type": "score.withdrawn.v1"})) is None
