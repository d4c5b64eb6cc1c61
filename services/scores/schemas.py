"""Request schemas of the scores service: what a command may say, and the value that it becomes."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate, validates_schema

from services.scores.commands import (
    Batch,
    ChangeVeto,
    GiveGrant,
    OpenCycle,
    RecordScore,
    RegisterDepartment,
    RegisterUnit,
    WithdrawScore,
)
from shared.batch import ALL_OR_NOTHING, MAX_ROWS, MODES
from shared.commanding import CommandSchema, Rows
from shared.events.catalogue.base import ROLES
from shared.events.catalogue.scores import STAGES, Evidence, Period, ScoreRecorded
from shared.events.fields import Code, DecimalString, Digest, Instant, LocalDate, Text

GRANTED_ROLES = tuple(role for role in ROLES if not role.startswith("team_"))
"""Team roles are not granted: they come from the round's ``team.formed``."""

_RECORDED = ScoreRecorded()  # made once: a schema copies all of its fields, and a batch has 1000 rows

UNIT_CODE = validate.Regexp(r"[A-Za-z0-9_.-]{1,64}\Z", error="Not of the required form.")


class CycleSchema(CommandSchema):
    makes = OpenCycle

    cycle = Code()
    name = Text(required=True, maximum=200)
    period = fields.Nested(Period, required=True)

    def build(self, data: dict[str, Any]) -> OpenCycle:
        return OpenCycle(data["name"], data["period"]["first"], data["period"]["last"], data.get("cycle"))


class RulebookSchema(CommandSchema):
    """``rulebook``: the text of its YAML, or of its normalised JSON."""

    rulebook = fields.String(required=True, validate=validate.Length(min=1, max=700_000))
    decision = Text(maximum=100)
    mode = fields.String(validate=validate.OneOf(["prospective", "re_evaluate_all"]))


class UnitSchema(CommandSchema):
    makes = RegisterUnit

    unit = Code(required=True, validate=UNIT_CODE)
    area = Code(required=True)
    kind = Code(required=True)
    name = Text(required=True, maximum=200)
    valid_from = LocalDate()
    valid_to = LocalDate()
    predecessors = fields.List(Code(), validate=validate.Length(max=50))
    successor = Code()


class UnitBatchSchema(CommandSchema):
    units = Rows(UnitSchema, required=True, validate=validate.Length(min=1, max=MAX_ROWS))
    mode = fields.String(validate=validate.OneOf(MODES))

    def build(self, data: dict[str, Any]) -> Batch:
        return Batch(data["units"], data.get("mode", ALL_OR_NOTHING), "units")


class DepartmentSchema(CommandSchema):
    makes = RegisterDepartment

    code = Code(required=True, validate=UNIT_CODE)
    name = Text(required=True, maximum=200)
    kind = Code(required=True)
    entered_by = Code()


class DepartmentBatchSchema(CommandSchema):
    departments = Rows(DepartmentSchema, required=True, validate=validate.Length(min=1, max=MAX_ROWS))
    mode = fields.String(validate=validate.OneOf(MODES))

    def build(self, data: dict[str, Any]) -> Batch:
        return Batch(data["departments"], data.get("mode", ALL_OR_NOTHING), "departments")


class GrantSchema(CommandSchema):
    makes = GiveGrant

    grant = Code(required=True)
    sub = Text(required=True, maximum=128)
    role = fields.String(required=True, validate=validate.OneOf(GRANTED_ROLES))
    scope = Code(required=True)
    start = Instant(data_key="from")
    until = Instant()


class GrantEndSchema(CommandSchema):
    """The grant is named in the path."""

    until = Instant()
    reason = Text(required=True, maximum=500)


class ScoreSchema(CommandSchema):
    makes = RecordScore

    unit = Code(required=True)
    criterion = Code(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    value = DecimalString()
    target = DecimalString()
    state = fields.String(validate=validate.OneOf(["NO_TARGET"]))
    period = Code()
    rulebook = Digest()
    reason = Text(maximum=1000)
    external_ref = Text(maximum=128)
    evidence = fields.List(fields.Nested(Evidence), validate=validate.Length(max=20))
    occurred_at = Instant()

    @validates_schema(skip_on_field_errors=True)
    def value_or_state(self, data: dict[str, Any], **kwargs: Any) -> None:
        """As the event's own schema asks."""
        _RECORDED.value_or_state(data)


class ScoreBatchSchema(CommandSchema):
    scores = Rows(ScoreSchema, required=True, validate=validate.Length(min=1, max=MAX_ROWS))
    mode = fields.String(validate=validate.OneOf(MODES))

    def build(self, data: dict[str, Any]) -> Batch:
        return Batch(data["scores"], data.get("mode", ALL_OR_NOTHING), "scores")


class WithdrawSchema(CommandSchema):
    makes = WithdrawScore

    unit = Code(required=True)
    criterion = Code(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    reason = Text(required=True, maximum=1000)
    occurred_at = Instant()


class ProposalSchema(CommandSchema):
    """The kind comes from the path.  ``department``: for whom the Office enters it."""

    unit = Code(required=True)
    code = Code(required=True)
    occurrence_ref = Code(required=True)
    occurred_on = LocalDate(required=True)
    basis = Text(required=True, maximum=1000)
    points = DecimalString()
    department = Code()
    evidence = fields.List(fields.Nested(Evidence), validate=validate.Length(max=20))
    occurred_at = Instant()


class VetoSchema(CommandSchema):
    makes = ChangeVeto

    unit = Code(required=True)
    veto = Code(required=True)
    document = Text(required=True, maximum=100)
    lift = fields.Boolean(truthy={True}, falsy={False})
    occurred_at = Instant()
