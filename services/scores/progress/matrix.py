"""Completeness per unit and per scorer: what is missing, whose turn it is, how long until the inspection.

Plan III.3: bodies score before the inspection.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.scores.board import Board
from services.scores.deciding.completeness import asked_of, sheet_of
from services.scores.inspected.schedule import Session
from services.scores.state import State, Unit
from shared.access import Audience
from shared.rulebook import Leaf, Rulebook

SUBMITTED = "selfassessment.submitted.v1"


@dataclass(frozen=True, slots=True)
class Cell:
    """What ``body`` has to score of one unit: ``asked`` and of those ``missing``, in the rulebook's order.

    ``due``: the earliest exclusive instant by which one of the missing is due; None without any.
    """

    body: str
    asked: tuple[str, ...]
    missing: tuple[str, ...]
    due: str | None

    @property
    def done(self) -> int:
        """How many of the asked have a value; zero is one, null is not."""
        return len(self.asked) - len(self.missing)


@dataclass(frozen=True, slots=True)
class Row:
    """One unit.  ``sheet``: its own criteria, None for who does not see its row, or when it has none.

    ``submitted``: when its sheet was submitted last.  ``session``, ``days``: its inspection, and how many
    days until then (negative: past); None before one is scheduled.  ``cells``: by scorer, in the rulebook's
    order.
    """

    unit: str
    area: str
    name: str
    session: Session | None
    days: int | None
    sheet: Cell | None
    submitted: str | None
    cells: tuple[Cell, ...]

    @property
    def turn(self) -> tuple[str, ...]:
        """Whom the unit waits for, the next first: itself until its sheet is in, then who is due first."""
        own = (self.unit,) if self.sheet is not None and self.submitted is None else ()
        owing = [cell for cell in self.cells if cell.missing]
        # Stable: bodies due at the same instant, or never, keep the rulebook's order.
        owing.sort(key=lambda cell: (cell.due is None, cell.due or ""))
        return (*own, *(cell.body for cell in owing))

    def cell(self, body: str) -> Cell | None:
        """What ``body`` has to score here; None when nothing, or nothing that the reader sees."""
        return next((cell for cell in self.cells if cell.body == body), None)


@dataclass(frozen=True, slots=True)
class Scorer:
    """One body over all the rows.  ``units``: how many still lack a value of its; ``late``: of those, how
    many are overdue; ``due``: the earliest instant by which one of the missing is due.
    """

    body: str
    name: str
    asked: int
    missing: int
    units: int
    late: int
    due: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """``rows`` by inspection, units without one last; ``scorers`` in the rulebook's order; ``last``: number
    of the newest own event that was read.
    """

    rows: tuple[Row, ...]
    scorers: tuple[Scorer, ...]
    last: int


def progress_of(
    board: Board,
    sessions: Mapping[str, Session],
    audience: Audience,
    *,
    now: str,
    today: date,
    only_unit: str | None = None,
    only_body: str | None = None,
) -> Progress:
    """How far scoring is, as far as ``audience`` reaches (architecture 4.5).

    ``now``: the ledger's time, a written instant; ``today``: its day in the ledger's zone.  Units that are
    not scored in this cycle do not appear, and nothing before a rulebook is in force.  ``only_unit``,
    ``only_body``: of one unit, of what one body has to score.
    """
    book = board.state.rulebook()
    if book is None:
        return Progress((), (), board.last)
    rows = [
        row
        for unit in board.state.units.values()
        if unit.open_on(book.period.end)
        if only_unit in (None, unit.code)
        for row in _row(board, book, unit, sessions.get(unit.code), audience, now, today, only_body)
    ]
    rows.sort(key=_by_inspection)
    return Progress(tuple(rows), _scorers(board.state, book, rows, now), board.last)


def _by_inspection(row: Row) -> tuple[bool, str, bool, str, str]:
    session = row.session
    day, afternoon = ("", False) if session is None else (session.date, session.afternoon)
    return (session is None, day, afternoon, row.area, row.unit)


def _row(
    board: Board,
    book: Rulebook,
    unit: Unit,
    session: Session | None,
    audience: Audience,
    now: str,
    today: date,
    only_body: str | None,
) -> Iterable[Row]:
    """The row of ``unit``; nothing when the audience sees none of it."""
    state, team = board.state, None if session is None else session.team
    cells = []
    for body, leaves in asked_of(state, book, unit.area, now).items():
        seen = [leaf for leaf in leaves if audience.sees_criterion(unit.code, state.owners(leaf, now), team)]
        if seen and only_body in (None, body):
            cells.append(_cell(state, body, unit, [(leaf, leaf.stage) for leaf in seen]))
    whole = only_body is None and audience.sees_row(unit.code, team)
    if not (whole or cells):
        return
    own = [(leaf, "self") for leaf in sheet_of(book, unit.area)] if whole else []
    submissions = board.noted(SUBMITTED, unit.code) if whole else ()
    yield Row(
        unit.code,
        unit.area,
        unit.name,
        session,
        None if session is None else (date.fromisoformat(session.date) - today).days,
        _cell(state, unit.code, unit, own) if own else None,
        submissions[-1].time if submissions else None,
        tuple(cells),
    )


def _cell(state: State, body: str, unit: Unit, asked: list[tuple[Leaf, str]]) -> Cell:
    lacking = [(leaf, stage) for leaf, stage in asked if unit.standing(leaf.id, stage) is None]
    due = [found for leaf, stage in lacking if (found := state.due_of(stage, leaf.id)) is not None]
    return Cell(
        body,
        tuple(leaf.id for leaf, _ in asked),
        tuple(leaf.id for leaf, _ in lacking),
        min(due, default=None),
    )


def _scorers(state: State, book: Rulebook, rows: Iterable[Row], now: str) -> tuple[Scorer, ...]:
    held: dict[str, list[Cell]] = {}
    for row in rows:
        for cell in row.cells:
            held.setdefault(cell.body, []).append(cell)
    order = {state.owner(leaf, now): number for number, leaf in reversed(list(enumerate(book.leaves)))}
    return tuple(_scorer(state, body, held[body], now) for body in sorted(held, key=lambda body: order[body]))


def _scorer(state: State, body: str, cells: list[Cell], now: str) -> Scorer:
    owing = [cell for cell in cells if cell.missing]
    department = state.departments.get(body)
    return Scorer(
        body,
        body if department is None else department.name,
        sum(len(cell.asked) for cell in cells),
        sum(len(cell.missing) for cell in owing),
        len(owing),
        sum(1 for cell in owing if cell.due is not None and cell.due <= now),
        min((cell.due for cell in owing if cell.due is not None), default=None),
    )
