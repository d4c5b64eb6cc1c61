"""What the tables say, gathered by unit: facts of the engine, in the order in which it is to judge them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from services.ranking.engine import State, initial
from services.ranking.engine.context import context_of
from services.ranking.engine.facts import Decided, Models, Recorded, VetoGiven
from services.ranking.engine.fold import TieDecision
from shared.rulebook import Rulebook
from shared.rulebook.model import STAGES

Told = tuple[int, Recorded | None]
"""What a score row says: the place of its (criterion, stage), and its fact; None for an empty value."""


@dataclass(slots=True)
class UnitGiven:
    """One row of the units table, and what other rows state of it."""

    register: dict[str, str]
    area: str
    open: bool
    lines: dict[str, Told]
    """What the rest of a line of the scores file says in this unit's area: one memory for the whole area."""
    first: int
    """Where this unit's places begin in :attr:`Given.seen`."""
    scores: list[Recorded] = field(default_factory=list)
    facts: list[VetoGiven | Models] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)


class Given:
    """All tables together.  ``rulebook`` is the one that judges them."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._state = initial(f"offline/{rulebook.identity.cycle}")
        context = context_of(self._state, rulebook)
        assert context is not None
        self.context = context
        """The engine's: what it has judged while the tables were read need not be judged again."""
        self.units: dict[str, UnitGiven] = {}
        self.lines: dict[str, dict[str, Told]] = {area.id: {} for area in rulebook.areas}
        self.places = {
            pair: n for n, pair in enumerate(product((leaf.id for leaf in rulebook.leaves), STAGES))
        }
        """Each (criterion, stage), numbered."""
        self.seen = bytearray()
        """For each unit, one byte for each place that has had its row: far lighter than sets of pairs."""
        self.ties: dict[str, dict[str, int]] = {}
        """Places by decision, by unit; decisions in order of their first row."""
        self.decided = 0

    def add_unit(
        self, code: str, area: str, first: date | None, last: date | None, row: dict[str, str]
    ) -> None:
        """A unit of the register, new to this table; open when its row is valid on the period's last day."""
        day = self.rulebook.period.end
        is_open = (first is None or first <= day) and (last is None or day <= last)
        self.units[code] = UnitGiven(row, area, is_open, self.lines[area], len(self.seen))
        self.seen += bytes(len(self.places))

    def state(self) -> State:
        """The engine's state: no event was folded, every fact is of the tables.

        A unit's vetoes come before its scores: a value that the table states at ``standing`` or ``appeal``
        for an inspection leaf is thereby the later one, and replaces the zero of a veto.
        """
        state = self._state
        for code, given in self.units.items():
            unit = state.unit(code)
            unit.register = given.register
            unit.facts = [*given.facts, *given.scores, *given.decided]
        state.ties = tuple(TieDecision(n, None, _places(one)) for n, one in enumerate(self.ties.values()))
        return state


def _places(places: dict[str, int]) -> tuple[tuple[str, ...], ...]:
    by_place: dict[int, list[str]] = {}
    for unit, place in places.items():
        by_place.setdefault(place, []).append(unit)
    return tuple(tuple(sorted(by_place[place])) for place in sorted(by_place))


def register(row: dict[str, str]) -> dict[str, Any]:
    """The cells of a units row as the register holds them: an empty one says nothing."""
    return {name: cell for name, cell in row.items() if cell}
