"""Evidence files over HTTP: give one, read one, list those of a criterion."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy import Connection
from werkzeug.exceptions import RequestEntityTooLarge

from services.scores.api.routes import blueprint
from services.scores.board import board_of
from services.scores.evidence.house import held
from services.scores.evidence.keeping import Place, Version, versions_about, versions_of
from services.scores.evidence.seeing import Onlooker
from services.scores.evidence.taking import Request, check_place, note, view
from services.scores.inspected.schedule import sessions_of
from services.scores.kept.bodies import Body, check_access
from shared.database import read_transaction
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.events.fields import DIGEST, Code, Text
from shared.uploads.accepting import check_file
from shared.uploads.clamd import ScannerUnreachable
from shared.uploads.content import MEDIA_TYPES
from shared.uploads.house import UploadHouse, upload_house
from shared.uploads.names import check_name
from shared.uploads.receiving import Empty, Received, TooLarge, received
from shared.uploads.storage import Unreachable
from shared.uploads.wire import LATER, OCTETS, attachment, body, too_large
from shared.web.commands import documented, guarded, idempotency_key
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import Reader, acting_principal, reader, runtime

OPERATION = "scores.keep_evidence"


class UploadArgs(Schema):
    """``criterion``: a leaf of the rulebook, or the code of a bonus, penalty or condition."""

    body = fields.String(required=True, validate=validate.Length(max=80))
    unit = Code(required=True)
    criterion = Code(required=True)
    name = Text(required=True, maximum=1000)


class ListArgs(Schema):
    """``body``: only what this body gave."""

    unit = Code(required=True)
    criterion = Code(required=True)
    body = fields.String(validate=validate.Length(max=80))


class EvidenceView(Schema):
    """A file; what a score cites of it is ``name``, ``sha256`` and ``size``."""

    body = fields.String(required=True)
    unit = fields.String(required=True)
    criterion = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    media_type = fields.String(required=True)
    added_at = fields.String(required=True)
    added_by = fields.String(required=True)


class ListedView(EvidenceView):
    """``held``: ``held``, or ``missing`` when the content is gone from the storage."""

    held = fields.String(required=True, validate=validate.OneOf(["held", "missing"]))


class EvidenceList(Schema):
    evidence = fields.List(fields.Nested(ListedView), required=True)


@blueprint.route("/evidence", methods=["POST"])
@documented(
    blueprint,
    UploadArgs,
    requestBody={
        "required": True,
        "description": "The file itself, as `application/octet-stream` or as its own type.",
        "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}},
    },
)
@blueprint.response(201, EvidenceView)
@guarded
@blueprint.arguments(UploadArgs, location="query")
def keep_evidence(args: dict[str, str], org: str, cycle: str) -> Response:
    """Give a file as evidence.  It is checked, stored by its SHA-256, and versioned under its name.

    The same content again is the version that it was; other content under the same name is the next one.
    """
    who = reader(org, cycle)
    place = Place(Body.parse(args["body"]), args["unit"], args["criterion"])
    check_access(who.grants, OPERATION, place.body, request.headers.get("Acting-As"))
    check_place(board_of(who.ledger.ledger).state, place, _moment(who.ledger.ledger))
    name = check_name(args["name"])
    if request.mimetype not in (OCTETS, *MEDIA_TYPES):
        raise Problem(
            "unsupported-media-type",
            f"Gửi chính nội dung tệp, Content-Type: {OCTETS} (không dùng biểu mẫu multipart).",
            f"Send the file itself with Content-Type: {OCTETS}, no multipart form.",
        )
    home = upload_house()
    try:
        with received(body(home.limit), home.limit) as file:
            return _taken(home, who, place, name, file)
    except Empty:
        raise Refused("evidence-empty", "Tệp trống (0 byte).", "The file is empty (0 bytes).") from None
    except (TooLarge, RequestEntityTooLarge):
        raise too_large(home.limit) from None
    except Unreachable as error:
        raise Problem("storage-unreachable", headers=LATER) from error
    except ScannerUnreachable as error:
        raise Problem("scanner-unreachable", headers=LATER) from error


@blueprint.route("/evidence", methods=["GET"])
@problems(blueprint, 401, 404, 422, 503)
@blueprint.arguments(ListArgs, location="query")
@blueprint.response(200, EvidenceList)
@blueprint.doc(security=[{"bearer": []}])
def evidence_about(args: dict[str, str], org: str, cycle: str) -> Response:
    """Every version of every file for a criterion of a unit that the reader may see, by body and name."""
    who = reader(org, cycle)
    body = Body.parse(args["body"]) if "body" in args else None
    with read_transaction(runtime().engine) as connection:
        onlooker = _onlooker(who, connection, args["unit"])
        found = versions_about(connection, who.ledger.ledger, args["unit"], args["criterion"])
    if args["unit"] not in onlooker.board.state.units:
        raise Problem("unknown-unit", status=404)
    seen = [one for one in found if body in (None, one.place.body) and onlooker.sees(one)]
    try:
        holdings = held(who.ledger.ledger, {one.sha256 for one in seen})
    except Unreachable as error:
        raise Problem("storage-unreachable", headers=LATER) from error
    items = [{**view(one), "held": str(holdings[one.sha256])} for one in seen]
    response = Response(orjson.dumps({"evidence": items}), content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/evidence/<sha256>", methods=["GET"])
@problems(blueprint, 401, 404, 410, 503)
@blueprint.doc(
    security=[{"bearer": []}],
    responses={
        "200": {
            "description": "The file, to be saved: it is never shown in the page.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(MEDIA_TYPES)
            },
        },
        "304": {"description": "Not modified: the content of a digest never changes."},
    },
)
def read_evidence(org: str, cycle: str, sha256: str) -> Response:
    """One file by its digest, `sha256:` and 64 hex digits; 404 for whoever may not see it."""
    who = reader(org, cycle)
    version = _visible(who, sha256)
    if version is None:
        raise Problem("unknown-evidence")
    return attachment(sha256, name=version.name, media_type=version.media_type, size=version.size)


def _taken(home: UploadHouse, who: Reader, place: Place, name: str, file: Received) -> Response:
    media_type = check_file(home, name, file.file)
    home.storage.put(file.sha256, file.file)
    store, principal = runtime().store, acting_principal()
    if store is None:
        raise Problem("not-ready")
    sent = Request(who.ledger.ledger, principal.name, principal.sub, request.path, idempotency_key())
    answer, new = note(store, sent, place, name=name, media_type=media_type, file=file)
    response = Response(answer, HTTPStatus.CREATED, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"{request.path}/{file.sha256}"
    if not new:
        response.headers["Idempotent-Replay"] = "true"
    return response


def _visible(who: Reader, sha256: str) -> Version | None:
    """The newest version of this content that the reader may see."""
    if DIGEST.fullmatch(sha256) is None:
        return None
    with read_transaction(runtime().engine) as connection:
        for version in reversed(versions_of(connection, who.ledger.ledger, sha256)):
            if _onlooker(who, connection, version.place.unit).sees(version):
                return version
    return None


def _onlooker(who: Reader, connection: Connection, unit: str) -> Onlooker:
    ledger = who.ledger.ledger
    session = sessions_of(connection, ledger).get(unit)
    return Onlooker(
        who.audience(),
        board_of(ledger),
        _moment(ledger, connection),
        None if session is None else session.team,
    )


def _moment(ledger: str, connection: Connection | None = None) -> str:
    return instant(runtime().clock.now(ledger, connection))
