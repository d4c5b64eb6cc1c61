"""Making the schedule: out of a file, or as the solver proposes it.  Both end in one ``schedule/batch``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from flask import Blueprint, render_template, request

from services.inspections import plan_reading
from services.inspections.board import Board, planned_board
from services.inspections.calendar_form import SESSIONS
from services.inspections.pages.frame import frame, only_for
from services.inspections.pages.plan import areas_of
from services.inspections.proposing import Placed, propose
from services.inspections.seats import Seat, days_of, half_words, seats_of, unplaced, weekday, working_days
from services.inspections.supposing import SCHEDULE
from shared.access import PUBLISHED_ONLY
from shared.files.grid import MAX_BYTES
from shared.web.hats import hats
from shared.web.i18n import natural_key
from shared.web.problems import Problem

MOST_BARRED = 500


def register(pages: Blueprint) -> None:
    """Put the pages on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/plan-import", "plan_import", plan_import)
    pages.add_url_rule("/<org>/<cycle>/proposal", "proposal", proposal)


def plan_import(org: str, cycle: str) -> str:
    """A schedule from a file: the template, the upload, each bad cell, the confirmation."""
    seen = frame(org, cycle)
    only_for(seen, SCHEDULE)
    return render_template(
        "inspections/plan_import.html",
        frame=seen,
        most=MAX_BYTES,
        hats=hats(seen.reader.grants, SCHEDULE),
        ready=planned_board(seen.reader.ledger).state.round is not None,
    )


def proposal(org: str, cycle: str) -> str:
    """``?ask=1`` lets the solver place every unit without a session; ``no=TEAM@DAY@HALF`` bars a half-day."""
    seen = frame(org, cycle)
    only_for(seen, SCHEDULE)
    board = planned_board(seen.reader.ledger)
    held = board.state.round
    teams = sorted(board.state.teams, key=natural_key)
    barred = _barred(teams)
    found = None
    if request.args.get("ask") and held is not None:
        problem = plan_reading.problem_of(board.state, board.known, held, board.now, board.zone, barred)
        found = propose(problem)
    placed = (found.placed or ()) if found else ()
    fixed = seats_of(board, PUBLISHED_ONLY)
    seats = [*fixed, *(_seat(one, board) for one in placed)]
    return render_template(
        "inspections/proposal.html",
        frame=seen,
        round=held,
        hats=hats(seen.reader.grants, SCHEDULE),
        teams=teams,
        work=working_days(board),
        barred={(one["team"], one["date"], one["session"]) for one in barred},
        found=found,
        placed=len(placed),
        waiting=len(unplaced(board)),
        days=days_of(board, seats, held),
        mix=Counter((one.team, one.area) for one in seats),
        areas=areas_of(board, {one.area for one in seats}),
        rows=_rows(placed),
        half_words=half_words,
        weekday=weekday,
    )


def _barred(teams: Sequence[str]) -> list[dict[str, str]]:
    """The half-days on which a team cannot come.  Raises a 422 problem for what is none."""
    found = []
    for given in request.args.getlist("no")[:MOST_BARRED]:
        team, _, when = given.partition("@")
        day, _, half = when.partition("@")
        try:
            date.fromisoformat(day)
        except ValueError:
            half = ""
        if team not in teams or half not in SESSIONS:
            raise Problem(
                "bad-request",
                f"Không phải buổi của đoàn: {given[:60]}",
                f"Not a team's half-day: {given[:60]}",
            )
        found.append({"team": team, "date": day, "session": half})
    return found


def _seat(one: Placed, board: Board) -> Seat:
    name = board.known.units[one.unit].name
    return Seat(one.unit, name, one.area, one.team, one.session.day, one.session.name, "proposed")


def _rows(placed: Sequence[Placed]) -> list[dict[str, str]]:
    """The sessions as ``schedule/batch`` takes them."""
    return [
        {"unit": one.unit, "team": one.team, "date": one.session.day.isoformat(), "session": one.session.name}
        for one in placed
    ]
