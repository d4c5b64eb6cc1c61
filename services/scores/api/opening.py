"""Position 0 over HTTP: the opening that the root key signed, stored verbatim."""

from __future__ import annotations

import json
from typing import cast

from flask import Response, request

from services.scores.api.routes import blueprint
from services.scores.deciding.opening import check_opening
from shared.decisions import Refused
from shared.store import EventRefused, EventStore
from shared.web.commands import idempotency_key
from shared.web.documents import Receipts, problems
from shared.web.problems import Problem
from shared.web.runtime import acting_principal, runtime


@blueprint.route("/ledger", methods=["POST"])
@blueprint.response(201, Receipts)
@problems(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 503)
@blueprint.doc(
    security=[{"bearer": []}],
    requestBody={
        "required": True,
        "description": "The signed `ledger.opened.v1`, canonical bytes.",
        "content": {"application/cloudevents+json": {"schema": {"type": "object"}}},
    },
)
def open_ledger(org: str, cycle: str) -> Response:
    """Open a ledger with the event that its root key signed; stored verbatim, it becomes position 0."""
    principal = acting_principal()
    idempotency_key()
    current = runtime()
    ledger = f"{org}/{cycle}"
    if request.mimetype not in ("application/cloudevents+json", "application/json"):
        raise Problem("unsupported-media-type")
    value = request.get_data()
    roots = current.settings.roots
    event = check_opening(
        value,
        ledger=ledger,
        roots=json.loads(roots.read_text("utf-8")) if roots.exists() else {},
        topic=current.settings.topic,
        sub=principal.sub,
    )
    with cast(EventStore, current.store).transaction(ledger) as tx:
        try:
            fresh = tx.append_signed(event.value)
        except EventRefused as error:
            raise Refused(
                "ledger-open",
                f"Sổ {ledger} đã mở bằng một sự kiện khác.",
                f"The ledger {ledger} was opened by another event.",
                status=409,
            ) from error
    response = Response(b'{"receipts":[' + value + b"]}", 201, content_type="application/json")
    response.headers["Bangvang-Sequence"] = f"root:{event.sequence}"
    response.headers["Cache-Control"] = "no-store"
    if not fresh:
        response.headers["Idempotent-Replay"] = "true"
    return response
