"""What the scores service states."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.events.catalogue.base import ROLES, EventType, Fact
from shared.events.fields import Code, DecimalString, Digest, Instant, LocalDate, Text


class Period(Schema):
    """First and last day, both inside."""

    first = LocalDate(required=True, data_key="from")
    last = LocalDate(required=True, data_key="to")


class CycleOpened(Fact):
    cycle = Code(required=True)
    name = Text(required=True, maximum=200)
    period = fields.Nested(Period, required=True)


class RulebookPart(Fact):
    """Part ``index`` (from 0) of ``parts`` of the rulebook's normalised JSON; joined they give ``digest``."""

    digest = Digest(required=True)
    index = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    parts = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=64))
    text = fields.String(required=True, validate=validate.Length(min=1, max=20000))


class RulebookAdopted(Fact):
    digest = Digest(required=True)
    parts = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=64))
    rulebook_id = Code(required=True)
    version = Text(required=True, maximum=32)
    status = fields.String(required=True, validate=validate.OneOf(["illustrative", "adopted"]))
    decision = Text(maximum=100)
    mode = fields.String(validate=validate.OneOf(["prospective", "re_evaluate_all"]))


class UnitRegistered(Fact):
    """A unit of the register; codes are never used again (domain 4)."""

    area = Code(required=True)
    kind = Code(required=True)
    name = Text(required=True, maximum=200)
    valid_from = LocalDate()
    valid_to = LocalDate()
    predecessors = fields.List(Code(), load_default=list)
    successor = Code()


class DepartmentRegistered(Fact):
    """A body that scores: department, public service unit, federation, committee."""

    name = Text(required=True, maximum=200)
    kind = Code(required=True)
    entered_by = Code()


class GrantGiven(Fact):
    """``sub`` may act in ``role`` on ``scope``, from an instant, until one or until ended."""

    grant = Code(required=True)
    sub = Text(required=True, maximum=128)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    scope = Code(required=True)
    valid_from = Instant(required=True, data_key="from")
    valid_until = Instant(data_key="until")


class GrantEnded(Fact):
    grant = Code(required=True)
    valid_until = Instant(required=True, data_key="until")
    reason = Text(required=True, maximum=500)


class Evidence(Schema):
    """A file that proves a value, by its content."""

    name = Text(required=True, maximum=200)
    sha256 = Digest(required=True)
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


STAGES = ("self", "department", "external")


class ScoreRecorded(Fact):
    """A raw input (rulebook 4) at one stage; never overwritten, a later one stands beside it."""

    criterion = Code(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    value = DecimalString()
    target = DecimalString()
    state = fields.String(validate=validate.OneOf(["NO_TARGET"]))
    period = Code()
    rulebook = Digest(required=True)
    reason = Text(maximum=1000)
    external_ref = Text(maximum=128)
    evidence = fields.List(fields.Nested(Evidence), validate=validate.Length(max=20))

    @validates_schema
    def value_or_state(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Exactly one of ``value`` and ``state``: a missing value is not zero."""
        if ("value" in data) == ("state" in data):
            raise ValidationError("Exactly one of value and state is needed.", "value")
        if "state" in data and "target" in data:
            raise ValidationError("A value without target has none to give.", "target")


class ScoreWithdrawn(Fact):
    criterion = Code(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    reason = Text(required=True, maximum=1000)


class AmountProposed(Fact):
    """A proposal of bonus or penalty; only the decision counts (plan III.3)."""

    code = Code(required=True)
    occurrence_ref = Code(required=True)
    occurred_on = LocalDate(required=True)
    basis = Text(required=True, maximum=1000)
    points = DecimalString()
    evidence = fields.List(fields.Nested(Evidence), validate=validate.Length(max=20))


class VetoRecorded(Fact):
    veto = Code(required=True)
    document = Text(required=True, maximum=100)


TYPES = (
    EventType("cycle.opened.v1", ("scores",), CycleOpened, "*", "A cycle of evaluation begins."),
    EventType(
        "rulebook.part.v1", ("scores",), RulebookPart, "*", "One part of a rulebook's normalised text."
    ),
    EventType(
        "rulebook.adopted.v1", ("scores",), RulebookAdopted, "*", "A rulebook takes force, named by its hash."
    ),
    EventType("unit.registered.v1", ("scores",), UnitRegistered, "unit", "A unit stands in the register."),
    EventType(
        "department.registered.v1", ("scores",), DepartmentRegistered, "department:", "A body that may score."
    ),
    EventType("grant.given.v1", ("scores",), GrantGiven, "grant:", "A person may act in a role on a scope."),
    EventType("grant.ended.v1", ("scores",), GrantEnded, "grant:", "A grant ends."),
    EventType(
        "score.recorded.v1", ("scores",), ScoreRecorded, "unit", "A value for a criterion at one stage."
    ),
    EventType(
        "score.withdrawn.v1", ("scores",), ScoreWithdrawn, "unit", "The latest value of a stage is withdrawn."
    ),
    EventType("bonus.proposed.v1", ("scores",), AmountProposed, "unit", "A bonus is proposed."),
    EventType("penalty.proposed.v1", ("scores",), AmountProposed, "unit", "A penalty is proposed."),
    EventType("veto.recorded.v1", ("scores",), VetoRecorded, "unit", "A condition caps the unit's class."),
    EventType("veto.lifted.v1", ("scores",), VetoRecorded, "unit", "A condition no longer holds."),
)
