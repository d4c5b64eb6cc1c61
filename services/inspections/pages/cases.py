"""Forfeit cases: the chain of facts behind each, what the Committee said, and what to do meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from services.inspections.api.reading import checked_row
from services.inspections.board import Board, board_of
from services.inspections.deciding.cases import OPEN, case_chain
from services.inspections.deciding.packs import due_by
from services.inspections.pack_reading import case_preview, case_views
from services.inspections.pages.frame import Frame, frame
from services.inspections.pages.links import command, to
from services.inspections.pages.packs import document_labels, end_words
from services.inspections.pages.round_words import session_words
from shared.access import Target
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.web.hats import Hat, hats
from shared.web.i18n import language, natural_key, role_name, tr
from shared.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Effects:
    """What a confirmed case does to the unit, by the rulebook in force.

    ``ranked``: it keeps a place.  ``zeroed``: what its team would have scored counts 0.  ``capped``: the
    best class that it can have, None: any.  ``appealable``: it may complain about the forfeit itself.
    """

    ranked: bool
    zeroed: bool
    capped: str | None
    complains: bool
    appealable: bool


def register(pages: Blueprint) -> None:
    """Put the pages on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/cases", "cases", cases)
    pages.add_url_rule("/<org>/<cycle>/cases/<unit>", "case", case)


def cases(org: str, cycle: str) -> str:
    """The cases that the reader may see, open ones first; ``?unit=``: what a new case of it would carry."""
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    board = board_of(seen.reader.ledger)
    audience = seen.reader.audience()
    visits = board.state.visits
    codes = [
        code
        for code, visit in visits.items()
        if visit.cases and audience.sees_row(code, visit.slot.team if visit.slot else None)
    ]
    found = case_views(board.state, board.known, codes, board.now)
    asked = request.args.get("unit", "")
    refusal = _refusal(seen, board, asked) if asked else ""
    chosen = "" if refusal else asked
    recording = hats(seen.reader.grants, "inspections.record_outage")
    return render_template(
        "inspections/cases.html",
        **_common(seen, board),
        open=[one for one in found if one["status"] == OPEN],
        settled=[one for one in found if one["status"] != OPEN],
        openable=_openable(seen, board),
        chosen=chosen,
        preview=case_preview(board.state, board.known, chosen, board.now) if chosen else None,
        refusal=refusal,
        opening=_opening(seen, board, chosen) if chosen else (),
        may_open=seen.holds("office", "team_secretary"),
        recording=recording,
        outages=list(reversed(board.state.outages)) if recording or audience.everything else [],
    )


def case(org: str, cycle: str, unit: str) -> str:
    """The newest case of ``unit`` alone, for the Committee's file.  Raises 404 where there is none."""
    seen = frame(org, cycle)
    board = board_of(seen.reader.ledger)
    checked_row(seen.reader, None, board.state, unit)
    found = case_views(board.state, board.known, [unit], board.now)
    if not found:
        raise Problem(
            "not-found",
            "Đơn vị này không có hồ sơ quá hạn nào.",
            "This unit has no forfeit case.",
            status=404,
        )
    return render_template("inspections/case.html", **_common(seen, board), one=found[0])


def _common(seen: Frame, board: Board) -> dict[str, Any]:
    """What both templates ask for."""
    book = board.known.rulebook
    ledger = seen.reader.ledger
    return {
        "frame": seen,
        "ledger": ledger,
        "labels": document_labels(book),
        "effects": _effects(board),
        "period": "" if book is None else str(book.period.end.year),
        "own": set(seen.units),
        "deciding": bool(hats(seen.reader.grants, "ranking.decide_forfeit")),
        "decide_at": lambda unit: _decide_at(seen, unit),
        "calendar_of": lambda one: _calendar_of(board, one),
        "zone": ledger.timezone,
        "end_words": lambda due: end_words(due, board.zone),
        "session_words": session_words,
        "opened_by": lambda role: tr("hệ thống", "the system") if role == "system" else role_name(role),
        "now": instant(board.now),
        "to": lambda page, **about: to(seen, page, **about),
        "command": lambda path: command(seen, path),
    }


def _decide_at(seen: Frame, unit: str) -> str:
    """Where ranking takes the Committee's decision of a case."""
    asked = {"lang": language()} if "lang" in request.args else {}
    return f"/ranking/{seen.ledger}/decisions?{urlencode({'kind': 'forfeit', 'unit': unit, **asked})}#enter"


def _calendar_of(board: Board, view: dict[str, Any]) -> str:
    """The version of the calendar that the case's cut-off comes from; empty where it is another one now."""
    try:
        due = due_by(board.state, board.known, board.state.visit(view["unit"]))
    except Refused:
        return ""
    if due.calendar is None or instant(due.at) != view["due"]:
        return ""
    words = tr("phiên bản", "version")
    return f"{due.calendar.id}, {words} {due.calendar.version}"


def _effects(board: Board) -> Effects | None:
    book = board.known.rulebook
    if book is None:
        return None
    veto = next((one for one in book.vetoes if one.event == "decision.forfeit_confirmed"), None)
    classes = {one.id: one.label for one in book.classes}
    return Effects(
        ranked=book.policies["forfeited_unit_standing"] == "ranked",
        zeroed=veto is not None and veto.zeroes_inspection,
        capped=None if veto is None or veto.max_class is None else classes.get(veto.max_class),
        complains=veto is None or not veto.appeal_right_lost,
        appealable=book.appeals.forfeit_itself_appealable,
    )


def _target(board: Board, unit: str) -> Target:
    slot = board.state.visit(unit).slot
    return Target(unit=unit, team=slot.team if slot else None)


def _opening(seen: Frame, board: Board, unit: str) -> tuple[Hat, ...]:
    return hats(seen.reader.grants, "inspections.open_case", _target(board, unit))


def _openable(seen: Frame, board: Board) -> list[tuple[str, str]]:
    """Code and name of the units whose case the reader could open now, by name."""
    found = [
        (code, board.known.units[code].name)
        for code in board.state.visits
        if code in board.known.units and not _refusal(seen, board, code)
    ]
    return sorted(found, key=lambda one: (natural_key(one[1]), one[0]))


def _refusal(seen: Frame, board: Board, unit: str) -> str:
    """Why the reader cannot open a case of ``unit`` now; empty when he can."""
    if unit not in board.known.units or not _opening(seen, board, unit):
        return tr("Hồ sơ của đơn vị này không do bạn mở.", "A case of this unit is not yours to open.")
    try:
        case_chain(board.state, board.known, unit, board.now)
    except Refused as refused:
        return tr(refused.faults[0].vi, refused.faults[0].en)
    return ""
