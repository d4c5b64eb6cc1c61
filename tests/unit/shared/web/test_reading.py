"""Strict JSON, faults of schemas, cursors and tags."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, validate

from shared.decisions import Fault, Refused
from shared.events.catalogue import all_types
from shared.events.fields import Code, DecimalString, Digest, Instant, LocalDate
from shared.web.etags import require_match, standings_tag, tagged
from shared.web.faults import explain, faults_of
from shared.web.json_provider import JsonNumber, StrictJsonError, loads_object
from shared.web.pagination import link_next, page_of
from shared.web.problems import Problem, refusal
from tests.support.web import Tiny

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_strict_reading_gives_what_was_written(value: dict[str, Any]) -> None:
    assert loads_object(orjson.dumps(value)) == value


@given(st.binary(max_size=40))
def test_strict_reading_gives_an_object_or_a_reason_whatever_comes(data: bytes) -> None:
    try:
        read: Any = loads_object(data)
    except StrictJsonError as error:
        read = {"refused": error.rule}
    assert isinstance(read, dict)


def test_a_number_with_fraction_or_exponent_keeps_its_text() -> None:
    read = loads_object(b'{"a":8.250,"b":1e400,"c":-0.0,"d":7,"e":1234567890123456789012}')
    assert read == {
        "a": JsonNumber("8.250"),
        "b": JsonNumber("1e400"),
        "c": JsonNumber("-0.0"),
        "d": 7,
        "e": JsonNumber("1234567890123456789012"),
    }


class Inner(Schema):
    on = LocalDate(required=True)


class Everything(Schema):
    at = Instant()
    digest = Digest()
    code = Code()
    choice = fields.String(validate=validate.OneOf(["a", "b"]))
    count = fields.Integer(strict=True, validate=validate.Range(min=1, max=9))
    flag = fields.Boolean()
    items = fields.List(fields.Nested(Inner), validate=validate.Length(max=2))
    points = fields.Dict(keys=fields.String(), values=DecimalString())
    first = LocalDate(data_key="from")


@pytest.mark.parametrize(
    ("given_", "field", "rule"),
    [
        ({"at": "2020-11-09"}, "at", "not-an-instant"),
        ({"at": "2020-13-09T02:00:00.000000Z"}, "at", "not-an-instant"),
        ({"digest": "abc"}, "digest", "not-a-digest"),
        ({"code": "a b"}, "code", "not-a-code"),
        ({"choice": "c"}, "choice", "not-a-choice"),
        ({"count": "1"}, "count", "not-an-integer"),
        ({"count": JsonNumber("1.0")}, "count", "not-an-integer"),
        ({"count": 10}, "count", "out-of-range"),
        ({"flag": "perhaps"}, "flag", "not-a-boolean"),
        ({"items": {}}, "items", "not-a-list"),
        ({"items": [7]}, "items.0", "not-an-object"),
        ({"items": [{"on": "2020-11-09"}, {"on": "2020-02-30"}]}, "items.1.on", "not-a-date"),
        ({"items": [{}]}, "items.0.on", "missing-field"),
        ({"points": {"1.1": "8,5"}}, "points.1.1", "not-a-decimal"),
        ({"from": "9/11/2020"}, "from", "not-a-date"),
    ],
)
def test_every_fault_has_a_path_and_a_rule(given_: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(ValidationError) as error:
        Everything().load(given_)
    (fault,) = faults_of(error.value.messages, Everything(), given_)
    assert (fault.field, fault.rule) == (field, rule)
    assert fault.vi != fault.en


def test_every_fault_of_an_empty_fact_of_the_catalogue_has_a_rule_of_its_own() -> None:
    for entry in all_types():
        for fault in faults_of(entry.faults({"nonsense": 1}), entry.schema, {"nonsense": 1}):
            assert fault.rule != "invalid", (entry.type, fault)


def test_a_sentence_that_nobody_knows_is_still_told() -> None:
    rule, vi, en = explain("Strange.")
    assert (rule, en) == ("invalid", "Strange.")
    assert "Strange." in vi


def test_many_faults_are_cut_off() -> None:
    messages = {number: {"on": ["Missing data for required field."]} for number in range(1000)}
    assert len(faults_of({"items": messages}, Everything(), {})) == 200


def test_a_refusal_of_several_faults_keeps_each() -> None:
    several = Refused.many(
        [
            Fault("off-step", "a", "b", "rows.0.value", "1"),
            Fault("unknown-unit", "c", "d", "rows.1.unit", "x"),
        ]
    )
    problem = refusal(several)
    assert (problem.name, len(problem.faults)) == ("invalid-fields", 2)
    with pytest.raises(ValueError, match="at least one"):
        Refused.many([])


def test_a_page_links_to_the_next_and_the_last_does_not(service: Tiny) -> None:
    found = list(range(5, 9))
    page = page_of(found, 3, lambda item: item)
    assert (page.items, page.next_after) == ([5, 6, 7], 7)
    with service.app.test_request_context("/scores/v1/hcmc/2020/list?limit=3&after=4&area=Q%C4%90"):
        answer = link_next(Response(), page)
        link = '</scores/v1/hcmc/2020/list?limit=3&area=Q%C4%90&after=7>; rel="next"'
        assert answer.headers["Link"] == link
        last = page_of([1], 3, lambda item: item)
        assert last.next_after is None
        assert "Link" not in link_next(Response(), last).headers
    assert page_of([], 3, lambda item: 0).next_after is None


def test_a_tag_tells_status_and_representation_apart(service: Tiny) -> None:
    digest = "sha256:" + "ab" * 32
    tag = standings_tag(digest, "OFFICIAL", "all/vi/json")
    assert tag.startswith(digest)
    assert (
        len({tag, standings_tag(digest, "UNOFFICIAL", "all/vi/json"), standings_tag(digest, "OFFICIAL", "x")})
        == 3
    )
    with service.app.test_request_context("/", headers={"If-None-Match": f'"{tag}"'}):
        assert tagged(Response("x"), tag).status_code == 304
    with service.app.test_request_context("/"):
        fresh = tagged(Response("x"), tag, immutable=True)
        assert fresh.status_code == 200
        assert "immutable" in fresh.headers["Cache-Control"]
        assert tagged(Response("x"), tag).headers["Cache-Control"] == "private, no-cache"


def test_a_change_needs_the_tag_of_the_present_state(service: Tiny) -> None:
    for headers, name in (({}, "precondition-required"), ({"If-Match": '"old"'}, "precondition-failed")):
        with service.app.test_request_context("/", headers=headers), pytest.raises(Problem) as refused:
            require_match("new")
        assert refused.value.name == name
    with service.app.test_request_context("/", headers={"If-Match": '"old", "new"'}):
        require_match("new")
