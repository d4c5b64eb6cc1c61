"""What only the organisation's root key states: position 0 and the keys of the services."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.events.catalogue.base import EventType
from shared.events.fields import Code, Instant, KeyId, Text


class SourceKey(Schema):
    """The first key of one source."""

    keyid = KeyId(required=True)
    public_key = Text(required=True, maximum=64)


class LedgerOpened(Schema):
    """Position 0: everything an auditor pins."""

    occurred_at = Instant(required=True)
    org = Code(required=True)
    cycle = Code(required=True)
    name = Text(required=True, maximum=200)
    timezone = Text(required=True, maximum=64)
    clock = fields.String(required=True, validate=validate.OneOf(["real", "simulated"]))
    topic = Text(required=True, maximum=200)
    root_public_key = Text(required=True, maximum=64)
    sources = fields.Dict(keys=fields.String(), values=fields.Nested(SourceKey), required=True)
    sealer = Text(required=True, maximum=300)
    witness_policy = fields.String(required=True, validate=validate.OneOf(["required", "optional"]))
    admins = fields.List(Text(maximum=128), required=True, validate=validate.Length(min=1))


class KeyAdded(Schema):
    """A further key of a source, good from the position after this event."""

    occurred_at = Instant(required=True)
    source_name = Text(required=True, maximum=80)
    keyid = KeyId(required=True)
    public_key = Text(required=True, maximum=64)


class KeyRetired(Schema):
    """A key that no longer counts from the position after this event."""

    occurred_at = Instant(required=True)
    keyid = KeyId(required=True)
    reason = Text(required=True, maximum=500)


TYPES = (
    EventType(
        "ledger.opened.v1",
        ("root",),
        LedgerOpened,
        "*",
        "A ledger begins: keys of the sources, sealer, clock, time zone, first administrators.",
    ),
    EventType("key.added.v1", ("root",), KeyAdded, "*", "A source gets a further key."),
    EventType("key.retired.v1", ("root",), KeyRetired, "*", "A key no longer counts."),
)
