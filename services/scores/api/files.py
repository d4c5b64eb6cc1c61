"""Excel and CSV over HTTP: templates, uploads that are looked at and confirmed, exports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, request
from marshmallow import Schema, fields, validate

from services.scores.api.routes import blueprint, many
from services.scores.board import board_of
from services.scores.commands import Batch
from services.scores.deciding.setup import in_force
from services.scores.files.asking import Said, check_made_for, entries_of, schema_of
from services.scores.files.desk import (
    LEDGER,
    Looked,
    head_of,
    known,
    look,
    looked,
    may_keep,
    unknown_upload,
)
from services.scores.files.export import score_rows, scores_csv, scores_xlsx
from services.scores.files.keeping import MAX_MENDS, SCORES, Upload, close, find, keep, mend, upload_id
from services.scores.files.preview import asked, located_refusal, rows_of
from services.scores.files.register import DEPARTMENTS, REGISTERS, UNITS, registered
from services.scores.files.template import (
    Form,
    csv_template,
    register_csv,
    register_template,
    xlsx_template,
)
from services.scores.kept.bodies import Body
from shared.access.directory import grants_of
from shared.batch import ALL_OR_NOTHING, MODES
from shared.commanding import CommandSchema
from shared.database import read_transaction, write_transaction
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.events.fields import Text
from shared.files.grid import MAX_BYTES, unreadable
from shared.files.reading import read_file
from shared.store import LedgerTransaction
from shared.store.idempotency import command_id
from shared.web.answers import private
from shared.web.commands import Accepted, Act, Outcome, command_route, documented, guarded, idempotency_key
from shared.web.documents import BatchReceipts, ProblemFault, problems
from shared.web.faults import shown
from shared.web.problems import Problem
from shared.web.runtime import Reader, acting_principal, reader, runtime
from shared.workbooks import XLSX

OCTETS = "application/octet-stream"
CSV = "text/csv"
_KINDS = (SCORES, UNITS, DEPARTMENTS)


class FileArgs(Schema):
    """``body``: ``unit:U``, ``department:D`` or ``office:D``; a register has none."""

    body = fields.String(validate=validate.Length(max=80))
    kind = fields.String(load_default=SCORES, validate=validate.OneOf(_KINDS))


class UploadArgs(FileArgs):
    """``name``: of the file, for people.  ``reason``, ``document``: may be given with the confirmation."""

    name = Text(maximum=200, load_default="tệp")
    reason = Text(maximum=1000)
    document = Text(maximum=100)


class ExportArgs(Schema):
    """``body``: only its criteria, or that unit's values."""

    body = fields.String(validate=validate.Length(max=80))


class CellFault(ProblemFault):
    """A fault at a cell of the file: ``sheet`` and ``cell`` such as ``C7``."""

    sheet = fields.String(required=True)
    cell = fields.String(required=True)


class RowView(Schema):
    """What one entry of the file would become: ``new``, ``changed``, ``same`` (not stated again), ``bad``.

    ``says``: as a request would say it; ``was``: what stands now.
    """

    sheet = fields.String(required=True)
    cell = fields.String(required=True)
    becomes = fields.String(required=True, validate=validate.OneOf(["new", "changed", "same", "bad"]))
    says = fields.Dict(required=True, keys=fields.String())
    was = fields.Dict(required=True, keys=fields.String())


class UploadView(Schema):
    """``blockers``: what speaks against the file as a whole.  ``needs``: what to give when confirming."""

    upload = fields.String(required=True)
    kind = fields.String(required=True)
    body = fields.String(required=True)
    name = fields.String(required=True)
    made_at = fields.String(required=True)
    made_by = fields.String(required=True)
    confirmed_at = fields.String(required=True, allow_none=True)
    counts = fields.Dict(required=True, keys=fields.String(), values=fields.Integer())
    needs = fields.List(fields.String(), required=True)
    rows = fields.List(fields.Nested(RowView), required=True)
    faults = fields.List(fields.Nested(CellFault), required=True)
    blockers = fields.List(fields.Nested(ProblemFault), required=True)


class MendedCellSchema(CommandSchema):
    """A cell typed anew; an empty ``value`` empties it."""

    sheet = fields.String(required=True, validate=validate.Length(min=1, max=100))
    cell = fields.String(required=True, validate=validate.Length(min=2, max=10))
    value = fields.String(required=True, validate=validate.Length(max=4000))


class MendSchema(CommandSchema):
    cells = fields.List(
        fields.Nested(MendedCellSchema), required=True, validate=validate.Length(min=1, max=MAX_MENDS)
    )


class UploadConfirmSchema(CommandSchema):
    """``reason``: of every value that changes.  ``document``: the source, where it is entered for another."""

    mode = fields.String(validate=validate.OneOf(MODES))
    reason = Text(maximum=1000)
    document = Text(maximum=100)


class ConfirmReceipts(BatchReceipts):
    """The receipts of a batch, and the upload that they came from."""

    upload = fields.String(required=True)


def _file_of(*types: str) -> Any:
    return {
        "200": {
            "description": "The file, to be saved.",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in types},
        }
    }


@blueprint.route("/files/template.xlsx", methods=["GET"])
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}], responses=_file_of(XLSX))
@blueprint.arguments(FileArgs, location="query")
def xlsx_form(args: dict[str, str], org: str, cycle: str) -> Response:
    """A workbook to fill in, made from the rulebook in force; what stands already is filled in."""
    who, moment = _asking(org, cycle)
    body = _may_upload(who, args)
    local = _local(who, moment)
    if args["kind"] == SCORES:
        return _attachment(xlsx_template(_form(who, body, moment), local), XLSX, f"{_slug(body)}.xlsx")
    register = REGISTERS[args["kind"]]
    rows = registered(register, board_of(who.ledger.ledger))
    return _attachment(register_template(register, rows, local), XLSX, f"{register.kind}.xlsx")


@blueprint.route("/files/template.csv", methods=["GET"])
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}], responses=_file_of(CSV))
@blueprint.arguments(FileArgs, location="query")
def csv_form(args: dict[str, str], org: str, cycle: str) -> Response:
    """The same as CSV: UTF-8 with BOM, semicolons, decimal comma, all areas in one list."""
    who, moment = _asking(org, cycle)
    body = _may_upload(who, args)
    if args["kind"] == SCORES:
        return _attachment(csv_template(_form(who, body, moment)), CSV, f"{_slug(body)}.csv")
    register = REGISTERS[args["kind"]]
    rows = registered(register, board_of(who.ledger.ledger))
    return _attachment(register_csv(register, rows), CSV, f"{register.kind}.csv")


@blueprint.route("/files/scores.xlsx", methods=["GET"])
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}], responses=_file_of(XLSX))
@blueprint.arguments(ExportArgs, location="query")
def xlsx_of_scores(args: dict[str, str], org: str, cycle: str) -> Response:
    """The values that stand and that the reader may see, one row each, as a workbook."""
    return _export(args, org, cycle, "diem.xlsx", XLSX, scores_xlsx)


@blueprint.route("/files/scores.csv", methods=["GET"])
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}], responses=_file_of(CSV))
@blueprint.arguments(ExportArgs, location="query")
def csv_of_scores(args: dict[str, str], org: str, cycle: str) -> Response:
    """The same as CSV."""
    return _export(args, org, cycle, "diem.csv", CSV, lambda rows, at: scores_csv(rows))


@blueprint.route("/files", methods=["POST"])
@documented(
    blueprint,
    requestBody={
        "required": True,
        "description": "The file itself, xlsx or CSV; which of them is found out from its content.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (OCTETS, XLSX, CSV)},
    },
)
@blueprint.response(201, UploadView)
@partial(guarded, max_body=MAX_BYTES + 1)
@blueprint.arguments(UploadArgs, location="query")
def upload_file(args: dict[str, str], org: str, cycle: str) -> Response:
    """Upload a file and see what it would state, cell by cell.  Nothing is stated before it is confirmed."""
    who, moment = _acting(org, cycle)
    body = _may_upload(who, args)
    if request.mimetype not in (OCTETS, XLSX, CSV):
        raise Problem(
            "unsupported-media-type",
            f"Gửi chính nội dung tệp, Content-Type: {OCTETS} (không dùng biểu mẫu multipart).",
            f"Send the file itself with Content-Type: {OCTETS}, no multipart form.",
        )
    content = request.get_data(cache=False)
    principal = known(who)
    ledger = who.ledger.ledger
    upload = Upload(
        upload=upload_id(command_id(principal.name, request.path, idempotency_key())),
        body=body,
        kind=args["kind"],
        name=args["name"],
        read=read_file(content),
        sha256=hashlib.sha256(content).hexdigest(),
        rulebook=in_force(board_of(ledger).state).digest,
        made_at=instant(moment),
        made_by=principal.sub,
        reason=args.get("reason"),
        document=args.get("document"),
    )
    check_made_for(upload, ledger)
    if not upload.read.sheets:
        raise unreadable("file-empty", "Tệp không có ô nào được điền.", "No cell of the file is filled in.")
    with write_transaction(runtime().engine) as connection:
        kept = keep(connection, ledger, upload, moment)
    seen = look(kept, who.ledger, principal, who.grants, moment, request.headers.get("Acting-As"))
    answer = private(_view(seen), 201)
    answer.headers["Location"] = f"{request.path}/{kept.upload}"
    return answer


@blueprint.route("/files/<upload>", methods=["GET"])
@problems(blueprint, 401, 403, 404, 409, 503)
@blueprint.response(200, UploadView)
@blueprint.doc(security=[{"bearer": []}])
def upload_seen(org: str, cycle: str, upload: str) -> Response:
    """What an upload would state now: found out anew, by the rules that its confirmation goes through."""
    return private(_view(looked(reader(org, cycle), upload, request.headers.get("Acting-As"))))


@blueprint.route("/files/<upload>/mend", methods=["POST"])
@documented(blueprint)
@blueprint.response(200, UploadView)
@guarded
@blueprint.arguments(MendSchema, location="json")
def mend_upload(command: dict[str, Any], org: str, cycle: str, upload: str) -> Response:
    """Type some cells of an upload anew, instead of sending the file again; answers what it says now."""
    who, moment = _acting(org, cycle)
    ledger = who.ledger.ledger
    cells = {(cell["sheet"], cell["cell"]): cell["value"] for cell in command["cells"]}
    with write_transaction(runtime().engine) as connection:
        found = find(connection, ledger, upload, lock=True)
        if found is None:
            raise unknown_upload()
        may_keep(who.grants, found.body, found.kind)
        mended = mend(connection, ledger, found, cells)
    acting_as = request.headers.get("Acting-As")
    return private(_view(look(mended, who.ledger, known(who), who.grants, moment, acting_as)))


@command_route(
    blueprint,
    "/files/<upload>/confirm",
    schema=UploadConfirmSchema,
    operation="scores.record_score",
    summary="Confirm an upload",
    answer=ConfirmReceipts,
)
def confirm_upload(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """State what the upload says, once, as its batch would; `mode` all_or_nothing (default) or partial."""
    upload = find(tx.connection, tx.ledger, act.path["upload"], lock=True)
    if upload is None:
        raise unknown_upload()
    may_keep(act.grants, upload.body, upload.kind)
    close(tx.connection, tx.ledger, upload, act.now)
    maker = upload.made_by if upload.made_by != act.principal.sub else None
    said = Said(
        command.get("reason", upload.reason),
        command.get("document", upload.document),
        maker if head_of(act.grants, upload.body, act.acting_as) else None,
    )
    entries = asked(entries_of(upload, board_of(tx.ledger), act, said))
    if not entries:
        raise Refused(
            "nothing-new",
            "Tệp không có gì mới: mọi giá trị đã ghi rồi.",
            "The file says nothing new: all of it stands already.",
            status=409,
        )
    batch = Batch(rows_of(entries, schema_of(upload.kind)), command.get("mode", ALL_OR_NOTHING), upload.kind)
    try:
        outcome = many(tx, batch, act)
    except Refused as refusal:
        raise located_refusal(refusal, entries, upload.kind) from refusal
    assert isinstance(outcome, Accepted)
    return replace(outcome, extra={**outcome.extra, "upload": upload.upload})


# --- who asks, when, for whom


def _asking(org: str, cycle: str) -> tuple[Reader, datetime]:
    who = reader(org, cycle)
    known(who)
    with read_transaction(runtime().engine) as connection:
        return who, runtime().clock.now(who.ledger.ledger, connection)


def _acting(org: str, cycle: str) -> tuple[Reader, datetime]:
    """Who acts, with the grants in force now; the guard has found principal and ledger already."""
    principal, ledger = acting_principal(), g.ledger_settings
    with read_transaction(runtime().engine) as connection:
        now = runtime().clock.now(ledger.ledger, connection)
        held = grants_of(connection, ledger.ledger, principal.sub, now)
    return Reader(ledger, principal, held), now


def _may_upload(who: Reader, args: dict[str, str]) -> str:
    """The body that a file is for, once the reader may upload for it."""
    if (args["kind"] == SCORES) == ("body" not in args):
        raise Refused(
            "missing-field" if args["kind"] == SCORES else "body-not-wanted",
            "Nêu body: tệp điểm của ai." if args["kind"] == SCORES else "Danh sách không có body.",
            "Say in body whose scores they are." if args["kind"] == SCORES else "A register has no body.",
            field="body",
            value=args.get("body"),
        )
    body = args.get("body", LEDGER)
    may_keep(who.grants, body, args["kind"])
    return body


def _form(who: Reader, body: str, moment: datetime) -> Form:
    board = board_of(who.ledger.ledger)
    book = in_force(board.state)
    return Form(who.ledger.ledger, who.ledger.name, board, book, Body.parse(body), instant(moment))


def _local(who: Reader, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(who.ledger.timezone)).replace(tzinfo=None, microsecond=0)


def _export(
    args: dict[str, str],
    org: str,
    cycle: str,
    name: str,
    kind: str,
    write: Callable[[Any, datetime], bytes],
) -> Response:
    who, moment = _asking(org, cycle)
    board = board_of(who.ledger.ledger)
    book = in_force(board.state)
    body = Body.parse(args["body"]) if "body" in args else None
    if body is not None:
        may_keep(who.grants, str(body), SCORES)
    seen = who.audience(str(book.policies["live_visibility"]))
    rows = score_rows(board, book, seen, who.ledger.timezone, instant(moment), body)
    return _attachment(write(rows, _local(who, moment)), kind, name)


# --- answers


def _view(seen: Looked) -> dict[str, Any]:
    upload, found = seen.upload, seen.preview
    return {
        "upload": upload.upload,
        "kind": upload.kind,
        "body": upload.body,
        "name": upload.name,
        "made_at": upload.made_at,
        "made_by": upload.made_by,
        "confirmed_at": upload.confirmed_at,
        "counts": dict(found.counts),
        "needs": list(seen.wanted),
        "rows": [
            {
                "sheet": entry.sheet,
                "cell": entry.cells[""],
                "becomes": entry.becomes,
                "says": {k: v for k, v in entry.given.items() if k not in ("reason", "document")},
                "was": dict(entry.was),
            }
            for entry in found.entries
        ],
        "faults": [{"sheet": one.sheet, "cell": one.cell, **_fault(one.fault)} for one in found.faults],
        "blockers": [_fault(fault) for fault in found.blockers],
    }


def _fault(fault: Any) -> dict[str, Any]:
    return {
        "field": fault.field,
        "value": shown(fault.value),
        "rule": fault.rule,
        "message": fault.vi,
        "message_en": fault.en,
    }


def _attachment(content: bytes, kind: str, name: str) -> Response:
    charset = "; charset=utf-8" if kind == CSV else ""
    response = Response(content, content_type=kind + charset)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _slug(body: str) -> str:
    return body.replace(":", "-")
