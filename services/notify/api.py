"""The notify service over HTTP: what lies in the outbox, and each notice."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy import Engine, select

from services.notify.outbox import Outbox
from shared.access import Target, decide_access
from shared.database import read_transaction
from shared.events import Event
from shared.events.envelope import source_of
from shared.events.fields import Code
from shared.store.tables import events
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.pagination import CursorArgs, link_next, page_of
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem
from shared.web.runtime import reader, runtime

blueprint = ServiceBlueprint("notify", __name__, url_prefix="/v1/<org>/<cycle>")


class OutboxArgs(CursorArgs):
    """``version``: notices of one publication; ``unit``: of one unit."""

    version = fields.Integer(validate=validate.Range(min=1, max=10**9))
    unit = Code()


class NoticeView(Schema):
    number = fields.Integer(required=True)
    unit = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True)
    message_id = fields.String(required=True)
    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    time = fields.String(required=True)
    href = fields.String(required=True)


class OutboxView(Schema):
    notices = fields.List(fields.Nested(NoticeView), required=True)


@blueprint.route("/outbox", methods=["GET"])
@blueprint.arguments(OutboxArgs, location="query")
@blueprint.response(200, OutboxView)
@problems(blueprint, 400, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def outbox(args: dict[str, Any], org: str, cycle: str) -> Response:
    """The notices that were issued, in the order of their numbers, paged."""
    ledger = _may_read(org, cycle)
    found = [
        item
        for item in issued(runtime().engine, ledger)
        if item["number"] > args["after"]
        and args.get("version") in (None, item["version"])
        and args.get("unit") in (None, item["unit"])
    ]
    page = page_of(found[: args["limit"] + 1], args["limit"], lambda item: int(item["number"]))
    return link_next(private({"notices": list(page.items)}), page)


@blueprint.route("/outbox/v<int:version>/<name>", methods=["GET"])
@problems(blueprint, 400, 401, 403, 404, 500, 503)
@blueprint.doc(
    security=[{"bearer": []}],
    responses={
        "200": {
            "description": "The page, or what it was made from.",
            "content": {
                "text/html": {"schema": {"type": "string"}},
                "application/json": {"schema": {"type": "object"}},
            },
        }
    },
)
def document(org: str, cycle: str, version: int, name: str) -> Response:
    """One notice, ``UNIT.html`` or ``UNIT.json``; the page only as its digest in the ledger says."""
    ledger = _may_read(org, cycle)
    page_name = name.removesuffix(".json") + ".html" if name.endswith(".json") else name
    notice = next(
        (
            item
            for item in issued(runtime().engine, ledger)
            if item["version"] == version and item["name"] == page_name
        ),
        None,
    )
    value = None if notice is None else Outbox(runtime().settings.data / "outbox").get(ledger, version, name)
    if notice is None or value is None:
        raise Problem("not-found")
    if name == page_name and "sha256:" + hashlib.sha256(value).hexdigest() != notice["sha256"]:
        raise Problem(
            "document-differs",
            "Tệp trong hộp thư đi khác mã băm ghi trong sổ; không hiển thị.",
            "The file in the outbox differs from its digest in the ledger; it is not shown.",
            status=500,
        )
    kind = "text/html; charset=utf-8" if name == page_name else "application/json"
    response = Response(value, content_type=kind)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def issued(engine: Engine, ledger: str) -> list[dict[str, Any]]:
    """Every notice that this service has stated, by number."""
    query = (
        select(events.c.value)
        .where(
            events.c.ledger == ledger,
            events.c.source == source_of("notify", ledger),
            events.c.type == "notice.issued.v1",
        )
        .order_by(events.c.sequence)
    )
    with read_transaction(engine) as connection:
        found = [Event.parse(bytes(value)) for (value,) in connection.execute(query)]
    return [
        {
            "number": event.sequence,
            "unit": event.subject,
            "version": event.data["publication_version"],
            "kind": event.data["kind"],
            "message_id": event.data["message_id"],
            **event.data["document"],
            "time": event.time,
            "href": f"/notify/v1/{ledger}/outbox/v{event.data['publication_version']}"
            f"/{event.data['document']['name']}",
        }
        for event in found
    ]


def _may_read(org: str, cycle: str) -> str:
    """The ledger in the path, once the reader was found to be allowed to see the outbox."""
    who = reader(org, cycle)
    if who.principal is None:
        raise Problem("token-missing")
    decide_access(who.grants, "notify.read_outbox", Target(), request.headers.get("Acting-As"))
    return who.ledger.ledger
