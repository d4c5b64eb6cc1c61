"""Conclusions over HTTP: signed, delegated, amended, and what the unit answers to their adjustments."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.inspections import reading
from services.inspections.answer_reading import adjustments_of
from services.inspections.api.reading import ReadinessArgs, checked_row
from services.inspections.api.routes import blueprint, one
from services.inspections.commands import AmendConclusion
from services.inspections.kept import conclusion_drafts
from services.inspections.projections import known_of
from services.inspections.schemas import (
    AcknowledgeAdjustmentSchema,
    AmendmentSchema,
    ConclusionSchema,
    DelegationSchema,
    DisputeAdjustmentSchema,
)
from shared.database import read_transaction
from shared.store import LedgerTransaction
from shared.web.answers import private
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import problems
from shared.web.runtime import reader, runtime


@command_route(
    blueprint,
    "/conclusions",
    schema=ConclusionSchema,
    operation="inspections.sign_conclusion",
    summary="Sign a conclusion",
)
def sign_conclusion(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Inspection scores, adjustments of other criteria, recognised models.

    By the unit's own team leader, or the member whom he delegated it to.  Its draft goes with the signature.
    """
    drafts = one(tx, command, act)
    conclusion_drafts.drop(tx.connection, act.ledger.ledger, command.unit)
    return drafts


@command_route(
    blueprint,
    "/conclusions/delegate",
    schema=DelegationSchema,
    operation="inspections.delegate_conclusion",
    summary="Let another member conclude",
)
def delegate_conclusion(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """By the leader, citing a document; the newest delegation of a unit stands."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/conclusions/<unit>/amend",
    schema=AmendmentSchema,
    operation="inspections.amend_conclusion",
    summary="Amend a signed conclusion",
)
def amend_conclusion(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """States what changes and why, while the round is open; the signed conclusion stays as it was signed."""
    return one(tx, AmendConclusion(unit=act.path["unit"], **command), act)


@command_route(
    blueprint,
    "/adjustments/acknowledge",
    schema=AcknowledgeAdjustmentSchema,
    operation="inspections.answer_adjustment",
    summary="Acknowledge an adjustment",
)
def acknowledge_adjustment(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """`conclusion`: number of the event that made the adjustment.  Once; an amendment is asked anew."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/adjustments/dispute",
    schema=DisputeAdjustmentSchema,
    operation="inspections.answer_adjustment",
    summary="Dispute an adjustment",
)
def dispute_adjustment(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """No number changes; the Standing Committee finds it on its agenda."""
    return one(tx, command, act)


class AdjustmentView(Schema):
    """``answer``: acknowledged, disputed, or null while the unit is still asked; ``text``: what it says.

    ``asked_at``: when the adjustment was stated; ``due``: the exclusive instant by which the unit answers,
    null where no calendar says; ``late``: it has not, or came later.  ``amendment``: an amendment made it.
    """

    conclusion = fields.Integer(required=True)
    criterion = fields.String(required=True)
    from_self = fields.String(required=True, allow_none=True)
    from_effective = fields.String(required=True, allow_none=True)
    to = fields.String(required=True)
    reason = fields.String(required=True)
    answer = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    amendment = fields.Boolean(required=True)
    asked_at = fields.String(required=True)
    answered_at = fields.String(required=True, allow_none=True)
    due = fields.String(required=True, allow_none=True)
    late = fields.Boolean(required=True)


class AdjustmentsView(Schema):
    """``replaced``: adjustments that an amendment changed or withdrew, with what was answered to each."""

    unit = fields.String(required=True)
    adjustments = fields.List(fields.Nested(AdjustmentView), required=True)
    replaced = fields.List(fields.Nested(AdjustmentView), required=True)


@blueprint.route("/adjustments", methods=["GET"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.response(200, AdjustmentsView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def adjustments(args: dict[str, str], org: str, cycle: str) -> Response:
    """Adjustments of a unit that stand, and its answers; for the unit, its team and who sees everything."""
    who = reader(org, cycle)
    unit, ledger = args["unit"], who.ledger
    current = runtime()
    with read_transaction(current.engine) as connection:
        state = reading.state_of(connection, ledger.ledger)
        checked_row(who, None, state, unit)
        told = list(reading.events_of(connection, ledger.ledger, unit))
        known = known_of(connection, ledger.ledger, ledger.timezone, [])
        now = current.clock.now(ledger.ledger, connection)
    standing, replaced = adjustments_of(state, known, told, unit, now)
    return private({"unit": unit, "adjustments": standing, "replaced": replaced})
