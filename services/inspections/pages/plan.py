"""The schedule of the round as a calendar: half-days by team, and how far each unit is."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request

from services.inspections import plan_reading
from services.inspections.board import Board, board_of
from services.inspections.pages.frame import frame
from services.inspections.seats import (
    STATES,
    Seat,
    called,
    days_of,
    round_shown,
    seats_of,
    state_words,
    unplaced,
    weekday,
)
from services.inspections.supposing import SCHEDULE
from shared.web.hats import hats
from shared.web.i18n import natural_key


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/plan", "plan", plan)


def plan(org: str, cycle: str) -> str:
    """The calendar; ``?team=``, ``?area=`` and ``?q=`` (a part of a unit's name or code) narrow it."""
    seen = frame(org, cycle)
    board = board_of(seen.reader.ledger)
    audience = seen.reader.audience()
    seats = seats_of(board, audience)
    asked = {name: request.args.get(name, "").strip()[:80] for name in ("team", "area", "q")}
    shown = [one for one in seats if _wanted(one, asked)]
    teams = sorted({*board.state.teams, *(one.team for one in seats)}, key=natural_key)
    held = round_shown(board)
    return render_template(
        "inspections/plan.html",
        frame=seen,
        round=held,
        days=days_of(board, shown, held),
        teams=[asked["team"]] if asked["team"] in teams else teams,
        every_team=teams,
        areas=areas_of(board, {one.area for one in seats}),
        asked=asked,
        shown=len(shown),
        total=len(seats),
        counts=[(state, sum(1 for one in shown if one.state == state)) for state in STATES],
        unplaced=unplaced(board),
        open_requests=plan_reading.request_rows(board.state, audience),
        called=lambda code: called(board, code),
        state_words=state_words,
        may_schedule=bool(hats(seen.reader.grants, SCHEDULE)),
        may_open=hats(seen.reader.grants, "inspections.open_round"),
        weekday=weekday,
    )


def areas_of(board: Board, codes: set[str]) -> list[tuple[str, str]]:
    """Code and label of the areas among ``codes``, in the rulebook's order."""
    book = board.known.rulebook
    if book is None:
        return [(code, code) for code in sorted(codes)]
    return [(area.id, area.label) for area in book.areas if area.id in codes]


def _wanted(one: Seat, asked: Mapping[str, str]) -> bool:
    if asked["team"] and asked["team"] != one.team:
        return False
    if asked["area"] and asked["area"] != one.area:
        return False
    return asked["q"].casefold() in f"{one.name} {one.unit}".casefold()
