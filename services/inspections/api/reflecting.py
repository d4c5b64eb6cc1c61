"""Reflection reports over HTTP: sent in by every member, read by the leader of the team alone."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.inspections import reading
from services.inspections.api.routes import blueprint, one
from services.inspections.board import board_of
from services.inspections.closing import closing_body, missing_rows
from services.inspections.commands import SubmitReflection
from services.inspections.kept import reflections
from services.inspections.kept.digests import salted
from services.inspections.progress import progress_of
from services.inspections.projections import known_of
from services.inspections.reflecting import own_reports, report_row
from services.inspections.schemas import ReflectionSchema
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
            "reflections": [report_row(report) for report in kept],
            "missing": [row for row in missing_rows(state, known) if row["team"] == team],
        }
    )


class OwnReport(Schema):
    """What a member is asked to report on; ``due``: an exclusive instant, null where no calendar says."""

    team = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)
    due = fields.String(required=True, allow_none=True)
    late = fields.Boolean(required=True)
    versions = fields.List(fields.Nested(ReflectionView), required=True)


class OwnReportsView(Schema):
    reports = fields.List(fields.Nested(OwnReport), required=True)


@blueprint.route("/reflections/mine", methods=["GET"])
@blueprint.response(200, OwnReportsView)
@problems(blueprint, 401, 404, 503)
@blueprint.doc(security=[{"bearer": []}])
def own_reflections(org: str, cycle: str) -> Response:
    """One's own reports in every team to which one belongs: what is asked, until when, and what was sent."""
    who = reader(org, cycle)
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    return private({"reports": own_reports(who.ledger, who.principal.sub)})


class WaitingUnit(Schema):
    """A unit without a conclusion.  ``stage``: how far it is; ``document``: of the decision on its case."""

    unit = fields.String(required=True)
    name = fields.String(required=True)
    team = fields.String(required=True)
    date = fields.String(required=True)
    stage = fields.String(required=True)
    document = fields.String(required=True, allow_none=True)


class AboutAdjustments(Schema):
    unit = fields.String(required=True)
    criteria = fields.List(fields.String(), required=True)


class ClosingView(Schema):
    """``unconcluded``: conclude each, or name it as an exception; ``waiting`` says how far each of them is.

    The rest only warns: ``open_cases`` (units), adjustments ``unanswered`` or ``disputed``, and
    ``missing_reflections``.
    """

    round = fields.String(required=True)
    closed = fields.Boolean(required=True)
    unconcluded = fields.List(fields.String(), required=True)
    waiting = fields.List(fields.Nested(WaitingUnit), required=True)
    open_cases = fields.List(fields.String(), required=True)
    unanswered = fields.List(fields.Nested(AboutAdjustments), required=True)
    disputed = fields.List(fields.Nested(AboutAdjustments), required=True)
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
    board = board_of(who.ledger)
    held = board.state.rounds.get(round_id)
    if held is None:
        raise Problem("unknown-round")
    rows = progress_of(board.state, board.known, board.now)
    return private(closing_body(board.state, board.known, held, rows))
