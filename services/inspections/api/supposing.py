"""What sessions would mean before they are stated, one by one or as a file, over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from services.inspections.api.planning import NoticeView
from services.inspections.api.routes import blueprint
from services.inspections.board import planned_board
from services.inspections.commands import Schedule
from services.inspections.schedule_template import csv_of, xlsx_of
from services.inspections.schemas import SESSIONS
from services.inspections.supposing import SCHEDULE, as_if, file_body, session_supposed, supposed_body
from shared.access import Target, decide_access
from shared.events.fields import Code, LocalDate, Text
from shared.files.grid import MAX_BYTES, unreadable
from shared.files.reading import read_file
from shared.web.answers import private
from shared.web.commands import documented, guarded
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import reader
from shared.workbooks import XLSX

OCTETS = "application/octet-stream"
CSV = "text/csv"


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


class ScheduleFileFault(Schema):
    """``cell``: as the file's own program names it, such as C7; ``row`` and ``column`` of it from 1."""

    sheet = fields.String(required=True)
    cell = fields.String(required=True)
    row = fields.Integer(required=True)
    column = fields.Integer(required=True)
    rule = fields.String(required=True)
    value = fields.String(required=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)


class ScheduleFileRow(Schema):
    """``becomes``: new, changed, same or bad; ``was``: the session that stands."""

    sheet = fields.String(required=True)
    row = fields.Integer(required=True)
    unit = fields.String(required=True)
    name = fields.String(required=True)
    becomes = fields.String(required=True)
    given = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    was = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    faults = fields.List(fields.Nested(ScheduleFileFault), required=True)


class ScheduleFileView(Schema):
    """``sessions``: what to send to `schedule/batch`, empty while anything is wrong."""

    rows = fields.List(fields.Nested(ScheduleFileRow), required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    sessions = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)
    warnings = fields.List(fields.Nested(NoticeView), required=True)


@blueprint.route("/schedule/files", methods=["POST"])
@documented(
    blueprint,
    requestBody={
        "required": True,
        "description": "The file itself, xlsx or CSV; which of them is found out from its content.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (OCTETS, XLSX, CSV)},
    },
)
@blueprint.response(200, ScheduleFileView)
@partial(guarded, max_body=MAX_BYTES + 1)
def read_schedule(org: str, cycle: str) -> Response:
    """What a file of sessions says, cell by cell; nothing is stated or kept: send its `sessions` to
    `schedule/batch`."""
    who = reader(org, cycle)
    acting_as = request.headers.get("Acting-As")
    decide_access(who.grants, SCHEDULE, Target(), acting_as)
    if request.mimetype not in (OCTETS, XLSX, CSV):
        raise Problem(
            "unsupported-media-type",
            f"Gửi chính nội dung tệp, Content-Type: {OCTETS} (không dùng biểu mẫu multipart).",
            f"Send the file itself with Content-Type: {OCTETS}, no multipart form.",
        )
    read = read_file(request.get_data(cache=False))
    if not read.sheets:
        raise unreadable("file-empty", "Tệp không có ô nào được điền.", "No cell of the file is filled in.")
    board = planned_board(who.ledger)
    return private(file_body(read, board, as_if(who, board.now, acting_as)))


@blueprint.route("/schedule/template.<kind>", methods=["GET"])
@blueprint.response(200, content_type=XLSX, description="The units, and the sessions that stand.")
@problems(blueprint, 401, 403, 404, 503)
@blueprint.doc(security=[{"bearer": []}])
def schedule_template(org: str, cycle: str, kind: str) -> Response:
    """The file to fill in, xlsx or csv, for who schedules."""
    who = reader(org, cycle)
    if who.principal is None:
        raise Problem("token-missing")
    decide_access(who.grants, SCHEDULE, Target(), request.headers.get("Acting-As"))
    if kind not in ("xlsx", "csv"):
        raise Problem("not-found")
    board = planned_board(who.ledger)
    made_at = board.now.astimezone(board.zone).replace(tzinfo=None, microsecond=0)
    content, media = (
        (xlsx_of(board, made_at), XLSX) if kind == "xlsx" else (csv_of(board), f"{CSV}; charset=utf-8")
    )
    answer = Response(content, content_type=media)
    answer.headers["Content-Disposition"] = f'attachment; filename="lich-kiem-tra.{kind}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
