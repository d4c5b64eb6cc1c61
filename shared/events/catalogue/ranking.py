"""What the ranking service states: decisions of the Standing Committee, and publications."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from shared.events.catalogue.base import Decision, EventType, Fact
from shared.events.fields import Code, DecimalString, Digest, Text


def _position() -> fields.Integer:
    """0-based position of an event in the ledger, or a number of events folded."""
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class ScoreDecided(Decision):
    """Points, or NOT_APPLICABLE, at the stages ``standing`` and ``appeal`` (rulebook 3)."""

    criterion = Code(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(["standing", "appeal"]))
    points = DecimalString()
    state = fields.String(validate=validate.OneOf(["NOT_APPLICABLE"]))

    @validates_schema
    def points_or_state(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Exactly one of ``points`` and ``state``."""
        if ("points" in data) == ("state" in data):
            raise ValidationError("Exactly one of points and state is needed.", "points")


class ScoreDecisionWithdrawn(Decision):
    """The latest decided value of a stage is taken back; the older one shows again (rulebook 3)."""

    criterion = Code(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(["standing", "appeal"]))


class AmountDecided(Decision):
    """Bonus or penalty; takes effect only when accepted (plan III.3, rulebook 6)."""

    code = Code(required=True)
    occurrence_ref = Code(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["accepted", "refused"]))
    points = DecimalString()


class ForfeitConfirmed(Decision):
    """No full document pack in time: no inspection, no right to complain (plan III.4)."""


class VetoDecided(Decision):
    """The Committee itself puts a recorded veto of the rulebook in force, or lifts it (rulebook 8)."""

    veto = Code(required=True)


class LateFactDecided(Decision):
    """Whether a score that came too late counts after all (domain 6): from this decision on, if accepted."""

    fact = _position()
    outcome = fields.String(required=True, validate=validate.OneOf(["accepted", "refused"]))


class ExceptionDecided(Decision):
    """The unit may be published although these criteria have no value (rulebook 6); it has no class then."""

    criteria = fields.List(Code(), required=True, validate=validate.Length(min=1, max=1000))


class EntryAnswered(Fact):
    """A member of the Committee says whether it decided what the Office entered at ``decision``."""

    decision = _position()
    text = Text()


class EventAcknowledged(Fact):
    """Somebody has looked at an event that nobody here understands, and says why it may stand."""

    event = _position()
    reason = Text(required=True)


class NoiseAcknowledged(Fact):
    """Somebody has looked at a record that is not authentic.  ``noise``: SHA-256 of its value."""

    noise = Digest(required=True)
    reason = Text(required=True)


class StandingsFrozen(Fact):
    """A freeze: a position with a name (audit 5)."""

    name = Code(required=True)
    position = _position()
    reason = Text(required=True)


class TieDecided(Decision):
    """Order of units still tied; units in one inner list keep their tie."""

    area = Code(required=True)
    order = fields.List(
        fields.List(Code(), validate=validate.Length(min=1)), required=True, validate=validate.Length(min=1)
    )


class ResultPublished(Fact):
    """A version of the standings, pinned: position, root, rulebook, engine and digest (invariant 6).

    ``supersedes``, ``reason``: from the second version on, which version it replaces, and why.
    """

    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    status = fields.String(required=True, validate=validate.OneOf(["UNOFFICIAL", "OFFICIAL"]))
    position = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    root = Digest(required=True)
    rulebook = Digest(required=True)
    engine = Text(required=True, maximum=16)
    digest = Digest(required=True)
    complete = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    units = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    provisional = fields.Boolean(required=True)
    supersedes = fields.Integer(strict=True, validate=validate.Range(min=1))
    reason = Text()


TYPES = (
    EventType("decision.score.v1", ("ranking",), ScoreDecided, "unit", "The Committee sets a criterion."),
    EventType(
        "decision.score_withdrawn.v1",
        ("ranking",),
        ScoreDecisionWithdrawn,
        "unit",
        "The Committee takes a decided criterion back.",
    ),
    EventType("decision.bonus.v1", ("ranking",), AmountDecided, "unit", "The Committee decides on a bonus."),
    EventType(
        "decision.penalty.v1", ("ranking",), AmountDecided, "unit", "The Committee decides on a penalty."
    ),
    EventType(
        "decision.forfeit_confirmed.v1", ("ranking",), ForfeitConfirmed, "unit", "The forfeit is confirmed."
    ),
    EventType("decision.forfeit_lifted.v1", ("ranking",), ForfeitConfirmed, "unit", "The forfeit is lifted."),
    EventType(
        "decision.forfeit_declined.v1",
        ("ranking",),
        ForfeitConfirmed,
        "unit",
        "The Committee declines a forfeit case: the inspection goes on.",
    ),
    EventType(
        "decision.veto_recorded.v1", ("ranking",), VetoDecided, "unit", "The Committee puts a veto in force."
    ),
    EventType("decision.veto_lifted.v1", ("ranking",), VetoDecided, "unit", "The Committee lifts a veto."),
    EventType(
        "decision.late_fact.v1",
        ("ranking",),
        LateFactDecided,
        "unit",
        "The Committee admits a late score, or not.",
    ),
    EventType(
        "decision.exception.v1",
        ("ranking",),
        ExceptionDecided,
        "unit",
        "The Committee lets a unit be published incomplete.",
    ),
    EventType(
        "decision.confirmed.v1",
        ("ranking",),
        EntryAnswered,
        "as cited",
        "A member confirms a decision that the Office entered.",
    ),
    EventType(
        "decision.disputed.v1",
        ("ranking",),
        EntryAnswered,
        "as cited",
        "A member says that an entered decision is not the Committee's.",
    ),
    EventType(
        "event.acknowledged.v1",
        ("ranking",),
        EventAcknowledged,
        "*",
        "An event that is not understood is acknowledged.",
    ),
    EventType(
        "noise.acknowledged.v1",
        ("ranking",),
        NoiseAcknowledged,
        "*",
        "A record that is not authentic is acknowledged.",
    ),
    EventType("standings.frozen.v1", ("ranking",), StandingsFrozen, "*", "A position is given a name."),
    EventType("decision.tie.v1", ("ranking",), TieDecided, "*", "The Committee orders tied units."),
    EventType(
        "result.published.v1",
        ("ranking",),
        ResultPublished,
        "*",
        "Standings are published, pinned to a position.",
    ),
)
