"""The inspections service over HTTP: its commands, the schedule, and how ready a unit is."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from marshmallow import Schema, fields

from services.inspections import reading
from services.inspections.commands import Batch, CloseRound, Command
from services.inspections.decider import decide, decide_batch, units_of
from services.inspections.known import Known
from services.inspections.projections import known_of
from services.inspections.schemas import (
    CloseSchema,
    ConclusionSchema,
    OpenInspectionSchema,
    PackSchema,
    RoundSchema,
    ScheduleBatchSchema,
    ScheduleSchema,
    TeamBatchSchema,
    TeamSchema,
)
from services.inspections.state import State, fold
from shared.batch import answer_of
from shared.database import read_transaction
from shared.events.fields import Code
from shared.store import LedgerTransaction
from shared.web.commands import Accepted, Act, Outcome, command_route
from shared.web.documents import BatchReceipts, problems
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem
from shared.web.runtime import ledger_settings, reader, runtime

blueprint = ServiceBlueprint("inspections", __name__, url_prefix="/v1/<org>/<cycle>")

_COMMON = ("round.opened.v1", "round.closed.v1", "team.formed.v1", "inspection.scheduled.v1")
_OF_CLOSING = ("submission.received.v1", "inspection.opened.v1", "conclusion.signed.v1")


def _load(tx: LedgerTransaction, command: Command | Batch, act: Act) -> tuple[State, Known]:
    """Rounds, teams and the whole schedule (who is where), the rest of the units' streams, and the ledger."""
    units = units_of(command)
    types = (*_COMMON, *_OF_CLOSING) if isinstance(command, CloseRound) else _COMMON
    state = fold(tx.stream_of_types(*types))
    for unit in units:
        state = fold((event for event in tx.stream(unit) if event.type not in _COMMON), state)
    return state, known_of(tx.connection, act.ledger.ledger, act.ledger.timezone, units)


def _one(tx: LedgerTransaction, command: Command, act: Act) -> Outcome:
    state, known = _load(tx, command, act)
    return decide(state, known, command, act)


def _many(tx: LedgerTransaction, batch: Batch, act: Act) -> Outcome:
    state, known = _load(tx, batch, act)
    result = decide_batch(state, known, batch, act)
    return Accepted(result.drafts, answer_of(result))


@command_route(
    blueprint, "/rounds", schema=RoundSchema, operation="inspections.open_round", summary="Open a round"
)
def open_round(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """One round is open at a time."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/rounds/<round_id>/close",
    schema=CloseSchema,
    operation="inspections.close_round",
    summary="Close a round",
)
def close_round(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Units without a conclusion are named as exceptions, each with its reason."""
    return _one(tx, CloseRound(act.path["round_id"], tuple(command.get("exceptions", ()))), act)


@command_route(
    blueprint, "/teams", schema=TeamSchema, operation="inspections.form_team", summary="Form a team"
)
def form_team(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """One leader, one secretary, members; formed again, it replaces the old one."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/teams/batch",
    schema=TeamBatchSchema,
    operation="inspections.form_team",
    summary="Form teams",
    answer=BatchReceipts,
)
def form_teams(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows; `mode` all_or_nothing (default) or partial."""
    return _many(tx, command, act)


@command_route(
    blueprint,
    "/schedule",
    schema=ScheduleSchema,
    operation="inspections.schedule",
    summary="Schedule or move a session",
)
def schedule(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A half-day of one team at one unit; the old slot stays in history."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/schedule/batch",
    schema=ScheduleBatchSchema,
    operation="inspections.schedule",
    summary="Schedule sessions",
    answer=BatchReceipts,
)
def schedule_many(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows; `mode` all_or_nothing (default) or partial."""
    return _many(tx, command, act)


@command_route(
    blueprint,
    "/packs",
    schema=PackSchema,
    operation="inspections.receive_pack",
    summary="Send a document pack's manifest",
)
def receive_pack(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Each slot a file by its digest, or why there is none; late and incomplete packs are kept and marked."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/inspections/open",
    schema=OpenInspectionSchema,
    operation="inspections.open_inspection",
    summary="Open an inspection",
)
def open_inspection(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The gate lists missing department scores; the leader may override it with a reason."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/conclusions",
    schema=ConclusionSchema,
    operation="inspections.sign_conclusion",
    summary="Sign a conclusion",
)
def sign_conclusion(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Inspection scores, adjustments of other criteria, recognised models; by the unit's own team leader."""
    return _one(tx, command, act)


# --- reading


class SlotView(Schema):
    unit = fields.String(required=True)
    team = fields.String(required=True)
    date = fields.String(required=True)
    session = fields.String(required=True)
    schedule_version = fields.Integer(required=True)
    moved = fields.Boolean(required=True)
    opened = fields.Boolean(required=True)
    concluded = fields.Boolean(required=True)


class ScheduleView(Schema):
    round = fields.String(allow_none=True)
    sessions = fields.List(fields.Nested(SlotView), required=True)


@blueprint.route("/schedule", methods=["GET"])
@blueprint.response(200, ScheduleView)
def schedule_view(org: str, cycle: str) -> dict[str, Any]:
    """The schedule in force, for everybody."""
    ledger = ledger_settings(org, cycle)
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, ledger.ledger)
    return {"round": state.round.round if state.round else None, "sessions": reading.schedule_rows(state)}


class ReadinessArgs(Schema):
    unit = Code(required=True)


class PackView(Schema):
    at = fields.String(required=True)
    complete = fields.Boolean(required=True)
    on_time = fields.Boolean(required=True)
    missing = fields.List(fields.String(), required=True)


class ReadinessView(Schema):
    """How ready a unit is, at ``base_position`` of the ledger."""

    unit = fields.String(required=True)
    name = fields.String(required=True)
    base_position = fields.Integer(required=True)
    team = fields.String(allow_none=True)
    date = fields.String(allow_none=True)
    session = fields.String(allow_none=True)
    schedule_version = fields.Integer(allow_none=True)
    due = fields.String(allow_none=True)
    packs = fields.List(fields.Nested(PackView), required=True)
    pack_in_order = fields.Boolean(required=True)
    missing_scores = fields.List(fields.String(), required=True)
    missing_self_scores = fields.List(fields.String(), required=True)
    opened = fields.Boolean(required=True)
    concluded = fields.Boolean(required=True)
    forfeited = fields.Boolean(required=True)


@blueprint.route("/readiness", methods=["GET"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.response(200, ReadinessView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def readiness(args: dict[str, str], org: str, cycle: str) -> Response:
    """Pack, missing scores and session of one unit, for whoever may see the unit's row."""
    who = reader(org, cycle)
    unit = args["unit"]
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, who.ledger.ledger)
        known = known_of(connection, who.ledger.ledger, who.ledger.timezone, [unit])
    visibility = str(known.rulebook.policies["live_visibility"]) if known.rulebook else "restricted"
    slot = state.visit(unit).slot
    if not who.audience(visibility).sees_row(unit, slot.team if slot else None):
        if who.principal is None:
            raise Problem("token-missing")
        raise Problem(
            "wrong-scope", "Không được xem đơn vị này.", "This unit is not yours to see.", status=403
        )
    found = reading.readiness(state, known, unit)
    if found is None:
        raise Problem("unknown-unit", status=404)
    response = Response(orjson.dumps(found), content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response
