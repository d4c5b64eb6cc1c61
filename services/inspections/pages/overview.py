"""The progress board of the round: its days, its teams and areas, whose turn it is, and how far each unit is.

Who sees no unit's row sees what the schedule tells everybody: the session, and whether it was held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request

from services.inspections.board import Board, board_of
from services.inspections.deciding.due_after import last_day
from services.inspections.needs import ROLES, Need, needs_of, next_session
from services.inspections.pages.frame import Frame, frame
from services.inspections.pages.links import to
from services.inspections.pages.round_words import (
    fact_words,
    need_page,
    need_words,
    session_words,
    stage_words,
    weekday_words,
)
from services.inspections.progress import (
    FACTS,
    STAGES,
    Progress,
    Sums,
    days_of,
    progress_of,
    session_key,
    sums_of,
)
from services.inspections.state import Round, State
from shared.access.grants import Scope
from shared.calendar import local_date
from shared.events.envelope import instant
from shared.web.frame import TEAM_ROLES
from shared.web.i18n import natural_key, role_name

SOME = 5
"""How many units a need names before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the stacked bar, in thousandths of its width."""

    stage: str
    words: str
    count: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Group:
    """A team or an area with the sums of its units."""

    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Task:
    """A need in words.  ``href``: where it is met, None where there is no page for it."""

    need: Need
    words: str
    href: str | None
    units: tuple[str, ...]
    more: int
    until: str | None


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose turn it is: a role, or one of the reader's own hats with its next session."""

    words: str
    scope: str
    tasks: tuple[Task, ...]
    coming: Progress | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the table of units is asked for; empty: everything."""

    team: str
    area: str
    stage: str

    def keeps(self, row: Progress, stage: str) -> bool:
        """Whether ``row``, which is shown as being at ``stage``, is asked for."""
        asked = ((self.team, row.team), (self.area, row.area), (self.stage, stage))
        return all(not wanted or wanted == held for wanted, held in asked)

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return bool(self.team or self.area or self.stage)


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/", "ledger_page", ledger_page)


def ledger_page(org: str, cycle: str) -> str:
    """The board; ``?team=``, ``?area=`` and ``?stage=`` narrow the table of units."""
    seen = frame(org, cycle)
    board = board_of(seen.reader.ledger)
    rows = sorted(
        progress_of(board.state, board.known, board.now),
        key=lambda row: (session_key(row), natural_key(row.name)),
    )
    audience = seen.reader.audience()
    shown = [row for row in rows if audience.sees_row(row.unit, row.team)]
    asked = Filters(*(request.args.get(name, "")[:40] for name in ("team", "area", "stage")))
    teams = sorted(board.state.teams, key=natural_key)
    areas = list(dict.fromkeys(row.area for row in sorted(rows, key=lambda row: _area_key(board, row.area))))
    held = _round(board.state)
    own = _own(seen, board, rows)
    return render_template(
        "inspections/ledger.html",
        frame=seen,
        ledger=seen.reader.ledger,
        round=held,
        today=local_date(board.now, board.zone),
        now=instant(board.now),
        days=()
        if held is None
        else days_of(held, board.state.calendar(held), rows, local_date(board.now, board.zone)),
        bar=_bar(rows, None if audience.everything else "all"),
        everything=audience.everything,
        scheduled=sum("scheduled" in row.facts for row in rows),
        units=len(rows),
        by_team=[Group(team, sums_of([row for row in shown if row.team == team])) for team in teams],
        by_area=[
            Group(_area_name(board, area), sums_of([row for row in shown if row.area == area]))
            for area in areas
        ],
        total=sums_of(shown),
        own=own,
        others=_others(seen, board, rows) if audience.everything else (),
        detailed=[row for row in shown if asked.keeps(row, row.stage)],
        plain=[] if audience.everything else [row for row in rows if asked.keeps(row, row.shown_to_all)],
        sees=len(shown),
        asked=asked,
        teams=teams,
        areas=[(area, _area_name(board, area)) for area in areas],
        stages=[one for one in STAGES if shown or one in ("concluded", "opened", "scheduled", "unscheduled")],
        facts=FACTS,
        fact_words=fact_words,
        stage_words=stage_words,
        session_words=session_words,
        weekday_words=weekday_words,
        area_name=lambda area: _area_name(board, area),
        closing=to(seen, "closing") if audience.everything else None,
    )


def _round(state: State) -> Round | None:
    """The open round, else the last one."""
    rounds = list(state.rounds.values())
    return state.round or (rounds[-1] if rounds else None)


def _area_key(board: Board, area: str) -> tuple[int, str]:
    codes = [] if board.known.rulebook is None else [one.id for one in board.known.rulebook.areas]
    return (codes.index(area) if area in codes else len(codes), area)


def _area_name(board: Board, area: str) -> str:
    found = () if board.known.rulebook is None else board.known.rulebook.areas
    return next((one.label for one in found if one.id == area), area)


def _bar(rows: Sequence[Progress], audience: str | None) -> tuple[Segment, ...]:
    """The stages of ``rows`` in their order; for ``all`` only those that everybody may know."""
    stages = [row.shown_to_all if audience == "all" else row.stage for row in rows]
    found: list[Segment] = []
    start = 0
    for stage in STAGES:
        count = stages.count(stage)
        if not count:
            continue
        end = 1000 * (sum(one.count for one in found) + count) // len(rows)
        found.append(Segment(stage, stage_words(stage), count, start, end - start))
        start = end
    return tuple(found)


def _own(seen: Frame, board: Board, rows: Sequence[Progress]) -> list[Hand]:
    """The reader's own hats with what waits for each, and his next session."""
    who = seen.reader
    person = None if who.principal is None else who.principal.sub
    found = []
    for role, scope in dict.fromkeys((grant.role, grant.scope) for grant in who.grants):
        place = Scope.parse(scope)
        if role not in ROLES or place is None:
            continue
        mine = [
            row
            for row in rows
            if place.kind == "ledger"
            or (place.kind == "unit" and row.unit == place.code)
            or (place.kind == "team" and row.team == place.code)
        ]
        roles = [role] if place.kind != "team" or role == "team_member" else [role, "team_member"]
        needs = [
            need for one in roles for need in needs_of(board.state, board.known, mine, board.now, one, person)
        ]
        coming = None if place.kind == "ledger" else next_session(mine, board.now, board.zone)
        found.append(Hand(role_name(role), place.code or "", _tasks(seen, board, needs, mine), coming))
    return found


def _others(seen: Frame, board: Board, rows: Sequence[Progress]) -> list[Hand]:
    """What waits for everybody else, by role."""
    found = []
    for role in ROLES:
        if seen.holds(role):
            continue
        tasks = _tasks(seen, board, needs_of(board.state, board.known, rows, board.now, role), rows)
        if tasks:
            found.append(Hand(role_name(role), "", tasks))
    return found


def _tasks(seen: Frame, board: Board, needs: Sequence[Need], rows: Sequence[Progress]) -> tuple[Task, ...]:
    names = {row.unit: row.name for row in rows}
    made = []
    for need in needs:
        named = [] if need.kind == "close" else [names[code] for code in need.units]
        made.append(
            Task(
                need,
                need_words(need.kind),
                _place(seen, need_page(need.kind)),
                tuple(named[:SOME]),
                max(0, len(named) - SOME),
                _until(board, need.due),
            )
        )
    return tuple(made)


def _until(board: Board, due: datetime | None) -> str | None:
    return None if due is None else last_day(due, board.zone).isoformat()


def _place(seen: Frame, page: str) -> str | None:
    """The address where a need is met, None where the reader would be turned away."""
    if page == "reflections" and not seen.holds(*TEAM_ROLES):
        return None
    return to(seen, page)
