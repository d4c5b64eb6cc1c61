"""Uploads as they are kept: the grid that was read, what was typed anew since, and whether it was confirmed.

An upload is no fact.  What it would state is found anew each time it is looked at, on what stands then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.scores.tables import uploads
from shared.database import is_postgres
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.files.grid import MAX_TEXT, Grid, placed
from shared.store.idempotency import KeyReused

SCORES = "scores"
KEPT_DAYS = 30
"""An upload that nobody confirmed is forgotten after so many days."""
MAX_KEPT = 100
"""How many unconfirmed uploads a body may keep."""
MAX_MENDS = 2000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way.  ``body``: whose, ``ledger`` for a register.  ``rulebook``: in force when it came.

    ``mends``: by (sheet, address), what was typed anew.  ``sha256``: of the file's bytes.
    """

    upload: str
    body: str
    kind: str
    name: str
    read: Grid
    sha256: str
    rulebook: str
    made_at: str
    made_by: str
    reason: str | None = None
    document: str | None = None
    mends: Mapping[tuple[str, str], str] = field(default_factory=dict)
    confirmed_at: str | None = None

    @property
    def grid(self) -> Grid:
        """The file as it is now, with what was typed anew."""
        return self.read.mended(self.mends)


@dataclass(frozen=True, slots=True)
class Listed:
    """An upload in a list."""

    upload: str
    body: str
    kind: str
    name: str
    made_at: str
    made_by: str
    confirmed_at: str | None


def upload_id(command_id: str) -> str:
    """The id of the upload that a command makes: sending the command again names the same one."""
    return hashlib.sha256(command_id.encode()).hexdigest()[:32]


def keep(connection: Connection, ledger: str, upload: Upload, now: datetime) -> Upload:
    """Keep ``upload``, or give what its id has already when it is the same file for the same body.

    Raises :class:`~shared.store.idempotency.KeyReused` when the id has another one, and
    :class:`~shared.decisions.Refused` when the body keeps too many.
    """
    there = find(connection, ledger, upload.upload)
    if there is not None:
        if (there.sha256, there.body, there.kind) != (upload.sha256, upload.body, upload.kind):
            raise KeyReused("this idempotency key was used for another file")
        return there
    waiting = (
        uploads.c.ledger == ledger,
        uploads.c.body == upload.body,
        uploads.c.confirmed_at.is_(None),
    )
    old = instant(now - timedelta(days=KEPT_DAYS))
    connection.execute(delete(uploads).where(*waiting, uploads.c.made_at < old))
    number = connection.scalar(select(func.count()).select_from(uploads).where(*waiting)) or 0
    if number >= MAX_KEPT:
        raise Refused(
            "too-many-uploads",
            f"Đã có {MAX_KEPT} tệp chưa xác nhận. Xác nhận bớt, hoặc chờ tệp cũ hết hạn ({KEPT_DAYS} ngày).",
            f"{MAX_KEPT} files are waiting already. Confirm some; an old one is forgotten after "
            f"{KEPT_DAYS} days.",
            status=409,
        )
    make = postgresql.insert if is_postgres(connection) else sqlite.insert
    values = {
        "ledger": ledger,
        "upload": upload.upload,
        "body": upload.body,
        "kind": upload.kind,
        "name": upload.name,
        "content": _content(upload),
        "made_at": upload.made_at,
        "made_by": upload.made_by,
    }
    # The same command at the same moment: the one that was quicker is this very upload.
    connection.execute(make(uploads).values(values).on_conflict_do_nothing())
    return upload


def find(connection: Connection, ledger: str, upload: str, *, lock: bool = False) -> Upload | None:
    """The upload of that id, or None.  ``lock``: nobody else changes it before this transaction ends."""
    query = select(uploads).where(uploads.c.ledger == ledger, uploads.c.upload == upload)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _of_row(row)


def listed(connection: Connection, ledger: str, bodies: Collection[str], limit: int = 50) -> list[Listed]:
    """The newest uploads of ``bodies``."""
    columns = [uploads.c[name] for name in Listed.__dataclass_fields__]
    query = (
        select(*columns)
        .where(uploads.c.ledger == ledger, uploads.c.body.in_(sorted(bodies)))
        .order_by(uploads.c.made_at.desc(), uploads.c.upload)
        .limit(limit)
    )
    return [Listed(*row) for row in connection.execute(query)]


def mend(connection: Connection, ledger: str, upload: Upload, cells: Mapping[tuple[str, str], str]) -> Upload:
    """Type some cells anew: by (sheet, address); an empty text empties the cell.

    Raises :class:`~shared.decisions.Refused` for a cell that is no cell of the file.
    """
    check_open(upload)
    sheets = {sheet.name for sheet in upload.read.sheets}
    for number, ((sheet, written), text) in enumerate(cells.items()):
        if sheet not in sheets or not _is_address(written) or len(text) > MAX_TEXT:
            raise Refused(
                "unknown-cell",
                f"Tệp không có ô {sheet[:40]}!{written[:10]}.",
                f"The file has no cell {sheet[:40]}!{written[:10]}.",
                field=f"cells.{number}.cell",
                value=written[:10],
            )
    changed = replace(upload, mends={**upload.mends, **cells})
    if len(changed.mends) > MAX_MENDS:
        raise Refused(
            "too-many-mends",
            f"Nhiều nhất {MAX_MENDS} ô sửa trên trang; hãy sửa trong tệp rồi tải lên lại.",
            f"At most {MAX_MENDS} cells are mended here; mend the file and upload it again.",
            field="cells",
            status=409,
        )
    _change(connection, ledger, upload.upload, content=_content(changed))
    return changed


def close(connection: Connection, ledger: str, upload: Upload, now: datetime) -> None:
    """Mark ``upload`` as confirmed; it states nothing a second time."""
    check_open(upload)
    _change(connection, ledger, upload.upload, confirmed_at=instant(now))


def check_open(upload: Upload) -> None:
    """Refuse what was confirmed already."""
    if upload.confirmed_at is not None:
        raise Refused(
            "upload-confirmed",
            "Tệp này đã được xác nhận; tải lên tệp mới để thay đổi tiếp.",
            "This file was confirmed already; upload another one for further changes.",
            status=409,
        )


def _change(connection: Connection, ledger: str, upload: str, **values: Any) -> None:
    place = (uploads.c.ledger == ledger, uploads.c.upload == upload)
    connection.execute(update(uploads).where(*place).values(**values))


def _is_address(written: str) -> bool:
    try:
        placed(written)
    except ValueError:
        return False
    return True


def _content(upload: Upload) -> bytes:
    return orjson.dumps(
        {
            "grid": upload.read.as_json(),
            "sha256": upload.sha256,
            "rulebook": upload.rulebook,
            "reason": upload.reason,
            "document": upload.document,
            "mends": [[sheet, cell, text] for (sheet, cell), text in sorted(upload.mends.items())],
        }
    )


def _of_row(row: Row[Any]) -> Upload:
    content = orjson.loads(row.content)
    return Upload(
        row.upload,
        row.body,
        row.kind,
        row.name,
        Grid.of_json(content["grid"]),
        content["sha256"],
        content["rulebook"],
        row.made_at,
        row.made_by,
        content["reason"],
        content["document"],
        {(sheet, cell): text for sheet, cell, text in content["mends"]},
        row.confirmed_at,
    )
