"""All the sentences of an explanation, in the order of the computation.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from services.ranking.engine.explain import Explanation
from services.ranking.explaining.classes import class_words, outcome_words, quota_words, veto_words
from services.ranking.explaining.leaves import leaf_words, mark_words
from services.ranking.explaining.orders import neighbour_words, rank_words
from services.ranking.explaining.phrases import capital, criterion, say, sentence
from services.ranking.explaining.steps import (
    ADJUSTMENTS,
    CLASSES,
    LEAVES,
    OUTCOME,
    QUOTAS,
    RANK,
    REASONS,
    TERMS,
    TOTAL,
    VETOES,
    Step,
)
from services.ranking.explaining.sums import occurrence_words, term_words, total_words
from services.ranking.words import Words, reason_words


def story(found: Explanation) -> tuple[Step, ...]:
    """Every step from the marks to the class and the rank, in the order of the computation."""
    return tuple(_steps(found))


def _steps(found: Explanation) -> Iterator[Step]:
    rules = found.rules
    for leaf in found.leaves:
        counting = tuple(one.mark.position for one in leaf.marks if one.counts)
        yield Step(LEAVES, leaf.id, leaf_words(leaf, found), counting)
        for reading in leaf.marks:
            if not reading.counts:
                yield Step(LEAVES, leaf.id, mark_words(reading, rules), (reading.mark.position,))
    for name, reading in found.other_marks:
        words = say("{c}: {w}", "{c}: {w}", c=capital(criterion(name, rules)), w=mark_words(reading, rules))
        yield Step(LEAVES, name, words, (reading.mark.position,))
    for one in found.occurrences:
        yield Step(ADJUSTMENTS, str(one.code), occurrence_words(one, rules), (one.position,))
    for term in found.terms:
        yield Step(TERMS, term.ref, term_words(term, found), term.positions)
    yield Step(TOTAL, "", total_words(found))
    for veto in found.vetoes:
        positions = () if veto.position is None else (veto.position,)
        yield Step(VETOES, veto.id, veto_words(veto, rules), positions)
    for step in found.classes:
        yield Step(CLASSES, step.id, class_words(step, rules))
    for quota in found.quotas:
        yield Step(QUOTAS, quota.class_id, quota_words(quota, rules))
    yield Step(OUTCOME, found.class_id or "", outcome_words(found))
    if found.rank is None:
        yield Step(RANK, "", Words("Chưa được xếp hạng.", "Not ranked."))
    else:
        yield Step(RANK, "", rank_words(found.rank, rules))
        for one_ in (*found.rank.above, *found.rank.level, *found.rank.below):
            positions = () if one_.decision is None else (one_.decision,)
            yield Step(RANK, one_.peer.unit or "", neighbour_words(one_, found.rank, rules), positions)
    labels = {one.id: one.label for one in rules.classes}
    for reason in found.reasons:
        yield Step(REASONS, reason, sentence(reason_words(reason, labels)))
