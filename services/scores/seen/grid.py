"""What a body's scoring grid shows: its criteria across, the units down, and everything known of each cell.

Pure: a moment's picture of the board, the sessions and the drafts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.scores.board import Board, Value
from services.scores.deciding.completeness import OFFICIAL
from services.scores.inspected.schedule import Session
from services.scores.kept.bodies import OFFICE, Body
from services.scores.kept.drafts import Kept
from services.scores.state import State, Unit
from shared.access import Target
from shared.rulebook import Leaf, Rulebook
from shared.web.i18n import natural_key


@dataclass(frozen=True, slots=True)
class Column:
    """A criterion of the body.  ``due``: the exclusive instant by which it is to be scored, or None."""

    leaf: Leaf
    target: Target
    due: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A criterion of a unit.  ``standing`` counts now; ``own`` is the unit's self score; ``records`` are all
    other values ever stated on it, oldest first; ``draft`` is what the body is working on.
    """

    standing: Value | None
    own: Value | None
    records: tuple[Value, ...]
    draft: Kept | None


@dataclass(frozen=True, slots=True)
class Row:
    """A unit; ``cells`` beside the columns, None where the criterion does not apply in its area."""

    unit: Unit
    session: Session | None
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid of ``body``; ``areas``: those in which it has anything to score, in the rulebook's order."""

    body: Body
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    areas: tuple[str, ...]

    @property
    def asked(self) -> int:
        """How many cells there are to score."""
        return sum(cell is not None for row in self.rows for cell in row.cells)

    @property
    def scored(self) -> int:
        """How many of them have a value that stands."""
        return sum(cell is not None and cell.standing is not None for row in self.rows for cell in row.cells)


def grid_of(
    board: Board,
    book: Rulebook,
    body: Body,
    moment: str,
    *,
    sessions: Mapping[str, Session],
    drafts: Iterable[Kept] = (),
    area: str | None = None,
) -> Grid:
    """The grid of ``body`` at ``moment``: units by session, those without one last, then by name.

    ``area``: only the units and criteria of that one.
    """
    columns = columns_of(board.state, book, body, moment)
    areas = tuple(one.id for one in book.areas if any(one.id in column.leaf.max for column in columns))
    shown = tuple(column for column in columns if area is None or area in column.leaf.max)
    kept = {draft.cell: draft for draft in drafts}
    rows = [
        Row(unit, sessions.get(unit.code), _cells(board, unit, shown, kept))
        for unit in board.state.units.values()
        if unit.open_on(book.period.end) and (unit.area in areas if area is None else unit.area == area)
    ]
    rows = [row for row in rows if any(row.cells)]
    return Grid(body, shown, tuple(sorted(rows, key=lambda row: by_session(row.unit, row.session))), areas)


def columns_of(state: State, book: Rulebook, body: Body, moment: str) -> tuple[Column, ...]:
    """The criteria that ``body`` scores at ``moment``, in the rulebook's order.

    For the Office: those of the department it enters for, as far as the rulebook lets it, or its own.
    """
    offices = state.offices or ("VP",)
    found = []
    for leaf in book.leaves:
        owners = state.owners(leaf, moment)
        if leaf.stage not in OFFICIAL or body.code not in owners:
            continue
        if body.kind == OFFICE and {*owners, *leaf.entered_by}.isdisjoint(offices):
            continue
        target = Target(stage=leaf.stage, owners=owners, entered_by=leaf.entered_by, office=offices)
        found.append(Column(leaf, target, state.due_of(leaf.stage, leaf.id)))
    return tuple(found)


def _cells(
    board: Board, unit: Unit, columns: tuple[Column, ...], kept: Mapping[tuple[str, str, str], Kept]
) -> tuple[Cell | None, ...]:
    of_criterion: dict[str, list[Value]] = {}
    for value in board.values.get(unit.code, ()):
        of_criterion.setdefault(value.criterion, []).append(value)
    return tuple(
        None
        if unit.area not in leaf.max
        else _cell(of_criterion.get(leaf.id, []), leaf.stage, kept.get((unit.code, leaf.id, leaf.stage)))
        for leaf in (column.leaf for column in columns)
    )


def _cell(values: list[Value], stage: str, draft: Kept | None) -> Cell:
    standing = _latest(values, stage)
    return Cell(
        standing,
        _latest(values, "self"),
        tuple(value for value in values if value.stage != "self" and value is not standing),
        draft,
    )


def _latest(values: list[Value], stage: str) -> Value | None:
    stands = (value for value in reversed(values) if value.stage == stage and value.withdrawn is None)
    return next(stands, None)


def by_session(unit: Unit, session: Session | None) -> tuple[object, ...]:
    """Sort key of units: by session, those without one last, then by name as people sort it."""
    when = session or Session("", False, "")
    return (session is None, when.date, when.afternoon, natural_key(unit.name), unit.code)
