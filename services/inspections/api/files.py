"""Files of packs over HTTP: bytes that follow a manifest, and what came, handed out again.

A slot of a manifest is the upload: its digest and size are stated, so nothing has to be created first, and
whoever may send the file goes on where the last part ended, in any browser.  Names of headers are those of
the IETF's resumable uploads for HTTP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from flask import Response, request
from marshmallow import fields
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import RequestEntityTooLarge

from services.inspections import reading
from services.inspections.api.packs import SlotFileView
from services.inspections.api.reading import checked_row
from services.inspections.api.routes import blueprint, one
from services.inspections.commands import ReceiveFile
from services.inspections.deciding.files import OPERATION, check_bytes, file_of, slot_file, slot_of
from services.inspections.deciding.packs import unknown_pack
from services.inspections.kept.files import add_part, drop_parts, drop_stale, offset_of, parts
from services.inspections.pack_reading import due_or_none, until_of
from services.inspections.projections import known_of
from services.inspections.state import Pack, State, Visit
from shared.access import Target
from shared.access.directory import LedgerSettings, grants_of
from shared.access.tokens import Principal
from shared.database import read_transaction, write_transaction
from shared.decisions import Refused
from shared.events.envelope import instant, source_of
from shared.store.tables import events
from shared.uploads.accepting import check_file
from shared.uploads.clamd import ScannerUnreachable
from shared.uploads.content import KINDS, kind_of
from shared.uploads.house import upload_house
from shared.uploads.names import check_name, extension_of
from shared.uploads.receiving import TooLarge
from shared.uploads.storage import CHUNK, Unreachable, spool
from shared.uploads.wire import LATER, OCTETS, attachment, body, too_large
from shared.web.answers import private
from shared.web.commands import Act
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import acting_principal, ledger_settings, reader, runtime

PARTIAL = "application/partial-upload"
STALE = timedelta(days=7)
"""A file of which nothing came for so long is forgotten, and begins anew; the manifest stays what it is."""

_UPLOAD = "/packs/<int:number>/files/<document>/upload"


class UploadView(SlotFileView):
    """How far a file is.  ``offset``: bytes that came, ``size``: of the whole file.

    ``state``, ``at``, ``on_time``, ``until``: as in the slots of `GET packs`.
    """

    document = fields.String(required=True)
    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    offset = fields.Integer(required=True)


@dataclass(frozen=True, slots=True)
class Found:
    """A slot of a manifest and the unit that it is of."""

    state: State
    visit: Visit
    pack: Pack
    entry: Mapping[str, Any]

    @property
    def unit(self) -> str:
        """Whose pack it is."""
        return self.visit.unit

    @property
    def team(self) -> str | None:
        """Which team inspects the unit."""
        return self.visit.slot.team if self.visit.slot else None


@blueprint.route(_UPLOAD, methods=["GET"])
@blueprint.response(200, UploadView)
@problems(blueprint, 401, 403, 404, 503)
@blueprint.doc(security=[{"bearer": []}])
def upload_state(org: str, cycle: str, number: int, document: str) -> Response:
    """How far a file is; `HEAD` says it in `Upload-Offset`, `Upload-Length` and `Upload-Complete` alone."""
    who = reader(org, cycle)
    with read_transaction(runtime().engine) as connection:
        found = _found(connection, who.ledger.ledger, number, document, known=who.principal is not None)
        checked_row(who, None, found.state, found.unit)
        return _told(connection, who.ledger, found)


@blueprint.route(_UPLOAD, methods=["PATCH"])
@blueprint.response(200, UploadView)
@problems(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 503)
@blueprint.doc(
    security=[{"bearer": []}],
    requestBody={
        "required": True,
        "description": "The next bytes of the file; empty to have a whole file checked once more.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (OCTETS, PARTIAL)},
    },
    parameters=[
        {
            "name": "Upload-Offset",
            "in": "header",
            "required": True,
            "description": "At which byte of the file the body begins: as many as came before.",
            "schema": {"type": "integer", "minimum": 0},
        }
    ],
)
def send_part(org: str, cycle: str, number: int, document: str) -> Response:
    """Send the next bytes of a file.  What came is kept, so a connection that breaks costs little.

    With the last byte the file is checked (digest and size of the manifest, type, macros, password, virus),
    stored, and stated; other bytes are refused and nothing of them is kept.  A file that has come already is
    answered as it stands.
    """
    ledger, principal = ledger_settings(org, cycle), acting_principal()
    engine = runtime().engine
    begins = _stated_offset()
    if request.mimetype not in (OCTETS, PARTIAL):
        raise Problem(
            "unsupported-media-type",
            f"Gửi chính các byte của tệp, Content-Type: {OCTETS}.",
            f"Send the bytes of the file themselves with Content-Type: {OCTETS}.",
        )
    with read_transaction(engine) as connection:
        found = _found(connection, ledger.ledger, number, document)
        _act(connection, ledger, principal, found).authorise(Target(unit=found.unit, team=found.team))
        if file_of(found.visit, found.entry) is not None:
            return _told(connection, ledger, found)
    limit, size = upload_house().limit, int(found.entry["size"])
    if size > limit:
        raise too_large(limit)
    kind_of(check_name(found.entry["name"]))
    stated = _finish(ledger, principal, found) if _took(ledger, found, begins) == size else None
    with read_transaction(engine) as connection:
        answer = _told(connection, ledger, _found(connection, ledger.ledger, number, document))
    if stated is not None:
        answer.headers["Bangvang-Sequence"] = f"inspections:{stated}"
    return answer


@blueprint.route("/packs/<int:number>/files/<document>", methods=["GET"])
@problems(blueprint, 401, 403, 404, 410, 503)
@blueprint.doc(
    security=[{"bearer": []}],
    responses={
        "200": {
            "description": "The file, to be saved: it is never shown in the page.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in sorted({kind.media_type for kind in KINDS.values()})
            },
        },
        "304": {"description": "Not modified: the content of a digest never changes."},
    },
)
def read_file(org: str, cycle: str, number: int, document: str) -> Response:
    """The file that one version of a pack names for a document, for whoever may see the pack."""
    who = reader(org, cycle)
    with read_transaction(runtime().engine) as connection:
        found = _found(connection, who.ledger.ledger, number, document, known=who.principal is not None)
    checked_row(who, None, found.state, found.unit)
    entry = found.entry
    if file_of(found.visit, entry) is None:
        raise Problem("file-not-here")
    media_type = KINDS[extension_of(entry["name"])].media_type
    return attachment(entry["sha256"], name=entry["name"], media_type=media_type, size=entry["size"])


def _found(connection: Connection, ledger: str, number: int, document: str, *, known: bool = True) -> Found:
    """The slot, on what is stated of its unit.  Refuses an unknown pack or slot; ``known`` False: as if
    nobody had signed in, for whom there is nothing to find."""
    if not known:
        raise Problem("token-missing")
    subject = connection.execute(
        select(events.c.subject).where(
            events.c.ledger == ledger,
            events.c.source == source_of("inspections", ledger),
            events.c.sequence == number,
            events.c.type == "submission.received.v1",
        )
    ).scalar_one_or_none()
    if subject is None:
        raise unknown_pack(number)
    state = reading.state_of_unit(connection, ledger, subject)
    visit = state.visit(subject)
    return Found(state, visit, *slot_of(visit, number, document))


def _act(connection: Connection, ledger: LedgerSettings, principal: Principal, found: Found) -> Act:
    """Who sends, and by which grants.  The command of a file is its slot: sent again it is the same one."""
    named = f"file\n{ledger.ledger}\n{found.pack.number}\n{found.entry['document']}"
    now = runtime().clock.now(ledger.ledger, connection)
    return Act(
        ledger=ledger,
        operation=OPERATION,
        principal=principal,
        grants=grants_of(connection, ledger.ledger, principal.sub, now),
        command_id=hashlib.sha256(named.encode()).hexdigest(),
        now=now,
        demo=runtime().settings.demo and ledger.simulated,
        acting_as=request.headers.get("Acting-As"),
    )


def _stated_offset() -> int:
    given = request.headers.get("Upload-Offset", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 16):
        raise Problem("upload-offset-missing")
    return int(given)


def _took(ledger: LedgerSettings, found: Found, begins: int) -> int:
    """Keep what the body brings from byte ``begins`` on, a piece at a time; how many bytes came in all."""
    slot, size = _slot(ledger, found), int(found.entry["size"])
    current = runtime()
    with write_transaction(current.engine) as connection:
        moment = current.clock.now(ledger.ledger, connection)
        drop_stale(connection, ledger.ledger, instant(moment - STALE))
        _check_offset(offset_of(connection, slot), begins)
    try:
        stream = body(size - begins)
        while piece := stream.read(CHUNK):
            if begins + len(piece) > size:
                raise TooLarge
            with write_transaction(current.engine) as connection:
                _check_offset(offset_of(connection, slot), begins)
                add_part(connection, slot, begins, piece, instant(moment))
            begins += len(piece)
    except IntegrityError as error:
        raise Problem("upload-offset") from error  # another sent just that at the same time
    except (TooLarge, RequestEntityTooLarge):
        _forget(ledger, found)
        raise _longer(found.entry) from None
    return begins


def _check_offset(came: int, begins: int) -> None:
    if came != begins:
        raise Problem(
            "upload-offset",
            f"Đã nhận {came} byte, phần vừa gửi bắt đầu ở byte {begins}.",
            f"{came} bytes have come; what was sent begins at byte {begins}.",
            headers={"Upload-Offset": str(came)},
        )


def _longer(entry: Mapping[str, Any]) -> Refused:
    return Refused(
        "file-differs",
        f"Nhận nhiều hơn {entry['size']} byte đã nêu trong danh mục. Chọn đúng tệp rồi gửi lại từ đầu.",
        f"More came than the {entry['size']} bytes that the manifest names. Choose that file and send it from"
        " its beginning.",
        field="document",
        value=entry["document"],
    )


def _finish(ledger: LedgerSettings, principal: Principal, found: Found) -> int | None:
    """All bytes are here: check, store, and only then state it.  The number of the fact; None: another sender
    was first with the same bytes."""
    home, current, slot = upload_house(), runtime(), _slot(ledger, found)
    digest, size = hashlib.sha256(), 0
    with spool() as file:
        with read_transaction(current.engine) as connection:
            for part in parts(connection, slot):
                digest.update(part)
                size += len(part)
                file.write(part)
        sha256 = f"sha256:{digest.hexdigest()}"
        try:
            check_bytes(found.entry, sha256, size)
            check_file(home, found.entry["name"], file)
            home.storage.put(sha256, file)
        except Refused:
            _forget(ledger, found)
            raise
        except Unreachable as error:
            raise Problem("storage-unreachable", headers=LATER) from error
        except ScannerUnreachable as error:
            raise Problem("scanner-unreachable", headers=LATER) from error
    if current.store is None:
        raise Problem("not-ready")
    command = ReceiveFile(found.unit, found.pack.number, found.entry["document"], sha256, size)
    with current.store.transaction(ledger.ledger) as tx:
        act = _act(tx.connection, ledger, principal, found)
        act.now = tx.now
        drop_parts(tx.connection, slot)
        try:
            (event,) = tx.append(one(tx, command, act), command_id=act.command_id)  # type: ignore[arg-type]
        except Refused as refusal:
            if refusal.rule != "file-held":
                raise
            return None
    return event.sequence


def _forget(ledger: LedgerSettings, found: Found) -> None:
    with write_transaction(runtime().engine) as connection:
        drop_parts(connection, _slot(ledger, found))


def _slot(ledger: LedgerSettings, found: Found) -> tuple[str, int, str]:
    return ledger.ledger, found.pack.number, found.entry["document"]


def _told(connection: Connection, ledger: LedgerSettings, found: Found) -> Response:
    """How far the file is, in the body and in the headers that have names for it."""
    known = known_of(connection, ledger.ledger, ledger.timezone, [found.unit])
    until = until_of(known, due_or_none(found.state, known, found.visit))
    now = runtime().clock.now(ledger.ledger, connection)
    entry, size = found.entry, int(found.entry["size"])
    file = slot_file(found.visit, found.pack, entry, until, now)
    held = file_of(found.visit, entry) is not None
    offset = size if held else offset_of(connection, _slot(ledger, found))
    told = {name: entry[name] for name in ("document", "name", "sha256", "size")}
    answer = private({**told, "offset": offset, **(asdict(file) if file else {})})
    answer.headers["Upload-Offset"] = str(offset)
    answer.headers["Upload-Length"] = str(size)
    answer.headers["Upload-Complete"] = "?1" if held else "?0"
    return answer
