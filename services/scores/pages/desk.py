"""The Office's desk: for whom it may enter, from which document, and what became of what it entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, url_for

from services.scores.board import Board, board_of
from services.scores.deciding.setup import in_force, unknown_department
from services.scores.inspected.schedule import sessions_of
from services.scores.kept.bodies import OFFICE, Body
from services.scores.kept.drafts import drafts_of
from services.scores.pages.entries import rows_of
from services.scores.pages.frame import Frame, frame
from services.scores.seen.entries import DISPUTED, Entered, by_age, entered_for
from services.scores.seen.grid import Grid, columns_of, grid_of
from shared.access import AccessDenied, Target
from shared.database import read_transaction
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.rulebook import Rulebook
from shared.web.hats import Hat, hats
from shared.web.i18n import natural_key
from shared.web.problems import Problem
from shared.web.runtime import runtime

LATELY = 20
"""How many of the newest entries the desk shows."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One body that the Office may enter for.  ``asked``, ``scored``, ``drafts``: cells; the rest: entries.

    ``oldest``: days of the longest silence, None when nothing waits.
    """

    code: str
    name: str
    criteria: tuple[str, ...]
    asked: int
    scored: int
    drafts: int
    waiting: int
    oldest: int | None
    disputed: int


def register(pages: Blueprint) -> None:
    """Put the desk and the way from it to the grid on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/desk", "desk", desk)
    pages.add_url_rule("/<org>/<cycle>/desk/enter", "enter", enter)


def desk(org: str, cycle: str) -> str:
    """Bodies, the form that asks body and document once, what was entered lately, waits, is disputed."""
    seen = frame(org, cycle)
    board = board_of(seen.ledger)
    hat = _hat(seen, board)
    book = in_force(board.state)
    with read_transaction(runtime().engine) as connection:
        now = instant(runtime().clock.now(seen.ledger, connection))
        sessions = sessions_of(connection, seen.ledger)
        bodies = _bodies(board, book, now)
        drafts = {body: drafts_of(connection, seen.ledger, body) for body in bodies}
    every = entered_for(board, now)
    desks = [
        _desk(board, grid_of(board, book, body, now, sessions=sessions, drafts=drafts[body]), every)
        for body in bodies
    ]
    disputed = [entry for entry in every if entry.state == DISPUTED and not entry.replaced]
    return render_template(
        "scores/desk.html",
        frame=seen,
        hat=hat,
        desks=sorted(desks, key=lambda one: (natural_key(one.name), one.code)),
        chosen=request.args.get("body", ""),
        lately=rows_of(board, every[:LATELY]),
        entered=len(every),
        disputed=rows_of(board, disputed),
        ages=by_age(every),
        zone=seen.reader.ledger.timezone,
    )


def enter(org: str, cycle: str) -> Response:
    """On to the grid of ``?body=`` with ``?document=``; ``?since=``: local time at which it happened."""
    seen = frame(org, cycle)
    board = board_of(seen.ledger)
    _hat(seen, board)
    code, document = request.args.get("body", ""), request.args.get("document", "").strip()
    if code not in board.state.departments:
        raise unknown_department(code, "body")
    if not document:
        raise Refused(
            "document-missing",
            "Nhập hộ cần nêu văn bản nguồn.",
            "Entering for another body needs its source document.",
            field="document",
        )
    about = {"body": str(Body(OFFICE, code)), "document": document}
    if request.args.get("since"):
        about["occurred_at"] = _since(request.args["since"], seen)
    if "lang" in request.args:
        about["lang"] = request.args["lang"]
    answer = redirect(f"{url_for('scores_pages.grid', org=org, cycle=cycle)}?{urlencode(about)}", 303)
    return Response(answer.get_data(), answer.status_code, dict(answer.headers))


def _since(local: str, seen: Frame) -> str:
    """The instant of a wall time that the browser's field gave."""
    try:
        wall = datetime.fromisoformat(local)
    except ValueError:
        raise Problem("bad-request") from None
    return instant(wall.replace(tzinfo=ZoneInfo(seen.reader.ledger.timezone)).astimezone(UTC))


def _hat(seen: Frame, board: Board) -> Hat:
    """As what the reader enters for others.  Raises for who may not."""
    if seen.reader.principal is None:
        raise Problem("token-missing")
    offices = board.state.offices or ("VP",)
    target = Target(stage="department", entered_by=offices, office=offices)
    found = hats(seen.reader.grants, "scores.record_score", target)
    if not found:
        raise AccessDenied(
            "wrong-role",
            "Bàn nhập hộ dành cho Văn phòng.",
            "The desk for entering on behalf is the Office's.",
        )
    return found[0]


def _bodies(board: Board, book: Rulebook, now: str) -> list[Body]:
    """Those for which the rulebook lets the Office enter something now."""
    codes = (code for code in board.state.departments if code not in board.state.offices)
    bodies = (Body(OFFICE, code) for code in codes)
    return [body for body in bodies if columns_of(board.state, book, body, now)]


def _desk(board: Board, grid: Grid, every: tuple[Entered, ...]) -> Desk:
    code = grid.body.code
    own = [entry for entry in every if entry.value.responsible == code]
    waiting = [entry.days for entry in own if entry.open]
    return Desk(
        code,
        board.state.departments[code].name,
        tuple(column.leaf.id for column in grid.columns),
        grid.asked,
        grid.scored,
        sum(cell is not None and cell.draft is not None for row in grid.rows for cell in row.cells),
        len(waiting),
        max(waiting) if waiting else None,
        sum(entry.state == DISPUTED and not entry.replaced for entry in own),
    )
