"""My work: what waits for who is signed in, hat by hat, the next inspections first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import Connection

from services.scores.board import Board, board_of
from services.scores.inspected.schedule import Session, sessions_of
from services.scores.kept.bodies import DEPARTMENT, OFFICE, UNIT, Body
from services.scores.kept.drafts import Kept, drafts_of
from services.scores.pages.frame import Frame, frame
from services.scores.pages.grid import session_words
from services.scores.seen.work import (
    DepartmentWork,
    OfficeWork,
    UnitWork,
    department_work,
    office_work,
    unit_work,
)
from shared.access.rules import SPEAKING
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.rulebook import Rulebook
from shared.web.i18n import role_name, tr
from shared.web.problems import Problem
from shared.web.runtime import runtime
from shared.web.time_left import left, left_words

NEXT = 8
"""How many units a list shows before it leads on."""

STAGES = {
    "self": ("Tự chấm", "Self score"),
    "department": ("Ban, đơn vị chấm", "Department scores"),
    "external": ("Đánh giá ngoài", "External evaluation"),
}


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/work", "work", work)


def work(org: str, cycle: str) -> str:
    """What is due, missing, begun and unanswered for each of the reader's hats."""
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    board = board_of(seen.ledger)
    book = board.state.rulebook()
    current = runtime()
    with read_transaction(current.engine) as connection:
        now = instant(current.clock.now(seen.ledger, connection))
        found = [] if book is None else _found(seen, board, book, connection, now)
    roles = {grant.role for grant in seen.reader.grants}
    return render_template(
        "scores/work.html",
        frame=seen,
        ready=book is not None,
        departments=[one for one in found if isinstance(one, DepartmentWork)],
        units=[one for one in found if isinstance(one, UnitWork)],
        office=next((one for one in found if isinstance(one, OfficeWork)), None),
        heads={grant.scope for grant in seen.reader.grants if grant.role == "department_head"},
        signs=book is not None and book.policies["signoff"] == "head",
        others=[role_name(role) for role in sorted(roles - {*SPEAKING, "unit", "office"})],
        names={code: one.name for code, one in board.state.departments.items()},
        now=now,
        zone=seen.reader.ledger.timezone,
        next=NEXT,
        stages={stage: tr(*words) for stage, words in STAGES.items()},
        session_words=session_words,
        left_words=lambda until: left_words(until, now),
        is_late=lambda until: left(until, now).late,
        to=lambda page, **about: _address(seen, page, about),
    )


def _found(
    seen: Frame, board: Board, book: Rulebook, connection: Connection, now: str
) -> list[DepartmentWork | UnitWork | OfficeWork]:
    sessions = sessions_of(connection, seen.ledger)

    def kept(kind: str, code: str) -> list[Kept]:
        return drafts_of(connection, seen.ledger, Body(kind, code))

    found: list[DepartmentWork | UnitWork | OfficeWork] = []
    for code in seen.bodies:
        drafts = kept(DEPARTMENT, code)
        found.append(department_work(board, book, code, now, sessions=sessions, drafts=drafts))
    for code in seen.units:
        unit = board.state.units.get(code)
        if unit is not None:
            found.append(unit_work(board, book, unit, sessions=sessions, drafts=kept(UNIT, code)))
    if seen.holds("office"):
        found.append(_office(board, book, now, sessions, lambda code: kept(OFFICE, code)))
    return found


def _office(board: Board, book: Rulebook, now: str, sessions: Mapping[str, Session], kept: Any) -> OfficeWork:
    drafts: dict[str, Sequence[Kept]] = {code: kept(code) for code in board.state.offices}
    return office_work(board, book, now, sessions=sessions, drafts=drafts)


def _address(seen: Frame, page: str, about: Mapping[str, str]) -> str:
    """The address of a page of this ledger, in the language that was asked for."""
    settings = seen.reader.ledger
    asked = {"lang": request.args["lang"]} if "lang" in request.args else {}
    query = urlencode({**about, **asked})
    address = url_for(f"scores_pages.{page}", org=settings.org, cycle=settings.cycle)
    return f"{address}?{query}" if query else address
