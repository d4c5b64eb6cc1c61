"""A state in which every fact of every unit can be read, and the early scores of a unit are looked up when
somebody does: explanations ask for one unit of a board, seldom for all."""

from __future__ import annotations

from services.ranking.columns.folding import early_facts, with_early
from services.ranking.columns.frame import Columns
from services.ranking.engine import State
from services.ranking.engine.facts import Fact
from services.ranking.engine.fold import Unit


class LazyUnit(Unit):
    """A unit whose :attr:`facts` are completed on first sight."""

    __slots__ = ("_code", "_columns", "_facts", "_size")

    def __init__(self, unit: Unit, owner: object, code: str, columns: Columns, size: int) -> None:
        self._columns: Columns | None = None
        super().__init__(owner)
        self.register = unit.register
        self.changes = unit.changes
        self._facts = unit.facts
        self._code, self._columns, self._size = code, columns, size

    @property
    def facts(self) -> list[Fact]:
        """Every fact of the unit, in ledger order."""
        if self._columns is not None:
            early = early_facts(self._columns, self._size, (self._code,))
            self._facts = with_early(self._facts, early.get(self._code, []))
            self._columns = None
        return self._facts

    @facts.setter
    def facts(self, facts: list[Fact]) -> None:
        self._columns = None
        self._facts = facts


def lazily_complete(ground: State, columns: Columns) -> State:
    """``ground`` (which is not changed) as a state that holds every fact of as many events."""
    state = ground.copy()
    for code in columns.units_before(state.size):
        state.units[code] = LazyUnit(state.unit(code), state.owner, code, columns, state.size)
    return state
