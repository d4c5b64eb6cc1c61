"""One version of a pack, slot by slot: the secretary's finding on it, who got it, and receipt by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from services.inspections.api.reading import checked_row
from services.inspections.board import Board, board_of
from services.inspections.bodies import Bodies
from services.inspections.deciding.packs import files_due, in_time, required_of, unknown_pack
from services.inspections.known import KnownUnit
from services.inspections.pack_reading import due_or_none
from services.inspections.pack_version import recipients_of, slots_of, steps_of, version_of
from services.inspections.pages.body_words import body_name
from services.inspections.pages.frame import Frame, frame
from services.inspections.pages.links import command, to
from services.inspections.pages.packs import document_labels, end_words, may_receive
from services.inspections.pages.round_words import session_words
from services.inspections.projections import bodies_known
from services.inspections.reading import events_of
from services.inspections.state import State, Visit
from shared.access import Target
from shared.database import read_transaction
from shared.events import Event
from shared.events.envelope import instant, parse_instant
from shared.web.hats import hats
from shared.web.i18n import role_name
from shared.web.problems import Problem
from shared.web.runtime import runtime

"""Whom a team's list names as the body of a member of the Standing Committee; no register has it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the pages of one unit's pack rest on.  ``due``: the cut-off, None while it has no session."""

    seen: Frame
    board: Board
    unit: KnownUnit
    visit: Visit
    due: datetime | None
    required: list[str]

    @property
    def files_due(self) -> datetime | None:
        """Until when bytes may follow a manifest in time."""
        book = self.board.known.rulebook
        return None if self.due is None or book is None else files_due(self.due, book)

    @property
    def target(self) -> Target:
        """What an act on the pack touches."""
        return Target(unit=self.unit.code, team=self.visit.slot.team if self.visit.slot else None)


def register(pages: Blueprint) -> None:
    """Put the pages on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/packs/<unit>/<int:number>", "pack_version", pack_version)
    pages.add_url_rule("/<org>/<cycle>/packs/<unit>/receipt", "pack_receipt", pack_receipt)


def pack_version(org: str, cycle: str, unit: str, number: int) -> str:
    """The version numbered ``number``, what was found in it, and to whom it was passed on."""
    sight = sight_of(org, cycle, unit)
    board, visit = sight.board, sight.visit
    version = version_of(visit, number)
    if version is None:
        raise unknown_pack(number)
    pack = visit.packs[version - 1]
    due = sight.due or parse_instant(pack.due)
    events, bodies = _told(board, unit)
    grants = sight.seen.reader.grants
    return render_template(
        "inspections/pack_version.html",
        **common_of(sight),
        pack=pack,
        version=version,
        versions=[(place, one.number) for place, one in enumerate(visit.packs, start=1)],
        on_time=in_time(pack, due),
        slots=slots_of(visit, version, sight.required, sight.files_due, board.now),
        recipients=recipients_of(board.state, visit, pack, board.zone),
        steps=steps_of(visit, events, pack, due, board.zone),
        people=people_of(board.state),
        department=lambda code: body_name(code, bodies),
        assessing=hats(grants, "inspections.assess_pack", sight.target),
        forwarding=hats(grants, "inspections.forward_pack", sight.target),
        me=sight.seen.reader.principal.sub if sight.seen.reader.principal else "",
    )


def pack_receipt(org: str, cycle: str, unit: str) -> str:
    """The form by which the secretary records what came by e-mail or on paper.  Raises 403 for others."""
    sight = sight_of(org, cycle, unit)
    slot = sight.visit.slot
    if not may_receive(sight.seen.reader, unit, slot.team if slot else None):
        raise Problem(
            "wrong-role",
            "Chỉ thư ký đoàn của đơn vị này ghi nhận tài liệu nhận qua thư điện tử, bản giấy.",
            "Only the secretary of the unit's team records what came by e-mail or on paper.",
            status=403,
        )
    found = hats(sight.seen.reader.grants, "inspections.receive_pack", sight.target)
    filled = {document for one in sight.visit.packs for document in one.documents}
    return render_template(
        "inspections/pack_receipt.html",
        **common_of(sight),
        hats=[hat for hat in found if not hat.name.startswith("unit@")],
        filled=filled,
        now_wall=board_wall(sight.board),
    )


def people_of(state: State) -> dict[str, str]:
    """What the members of all teams are called, by person."""
    return {one["person"]: one["name"] for team in state.teams.values() for one in team.members}


def board_wall(board: Board) -> str:
    """The ledger's present minute as a field for a local time takes it."""
    return board.now.astimezone(board.zone).strftime("%Y-%m-%dT%H:%M")


def sight_of(org: str, cycle: str, unit: str) -> Sight:
    """The pack of ``unit`` for who asks.  Raises a problem (401, 403, 404) for who may not see it."""
    seen = frame(org, cycle)
    board = board_of(seen.reader.ledger)
    checked_row(seen.reader, None, board.state, unit)
    held = board.known.units.get(unit)
    if held is None:
        raise Problem("unknown-unit", status=404)
    visit = board.state.visit(unit)
    book = board.known.rulebook
    required = [] if book is None else required_of(book, held)
    return Sight(seen, board, held, visit, due_or_none(board.state, board.known, visit), required)


def _told(board: Board, unit: str) -> tuple[list[Event], Bodies]:
    with read_transaction(runtime().engine) as connection:
        told = list(events_of(connection, board.ledger.ledger, unit))
        return told, bodies_known(connection, board.ledger.ledger, instant(board.now))


def common_of(sight: Sight) -> dict[str, object]:
    """What both templates ask for."""
    board = sight.board
    return {
        "frame": sight.seen,
        "unit": sight.unit,
        "slot": sight.visit.slot,
        "due": None if sight.due is None else instant(sight.due),
        "required": sight.required,
        "labels": document_labels(board.known.rulebook),
        "zone": str(board.zone),
        "end_words": lambda due: end_words(due, board.zone),
        "session_words": session_words,
        "role_name": role_name,
        "may_receive": may_receive(sight.seen.reader, sight.unit.code, sight.target.team),
        "to": lambda page, **about: to(sight.seen, page, **about),
        "command": lambda path: command(sight.seen, path),
    }
