"""What sessions would mean before they are stated, one by one or as a file, over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from services.inspections.api.planning import NoticeView
from services.inspections.api.routes import blueprint
from services.inspections.board import planned_board
from services.inspections.commands import Schedule
from services.inspections.schemas import SESSIONS
from services.inspections.supposing import as_if, session_supposed, supposed_body
from shared.events.fields import Code, LocalDate, Text
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.runtime import reader


class SupposedArgs(Schema):
    """The session as `POST schedule` takes it."""

    unit = Code(required=True)
    team = Code(required=True)
    date = LocalDate(required=True)
    session = fields.String(required=True, validate=validate.OneOf(SESSIONS))
    reason = Text(maximum=1000)
    request = fields.Integer(validate=validate.Range(min=1))


class SupposedFault(Schema):
    rule = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)


class SupposedView(Schema):
    """``due_before``, ``due_after``: the cut-off of the pack until now and then; ``due_of_day``: what the day
    alone would make it.  All are exclusive instants."""

    possible = fields.Boolean(required=True)
    errors = fields.List(fields.Nested(SupposedFault), required=True)
    due_before = fields.String(required=True, allow_none=True)
    due_of_day = fields.String(required=True, allow_none=True)
    due_after = fields.String(required=True, allow_none=True)
    warnings = fields.List(fields.Nested(NoticeView), required=True)


@blueprint.route("/schedule/check", methods=["GET"])
@blueprint.arguments(SupposedArgs, location="query")
@blueprint.response(200, SupposedView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def check_session(args: dict[str, Any], org: str, cycle: str) -> Response:
    """What a session would mean, for who may state it; nothing is stated."""
    who = reader(org, cycle)
    board = planned_board(who.ledger)
    caller = as_if(who, board.now, request.headers.get("Acting-As"))
    return private(supposed_body(session_supposed(board.state, board.known, Schedule(**args), caller)))
