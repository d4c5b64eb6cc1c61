"""Two units of one area side by side: what parts them in order, and in points, term by term."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from services.ranking.engine.compute import AreaResult, area_of
from services.ranking.engine.difference import relation
from services.ranking.engine.fold import State
from services.ranking.engine.ranks import COMMITTEE
from services.ranking.engine.standings import Row
from services.ranking.engine.terms import ALL_ITEMS, KINDS, LEAF, Term, terms
from shared.rulebook.model import Rulebook

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two units as its row says."""

    unit: str
    name: str
    rank: int | None
    class_id: str | None
    base: Fraction | None
    bonus: Fraction
    penalty: Fraction
    ranking_score: Fraction | None
    complete: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermPair:
    """The terms of one kind and reference of both units, each summed; None: the unit has no such term."""

    kind: str
    ref: str
    first: Fraction | None
    second: Fraction | None

    @property
    def difference(self) -> Fraction:
        """What the first has more than the second."""
        return (self.first or ZERO) - (self.second or ZERO)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two units, and what parts them.

    ``order``: how the first stands to the second: ``above``, ``below``, or ``level`` when they share a place.
    ``by``: the first measure of the chain in which they differ, ``committee_decision`` (``decision`` is its
    position), ``unranked``, or None when nothing parts them.  The differences of ``terms`` sum exactly to
    ``difference``, the first total less the second; without both bases there are neither.
    """

    ledger: str
    position: int
    rules: Rulebook
    area: str
    area_label: str
    first: Side
    second: Side
    order: str
    by: str | None
    first_value: Fraction | None
    second_value: Fraction | None
    decision: int | None
    difference: Fraction | None
    terms: tuple[TermPair, ...]


def compare_pair(state: State, first: str, second: str, rulebook: Rulebook | None = None) -> Pair | None:
    """Two units of one area; None when they are not on one board, or are one unit."""
    found = area_of(state, first, rulebook)
    if found is None or first == second:
        return None
    one, other = found.row(first), found.row(second)
    if one is None or other is None:
        return None
    rules = found.context.newest
    parted = relation(one, other, rules)
    totals = one.sheet.ranking_score, other.sheet.ranking_score
    both = None if totals[0] is None or totals[1] is None else totals[0] - totals[1]
    return Pair(
        ledger=state.ledger,
        position=state.size,
        rules=rules,
        area=found.board.area,
        area_label=found.board.label,
        first=_side(one),
        second=_side(other),
        order=parted.order,
        by=parted.by,
        first_value=parted.upper,
        second_value=parted.lower,
        decision=found.ranking.decided.get(first) if parted.by == COMMITTEE else None,
        difference=both,
        terms=() if both is None else _terms(one, other, found),
    )


def _side(row: Row) -> Side:
    sheet = row.sheet
    return Side(
        unit=sheet.unit,
        name=sheet.name,
        rank=row.rank,
        class_id=row.class_id,
        base=sheet.base,
        bonus=sheet.bonus,
        penalty=sheet.penalty,
        ranking_score=sheet.ranking_score,
        complete=sheet.complete,
        reasons=row.reasons,
    )


def _terms(one: Row, other: Row, found: AreaResult) -> tuple[TermPair, ...]:
    """All kinds and references of either unit: leaves as the rulebook has them, then the order of the sum."""
    rules = found.context.newest
    first, second = _by_key(terms(one.sheet, rules)), _by_key(terms(other.sheet, rules))
    codes = [item.code for item in (*rules.bonus.items, *rules.penalty.items)]
    leaves = [leaf.id for leaf in one.sheet.leaves]
    keys = [(kind, ref) for kind in KINDS for ref in (leaves if kind == LEAF else ["", *codes, ALL_ITEMS])]
    return tuple(
        TermPair(*key, first.get(key), second.get(key)) for key in keys if key in first or key in second
    )


def _by_key(found: tuple[Term, ...]) -> dict[tuple[str, str], Fraction]:
    sums: dict[tuple[str, str], Fraction] = {}
    for term in found:
        key = (term.kind, term.ref)
        sums[key] = sums.get(key, ZERO) + term.amount
    return sums
