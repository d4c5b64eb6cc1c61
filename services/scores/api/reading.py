"""What this service has of a unit, over HTTP."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.scores import reading
from services.scores.api.routes import blueprint
from shared.events.fields import Code
from shared.web.pagination import CursorArgs, Page, link_next
from shared.web.problems import Problem
from shared.web.runtime import reader, runtime


class ScoreArgs(CursorArgs):
    """``unit``: whose values."""

    unit = Code(required=True)


class ScoreView(Schema):
    """A value as it was stated; ``standing`` false = withdrawn."""

    number = fields.Integer(required=True)
    criterion = fields.String(required=True)
    stage = fields.String(required=True)
    value = fields.String()
    target = fields.String()
    state = fields.String()
    reason = fields.String()
    rulebook = fields.String(required=True)
    responsible = fields.String()
    on_behalf_of = fields.String()
    occurred_at = fields.String(required=True)
    time = fields.String(required=True)
    standing = fields.Boolean(required=True)


class ScoresView(Schema):
    unit = fields.String(required=True)
    scores = fields.List(fields.Nested(ScoreView), required=True)


@blueprint.route("/scores", methods=["GET"])
@blueprint.arguments(ScoreArgs, location="query")
@blueprint.response(200, ScoresView)
@blueprint.doc(security=[{"bearer": []}])
def scores_of(args: dict[str, Any], org: str, cycle: str) -> Response:
    """What this service has of a unit, as far as the reader may see it, oldest first, paged."""
    who = reader(org, cycle)
    found = reading.values_of(runtime().engine, who.ledger.ledger, args["unit"])
    if found is None:
        raise Problem("unknown-unit", status=404)
    audience = who.audience(found.live_visibility)
    seen = [
        item
        for item in found.values
        if item["number"] > args["after"]
        and audience.sees_criterion(args["unit"], found.owners.get(item["criterion"], ()))
    ]
    items = seen[: args["limit"]]
    more = items[-1]["number"] if len(seen) > len(items) else None
    body = {"unit": args["unit"], "scores": items}
    response = Response(json.dumps(body, ensure_ascii=False), content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return link_next(response, Page(items, more))
