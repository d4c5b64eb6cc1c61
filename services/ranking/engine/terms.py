"""The ranking score of one unit as a sum of terms, to the last fraction.

Whatever a rule adds or takes off is a term of its own, so that the reader sees what each of them cost: a
bonus stands with its full worth, and the cap that cut it stands beside it with what it took away.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from services.ranking.engine.sheet import LeafSheet, Mark, Sheet
from shared.rulebook.model import AdjustmentRules, Rulebook

LEAF: Final = "leaf"
RESCALE: Final = "rescale"
ROUNDING: Final = "rounding"
BONUS: Final = "bonus"
BONUS_CAP: Final = "bonus_cap"
PENALTY: Final = "penalty"
PENALTY_CAP: Final = "penalty_cap"
FLOOR: Final = "floor"
KINDS: Final = (LEAF, RESCALE, ROUNDING, BONUS, BONUS_CAP, PENALTY, PENALTY_CAP, FLOOR)
"""Every kind of term, in the order of the sum."""
ALL_ITEMS: Final = "total"
"""``ref`` of the cap over all items."""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand.  ``ref``: criterion, code of a bonus or penalty, or "" where there is only one such term.

    ``positions``: the events that it rests on; none where a rule alone speaks.
    """

    kind: str
    ref: str
    amount: Fraction
    positions: tuple[int, ...] = ()


def terms(sheet: Sheet, rulebook: Rulebook) -> tuple[Term, ...]:
    """The terms of a unit's ranking score, whose exact sum it is; none when it has no base.

    Every scored leaf is a term, even one of 0; the other terms stand only where they change something.
    """
    if sheet.base is None or sheet.ranking_score is None:
        return ()
    found = [
        Term(LEAF, leaf.id, leaf.contribution, _rests_on(leaf))
        for leaf in sheet.leaves
        if leaf.points is not None
    ]
    exact = sheet.sum
    rescaled = [leaf for leaf in sheet.leaves if leaf.rescaled]
    if rescaled:
        exact = rulebook.area[sheet.area].total * sheet.sum / sheet.sum_max
        positions = [position for leaf in rescaled for position in _rests_on(leaf)]
        found.append(Term(RESCALE, "", exact - sheet.sum, tuple(positions)))
    if exact != sheet.base:
        found.append(Term(ROUNDING, "", sheet.base - exact))
    found += _adjustments(sheet, BONUS, BONUS_CAP, rulebook.bonus, 1)
    found += _adjustments(sheet, PENALTY, PENALTY_CAP, rulebook.penalty, -1)
    raw = sheet.base + sheet.bonus - sheet.penalty
    if raw != sheet.ranking_score:
        found.append(Term(FLOOR, "", sheet.ranking_score - raw))
    return tuple(found)


def counted(leaf: LeafSheet) -> int | None:
    """The place in ``leaf.marks`` of the one that counts, or None."""
    if leaf.stage is None:
        return None
    marks = leaf.marks
    return max(n for n, mark in enumerate(marks) if mark.stage == leaf.stage and _counts(mark))


def _counts(mark: Mark) -> bool:
    return not mark.status and not mark.withdrawn


def _rests_on(leaf: LeafSheet) -> tuple[int, ...]:
    place = counted(leaf)
    if place is None:
        return ()
    mark = leaf.marks[place]
    return tuple(at for at in (mark.position, mark.confirmed, mark.admitted) if at is not None)


def _adjustments(sheet: Sheet, kind: str, cap: str, rules: AdjustmentRules, sign: int) -> list[Term]:
    """Each counted occurrence with its full worth, then what each cap took off."""
    counting = [one for one in sheet.occurrences if one.kind == kind and not one.status]
    found = [Term(kind, str(one.code), sign * one.worth, (one.position,)) for one in counting]
    left = Fraction(0)
    for item in rules.items:
        whole = sum((one.worth for one in counting if one.code == item.code), Fraction(0))
        if whole > item.cap:
            found.append(Term(cap, item.code, -sign * (whole - item.cap)))
        left += min(whole, item.cap)
    credited = sum((one.credited for one in counting), Fraction(0))
    if left != credited:
        found.append(Term(cap, ALL_ITEMS, -sign * (left - credited)))
    return found
