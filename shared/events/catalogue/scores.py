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


class UnitRenamed(Fact):
    """The unit bears another name from a day on; its code stays."""

    name = Text(required=True, maximum=200)
    valid_from = LocalDate(required=True)
    document = Text(required=True, maximum=100)


class UnitMoved(Fact):
    """The unit belongs to another area (and, where stated, is of another kind) from a day on."""

    area = Code(required=True)
    kind = Code()
    valid_from = LocalDate(required=True)
    document = Text(required=True, maximum=100)


class UnitClosed(Fact):
    """The unit's last day: dissolved, merged (one successor) or split (several)."""

    last_day = LocalDate(required=True)
    successors = fields.List(Code(), required=True, validate=validate.Length(max=50))
    document = Text(required=True, maximum=100)
    reason = Text(required=True, maximum=500)


class DepartmentRegistered(Fact):
    """A body that scores: department, public service unit, federation, committee."""

    name = Text(required=True, maximum=200)
    kind = Code(required=True)
    entered_by = Code()


class GrantGiven(Fact):
    """``sub`` may act in ``role`` on ``scope``, from an instant, until one or until ended.

    ``account``: a person (default) or a service account, ``label`` what it is called.  ``invitation``:
    SHA-256 of the invitation that ``sub`` accepted.  ``handed_over_from``: the grant that ended for it.
    """

    grant = Code(required=True)
    sub = Text(required=True, maximum=128)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    scope = Code(required=True)
    valid_from = Instant(required=True, data_key="from")
    valid_until = Instant(data_key="until")
    account = fields.String(validate=validate.OneOf(["person", "service"]))
    label = Text(maximum=200)
    invitation = Digest()
    handed_over_from = Code()


class GrantEnded(Fact):
    grant = Code(required=True)
    valid_until = Instant(required=True, data_key="until")
    reason = Text(required=True, maximum=500)


class ScoringAssigned(Fact):
    """``owner`` scores ``criterion`` in place of the rulebook's owner, from an instant, until one or open.

    A later assignment of the same criterion takes its place from its own start on.  What was scored before
    stays valid (plan III.3: the assigned content).
    """

    criterion = Code(required=True)
    owner = Code(required=True)
    valid_from = Instant(required=True, data_key="from")
    valid_until = Instant(data_key="until")
    document = Text(required=True, maximum=100)


class ScoringDueSet(Fact):
    """By when a stage is to be scored: met before ``due``, an exclusive instant.  The latest one counts.

    ``criterion``: for one external evaluation of its own; absent = for the whole stage.
    """

    stage = fields.String(required=True, validate=validate.OneOf(["self", "department", "external"]))
    criterion = Code()
    due = Instant(required=True)
    document = Text(required=True, maximum=100)


class ScoringCompleted(Fact):
    """``department`` has scored all of its criteria for the unit (plan III.3, before the inspection)."""

    department = Code(required=True)
    criteria = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class ScoringReopened(Fact):
    """What was complete is so no longer: ``criteria`` are missing."""

    department = Code(required=True)
    criteria = fields.List(Code(), required=True, validate=validate.Length(min=1, max=1000))


class Evidence(Schema):
    """A file that proves a value, by its content."""

    name = Text(required=True, maximum=200)
    sha256 = Digest(required=True)
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


STAGES = ("self", "department", "external")


class ScoreRecorded(Fact):
    """A raw input (rulebook 4) at one stage; never overwritten, a later one stands beside it.

    ``basis``: what the value rests on, in words.  ``document``: the source document, needed where another
    enters it.  ``entered_by``: the specialist whose draft a head submitted (policy ``signoff: head``).
    ``evaluation``: the external evaluation it came with.
    """

    criterion = Code(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    value = DecimalString()
    target = DecimalString()
    state = fields.String(validate=validate.OneOf(["NO_TARGET"]))
    period = Code()
    rulebook = Digest(required=True)
    reason = Text(maximum=1000)
    external_ref = Text(maximum=128)
    basis = Text(maximum=1000)
    document = Text(maximum=100)
    entered_by = Text(maximum=128)
    evaluation = Code()
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


class ScoreConfirmed(Fact):
    """The responsible body confirms what was entered for it; ``scores`` are numbers of this source."""

    scores = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=1)),
        required=True,
        validate=validate.Length(min=1, max=1000),
    )


class ScoreDisputed(Fact):
    """The responsible body says that it did not give this value; ``score`` is a number of this source."""

    score = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    text = Text(required=True, maximum=1000)


class SelfAssessmentSubmitted(Fact):
    """The unit's sheet as a whole: every criterion it scores itself has a value; zero is one, null is not.

    ``values``: how many; ``changed``: how many of them were stated with this submission.
    """

    values = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    changed = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


RECIPIENTS = ("VP", "inspection_teams")
"""Whom an external evaluation may be sent to (plan III.3)."""


class EvaluationReceived(Fact):
    """An external evaluation arrived: one document of joint ``authors`` about several units.

    ``occurred_at``: when it was received.  ``addressed_to``: whom it was sent to (whether that is the right
    recipient is the rulebook's ``deliver_to`` to say).  ``content``: SHA-256 over criterion and values, which
    tells a duplicate.  ``supersedes``: an earlier version of the same evaluation, with the ``reason``.
    ``copy_of``: the same evaluation, sent to another recipient too; it states no values of its own.
    """

    evaluation = Code(required=True)
    criterion = Code(required=True)
    document = Text(required=True, maximum=100)
    authors = fields.List(Code(), required=True, validate=validate.Length(min=1, max=20))
    addressed_to = fields.String(required=True, validate=validate.OneOf(RECIPIENTS))
    units = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    content = Digest(required=True)
    supersedes = Code()
    copy_of = Code()
    reason = Text(maximum=1000)


class EvaluationAcknowledged(Fact):
    """The unit has read what an external evaluation says of it."""

    evaluation = Code(required=True)


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
        "unit.renamed.v1", ("scores",), UnitRenamed, "unit", "The unit bears another name from a day on."
    ),
    EventType("unit.moved.v1", ("scores",), UnitMoved, "unit", "The unit is of another area from a day on."),
    EventType("unit.closed.v1", ("scores",), UnitClosed, "unit", "A unit's last day, and who succeeds it."),
    EventType(
        "department.registered.v1", ("scores",), DepartmentRegistered, "department:", "A body that may score."
    ),
    EventType("grant.given.v1", ("scores",), GrantGiven, "grant:", "A person may act in a role on a scope."),
    EventType("grant.ended.v1", ("scores",), GrantEnded, "grant:", "A grant ends."),
    EventType(
        "scoring.assigned.v1",
        ("scores",),
        ScoringAssigned,
        "*",
        "Another body scores a criterion from an instant on.",
    ),
    EventType("scoring.due_set.v1", ("scores",), ScoringDueSet, "*", "By when a stage is to be scored."),
    EventType(
        "scoring.completed.v1",
        ("scores",),
        ScoringCompleted,
        "unit",
        "A body has scored all of its criteria for the unit.",
    ),
    EventType(
        "scoring.reopened.v1",
        ("scores",),
        ScoringReopened,
        "unit",
        "What a body had completed for the unit is incomplete again.",
    ),
    EventType(
        "selfassessment.submitted.v1",
        ("scores",),
        SelfAssessmentSubmitted,
        "unit",
        "A unit submits its sheet as a whole.",
    ),
    EventType(
        "evaluation.received.v1",
        ("scores",),
        EvaluationReceived,
        "*",
        "An external evaluation of several units arrived.",
    ),
    EventType(
        "evaluation.acknowledged.v1",
        ("scores",),
        EvaluationAcknowledged,
        "unit",
        "A unit has read an external evaluation.",
    ),
    EventType(
        "score.confirmed.v1",
        ("scores",),
        ScoreConfirmed,
        "unit",
        "The responsible body confirms what was entered for it.",
    ),
    EventType(
        "score.disputed.v1",
        ("scores",),
        ScoreDisputed,
        "unit",
        "The responsible body disputes what was entered for it.",
    ),
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
