"""Before the session over HTTP: briefings, subordinates, attendees, place, party committee, dossier."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.inspections import reading
from services.inspections.api.reading import ReadinessArgs, checked_row
from services.inspections.api.routes import blueprint, one
from services.inspections.bodies import Bodies
from services.inspections.commands import DeclareAttendance
from services.inspections.dossier import dossier
from services.inspections.kept import attendees
from services.inspections.kept.digests import salted
from services.inspections.known import Known, KnownUnit
from services.inspections.projections import bodies_known, known_of
from services.inspections.schemas import (
    AttendanceSchema,
    BriefingSchema,
    PartyCommitteeSchema,
    SiteSchema,
    SubordinatesSchema,
)
from services.inspections.state import State
from shared.access import Target, decide_access
from shared.access.directory import grants_of
from shared.database import read_transaction, write_transaction
from shared.events.envelope import instant
from shared.events.fields import Code, Digest
from shared.ledger import reader as ledger_reader
from shared.store import LedgerTransaction
from shared.web.answers import private
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import Reader, acting_principal, ledger_settings, reader, runtime


@command_route(
    blueprint,
    "/briefings",
    schema=BriefingSchema,
    operation="inspections.issue_briefing",
    summary="Brief the teams",
)
def issue_briefing(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """What a department wants looked at, in one unit or in a whole area; the units do not see it."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/subordinates",
    schema=SubordinatesSchema,
    operation="inspections.register_subordinates",
    summary="Register a unit's subordinates",
)
def register_subordinates(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The whole list with classes; a later one replaces it."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/attendance",
    schema=AttendanceSchema,
    operation="inspections.declare_attendance",
    summary="Declare who will attend",
)
def declare_attendance(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """What departs from the rule is noted and refuses nothing.  The names stay out of the ledger."""
    names: dict[str, tuple[str, str]] = {}
    declared = []
    for given in command["attendees"]:
        salt = secrets.token_hex(16)
        digest = salted(salt, given["name"])
        names[digest] = (salt, given["name"])
        declared.append({**{key: v for key, v in given.items() if key != "name"}, "person": digest})
    drafts = one(tx, DeclareAttendance(command["unit"], tuple(declared), command.get("reason")), act)
    version = drafts[0].data["version"]
    attendees.keep_names(tx.connection, act.ledger.ledger, command["unit"], version, names, instant(act.now))
    return drafts


@command_route(
    blueprint,
    "/site",
    schema=SiteSchema,
    operation="inspections.declare_site",
    summary="Declare whether the place is ready",
)
def declare_site(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """No score comes of it."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/party-committee",
    schema=PartyCommitteeSchema,
    operation="inspections.answer_party_committee",
    summary="Record the party committee's answer",
)
def answer_party_committee(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Whether it attends, or why not."""
    return one(tx, command, act)


class AttendeeView(Schema):
    """``name`` is null once it was removed, or for an older list."""

    role = fields.String(required=True)
    person = fields.String(required=True)
    subordinate = fields.String()
    name = fields.String(required=True, allow_none=True)


class AttendanceView(Schema):
    unit = fields.String(required=True)
    version = fields.Integer(required=True)
    attendees = fields.List(fields.Nested(AttendeeView), required=True)
    deviations = fields.List(fields.String(), required=True)
    reason = fields.String(required=True, allow_none=True)


@blueprint.route("/attendance", methods=["GET"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.response(200, AttendanceView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def attendance(args: dict[str, str], org: str, cycle: str) -> Response:
    """The unit's list in force with names, for the unit, its team, and who sees everything."""
    who = reader(org, cycle)
    unit = args["unit"]
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, who.ledger.ledger)
        checked_row(who, None, state, unit)
        names = attendees.names_of(connection, who.ledger.ledger, unit)
    held = state.visit(unit).record.attendance
    listed = [] if held is None else held["attendees"]
    return private(
        {
            "unit": unit,
            "version": state.visit(unit).record.attendances,
            "attendees": [{**entry, "name": names.get(entry["person"])} for entry in listed],
            "deviations": [] if held is None else held["deviations"],
            "reason": None if held is None else held.get("reason"),
        }
    )


class NameArgs(Schema):
    unit = Code(required=True)
    person = Digest(required=True)


class ForgottenView(Schema):
    """``removed``: in how many lists of the unit the name stood."""

    removed = fields.Integer(required=True)


@blueprint.route("/attendance/names", methods=["DELETE"])
@blueprint.arguments(NameArgs, location="query")
@blueprint.response(200, ForgottenView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def forget_name(args: dict[str, str], org: str, cycle: str) -> Response:
    """Remove a name for good, with its salt, from every list of the unit.  The ledger keeps its digest."""
    principal = acting_principal()
    ledger = ledger_settings(org, cycle).ledger
    current = runtime()
    with write_transaction(current.engine) as connection:
        grants = grants_of(connection, ledger, principal.sub, current.clock.now(ledger, connection))
        decide_access(grants, "inspections.forget_name", Target(unit=args["unit"]))
        removed = attendees.forget(connection, ledger, args["unit"], args["person"])
    if not removed:
        raise Problem("name-not-kept")
    return private({"removed": removed})


class DossierView(Schema):
    """``briefing`` and ``conflicts`` (of the team's members) are left out for the unit itself.

    ``opening``: how the session began, an override and its reason included.
    """

    unit = fields.String(required=True)
    name = fields.String(required=True)
    base_position = fields.Integer(required=True)
    briefing = fields.List(fields.Dict(keys=fields.String()))
    scores = fields.List(fields.Dict(keys=fields.String()), required=True)
    proposals = fields.List(fields.Dict(keys=fields.String()), required=True)
    evaluations = fields.List(fields.Dict(keys=fields.String()), required=True)
    limitations = fields.List(fields.Dict(keys=fields.String()), required=True)
    models = fields.List(fields.Dict(keys=fields.String()), required=True)
    findings = fields.List(fields.Dict(keys=fields.String()), required=True)
    opening = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    minutes = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    conflicts = fields.List(fields.Dict(keys=fields.String()))


@blueprint.route("/dossier", methods=["GET"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.response(200, DossierView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def dossier_of(args: dict[str, str], org: str, cycle: str) -> Response:
    """All that the ledger holds of a unit, for its team and who sees everything.  The unit gets no briefing.

    Whatever the policy `live_visibility` says: a briefing is for the teams.
    """
    seen = seen_dossier(reader(org, cycle), args["unit"])
    about = {"unit": seen.unit.code, "name": seen.unit.name, "base_position": seen.known.base_position}
    return private({**about, **seen.found})


@dataclass(frozen=True, slots=True)
class SeenDossier:
    """A dossier as far as its reader sees it: ``found`` without briefing and conflicts for the unit itself.

    ``known``: of this unit; ``bodies``: who scores.
    """

    unit: KnownUnit
    state: State
    known: Known
    bodies: Bodies
    found: dict[str, Any]


def seen_dossier(who: Reader, unit: str) -> SeenDossier:
    """The dossier of ``unit`` for ``who``.  Raises a 401, 403 or 404 problem."""
    ledger = who.ledger.ledger
    current = runtime()
    with read_transaction(current.engine) as connection:
        state = reading.state_of(connection, ledger)
        known = known_of(connection, ledger, who.ledger.timezone, [unit])
        checked_row(who, None, state, unit)
        rows = [
            *ledger_reader.of_subject(connection, ledger, "*", 0, known.base_position),
            *ledger_reader.of_subject(connection, ledger, unit, 0, known.base_position),
        ]
        bodies = bodies_known(connection, ledger, instant(current.clock.now(ledger, connection)))
    held = known.units.get(unit)
    if held is None:
        raise Problem("unknown-unit", status=404)
    slot = state.visit(unit).slot
    team = state.teams.get(slot.team) if slot else None
    told = (row.event for row in sorted(rows, key=lambda row: row.position))
    found = dossier(told, held.area, [one["person"] for one in team.members] if team else [])
    if not sees_briefing(who, state, unit):
        for name in ("briefing", "conflicts"):
            del found[name]
    return SeenDossier(held, state, known, bodies, found)


def sees_briefing(who: Reader, state: State, unit: str) -> bool:
    """Whether ``who`` may read what departments told the team of ``unit``: never the unit itself."""
    slot = state.visit(unit).slot
    seen = who.audience()
    return seen.everything or (slot is not None and slot.team in seen.teams)
