"""What the notify service states."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.events.catalogue.base import EventType, Fact
from shared.events.fields import Code, Digest, Text


class Document(Schema):
    name = Text(required=True, maximum=200)
    sha256 = Digest(required=True)
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class NoticeIssued(Fact):
    """A notice of a unit's published standing (plan III.2, last item), by content digest.

    ``addressed_to``: where the unit is closed, the units that stand in its place and receive it.
    """

    publication_version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    kind = fields.String(required=True, validate=validate.OneOf(["standing"]))
    channel = fields.String(required=True, validate=validate.OneOf(["outbox"]))
    message_id = Text(required=True, maximum=200)
    document = fields.Nested(Document, required=True)
    addressed_to = fields.List(Code(), validate=validate.Length(min=1, max=50))


TYPES = (
    EventType(
        "notice.issued.v1", ("notify",), NoticeIssued, "unit", "A unit is told its published standing."
    ),
)
