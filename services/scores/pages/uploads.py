"""Files on pages: fetch a template, upload it filled in, see each bad cell, mend it, confirm."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from services.scores.board import Board, board_of
from services.scores.files.columns import leaves_of
from services.scores.files.desk import LEDGER, Looked, looked, may_keep
from services.scores.files.keeping import KEPT_DAYS, SCORES, Listed, listed
from services.scores.files.register import REGISTERS, UNITS
from services.scores.files.scoring import on_behalf
from services.scores.files.seen import pointed, tables
from services.scores.kept.bodies import DEPARTMENT, OFFICE, UNIT, Body
from services.scores.pages.frame import Frame, frame
from shared.access import AccessDenied
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.files.grid import MAX_BYTES
from shared.web.hats import Hat
from shared.web.i18n import natural_key, role_name, tr
from shared.web.problems import Problem
from shared.web.runtime import runtime


@dataclass(frozen=True, slots=True)
class Choice:
    """A body or register for which the reader may upload.  ``query``: how the API and the pages name it."""

    key: str
    words: str
    query: str
    href: str
    current: bool


def register(pages: Blueprint) -> None:
    """Put the pages on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/uploads", "uploads", uploads)
    pages.add_url_rule("/<org>/<cycle>/uploads/<upload>", "upload", upload)


def uploads(org: str, cycle: str) -> str:
    """Templates and uploads of ``?body=`` or ``?kind=``; the reader's own body if he has but one."""
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    board = board_of(seen.ledger)
    current = runtime()
    with read_transaction(current.engine) as connection:
        moment = instant(current.clock.now(seen.ledger, connection))
        keys = _keys(seen, board, moment)
        bodies = {LEDGER if key in REGISTERS else key for key in keys}
        waiting = listed(connection, seen.ledger, bodies) if bodies else []
    choices = [_choice(seen, key, board) for key in keys]
    asked = request.args.get("body", request.args.get("kind"))
    chosen = next((one for one in choices if one.key == asked), None)
    if asked is not None and chosen is None:
        may_keep(seen.reader.grants, asked, asked if asked in REGISTERS else SCORES)
        raise Problem("not-found")
    if chosen is None and len(choices) == 1:
        chosen = choices[0]
    return render_template(
        "scores/uploads.html",
        frame=seen,
        choices=choices,
        chosen=chosen,
        ready=board.state.rulebook() is not None,
        behalf=chosen is not None and _behalf(chosen.key, board),
        waiting=[(one, _listed_words(one, board)) for one in waiting],
        zone=seen.reader.ledger.timezone,
        most=MAX_BYTES,
        kept_days=KEPT_DAYS,
    )


def upload(org: str, cycle: str, upload: str) -> str:
    """One upload: what it would state, what is wrong where, and the confirmation."""
    seen = frame(org, cycle)
    found = looked(seen.reader, upload)
    shown = tables(found)
    key = found.upload.body if found.upload.kind == SCORES else found.upload.kind
    return render_template(
        "scores/upload.html",
        frame=seen,
        upload=found.upload,
        preview=found.preview,
        counts=found.preview.counts,
        tables=shown,
        faults=pointed(found, shown),
        wanted=found.wanted,
        hats=_hats(found),
        choice=_choice(seen, key, found.board),
        behalf=_behalf(key, found.board),
        zone=seen.reader.ledger.timezone,
        most=MAX_BYTES,
        kept_days=KEPT_DAYS,
    )


def _hats(found: Looked) -> tuple[Hat, ...]:
    key = found.upload.body
    behalf = found.upload.kind == SCORES and _behalf(key, found.board)
    whose = "" if key == LEDGER or behalf else f" · {_words(key, found.board)}"
    return tuple(Hat(name, role_name(name.split("@", 1)[0]) + whose, behalf) for name in found.hats)


def _keys(seen: Frame, board: Board, moment: str) -> list[str]:
    """What the reader may upload: body by body, then the registers."""
    book = board.state.rulebook()
    departments = sorted(board.state.departments.values(), key=lambda one: natural_key(one.name))
    bodies = [
        *(Body(DEPARTMENT, code) for code in seen.bodies),
        *(Body(UNIT, code) for code in seen.units),
        *(Body(OFFICE, one.code) for one in departments if seen.holds("office")),
    ]
    keys = [
        str(body)
        for body in bodies
        if book is not None
        and (body.kind != OFFICE or leaves_of(book, board.state, body, moment))
        and _may(seen, str(body), SCORES)
    ]
    return [*keys, *(kind for kind in REGISTERS if _may(seen, LEDGER, kind))]


def _may(seen: Frame, body: str, kind: str) -> bool:
    try:
        may_keep(seen.reader.grants, body, kind)
    except AccessDenied:
        return False
    return True


def _choice(seen: Frame, key: str, board: Board) -> Choice:
    settings = seen.reader.ledger
    query = urlencode({"kind" if key in REGISTERS else "body": key})
    page = url_for("scores_pages.uploads", org=settings.org, cycle=settings.cycle)
    asked = request.args.get("body", request.args.get("kind"))
    return Choice(key, _words(key, board), query, f"{page}?{query}", asked == key)


def _words(key: str, board: Board) -> str:
    if key in REGISTERS:
        return (
            tr("Danh sách đơn vị", "Unit register")
            if key == UNITS
            else tr("Danh sách Ban, đơn vị sự nghiệp", "Register of departments")
        )
    body = Body.parse(key)
    if body.kind == UNIT:
        return board.state.units[body.code].name if body.code in board.state.units else body.code
    found = board.state.departments.get(body.code)
    name = found.name if found is not None else body.code
    return tr(f"Nhập hộ {name}", f"For {name}") if _behalf(key, board) else name


def _behalf(key: str, board: Board) -> bool:
    return key not in REGISTERS and on_behalf(Body.parse(key), board)


def _listed_words(one: Listed, board: Board) -> str:
    return _words(one.body if one.kind == SCORES else one.kind, board)
