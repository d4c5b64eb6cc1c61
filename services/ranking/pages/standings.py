"""The standings page: the same parts for a first look, for a page that is open, and for paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from services.ranking import positions, presenting
from services.ranking.api.standings import HIDDEN
from services.ranking.book import MarkedEvent
from services.ranking.desk import (
    Moment,
    View,
    asked_position,
    desk,
    pinned_body,
    shown_at,
    state_at,
    view,
)
from services.ranking.engine import State
from services.ranking.history import Shown
from services.ranking.pages.answers import private, redirect_to
from services.ranking.pages.frame import address, frame
from services.ranking.presenting import Scene
from services.ranking.view import Board, Detail, count
from services.ranking.words import Words, describe
from shared.database import read_transaction
from shared.events import Event
from shared.web.i18n import language
from shared.web.problems import Problem

START = Words("Trước sự kiện đầu tiên", "Before the first event")


def register(pages: Blueprint) -> None:
    """Register the standings page and its parts on ``pages``."""

    @pages.get("/<org>/<cycle>/")
    def standings(org: str, cycle: str) -> Response | str:
        """The standings of one ledger."""
        return _page("ranking/standings.html", org, cycle)

    @pages.get("/<org>/<cycle>/board")
    def board(org: str, cycle: str) -> Response | str:
        """The parts that an open page puts in place of its own."""
        return _page("ranking/fragment.html", org, cycle)

    @pages.get("/<org>/<cycle>/units/<unit>/why")
    def unit_why(org: str, cycle: str, unit: str) -> Response | str:
        """The why of one row, for an open page."""
        seen = view(org, cycle)
        position = asked_position(seen, request.args.get("at"))
        if isinstance(position, Moment):
            position = position.position
        shown = shown_at(seen, position)
        state = state_at(seen, shown.position)
        detail = _detail(seen, shown, state, unit)
        if detail is None:
            raise Problem("unknown-unit", status=404)
        return private(
            render_template(
                "ranking/_detail.html",
                detail=detail,
                page_of=partial(address, seen.ledger, at=position),
            )
        )

    @pages.get("/<org>/<cycle>/pick")
    def pick(org: str, cycle: str) -> Response:
        """The pair page of the two units that were ticked."""
        seen = view(org, cycle)
        units = request.args.getlist("unit")
        if len(units) != 2:
            raise Problem("no-pair")
        return redirect_to(address(seen.ledger, "pair", a=units[0], b=units[1]))


def _page(template: str, org: str, cycle: str) -> Response | str:
    seen = view(org, cycle)
    position = asked_position(seen, request.args.get("at"))
    if isinstance(position, Moment):
        return redirect_to(_address(request.path, at=position.position))
    shown = shown_at(seen, position)
    state = state_at(seen, shown.position)
    made = presenting.board(_scene(seen, shown, state, live=position is None))
    opened = request.args.get("open")
    marks = [mark.position for mark in made.marks]
    page = url_for(".standings", org=org, cycle=cycle)
    return private(
        render_template(
            template,
            board=made,
            selected=_selected(made),
            opened=opened,
            detail=_detail(seen, shown, state, opened) if opened else None,
            url=_link_maker(page),
            url_page=page,
            url_board=url_for(".board", org=org, cycle=cycle),
            url_why=url_for(".unit_why", org=org, cycle=cycle, unit="-"),
            url_stream=""
            if seen.audience.published_only
            else url_for("ranking.stream", org=org, cycle=cycle),
            previous_mark=max((one for one in marks if one < shown.position), default=0),
            next_mark=min((one for one in marks if one > shown.position), default=seen.size),
            count=lambda value: count(value, language()),
            simulated=made.simulated,
            frame=frame(seen, "", shown),
            page_of=partial(address, seen.ledger, at=made.position if made.past else None),
            url_pick=url_for(".pick", org=org, cycle=cycle),
        )
    )


def _selected(board: Board) -> str:
    asked = request.args.get("area")
    known = [area.id for area in board.areas]
    return asked if asked in known and asked else known[0] if known else ""


def _link_maker(page: str) -> Callable[..., str]:
    def url(anchor: str | None = None, **changes: Any) -> str:
        return _address(page, anchor, **changes)

    return url


def _address(path: str, anchor: str | None = None, **changes: Any) -> str:
    """``path`` with the query of this request, changed; None takes a parameter away."""
    kept = {name: request.args[name] for name in ("area", "at", "lang") if name in request.args}
    pairs = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{path}{query}{f'#{anchor}' if anchor else ''}"


def _scene(seen: View, shown: Shown, state: State, *, live: bool) -> Scene:
    before = seen.before(shown.position)
    follows = not seen.audience.published_only
    return Scene(
        settings=seen.reader.ledger,
        shown=shown,
        body=seen.body(shown, state),
        state=state,
        size=seen.size if follows else shown.position,
        live=live and follows,
        past=follows and not live,
        names=seen.book.names(state),
        marks=_marks(seen) if follows else (),
        handle=_handle(seen, shown.position, state),
        before=None if before is None else (before, pinned_body(seen, before.version)[1]),
        pinned=seen.publication_of(shown),
        open_to_all=seen.open_to_all,
        language=language(),
        freeze=next((one for one in seen.state.freezes if follows and one.at == shown.position), None),
        quotas=shown.result.quotas if seen.audience_at(shown.position).everything else {},
        disputed=shown.result.disputed,
    )


def _marks(seen: View) -> tuple[MarkedEvent, ...]:
    """The marks of the slider that this reader may read: they tell what was decided, and on whom."""
    return tuple(one for one in seen.book.marks(seen.size) if seen.sees_event(one.type, one.subject))


def _handle(seen: View, position: int, state: State) -> Words:
    """The last event folded, in words."""
    if position == 0:
        return START
    with read_transaction(desk().engine) as connection:
        entry = positions.entry(connection, seen.ledger, position - 1)
    if entry is None or not seen.sees_event(entry.type, entry.subject):
        return HIDDEN
    return describe(entry.type, entry.subject, Event.parse(entry.value).data, seen.book.names(state))


def _detail(seen: View, shown: Shown, state: State, unit: str) -> Detail | None:
    """The why of ``unit`` for this reader, None when there is none for him."""
    body = seen.body(shown, state)
    row = next((row for area in body["areas"] for row in area["rows"] if row["unit"] == unit), None)
    if row is None:
        return None
    visible = frozenset(entry["criterion"] for entry in row["criteria"]) if "criteria" in row else None
    return presenting.detail(state, unit, row, seen.book.names(state), visible, language())
