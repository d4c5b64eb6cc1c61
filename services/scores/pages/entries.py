"""What was entered for a body by another one: read, confirmed in one go, disputed one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from services.scores.board import Board, board_of
from services.scores.pages.frame import frame
from services.scores.seen.entries import (
    CONFIRMED,
    DISPUTED,
    STATES,
    WAITING,
    Entered,
    by_age,
    entered_for,
    readable_bodies,
)
from shared.access import AccessDenied, Target
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.web.hats import hats
from shared.web.i18n import natural_key, number, tr
from shared.web.runtime import runtime


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as a person reads it: unit, criterion, value and body in words, and the entry itself."""

    entry: Entered
    unit: str
    criterion: str
    value: str
    body: str


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/entries", "entries", entries)


def entries(org: str, cycle: str) -> str:
    """The list of ``?body=`` (default: all that the reader may read) in ``?state=`` (default: waiting)."""
    seen = frame(org, cycle)
    readable = readable_bodies(seen.reader)
    board = board_of(seen.ledger)
    body = request.args.get("body") or (seen.bodies[0] if seen.bodies and readable is not None else "")
    if body and readable is not None and body not in readable:
        raise AccessDenied(
            "wrong-scope", f"Quyền hiện có không bao gồm {body}.", f"The grants held do not reach {body}."
        )
    with read_transaction(runtime().engine) as connection:
        now = instant(runtime().clock.now(seen.ledger, connection))
    every = entered_for(board, now, readable)
    found = [entry for entry in every if not body or entry.value.responsible == body]
    asked = request.args.get("state", WAITING)
    state = asked if asked in (*STATES, "all") else WAITING
    return render_template(
        "scores/entries.html",
        frame=seen,
        rows=rows_of(board, [entry for entry in found if state in ("all", entry.state)]),
        counts=[(name, words, sum(name in ("all", one.state) for one in found)) for name, words in _states()],
        ages=by_age(found),
        state=state,
        body=body,
        bodies=_bodies(board, readable, every),
        hats=hats(seen.reader.grants, "scores.answer_entry", Target(owners=(body,))) if body else (),
        api=f"/scores/v1/{seen.ledger}",
        zone=seen.reader.ledger.timezone,
    )


def rows_of(board: Board, found: Sequence[Entered]) -> list[Row]:
    """``found`` in words."""
    book = board.state.rulebook()
    leaves = {} if book is None else book.leaf
    rows = []
    for entry in found:
        value = entry.value
        unit, leaf = board.state.units.get(value.unit), leaves.get(value.criterion)
        rows.append(
            Row(
                entry,
                value.unit if unit is None else unit.name,
                value.criterion if leaf is None else f"{leaf.id} {leaf.label}",
                stated(value.data),
                body_name(board, value.responsible),
            )
        )
    return rows


def stated(data: Mapping[str, Any]) -> str:
    """A raw input in words: ``118 / 120``, ``9``, or that no target was set."""
    if "value" not in data:
        return tr("không giao chỉ tiêu", "no target set")
    return number(data["value"]) + (f" / {number(data['target'])}" if "target" in data else "")


def body_name(board: Board, code: str) -> str:
    """What the body is called."""
    found = board.state.departments.get(code)
    return code if found is None else found.name


def _states() -> tuple[tuple[str, str], ...]:
    return (
        (WAITING, tr("Chưa trả lời", "Not answered")),
        (CONFIRMED, tr("Đã xác nhận", "Confirmed")),
        (DISPUTED, tr("Không đồng ý", "Disputed")),
        ("all", tr("Tất cả", "All")),
    )


def _bodies(
    board: Board, readable: frozenset[str] | None, every: Sequence[Entered]
) -> list[tuple[str, str, int]]:
    """Code, name and number of open entries of each body that can be chosen."""
    codes = readable if readable is not None else {entry.value.responsible for entry in every}
    listed = [
        (code, body_name(board, code), sum(one.open for one in every if one.value.responsible == code))
        for code in codes
    ]
    return sorted(listed, key=lambda one: (natural_key(one[1]), one[0]))
