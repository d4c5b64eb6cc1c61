"""Routes that every service has: what it knows of a ledger, own receipts and events, the scenario clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from flask import Response, request
from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import select

from shared.access import Target, decide_access
from shared.access.directory import grants_of
from shared.clock import ClockMovesBack, ClockNotSet, scenario, set_scenario
from shared.database import read_transaction, write_transaction
from shared.events.envelope import instant, parse_instant, source_of
from shared.events.fields import Instant
from shared.ledger import reader
from shared.store.tables import events
from shared.web.documents import problems
from shared.web.pagination import Page, link_next
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem
from shared.web.proving import register_proofs, root_text
from shared.web.runtime import acting_principal, ledger_settings, runtime

MAX_EVENTS = 5000
MAX_NUMBER = 10**12


class LedgerView(Schema):
    """What a service knows of a ledger.

    ``size``: how many positions it has read; ``root``: the Merkle root over them (RFC 6962 §2.1), which
    with the size is a checkpoint.
    """

    ledger = fields.String(required=True)
    name = fields.String(required=True)
    timezone = fields.String(required=True)
    clock = fields.String(required=True)
    topic = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    now = fields.String(allow_none=True)


class EventsArgs(Schema):
    """``after``: number of the last own event seen, exclusive."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MAX_NUMBER))
    limit = fields.Integer(load_default=1000, validate=validate.Range(min=1, max=MAX_EVENTS))


class ClockSchema(Schema):
    """The scenario clock moves to ``now``; it never goes back."""

    class Meta:
        unknown = RAISE

    now = Instant(required=True)


def commons_blueprint(service: str) -> ServiceBlueprint:
    """``/{service}/v1/{org}/{cycle}`` with ``ledger``, ``receipts/N``, ``events``, ``clock``, and proofs."""
    blueprint = ServiceBlueprint("commons", __name__, url_prefix="/v1/<org>/<cycle>")
    register_proofs(blueprint)

    @blueprint.route("/ledger", methods=["GET"])
    @blueprint.response(200, LedgerView)
    @problems(blueprint, 404, 503)
    def ledger_view(org: str, cycle: str) -> dict[str, Any]:
        """What this service knows of the ledger; 404 while it has not read its opening."""
        ledger = ledger_settings(org, cycle)
        with read_transaction(runtime().engine) as connection:
            front = reader.frontier(connection, ledger.ledger)
            set_to = scenario(connection, ledger.ledger) if ledger.simulated else None
        return {
            "ledger": ledger.ledger,
            "name": ledger.name,
            "timezone": ledger.timezone,
            "clock": "simulated" if ledger.simulated else "real",
            "topic": ledger.topic,
            "size": front.size,
            "root": root_text(front.root()),
            "now": None if set_to is None else instant(set_to),
        }

    @blueprint.route("/receipts/<int:number>", methods=["GET"])
    @blueprint.response(
        200, description="The event, canonical bytes.", content_type="application/cloudevents+json"
    )
    @problems(blueprint, 400, 401, 403, 404, 503)
    @blueprint.doc(security=[{"bearer": []}])
    def receipt(org: str, cycle: str, number: int) -> Response:
        """One own event, byte for byte, by its number."""
        ledger = _auditor(service, org, cycle)
        found = _own(service, ledger, number - 1, 1) if number <= MAX_NUMBER else []
        if not found or found[0][0] != number:
            raise Problem("not-found")
        return Response(found[0][1], content_type="application/cloudevents+json")

    @blueprint.route("/events", methods=["GET"])
    @blueprint.doc(security=[{"bearer": []}])
    @blueprint.arguments(EventsArgs, location="query")
    @blueprint.response(
        200, description="NDJSON: one canonical event a line.", content_type="application/x-ndjson"
    )
    @problems(blueprint, 400, 401, 403, 404, 422, 503)
    def own_events(args: dict[str, int], org: str, cycle: str) -> Response:
        """Own events after a number, one canonical CloudEvent a line (NDJSON); ``Link`` leads on."""
        ledger = _auditor(service, org, cycle)
        found = _own(service, ledger, args["after"], args["limit"] + 1)
        items = found[: args["limit"]]

        def lines() -> Iterator[bytes]:
            for _, value in items:
                yield value + b"\n"

        response = Response(lines(), content_type="application/x-ndjson")
        response.headers["Cache-Control"] = "private, no-store"
        more = items[-1][0] if len(found) > len(items) else None
        return link_next(response, Page(items, more))

    @blueprint.route("/clock", methods=["PUT"])
    @blueprint.doc(security=[{"bearer": []}])
    @blueprint.arguments(ClockSchema, location="json")
    @blueprint.response(200, ClockSchema)
    @problems(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 503)
    def move_clock(args: dict[str, str], org: str, cycle: str) -> Response:
        """Move the scenario clock of a simulated ledger forward (demonstration only)."""
        principal = acting_principal()
        ledger = ledger_settings(org, cycle)
        if not (runtime().settings.demo and ledger.simulated):
            raise Problem(
                "clock-not-simulated",
                "Sổ này chạy theo giờ thật; chỉ chỉnh được đồng hồ mô phỏng khi trình diễn.",
                "This ledger runs on real time; only a demonstration's simulated clock can be moved.",
                status=409,
            )
        moment = parse_instant(args["now"])
        with write_transaction(runtime().engine) as connection:
            try:
                now = runtime().clock.now(ledger.ledger, connection)
            except ClockNotSet:
                now = moment
            held = grants_of(connection, ledger.ledger, principal.sub, now)
            acting_as = request.headers.get("Acting-As")
            decide_access(held, f"{service}.move_clock", Target(demo=True), acting_as)
            try:
                set_scenario(connection, ledger.ledger, moment)
            except ClockMovesBack as error:
                raise Problem(
                    "clock-moves-back",
                    f"Đồng hồ mô phỏng chỉ đi tới: {error}.",
                    f"The simulated clock only moves forward: {error}.",
                    status=409,
                ) from error
        return Response(orjson.dumps({"now": args["now"]}), content_type="application/json")

    return blueprint


def _auditor(service: str, org: str, cycle: str) -> str:
    """The ledger in the path, once the caller was found to be allowed to read what it holds."""
    principal = acting_principal()
    ledger = ledger_settings(org, cycle)
    with read_transaction(runtime().engine) as connection:
        now = runtime().clock.now(ledger.ledger, connection)
        held = grants_of(connection, ledger.ledger, principal.sub, now)
    decide_access(held, f"{service}.read_receipts", Target(), request.headers.get("Acting-As"))
    return ledger.ledger


def _own(service: str, ledger: str, after: int, limit: int) -> list[tuple[int, bytes]]:
    query = (
        select(events.c.sequence, events.c.value)
        .where(
            events.c.ledger == ledger,
            events.c.source == source_of(service, ledger),
            events.c.sequence > after,
        )
        .order_by(events.c.sequence)
        .limit(limit)
    )
    with read_transaction(runtime().engine) as connection:
        return [(row.sequence, bytes(row.value)) for row in connection.execute(query)]
