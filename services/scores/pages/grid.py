"""The scoring grid of a body: a department of itself, or the Office entering for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from services.scores.board import Value, board_of
from services.scores.deciding.setup import in_force
from services.scores.evidence import only_cited
from services.scores.inspected.schedule import Session, sessions_of
from services.scores.kept.bodies import DEPARTMENT, OFFICE, Body, check_access
from services.scores.kept.drafts import Kept, drafts_of
from services.scores.pages.frame import Frame, frame
from services.scores.seen.grid import Cell, Column, Grid, grid_of
from services.scores.seen.rule_words import ladder_lines, no_target_line, rule_line
from shared.database import read_transaction
from shared.events.envelope import instant, parse_instant
from shared.rulebook import Rulebook
from shared.rulebook.model import Bounds
from shared.rulebook.number import shortest, show
from shared.web.hats import Hat, hats
from shared.web.i18n import day, moment, number, tr
from shared.web.problems import Problem
from shared.web.runtime import runtime

HEAD = "department_head@"


@dataclass(frozen=True, slots=True)
class Tab:
    """An area to look at; ``area`` None is all of them."""

    area: str | None
    words: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts: the hat, and whether he states (``states``) or, where the head signs off, only proposes."""

    hat: Hat
    states: bool
    signs: bool


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/grid", "grid", grid)


def grid(org: str, cycle: str) -> str:
    """The grid of ``?body=`` (default: the reader's own department), of one ``?area=`` or all.

    For the Office: ``?document=`` is the source document of all that is entered, ``?occurred_at=`` when it
    was said, for an entry that is made afterwards.
    """
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    body = _body(seen)
    if body is None:
        return render_template("scores/grid_choice.html", frame=seen, choices=_choices(seen))
    check_access(seen.reader.grants, "scores.keep_draft", body)
    board = board_of(seen.ledger)
    book = in_force(board.state)
    area = request.args.get("area")
    if area is not None and area not in book.area:
        raise Problem("not-found")
    current = runtime()
    with read_transaction(current.engine) as connection:
        now = instant(current.clock.now(seen.ledger, connection))
        sessions = sessions_of(connection, seen.ledger)
        kept = drafts_of(connection, seen.ledger, body)
    found = grid_of(board, book, body, now, sessions=sessions, drafts=kept, area=area)
    acting = _acting(seen, found, book)
    return render_template(
        "scores/grid.html",
        frame=seen,
        grid=found,
        book=book,
        names={code: one.name for code, one in board.state.departments.items()},
        tabs=_tabs(seen, found, book, area),
        acting=acting,
        document=_document(body),
        data=Markup(_data(seen, found, book, acting)),
        now=now,
        zone=seen.reader.ledger.timezone,
        due=_due(found.columns),
        value_words=value_words,
        session_words=session_words,
    )


def value_words(value: Value | None) -> str:
    """A raw input as people read it: 5,75; 80/100; KGCT where no target was set."""
    if value is None:
        return ""
    data = value.data
    if "state" in data:
        return NO_TARGET_WORD
    words = number(data["value"])
    return f"{words}/{number(data['target'])}" if "target" in data else words


NO_TARGET_WORD = "KGCT"
"""What is typed, and shown, where nobody set a target (không giao chỉ tiêu)."""


def _body(seen: Frame) -> Body | None:
    asked = request.args.get("body")
    if asked is not None:
        body = Body.parse(asked)
        if body.kind not in (DEPARTMENT, OFFICE):
            raise Problem("not-found")
        return body
    return Body(DEPARTMENT, seen.bodies[0]) if len(seen.bodies) == 1 else None


def _choices(seen: Frame) -> list[tuple[str, str]]:
    """Address and name of each body whose grid the reader may open without saying more."""
    names = board_of(seen.ledger).state.departments
    return [
        (_address(seen, body=f"department:{code}"), names[code].name if code in names else code)
        for code in seen.bodies
    ]


def _acting(seen: Frame, found: Grid, book: Rulebook) -> Acting | None:
    """The hat in which the reader scores here; a head's before a specialist's.  None: he may not."""
    held = tuple(grant for grant in seen.reader.grants if grant.scope == found.body.scope)
    able = [hat for column in found.columns for hat in hats(held, "scores.record_score", column.target)]
    if not able:
        return None
    signed = found.body.kind == DEPARTMENT and book.policies["signoff"] == "head"
    best = min(able, key=lambda hat: (not hat.name.startswith(HEAD), hat.name))
    return Acting(best, not signed or best.name.startswith(HEAD), signed)


def _document(body: Body) -> str:
    return request.args.get("document", "").strip()[:100] if body.kind == OFFICE else ""


def _occurred_at() -> str | None:
    given = request.args.get("occurred_at")
    if given:
        try:
            parse_instant(given)
        except ValueError:
            raise Problem("bad-request") from None
    return given or None


def _due(columns: Sequence[Column]) -> str | None:
    """The instant by which everything here is due, where it is one."""
    instants = {column.due for column in columns}
    return instants.pop() if len(instants) == 1 else None


def _address(seen: Frame, **about: str | None) -> str:
    settings = seen.reader.ledger
    page = url_for("scores_pages.grid", org=settings.org, cycle=settings.cycle)
    return f"{page}?" + urlencode({name: text for name, text in about.items() if text})


def _tabs(seen: Frame, found: Grid, book: Rulebook, area: str | None) -> list[Tab]:
    about = {name: request.args.get(name) for name in ("document", "occurred_at", "lang")}

    def tab(code: str | None, words: str) -> Tab:
        return Tab(code, words, _address(seen, body=str(found.body), area=code, **about), code == area)

    every = [tab(None, tr("Tất cả", "All"))] if len(found.areas) > 1 else []
    return [*every, *(tab(code, book.area[code].label) for code in found.areas)]


# --- what the script works with ---------------------------------------------------------------------------


def _data(seen: Frame, found: Grid, book: Rulebook, acting: Acting | None) -> str:
    """The page's data as JSON, for a ``<script type="application/json">``: nothing in it ends the element."""
    api = f"/scores/v1/{seen.ledger}"
    zone = seen.reader.ledger.timezone
    assert seen.reader.principal is not None
    value = {
        "body": str(found.body),
        "who": seen.reader.principal.sub,
        "hat": None if acting is None else acting.hat.name,
        "states": acting is not None and acting.states,
        "signs": acting is not None and acting.signs,
        "document": _document(found.body),
        "needs_document": acting is not None and acting.hat.on_behalf,
        "occurred_at": _occurred_at(),
        "zone": zone,
        "no_target": NO_TARGET_WORD,
        "api": api,
        "unheld": sorted(only_cited(seen.ledger, _cited(found))),
        "columns": [column_data(column, book) for column in found.columns],
        "units": [
            {"code": row.unit.code, "name": row.unit.name, "area": row.unit.area} for row in found.rows
        ],
        "cells": [[None if cell is None else _cell(cell, zone) for cell in row.cells] for row in found.rows],
    }
    return orjson.dumps(value).decode().replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _cited(found: Grid) -> set[str]:
    """The digests that values and drafts of the grid cite."""
    cells = [cell for row in found.rows for cell in row.cells if cell is not None]
    values = [value.data for cell in cells for value in (cell.standing, cell.own, *cell.records) if value]
    drafts = [cell.draft.content for cell in cells if cell.draft is not None]
    return {file["sha256"] for said in (*values, *drafts) for file in said.get("evidence", ())}


def column_data(column: Column, book: Rulebook) -> dict[str, Any]:
    """What the script has to know of a criterion to check a value as :mod:`shared.rulebook.values` does."""
    leaf = column.leaf
    no_target = no_target_line(leaf)
    return {
        "id": leaf.id,
        "label": leaf.label,
        "stage": leaf.stage,
        "period": leaf.period,
        "input": leaf.input,
        "target": leaf.takes_target,
        "step": shortest(book.number.step),
        "source_max": None if leaf.source_max is None else shortest(leaf.source_max),
        "max": {area: shortest(most) for area, most in leaf.max.items()},
        "min": {area: shortest(least) for area, least in leaf.min.items()},
        "ladder": None
        if leaf.ladder is None
        else {
            "integer": leaf.ladder.integer,
            "domain": _bounds(leaf.ladder.domain),
            "rows": [_bounds(row.bounds) for row in leaf.ladder.rows],
        },
        "rule": tr(*rule_line(leaf, book)),
        "no_target": None if no_target is None else tr(*no_target),
        "lines": {
            area: [[tr(*condition), tr(*points)] for condition, points in ladder_lines(leaf, area, book)]
            for area in leaf.max
        },
    }


def _bounds(bounds: Bounds) -> dict[str, str]:
    named = {"gt": bounds.gt, "gte": bounds.gte, "lt": bounds.lt, "lte": bounds.lte}
    return {name: show(value, 0) for name, value in named.items() if value is not None}


def _cell(cell: Cell, zone: str) -> dict[str, Any]:
    return {
        "stands": None if cell.standing is None else _value(cell.standing, zone),
        "own": None if cell.own is None else _value(cell.own, zone),
        "records": [_value(value, zone) for value in cell.records],
        "draft": None if cell.draft is None else _draft(cell.draft),
    }


def _value(value: Value, zone: str) -> dict[str, Any]:
    data = value.data
    return {
        "number": value.number,
        "stage": value.stage,
        "words": value_words(value),
        "when": moment(value.time, zone),
        "who": data["actor"]["sub"],
        "office": data["actor"]["role"] == "office",
        "withdrawn": value.withdrawn is not None,
        "disputed": value.dispute,
        **{
            name: data[name]
            for name in (
                "value",
                "target",
                "state",
                "basis",
                "reason",
                "document",
                "entered_by",
                "on_behalf_of",
                "evidence",
            )
            if name in data
        },
    }


def _draft(draft: Kept) -> dict[str, Any]:
    return {
        **draft.content,
        "version": draft.version,
        "edited_at": draft.edited_at,
        "edited_by": draft.edited_by,
    }


def session_words(session: Session | None) -> str:
    """When the unit is inspected: 09/11/2020, buổi sáng; nothing before it is scheduled."""
    if session is None:
        return tr("chưa xếp lịch", "not scheduled")
    half = tr("chiều", "afternoon") if session.afternoon else tr("sáng", "morning")
    return f"{day(session.date)} {half}"
