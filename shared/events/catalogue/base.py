"""Parts of which every entry of the catalogue is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from marshmallow import Schema, fields, validate

from shared.events.catalogue.acceptor import Accepts, acceptor
from shared.events.fields import Code, Instant, LocalDate, Text

ROLES = (
    "unit",
    "department",
    "department_head",
    "office",
    "team_leader",
    "team_secretary",
    "team_member",
    "standing_committee",
    "auditor",
    "admin",
)


class Actor(Schema):
    """Who did it: the token's subject and the hat (role at scope) in which he acted."""

    sub = Text(required=True, maximum=128)
    role = fields.String(required=True, validate=validate.OneOf([*ROLES, "system"]))
    scope = Code(required=True)


class Fact(Schema):
    """What the ``data`` of every event has.

    ``occurred_at``: when it happened (the envelope's ``time``: when it was stated).  ``responsible``:
    the body that answers for it, ``on_behalf_of`` when another entered it (plan III.3).
    ``base_position``: size of the ledger that the statement rests on, when it rests on foreign facts.
    """

    occurred_at = Instant(required=True)
    actor = fields.Nested(Actor, required=True)
    responsible = Code()
    on_behalf_of = Code()
    base_position = fields.Integer(strict=True, validate=validate.Range(min=0))


class Decision(Fact):
    """A decision of the Standing Committee: a body, so each names meeting, date and document."""

    meeting = Text(required=True, maximum=200)
    date = LocalDate(required=True)
    document = Text(required=True, maximum=100)
    text = Text(required=True)


@dataclass(frozen=True, slots=True)
class Uninterpreted:
    """Why an admitted event is not understood: ``unknown_type``, ``foreign_type`` or ``bad_data``."""

    reason: str
    detail: str


_SchemaClass = type[Schema]  # below, in a class with a field of that name, ``type`` means the field


@dataclass(frozen=True)
class EventType:
    """One type: its name, who may state it, the schema class of its ``data``, and what it means.

    ``subject``: ``unit`` (the code of exactly one unit), ``*`` (touches several), ``unit or *``, ``as
    cited`` (that of the event it is about), or a prefix such as ``team:``.
    """

    type: str
    sources: tuple[str, ...]
    schema_class: _SchemaClass
    subject: str
    meaning: str

    @cached_property
    def schema(self) -> Schema:
        """The schema, which refuses unknown fields."""
        return self.schema_class()

    def faults(self, data: dict[str, Any]) -> dict[str, Any]:
        """Faults of ``data`` by field path, empty when it fits the schema."""
        if self._accepts(data):
            return {}
        return dict(self.schema.validate(data))

    @cached_property
    def _accepts(self) -> Accepts:
        return acceptor(self.schema)
