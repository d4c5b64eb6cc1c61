"""Commands of the scores service: what a request may say (schemas), and what a decider gets (values)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate, validates_schema

from shared.batch import ALL_OR_NOTHING, MAX_ROWS, MODES, MalformedRow
from shared.commanding import CommandSchema, Rows
from shared.events.catalogue.base import ROLES
from shared.events.catalogue.scores import STAGES, Evidence, Period, ScoreRecorded
from shared.events.fields import Code, DecimalString, Digest, Instant, LocalDate, Text
from shared.rulebook import Rulebook

GRANTED_ROLES = tuple(role for role in ROLES if not role.startswith("team_"))
"""Team roles are not granted: they come from the round's ``team.formed``."""


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """A cycle begins; ``first`` and ``last`` are days, both inside; ``cycle`` is the ledger's."""

    name: str
    first: str
    last: str
    cycle: str | None = None


@dataclass(frozen=True, slots=True)
class AdoptRulebook:
    """A rulebook takes force.  An amendment states ``decision`` and ``mode`` (rulebook format §1)."""

    rulebook: Rulebook
    decision: str | None = None
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterUnit:
    unit: str
    area: str
    kind: str
    name: str
    valid_from: str | None = None
    valid_to: str | None = None
    predecessors: tuple[str, ...] = ()
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterDepartment:
    code: str
    name: str
    kind: str
    entered_by: str | None = None


@dataclass(frozen=True, slots=True)
class GiveGrant:
    """``start`` defaults to now, ``until`` to open; ``grant`` names it, for ending it later."""

    grant: str
    sub: str
    role: str
    scope: str
    start: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class EndGrant:
    grant: str
    reason: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class RecordScore:
    """A raw input for one criterion at one stage.  ``rulebook`` (a digest) defaults to the one in force."""

    unit: str
    criterion: str
    stage: str
    value: str | None = None
    target: str | None = None
    state: str | None = None
    period: str | None = None
    rulebook: str | None = None
    reason: str | None = None
    external_ref: str | None = None
    evidence: tuple[dict[str, Any], ...] = ()
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawScore:
    unit: str
    criterion: str
    stage: str
    reason: str
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class Propose:
    """A bonus or penalty is proposed (``kind``); only the Committee's decision counts (plan III.3)."""

    kind: str
    unit: str
    code: str
    occurrence_ref: str
    occurred_on: str
    basis: str
    points: str | None = None
    department: str | None = None
    evidence: tuple[dict[str, Any], ...] = ()
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeVeto:
    """A condition that caps the class is recorded from a document, or lifted by one."""

    unit: str
    veto: str
    document: str
    lift: bool = False
    occurred_at: str | None = None


Command = (
    OpenCycle
    | AdoptRulebook
    | RegisterUnit
    | RegisterDepartment
    | GiveGrant
    | EndGrant
    | RecordScore
    | WithdrawScore
    | Propose
    | ChangeVeto
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one kind.  ``mode``: all_or_nothing or partial; ``name``: of the list in the request."""

    rows: tuple[Command | MalformedRow, ...]
    mode: str = ALL_OR_NOTHING
    name: str = "scores"


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
        ScoreRecorded.value_or_state(ScoreRecorded(), data)


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
