"""A unit's own desk for its document pack (plan III.4): the manifest first, which counts, then its bytes."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template

from services.inspections.deciding.files import HELD, OPERATION, awaited_files, late_files
from services.inspections.deciding.packs import lacking
from services.inspections.kept.files import offset_of
from services.inspections.pack_reading import case_row, pack_rows
from services.inspections.pack_version import NONE, SlotOfPack, slots_of
from services.inspections.pages.pack_version import Sight, common_of, sight_of
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.uploads.content import KINDS
from shared.uploads.house import upload_house
from shared.web.hats import Hat, hats
from shared.web.runtime import runtime


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/packs/<unit>", "pack", pack)


def pack(org: str, cycle: str, unit: str) -> str:
    """What the unit has sent and what it still owes; with the form for the unit, without it for others."""
    sight = sight_of(org, cycle, unit)
    board, visit = sight.board, sight.visit
    slots = _slots(sight)
    book = board.known.rulebook
    until = sight.files_due
    due, missing = sight.due, [one.document for one in slots if one.asked and one.entry is None]
    in_time: list[str] = []
    late: list[str] = []
    if book is not None and due is not None and until is not None:
        in_time = lacking(visit, sight.required, due, str(book.policies["pack_incomplete_is"]))
        late = late_files(visit, sight.required, due, until, board.now)
    senders = hats(sight.seen.reader.grants, OPERATION, sight.target)
    return render_template(
        "inspections/pack.html",
        **common_of(sight),
        slots=slots,
        missing=missing,
        lacking=in_time,
        awaited=awaited_files(visit, sight.required),
        late_files=late,
        offsets=_offsets(sight, slots),
        rows=pack_rows(visit, due, board.known, board.now),
        case=case_row(visit, sight.unit),
        now=instant(board.now),
        over=due is not None and board.now >= due,
        seconds_left=None if due is None else max(0, (due - board.now) // timedelta(seconds=1)),
        files_due=None if until is None or until == due else instant(until),
        stating=_own(senders),
        sending=senders,
        ready=book is not None,
        kinds=tuple(KINDS),
        limit=upload_house().limit,
    )


def _slots(sight: Sight) -> list[SlotOfPack]:
    """The pack as it stands: every required document, then what else was sent."""
    visit = sight.visit
    if not visit.packs:
        return [SlotOfPack(document, None, NONE, None, None, True, None) for document in sight.required]
    return slots_of(visit, len(visit.packs), sight.required, sight.files_due, sight.board.now)


def _own(senders: tuple[Hat, ...]) -> tuple[Hat, ...]:
    """The unit's own hats: what its secretary receives by hand is recorded on another page."""
    return tuple(hat for hat in senders if hat.name.startswith("unit@"))


def _offsets(sight: Sight, slots: list[SlotOfPack]) -> dict[str, int]:
    """By document, how many bytes have come of a file that is not whole yet."""
    ledger = sight.board.ledger.ledger
    found: dict[str, int] = {}
    with read_transaction(runtime().engine) as connection:
        for one in slots:
            if one.file is not None and one.file.state != HELD and one.number is not None:
                found[one.document] = offset_of(connection, (ledger, one.number, one.document))
    return found
