"""Calendars, teams, requests, slots of a unit, the schedule for calendars, and proposals, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from marshmallow import Schema, fields, validate

from services.inspections import ics, plan_reading, reading
from services.inspections.api.reading import ReadinessArgs, checked_row
from services.inspections.api.routes import blueprint
from services.inspections.deciding.asking import open_round_of
from services.inspections.known import Known
from services.inspections.projections import register_of
from services.inspections.proposing import propose
from services.inspections.schemas import SESSIONS
from services.inspections.state import State
from shared.access import Target, decide_access
from shared.access.directory import LedgerSettings
from shared.database import read_transaction
from shared.events.fields import Code, LocalDate
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import acting_principal, ledger_settings, reader, runtime


class DeliveryView(Schema):
    criterion = fields.String(allow_none=True)
    bodies = fields.List(fields.String(), required=True)
    deliver_to = fields.String(required=True)
    due = fields.String(allow_none=True)


class CalendarView(Schema):
    """A version of a calendar; ``due`` are exclusive instants; ``working_days`` count from Monday, 0."""

    calendar = fields.String(required=True)
    version = fields.Integer(required=True)
    document = fields.String(required=True)
    digest = fields.String(required=True)
    adopted_at = fields.String(required=True)
    first_day = fields.String(required=True)
    last_day = fields.String(required=True)
    holidays = fields.List(fields.String(), required=True)
    working_days = fields.List(fields.Integer(), required=True)
    lead_time_days = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    deliveries = fields.List(fields.Nested(DeliveryView), required=True)


class CalendarsView(Schema):
    calendars = fields.List(fields.Nested(CalendarView), required=True)


@blueprint.route("/calendars", methods=["GET"])
@blueprint.response(200, CalendarsView)
@problems(blueprint, 404, 503)
def calendars(org: str, cycle: str) -> dict[str, Any]:
    """Every version of the calendar that was adopted, for everybody."""
    ledger = ledger_settings(org, cycle)
    state, _ = _told(ledger)
    return {"calendars": plan_reading.calendar_rows(state, ZoneInfo(ledger.timezone))}


class TeamMemberView(Schema):
    person = fields.String(required=True)
    role = fields.String(required=True)
    name = fields.String(required=True)
    department = fields.String(required=True)
    home_unit = fields.String()


class NominationView(Schema):
    """``late``: at or after the calendar's instant; ``withdrawn``: the reason, where it was."""

    person = fields.String(required=True)
    name = fields.String(required=True)
    department = fields.String(required=True)
    home_unit = fields.String(allow_none=True)
    document = fields.String(required=True)
    at = fields.String(required=True)
    late = fields.Boolean(required=True)
    withdrawn = fields.String(allow_none=True)


class ConflictView(Schema):
    """``rule``: home_unit, own_criteria or two_teams; ``about``: units, criteria or teams."""

    person = fields.String(required=True)
    rule = fields.String(required=True)
    about = fields.List(fields.String(), required=True)


class TeamView(Schema):
    team = fields.String(required=True)
    members = fields.List(fields.Nested(TeamMemberView), required=True)
    nominations = fields.List(fields.Nested(NominationView), required=True)
    nominations_due = fields.String(allow_none=True)
    units = fields.List(fields.String(), required=True)
    conflicts = fields.List(fields.Nested(ConflictView), required=True)


class TeamsView(Schema):
    teams = fields.List(fields.Nested(TeamView), required=True)


@blueprint.route("/teams", methods=["GET"])
@blueprint.response(200, TeamsView)
@problems(blueprint, 401, 404, 503)
@blueprint.doc(security=[{"bearer": []}])
def teams(org: str, cycle: str) -> Response:
    """The teams with late nominations and conflicts of interest flagged: all of them for who sees
    everything, else one's own; to a department the nominations that it made."""
    who = reader(org, cycle)
    if who.principal is None:
        raise Problem("token-missing")
    state, known = _told(who.ledger)
    zone = ZoneInfo(who.ledger.timezone)
    return private({"teams": plan_reading.team_rows(state, known, zone, who.audience())})


class RequestsArgs(Schema):
    answered = fields.Boolean(load_default=False)


class RequestView(Schema):
    """``number``: of its event, to answer it by."""

    number = fields.Integer(required=True)
    unit = fields.String(required=True)
    team = fields.String(allow_none=True)
    at = fields.String(required=True)
    reason = fields.String(required=True)
    date = fields.String(allow_none=True)
    session = fields.String(allow_none=True)
    document = fields.String(allow_none=True)
    answer = fields.String(allow_none=True)
    declined_because = fields.String(allow_none=True)


class RequestsView(Schema):
    requests = fields.List(fields.Nested(RequestView), required=True)


@blueprint.route("/reschedules", methods=["GET"])
@blueprint.arguments(RequestsArgs, location="query")
@blueprint.response(200, RequestsView)
@problems(blueprint, 401, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def reschedules(args: dict[str, Any], org: str, cycle: str) -> Response:
    """The open requests for another session at units that one may see; `answered` shows the others too."""
    who = reader(org, cycle)
    if who.principal is None:
        raise Problem("token-missing")
    state, _ = _told(who.ledger)
    rows = plan_reading.request_rows(state, who.audience(), open_only=not args["answered"])
    return private({"requests": rows})


class HistorySlotView(Schema):
    schedule_version = fields.Integer(required=True)
    team = fields.String(required=True)
    date = fields.String(required=True)
    session = fields.String(required=True)
    occurred_at = fields.String(required=True)
    recorded_at = fields.String(required=True)
    reason = fields.String(allow_none=True)
    request = fields.Integer(allow_none=True)
    lead_time_short = fields.Boolean(required=True)


class HistoryView(Schema):
    unit = fields.String(required=True)
    slots = fields.List(fields.Nested(HistorySlotView), required=True)


@blueprint.route("/schedule/history", methods=["GET"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.response(200, HistoryView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def history(args: dict[str, str], org: str, cycle: str) -> Response:
    """Every slot that a unit ever had, by the time at which it was agreed; for who may see the unit."""
    who = reader(org, cycle)
    unit = args["unit"]
    state, known = _told(who.ledger)
    checked_row(who, None, state, unit)
    rows = plan_reading.slot_rows(state, known, unit, ZoneInfo(who.ledger.timezone))
    return private({"unit": unit, "slots": rows})


class IcsArgs(Schema):
    team = Code()
    unit = Code()


@blueprint.route("/schedule.ics", methods=["GET"])
@blueprint.arguments(IcsArgs, location="query")
@blueprint.response(200, content_type="text/calendar", description="The sessions as iCalendar.")
@problems(blueprint, 404, 422, 503)
def schedule_ics(args: dict[str, str], org: str, cycle: str) -> Response:
    """The schedule in force for people's own calendars: of a team, of a unit, or all.  For everybody."""
    ledger = ledger_settings(org, cycle)
    state, known = _told(ledger)
    team, unit = args.get("team"), args.get("unit")
    if team is not None and team not in state.teams:
        raise Problem("unknown-team", status=404)
    if unit is not None and unit not in known.units:
        raise Problem("unknown-unit", status=404)
    body = ics.calendar_of(state, known, ledger.ledger, ZoneInfo(ledger.timezone), team=team, unit=unit)
    return Response(body, content_type="text/calendar; charset=utf-8")


class UnavailableSchema(Schema):
    team = Code(required=True)
    date = LocalDate(required=True)
    session = fields.String(required=True, validate=validate.OneOf(SESSIONS))


class ProposalSchema(Schema):
    """``unavailable``: half-days on which a team cannot come."""

    unavailable = fields.List(
        fields.Nested(UnavailableSchema), load_default=list, validate=validate.Length(max=500)
    )


class ProposedSession(Schema):
    unit = fields.String(required=True)
    team = fields.String(required=True)
    date = fields.String(required=True)
    session = fields.String(required=True)


class ReasonView(Schema):
    rule = fields.String(required=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)


class ProposalView(Schema):
    """``sessions`` as schedule/batch takes them; ``best``: proved that none keeps the mix better."""

    feasible = fields.Boolean(required=True)
    best = fields.Boolean(required=True)
    sessions = fields.List(fields.Nested(ProposedSession), required=True)
    mix = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Integer()), required=True
    )
    reasons = fields.List(fields.Nested(ReasonView), required=True)


@blueprint.route("/schedule/proposals", methods=["POST"])
@blueprint.arguments(ProposalSchema, location="json")
@blueprint.response(200, ProposalView)
@problems(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def propose_schedule(command: dict[str, Any], org: str, cycle: str) -> Response:
    """Sessions for every open unit that has none; nothing is stated: send them to schedule/batch."""
    acting_principal()
    who = reader(org, cycle)
    decide_access(who.grants, "inspections.schedule", Target(), request.headers.get("Acting-As"))
    state, known = _told(who.ledger)
    zone = ZoneInfo(who.ledger.timezone)
    problem = plan_reading.problem_of(
        state, known, open_round_of(state), _now(who.ledger), zone, command["unavailable"]
    )
    return private(plan_reading.proposal_body(propose(problem)))


def _now(ledger: LedgerSettings) -> datetime:
    current = runtime()
    with read_transaction(current.engine) as connection:
        return current.clock.now(ledger.ledger, connection)


def _told(ledger: LedgerSettings) -> tuple[State, Known]:
    """What this service has stated, and the register as the ledger tells it."""
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, ledger.ledger)
        return state, register_of(connection, ledger.ledger, ledger.timezone)
