"""What this service has of a unit, over HTTP."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.scores.api.routes import blueprint
from services.scores.board import Value, board_of
from shared.events.catalogue.scores import Evidence
from shared.events.envelope import instant
from shared.events.fields import Code
from shared.web.documents import problems
from shared.web.pagination import CursorArgs, Page, link_next
from shared.web.problems import Problem
from shared.web.runtime import reader, runtime


class ScoreArgs(CursorArgs):
    """``unit``: whose values."""

    unit = Code(required=True)


class ScoreView(Schema):
    """A value as it was stated; ``standing`` false = withdrawn.

    ``confirmed``, ``disputed``: number of the event in which the responsible body answered.
    """

    number = fields.Integer(required=True)
    criterion = fields.String(required=True)
    stage = fields.String(required=True)
    value = fields.String()
    target = fields.String()
    state = fields.String()
    period = fields.String()
    reason = fields.String()
    basis = fields.String()
    document = fields.String()
    evaluation = fields.String()
    external_ref = fields.String()
    evidence = fields.List(fields.Nested(Evidence))
    rulebook = fields.String(required=True)
    responsible = fields.String()
    on_behalf_of = fields.String()
    occurred_at = fields.String(required=True)
    time = fields.String(required=True)
    standing = fields.Boolean(required=True)
    confirmed = fields.Integer()
    disputed = fields.Integer()


_OF_DATA = frozenset(ScoreView().fields) - {"number", "time", "standing", "confirmed", "disputed"}


class ScoresView(Schema):
    unit = fields.String(required=True)
    scores = fields.List(fields.Nested(ScoreView), required=True)


@blueprint.route("/scores", methods=["GET"])
@blueprint.arguments(ScoreArgs, location="query")
@blueprint.response(200, ScoresView)
@problems(blueprint, 400, 401, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def scores_of(args: dict[str, Any], org: str, cycle: str) -> Response:
    """What this service has of a unit, as far as the reader may see it, oldest first, paged."""
    who = reader(org, cycle)
    board = board_of(who.ledger.ledger)
    unit, book = board.state.units.get(args["unit"]), board.state.rulebook()
    if unit is None:
        raise Problem("unknown-unit", status=404)
    audience = who.audience(board.visibility)
    now = instant(runtime().clock.now(who.ledger.ledger))

    def sees(criterion: str) -> bool:
        leaf = None if book is None else book.leaf.get(criterion)
        return audience.sees_criterion(unit.code, () if leaf is None else board.state.owners(leaf, now))

    seen = [
        _view(value)
        for value in board.values.get(unit.code, ())
        if value.number > args["after"] and sees(value.criterion)
    ]
    items = seen[: args["limit"]]
    more = items[-1]["number"] if len(seen) > len(items) else None
    body = {"unit": args["unit"], "scores": items}
    response = Response(json.dumps(body, ensure_ascii=False), content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return link_next(response, Page(items, more))


def _view(value: Value) -> dict[str, Any]:
    answered = {"confirmed": value.confirmed, "disputed": value.disputed}
    return {
        "number": value.number,
        **{name: said for name, said in value.data.items() if name in _OF_DATA},
        "time": value.time,
        "standing": value.withdrawn is None,
        **{name: number for name, number in answered.items() if number is not None},
    }
