"""Files of packs: whether a slot's bytes have come, until when they may, and the fact that they came.  Pure.

What counts as in time is the manifest; its bytes follow, within ``upload_grace_minutes`` after the cut-off.
Later they are still taken, and marked (plan III.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.inspections.commands import ReceiveFile
from services.inspections.deciding.asking import book_of
from services.inspections.deciding.packs import UPLOAD, due_of, files_due, in_time, pack_of
from services.inspections.known import Known
from services.inspections.state import Pack, PackFile, State, Visit
from shared.access import Target
from shared.deciding import Caller
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant, parse_instant
from shared.uploads.names import extension_of

OPERATION: Final = "inspections.receive_pack"
"""Bytes belong to the act of sending a pack: whoever may state the manifest may send them."""

HELD, AWAITED, OVERDUE, BY_HAND = "held", "awaited", "overdue", "by_hand"


@dataclass(frozen=True, slots=True)
class SlotFile:
    """The bytes of a slot.

    ``state``: held; awaited (may come in time still); overdue (the grace is over, they may still come);
    by_hand (the manifest was recorded of e-mail or paper, where ``proof`` says, and nothing is here).
    ``at``, ``on_time``: of what is held.  ``until``: the exclusive instant of the grace's end, None while the
    unit has no session or the ledger no rulebook.
    """

    state: str
    at: str | None
    on_time: bool | None
    until: str | None


def file_of(visit: Visit, entry: Mapping[str, Any]) -> PackFile | None:
    """What holds the slot ``entry`` of a manifest of the unit: bytes of its digest, once for all manifests.

    They were checked as the kind of file that their name says, so a slot of another kind waits for its own.
    """
    if "sha256" not in entry:
        return None
    kind = extension_of(entry["name"])
    return next((one for one in visit.files if one.sha256 == entry["sha256"] and one.extension == kind), None)


def slot_file(
    visit: Visit, pack: Pack, entry: Mapping[str, Any], until: datetime | None, now: datetime
) -> SlotFile | None:
    """How the bytes of the slot ``entry`` of ``pack`` stand at ``now``; None for a slot without a file."""
    if "sha256" not in entry:
        return None
    stated = None if until is None else instant(until)
    held = file_of(visit, entry)
    if held is not None:
        return SlotFile(HELD, held.at, _punctual(held, until), stated)
    if pack.via != UPLOAD:
        return SlotFile(BY_HAND, None, None, None)
    return SlotFile(OVERDUE if until is not None and now >= until else AWAITED, None, None, stated)


def awaited_files(visit: Visit, required: Sequence[str]) -> list[str]:
    """The required documents whose newest manifest names a file that has not come."""
    newest = {entry["document"]: (pack, entry) for pack in visit.packs for entry in pack.manifest}
    return [
        document
        for document in required
        if document in newest and not _settled(visit, *newest[document], until=None)
    ]


def late_files(
    visit: Visit, required: Sequence[str], due: datetime, until: datetime, now: datetime
) -> list[str]:
    """The documents that manifests in time name, and none of whose bytes had come at ``until``.

    Empty while they may still come.  Came they later, they are late: as a part of a pack that comes late.
    """
    if now < until:
        return []
    named: set[str] = set()
    settled: set[str] = set()
    for pack in visit.packs:
        if in_time(pack, due):
            for entry in pack.manifest:
                named.add(entry["document"])
                if _settled(visit, pack, entry, until):
                    settled.add(entry["document"])
    return [document for document in required if document in named - settled]


def slot_of(visit: Visit, number: int, document: str) -> tuple[Pack, Mapping[str, Any]]:
    """The unit's pack ``number`` and its slot for ``document``, which names a file.

    Refuses an unknown pack (``unknown-pack``), and a slot without a file (``no-such-file``).
    """
    pack = pack_of(visit, number)
    for entry in pack.manifest:
        if entry["document"] == document and "sha256" in entry:
            return pack, entry
    raise Refused(
        "no-such-file",
        f"Bộ hồ sơ số {number} không nêu tệp nào cho tài liệu “{document}”.",
        f"Pack {number} names no file for document {document}.",
        field="document",
        value=document,
        status=404,
    )


def check_bytes(entry: Mapping[str, Any], sha256: str, size: int) -> None:
    """Refuse other bytes than the manifest names (``file-differs``)."""
    if (entry["sha256"], entry["size"]) != (sha256, size):
        raise Refused(
            "file-differs",
            f"Tệp nhận được ({size} byte, {sha256}) không phải tệp đã nêu trong danh mục"
            f" ({entry['size']} byte, {entry['sha256']}). Chọn đúng tệp rồi gửi lại từ đầu.",
            f"What came ({size} bytes, {sha256}) is not the file that the manifest names"
            f" ({entry['size']} bytes, {entry['sha256']}). Choose that file and send it from its beginning.",
            field="document",
            value=entry["document"],
        )


def receive_file(state: State, known: Known, command: ReceiveFile, caller: Caller) -> Draft:
    """All bytes of a slot have come: a fact, stated once (else ``file-held``).

    Neither a round that closed nor a session that began stops it: a file is kept whenever it comes, and
    ``on_time`` says how it came.
    """
    visit = state.visit(command.unit)
    team = visit.slot.team if visit.slot else None
    speaker = caller.authorise(Target(unit=command.unit, team=team), OPERATION)
    _, entry = slot_of(visit, command.pack, command.document)
    check_bytes(entry, command.sha256, command.size)
    if file_of(visit, entry) is not None:
        raise Refused(
            "file-held",
            f"Đã nhận đủ tệp của tài liệu “{command.document}”, bộ hồ sơ số {command.pack}.",
            f"The file of document {command.document} of pack {command.pack} has come already.",
            field="document",
            value=command.document,
            status=409,
        )
    until = files_due(due_of(state, known, visit), book_of(known))
    data = {
        **speaker.facts(responsible=command.unit, base_position=known.base_position),
        "pack": command.pack,
        "document": command.document,
        "sha256": command.sha256,
        "size": command.size,
        "files_due": instant(until),
        "on_time": caller.now < until,
    }
    return Draft("submission.file_received.v1", command.unit, data)


def _settled(visit: Visit, pack: Pack, entry: Mapping[str, Any], until: datetime | None) -> bool:
    """Nothing is to come for a slot: it has a reason, came by hand, or its bytes are here (by ``until``)."""
    if "sha256" not in entry or pack.via != UPLOAD:
        return True
    held = file_of(visit, entry)
    return held is not None and (until is None or _punctual(held, until))


def _punctual(held: PackFile, until: datetime | None) -> bool:
    """In time by the grace that stood then, or by the one of now."""
    return held.on_time or (until is not None and parse_instant(held.at) < until)
