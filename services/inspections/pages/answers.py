"""What a unit answers to the adjustments of its conclusion; its team and the Committee read it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template

from services.inspections import reading
from services.inspections.answer_reading import adjustments_of
from services.inspections.api.reading import checked_row
from services.inspections.board import Board, board_of
from services.inspections.deciding.due_after import last_day, responses_due
from services.inspections.pages.frame import Frame, frame
from services.inspections.pages.links import command, to
from shared.access import Target
from shared.database import read_transaction
from shared.events.envelope import instant, parse_instant
from shared.web.hats import hats
from shared.web.i18n import natural_key
from shared.web.problems import Problem
from shared.web.runtime import runtime
from shared.web.time_left import left_words


@dataclass(frozen=True, slots=True)
class Row:
    """A concluded unit in the list: how many of its adjustments stand, wait for it, and are disputed."""

    unit: str
    name: str
    team: str
    adjustments: int
    unanswered: int
    disputed: int
    due: str | None
    late: bool
    href: str


@dataclass(frozen=True, slots=True)
class Change:
    """An adjustment in words.  ``told``: as the API tells it; ``until``: the last day to answer."""

    told: dict[str, Any]
    title: str
    difference: str | None
    until: str | None
    left: str


def register(pages: Blueprint) -> None:
    """Put the pages on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/answers", "answers", answers)
    pages.add_url_rule("/<org>/<cycle>/answers/<unit>", "answers_unit", answers_unit)


def answers(org: str, cycle: str) -> str:
    """The concluded units that the reader may see; who stands for one unit alone finds its page here."""
    seen = _known(org, cycle)
    audience = seen.reader.audience()
    if len(seen.units) == 1 and not audience.everything and not seen.teams:
        return answers_unit(org, cycle, seen.units[0])
    board = board_of(seen.reader.ledger)
    rows = [
        _row(seen, board, code)
        for code, visit in board.state.visits.items()
        if visit.concluded and audience.sees_row(code, visit.slot.team if visit.slot else None)
    ]
    return render_template(
        "inspections/answers.html",
        frame=seen,
        rows=sorted(rows, key=lambda row: (not row.disputed, not row.unanswered, natural_key(row.name))),
    )


def answers_unit(org: str, cycle: str, unit: str) -> str:
    """Each adjustment of one unit with what it changed and why, and two ways to answer it."""
    seen = _known(org, cycle)
    board = board_of(seen.reader.ledger)
    checked_row(seen.reader, None, board.state, unit)
    held = board.known.units.get(unit)
    if held is None:
        raise Problem("unknown-unit", status=404)
    visit = board.state.visit(unit)
    standing, replaced = _adjustments(board, unit)
    team = visit.slot.team if visit.slot else None
    return render_template(
        "inspections/answers_unit.html",
        frame=seen,
        unit=held,
        visit=visit,
        team=team,
        standing=[_change(board, one) for one in standing],
        replaced=[_change(board, one) for one in replaced],
        hats=hats(seen.reader.grants, "inspections.answer_adjustment", Target(unit=unit, team=team)),
        acknowledge=command(seen, "adjustments/acknowledge"),
        dispute=command(seen, "adjustments/dispute"),
        zone=seen.reader.ledger.timezone,
        one=len(seen.units) == 1 and not seen.teams and not seen.reader.audience().everything,
        list=to(seen, "answers"),
        standing_page=f"/ranking/{seen.ledger}/units/{unit}",
        decisions=f"/ranking/{seen.ledger}/decisions" if _decides(seen) and visit.record.disputed() else None,
        calendar=_calendar(board),
    )


def _decides(seen: Frame) -> bool:
    """Whether the reader takes a disputed score to a decision, or enters one."""
    return bool(hats(seen.reader.grants, "ranking.decide_score"))


def _known(org: str, cycle: str) -> Frame:
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    return seen


def _adjustments(board: Board, unit: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    with read_transaction(runtime().engine) as connection:
        told = list(reading.events_of(connection, board.ledger.ledger, unit))
    return adjustments_of(board.state, board.known, told, unit, board.now)


def _row(seen: Frame, board: Board, code: str) -> Row:
    visit, held = board.state.visit(code), board.known.units.get(code)
    record, dues = visit.record, responses_due(board.state, board.known, visit)
    return Row(
        code,
        code if held is None else held.name,
        visit.slot.team if visit.slot else "",
        sum(record.adjustment(criterion) is not None for criterion in record.adjusted),
        len(record.unanswered()),
        len(record.disputed()),
        last_day(min(dues), board.zone).isoformat() if dues else None,
        bool(dues) and min(dues) <= board.now,
        to(seen, "answers_unit", unit=code),
    )


def _change(board: Board, told: dict[str, Any]) -> Change:
    book = board.known.rulebook
    leaf = None if book is None else book.leaf.get(told["criterion"])
    before = told["from_effective"]
    due = told["due"]
    return Change(
        told,
        "" if leaf is None else leaf.label,
        None if before is None else _signed(Decimal(told["to"]) - Decimal(before)),
        None if due is None else last_day(parse_instant(due), board.zone).isoformat(),
        "" if due is None or told["answer"] else left_words(due, instant(board.now)),
    )


def _signed(points: Decimal) -> str:
    return f"{points.normalize():+f}" if points else "0"


def _calendar(board: Board) -> str:
    """The named version of the calendar that says how long there is to answer; empty without one."""
    rounds = list(board.state.rounds.values())
    held = board.state.round or (rounds[-1] if rounds else None)
    found = None if held is None else board.state.calendar(held)
    return "" if found is None or found.adjustment_response is None else f"{found.id}, {found.version}"
