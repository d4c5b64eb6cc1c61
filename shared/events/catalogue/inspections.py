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
    home_unit = Code()  # where he comes from: he does not judge it


class CalendarAdopted(Fact):
    """A version of the calendar: due dates, holidays, lead times.  ``text`` is its normalised JSON.

    Deadlines are computed from a named version, so an old one stays explainable (plan III.1, III.6).
    """

    calendar = Code(required=True)
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    document = Text(required=True, maximum=100)
    digest = Digest(required=True)
    text = fields.String(required=True, validate=validate.Length(min=2, max=20000))


class OutageRecorded(Fact):
    """This system could not be reached; it stands in every forfeit case that it touches."""

    begins = Instant(required=True, data_key="from")
    ends = Instant(required=True, data_key="to")
    text = Text(required=True, maximum=1000)


class MemberNominated(Fact):
    """Somebody is named for a team (plan III.5); ``occurred_at``: when the document came in."""

    person = Code(required=True)
    name = Text(required=True, maximum=200)
    department = Code(required=True)
    home_unit = Code()
    document = Text(required=True, maximum=100)


class MemberWithdrawn(Fact):
    """Somebody is no longer named for a team."""

    person = Code(required=True)
    reason = Text(required=True, maximum=1000)


class TeamFormed(Fact):
    team = Code(required=True)
    members = fields.List(fields.Nested(Member), required=True, validate=validate.Length(min=1, max=40))


class InspectionScheduled(Fact):
    team = Code(required=True)
    date = LocalDate(required=True)
    session = fields.String(required=True, validate=validate.OneOf(["MORNING", "AFTERNOON"]))
    schedule_version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    reason = Text(maximum=1000)  # of a move: by request to the leader, who decides (plan III.4)
    request = fields.Integer(strict=True, validate=validate.Range(min=1))  # number of the one it answers


class RescheduleRequested(Fact):
    """The unit, or its party committee, asks the leader for another session (plan III.4)."""

    reason = Text(required=True, maximum=1000)
    date = LocalDate()
    session = fields.String(validate=validate.OneOf(["MORNING", "AFTERNOON"]))
    document = Text(maximum=100)


class RescheduleDeclined(Fact):
    """The leader keeps the session; ``request`` is the number of the event it answers."""

    request = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    reason = Text(required=True, maximum=1000)


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
    via = fields.String(validate=validate.OneOf(["upload", "email", "paper"]))
    proof = Text(maximum=300)  # of receipt by e-mail or on paper: what shows when it came
    calendar = Code()
    calendar_version = fields.Integer(strict=True, validate=validate.Range(min=1))


class FileReceived(Fact):
    """All bytes of a file that the manifest ``pack`` names have come, and have its digest.

    ``on_time``: before ``files_due`` (exclusive), which lies ``upload_grace_minutes`` after the cut-off.
    """

    pack = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    document = Code(required=True)
    sha256 = Digest(required=True)
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    files_due = Instant(required=True)
    on_time = fields.Boolean(required=True)


class SlotFinding(Schema):
    """What a human found in one slot of a pack."""

    document = Code(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["accepted", "missing", "unusable"]))
    text = Text(maximum=1000)


class PackAssessed(Fact):
    """The secretary's finding on a pack, slot by slot.  It never forfeits by itself (plan III.4)."""

    pack = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    complete = fields.Boolean(required=True)
    findings = fields.List(fields.Nested(SlotFinding), required=True, validate=validate.Length(min=1, max=60))


class PackForwarded(Fact):
    """The secretary passed a pack on to the members: a fact of its own, never the unit's delay."""

    pack = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    members = fields.List(Code(), required=True, validate=validate.Length(min=1, max=40))
    text = Text(maximum=1000)


class ForfeitCaseOpened(Fact):
    """The cut-off passed without a full pack.  A case for the Standing Committee, and no more than that.

    The chain: the session's version, the cut-off, packs received (numbers), what they lacked, and outages.
    """

    schedule_version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    due = Instant(required=True)
    packs = fields.List(fields.Integer(strict=True, validate=validate.Range(min=1)), required=True)
    missing = fields.List(Code(), required=True)
    outages = fields.List(fields.Integer(strict=True, validate=validate.Range(min=1)), required=True)


class BriefingIssued(Fact):
    """A department tells the team what to look at (plan III.3).  About one unit, or a whole ``area``."""

    department = Code(required=True)
    about = fields.String(required=True, validate=validate.OneOf(["priority", "note", "bonus", "penalty"]))
    text = Text(required=True)
    area = Code()


class Subordinate(Schema):
    """A unit below the one inspected, and its class in ``year``."""

    code = Code(required=True)
    name = Text(required=True, maximum=200)
    kind = Code(required=True)
    year_class = Code(data_key="class")
    year = Text(maximum=16)


class SubordinatesRegistered(Fact):
    """The unit's own subordinate units with their classes (plan I.2); a later list replaces the earlier."""

    subordinates = fields.List(
        fields.Nested(Subordinate), required=True, validate=validate.Length(min=1, max=300)
    )
    document = Text(required=True, maximum=100)


class Attendee(Schema):
    """Somebody who will attend: the person is a salted digest, the name is kept beside the ledger."""

    role = Code(required=True)
    person = Digest(required=True)
    subordinate = Code()


class AttendanceDeclared(Fact):
    """Who will attend (plan III.2).  ``deviations`` from the 2 + 2 rule are noted, and refuse nothing."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    attendees = fields.List(fields.Nested(Attendee), required=True, validate=validate.Length(max=200))
    deviations = fields.List(Code(), required=True)
    reason = Text(maximum=1000)


class SiteDeclared(Fact):
    """Whether the place is ready (plan III.4)."""

    ready = fields.Boolean(required=True)
    text = Text(maximum=1000)


class PartyCommitteeAnswered(Fact):
    """Whether the party committee attends (plan III.2, III.4), or why not."""

    attends = fields.Boolean(required=True)
    text = Text(maximum=1000)
    document = Text(maximum=100)


class MinutesItem(Schema):
    """One line of the minutes."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(["introduction", "question", "answer", "party_committee", "note"]),
    )
    text = Text(required=True)


class MinutesRecorded(Fact):
    """The minutes of the session (plan III.7); a later version replaces the earlier in what is shown."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    items = fields.List(fields.Nested(MinutesItem), required=True, validate=validate.Length(min=1, max=300))


class FindingRecorded(Fact):
    """A finding on one content of the inspection (plan II)."""

    content = Code(required=True)
    text = Text(required=True)


class ModelRegistered(Fact):
    """The unit registers a model or solution of the year (plan II)."""

    ref = Code(required=True)
    title = Text(required=True, maximum=300)
    text = Text(required=True)


class ModelAssessed(Fact):
    """The team's view of a model, its initiative included (plan II, I.2)."""

    ref = Code(required=True)
    initiative = fields.String(required=True, validate=validate.OneOf(["high", "fair", "low"]))
    text = Text(required=True)


class CarriedLimitation(Schema):
    """A limitation of an earlier cycle; ``unit`` where a predecessor had it."""

    ref = Code(required=True)
    text = Text(required=True)
    cycle = Code(required=True)
    unit = Code()


class LimitationsCarried(Fact):
    """Last year's limitations, from last year's ledger or citing a document (plan II)."""

    limitations = fields.List(
        fields.Nested(CarriedLimitation), required=True, validate=validate.Length(min=1, max=100)
    )
    document = Text(maximum=100)


class LimitationAssessed(Fact):
    """Whether a limitation was remedied (plan II)."""

    ref = Code(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["remedied", "partly", "not"]))
    text = Text(required=True)


class ConclusionDelegated(Fact):
    """The leader lets another member conclude at this unit, by a document."""

    person = Code(required=True)
    document = Text(required=True, maximum=100)


class AdjustmentAnswered(Fact):
    """The unit acknowledges or disputes one adjustment: no number changes by it (plan III.7).

    ``conclusion``: number of the event that made the adjustment.
    """

    conclusion = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    criterion = Code(required=True)
    text = Text(maximum=1000)


class ReflectionSubmitted(Fact):
    """A member's reflection report to the leader (plan III.5): a salted digest, the text is kept beside.

    ``unit``: where it is about one inspection; absent = about the round.
    """

    person = Code(required=True)
    unit = Code()
    digest = Digest(required=True)


class Override(Schema):
    reason = Text(required=True, maximum=1000)


class InspectionOpened(Fact):
    """The session begins; ``missing_scores`` is what the gate saw at ``base_position``."""

    team = Code(required=True)
    missing_scores = fields.List(Code(), required=True)
    override = fields.Nested(Override)
    case = fields.Integer(strict=True, validate=validate.Range(min=1))  # a forfeit case that was still open


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
    EventType("calendar.adopted.v1", ("inspections",), CalendarAdopted, "*", "A version of the calendar."),
    EventType(
        "outage.recorded.v1", ("inspections",), OutageRecorded, "*", "This system could not be reached."
    ),
    EventType(
        "team.member_nominated.v1",
        ("inspections",),
        MemberNominated,
        "team:",
        "Somebody is named for a team.",
    ),
    EventType(
        "team.member_withdrawn.v1", ("inspections",), MemberWithdrawn, "team:", "A nomination is withdrawn."
    ),
    EventType(
        "inspection.reschedule_requested.v1",
        ("inspections",),
        RescheduleRequested,
        "unit",
        "Another session is asked of the leader.",
    ),
    EventType(
        "inspection.reschedule_declined.v1",
        ("inspections",),
        RescheduleDeclined,
        "unit",
        "The leader keeps the session.",
    ),
    EventType(
        "submission.file_received.v1", ("inspections",), FileReceived, "unit", "A file of a pack has arrived."
    ),
    EventType(
        "submission.assessed.v1", ("inspections",), PackAssessed, "unit", "What was found in a pack's slots."
    ),
    EventType(
        "submission.forwarded.v1", ("inspections",), PackForwarded, "unit", "A pack was passed on to members."
    ),
    EventType(
        "forfeit.case_opened.v1",
        ("inspections",),
        ForfeitCaseOpened,
        "unit",
        "The cut-off passed without a full pack: a case for the Committee.",
    ),
    EventType(
        "briefing.issued.v1", ("inspections",), BriefingIssued, "unit or *", "What a department tells a team."
    ),
    EventType(
        "subordinates.registered.v1",
        ("inspections",),
        SubordinatesRegistered,
        "unit",
        "The unit's own subordinate units and their classes.",
    ),
    EventType("attendance.declared.v1", ("inspections",), AttendanceDeclared, "unit", "Who will attend."),
    EventType("site.declared.v1", ("inspections",), SiteDeclared, "unit", "Whether the place is ready."),
    EventType(
        "party_committee.answered.v1",
        ("inspections",),
        PartyCommitteeAnswered,
        "unit",
        "Whether the party committee attends.",
    ),
    EventType("minutes.recorded.v1", ("inspections",), MinutesRecorded, "unit", "The minutes of a session."),
    EventType("finding.recorded.v1", ("inspections",), FindingRecorded, "unit", "A finding on one content."),
    EventType("model.registered.v1", ("inspections",), ModelRegistered, "unit", "A unit registers a model."),
    EventType("model.assessed.v1", ("inspections",), ModelAssessed, "unit", "The team's view of a model."),
    EventType(
        "limitation.carried.v1", ("inspections",), LimitationsCarried, "unit", "Last year's limitations."
    ),
    EventType(
        "limitation.assessed.v1",
        ("inspections",),
        LimitationAssessed,
        "unit",
        "Whether a limitation was remedied.",
    ),
    EventType(
        "conclusion.delegated.v1", ("inspections",), ConclusionDelegated, "unit", "Another member concludes."
    ),
    EventType(
        "adjustment.acknowledged.v1",
        ("inspections",),
        AdjustmentAnswered,
        "unit",
        "The unit acknowledges an adjustment.",
    ),
    EventType(
        "adjustment.disputed.v1", ("inspections",), AdjustmentAnswered, "unit", "The unit disputes one."
    ),
    EventType(
        "reflection.submitted.v1", ("inspections",), ReflectionSubmitted, "team:", "A member's reflection."
    ),
)
