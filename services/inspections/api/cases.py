"""Forfeit cases over HTTP: opened after the cut-off, shown with the whole chain of facts."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.inspections import pack_reading, reading
from services.inspections.api.packs import PackVersion
from services.inspections.api.routes import blueprint, one
from services.inspections.projections import known_of
from services.inspections.schemas import CaseSchema
from shared.database import read_transaction
from shared.store import LedgerTransaction
from shared.web.answers import private
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import reader, runtime


@command_route(
    blueprint,
    "/cases",
    schema=CaseSchema,
    operation="inspections.open_case",
    summary="Open a forfeit case",
)
def open_case(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Only past the cut-off, without a full pack in time.  The Standing Committee confirms or declines."""
    return one(tx, command, act)


class CaseSlot(Schema):
    version = fields.Integer(required=True)
    team = fields.String(required=True)
    date = fields.String(required=True)
    session = fields.String(required=True)
    since = fields.String(required=True)


class CaseOutage(Schema):
    """``known_then``: recorded before the case was opened."""

    number = fields.Integer(required=True)
    begins = fields.String(required=True, data_key="from")
    ends = fields.String(required=True, data_key="to")
    text = fields.String(required=True)
    known_then = fields.Boolean(required=True)


class CaseDecisionView(Schema):
    outcome = fields.String(required=True)
    at = fields.String(required=True)
    document = fields.String(required=True)


class CaseView(Schema):
    """A case and its chain: sessions, cut-off, packs, findings, outages, and what the Committee decided.

    ``status``: open, confirmed, declined or lifted.  ``by``: the role that opened it, system for the machine.
    """

    unit = fields.String(required=True)
    name = fields.String(required=True)
    number = fields.Integer(required=True)
    at = fields.String(required=True)
    by = fields.String(required=True)
    status = fields.String(required=True)
    schedule_version = fields.Integer(required=True)
    due = fields.String(required=True)
    missing = fields.List(fields.String(), required=True)
    schedule = fields.List(fields.Nested(CaseSlot), required=True)
    packs = fields.List(fields.Nested(PackVersion), required=True)
    packs_seen = fields.List(fields.Integer(), required=True)
    outages = fields.List(fields.Nested(CaseOutage), required=True)
    decision = fields.Nested(CaseDecisionView, required=True, allow_none=True)


class CasesView(Schema):
    items = fields.List(fields.Nested(CaseView), required=True)


@blueprint.route("/cases", methods=["GET"])
@blueprint.response(200, CasesView)
@problems(blueprint, 401, 403, 404, 503)
@blueprint.doc(security=[{"bearer": []}])
def cases(org: str, cycle: str) -> Response:
    """The newest case of each unit that the reader speaks or answers for, by when they were opened."""
    who = reader(org, cycle)
    if who.principal is None:
        raise Problem("token-missing")
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, who.ledger.ledger)
        units = sorted(code for code, visit in state.visits.items() if visit.cases)
        known = known_of(connection, who.ledger.ledger, who.ledger.timezone, units)
        now = runtime().clock.now(who.ledger.ledger, connection)
    audience = who.audience()
    seen = [
        code
        for code in units
        if audience.sees_row(code, slot.team if (slot := state.visit(code).slot) else None)
    ]
    return private({"items": pack_reading.case_views(state, known, seen, now)})
