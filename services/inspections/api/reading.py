"""The schedule, and how ready a unit is, over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.inspections import reading
from services.inspections.api.routes import blueprint
from services.inspections.known import Known
from services.inspections.projections import known_of
from services.inspections.state import State
from shared.database import read_transaction
from shared.events.fields import Code
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import Reader, ledger_settings, reader, runtime


class SlotView(Schema):
    """``overridden``: the leader opened the session while scores were missing."""

    unit = fields.String(required=True)
    team = fields.String(required=True)
    date = fields.String(required=True)
    session = fields.String(required=True)
    schedule_version = fields.Integer(required=True)
    moved = fields.Boolean(required=True)
    opened = fields.Boolean(required=True)
    overridden = fields.Boolean(required=True)
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
    """``assessed``: whether the newest finding says complete.  ``forwarded``: to which members."""

    number = fields.Integer(required=True)
    at = fields.String(required=True)
    via = fields.String(required=True)
    complete = fields.Boolean(required=True)
    on_time = fields.Boolean(required=True)
    missing = fields.List(fields.String(), required=True)
    assessed = fields.Boolean(required=True, allow_none=True)
    forwarded = fields.List(fields.String(), required=True)
    forwarded_late_days = fields.Integer(required=True)


class CaseOfUnit(Schema):
    number = fields.Integer(required=True)
    status = fields.String(required=True)


class CheckView(Schema):
    """``state``: ok, missing or warn; ``vi`` and ``en`` say what to do."""

    item = fields.String(required=True)
    state = fields.String(required=True)
    vi = fields.String(required=True)
    en = fields.String(required=True)
    details = fields.List(fields.String(), required=True)


class AttendanceOfUnit(Schema):
    """Who was declared, each person a digest, and what departs from the rule."""

    version = fields.Integer(required=True)
    attendees = fields.List(fields.Dict(keys=fields.String()), required=True)
    deviations = fields.List(fields.String(), required=True)


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
    files_due = fields.String(required=True, allow_none=True)
    files_awaited = fields.List(fields.String(), required=True)
    files_late = fields.List(fields.String(), required=True)
    lacking = fields.List(fields.String(), required=True)
    case = fields.Nested(CaseOfUnit, required=True, allow_none=True)
    warnings = fields.List(fields.String(), required=True)
    checks = fields.List(fields.Nested(CheckView), required=True)
    attendance = fields.Nested(AttendanceOfUnit, required=True, allow_none=True)
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
        now = runtime().clock.now(who.ledger.ledger, connection)
    checked_row(who, known, state, unit)
    found = reading.readiness(state, known, unit, now)
    if found is None:
        raise Problem("unknown-unit", status=404)
    return private(found)


def visibility_of(known: Known | None) -> str:
    """The rulebook's ``live_visibility``; restricted while there is no rulebook."""
    return str(known.rulebook.policies["live_visibility"]) if known and known.rulebook else "restricted"


def checked_row(who: Reader, known: Known | None, state: State, unit: str) -> None:
    """Raise a 401 or 403 problem unless ``who`` may see the row of ``unit``.

    ``known`` None: whatever the policy ``live_visibility`` says, for what is never shown to everybody.
    """
    slot = state.visit(unit).slot
    if who.audience(visibility_of(known)).sees_row(unit, slot.team if slot else None):
        return
    if who.principal is None:
        raise Problem("token-missing")
    raise Problem("wrong-scope", "Không được xem đơn vị này.", "This unit is not yours to see.", status=403)
