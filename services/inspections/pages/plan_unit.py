"""One unit's sessions: the one in force and earlier ones, a request and its answer, a move and its effect."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from services.inspections import pack_reading, plan_reading
from services.inspections.board import Board, board_of
from services.inspections.calendar_form import SESSIONS, Hours
from services.inspections.commands import Schedule
from services.inspections.deciding.scheduling import hours_of
from services.inspections.pages.frame import frame
from services.inspections.seats import half_words, round_shown, seats_of, state_words, weekday, working_days
from services.inspections.state import Slot, Visit
from services.inspections.supposing import SCHEDULE, Supposed, as_if, session_supposed
from shared.access import Target
from shared.events.fields import CODE
from shared.web.hats import hats
from shared.web.i18n import natural_key, tr
from shared.web.problems import Problem

ASK = "inspections.ask_reschedule"
ANSWER = "inspections.answer_reschedule"


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/plan/<unit>", "plan_unit", plan_unit)


def plan_unit(org: str, cycle: str, unit: str) -> str:
    """One unit: its session and every earlier one, a request and its answer, a move and what it does.

    The session is for everybody; history, requests and forms are for who may see the unit's row.
    ``?team=&date=&session=`` (and ``request``) ask what such a session would mean.
    """
    seen = frame(org, cycle)
    board = board_of(seen.reader.ledger)
    if unit not in board.known.units:
        raise Problem("unknown-unit", status=404)
    visit = board.state.visit(unit)
    team = visit.slot.team if visit.slot else None
    target = Target(unit=unit, team=team)
    audience = seen.reader.audience()
    sees = audience.sees_row(unit, team)
    move_hats = hats(seen.reader.grants, SCHEDULE, target)
    wanted = wanted_session(visit, unit)
    supposed, moving = None, None
    if move_hats and wanted is not None:
        moving = next((hat for hat in move_hats if hat.name == request.args.get("as")), move_hats[0])
        caller = as_if(seen.reader, board.now, moving.name)
        supposed = session_supposed(board.state, board.known, wanted, caller)
    zone = board.zone
    return render_template(
        "inspections/plan_unit.html",
        frame=seen,
        board=board,
        unit=board.known.units[unit],
        visit=visit,
        seat=next((one for one in seats_of(board, audience, unit)), None),
        hours=_hours(board, visit.slot),
        due=pack_reading.due_or_none(board.state, board.known, visit) if sees else None,
        history=plan_reading.slot_rows(board.state, board.known, unit, zone) if sees else (),
        requests=visit.requests if sees else (),
        sees=sees,
        movable=board.state.round is not None and not visit.opened,
        ask_hats=hats(seen.reader.grants, ASK, target),
        answer_hats=hats(seen.reader.grants, ANSWER, target),
        move_hats=move_hats,
        moving=moving,
        wanted=wanted,
        wanted_day=date.fromisoformat(wanted.date) if wanted else None,
        supposed=supposed,
        deadline=deadline_words(supposed, board),
        days=working_days(board),
        teams=teams_offered(board, team, seen.holds("office")),
        asked={name: request.args.get(name, "") for name in ("team", "date", "session", "request")},
        half_words=half_words,
        state_words=state_words,
        weekday=weekday,
        zone=zone.key,
    )


def teams_offered(board: Board, team: str | None, office: bool) -> list[str]:
    """The teams to which the unit may be given: only the Office assigns another one."""
    if team is not None and not office:
        return [team]
    return sorted(board.state.teams, key=natural_key)


def wanted_session(visit: Visit, unit: str) -> Schedule | None:
    """The session that the address asks about, or None; the team stays unless another is named.

    Raises a 422 problem for a day, a half-day or a code that is none.
    """
    day, half = request.args.get("date", ""), request.args.get("session", "")
    team = request.args.get("team", "") or (visit.slot.team if visit.slot else "")
    number = request.args.get("request", "")
    if not day or not half:
        return None
    try:
        date.fromisoformat(day)
        wrong = half not in SESSIONS or not CODE.fullmatch(team) or (number != "" and not number.isdecimal())
    except ValueError:
        wrong = True
    if wrong or len(number) > 15:
        raise Problem("bad-request", "Ngày, buổi hoặc đoàn không đúng.", "Not a day, a half-day or a team.")
    return Schedule(unit, team, day, half, request=int(number) if number else None)


def deadline_words(supposed: Supposed | None, board: Board) -> str:
    """What the move does to the cut-off of the pack, in words; empty when it would be refused."""
    move = supposed.move if supposed else None
    if move is None:
        return ""
    after, before = (
        None if one is None else one.astimezone(board.zone).strftime("%d/%m/%Y %H:%M")
        for one in (move.after, move.before)
    )
    if before is None:
        return tr(f"Hạn nộp tài liệu sẽ là trước {after}.", f"Documents will be due before {after}.")
    if before == after:
        return tr(f"Hạn nộp tài liệu giữ nguyên: trước {after}.", f"Documents stay due before {after}.")
    return tr(
        f"Hạn nộp tài liệu được tính lại: trước {after} (đang là trước {before}).",
        f"Documents become due before {after} (before {before} until now).",
    )


def _hours(board: Board, slot: Slot | None) -> Hours | None:
    held = round_shown(board)
    return None if slot is None else hours_of(board.state.calendar(held) if held else None, slot.session)
