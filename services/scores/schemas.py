"""Request schemas of the scores service: what a command may say, and the value that it becomes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.scores.commands import (
    AssignScoring,
    Batch,
    ChangeVeto,
    ConfirmScores,
    DisputeScore,
    EvaluationRow,
    Invite,
    MergeUnits,
    NewUnit,
    OpenCycle,
    RecordEvaluation,
    RecordScore,
    RegisterDepartment,
    RegisterUnit,
    SetDue,
    SheetRow,
    SplitUnit,
    SubmitSheet,
    WithdrawScore,
)
from shared.batch import ALL_OR_NOTHING, MAX_ROWS, MODES
from shared.commanding import CommandSchema, Rows
from shared.events.catalogue.base import ROLES
from shared.events.catalogue.scores import RECIPIENTS, STAGES, Evidence, Period, ScoreRecorded
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


class RenameSchema(CommandSchema):
    """The unit is named in the path."""

    name = Text(required=True, maximum=200)
    valid_from = LocalDate(required=True)
    document = Text(required=True, maximum=100)


class MoveSchema(CommandSchema):
    """The unit is named in the path."""

    area = Code(required=True)
    kind = Code()
    valid_from = LocalDate(required=True)
    document = Text(required=True, maximum=100)


class CloseSchema(CommandSchema):
    """The unit is named in the path.  ``successors``: none = dissolved."""

    last_day = LocalDate(required=True)
    successors = fields.List(Code(), validate=validate.Length(max=50))
    document = Text(required=True, maximum=100)
    reason = Text(required=True, maximum=500)


class NewUnitSchema(CommandSchema):
    makes = NewUnit

    unit = Code(required=True, validate=UNIT_CODE)
    area = Code(required=True)
    kind = Code(required=True)
    name = Text(required=True, maximum=200)


class MergerSchema(CommandSchema):
    """Either ``into``, a unit that is formed, or ``successor``, one that stands already."""

    makes = MergeUnits

    units = fields.List(Code(), required=True, validate=validate.Length(min=1, max=50))
    last_day = LocalDate(required=True)
    document = Text(required=True, maximum=100)
    reason = Text(required=True, maximum=500)
    into = fields.Nested(NewUnitSchema)
    successor = Code()

    @validates_schema(skip_on_field_errors=True)
    def one_unit_remains(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Exactly one of ``into`` and ``successor``."""
        if ("into" in data) == ("successor" in data):
            raise ValidationError("Exactly one of into and successor is needed.", "into")


class SplitSchema(CommandSchema):
    """``unit`` becomes the units ``into`` which are formed, and ``successors`` which stand already."""

    makes = SplitUnit

    unit = Code(required=True)
    last_day = LocalDate(required=True)
    document = Text(required=True, maximum=100)
    reason = Text(required=True, maximum=500)
    into = fields.List(fields.Nested(NewUnitSchema), validate=validate.Length(max=50))
    successors = fields.List(Code(), validate=validate.Length(max=50))


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
    """``grant``: a name for it, made up when none is given.  ``account``: person (default) or service."""

    grant = Code()
    sub = Text(required=True, maximum=128)
    role = fields.String(required=True, validate=validate.OneOf(GRANTED_ROLES))
    scope = Code(required=True)
    start = Instant(data_key="from")
    until = Instant()
    account = fields.String(validate=validate.OneOf(["person", "service"]))
    label = Text(maximum=200)


class GrantEndSchema(CommandSchema):
    """The grant is named in the path."""

    until = Instant()
    reason = Text(required=True, maximum=500)


class GrantHandOverSchema(CommandSchema):
    """The grant is named in the path.  ``at``: instant from which ``sub`` has it, default now."""

    successor = Code()
    sub = Text(required=True, maximum=128)
    reason = Text(required=True, maximum=500)
    at = Instant()
    label = Text(maximum=200)


class InvitationSchema(CommandSchema):
    """``label``: for whom the link is meant; ``until``: of the grant that it offers."""

    makes = Invite

    role = fields.String(required=True, validate=validate.OneOf(GRANTED_ROLES))
    scope = Code(required=True)
    label = Text(required=True, maximum=200)
    until = Instant()


class SecretSchema(CommandSchema):
    """The secret of an invitation's link."""

    secret = fields.String(required=True, validate=validate.Length(min=1, max=100))


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
    basis = Text(maximum=1000)
    document = Text(maximum=100)
    entered_by = Text(maximum=128)
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


class SheetRowSchema(CommandSchema):
    makes = SheetRow

    criterion = Code(required=True)
    value = DecimalString()
    target = DecimalString()
    state = fields.String(validate=validate.OneOf(["NO_TARGET"]))
    period = Code()
    basis = Text(maximum=1000)
    reason = Text(maximum=1000)
    evidence = fields.List(fields.Nested(Evidence), validate=validate.Length(max=20))

    @validates_schema(skip_on_field_errors=True)
    def value_or_state(self, data: dict[str, Any], **kwargs: Any) -> None:
        """As the event's own schema asks."""
        _RECORDED.value_or_state(data)


class SheetSchema(CommandSchema):
    """``entries``: what is new or changed; what stands already need not be repeated."""

    makes = SubmitSheet

    unit = Code(required=True)
    entries = Rows(SheetRowSchema, validate=validate.Length(max=MAX_ROWS))


_NUMBER = validate.Range(min=1, max=10**12)


class ConfirmSchema(CommandSchema):
    """``scores``: numbers of their events, as receipts and lists name them."""

    makes = ConfirmScores

    scores = fields.List(
        fields.Integer(strict=True, validate=_NUMBER),
        required=True,
        validate=validate.Length(min=1, max=MAX_ROWS),
    )


class DisputeSchema(CommandSchema):
    makes = DisputeScore

    score = fields.Integer(required=True, strict=True, validate=_NUMBER)
    text = Text(required=True, maximum=1000)


class EvaluationRowSchema(CommandSchema):
    makes = EvaluationRow

    unit = Code(required=True)
    value = DecimalString()
    target = DecimalString()
    state = fields.String(validate=validate.OneOf(["NO_TARGET"]))
    basis = Text(maximum=1000)
    evidence = fields.List(fields.Nested(Evidence), validate=validate.Length(max=20))

    @validates_schema(skip_on_field_errors=True)
    def value_or_state(self, data: dict[str, Any], **kwargs: Any) -> None:
        """As the event's own schema asks."""
        _RECORDED.value_or_state(data)


class EvaluationSchema(CommandSchema):
    """``received_at``: when the document arrived; ``period``: as the rulebook names it for the criterion."""

    makes = RecordEvaluation

    criterion = Code(required=True)
    document = Text(required=True, maximum=100)
    addressed_to = fields.String(required=True, validate=validate.OneOf(RECIPIENTS))
    entries = Rows(EvaluationRowSchema, required=True, validate=validate.Length(min=1, max=MAX_ROWS))
    period = Code()
    received_at = Instant()
    supersedes = Code()
    reason = Text(maximum=1000)


class AcknowledgeSchema(CommandSchema):
    """The evaluation is named in the path."""

    unit = Code(required=True)


class AssignmentSchema(CommandSchema):
    makes = AssignScoring

    criterion = Code(required=True)
    owner = Code(required=True)
    document = Text(required=True, maximum=100)
    start = Instant(data_key="from")
    until = Instant()


class DueSchema(CommandSchema):
    """``due`` is exclusive: what comes before it is in time."""

    makes = SetDue

    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    due = Instant(required=True)
    document = Text(required=True, maximum=100)
    criterion = Code()


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


class NothingSchema(CommandSchema):
    """What needs no more than its path."""
