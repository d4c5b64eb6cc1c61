"""Document packs over HTTP: sent, received by hand, assessed, forwarded; and this system's outages."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.inspections import pack_reading, reading
from services.inspections.api.reading import ReadinessArgs, checked_row
from services.inspections.api.routes import blueprint, one
from services.inspections.commands import AssessPack, ForwardPack
from services.inspections.deciding.packs import unknown_pack
from services.inspections.projections import known_of
from services.inspections.schemas import AssessSchema, ForwardSchema, OutageSchema, PackSchema
from shared.database import read_transaction
from shared.events.catalogue.inspections import ManifestEntry
from shared.events.envelope import instant
from shared.store import LedgerTransaction
from shared.web.answers import private
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import reader, runtime


@command_route(
    blueprint,
    "/packs",
    schema=PackSchema,
    operation="inspections.receive_pack",
    summary="Send a document pack's manifest",
)
def receive_pack(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Each slot a file by its digest, or why there is none; late and incomplete packs are kept and marked.

    The secretary records what came by e-mail or on paper: `via`, `occurred_at` and `proof`.
    """
    return one(tx, command, act)


@command_route(
    blueprint,
    "/packs/<int:number>/assess",
    schema=AssessSchema,
    operation="inspections.assess_pack",
    summary="Assess a pack, slot by slot",
)
def assess_pack(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Every required slot once: accepted, missing or unusable.  It forfeits nothing by itself."""
    number = act.path["number"]
    return one(tx, AssessPack(_unit_of(tx, number), number, command["findings"]), act)


@command_route(
    blueprint,
    "/packs/<int:number>/forward",
    schema=ForwardSchema,
    operation="inspections.forward_pack",
    summary="Forward a pack to members",
)
def forward_pack(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A fact of its own: a delay here is the secretary's, never the unit's."""
    number = act.path["number"]
    forward = ForwardPack(_unit_of(tx, number), number, command["members"], command.get("text"))
    return one(tx, forward, act)


@command_route(
    blueprint,
    "/outages",
    schema=OutageSchema,
    operation="inspections.record_outage",
    summary="Record an outage of this system",
)
def record_outage(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """It stands in every forfeit case that it touches, and moves no deadline."""
    return one(tx, command, act)


def _unit_of(tx: LedgerTransaction, number: int) -> str:
    event = tx.numbered(number)
    if event is None or event.type != "submission.received.v1":
        raise unknown_pack(number)
    return event.subject


class FindingView(Schema):
    number = fields.Integer(required=True)
    at = fields.String(required=True)
    complete = fields.Boolean(required=True)
    rejected = fields.List(fields.String(), required=True)


class ForwardingView(Schema):
    """``late_days``: by how many days the secretary was late."""

    number = fields.Integer(required=True)
    at = fields.String(required=True)
    by = fields.String(required=True)
    members = fields.List(fields.String(), required=True)
    late_days = fields.Integer(required=True)


class SlotFileView(Schema):
    """``state``: held, awaited, overdue, or by_hand (recorded of e-mail or paper, and not here).

    ``at``, ``on_time``: of what is held.  ``until``: when the grace ends.
    """

    state = fields.String(required=True)
    at = fields.String(required=True, allow_none=True)
    on_time = fields.Boolean(required=True, allow_none=True)
    until = fields.String(required=True, allow_none=True)


class ManifestSlot(ManifestEntry):
    """A slot of a manifest; ``file``: how its bytes stand, null where there is a reason for none."""

    file = fields.Nested(SlotFileView, required=True, allow_none=True)


class PackVersion(Schema):
    """One manifest of a unit; its files are known by their digests."""

    number = fields.Integer(required=True)
    at = fields.String(required=True)
    via = fields.String(required=True)
    proof = fields.String(required=True, allow_none=True)
    complete = fields.Boolean(required=True)
    on_time = fields.Boolean(required=True)
    missing = fields.List(fields.String(), required=True)
    due = fields.String(required=True)
    schedule_version = fields.Integer(required=True)
    manifest = fields.List(fields.Nested(ManifestSlot), required=True)
    assessed = fields.Nested(FindingView, required=True, allow_none=True)
    forwarded = fields.List(fields.Nested(ForwardingView), required=True)


class PacksView(Schema):
    """``lacking``: what did not come before the cut-off.

    ``files_due``: until when bytes may follow.  ``files_awaited``: documents whose file has not come;
    ``files_late``: of those in time, once the grace is over, whose file did not come within it.
    """

    unit = fields.String(required=True)
    due = fields.String(required=True, allow_none=True)
    files_due = fields.String(required=True, allow_none=True)
    files_awaited = fields.List(fields.String(), required=True)
    files_late = fields.List(fields.String(), required=True)
    lacking = fields.List(fields.String(), required=True)
    packs = fields.List(fields.Nested(PackVersion), required=True)


@blueprint.route("/packs", methods=["GET"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.response(200, PacksView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def packs(args: dict[str, str], org: str, cycle: str) -> Response:
    """Every version of a unit's pack, oldest first, for whoever may see the unit's row."""
    who = reader(org, cycle)
    unit = args["unit"]
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, who.ledger.ledger)
        known = known_of(connection, who.ledger.ledger, who.ledger.timezone, [unit])
        now = runtime().clock.now(who.ledger.ledger, connection)
    checked_row(who, None, state, unit)
    held = known.units.get(unit)
    if held is None:
        raise Problem("unknown-unit", status=404)
    visit = state.visit(unit)
    due = pack_reading.due_or_none(state, known, visit)
    return private(
        {
            "unit": unit,
            "due": None if due is None else instant(due),
            "files_due": pack_reading.files_until(known, due),
            "files_awaited": pack_reading.awaited_of(known, visit, held),
            "files_late": pack_reading.late_files_of(known, visit, held, due, now),
            "lacking": pack_reading.lacking_of(known, visit, held, due),
            "packs": pack_reading.pack_rows(visit, due, known, now),
        }
    )
