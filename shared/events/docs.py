"""What the catalogue says, for people and machines that do not run this code.

From the marshmallow schemas come JSON Schemas (2020-12), the AsyncAPI 3 document and a readable page.
Pure: every function here gives a value; writing files is :mod:`deploy.docs`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from shared.events import envelope
from shared.events.catalogue import all_types
from shared.events.catalogue.base import EventType
from shared.events.fields import Code, DecimalString, Digest, Instant, KeyId, LocalDate

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI = "3.0.0"
CHANNEL = "evaluation-events"
PARTITIONS = 48
REPLICAS = 3

_KINDS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (DecimalString, "decimal string"),
    (Digest, "digest"),
    (KeyId, "key id"),
    (Code, "code"),
    (Instant, "instant"),
    (LocalDate, "date"),
)


class UndocumentedField(TypeError):
    """A kind of field that this module cannot put into a JSON Schema yet: teach it, do not skip it."""


def json_schema(entry: EventType) -> dict[str, Any]:
    """JSON Schema of the ``data`` of ``entry``; its ``$id`` is the event's ``dataschema``.

    What a schema checks across fields stands in words in ``$comment``: the marshmallow schema is the
    stricter judge of the two.
    """
    return {
        "$schema": JSON_SCHEMA,
        "$id": f"urn:bangvang:event:{entry.type}",
        "title": entry.type,
        "description": entry.meaning,
        **_object(entry.schema),
    }


def envelope_schema() -> dict[str, Any]:
    """JSON Schema of the envelope: the attributes of every event, ``data`` left open."""
    text = {"type": "string", "minLength": 1, "maxLength": 256}
    number = {"type": "string", "pattern": _anchored(envelope.NUMBER)}
    properties: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": {**text, "description": "UUIDv7."},
        "source": {"type": "string", "pattern": _anchored(envelope.SOURCE)},
        "type": {"type": "string", "pattern": _anchored(envelope.TYPE)},
        "time": {
            "type": "string",
            "pattern": _anchored(envelope.TIME),
            "description": "When it was stated, UTC.",
        },
        "subject": {
            **text,
            "description": "The unit it touches, * for several, or another stream.",
        },
        "datacontenttype": {"const": "application/json"},
        "dataschema": {**text, "description": "urn:bangvang:event: and the type."},
        "partitionkey": {
            "type": "string",
            "pattern": _anchored(envelope.LEDGER),
            "description": "The ledger.",
        },
        "sequence": {
            **number,
            "description": "Number among the events of this source in this ledger, from 1.",
        },
        "subjectsequence": {
            **number,
            "description": "Number among those with this subject, from 1.",
        },
        "correlationid": text,
        "causationid": {"type": "string", "maxLength": 256},
        "traceparent": {"type": "string", "maxLength": 256},
        "commandid": {
            **text,
            "description": "Hash of principal, route and Idempotency-Key.",
        },
        "keyid": {
            "type": "string",
            "pattern": _anchored(envelope.KEYID),
            "description": "SHA-256 of the public key.",
        },
        "signature": {
            **text,
            "description": "Ed25519 over the canonical form without this attribute, base64.",
        },
        "data": {"type": "object"},
    }
    return {
        "$schema": JSON_SCHEMA,
        "$id": "urn:bangvang:event",
        "title": "event",
        "description": "One signed CloudEvent: the value of one Kafka record, in canonical JSON.",
        "type": "object",
        "properties": properties,
        "required": sorted(properties.keys() - {"causationid", "traceparent"}),
        "additionalProperties": False,
    }


def asyncapi(version: str) -> dict[str, Any]:
    """The AsyncAPI document of release ``version``: one channel, a message for each type."""
    entries = list(all_types())
    sources = sorted({source for entry in entries for source in entry.sources})
    channel = {"$ref": f"#/channels/{CHANNEL}"}
    operations: dict[str, Any] = {
        f"{source}_states": {
            "action": "send",
            "channel": channel,
            "summary": f"What {_speaker(source)} states.",
            "messages": [_channel_message(entry) for entry in entries if source in entry.sources],
        }
        for source in sources
    }
    operations["follow"] = {
        "action": "receive",
        "channel": channel,
        "summary": "Every service follows the whole ledger; nothing is asked of another service.",
        "messages": [_channel_message(entry) for entry in entries],
    }
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Bảng Vàng: the ledger of evaluation events",
            "version": version,
            "description": "Every fact is one signed CloudEvent on one topic, keyed by its ledger.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {
            "embedded": {
                "host": "127.0.0.1:19092",
                "protocol": "kafka",
                "description": "The broker that the embedded run starts.",
            }
        },
        "channels": {
            CHANNEL: {
                "address": CHANNEL,
                "title": "The ledger",
                "description": "Key: the ledger. Value: canonical JSON of the event. One header.",
                "messages": {
                    entry.type: {"$ref": f"#/components/messages/{entry.type}"} for entry in entries
                },
                "bindings": {
                    "kafka": {
                        "topic": CHANNEL,
                        "partitions": PARTITIONS,
                        "replicas": REPLICAS,
                        "topicConfiguration": {
                            "cleanup.policy": ["delete"],
                            "retention.ms": -1,
                        },
                        "bindingVersion": "0.5.0",
                    }
                },
            }
        },
        "operations": operations,
        "components": {"messages": {entry.type: _message(entry) for entry in entries}},
    }


def events_page() -> str:
    """``docs/events.md``: each type, who states it, about what, with which fields."""
    entries = list(all_types())
    lines = [
        "# Events",
        "",
        "Made from the catalogue (`shared/events/catalogue`) by `bangvang docs events`; do not edit.",
        "The envelope is the same for all: [schemas/envelope.json](schemas/envelope.json).",
        "",
        'Kinds of values: *decimal string* is points or a quantity such as `"8.25"`, never a float; *digest*',
        "is `sha256:` and 64 hex digits; *code* is up to 64 of letters, digits and `_ . : -`; *instant* is",
        "UTC with six digits, `2020-11-09T02:00:00.000000Z`; *date* is a day in the ledger's time zone.",
        "",
        "| type | stated by | subject | meaning |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {_link(entry)} | {', '.join(entry.sources)} | {_subject(entry)} | {entry.meaning} |"
        for entry in entries
    ]
    for entry in entries:
        lines += ["", f"## `{entry.type}`", "", entry.meaning]
        note = _own_doc(type(entry.schema))
        if note:
            lines += ["", note]
        lines += [
            "",
            _summary(entry),
            "",
            "| field | kind | needed |",
            "|---|---|---|",
        ]
        lines += [
            f"| `{path}` | {kind} | {'yes' if needed else 'no'} |"
            for path, kind, needed in _rows(entry.schema)
        ]
        rules = _rules(entry.schema)
        if rules:
            lines += ["", *rules]
    return "\n".join(lines) + "\n"


def _speaker(source: str) -> str:
    return "the organisation's root key" if source == "root" else f"the {source} service"


def _channel_message(entry: EventType) -> dict[str, str]:
    return {"$ref": f"#/channels/{CHANNEL}/messages/{entry.type}"}


def _message(entry: EventType) -> dict[str, Any]:
    return {
        "name": entry.type,
        "title": entry.type,
        "summary": entry.meaning,
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                {"$ref": "./schemas/envelope.json"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": entry.type},
                        "data": {"$ref": f"./schemas/{entry.type}.json"},
                    },
                },
            ]
        },
        "bindings": {
            "kafka": {
                "key": {
                    "type": "string",
                    "pattern": _anchored(envelope.LEDGER),
                    "description": "The ledger.",
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _anchored(pattern: re.Pattern[str]) -> str:
    return f"^(?:{pattern.pattern})$"


def _link(entry: EventType) -> str:
    return f"[`{entry.type}`](#{entry.type.replace('.', '')})"


def _summary(entry: EventType) -> str:
    schema = f"[{entry.type}.json](schemas/{entry.type}.json)"
    return f"Stated by {', '.join(entry.sources)}; subject: {_subject(entry)}; schema: {schema}."


def _subject(entry: EventType) -> str:
    if entry.subject == "unit":
        return "the unit's code"
    if entry.subject == "*":
        return "`*`"
    if entry.subject == "unit or *":
        return "the unit's code, or `*` for several"
    if entry.subject == "as cited":
        return "that of the event it cites"
    return f"`{entry.subject}CODE`"


def _own_doc(schema: type[Schema]) -> str:
    """Docstring of the schema class itself, as one paragraph; empty when it has none of its own."""
    text = schema.__dict__.get("__doc__")
    return " ".join(inspect.cleandoc(text).split()) if text else ""


def _rules(schema: Schema) -> list[str]:
    """What the schema checks across fields, in the words of the hooks' docstrings."""
    names = {name for name, *_ in type(schema)._hooks.get("validates_schema", ())}
    words = (inspect.getdoc(getattr(type(schema), name)) for name in sorted(names))
    return [" ".join(text.split()) for text in words if text]


def _object(schema: Schema) -> dict[str, Any]:
    properties = {}
    required = []
    for name, field in schema.fields.items():
        key = field.data_key or name
        properties[key] = _field(field)
        if field.required:
            required.append(key)
    form: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }
    rules = _rules(schema)
    if rules:
        form["$comment"] = " ".join(rules)
    return form


def _field(field: fields.Field[Any]) -> dict[str, Any]:
    form = _shape(field)
    for rule in _validators(field):
        _constrain(form, rule)
    if field.allow_none:
        form["type"] = [form["type"], "null"]
    return form


def _shape(field: fields.Field[Any]) -> dict[str, Any]:
    pattern = getattr(field, "pattern", None)
    if isinstance(pattern, re.Pattern):
        return {"type": "string", "pattern": _anchored(pattern)}
    if isinstance(field, fields.Nested):
        return _object(field.schema)
    if isinstance(field, fields.List):
        return {"type": "array", "items": _field(field.inner)}
    if isinstance(field, fields.Dict):
        values = field.value_field
        return {
            "type": "object",
            "additionalProperties": True if values is None else _field(values),
        }
    if isinstance(field, fields.Integer):
        return {"type": "integer"}
    if isinstance(field, fields.Boolean):
        return {"type": "boolean"}
    if isinstance(field, fields.String):
        return {"type": "string"}
    raise UndocumentedField(f"no JSON Schema for {field!r}")


def _validators(field: fields.Field[Any]) -> Iterable[Any]:
    return field.validators


def _constrain(form: dict[str, Any], rule: object) -> None:
    if isinstance(rule, validate.OneOf):
        form["enum"] = list(rule.choices)
    elif isinstance(rule, validate.Range):
        _bounds(form, rule.min, rule.max, "minimum", "maximum")
    elif isinstance(rule, validate.Length):
        names = ("minItems", "maxItems") if form["type"] == "array" else ("minLength", "maxLength")
        _bounds(form, rule.min, rule.max, *names)
    elif not callable(rule):
        raise UndocumentedField(f"no JSON Schema for {rule!r}")


def _bounds(form: dict[str, Any], low: Any, high: Any, low_name: str, high_name: str) -> None:
    if low is not None:
        form[low_name] = low
    if high is not None:
        form[high_name] = high


def _rows(schema: Schema, prefix: str = "") -> Iterable[tuple[str, str, bool]]:
    for name, field in schema.fields.items():
        path = f"{prefix}{field.data_key or name}"
        yield path, _kind(field), field.required
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            mark = "[]." if isinstance(field, fields.List) else "."
            yield from _rows(inner.schema, f"{path}{mark}")
        elif isinstance(field, fields.Dict) and isinstance(field.value_field, fields.Nested):
            yield from _rows(field.value_field.schema, f"{path}.*.")


def _kind(field: fields.Field[Any]) -> str:
    kind = _base_kind(field)
    for rule in _validators(field):
        if isinstance(rule, validate.OneOf):
            kind = ", ".join(f"`{choice}`" for choice in rule.choices)
        elif isinstance(rule, validate.Range):
            kind += _between(rule.min, rule.max)
        elif isinstance(rule, validate.Length) and rule.max is not None:
            kind += f", at most {rule.max}"
    return f"{kind}, or null" if field.allow_none else kind


def _base_kind(field: fields.Field[Any]) -> str:
    for kind, word in _KINDS:
        if isinstance(field, kind):
            return word
    if isinstance(field, fields.List):
        return f"list of {_kind(field.inner)}"
    if isinstance(field, fields.Nested):
        return "object"
    if isinstance(field, fields.Dict):
        return "map"
    words: Mapping[type[fields.Field[Any]], str] = {
        fields.Integer: "integer",
        fields.Boolean: "boolean",
        fields.String: "text",
    }
    for kind, word in words.items():
        if isinstance(field, kind):
            return word
    raise UndocumentedField(f"no words for {field!r}")


def _between(low: Any, high: Any) -> str:
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", from {low}" if low is not None else f", up to {high}"
