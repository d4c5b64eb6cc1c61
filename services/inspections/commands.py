"""Commands of the inspections service: what a request may say (schemas), and what a decider gets (values)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from shared.batch import ALL_OR_NOTHING, MAX_ROWS, MODES, MalformedRow
from shared.commanding import CommandSchema, Rows
from shared.events.catalogue.inspections import (
    InspectionScore,
    ManifestEntry,
    Member,
    Override,
    RecognisedModel,
    RoundException,
)
from shared.events.fields import Code, DecimalString, Instant, LocalDate, Text

SESSIONS = ("MORNING", "AFTERNOON")


@dataclass(frozen=True, slots=True)
class OpenRound:
    """``document_days_before``: how many days before its inspection a unit's pack is due (plan III.4)."""

    round: str
    first_day: str
    last_day: str
    calendar: str
    document_days_before: int = 3


@dataclass(frozen=True, slots=True)
class CloseRound:
    """``exceptions``: units that stay without a conclusion, each ``{unit, reason}``."""

    round: str
    exceptions: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class FormTeam:
    """``members``: ``{person, role, name, department}`` each."""

    team: str
    members: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A half-day session of a team at a unit; for a unit that has one, another day (plan III.4)."""

    unit: str
    team: str
    date: str
    session: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivePack:
    """The manifest of a document pack: each slot a file by its digest, or why there is none."""

    unit: str
    manifest: tuple[dict[str, Any], ...]
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class OpenInspection:
    """The session begins; ``override`` is the leader's reason to open past a closed gate."""

    unit: str
    team: str | None = None
    override: str | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class Adjust:
    """A correction of another leaf to ``to`` points.  What it corrects is read from the ledger; a client that
    states it (``from_self``, ``from_effective``) is told when that is no longer so."""

    criterion: str
    to: str
    reason: str
    stated: frozenset[str] = frozenset()
    from_self: str | None = None
    from_effective: str | None = None


@dataclass(frozen=True, slots=True)
class SignConclusion:
    """The leader's conclusion (plan III.7)."""

    unit: str
    strengths: str
    limitations: str
    orientation: str
    scores: tuple[dict[str, str], ...] = ()
    adjustments: tuple[Adjust, ...] = ()
    recognised_models: tuple[dict[str, str], ...] = ()
    team: str | None = None
    occurred_at: str | None = None


Command = OpenRound | CloseRound | FormTeam | Schedule | ReceivePack | OpenInspection | SignConclusion


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one kind.  ``name``: of the list in the request."""

    rows: tuple[Command | MalformedRow, ...]
    mode: str = ALL_OR_NOTHING
    name: str = "sessions"


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


class ScheduleSchema(CommandSchema):
    makes = Schedule

    unit = Code(required=True)
    team = Code(required=True)
    date = LocalDate(required=True)
    session = fields.String(required=True, validate=validate.OneOf(SESSIONS))
    reason = Text(maximum=1000)


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
