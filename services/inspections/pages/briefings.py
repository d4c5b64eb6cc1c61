"""What departments tell the teams: the list for who may read it, and the form for who may write."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request

from services.inspections.board import planned_board
from services.inspections.briefings import KINDS, items_of, readable
from services.inspections.known import KnownUnit
from services.inspections.pages.frame import frame
from services.inspections.pages.links import command, to
from services.inspections.projections import bodies_known
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.web.hats import hats
from shared.web.i18n import natural_key, tr
from shared.web.problems import Problem
from shared.web.runtime import runtime

_READERS = ("team_leader", "team_secretary", "team_member", "department", "department_head")


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/briefings", "briefings", briefings)


def briefings(org: str, cycle: str) -> str:
    """The items that the reader may see, ``?unit=``, ``?area=``, ``?about=``.  403 for who may read none."""
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    audience = seen.reader.audience()  # no policy of visibility opens a briefing to the units
    if not (audience.everything or seen.holds(*_READERS)):
        raise Problem(
            "wrong-scope",
            "Thông tin của các Ban chỉ dành cho đoàn kiểm tra.",
            "What departments say is for the inspection teams.",
            status=403,
        )
    board = planned_board(seen.reader.ledger)
    with read_transaction(runtime().engine) as connection:
        every = items_of(connection, seen.ledger)
        bodies = bodies_known(connection, seen.ledger, instant(board.now))
    book, units = board.known.rulebook, board.known.units
    mine = readable(every, board.state, {one.code: one.area for one in units.values()}, audience, seen.bodies)
    unit, area, about = (request.args.get(name, "") for name in ("unit", "area", "about"))
    shown = [
        item
        for item in mine
        if (not unit or item.unit == unit or (item.unit is None and _area(units, unit) == item.area))
        and (not area or (item.area or _area(units, item.unit)) == area)
        and about in ("", item.about)
    ]
    able = hats(seen.reader.grants, "inspections.issue_briefing")
    speaking = sorted(bodies.names) if seen.holds("office") else list(seen.bodies)
    open_units = [
        (code, one.name) for code, one in units.items() if book is None or one.open_on(book.period.end)
    ]
    return render_template(
        "inspections/briefings.html",
        frame=seen,
        items=shown,
        total=len(mine),
        unit=unit,
        area=area,
        about=about,
        kinds=KINDS,
        kind_words=kind_words,
        areas=[(one.id, one.label) for one in book.areas] if book else [],
        labels={one.id: one.label for one in book.areas} if book else {},
        units=sorted(open_units, key=lambda one: natural_key(one[1])),
        named=sorted(
            {(one.unit, _name(units, one.unit)) for one in mine if one.unit is not None},
            key=lambda one: natural_key(one[1]),
        ),
        unit_name=lambda code: _name(units, code),
        body=bodies.name,
        speaking=sorted(
            ((code, bodies.name(code)) for code in speaking), key=lambda one: natural_key(one[1])
        ),
        hats=able,
        ready=book is not None,
        command=command(seen, "briefings"),
        here=to(seen, "briefings"),
        zone=seen.reader.ledger.timezone,
    )


def kind_words(about: str) -> str:
    """What an item is about."""
    return {
        "priority": tr("Trọng tâm", "Priority"),
        "note": tr("Lưu ý", "Note"),
        "bonus": tr("Điểm thưởng", "Bonus matter"),
        "penalty": tr("Điểm trừ", "Penalty matter"),
    }[about]


def _area(units: Mapping[str, KnownUnit], code: str | None) -> str:
    found = None if code is None else units.get(code)
    return "" if found is None else found.area


def _name(units: Mapping[str, KnownUnit], code: str | None) -> str:
    found = None if code is None else units.get(code)
    return str(code) if found is None else found.name
