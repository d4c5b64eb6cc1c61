"""Request schemas of the inspections service: what a command may say, and the value that it becomes."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.inspections.commands import (
    Adjust,
    AnswerAdjustment,
    AnswerPartyCommittee,
    AskReschedule,
    AssessLimitation,
    AssessModel,
    Batch,
    CarryLimitations,
    DeclareSite,
    DelegateConclusion,
    FormTeam,
    IssueBriefing,
    OpenCase,
    OpenInspection,
    OpenRound,
    ReceivePack,
    RecordFinding,
    RecordMinutes,
    RecordOutage,
    RegisterModel,
    RegisterSubordinates,
    Schedule,
    SignConclusion,
)
from shared.batch import ALL_OR_NOTHING, MAX_ROWS, MODES
from shared.commanding import CommandSchema, Rows
from shared.events.catalogue.inspections import (
    CarriedLimitation,
    InspectionScore,
    ManifestEntry,
    Member,
    MinutesItem,
    Override,
    RecognisedModel,
    RoundException,
    SlotFinding,
)
from shared.events.fields import Code, DecimalString, Instant, LocalDate, Text

SESSIONS = ("MORNING", "AFTERNOON")
HOUR = validate.Regexp(r"\d\d:\d\d\Z", error="Not of the required form.")


class RoundSchema(CommandSchema):
    makes = OpenRound

    round = Code(required=True)
    first_day = LocalDate(required=True)
    last_day = LocalDate(required=True)
    calendar = Code(required=True)
    document_days_before = fields.Integer(strict=True, validate=validate.Range(min=0, max=60))


class CloseSchema(CommandSchema):
    """The round is named in the path."""

    exceptions = fields.List(fields.Nested(RoundException), validate=validate.Length(max=MAX_ROWS))


class TeamSchema(CommandSchema):
    makes = FormTeam

    team = Code(required=True)
    members = fields.List(fields.Nested(Member), required=True, validate=validate.Length(min=1, max=40))


class TeamBatchSchema(CommandSchema):
    teams = Rows(TeamSchema, required=True, validate=validate.Length(min=1, max=MAX_ROWS))
    mode = fields.String(validate=validate.OneOf(MODES))

    def build(self, data: dict[str, Any]) -> Batch:
        return Batch(data["teams"], data.get("mode", ALL_OR_NOTHING), "teams")


class CalendarSchema(CommandSchema):
    """``calendar``: the text of its YAML; ``document``: of its adoption."""

    calendar = fields.String(required=True, validate=validate.Length(min=1, max=40_000))
    document = Text(required=True, maximum=100)


class NominationSchema(CommandSchema):
    """The team is named in the path."""

    person = Code(required=True)
    name = Text(required=True, maximum=200)
    department = Code(required=True)
    document = Text(required=True, maximum=100)
    home_unit = Code()
    occurred_at = Instant()


class NominationWithdrawalSchema(CommandSchema):
    """The team is named in the path."""

    person = Code(required=True)
    reason = Text(required=True, maximum=1000)


class RescheduleSchema(CommandSchema):
    makes = AskReschedule

    unit = Code(required=True)
    reason = Text(required=True, maximum=1000)
    date = LocalDate()
    session = fields.String(validate=validate.OneOf(SESSIONS))
    document = Text(maximum=100)
    occurred_at = Instant()


class RescheduleRefusalSchema(CommandSchema):
    """The request is named in the path."""

    reason = Text(required=True, maximum=1000)


class ScheduleSchema(CommandSchema):
    makes = Schedule

    unit = Code(required=True)
    team = Code(required=True)
    date = LocalDate(required=True)
    session = fields.String(required=True, validate=validate.OneOf(SESSIONS))
    reason = Text(maximum=1000)
    starts = fields.String(validate=HOUR)
    request = fields.Integer(strict=True, validate=validate.Range(min=1))
    occurred_at = Instant()


class ScheduleBatchSchema(CommandSchema):
    sessions = Rows(ScheduleSchema, required=True, validate=validate.Length(min=1, max=MAX_ROWS))
    mode = fields.String(validate=validate.OneOf(MODES))

    def build(self, data: dict[str, Any]) -> Batch:
        return Batch(data["sessions"], data.get("mode", ALL_OR_NOTHING), "sessions")


class PackSchema(CommandSchema):
    makes = ReceivePack

    unit = Code(required=True)
    manifest = fields.List(
        fields.Nested(ManifestEntry), required=True, validate=validate.Length(min=1, max=60)
    )
    occurred_at = Instant()
    via = fields.String(validate=validate.OneOf(["upload", "email", "paper"]))
    proof = Text(maximum=300)


class AssessSchema(CommandSchema):
    """The pack is named in the path by its number."""

    findings = fields.List(fields.Nested(SlotFinding), required=True, validate=validate.Length(min=1, max=60))


class ForwardSchema(CommandSchema):
    """The pack is named in the path by its number."""

    members = fields.List(Code(), required=True, validate=validate.Length(min=1, max=40))
    text = Text(maximum=1000)


class OutageSchema(CommandSchema):
    makes = RecordOutage

    begins = Instant(required=True, data_key="from")
    ends = Instant(required=True, data_key="to")
    text = Text(required=True, maximum=1000)


class CaseSchema(CommandSchema):
    makes = OpenCase

    unit = Code(required=True)


class OpenInspectionSchema(CommandSchema):
    unit = Code(required=True)
    team = Code()
    override = fields.Nested(Override)
    occurred_at = Instant()

    def build(self, data: dict[str, Any]) -> OpenInspection:
        override = data.get("override")
        return OpenInspection(
            data["unit"], data.get("team"), override["reason"] if override else None, data.get("occurred_at")
        )


class AdjustmentSchema(CommandSchema):
    criterion = Code(required=True)
    from_self = DecimalString(allow_none=True)
    from_effective = DecimalString(allow_none=True)
    to = DecimalString(required=True)
    reason = Text(required=True, maximum=1000)

    def build(self, data: dict[str, Any]) -> Adjust:
        stated = frozenset(data.keys() & {"from_self", "from_effective"})
        return Adjust(stated=stated, **data)


class ConclusionSchema(CommandSchema):
    makes = SignConclusion

    unit = Code(required=True)
    team = Code()
    strengths = Text(required=True)
    limitations = Text(required=True)
    orientation = Text(required=True)
    scores = fields.List(fields.Nested(InspectionScore), validate=validate.Length(max=60))
    adjustments = fields.List(fields.Nested(AdjustmentSchema), validate=validate.Length(max=100))
    recognised_models = fields.List(fields.Nested(RecognisedModel), validate=validate.Length(max=40))
    occurred_at = Instant()


class AmendmentSchema(CommandSchema):
    """The unit is named in the path."""

    reason = Text(required=True, maximum=1000)
    team = Code()
    strengths = Text()
    limitations = Text()
    orientation = Text()
    scores = fields.List(fields.Nested(InspectionScore), validate=validate.Length(max=60))
    adjustments = fields.List(fields.Nested(AdjustmentSchema), validate=validate.Length(max=100))
    withdrawn = fields.List(Code(), validate=validate.Length(max=100))
    recognised_models = fields.List(fields.Nested(RecognisedModel), validate=validate.Length(max=40))
    occurred_at = Instant()


class DelegationSchema(CommandSchema):
    makes = DelegateConclusion

    unit = Code(required=True)
    person = Code(required=True)
    document = Text(required=True, maximum=100)


class AcknowledgeAdjustmentSchema(CommandSchema):
    makes = AnswerAdjustment

    unit = Code(required=True)
    conclusion = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**53))
    criterion = Code(required=True)
    text = Text(maximum=1000)


class DisputeAdjustmentSchema(AcknowledgeAdjustmentSchema):
    text = Text(required=True, maximum=1000)

    def build(self, data: dict[str, Any]) -> AnswerAdjustment:
        return AnswerAdjustment(**data, disputes=True)


class BriefingSchema(CommandSchema):
    makes = IssueBriefing

    department = Code(required=True)
    unit = Code()
    area = Code()
    about = fields.String(required=True, validate=validate.OneOf(["priority", "note", "bonus", "penalty"]))
    text = Text(required=True)


class SubordinateRow(Schema):
    """A unit below the one inspected; without ``class`` it is not known."""

    code = Code(required=True)
    name = Text(required=True, maximum=200)
    kind = Code(required=True)
    year_class = Code(data_key="class", attribute="class")
    year = Text(maximum=16)


class SubordinatesSchema(CommandSchema):
    makes = RegisterSubordinates

    unit = Code(required=True)
    subordinates = fields.List(
        fields.Nested(SubordinateRow), required=True, validate=validate.Length(min=1, max=300)
    )
    document = Text(required=True, maximum=100)


class AttendeeRow(Schema):
    """Somebody who will attend; the name never enters the ledger."""

    role = Code(required=True)
    name = Text(required=True, maximum=200)
    subordinate = Code()


class AttendanceSchema(CommandSchema):
    unit = Code(required=True)
    attendees = fields.List(fields.Nested(AttendeeRow), required=True, validate=validate.Length(max=200))
    reason = Text(maximum=1000)


class SiteSchema(CommandSchema):
    makes = DeclareSite

    unit = Code(required=True)
    ready = fields.Boolean(required=True, truthy={True}, falsy={False})
    text = Text(maximum=1000)


class PartyCommitteeSchema(CommandSchema):
    makes = AnswerPartyCommittee

    unit = Code(required=True)
    attends = fields.Boolean(required=True, truthy={True}, falsy={False})
    text = Text(maximum=1000)
    document = Text(maximum=100)


class MinutesSchema(CommandSchema):
    makes = RecordMinutes

    unit = Code(required=True)
    items = fields.List(fields.Nested(MinutesItem), required=True, validate=validate.Length(min=1, max=300))
    occurred_at = Instant()


class FindingSchema(CommandSchema):
    makes = RecordFinding

    unit = Code(required=True)
    content = Code(required=True)
    text = Text(required=True)


class ModelSchema(CommandSchema):
    makes = RegisterModel

    unit = Code(required=True)
    ref = Code(required=True)
    title = Text(required=True, maximum=300)
    text = Text(required=True)


class ModelAssessmentSchema(CommandSchema):
    makes = AssessModel

    unit = Code(required=True)
    ref = Code(required=True)
    initiative = fields.String(required=True, validate=validate.OneOf(["high", "fair", "low"]))
    text = Text(required=True)


class LimitationsSchema(CommandSchema):
    makes = CarryLimitations

    unit = Code(required=True)
    limitations = fields.List(
        fields.Nested(CarriedLimitation), required=True, validate=validate.Length(min=1, max=100)
    )
    document = Text(maximum=100)


class LimitationAssessmentSchema(CommandSchema):
    makes = AssessLimitation

    unit = Code(required=True)
    ref = Code(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["remedied", "partly", "not"]))
    text = Text(required=True)


class ReflectionSchema(CommandSchema):
    """``unit``: where the policy ``reflection_scope`` asks for one report per inspection."""

    team = Code(required=True)
    unit = Code()
    text = Text(required=True, maximum=20000)
