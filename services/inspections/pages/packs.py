"""The secretary's desk: the packs of a team's units, what they lack, and what lies with the secretary."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from services.inspections.board import board_of
from services.inspections.pack_desk import WAITING, counts, desk_rows, waits
from services.inspections.pages.frame import Frame, frame
from services.inspections.pages.links import to
from services.inspections.pages.round_words import session_words
from services.inspections.state import State
from shared.access import Target
from shared.calendar import local_date
from shared.events.envelope import instant, parse_instant
from shared.rulebook import Rulebook
from shared.web.hats import hats
from shared.web.i18n import day, natural_key, tr
from shared.web.problems import Problem
from shared.web.runtime import Reader
from shared.web.time_left import left_words


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/packs", "packs", packs)


def packs(org: str, cycle: str) -> str | Response:
    """Every unit that the reader's teams inspect, by cut-off; a unit is led to its own pack."""
    seen = frame(org, cycle)
    own = _only_unit(seen)
    if own is not None:
        return redirect(to(seen, "pack", unit=own), 303)
    board = board_of(seen.reader.ledger)
    rows = desk_rows(board.state, board.known, _seen_units(seen, board.state), board.now)
    team = request.args.get("team", "")
    what = request.args.get("show", "")
    today = local_date(board.now, board.zone)
    of_team = [row for row in rows if team in ("", row.team)]
    return render_template(
        "inspections/packs.html",
        frame=seen,
        rows=sorted(
            (row for row in of_team if waits(row, what, today)),
            key=lambda row: (row.due, row.day, row.session != "MORNING", natural_key(row.name), row.unit),
        ),
        all=len(rows),
        counts=counts(of_team, today),
        team=team,
        teams=sorted({row.team for row in rows}, key=natural_key),
        what=what if what in WAITING else "",
        labels=document_labels(board.known.rulebook),
        ready=board.known.rulebook is not None,
        now=instant(board.now),
        zone=seen.reader.ledger.timezone,
        may_receive={row.unit for row in rows if may_receive(seen.reader, row.unit, row.team)},
        end_words=lambda due: end_words(due, board.zone),
        left_words=lambda due: left_words(due, instant(board.now)),
        session_words=session_words,
        to=lambda page, **about: to(seen, page, **about),
    )


def _only_unit(seen: Frame) -> str | None:
    """The unit for which alone the reader speaks, if he has no other business with packs."""
    audience = seen.reader.audience()
    if seen.reader.principal is None:
        raise Problem("token-missing")
    if audience.everything or audience.teams or len(audience.units) != 1:
        return None
    return next(iter(audience.units))


def _seen_units(seen: Frame, state: State) -> list[str]:
    """Codes of the units whose pack the reader may see.  Raises a 403 problem for who may see none's."""
    audience = seen.reader.audience()
    if audience.everything:
        return list(state.visits)
    if not (audience.units or audience.teams):
        raise Problem(
            "wrong-scope",
            "Trang này dành cho đơn vị, đoàn kiểm tra, Văn phòng, Ban Thường vụ và kiểm toán.",
            "This page is for units, teams, the Office, the Committee and the auditor.",
            status=403,
        )
    return [
        code
        for code, visit in state.visits.items()
        if audience.sees_row(code, visit.slot.team if visit.slot else None)
    ]


def may_receive(who: Reader, unit: str, team: str | None) -> bool:
    """Whether ``who`` records what came from ``unit`` by e-mail or on paper: its secretary, not the unit."""
    found = hats(who.grants, "inspections.receive_pack", Target(unit=unit, team=team))
    return any(not hat.name.startswith("unit@") for hat in found)


def document_labels(book: Rulebook | None) -> dict[str, str]:
    """What the required documents are called, by their codes."""
    return {} if book is None else {one.id: one.label for one in book.required_documents}


def end_words(due: str, zone: ZoneInfo) -> str:
    """An exclusive cut-off as people say it: the end of the day before, or the minute before which."""
    wall = parse_instant(due).astimezone(zone)
    if (wall.hour, wall.minute, wall.second) == (0, 0, 0):
        last = day(local_date(wall - timedelta(microseconds=1), zone))
        return tr(f"hết ngày {last}", f"end of {last}")
    said = wall.strftime("%H:%M:%S %d/%m/%Y")
    return tr(f"trước {said}", f"before {said}")
