"""Conclusions over HTTP: signed, delegated, amended, and what the unit answers to their adjustments."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.inspections import reading
from services.inspections.api.reading import ReadinessArgs, checked_row
from services.inspections.api.routes import blueprint, one
from services.inspections.commands import AmendConclusion
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

    By the unit's own team leader, or the member whom he delegated it to.
    """
    return one(tx, command, act)


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
    """``answer``: acknowledged, disputed, or null while the unit is still asked; ``text``: what it says."""

    conclusion = fields.Integer(required=True)
    criterion = fields.String(required=True)
    from_self = fields.String(required=True, allow_none=True)
    from_effective = fields.String(required=True, allow_none=True)
    to = fields.String(required=True)
    reason = fields.String(required=True)
    answer = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)


class AdjustmentsView(Schema):
    unit = fields.String(required=True)
    adjustments = fields.List(fields.Nested(AdjustmentView), required=True)


@blueprint.route("/adjustments", methods=["GET"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.response(200, AdjustmentsView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def adjustments(args: dict[str, str], org: str, cycle: str) -> Response:
    """Adjustments of a unit that stand, and its answers; for the unit, its team and who sees everything."""
    who = reader(org, cycle)
    unit, ledger = args["unit"], who.ledger.ledger
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, ledger)
        checked_row(who, None, state, unit)
        told = list(reading.events_of(connection, ledger, unit))
    return private({"unit": unit, "adjustments": reading.adjustment_rows(state, told, unit)})
