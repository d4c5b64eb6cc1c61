"""Two positions of one ledger side by side, with the events between them, for one reader (audit §5.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.ranking import positions
from services.ranking.desk import View, desk, shown_at, state_at
from services.ranking.engine import compute
from services.ranking.engine.difference import (
    Difference,
    MarkChange,
    UnitDifference,
    difference,
    difference_body,
    mark_body,
    unit_body,
)
from services.ranking.history import Shown
from services.ranking.positions import Entry
from services.ranking.visibility import owners
from shared.database import read_transaction
from shared.web.problems import Problem

EVERYBODY = "*"
"""Subject of the events that touch every unit: a rulebook, a round, a tie, a publication."""
UNTOLD = ("rulebook.part.v1",)
"""Events about everybody that change nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two positions.  ``between``: events about each changed unit, by its code.

    ``ledger_wide``: events between the two that are about everybody.
    """

    start: Shown
    end: Shown
    difference: Difference
    between: dict[str, tuple[Entry, ...]]
    ledger_wide: tuple[Entry, ...]


def compare(seen: View, start: int, end: int) -> Comparison:
    """Compare two positions of the ledger.  Nothing is left out yet: :class:`Sight` says who sees what of it.

    Raises 403 and 422 problems, among them for ``start`` behind ``end``.
    """
    if start > end:
        raise Problem("bad-range")
    first, second = shown_at(seen, start), shown_at(seen, end)
    found = difference(compute(state_at(seen, start)), compute(state_at(seen, end)))
    changed = {unit.unit for unit in found.changed}
    with read_transaction(desk().engine) as connection:
        entries = positions.about(connection, seen.ledger, start, end, {EVERYBODY, *changed})
    between: dict[str, list[Entry]] = {unit: [] for unit in sorted(changed)}
    wide: list[Entry] = []
    for entry in entries:
        if entry.subject != EVERYBODY:
            between[entry.subject].append(entry)
        elif entry.type not in UNTOLD:
            wide.append(entry)
    by_unit = {unit: tuple(told) for unit, told in between.items()}
    return Comparison(first, second, found, by_unit, tuple(wide))


class Sight:
    """What one reader sees of a comparison: what he sees at both positions."""

    def __init__(self, seen: View, compared: Comparison) -> None:
        self._seen = seen
        self._ends = tuple(
            (seen.audience_at(position), partial(seen.book.team_of, position=position))
            for position in (compared.start.position, compared.end.position)
        )
        state = state_at(seen, compared.end.position)
        leaves = {} if state.rulebook is None else state.rulebook.leaf
        self._owners = {name: owners(state, leaf) for name, leaf in leaves.items()}

    @property
    def everything(self) -> bool:
        """Whether the counts, the class matrix and the pairs are his to see."""
        return all(audience.everything for audience, _ in self._ends)

    def row(self, unit: str) -> bool:
        """Whether all of a unit's difference is his to see."""
        return all(audience.sees_row(unit, team_of(unit)) for audience, team_of in self._ends)

    def mark(self, unit: str, mark: MarkChange) -> bool:
        """Whether the difference of one criterion is his to see."""
        bodies = self._owners.get(mark.criterion, ())
        return all(audience.sees_criterion(unit, bodies, team_of(unit)) for audience, team_of in self._ends)

    def event(self, entry: Entry) -> bool:
        """Whether he may read what an event says."""
        return self._seen.sees_event(entry.type, entry.subject)


def comparison_body(
    seen: View, compared: Comparison, tell: Callable[[Entry], dict[str, Any]]
) -> dict[str, Any]:
    """The comparison as JSON data for this reader.  ``tell``: an event in words."""
    sight = Sight(seen, compared)
    whole = difference_body(compared.difference)
    units = []
    for unit in compared.difference.units:
        told = [tell(entry) for entry in compared.between.get(unit.unit, ()) if sight.event(entry)]
        row = _row(unit, sight, compared.difference.scale)
        if row is not None:
            units.append({**row, "events": told})
    return {
        "from": _end(compared.start),
        "to": _end(compared.end),
        "partial": not sight.everything,
        "head": whole["head"] if sight.everything else None,
        "rulebook": whole["rulebook"],
        "units": units,
        "areas": whole["areas"] if sight.everything else [],
        "events": [tell(entry) for entry in compared.ledger_wide if sight.event(entry)],
    }


def _row(unit: UnitDifference, sight: Sight, scale: int) -> dict[str, Any] | None:
    """A unit whole, or only the marks of a department's own criteria; None when there is nothing to see."""
    if sight.row(unit.unit):
        return unit_body(unit, scale)
    marks = [mark_body(mark, scale) for mark in unit.marks if sight.mark(unit.unit, mark)]
    return {"unit": unit.unit, "name": unit.name, "marks": marks} if marks else None


def _end(shown: Shown) -> dict[str, Any]:
    return {
        "position": shown.position,
        "time": shown.time or None,
        "digest": shown.digest,
        "root": shown.root,
        "rulebook": shown.body["rulebook"],
        "engine": shown.body["engine"],
    }
