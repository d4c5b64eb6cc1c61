"""The envelope is read whole or refused; what both ways of checking say is the same."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.envelope import (
    EnvelopeError,
    Event,
    check_envelope,
    instant,
    parse_envelope,
    parse_instant,
)
from tests.support.world import World, good_attributes

WORLD = World()
GOOD = good_attributes(WORLD)


def _bytes(attributes: dict[str, Any]) -> bytes:
    return orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS)


def _refused(attributes: dict[str, Any]) -> str:
    """Why both the whole parser and the attribute check refuse it."""
    with pytest.raises(EnvelopeError):
        check_envelope(attributes)
    with pytest.raises(EnvelopeError) as caught:
        Event.parse(_bytes(attributes))
    return str(caught.value)


def test_a_good_event_is_read_with_all_its_attributes() -> None:
    value = WORLD.score(causationid="e0")
    event = Event.parse(value)
    assert event.value == value
    assert (event.ledger, event.service, event.source) == (
        "hcmc/2020",
        "scores",
        "/scores/hcmc/2020",
    )
    assert (event.type, event.subject, event.causationid) == (
        "score.recorded.v1",
        "QH-Q01",
        "e0",
    )
    assert event.sequence == event.subjectsequence > 0
    assert event.data["value"] == "8.25"
    assert event.attributes["specversion"] == "1.0"


def test_an_event_never_changes_and_equals_another_of_the_same_bytes() -> None:
    value = WORLD.score()
    event = Event.parse(value)
    with pytest.raises(AttributeError):
        event.value = b""
    with pytest.raises(AttributeError):
        del event.attributes
    assert event == Event.parse(value)
    assert hash(event) == hash(Event.parse(value))
    assert event != Event.parse(WORLD.score())
    assert event != value
    assert pickle.loads(pickle.dumps(event)) == event


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_attribute_is_refused(name: str) -> None:
    assert name in _refused({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize("name", ["aaa", "zzz", "dataa", "expiry", "datacontentencoding"])
def test_an_unknown_attribute_is_refused(name: str) -> None:
    assert name in _refused(GOOD | {name: "x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specversion", "1.1"),
        ("specversion", 1),
        ("id", ""),
        ("id", "x" * 257),
        ("id", 7),
        ("source", "/judges/hcmc/2020"),
        ("source", "scores/hcmc/2020"),
        ("source", "/scores/hcmc/2021"),
        ("source", "/scores/HCMC/2020"),
        ("source", None),
        ("type", "score.recorded"),
        ("type", "score.recorded.v0"),
        ("type", "Score.recorded.v1"),
        ("type", "score.recorded.v1\n"),
        ("time", "2020-11-09T02:00:00Z"),
        ("time", "2020-11-09T02:00:00.000000+00:00"),
        ("time", "2020-13-09T02:00:00.000000Z"),
        ("time", "2020-02-30T02:00:00.000000Z"),
        ("time", "2021-02-29T02:00:00.000000Z"),
        ("time", "2020-11-09T24:00:00.000000Z"),
        ("time", "2020-11-09T02:00:60.000000Z"),
        ("time", "0000-11-09T02:00:00.000000Z"),
        ("time", "٢٠٢٠-11-09T02:00:00.000000Z"),
        ("subject", ""),
        ("subject", None),
        ("subject", "QH\x00"),
        ("subject", "QH\n"),
        ("subject", "QH\x85"),
        ("subject", "QH\ufffe"),
        ("id", "\U0010ffff"),
        ("causationid", "\t"),
        ("type", "a." + "a" * 124 + ".v1"),
        ("datacontenttype", "application/xml"),
        ("dataschema", ""),
        ("partitionkey", "hcmc/2021"),
        ("partitionkey", ["hcmc/2020"]),
        ("sequence", "000000000000"),
        ("sequence", "1"),
        ("sequence", "00000000000١"),
        ("sequence", 1),
        ("subjectsequence", "0000000000001"),
        ("correlationid", ""),
        ("commandid", {}),
        ("causationid", 1),
        ("causationid", "x" * 257),
        ("traceparent", None),
        ("keyid", "AB" * 32),
        ("keyid", "ab" * 31),
        ("signature", 5),
        ("signature", ""),
        ("data", "text"),
        ("data", [1]),
    ],
)
def test_a_malformed_attribute_is_refused(name: str, value: object) -> None:
    _refused(GOOD | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time", "2020-02-29T02:00:00.000000Z"),
        ("time", "2020-10-31T23:59:59.999999Z"),
        ("subject", "Phường Bến Nghé"),
        ("subject", 'a"b\\c'),
        ("subject", "*"),
        ("id", "x" * 256),
        ("id", "é" * 256),
        ("causationid", ""),
        ("traceparent", "00-" + "a" * 32),
        ("type", "a." + "a" * 123 + ".v1"),
        ("data", {}),
        ("data", {"datacontenttype": "application/json", "x": {}}),
        ("data", {"a": '},"datacontenttype":"'}),
    ],
)
def test_an_unusual_but_valid_attribute_is_read(name: str, value: object) -> None:
    assert Event.parse(_bytes(GOOD | {name: value})).attributes[name] == value


@pytest.mark.parametrize(
    "data",
    [
        {"a": 1.5},
        {"a": [1.0]},
        {"é": 1},
        {"a": {"é": 1}},
        {"a": 2**53},
        {"a": [[[{"b": 1e300}]]]},
    ],
)
def test_data_outside_the_canonical_profile_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError):
        Event.parse(_bytes(GOOD | {"data": data}))


_ODD = (
    st.sampled_from(
        [
            "",
            "x",
            "1.0",
            "é",
            'a"b',
            "application/json",
            "/scores/hcmc/2020",
            "hcmc/2020",
            "0" * 12,
            "000000000001",
        ]
    )
    | st.text('aé"\\01 ', max_size=6)
    | st.none()
    | st.integers(-5, 5)
    | st.just({})
)


@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "causationid", "traceparent", "other"]),
        _ODD,
        max_size=3,
    )
)
def test_the_fast_way_and_the_plain_way_agree(changes: dict[str, Any]) -> None:
    attributes = GOOD | changes
    try:
        check_envelope(attributes)
        good = True
    except EnvelopeError:
        good = False
    try:
        parse_envelope(_bytes(attributes))
        assert good
    except EnvelopeError:
        assert not good


def test_an_instant_is_written_in_one_way_and_read_back() -> None:
    moment = datetime(2020, 11, 9, 9, 0, tzinfo=timezone(timedelta(hours=7)))
    assert instant(moment) == "2020-11-09T02:00:00.000000Z"
    assert parse_instant(instant(moment)) == moment
    assert parse_instant(instant(moment)).tzinfo is UTC
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2020, 11, 9))  # noqa: DTZ001
    with pytest.raises(ValueError, match="instant"):
        parse_instant("2020-11-09")
