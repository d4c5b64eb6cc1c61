"""What the page of one unit shows: its explanation as plain values in one language, ready to print.  Pure.

Every number is the engine's own (:mod:`services.ranking.engine.explain`) and every sentence comes from
:mod:`services.ranking.explaining`; here they are only laid out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.ranking.engine.counterfactual import Counterfactual
from services.ranking.engine.explain import Explanation, LeafExplanation, MarkReading, Neighbour, RankStory
from services.ranking.engine.sheet import UNANSWERED
from services.ranking.engine.terms import LEAF, Term
from services.ranking.explaining.changes import change_words
from services.ranking.explaining.classes import condition_words, outcome_words, quota_words, veto_words
from services.ranking.explaining.leaves import rule_words
from services.ranking.explaining.orders import neighbour_words, rank_words
from services.ranking.explaining.phrases import (
    amount,
    answer,
    capital,
    sentence,
    signed,
    stage,
    stated,
    why_not,
)
from services.ranking.explaining.sums import occurrence_words, term_name, total_words
from services.ranking.view import Chip
from services.ranking.words import Words, reason_words
from shared.rulebook import Rulebook
from shared.rulebook.number import exact


@dataclass(frozen=True, slots=True)
class Source:
    """The event behind a value: when, and, for who may read it, who said it, for whom and on which paper.

    ``page``: the standings just after it.
    """

    when: str
    who: str = ""
    behalf: str = ""
    document: str = ""
    page: str = ""


Sources = Mapping[int, Source]


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term of the total.  ``exact``: its amount, decimal or ``p/q``; ``reached``: the sum so far."""

    name: str
    amount: str
    exact: str
    reached: str
    anchor: str
    negative: bool


@dataclass(frozen=True, slots=True)
class MarkLine:
    """A value that was stated: what, at which stage, whether it counts, and if not why.

    ``admitted``: position of the decision that lets a late value count.  ``answer``: what the responsible
    body says of a value that was entered for it, "" for its own; ``confirmed``: that it agrees.
    """

    value: str
    stage: str
    points: str
    counts: bool
    why: str
    late: bool
    answer: str
    confirmed: bool
    admitted: int | None
    position: int
    source: Source | None


@dataclass(frozen=True, slots=True)
class LeafStory:
    """A criterion: what counts, the rule applied, and every value in the order of the ledger."""

    id: str
    label: str
    owner: str
    points: str
    most: str
    lacking: bool
    rule: str
    marks: tuple[MarkLine, ...]
    up: str = ""
    down: str = ""


@dataclass(frozen=True, slots=True)
class GroupStory:
    """A top group and its criteria, with the points they sum to."""

    id: str
    label: str
    value: str
    most: str
    leaves: tuple[LeafStory, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the event it rests on."""

    words: str
    position: int | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """A class as it was tested, condition by condition.

    ``held`` (of the class and of a condition) None: tied on a line that awaits a decision.  ``barred``: a
    veto closes it.  ``given``: it is the unit's class.
    """

    chip: Chip
    conditions: tuple[tuple[str, bool | None], ...]
    held: bool | None
    barred: bool
    given: bool


@dataclass(frozen=True, slots=True)
class NeighbourLine:
    """A unit next in order in words; ``unit``: to compare with, "" where it may not be named."""

    words: str
    unit: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """The whole page of one unit at one position."""

    unit: str
    name: str
    area_label: str
    rank: str
    chip: Chip | None
    outcome: str
    total: str
    total_exact: str
    sum: str
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    terms: tuple[TermLine, ...]
    groups: tuple[GroupStory, ...]
    others: tuple[Said, ...]
    occurrences: tuple[Said, ...]
    vetoes: tuple[Said, ...]
    classes: tuple[Tested, ...]
    quotas: tuple[str, ...]
    rank_words: str
    neighbours: tuple[NeighbourLine, ...]
    nearest: tuple[str, ...]
    changes: bool


def unit_view(
    found: Explanation,
    changes: Counterfactual | None,
    sources: Sources,
    owners: Mapping[str, str],
    language: str,
) -> UnitView:
    """The page of ``found``.

    ``changes``: what would have made a difference, None for who may not know it.  ``sources``: by position.
    ``owners``: names of the bodies that score.
    """
    writer = _Writer(found, changes, sources, owners, language)
    text, rules, scale = writer.text, found.rules, found.scale
    labels = {one.id: one.label for one in rules.classes}
    places = {one.id: place for place, one in enumerate(rules.classes)}
    rank = found.rank
    return UnitView(
        unit=found.unit,
        name=found.name,
        area_label=found.area_label,
        rank="–" if rank is None else str(rank.rank),
        chip=None if found.class_id is None else Chip(labels[found.class_id], places[found.class_id]),
        outcome=text(outcome_words(found)),
        total=writer.points(found.ranking_score),
        total_exact="" if found.ranking_score is None else exact(found.ranking_score, scale),
        sum=text(total_words(found)),
        missing=found.missing,
        notes=tuple(text(sentence(reason_words(reason, labels))) for reason in found.reasons),
        terms=tuple(writer.terms()),
        groups=tuple(writer.groups()),
        others=tuple(
            writer.said(_idle_words(code, reading, rules), reading.mark.position)
            for code, reading in found.other_marks
        ),
        occurrences=tuple(
            writer.said(occurrence_words(one, rules), one.position) for one in found.occurrences
        ),
        vetoes=tuple(writer.said(veto_words(one, rules), one.position) for one in found.vetoes),
        classes=tuple(
            Tested(
                Chip(step.label, places[step.id]),
                tuple((text(condition_words(one, rules)), one.held) for one in step.conditions),
                step.holds,
                step.barred,
                step.id == found.class_id,
            )
            for step in found.classes
        ),
        quotas=tuple(text(quota_words(step, rules)) for step in found.quotas),
        rank_words=text(
            Words("Chưa được xếp hạng.", "Not ranked.") if rank is None else rank_words(rank, rules)
        ),
        neighbours=() if rank is None else tuple(writer.neighbours(rank)),
        nearest=() if changes is None else tuple(text(one) for one in _nearest(changes)),
        changes=changes is not None,
    )


class _Writer:
    """The lines of one explanation in one language."""

    def __init__(
        self,
        found: Explanation,
        changes: Counterfactual | None,
        sources: Sources,
        owners: Mapping[str, str],
        language: str,
    ) -> None:
        self.found = found
        self.changes = changes
        self.sources = sources
        self.owners = owners
        self.language = language

    def text(self, words: Words) -> str:
        return words.in_(self.language)

    def points(self, value: Fraction | None) -> str:
        return "–" if value is None else self.text(amount(value, self.found.scale))

    def said(self, words: Words, position: int | None) -> Said:
        return Said(self.text(words), position, None if position is None else self.sources.get(position))

    def terms(self) -> Iterator[TermLine]:
        reached = Fraction(0)
        for term in self.found.terms:
            reached += term.amount
            yield TermLine(
                name=self.text(capital(term_name(term.kind, term.ref, self.found.rules))),
                amount=self.text(signed(term.amount, self.found.scale)),
                exact=exact(term.amount, self.found.scale),
                reached=self.points(reached),
                anchor=_anchor(term),
                negative=term.amount < 0,
            )

    def groups(self) -> Iterator[GroupStory]:
        for group in self.found.rules.groups:
            leaves = [leaf for leaf in self.found.leaves if leaf.group == group.id]
            if leaves:
                counting = [leaf for leaf in leaves if not leaf.rescaled]
                yield GroupStory(
                    group.id,
                    group.label,
                    self.points(sum((leaf.contribution for leaf in counting), Fraction(0))),
                    self.text(amount(sum((leaf.max * leaf.weight for leaf in counting), Fraction(0)))),
                    tuple(self.leaf(leaf) for leaf in leaves),
                )

    def leaf(self, leaf: LeafExplanation) -> LeafStory:
        up, down = self.change(leaf.id, up=True), self.change(leaf.id, up=False)
        lacking = leaf.rule is None
        words = (
            Words("Chưa chấm.", "Not scored yet.")
            if leaf.rule is None
            else sentence(rule_words(leaf.rule, leaf, self.found.scale))
        )
        return LeafStory(
            id=leaf.id,
            label=leaf.label,
            owner=self.owners.get(leaf.owner, leaf.owner),
            points=self.points(leaf.points),
            most=self.text(amount(leaf.max)),
            lacking=lacking,
            rule=self.text(words),
            marks=tuple(self.mark(reading) for reading in leaf.marks),
            up=up,
            down=down,
        )

    def mark(self, reading: MarkReading) -> MarkLine:
        mark = reading.mark
        said = None if reading.why in UNANSWERED else answer(mark)
        return MarkLine(
            value=self.text(_value(mark.value, mark.target, mark.state, self.found.rules)),
            stage=self.text(stage(mark.stage, self.found.rules)),
            points=self.points(mark.points),
            counts=reading.counts,
            why="" if reading.counts else self.text(why_not(reading.why)),
            late=mark.late,
            answer="" if said is None else self.text(said),
            confirmed=mark.confirmed is not None,
            admitted=mark.admitted,
            position=mark.position,
            source=self.sources.get(mark.position),
        )

    def change(self, code: str, *, up: bool) -> str:
        """What more (or less) of a criterion would have changed; "" where it has no points to change."""
        if self.changes is None:
            return ""
        leaf = next((one for one in self.changes.leaves if one.criterion == code), None)
        if leaf is None or leaf.points is None:
            return ""
        return self.text(change_words(leaf, self.changes, up=up))

    def neighbours(self, rank: RankStory) -> Iterator[NeighbourLine]:
        every: tuple[Neighbour, ...] = (*rank.above, *rank.level, *rank.below)
        for one in every:
            words = neighbour_words(one, rank, self.found.rules)
            yield NeighbourLine(self.text(words), one.peer.unit or "")


def _nearest(changes: Counterfactual) -> Iterator[Words]:
    """The sentences of the smallest changes, of the class and of the rank, each once."""
    sizes = (changes.smallest_for_class, changes.smallest_for_rank)
    for leaf in changes.leaves:
        for up in (True, False):
            both = (leaf.class_up, leaf.rank_up) if up else (leaf.class_down, leaf.rank_down)
            if any(one is not None and abs(one.by) == size for one, size in zip(both, sizes, strict=True)):
                yield change_words(leaf, changes, up=up)


def _anchor(term: Term) -> str:
    return f"c-{term.ref}" if term.kind == LEAF else "adjustments" if term.ref else "sum"


def _value(value: Any, target: Any, state: Any, rules: Rulebook) -> Words:
    if state is not None:
        label = rules.labels.get(str(state), str(state))
        return Words(label, str(state).replace("_", " ").lower())
    written = stated(value)
    if target is None:
        return written
    over = stated(target)
    return Words(f"{written.vi}/{over.vi}", f"{written.en}/{over.en}")


def _idle_words(code: str, reading: MarkReading, rules: Rulebook) -> Words:
    mark = reading.mark
    value, why = _value(mark.value, mark.target, mark.state, rules), why_not(reading.why)
    return Words(f"{code}: {value.vi} không tính, {why.vi}.", f"{code}: {value.en} does not count, {why.en}.")
