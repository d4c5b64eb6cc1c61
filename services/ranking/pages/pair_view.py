"""What the page of two units shows: the deciding step, then both side by side.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.ranking.engine.explain import Explanation
from services.ranking.engine.pair import Pair, Side, TermPair
from services.ranking.engine.terms import LEAF
from services.ranking.explaining.classes import class_words, outcome_words
from services.ranking.explaining.orders import order_words
from services.ranking.explaining.phrases import amount, capital, say, signed
from services.ranking.explaining.sums import term_name
from services.ranking.view import Chip
from services.ranking.words import Words
from shared.rulebook.number import exact

HALF = 500
"""Length of the longest bar to one side, in thousandths of the chart."""


@dataclass(frozen=True, slots=True)
class SideView:
    """One of the two units.  ``classes``: every class as it was tested, best first."""

    unit: str
    name: str
    rank: str
    chip: Chip | None
    outcome: str
    total: str
    base: str
    bonus: str
    penalty: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermView:
    """A term of both.  ``difference`` is the first less the second, ``exact`` the same to read by machine;
    ``x`` and ``width`` draw it as a bar from the middle, to the left where the first has more.
    """

    name: str
    criterion: str
    first: str
    second: str
    difference: str
    exact: str
    x: int
    width: int
    side: str


@dataclass(frozen=True, slots=True)
class PairView:
    """The whole page.  ``decision``: position of the decision that parted them, or None."""

    verdict: str
    decision: int | None
    first: SideView
    second: SideView
    terms: tuple[TermView, ...]
    difference_exact: str
    sum: str


def pair_view(found: Pair, stories: Mapping[str, Explanation], language: str) -> PairView:
    """The page of ``found``; ``stories``: the explanations of both by unit."""
    difference, scale = found.difference, found.rules.number.scale
    summed = Words("Chưa đủ hai tổng để so.", "There are no two totals to compare.")
    if difference is not None:
        summed = say(
            "Cộng mọi chênh lệch: {x}.", "All differences together: {x}.", x=signed(difference, scale)
        )
    return PairView(
        verdict=order_words(found).in_(language),
        decision=found.decision,
        first=_side(found.first, found, stories, language),
        second=_side(found.second, found, stories, language),
        terms=tuple(_terms(found, language)),
        difference_exact="" if difference is None else exact(difference, scale),
        sum=summed.in_(language),
    )


def _side(side: Side, found: Pair, stories: Mapping[str, Explanation], language: str) -> SideView:
    rules, story = found.rules, stories[side.unit]
    places = {one.id: (place, one.label) for place, one in enumerate(rules.classes)}

    def points(value: Fraction | None) -> str:
        return "–" if value is None else amount(value, rules.number.scale).in_(language)

    chip = None
    if side.class_id is not None:
        place, label = places[side.class_id]
        chip = Chip(label, place)
    return SideView(
        unit=side.unit,
        name=side.name,
        rank="–" if side.rank is None else str(side.rank),
        chip=chip,
        outcome=outcome_words(story).in_(language),
        total=points(side.ranking_score),
        base=points(side.base),
        bonus=points(side.bonus),
        penalty=points(side.penalty),
        classes=tuple(class_words(step, rules).in_(language) for step in story.classes),
    )


def _terms(found: Pair, language: str) -> Iterator[TermView]:
    scale = found.rules.number.scale
    most = max((abs(term.difference) for term in found.terms), default=Fraction(0))
    for term in found.terms:
        width = _length(term, most)
        yield TermView(
            name=capital(term_name(term.kind, term.ref, found.rules)).in_(language),
            criterion=term.ref if term.kind == LEAF else "",
            first="–" if term.first is None else amount(term.first, scale).in_(language),
            second="–" if term.second is None else amount(term.second, scale).in_(language),
            difference=signed(term.difference, scale).in_(language) if term.difference else "0",
            exact=exact(term.difference, scale),
            x=HALF - width if term.difference > 0 else HALF,
            width=width,
            side="first" if term.difference > 0 else "second",
        )


def _length(term: TermPair, most: Fraction) -> int:
    """A length to draw, in thousandths; no result is ever made of it."""
    if not most:
        return 0
    share = abs(term.difference) * HALF / most
    return share.numerator // share.denominator
