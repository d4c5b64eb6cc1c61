"""Standings by the event-at-a-time fold: of the whole ledger, and of the units that a batch touched.

Between two comparisons only sheets are kept, no facts: a unit that is touched again is folded again from its
first event.  What concerns all units (rulebooks, the end of the round, ties, answers to decisions) is read
and folded again each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Engine

from services.ranking.engine import State, initial, sheet_of
from services.ranking.engine.context import Context, context_of
from services.ranking.folding import Result, result, take
from shared.database import read_transaction
from shared.events import Event
from shared.ledger import reader
from shared.ledger.merkle import GrowingTree, leaf_hash
from shared.ledger.reader import LedgerRow

_WIDE: Final = frozenset(
    {
        "rulebook.part.v1",
        "rulebook.adopted.v1",
        "round.closed.v1",
        "decision.tie.v1",
        "decision.confirmed.v1",
        "decision.disputed.v1",
    }
)
"""Types that concern more units than the one they are about."""
_LEDGER: Final = "*"
"""The subject of what is about no unit, unless somebody registers one of that name."""

Rest = Callable[[], None]
"""Called between two pieces of work, to let others work."""


class Altered(ValueError):
    """The ledger table does not hold what was admitted at a position."""

    def __init__(self, position: int, wanted: str, had: str) -> None:
        super().__init__(f"position {position}: leaf {wanted} expected, {had} found")
        self.position = position
        self.wanted = wanted
        self.had = had


@dataclass(slots=True)
class Board:
    """The first ``size`` events of ``ledger`` as sheets.

    ``wide``: positions of what concerns more than one unit.  ``decisions``: subject of each decision by its
    position.  ``scored_from``: position of the first event that scored anything.  ``uninterpreted``: how
    many events are not understood.
    """

    ledger: str
    state: State
    size: int = 0
    wide: list[int] = field(default_factory=list)
    decisions: dict[int, str] = field(default_factory=dict)
    scored_from: int | None = None
    uninterpreted: int = 0

    def leads_to(self, position: int) -> bool:
        """Whether it can be brought there.

        Before anything was scored it cannot: only a whole fold tells when that begins, and a ledger is short.
        """
        return self.scored_from is not None and self.size <= position

    def note(self, position: int, event: Event) -> None:
        """Remember where to find again what concerns more than one unit."""
        if event.type in _WIDE:
            self.wide.append(position)
        if event.type.startswith("decision."):
            self.decisions[position] = event.subject


def fold_whole(
    rows: Iterable[LedgerRow], ledger: str, seen: Callable[[GrowingTree], None] = lambda tree: None
) -> tuple[Board, Result]:
    """Every row of ``ledger`` from the first, event at a time, with its leaf; ``seen`` is told after each.

    Raises :class:`Altered`.
    """
    board = Board(ledger, initial(ledger))
    state, tree = board.state, GrowingTree()
    for row in rows:
        if row.position != tree.size:
            raise Altered(tree.size, "an event", "none")
        tree.add(_checked(row))
        board.note(row.position, _take(state, row))
        if state.scored and board.scored_from is None:
            board.scored_from = row.position
        seen(tree)
    shown = result(state)
    for unit in state.units.values():
        unit.facts = []
    board.size, board.uninterpreted = tree.size, state.uninterpreted
    return board, shown


def fold_touched(engine: Engine, board: Board, position: int, rest: Rest) -> tuple[Result, int]:
    """Bring ``board`` to ``position``: whatever unit an event since its size may have touched is folded from
    its own first event.  The standings, and how many events were folded.

    ``board`` has to lead there.  Whenever this raises (:class:`Altered` too), the board is of no more use.
    """
    ledger = board.ledger
    touched = _touched(engine, board, position)
    with read_transaction(engine) as connection:
        wide = reader.at_positions(connection, ledger, board.wide)
    state = _folded(board, wide)
    state.memo, state.boards, state.units = board.state.memo, board.state.boards, dict(board.state.units)
    state.uninterpreted = board.uninterpreted
    before = _context(board.state)
    if context_of(state) is not before:
        touched |= state.units.keys()
    events = 0
    for code in sorted(touched):
        with read_transaction(engine) as connection:
            own = reader.of_subject(connection, ledger, code, 0, position)
        events += len(own)
        one = _folded(board, _merged(wide, own))
        if code in one.units:
            state.units[code] = one.units[code]
            sheet_of(state, code)
            state.units[code].facts = []
        rest()
    board.state, board.size = state, position
    return result(state), events


def rows_in_pieces(engine: Engine, ledger: str, start: int, stop: int, rest: Rest) -> Iterator[LedgerRow]:
    """Rows ``start`` .. ``stop`` - 1 in short transactions: the table only grows."""
    while start < stop:
        behind = min(stop, start + reader.CHUNK)
        with read_transaction(engine) as connection:
            piece = list(reader.rows(connection, ledger, start, behind))
        yield from piece
        if len(piece) < behind - start:
            return
        start = behind
        rest()


def _touched(engine: Engine, board: Board, position: int) -> set[str]:
    """Subjects of the events from the board's size to ``position``, and of the decisions they answer."""
    passing = initial(board.ledger)
    touched: set[str] = set()
    expected = board.size
    for row in rows_in_pieces(engine, board.ledger, board.size, position, lambda: None):
        if row.position != expected:
            break
        expected += 1
        _checked(row)
        event = _take(passing, row)
        board.note(row.position, event)
        touched.add(event.subject)
        answered = event.data.get("decision")
        if type(answered) is int and answered in board.decisions:
            touched.add(board.decisions[answered])
    if expected != position:
        raise Altered(expected, "an event", "none")
    board.uninterpreted += passing.uninterpreted
    return touched if _LEDGER in board.state.units or _LEDGER in passing.units else touched - {_LEDGER}


def _folded(board: Board, rows: Sequence[LedgerRow]) -> State:
    """The fold of some events of the ledger, in order; that others scored before them is not lost on it."""
    state = initial(board.ledger)
    for row in rows:
        _checked(row)
        state.scored = state.scored or (board.scored_from is not None and board.scored_from < row.position)
        _take(state, row)
    return state


def _merged(wide: Sequence[LedgerRow], own: Sequence[LedgerRow]) -> list[LedgerRow]:
    by_position = {row.position: row for row in (*wide, *own)}
    return [by_position[position] for position in sorted(by_position)]


def _context(state: State) -> Context | None:
    return None if state.memo is None else state.memo[1]


def _checked(row: LedgerRow) -> bytes:
    """The leaf of the bytes that are there.  Raises :class:`Altered`."""
    leaf = leaf_hash(row.value)
    if leaf != row.leaf:
        raise Altered(row.position, row.leaf.hex(), leaf.hex())
    return leaf


def _take(state: State, row: LedgerRow) -> Event:
    """Fold one row.  Raises :class:`Altered` where its bytes are no event, whatever its leaf says."""
    try:
        return take(state, row.position, row.value)
    except (ValueError, KeyError, TypeError) as error:
        raise Altered(row.position, "an event", type(error).__name__) from error
