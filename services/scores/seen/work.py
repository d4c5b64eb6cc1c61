"""What waits for a person, hat by hat: what is due, what is missing, what is begun, who waits for an answer.

Pure: a moment's picture of the board, the sessions and the drafts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.scores.board import Board
from services.scores.deciding.completeness import missing, sheet_missing
from services.scores.inspected.schedule import Session
from services.scores.kept.bodies import DEPARTMENT, Body
from services.scores.kept.drafts import Kept
from services.scores.seen.entries import DISPUTED, entered_for
from services.scores.seen.evaluations import about_unit
from services.scores.seen.grid import Cell, Grid, by_session, grid_of
from services.scores.state import Unit
from shared.rulebook import Rulebook

SUBMITTED = "selfassessment.submitted.v1"


@dataclass(frozen=True, slots=True)
class Coming:
    """A unit that still lacks ``criteria``; ``session``: when it is inspected, None while nobody knows."""

    unit: Unit
    session: Session | None
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """``stage`` of some ``criteria`` is to be scored before ``until``; ``lacking`` cells of them are not."""

    stage: str
    criteria: tuple[str, ...]
    until: str
    lacking: int


@dataclass(frozen=True, slots=True)
class DepartmentWork:
    """What waits for a department.  ``ready``: drafts laid before the head.  ``waiting``: values entered for
    it that it has not answered, the oldest ``silent`` days old.
    """

    code: str
    asked: int
    scored: int
    due: tuple[Due, ...]
    coming: tuple[Coming, ...]
    drafts: int
    ready: int
    waiting: int
    silent: int

    @property
    def next_due(self) -> str | None:
        """The first instant by which something that is missing is to be there, or None."""
        return next((due.until for due in self.due if due.lacking), None)

    @property
    def calm(self) -> bool:
        """Whether nothing waits."""
        return not (self.asked - self.scored or self.drafts or self.waiting)


@dataclass(frozen=True, slots=True)
class UnitWork:
    """What waits for a unit.  ``submitted``: when its sheet was last, None = never.  ``unread``: criteria
    with an external evaluation that it has not acknowledged.
    """

    unit: Unit
    session: Session | None
    asked: int
    lacking: tuple[str, ...]
    drafts: int
    submitted: str | None
    due: str | None
    unread: tuple[str, ...]

    @property
    def calm(self) -> bool:
        """Whether nothing waits."""
        return self.submitted is not None and not (self.lacking or self.drafts or self.unread)


@dataclass(frozen=True, slots=True)
class OfficeWork:
    """What waits for the Office: ``own`` criteria, the bodies that owe values, what nobody has answered.

    ``owed``: missing cells by body, most first.  ``unsubmitted``: units without a submitted sheet.
    """

    own: tuple[DepartmentWork, ...]
    owed: tuple[tuple[str, int], ...]
    coming: tuple[Coming, ...]
    waiting: int
    silent: int
    disputed: int
    unsubmitted: int
    units: int

    @property
    def calm(self) -> bool:
        """Whether nothing waits."""
        return not (self.owed or self.waiting or self.disputed or self.unsubmitted)


def department_work(
    board: Board,
    book: Rulebook,
    code: str,
    now: str,
    *,
    sessions: Mapping[str, Session],
    drafts: Sequence[Kept],
) -> DepartmentWork:
    """What waits for the department ``code`` at ``now``."""
    body = Body(DEPARTMENT, code)
    grid = grid_of(board, book, body, now, sessions=sessions, drafts=drafts)
    open_entries = [entry for entry in entered_for(board, now, (code,)) if entry.open]
    return DepartmentWork(
        code,
        grid.asked,
        grid.scored,
        _due(grid),
        _lacking(grid),
        len(drafts),
        sum(bool(kept.content.get("ready")) for kept in drafts),
        len(open_entries),
        max((entry.days for entry in open_entries), default=0),
    )


def unit_work(
    board: Board, book: Rulebook, unit: Unit, *, sessions: Mapping[str, Session], drafts: Sequence[Kept]
) -> UnitWork:
    """What waits for ``unit`` itself."""
    submitted = board.noted(SUBMITTED, unit.code)
    asked = sum(leaf.self_scored and unit.area in leaf.max for leaf in book.leaves)
    return UnitWork(
        unit,
        sessions.get(unit.code),
        asked,
        sheet_missing(board.state, unit),
        len(drafts),
        submitted[-1].time if submitted else None,
        board.state.due_of("self"),
        tuple(one.leaf.id for one in about_unit(board, book, unit.code) if one.acknowledged is None),
    )


def office_work(
    board: Board,
    book: Rulebook,
    now: str,
    *,
    sessions: Mapping[str, Session],
    drafts: Mapping[str, Sequence[Kept]],
) -> OfficeWork:
    """What waits for the Office; ``drafts``: by department for which it keeps some."""
    units = [unit for unit in board.state.units.values() if unit.open_on(book.period.end)]
    lacking = {unit.code: missing(board.state, unit, now) for unit in units}
    owed: dict[str, int] = {}
    for bodies in lacking.values():
        for code, criteria in bodies.items():
            owed[code] = owed.get(code, 0) + len(criteria)
    entries = entered_for(board, now)
    silent = [entry.days for entry in entries if entry.open]
    coming = (
        Coming(
            unit, sessions.get(unit.code), tuple(one for some in lacking[unit.code].values() for one in some)
        )
        for unit in units
        if lacking[unit.code]
    )
    return OfficeWork(
        tuple(
            department_work(board, book, code, now, sessions=sessions, drafts=drafts.get(code, ()))
            for code in board.state.offices
        ),
        tuple(sorted(owed.items(), key=lambda item: (-item[1], item[0]))),
        tuple(sorted(coming, key=lambda one: by_session(one.unit, one.session))),
        len(silent),
        max(silent, default=0),
        sum(entry.state == DISPUTED and not entry.replaced for entry in entries),
        sum(not unit.submitted for unit in units),
        len(units),
    )


def _due(grid: Grid) -> tuple[Due, ...]:
    """By instant and stage: which criteria are due then, and how many cells of theirs lack a value."""
    found: dict[tuple[str, str], list[int]] = {}
    for index, column in enumerate(grid.columns):
        if column.due is not None:
            found.setdefault((column.due, column.leaf.stage), []).append(index)
    return tuple(
        Due(
            stage,
            tuple(grid.columns[index].leaf.id for index in indexes),
            until,
            sum(_lacks(row.cells[index]) for row in grid.rows for index in indexes),
        )
        for (until, stage), indexes in sorted(found.items())
    )


def _lacking(grid: Grid) -> tuple[Coming, ...]:
    found = (
        Coming(
            row.unit,
            row.session,
            tuple(
                column.leaf.id for column, cell in zip(grid.columns, row.cells, strict=True) if _lacks(cell)
            ),
        )
        for row in grid.rows
    )
    return tuple(coming for coming in found if coming.criteria)  # in the order of the grid: by session


def _lacks(cell: Cell | None) -> bool:
    return cell is not None and cell.standing is None
