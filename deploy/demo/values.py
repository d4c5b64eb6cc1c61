"""Raw inputs of the story: what a unit of a given strength would plausibly have reached on a leaf.

All whole-number arithmetic; strengths and chances are in hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from deploy.demo.dice import Dice
from shared.rulebook.model import Leaf, Rulebook
from shared.rulebook.number import shortest

# Numbers of people or events that a target may ask for.
_TARGETS = (20, 25, 40, 50, 80, 100, 120, 150, 200, 300)


@dataclass(frozen=True, slots=True)
class Raw:
    """One value as it is recorded: ``value`` with or without ``target``, or ``state``."""

    value: str | None = None
    target: str | None = None
    state: str | None = None

    def fields(self) -> dict[str, Any]:
        """The fields of a command that states this value."""
        given = {"value": self.value, "target": self.target, "state": self.state}
        return {name: text for name, text in given.items() if text is not None}


NO_TARGET = Raw(state="NO_TARGET")


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the inputs of the units that the story does not fix."""

    rulebook: Rulebook
    dice: Dice

    def strength(self, unit: str) -> int:
        """How good a unit is over all, in hundredths: most between 70 and 98, a few below."""
        if self.dice.one_in(12, unit, "weak"):
            return self.dice.between(55, 68, unit, "strength")
        return self.dice.between(74, 99, unit, "strength")

    def official(self, leaf: Leaf, unit: str, area: str) -> Raw:
        """What the leaf's owner finds."""
        if leaf.no_target is not None and leaf.input == "ratio" and self._without_target(leaf, unit):
            return NO_TARGET
        return self._raw(leaf, area, self._level(leaf, unit), unit)

    def own(self, leaf: Leaf, unit: str, area: str) -> Raw:
        """What the unit says of itself: the same, or a little better."""
        if leaf.no_target is not None and leaf.input == "ratio" and self._without_target(leaf, unit):
            return NO_TARGET
        better = self.dice.between(0, 7, unit, leaf.id, "self")
        return self._raw(leaf, area, min(100, self._level(leaf, unit) + better), unit)

    def above(self, leaf: Leaf, unit: str, area: str, found: Raw) -> Raw:
        """What a unit says of itself whose official value ``found`` is fixed: the same or a little better."""
        if found.value is None:
            return found
        better = self.dice.between(0, 2, unit, leaf.id, "self")
        value = Fraction(found.value)
        if leaf.ladder is not None and leaf.ladder.integer:
            return Raw(str(max(0, _floor(value) - better)))
        if leaf.input == "direct":
            return Raw(shortest(min(leaf.max[area], value + better * self.rulebook.number.step)))
        return Raw(shortest(value + better), found.target)

    def _level(self, leaf: Leaf, unit: str) -> int:
        swing = self.dice.between(-9, 9, unit, leaf.id, "swing")
        return max(20, min(100, self.strength(unit) + swing))

    def _without_target(self, leaf: Leaf, unit: str) -> bool:
        return leaf.id == "2.1" and self.dice.one_in(16, unit, leaf.id, "no target")

    def _raw(self, leaf: Leaf, area: str, level: int, unit: str) -> Raw:
        maximum = leaf.max[area]
        if leaf.ladder is not None:
            return self._rung(leaf, level, unit)
        if leaf.input == "count":
            assert leaf.per is not None
            return Raw(str(_floor(maximum * level / 100 / leaf.per)))
        if leaf.input == "ratio":
            target = self.dice.pick(_TARGETS, unit, leaf.id, "target")
            return Raw(str(target * level // 100), str(target))
        return Raw(shortest(self.on_step(maximum * level / 100)))

    def _rung(self, leaf: Leaf, level: int, unit: str) -> Raw:
        assert leaf.ladder is not None
        if leaf.ladder.unit == "percent":
            target = self.dice.pick(_TARGETS, unit, leaf.id, "target")
            reached = level + 8 if level >= 84 else level  # the best go beyond what was asked
            return Raw(str(target * reached // 100), str(target))
        late = 0 if level >= 88 else 1 if level >= 76 else 2 if level >= 64 else 3
        return Raw(str(late))

    def on_step(self, points: Fraction) -> Fraction:
        """``points`` cut to the rulebook's step."""
        step = self.rulebook.number.step
        return _floor(points / step) * step


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator
