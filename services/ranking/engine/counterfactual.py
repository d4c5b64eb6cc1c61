"""The smallest changes that would have made a difference: "0,25 more in 3.2 would have changed the class".

There is no formula here.  Every value that a leaf can take is supposed at stage ``appeal``, one step after
another away from the effective one, and the engine is asked: more points need not mean a better rank (a
measure may rank ascending, a quota line may move), so nothing between two values is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from services.ranking.engine.classes import Decisive
from services.ranking.engine.compute import area_of, compute_area, sheet_of
from services.ranking.engine.fold import State
from services.ranking.engine.hypothesis import Hypothetical, suppose
from services.ranking.engine.sheet import LeafSheet
from services.ranking.engine.standings import Row
from shared.rulebook.model import Rulebook
from shared.rulebook.number import shortest


@dataclass(frozen=True, slots=True)
class Change:
    """A value of a leaf under which the unit's class or rank is another one.

    ``by``: how far it is from the effective points, negative downwards.  ``class_id``, ``rank``: the unit's
    own, then.
    """

    points: Fraction
    by: Fraction
    class_id: str | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class LeafChanges:
    """The nearest changes of one leaf in both directions; None: no value that way makes one.

    ``points`` None: the leaf has none to start from (missing, or out of the sum), and so no changes.
    ``min`` and ``max``: what it may take.
    """

    criterion: str
    label: str
    points: Fraction | None
    min: Fraction
    max: Fraction
    class_up: Change | None = None
    class_down: Change | None = None
    rank_up: Change | None = None
    rank_down: Change | None = None

    @property
    def class_changes(self) -> tuple[Change, ...]:
        """Those of the class, in both directions."""
        return tuple(one for one in (self.class_up, self.class_down) if one is not None)

    @property
    def rank_changes(self) -> tuple[Change, ...]:
        """Those of the rank, in both directions."""
        return tuple(one for one in (self.rank_up, self.rank_down) if one is not None)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would have changed the class or the rank of one unit, leaf by leaf in the rulebook's order.

    ``tried``: how many values were put to the engine.
    """

    ledger: str
    position: int
    rules: Rulebook
    unit: str
    name: str
    area: str
    class_id: str | None
    rank: int | None
    leaves: tuple[LeafChanges, ...]
    tried: int

    @property
    def smallest_for_class(self) -> Fraction | None:
        """The size of the smallest single change of the class, or None."""
        return min((abs(one.by) for leaf in self.leaves for one in leaf.class_changes), default=None)

    @property
    def smallest_for_rank(self) -> Fraction | None:
        """The size of the smallest single change of the rank, or None."""
        return min((abs(one.by) for leaf in self.leaves for one in leaf.rank_changes), default=None)


def counterfactual(state: State, unit: str) -> Counterfactual | None:
    """The smallest changes of each applicable leaf of one unit; None when it is on no board."""
    found = area_of(state, unit)
    row = None if found is None else found.row(unit)
    if found is None or row is None:
        return None
    search = _Search(state, row, found.context.newest)
    leaves = tuple(search.leaf(leaf) for leaf in row.sheet.leaves)
    return Counterfactual(
        ledger=state.ledger,
        position=state.size,
        rules=found.context.newest,
        unit=unit,
        name=row.sheet.name,
        area=row.sheet.area,
        class_id=row.class_id,
        rank=row.rank,
        leaves=leaves,
        tried=search.tried,
    )


class _Search:
    def __init__(self, state: State, row: Row, rules: Rulebook) -> None:
        self.state = state
        self.row = row
        self.rules = rules
        self.tried = 0
        self._decisive = Decisive(rules)
        self._places = {self._decisive.of(row.sheet): (row.class_id, row.rank)}

    def leaf(self, leaf: LeafSheet) -> LeafChanges:
        rules = self.rules.leaf[leaf.id]
        least = rules.min.get(self.row.sheet.area, Fraction(0))
        if leaf.points is None:
            return LeafChanges(leaf.id, rules.label, None, least, leaf.max)
        step = self.rules.number.step
        values = [step * n for n in range(int(least / step), int(leaf.max / step) + 1)]
        up = [value for value in values if value > leaf.points]
        down = [value for value in reversed(values) if value < leaf.points]
        class_up, rank_up = self._first(leaf, up)
        class_down, rank_down = self._first(leaf, down)
        return LeafChanges(
            leaf.id, rules.label, leaf.points, least, leaf.max, class_up, class_down, rank_up, rank_down
        )

    def _first(self, leaf: LeafSheet, values: list[Fraction]) -> tuple[Change | None, Change | None]:
        """The first value that changes the class, and the first that changes the rank."""
        assert leaf.points is not None
        for_class: Change | None = None
        for_rank: Change | None = None
        for value in values:
            if for_class is not None and for_rank is not None:
                break
            class_id, rank = self._placed(leaf.id, value)
            change = Change(value, value - leaf.points, class_id, rank)
            if for_class is None and class_id != self.row.class_id:
                for_class = change
            if for_rank is None and rank != self.row.rank:
                for_rank = change
        return for_class, for_rank

    def _placed(self, criterion: str, value: Fraction) -> tuple[str | None, int | None]:
        """The unit's class and rank if the criterion had this value on appeal.

        Only this unit's sheet is another one: where it answers alike all that order and classes ask, the
        board was computed before.
        """
        unit = self.row.sheet.unit
        says = {"criterion": criterion, "stage": "appeal", "points": shortest(value)}
        supposed = suppose(self.state, [Hypothetical("decision.score.v1", "ranking", unit, says)])
        self.tried += 1
        sheet = sheet_of(supposed, unit)
        assert sheet is not None
        key = self._decisive.of(sheet)
        if key not in self._places:
            found = compute_area(supposed, sheet.area)
            row = None if found is None else found.row(unit)
            assert row is not None
            self._places[key] = (row.class_id, row.rank)
        return self._places[key]
