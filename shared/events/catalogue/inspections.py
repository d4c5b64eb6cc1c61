"""What the inspections service states (plan II and III)."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.events.catalogue.base import EventType, Fact
from shared.events.fields import Code, DecimalString, Digest, Instant, LocalDate, Text


class RoundOpened(Fact):
    round = Code(required=True)
    first_day = LocalDate(required=True)
    last_day = LocalDate(required=True)
    calendar = Code(required=True)
    document_days_before = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=60))


class RoundException(Schema):
    unit = Code(required=True)
    reason = Text(required=True, maximum=1000)


class RoundClosed(Fact):
    round = Code(required=True)
    exceptions = fields.List(fields.Nested(RoundException), required=True)


class Member(Schema):
    """A member of a team; ``person`` is also the subject of his token."""

    person = Code(required=True)
    role = fields.String(required=True, validate=validate.OneOf(["leader", "deputy", "secretary", "member"]))
    name = Text(required=True, maximum=200)
    department = Code(required=True)


class TeamFormed(Fact):
    team = Code(required=True)
    members = fields.List(fields.Nested(Member), required=True, validate=validate.Length(min=1, max=40))


class InspectionScheduled(Fact):
    team = Code(required=True)
    date = LocalDate(required=True)
    session = fields.String(required=True, validate=validate.OneOf(["MORNING", "AFTERNOON"]))
    schedule_version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    reason = Text(maximum=1000)  # of a move: by request to the leader, who decides (plan III.4)


class ManifestEntry(Schema):
    """One required document: a file by its digest, or the reason why there is none."""

    document = Code(required=True)
    name = Text(maximum=200)
    sha256 = Digest()
    size = fields.Integer(strict=True, validate=validate.Range(min=1))
    absent_because = Text(maximum=1000)

    @validates_schema
    def file_or_reason(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Each slot holds a file or "không có, vì …"."""
        file_given = {"name", "sha256", "size"} <= data.keys()
        if file_given == ("absent_because" in data):
            raise ValidationError("Name, sha256 and size of a file, or absent_because.", "document")


class SubmissionReceived(Fact):
    """A document pack's manifest; in time when ``time`` is before ``due`` (exclusive, rulebook 10)."""

    manifest = fields.List(
        fields.Nested(ManifestEntry), required=True, validate=validate.Length(min=1, max=60)
    )
    complete = fields.Boolean(required=True)
    missing = fields.List(Code(), required=True)
    schedule_version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    due = Instant(required=True)
    on_time = fields.Boolean(required=True)


class Override(Schema):
    reason = Text(required=True, maximum=1000)


class InspectionOpened(Fact):
    """The session begins; ``missing_scores`` is what the gate saw at ``base_position``."""

    team = Code(required=True)
    missing_scores = fields.List(Code(), required=True)
    override = fields.Nested(Override)


class InspectionScore(Schema):
    criterion = Code(required=True)
    value = DecimalString(required=True)


class Adjustment(Schema):
    """A correction of another leaf; stale when ``from_effective`` no longer holds (rulebook 3)."""

    criterion = Code(required=True)
    from_self = DecimalString(required=True, allow_none=True)
    from_effective = DecimalString(required=True, allow_none=True)
    to = DecimalString(required=True)
    reason = Text(required=True, maximum=1000)


class RecognisedModel(Schema):
    ref = Code(required=True)
    title = Text(required=True, maximum=300)


class ConclusionSigned(Fact):
    """The leader's conclusion (plan III.7): it *is* the adjustment, no second event repeats it."""

    team = Code(required=True)
    strengths = Text(required=True)
    limitations = Text(required=True)
    orientation = Text(required=True)
    scores = fields.List(fields.Nested(InspectionScore), required=True, validate=validate.Length(max=60))
    adjustments = fields.List(fields.Nested(Adjustment), required=True, validate=validate.Length(max=100))
    recognised_models = fields.List(
        fields.Nested(RecognisedModel), required=True, validate=validate.Length(max=40)
    )


class ConclusionAmended(Fact):
    """A later change of a signed conclusion (rulebook 3): states what changes, and nothing else.

    ``withdrawn``: criteria whose latest inspection value no longer stands; the older one shows again.
    """

    team = Code(required=True)
    reason = Text(required=True, maximum=1000)
    strengths = Text()
    limitations = Text()
    orientation = Text()
    scores = fields.List(fields.Nested(InspectionScore), validate=validate.Length(max=60))
    adjustments = fields.List(fields.Nested(Adjustment), validate=validate.Length(max=100))
    withdrawn = fields.List(Code(), validate=validate.Length(max=100))
    recognised_models = fields.List(fields.Nested(RecognisedModel), validate=validate.Length(max=40))


TYPES = (
    EventType("round.opened.v1", ("inspections",), RoundOpened, "*", "A round of inspections begins."),
    EventType(
        "round.closed.v1", ("inspections",), RoundClosed, "*", "The round is over; notices may follow."
    ),
    EventType("team.formed.v1", ("inspections",), TeamFormed, "team:", "A team with leader and secretary."),
    EventType(
        "inspection.scheduled.v1",
        ("inspections",),
        InspectionScheduled,
        "unit",
        "A half-day session at the unit.",
    ),
    EventType(
        "submission.received.v1", ("inspections",), SubmissionReceived, "unit", "A document pack has arrived."
    ),
    EventType(
        "inspection.opened.v1", ("inspections",), InspectionOpened, "unit", "The session opens past the gate."
    ),
    EventType(
        "conclusion.signed.v1",
        ("inspections",),
        ConclusionSigned,
        "unit",
        "The leader's conclusion, with inspection scores and adjustments.",
    ),
    EventType(
        "conclusion.amended.v1",
        ("inspections",),
        ConclusionAmended,
        "unit",
        "A signed conclusion is changed: values, adjustments, withdrawals.",
    ),
)
