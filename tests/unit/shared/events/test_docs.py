"""The documents made from the catalogue say the same as the schemas they are made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from marshmallow import Schema, fields, validate
from ruamel.yaml import YAML

from deploy.docs import differences, docs, event_documents
from shared.events.catalogue import all_types
from shared.events.catalogue.base import EventType
from shared.events.docs import UndocumentedField, asyncapi, envelope_schema, json_schema
from shared.events.fields import Code, DecimalString, Digest, Instant, KeyId, LocalDate

ROOT = Path(__file__).parents[4]
TYPES = list(all_types())
DIGEST = "sha256:" + "ab" * 32
PLAIN: dict[type, Any] = {
    DecimalString: "8.25",
    Digest: DIGEST,
    KeyId: "ab" * 32,
    Code: "QH-Q01",
    Instant: "2020-11-09T02:00:00.000000Z",
    LocalDate: "2020-11-09",
    fields.Integer: 3,
    fields.Boolean: True,
    fields.String: "Báo cáo năm 2020",
}
# Where a schema lets only one of two fields stand, the sample leaves the second out.
LEFT_OUT = {
    "score.recorded.v1": {"state"},
    "decision.score.v1": {"state"},
    "submission.received.v1": {"absent_because"},
}


def sample(schema: Schema, left_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """An object with every field of ``schema`` but those left out."""
    return {
        field.data_key or name: value_of(field, left_out)
        for name, field in schema.fields.items()
        if name not in left_out
    }


def value_of(field: fields.Field[Any], left_out: frozenset[str]) -> Any:
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            return next(iter(rule.choices))
    if isinstance(field, fields.Nested):
        return sample(field.schema, left_out)
    if isinstance(field, fields.List):
        return [value_of(field.inner, left_out)]
    if isinstance(field, fields.Dict):
        assert field.value_field is not None
        return {"/scores/hcmc/2020": value_of(field.value_field, left_out)}
    return next(value for kind, value in PLAIN.items() if isinstance(field, kind))


def good(entry: EventType) -> dict[str, Any]:
    return sample(entry.schema, frozenset(LEFT_OUT.get(entry.type, ())))


def spoiled(entry: EventType) -> Iterator[tuple[str, dict[str, Any]]]:
    """Objects that are wrong in one place, each with what is wrong."""
    whole = good(entry)
    yield "unknown field", {**whole, "colour": "red"}
    for name, field in entry.schema.fields.items():
        key = field.data_key or name
        if key not in whole:
            continue
        if field.required:
            yield (
                f"{key} missing",
                {each: value for each, value in whole.items() if each != key},
            )
        yield f"{key} of a wrong kind", {**whole, key: {"x": [1]}}
        if isinstance(whole[key], str):
            yield f"{key} empty", {**whole, key: ""}
        if isinstance(whole[key], int) and not isinstance(whole[key], bool):
            yield f"{key} below its range", {**whole, key: -1}


@pytest.mark.parametrize("entry", TYPES, ids=lambda entry: entry.type)
def test_a_schema_is_itself_valid_and_takes_what_the_catalogue_takes(
    entry: EventType,
) -> None:
    form = json_schema(entry)
    Draft202012Validator.check_schema(form)
    assert entry.faults(good(entry)) == {}
    assert [error.message for error in Draft202012Validator(form).iter_errors(good(entry))] == []


@pytest.mark.parametrize("entry", TYPES, ids=lambda entry: entry.type)
def test_a_schema_refuses_what_the_catalogue_refuses(entry: EventType) -> None:
    validator = Draft202012Validator(json_schema(entry))
    cases = list(spoiled(entry))
    assert len(cases) >= 3
    for what, data in cases:
        assert entry.faults(data) != {}, what
        assert not validator.is_valid(data), what


def test_a_rule_across_fields_stands_in_the_schema_in_words() -> None:
    scores = {entry.type: entry for entry in TYPES}["score.recorded.v1"]
    assert "missing value is not zero" in json_schema(scores)["$comment"]


def test_a_field_of_an_unknown_kind_is_refused_not_left_out() -> None:
    class Strange(Schema):
        price = fields.Float()

    with pytest.raises(UndocumentedField):
        json_schema(EventType("strange.v1", ("scores",), Strange, "*", "Strange."))


def test_the_envelope_schema_takes_a_signed_event_and_refuses_an_unknown_attribute() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from shared.events.envelope import Draft, Event, unsigned_event
    from shared.events.signing import sign

    value = sign(
        unsigned_event(
            Draft("score.recorded.v1", "QH-Q01", {}),
            event_id="0197",
            source="/scores/hcmc/2020",
            ledger="hcmc/2020",
            time="2020-11-09T02:00:00.000000Z",
            sequence=1,
            subjectsequence=1,
            correlation_id="c",
            command_id="c",
        ),
        Ed25519PrivateKey.generate(),
    )
    event = Event.parse(value).attributes
    validator = Draft202012Validator(envelope_schema())
    assert [error.message for error in validator.iter_errors(event)] == []
    assert not validator.is_valid({**event, "colour": "red"})
    assert not validator.is_valid({**event, "sequence": "000000000000"})


def test_the_asyncapi_document_has_what_version_3_requires_and_every_reference_leads_somewhere() -> None:
    # The reference validator is an npm package of several hundred megabytes; the structure that the
    # specification requires is checked by hand instead.
    document = asyncapi("0.1.0")
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    for server in document["servers"].values():
        assert {"host", "protocol"} <= server.keys()
    assert list(document["channels"]) == ["evaluation-events"]
    assert document["channels"]["evaluation-events"]["bindings"]["kafka"]["bindingVersion"]
    for operation in document["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert operation["messages"]
    names = {entry.type for entry in TYPES}
    assert set(document["components"]["messages"]) == names
    stated = {
        reference["$ref"].rsplit("/", 1)[1]
        for key, operation in document["operations"].items()
        if key != "follow"
        for reference in operation["messages"]
    }
    assert stated == names
    files = event_documents()
    for reference in references(document):
        if reference.startswith("#/"):
            target: Any = document
            for step in reference[2:].split("/"):
                target = target[step]
        else:
            assert reference.removeprefix("./") in files


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref":
                yield item
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_the_written_asyncapi_document_reads_back_as_it_was_made() -> None:
    written = event_documents()["asyncapi.yaml"].decode()
    assert YAML(typ="safe").load(written)["channels"] == asyncapi("0.1.0")["channels"]


def test_the_documents_in_the_repository_are_what_the_catalogue_says() -> None:
    assert differences(ROOT / "docs", event_documents()) == []


def test_check_names_a_stale_file_and_writes_nothing(tmp_path: Path) -> None:
    run = CliRunner()
    assert run.invoke(docs, ["events", "--out", str(tmp_path)]).exit_code == 0
    assert run.invoke(docs, ["events", "--out", str(tmp_path), "--check"]).exit_code == 0
    page = tmp_path / "events.md"
    page.write_text("old")
    result = run.invoke(docs, ["events", "--out", str(tmp_path), "--check"])
    assert result.exit_code == 1
    assert "events.md" in result.output
    assert page.read_text() == "old"


def test_a_schema_of_a_type_that_is_gone_is_removed(tmp_path: Path) -> None:
    run = CliRunner()
    run.invoke(docs, ["events", "--out", str(tmp_path)])
    (tmp_path / "schemas" / "gone.v1.json").write_text("{}")
    assert run.invoke(docs, ["events", "--out", str(tmp_path), "--check"]).exit_code == 1
    run.invoke(docs, ["events", "--out", str(tmp_path)])
    assert not (tmp_path / "schemas" / "gone.v1.json").exists()
