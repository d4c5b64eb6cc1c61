"""The sessions of one's team, today's first, and the way into each; all of them for who sees everything."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template

from services.inspections.board import board_of
from services.inspections.deciding.scheduling import hours_of
from services.inspections.pages.frame import frame
from services.inspections.pages.links import to
from services.inspections.seats import round_shown
from services.inspections.sessions import agenda_of, sittings
from shared.calendar import local_date
from shared.web.problems import Problem


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/sessions", "sessions", sessions)


def sessions(org: str, cycle: str) -> str:
    """Today's sessions, those ahead, those that are left behind, and those that are over."""
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    board = board_of(seen.reader.ledger)
    today = local_date(board.now, board.zone)
    audience = seen.reader.audience()
    rows = [one for one in sittings(board.state, board.known, today) if audience.sees_row(one.unit, one.team)]
    found = agenda_of(rows, today)
    held = round_shown(board)
    calendar = None if held is None else board.state.calendar(held)
    book = board.known.rulebook
    return render_template(
        "inspections/sessions.html",
        frame=seen,
        found=found,
        parts={
            name: [(day, list(some)) for day, some in groupby(part, key=lambda one: one.day)]
            for name, part in (("ahead", found.ahead), ("behind", found.behind), ("over", found.over))
        },
        any=bool(rows),
        everything=audience.everything,
        today=today,
        hours={name: hours_of(calendar, name) for name in ("MORNING", "AFTERNOON")},
        labels={} if book is None else {leaf.id: leaf.label for leaf in book.leaves},
        to=lambda page, **about: to(seen, page, **about),
    )
