"""Why a unit stands where it stands: terms, leaves, classes, quota lines and neighbours.

Nothing here decides anything.  The sheet, the conditions and the lines are those that the computation
itself made (:func:`~services.ranking.engine.compute.compute_area`); the explanation only lays them out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from services.ranking.engine.classes import UNCLASSIFIED, Condition, Cut, Placing
from services.ranking.engine.compute import ENGINE, AreaResult, area_of
from services.ranking.engine.context import Context
from services.ranking.engine.difference import relation
from services.ranking.engine.fold import State
from services.ranking.engine.ranks import COMMITTEE
from services.ranking.engine.sheet import VETO_ORIGIN, LeafSheet, Mark, Occurrence, Sheet
from services.ranking.engine.standings import Row
from services.ranking.engine.terms import Term, counted, terms
from shared.rulebook import work_out
from shared.rulebook.model import Bounds, Rulebook
from shared.rulebook.values import Rescaled

WITHDRAWN: Final = "WITHDRAWN"
SELF: Final = "SELF"
LOWER_STAGE: Final = "LOWER_STAGE"
OLDER: Final = "OLDER"
"""Why a mark does not count, beside the words of :class:`~services.ranking.engine.sheet.Mark`."""


@dataclass(frozen=True, slots=True)
class MarkReading:
    """A mark, whether it is the one that counts, and if not why: a row code, a word of Mark, WITHDRAWN, SELF
    (never official), LOWER_STAGE (a higher stage speaks) or OLDER (a newer value of its stage does).
    """

    mark: Mark
    counts: bool
    why: str


@dataclass(frozen=True, slots=True)
class RuleApplied:
    """The rule that made a value into points, with its numbers (format §4).

    ``rule`` is one of :class:`~shared.rulebook.values.Working`, or ``veto``: a veto put 0.  ``row``: number
    from 1 of the ladder's row that held, with its ``bounds`` and ``frac``.  ``exact``: points before
    rounding, ``points`` after; None when the leaf is rescaled out.  ``rulebook``: hash of the one that
    judged.
    """

    rule: str
    rulebook: str
    exact: Fraction | None
    points: Fraction | None
    amount: Fraction | None = None
    target: Fraction | None = None
    metric: Fraction | None = None
    metric_name: str | None = None
    unit: str | None = None
    row: int | None = None
    bounds: Bounds | None = None
    frac: Fraction | None = None
    per: Fraction | None = None
    source_max: Fraction | None = None
    no_target: str | None = None


@dataclass(frozen=True, slots=True)
class LeafExplanation:
    """One applicable leaf: its effective value, the rule applied to it, and every mark ever made."""

    id: str
    label: str
    group: str
    owner: str
    state: str
    rescaled: bool
    stage: str | None
    value: Any
    target: Any
    rule: RuleApplied | None
    points: Fraction | None
    min: Fraction
    max: Fraction
    weight: Fraction
    contribution: Fraction
    marks: tuple[MarkReading, ...]


@dataclass(frozen=True, slots=True)
class VetoInForce:
    """A veto in force, the event that put it there (None: derived from the marks), and its effects.

    ``max_class``: the best class left, ``unclassified``, or None.  ``lowered``: it lowered the class.
    """

    id: str
    label: str
    position: int | None
    max_class: str | None
    zeroes_inspection: bool
    appeal_right_lost: bool
    lowered: bool


@dataclass(frozen=True, slots=True)
class ClassStep:
    """One class as it was tested, from the best down.

    ``holds`` None: the unit is tied on a line of places.  ``barred``: a veto closes it, whatever holds.
    """

    id: str
    label: str
    conditions: tuple[Condition, ...]
    holds: bool | None
    barred: bool


@dataclass(frozen=True, slots=True)
class Peer:
    """Another unit, or this one, at a line.  ``unit`` None: one that the reader may not see."""

    unit: str | None
    name: str | None
    rank: int | None
    total: Fraction | None


@dataclass(frozen=True, slots=True)
class QuotaStep:
    """A quota of the area as it was applied, and what became of this unit at it.

    ``denominator`` names what was counted and ``size`` is how many that were (None with a plain ``count``).
    ``share``: the places that the fraction gives; ``allowed``: k, after the least number and the candidates.
    ``outcome``: kept, tied, dropped or no_candidate; ``falls_to``: the class to which a dropped unit fell.
    """

    class_id: str
    fraction: Fraction | None
    count: int | None
    denominator: str | None
    rounding: str | None
    min_per_area: int
    on_tie: str
    size: int | None
    share: int
    candidates: int
    allowed: int
    kept: int
    last_kept: Peer | None
    first_beyond: Peer | None
    outcome: str
    falls_to: str | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A unit next in order, and the step of the chain that parts it from this one.

    ``by`` None: nothing does, they are tied.  ``own`` and ``other``: both values of the measure ``by``;
    ``decision``: position of the committee decision, when ``by`` is one.
    """

    peer: Peer
    by: str | None
    own: Fraction | None
    other: Fraction | None
    decision: int | None


@dataclass(frozen=True, slots=True)
class RankStory:
    """A rank, the measure that ranks, and the places next to it; ``level`` shares this one."""

    rank: int
    measure: str
    value: Fraction | None
    above: tuple[Neighbour, ...]
    level: tuple[Neighbour, ...]
    below: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything behind one row of the board, at ``position`` events.

    The amounts of ``terms`` sum exactly to ``ranking_score``; without base there are none.  ``classes`` are
    tested only for a complete unit with a base; ``natural`` is the first class that it satisfies.
    """

    ledger: str
    position: int
    engine: str
    rules: Rulebook
    unit: str
    name: str
    area: str
    area_label: str
    base: Fraction | None
    bonus: Fraction
    penalty: Fraction
    ranking_score: Fraction | None
    classification_score: Fraction | None
    complete: bool
    missing: tuple[str, ...]
    sum: Fraction
    sum_max: Fraction
    scored_max: Fraction
    terms: tuple[Term, ...]
    leaves: tuple[LeafExplanation, ...]
    other_marks: tuple[tuple[str, MarkReading], ...]
    occurrences: tuple[Occurrence, ...]
    vetoes: tuple[VetoInForce, ...]
    classes: tuple[ClassStep, ...]
    natural: str | None
    ceiling: str | None
    quotas: tuple[QuotaStep, ...]
    class_id: str | None
    rank: RankStory | None
    reasons: tuple[str, ...]

    @property
    def scale(self) -> int:
        """Digits that points are shown with."""
        return self.rules.number.scale


def explain(state: State, unit: str, rulebook: Rulebook | None = None) -> Explanation | None:
    """The explanation of one open unit; None when it is on no board.  ``rulebook`` as for ``compute``."""
    found = area_of(state, unit, rulebook)
    row = None if found is None else found.row(unit)
    if found is None or row is None:
        return None
    sheet, rules = row.sheet, found.context.newest
    placing = found.classifier.placings.get(unit)
    return Explanation(
        ledger=state.ledger,
        position=state.size,
        engine=ENGINE,
        rules=rules,
        unit=unit,
        name=sheet.name,
        area=sheet.area,
        area_label=found.board.label,
        base=sheet.base,
        bonus=sheet.bonus,
        penalty=sheet.penalty,
        ranking_score=sheet.ranking_score,
        classification_score=sheet.classification_score,
        complete=sheet.complete,
        missing=sheet.missing,
        sum=sheet.sum,
        sum_max=sheet.sum_max,
        scored_max=sheet.scored_max,
        terms=terms(sheet, rules),
        leaves=tuple(
            _leaf(leaf, sheet.area, found.context, state.scorer(rules.leaf[leaf.id])) for leaf in sheet.leaves
        ),
        other_marks=tuple(
            (name, MarkReading(mark, False, _own_fault(mark))) for name, mark in sheet.other_marks
        ),
        occurrences=sheet.occurrences,
        vetoes=tuple(_vetoes(sheet, rules, placing)),
        classes=() if placing is None else tuple(_classes(placing, found)),
        natural=None if placing is None else rules.classes[placing.natural].id,
        ceiling=None if placing is None else _ceiling(placing, rules),
        quotas=tuple(_quota(cut, unit, found) for cut in found.classifier.cuts),
        class_id=row.class_id,
        rank=_rank(row, found),
        reasons=row.reasons,
    )


# --- leaves -----------------------------------------------------------------------------------------------


def _leaf(leaf: LeafSheet, area: str, context: Context, owner: str) -> LeafExplanation:
    rules = context.newest.leaf[leaf.id]
    place = counted(leaf)
    mark = None if place is None else leaf.marks[place]
    return LeafExplanation(
        id=leaf.id,
        label=rules.label,
        group=rules.groups[0],
        owner=owner,
        state=leaf.state,
        rescaled=leaf.rescaled,
        stage=leaf.stage,
        value=None if mark is None else mark.value,
        target=None if mark is None else mark.target,
        rule=None if mark is None else _rule(leaf.id, mark, area, context),
        points=leaf.points,
        min=rules.min.get(area, Fraction(0)),
        max=leaf.max,
        weight=leaf.weight,
        contribution=leaf.contribution,
        marks=tuple(_readings(leaf, place, context)),
    )


def _readings(leaf: LeafSheet, place: int | None, context: Context) -> Iterator[MarkReading]:
    for n, mark in enumerate(leaf.marks):
        why = _own_fault(mark)
        if n != place and not why:
            why = OLDER if mark.stage == leaf.stage else LOWER_STAGE
        yield MarkReading(mark, n == place, why)


def _own_fault(mark: Mark) -> str:
    """Why a mark would not count even alone; empty when it would."""
    if mark.withdrawn:
        return WITHDRAWN
    return mark.status or (SELF if mark.stage == "self" else "")


def _rule(criterion: str, mark: Mark, area: str, context: Context) -> RuleApplied:
    """The rule applied to the mark that counts, which the judge has accepted."""
    if mark.origin == VETO_ORIGIN:
        return RuleApplied("veto", context.newest.digest, mark.points, mark.points)
    rules = context.judge_at(mark.position)
    leaf = rules.leaf[criterion]
    found = work_out(rules, area, criterion, mark.stage, mark.value, mark.target, mark.state)
    ladder = leaf.ladder if found.row is not None else None
    row = None if ladder is None or found.row is None else ladder.rows[found.row]
    return RuleApplied(
        rule=found.rule,
        rulebook=rules.digest,
        exact=None if isinstance(found.exact, Rescaled) else found.exact,
        points=None if isinstance(found.points, Rescaled) else found.points,
        amount=found.amount,
        target=found.target,
        metric=found.metric,
        metric_name=None if ladder is None else ladder.metric,
        unit=None if ladder is None else ladder.unit,
        row=None if found.row is None else found.row + 1,
        bounds=None if row is None else row.bounds,
        frac=None if row is None else row.frac,
        per=leaf.per if found.rule == "count" else None,
        source_max=leaf.source_max if found.rule == "source_max" else None,
        no_target=leaf.no_target if found.rule == "NO_TARGET" else None,
    )


# --- classes ----------------------------------------------------------------------------------------------


def _vetoes(sheet: Sheet, rules: Rulebook, placing: Placing | None) -> Iterator[VetoInForce]:
    known = {veto.id: veto for veto in rules.vetoes}
    lowered = () if placing is None else tuple(placing.vetoed_by)
    for name, position in zip(sheet.vetoes, sheet.veto_events, strict=True):
        veto = known[name]
        yield VetoInForce(
            id=name,
            label=veto.label,
            position=position,
            max_class=veto.max_class,
            zeroes_inspection=veto.zeroes_inspection,
            appeal_right_lost=veto.appeal_right_lost,
            lowered=name in lowered,
        )


def _classes(placing: Placing, found: AreaResult) -> Iterator[ClassStep]:
    for level, one in enumerate(found.context.newest.classes):
        conditions = found.classifier.tested(level, placing.sheet)
        held = [condition.held for condition in conditions]
        holds = False if False in held else None if None in held else True
        yield ClassStep(one.id, one.label, conditions, holds, level < placing.ceiling)


def _ceiling(placing: Placing, rules: Rulebook) -> str | None:
    """The best class that the vetoes leave, None while they leave all."""
    if placing.ceiling == 0:
        return None
    return UNCLASSIFIED if placing.ceiling == len(rules.classes) else rules.classes[placing.ceiling].id


def _quota(cut: Cut, unit: str, found: AreaResult) -> QuotaStep:
    quota, line, rules = cut.quota, cut.line, found.context.newest
    outcome = cut.outcome(unit)
    beyond = cut.beyond
    falls_to = None
    if outcome == "dropped":
        level = next(n for n, one in enumerate(rules.classes) if one.id == quota.class_id)
        sheet = next(sheet for sheet in cut.candidates if sheet.unit == unit)
        below = found.classifier.next_below(level, sheet)
        falls_to = None if below is None else rules.classes[below].id
    return QuotaStep(
        class_id=quota.class_id,
        fraction=quota.share.fraction,
        count=quota.share.count,
        denominator=quota.share.denominator,
        rounding=quota.share.rounding,
        min_per_area=quota.min_per_area,
        on_tie=quota.on_tie_at_boundary,
        size=line.denominator,
        share=cut.share,
        candidates=line.candidates,
        allowed=line.allowed,
        kept=line.kept,
        last_kept=_peer(cut.kept[-1], found) if cut.kept else None,
        first_beyond=_peer(beyond[0], found) if beyond else None,
        outcome=outcome,
        falls_to=falls_to,
    )


# --- rank -------------------------------------------------------------------------------------------------


def _peer(sheet: Sheet, found: AreaResult) -> Peer:
    return Peer(sheet.unit, sheet.name, found.ranking.ranks.get(sheet.unit), sheet.ranking_score)


def _rank(row: Row, found: AreaResult) -> RankStory | None:
    if row.rank is None:
        return None
    groups = found.ranking.groups
    unit, rules = row.sheet.unit, found.context.newest
    place = next(n for n, group in enumerate(groups) if any(sheet.unit == unit for sheet in group))

    def neighbours(n: int) -> tuple[Neighbour, ...]:
        if not 0 <= n < len(groups):
            return ()
        return tuple(neighbour(row, sheet, found) for sheet in groups[n] if sheet.unit != unit)

    return RankStory(
        rank=row.rank,
        measure=rules.totals.rank_by,
        value=row.sheet.measure(rules.totals.rank_by),
        above=neighbours(place - 1),
        level=neighbours(place),
        below=neighbours(place + 1),
    )


def neighbour(row: Row, sheet: Sheet, found: AreaResult) -> Neighbour:
    """How another unit of the area stands to the one of ``row``."""
    other = found.row(sheet.unit)
    assert other is not None
    parted = relation(row, other, found.context.newest)
    decided = found.ranking.decided.get(sheet.unit) if parted.by == COMMITTEE else None
    return Neighbour(_peer(sheet, found), parted.by, parted.upper, parted.lower, decided)
