"""Reflection reports over HTTP: sent in by every member, read by the leader of the team alone."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.inspections import reading
from services.inspections.api.routes import blueprint, one
from services.inspections.commands import SubmitReflection
from services.inspections.deciding.reflections import missing_reflections
from services.inspections.kept import reflections
from services.inspections.kept.digests import salted
from services.inspections.known import Known
from services.inspections.projections import known_of
from services.inspections.schemas import ReflectionSchema
from services.inspections.state import State
from shared.access import Target, decide_access
from shared.access.tokens import TokenMissing
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.events.fields import Code
from shared.store import LedgerTransaction
from shared.web.answers import private
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import reader, runtime


@command_route(
    blueprint,
    "/reflections",
    schema=ReflectionSchema,
    operation="inspections.submit_reflection",
    summary="Send in a reflection report",
)
def submit_reflection(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """To the leader; sent again it is the next version.  The text stays out of the ledger."""
    salt = secrets.token_hex(16)
    digest = salted(salt, command["text"])
    team, unit = command["team"], command.get("unit")
    drafts = one(tx, SubmitReflection(team, digest, unit), act)
    kept = reflections.of_team(tx.connection, act.ledger.ledger, team)
    person = act.principal.sub
    versions = sum((one_.person, one_.unit) == (person, unit) for one_ in kept)
    reflections.keep(
        tx.connection,
        act.ledger.ledger,
        reflections.Reflection(
            digest, team, person, unit, versions + 1, salt, command["text"], instant(act.now)
        ),
    )
    return drafts


class TeamArgs(Schema):
    team = Code(required=True)


class ReflectionView(Schema):
    """``unit`` null: about the round.  ``digest``: as the ledger has it."""

    person = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    text = fields.String(required=True)
    at = fields.String(required=True)
    digest = fields.String(required=True)


class MissingReflection(Schema):
    """Somebody whose report has not come; ``unit`` null: about the round."""

    team = fields.String(required=True)
    person = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)


class ReflectionsView(Schema):
    team = fields.String(required=True)
    reflections = fields.List(fields.Nested(ReflectionView), required=True)
    missing = fields.List(fields.Nested(MissingReflection), required=True)


@blueprint.route("/reflections", methods=["GET"])
@blueprint.arguments(TeamArgs, location="query")
@blueprint.response(200, ReflectionsView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def team_reflections(args: dict[str, str], org: str, cycle: str) -> Response:
    """Every version of every member's report, for the leader of the team and nobody else."""
    who = reader(org, cycle)
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    team, ledger = args["team"], who.ledger.ledger
    decide_access(who.grants, "inspections.read_reflections", Target(team=team))
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, ledger)
        known = known_of(connection, ledger, who.ledger.timezone, [])
        kept = reflections.of_team(connection, ledger, team)
    return private(
        {
            "team": team,
            "reflections": [
                {
                    "person": report.person,
                    "unit": report.unit,
                    "version": report.version,
                    "text": report.text,
                    "at": report.kept_at,
                    "digest": report.digest,
                }
                for report in kept
            ],
            "missing": [row for row in _missing(state, known) if row["team"] == team],
        }
    )


class ClosingView(Schema):
    """``unconcluded``: conclude each, or name it as an exception.  ``missing_reflections`` only warn."""

    round = fields.String(required=True)
    closed = fields.Boolean(required=True)
    unconcluded = fields.List(fields.String(), required=True)
    missing_reflections = fields.List(fields.Nested(MissingReflection), required=True)


@blueprint.route("/rounds/<round_id>/closing", methods=["GET"])
@blueprint.response(200, ClosingView)
@problems(blueprint, 401, 403, 404, 503)
@blueprint.doc(security=[{"bearer": []}])
def closing(org: str, cycle: str, round_id: str) -> Response:
    """What stands between a round and its end, for who sees everything."""
    who = reader(org, cycle)
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    if not who.audience().everything:
        raise Problem("wrong-scope", "Không được xem cả đợt.", "The whole round is not yours to see.")
    ledger = who.ledger.ledger
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, ledger)
        known = known_of(connection, ledger, who.ledger.timezone, [])
    held = state.rounds.get(round_id)
    if held is None:
        raise Problem("unknown-round")
    return private(
        {
            "round": round_id,
            "closed": held.closed,
            "unconcluded": reading.unconcluded(state),
            "missing_reflections": _missing(state, known),
        }
    )


def _missing(state: State, known: Known) -> list[dict[str, Any]]:
    if known.rulebook is None:
        return []
    scope = str(known.rulebook.policies["reflection_scope"])
    return [
        {"team": team, "person": person, "unit": unit}
        for team, person, unit in missing_reflections(state, scope)
    ]
