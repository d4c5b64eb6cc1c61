"""Each kind of row, checked against the rulebook: S001 to S013 of format §11.

A row is taken whole or refused whole, with its first fault.  Every function raises
:class:`~services.ranking.offline.faults.RowRefused`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from services.ranking.engine.facts import FILE, Decided, Models, Recorded, VetoGiven
from services.ranking.offline.faults import RowRefused, refused
from services.ranking.offline.given import Given, Told, UnitGiven, register
from shared.rulebook import ValueRefused, check_value
from shared.rulebook.model import STAGES
from shared.rulebook.number import NotADecimal, on_step, parse, show
from shared.rulebook.values import NO_TARGET, NOT_APPLICABLE

TOKENS = {"NA": NOT_APPLICABLE, NO_TARGET: NO_TARGET}
"""Words that stand in a score's value for a state without points."""


class Rows:
    """The checks, with what they know: the tables so far, and how numbers are written (§5)."""

    def __init__(self, given: Given, *, decimal_comma: bool) -> None:
        self.given = given
        self.rulebook = given.rulebook
        self.comma = decimal_comma
        self._items = {
            item.code: (kind, item)
            for kind, rules in (("bonus", self.rulebook.bonus), ("penalty", self.rulebook.penalty))
            for item in rules.items
        }
        self._vetoes = {f"veto:{veto.id}": veto.id for veto in self.rulebook.vetoes}

    # --- numbers ------------------------------------------------------------------------------------------

    def written(self, cell: str, column: str) -> str:
        """A number as the engine reads it: with ``--decimal-comma`` a comma stands for the point, and a
        point for nothing.
        """
        if not self.comma:
            return cell
        if "." in cell:
            raise refused("not-a-number", column, cell, "8,25")
        return cell.replace(",", ".")

    def number(self, cell: str, column: str) -> Fraction:
        """The exact value of a cell."""
        if not cell:
            raise refused("value-missing", column)
        try:
            return parse(self.written(cell, column))
        except NotADecimal:
            raise refused("not-a-number", column, cell, "8,25" if self.comma else "8.25") from None

    def integer(self, cell: str, column: str, least: int) -> int:
        """A whole number >= ``least``."""
        value = self.number(cell, column)
        if value.denominator != 1:
            raise refused("not-an-integer", column, cell)
        if value < least:
            raise refused("below-minimum", column, cell, least)
        return value.numerator

    # --- units --------------------------------------------------------------------------------------------

    def unit(self, row: dict[str, str]) -> None:
        """A row of the units table."""
        code, area = row["unit"], row["area"]
        if not code:
            raise refused("empty-cell", "unit")
        if code in self.given.units:
            raise refused("duplicate", "unit", code)
        if area not in self.given.lines:
            raise refused("unknown-area", "area", area)
        first, last = (_day(row.get(name, ""), name) for name in ("valid_from", "valid_to"))
        self.given.add_unit(code, area, first, last, register(row))

    def of(self, code: str) -> UnitGiven:
        """The unit that a row names: in the table, and open."""
        unit = self.given.units.get(code)
        if unit is None:
            raise refused("unknown-unit", "unit", code)
        if not unit.open:
            raise refused("not-open", "unit", code, self.rulebook.period.end.isoformat())
        return unit

    # --- scores -------------------------------------------------------------------------------------------

    def score(self, code: str, criterion: str, stage: str, value: str, target: str) -> Told:
        """A value of one unit for one criterion at one stage, as the unit has it now."""
        unit = self.of(code)
        place = self.given.places.get((criterion, stage))
        if place is not None:
            if self.given.seen[unit.first + place]:
                raise refused("duplicate", "unit", f"{code} {criterion} {stage}")
            self.given.seen[unit.first + place] = 1
        try:
            fact = self._score(unit.area, criterion, stage, value, target)
        except ValueRefused as refusal:
            column = "value" if refusal.field == "state" else refusal.field
            raise RowRefused(column, refusal.code, refusal.message_vi, refusal.message_en) from None
        if fact is not None:
            unit.scores.append(fact)
        assert place is not None  # else the row is refused
        return place, fact

    def _score(self, area: str, criterion: str, stage: str, value: str, target: str) -> Recorded | None:
        if not value and not target:
            if criterion not in self.rulebook.leaf:
                raise ValueRefused("unknown-criterion", "criterion", criterion, c=criterion)
            if stage not in STAGES:
                raise ValueRefused("unknown-stage", "stage", stage)
            return None
        state = TOKENS.get(value)
        stated = None if state is not None or not value else self.written(value, "value")
        aim = self.written(target, "target") if target else None
        if self.given.context.verdict(0, area, criterion, stage, stated, aim, state)[1]:
            check_value(self.rulebook, area, criterion, stage, stated, aim, state)
        return Recorded(0, FILE, criterion, stage, stated, aim, state)

    # --- bonus, penalty, facts, decisions -----------------------------------------------------------------

    def adjustment(self, code: str, item_code: str, ref: str, points: str) -> None:
        """A decided bonus or penalty; the order of rows is the order of the decisions."""
        unit = self.of(code)
        if item_code not in self._items:
            raise refused("unknown-code", "code", item_code)
        kind, item = self._items[item_code]
        if not ref:
            raise refused("empty-cell", "occurrence_ref")
        stated: str | None = None
        if item.per is not None:
            if points:
                raise refused("worth-is-fixed", "points", item_code, show(item.per, 0))
        else:
            worth, step = self.number(points, "points"), self.rulebook.number.step
            if worth < 0:
                raise refused("below-minimum", "points", points, 0)
            if not on_step(worth, step):
                raise refused("off-step", "points", points, show(step, 0))
            stated = self.written(points, "points")
        unit.decided.append(Decided(self.given.decided, kind, item_code, ref, True, stated))
        self.given.decided += 1

    def fact(self, code: str, name: str, value: str) -> None:
        """A veto in force, or a number of recognised models."""
        unit = self.of(code)
        if name in self._vetoes:
            stated: VetoGiven | Models = VetoGiven(0, self._vetoes[name])
            again = stated in unit.facts
        elif name == "recognised_models":
            stated = Models(0, (), self.integer(value, "value", 0))
            again = any(isinstance(one, Models) for one in unit.facts)
        else:
            raise refused("unknown-code", "fact", name)
        if again:
            raise refused("duplicate", "fact", f"{code} {name}")
        unit.facts.append(stated)

    def decision(self, name: str, code: str, place: str) -> None:
        """The place of one unit in a decision of the Standing Committee on a tie."""
        if not name:
            raise refused("empty-cell", "decision")
        self.of(code)
        number = self.integer(place, "place", 1)
        places = self.given.ties.setdefault(name, {})
        if code in places:
            raise refused("duplicate", "unit", f"{name} {code}")
        places[code] = number


def as_inputs(check: Callable[[], object], columns: dict[str, str]) -> None:
    """Run a check on a row of ``--inputs``: a refusal names that file's columns."""
    try:
        check()
    except RowRefused as refusal:
        refusal.column = columns.get(refusal.column, refusal.column)
        raise


def _day(cell: str, column: str) -> date | None:
    if not cell:
        return None
    try:
        if len(cell) != len("2020-12-31"):
            raise ValueError
        return date.fromisoformat(cell)
    except ValueError:
        raise refused("not-a-day", column, cell) from None
