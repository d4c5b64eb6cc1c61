"""What is different between two standings, whole and on five levels (audit §5.4).

Marks, totals with their caps, ranks of all units, classes old by new with the quota lines, and for every
pair of units whose order changed the step that decided it.  Nothing is left out and nothing is asked of
the ledger: two results of :func:`~services.ranking.engine.compute.compute` are enough, whatever rulebooks
they were computed under.  Order: areas as the rulebook has them, then unit codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, Final

from services.ranking.engine.classes import QuotaLine
from services.ranking.engine.ranks import COMMITTEE
from services.ranking.engine.sheet import LeafSheet
from services.ranking.engine.standings import AreaStandings, Row, Standings
from shared.rulebook.model import Rulebook
from shared.rulebook.number import show

ABSENT: Final = "absent"
"""In a class matrix: not on this area's board on that side."""
ABOVE, BELOW, LEVEL = "above", "below", "level"
UNRANKED: Final = "unranked"
"""What parts a ranked unit from one without a rank."""
OWN, OTHERS = "own", "others"
_CAPS: Final = ("RESCALED", "BONUS_CAP", "PENALTY_CAP", "FLOOR", "CLAMP")


@dataclass(frozen=True, slots=True)
class LeafValue:
    """A leaf's effective value on one side.  ``stage`` None: nothing official; ``points`` None: see
    ``state``.
    """

    state: str
    stage: str | None
    points: Fraction | None
    contribution: Fraction
    max: Fraction


@dataclass(frozen=True, slots=True)
class MarkChange:
    """One leaf of one unit.  A side is None where the leaf does not apply, or the unit is not there."""

    criterion: str
    before: LeafValue | None
    after: LeafValue | None


@dataclass(frozen=True, slots=True)
class Side:
    """One unit on one board: everything that standings say of it."""

    name: str
    area: str
    rank: int | None
    class_id: str | None
    base: Fraction | None
    bonus: Fraction
    penalty: Fraction
    ranking_score: Fraction | None
    classification_score: Fraction | None
    complete: bool
    scored_max: Fraction
    reasons: tuple[str, ...]

    @property
    def caps(self) -> tuple[str, ...]:
        """The reasons that name what was taken off, or out of, the total."""
        return tuple(reason for reason in self.reasons if reason.partition(":")[0] in _CAPS)

    @property
    def own(self) -> tuple[Any, ...]:
        """What does not depend on the other units."""
        totals = (self.base, self.bonus, self.penalty, self.ranking_score, self.classification_score)
        return (self.name, self.area, self.complete, self.scored_max, self.caps, totals)


@dataclass(frozen=True, slots=True)
class UnitDifference:
    """One unit on both sides; a side is None where it is on no board."""

    unit: str
    name: str
    before: Side | None
    after: Side | None
    marks: tuple[MarkChange, ...]
    """The leaves that differ, in the rulebook's order."""
    examined: int
    """Leaves compared."""

    @property
    def changed(self) -> bool:
        """Whether anything that standings say of this unit differs."""
        return bool(self.marks) or self.before != self.after

    @property
    def moved_by(self) -> str | None:
        """``own``: its own values differ; ``others``: only other units' values, or the rules, moved it."""
        if not self.changed:
            return None
        if self.marks or self.before is None or self.after is None or self.before.own != self.after.own:
            return OWN
        return OTHERS


@dataclass(frozen=True, slots=True)
class Relation:
    """How the upper unit of a pair stands to the lower one, and the measure that says so.

    ``by`` None: nothing parts them.  ``committee_decision`` and ``unranked`` have no values.
    """

    order: str
    by: str | None
    upper: Fraction | None = None
    lower: Fraction | None = None


@dataclass(frozen=True, slots=True)
class PairChange:
    """Two units of an area whose order changed.  ``upper`` stands above afterwards, or did before."""

    upper: str
    lower: str
    before: Relation
    after: Relation


@dataclass(frozen=True, slots=True)
class AreaDifference:
    """Classes of an area, old by new, its quota lines on both sides, and its pairs.

    ``old`` and ``new`` name the rows and columns of ``counts``: class ids, None (no class), and
    :data:`ABSENT`.  Rows but ABSENT sum to the units before, columns but ABSENT to those after.
    """

    area: str
    label: str
    old: tuple[str | None, ...]
    new: tuple[str | None, ...]
    counts: tuple[tuple[int, ...], ...]
    quotas_before: tuple[QuotaLine, ...]
    quotas_after: tuple[QuotaLine, ...]
    pairs: tuple[PairChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """The whole difference.  ``units`` has every unit of either side, changed or not."""

    rulebook_before: str | None
    rulebook_after: str | None
    scale: int
    units: tuple[UnitDifference, ...]
    areas: tuple[AreaDifference, ...]

    @property
    def changed(self) -> tuple[UnitDifference, ...]:
        """The units of which anything differs."""
        return tuple(unit for unit in self.units if unit.changed)

    @property
    def empty(self) -> bool:
        """Whether both standings say the same of every unit, under the same lines."""
        return not self.changed and all(area.quotas_before == area.quotas_after for area in self.areas)

    def unit(self, code: str) -> UnitDifference | None:
        """One unit, or None."""
        return next((one for one in self.units if one.unit == code), None)


def difference(before: Standings, after: Standings) -> Difference:
    """Everything that differs from ``before`` to ``after``."""
    old = {row.sheet.unit: row for row in before.rows()}
    new = {row.sheet.unit: row for row in after.rows()}
    boards = _boards(before, after)
    units = tuple(_unit(code, old.get(code), new.get(code)) for code in _codes(boards))
    areas = tuple(_area(*pair, before, after, units) for pair in boards)
    return Difference(before.rulebook, after.rulebook, max(before.scale, after.scale), units, areas)


Boards = list[tuple[AreaStandings | None, AreaStandings | None]]


def _boards(before: Standings, after: Standings) -> Boards:
    """The boards of both sides, side by side; areas that only ``before`` has come last."""
    old = {board.area: board for board in before.areas}
    new = {board.area: board for board in after.areas}
    names = [*new, *(name for name in old if name not in new)]
    return [(old.get(name), new.get(name)) for name in names]


def _codes(boards: Boards) -> Iterator[str]:
    """Every unit once: by area, then by code; one that changed its area stands in the new one."""
    settled = {row.sheet.unit for _, board in boards if board is not None for row in board.rows}
    for old, new in boards:
        here = set() if new is None else {row.sheet.unit for row in new.rows}
        if old is not None:
            here |= {row.sheet.unit for row in old.rows} - settled
        yield from sorted(here)


# --- marks, totals, ranks ---------------------------------------------------------------------------------


def _unit(code: str, old: Row | None, new: Row | None) -> UnitDifference:
    before = {} if old is None else {leaf.id: _value(leaf) for leaf in old.sheet.leaves}
    after = {} if new is None else {leaf.id: _value(leaf) for leaf in new.sheet.leaves}
    names = [*after, *(name for name in before if name not in after)]
    marks = tuple(
        MarkChange(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )
    known = new or old
    assert known is not None
    return UnitDifference(code, known.sheet.name, _side(old), _side(new), marks, len(names))


def _value(leaf: LeafSheet) -> LeafValue:
    return LeafValue(leaf.state, leaf.stage, leaf.points, leaf.contribution, leaf.max)


def _side(row: Row | None) -> Side | None:
    if row is None:
        return None
    sheet = row.sheet
    return Side(
        name=sheet.name,
        area=sheet.area,
        rank=row.rank,
        class_id=row.class_id,
        base=sheet.base,
        bonus=sheet.bonus,
        penalty=sheet.penalty,
        ranking_score=sheet.ranking_score,
        classification_score=sheet.classification_score,
        complete=sheet.complete,
        scored_max=sheet.scored_max,
        reasons=row.reasons,
    )


# --- classes and pairs ------------------------------------------------------------------------------------


def _area(
    old: AreaStandings | None,
    new: AreaStandings | None,
    before: Standings,
    after: Standings,
    units: tuple[UnitDifference, ...],
) -> AreaDifference:
    known = new or old
    assert known is not None
    name = known.area
    cells = [
        (_class_in(name, unit.before), _class_in(name, unit.after))
        for unit in units
        if any(side is not None and side.area == name for side in (unit.before, unit.after))
    ]
    rows = _axis(before.rules, [one for one, _ in cells])
    columns = _axis(after.rules, [one for _, one in cells])
    return AreaDifference(
        area=name,
        label=known.label,
        old=rows,
        new=columns,
        counts=tuple(tuple(cells.count((row, column)) for column in columns) for row in rows),
        quotas_before=() if old is None else old.quotas,
        quotas_after=() if new is None else new.quotas,
        pairs=() if old is None or new is None else tuple(_pairs(old, new, before, after)),
    )


def _class_in(area: str, side: Side | None) -> str | None:
    return side.class_id if side is not None and side.area == area else ABSENT


def _axis(rules: Rulebook | None, found: list[str | None]) -> tuple[str | None, ...]:
    """All classes, best first, then "no class"; ABSENT only where a unit needs it."""
    classes: tuple[str | None, ...] = () if rules is None else tuple(one.id for one in rules.classes)
    return (*classes, None, *((ABSENT,) if ABSENT in found else ()))


def _pairs(
    old: AreaStandings, new: AreaStandings, before: Standings, after: Standings
) -> Iterator[PairChange]:
    was = {row.sheet.unit: row for row in old.rows}
    now = {row.sheet.unit: row for row in new.rows}
    for one, other in combinations(sorted(was.keys() & now.keys()), 2):
        order_before, order_after = _order(was[one], was[other]), _order(now[one], now[other])
        if order_before == order_after:
            continue
        upper, lower = one, other
        if order_after == BELOW or (order_after == LEVEL and order_before == BELOW):
            upper, lower = other, one
        yield PairChange(
            upper,
            lower,
            relation(was[upper], was[lower], before.rules),
            relation(now[upper], now[lower], after.rules),
        )


def _order(one: Row, other: Row) -> str:
    if one.rank == other.rank:
        return LEVEL
    if one.rank is None or other.rank is None:
        return ABOVE if other.rank is None else BELOW
    return ABOVE if one.rank < other.rank else BELOW


def relation(upper: Row, lower: Row, rules: Rulebook | None) -> Relation:
    """How two units of one board stand to each other: the first step of the chain in which they differ.

    Only the last step may be a committee decision (R053), so what parts two units that are equal in every
    measure is one.
    """
    order = _order(upper, lower)
    if order == LEVEL or rules is None:
        return Relation(order, None)
    if upper.rank is None or lower.rank is None:
        return Relation(order, UNRANKED)
    for step in (rules.totals.rank_by, *(step.by for step in rules.tie_breaks)):
        if step == COMMITTEE:
            break
        first, second = upper.sheet.measure(step), lower.sheet.measure(step)
        if first != second:
            return Relation(order, step, first, second)
    return Relation(order, COMMITTEE)


# --- the body ---------------------------------------------------------------------------------------------


def head(found: Difference) -> dict[str, Any]:
    """The counts that say that the difference is whole."""
    both = [unit for unit in found.units if unit.before is not None and unit.after is not None]
    changed = found.changed
    return {
        "units": len(found.units),
        "changed": len(changed),
        "skipped": 0,
        "appeared": [unit.unit for unit in found.units if unit.before is None],
        "left": [unit.unit for unit in found.units if unit.after is None],
        "marks": sum(unit.examined for unit in found.units),
        "marks_changed": sum(len(unit.marks) for unit in found.units),
        "totals_changed": _count(both, lambda side: side.ranking_score),
        "ranks_changed": _count(both, lambda side: side.rank),
        "classes_changed": _count(both, lambda side: side.class_id),
        "pairs_changed": sum(len(area.pairs) for area in found.areas),
    }


def _count(units: list[UnitDifference], part: Callable[[Side], Any]) -> int:
    return sum(
        1
        for unit in units
        if unit.before is not None and unit.after is not None and part(unit.before) != part(unit.after)
    )


def difference_body(found: Difference) -> dict[str, Any]:
    """The difference as JSON data; points are decimal strings, exact."""
    scale = found.scale
    return {
        "head": head(found),
        "rulebook": {"before": found.rulebook_before, "after": found.rulebook_after},
        "units": [unit_body(unit, scale) for unit in found.units],
        "areas": [_area_body(area, scale) for area in found.areas],
    }


def unit_body(unit: UnitDifference, scale: int) -> dict[str, Any]:
    """One unit of :func:`difference_body`."""
    known = unit.after or unit.before
    assert known is not None
    return {
        "unit": unit.unit,
        "name": unit.name,
        "area": known.area,
        "changed": unit.changed,
        "moved_by": unit.moved_by,
        "before": _side_body(unit.before, scale),
        "after": _side_body(unit.after, scale),
        "marks": [mark_body(mark, scale) for mark in unit.marks],
    }


def mark_body(mark: MarkChange, scale: int) -> dict[str, Any]:
    """One leaf of :func:`unit_body`."""
    return {
        "criterion": mark.criterion,
        "before": _value_body(mark.before, scale),
        "after": _value_body(mark.after, scale),
    }


def _value_body(value: LeafValue | None, scale: int) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "state": value.state,
        "stage": value.stage,
        "points": _points(value.points, scale),
        "contribution": _points(value.contribution, scale),
        "max": _points(value.max, scale),
    }


def _side_body(side: Side | None, scale: int) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "name": side.name,
        "area": side.area,
        "rank": side.rank,
        "class": side.class_id,
        "base": _points(side.base, scale),
        "bonus": _points(side.bonus, scale),
        "penalty": _points(side.penalty, scale),
        "total": _points(side.ranking_score, scale),
        "classification_score": _points(side.classification_score, scale),
        "complete": side.complete,
        "scored_max": _points(side.scored_max, scale),
        "caps": list(side.caps),
        "reasons": list(side.reasons),
    }


def _area_body(area: AreaDifference, scale: int) -> dict[str, Any]:
    return {
        "area": area.area,
        "label": area.label,
        "matrix": {
            "before": list(area.old),
            "after": list(area.new),
            "counts": [list(row) for row in area.counts],
        },
        "quotas": {
            "before": [_quota_body(line) for line in area.quotas_before],
            "after": [_quota_body(line) for line in area.quotas_after],
        },
        "pairs": [
            {
                "upper": pair.upper,
                "lower": pair.lower,
                "before": _relation_body(pair.before, scale),
                "after": _relation_body(pair.after, scale),
            }
            for pair in area.pairs
        ],
    }


def _quota_body(line: QuotaLine) -> dict[str, Any]:
    return {
        "class": line.class_id,
        "candidates": line.candidates,
        "denominator": line.denominator,
        "allowed": line.allowed,
        "kept": line.kept,
    }


def _relation_body(one: Relation, scale: int) -> dict[str, Any]:
    return {
        "order": one.order,
        "by": one.by,
        "upper": _points(one.upper, scale),
        "lower": _points(one.lower, scale),
    }


def _points(value: Fraction | None, scale: int) -> str | None:
    return None if value is None else show(value, scale)
