"""What each chart shows, as plain rows of exact values.  Pure: no request, no drawing, no float."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from services.ranking.engine.terms import (
    ALL_ITEMS,
    BONUS,
    BONUS_CAP,
    FLOOR,
    LEAF,
    PENALTY,
    PENALTY_CAP,
    RESCALE,
    ROUNDING,
    Term,
)
from services.ranking.words import Words
from shared.rulebook import Rulebook

WIDE, NARROW = 720, 350
"""Widths of the two forms of every chart: a desk and paper, and a phone."""


@dataclass(frozen=True, slots=True)
class Size:
    """An image in CSS pixels, and how much of each side labels take."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Step:
    """A term of a sum as a bar.  ``kind``: of :data:`~services.ranking.engine.terms.KINDS`; ``short``: where
    ``label`` has no room.
    """

    label: str
    amount: Fraction
    kind: str
    short: str = ""


_STEP_WORDS: Final[dict[str, Words]] = {
    RESCALE: Words("Quy đổi về thang đủ", "Rescaled to the full scale"),
    ROUNDING: Words("Làm tròn", "Rounding"),
    BONUS: Words("Thưởng {ref}", "Bonus {ref}"),
    BONUS_CAP: Words("Vượt trần thưởng {ref}", "Over the bonus cap {ref}"),
    PENALTY: Words("Trừ {ref}", "Penalty {ref}"),
    PENALTY_CAP: Words("Vượt trần điểm trừ {ref}", "Over the penalty cap {ref}"),
    FLOOR: Words("Mức sàn", "Floor"),
}
_TOTAL_CAP: Final = Words("chung", "over all")


def steps(terms: Iterable[Term], rulebook: Rulebook, language: str) -> tuple[Step, ...]:
    """The terms of a unit's score in order, each with its label."""
    found = []
    for term in terms:
        if term.kind == LEAF:
            leaf = rulebook.leaf[term.ref]
            found.append(Step(f"{leaf.id} {leaf.label}", term.amount, term.kind, leaf.id))
            continue
        ref = _TOTAL_CAP.in_(language) if term.ref == ALL_ITEMS else term.ref
        label = _STEP_WORDS[term.kind].in_(language).format(ref=ref).strip()
        found.append(Step(label, term.amount, term.kind))
    return tuple(found)


def waterfall_size(terms: Sequence[Any], *, narrow: bool = False) -> Size:
    """The image of a waterfall of these terms and their total."""
    height = 22 * (len(terms) + 1)
    if narrow:
        return Size(NARROW, height + 44, 126, 62, 4, 40)
    return Size(WIDE, height + 44, 268, 62, 4, 40)
