"""Explanations, pairs and counterfactuals as JSON data.

Points are decimal strings with the rulebook's digits, and never cut: where no decimal is exact (a rescaled
sum), they are fractions ``p/q``.  So the terms of a body can be added up again by anybody, exactly.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from services.ranking.engine.classes import Condition
from services.ranking.engine.counterfactual import Change, Counterfactual
from services.ranking.engine.explain import (
    ClassStep,
    Explanation,
    LeafExplanation,
    MarkReading,
    Neighbour,
    Peer,
    QuotaStep,
    RankStory,
    RuleApplied,
)
from services.ranking.engine.pair import Pair, Side
from services.ranking.engine.sheet import Occurrence
from shared.rulebook.model import Bounds
from shared.rulebook.number import exact

Json = dict[str, Any]


def explanation_body(found: Explanation) -> Json:
    """An explanation as JSON data."""
    scale = found.scale
    return {
        "ledger": found.ledger,
        "position": found.position,
        "engine": found.engine,
        "rulebook": found.rules.digest,
        "scale": scale,
        "unit": found.unit,
        "name": found.name,
        "area": found.area,
        "area_label": found.area_label,
        "base": _points(found.base, scale),
        "bonus": _points(found.bonus, scale),
        "penalty": _points(found.penalty, scale),
        "total": _points(found.ranking_score, scale),
        "classification_score": _points(found.classification_score, scale),
        "complete": found.complete,
        "missing": list(found.missing),
        "sum": _points(found.sum, scale),
        "sum_max": _points(found.sum_max, scale),
        "scored_max": _points(found.scored_max, scale),
        "terms": [
            {
                "kind": term.kind,
                "ref": term.ref,
                "amount": _points(term.amount, scale),
                "positions": list(term.positions),
            }
            for term in found.terms
        ],
        "leaves": [_leaf(leaf, scale) for leaf in found.leaves],
        "other_marks": [
            {"criterion": criterion, **_mark(mark, scale)} for criterion, mark in found.other_marks
        ],
        "occurrences": [_occurrence(one, scale) for one in found.occurrences],
        "vetoes": [
            {
                "veto": veto.id,
                "label": veto.label,
                "position": veto.position,
                "max_class": veto.max_class,
                "zeroes_inspection": veto.zeroes_inspection,
                "appeal_right_lost": veto.appeal_right_lost,
                "lowered": veto.lowered,
            }
            for veto in found.vetoes
        ],
        "classes": [_class(step, scale) for step in found.classes],
        "natural": found.natural,
        "ceiling": found.ceiling,
        "quotas": [_quota(step, scale) for step in found.quotas],
        "class": found.class_id,
        "rank": None if found.rank is None else _rank(found.rank, scale),
        "reasons": list(found.reasons),
    }


def pair_body(found: Pair) -> Json:
    """Two units side by side as JSON data."""
    scale = found.rules.number.scale
    return {
        "ledger": found.ledger,
        "position": found.position,
        "rulebook": found.rules.digest,
        "scale": scale,
        "area": found.area,
        "area_label": found.area_label,
        "first": _side(found.first, scale),
        "second": _side(found.second, scale),
        "order": found.order,
        "by": found.by,
        "first_value": _points(found.first_value, scale),
        "second_value": _points(found.second_value, scale),
        "decision": found.decision,
        "difference": _points(found.difference, scale),
        "terms": [
            {
                "kind": term.kind,
                "ref": term.ref,
                "first": _points(term.first, scale),
                "second": _points(term.second, scale),
                "difference": _points(term.difference, scale),
            }
            for term in found.terms
        ],
    }


def counterfactual_body(found: Counterfactual) -> Json:
    """The smallest changes of one unit as JSON data."""
    scale = found.rules.number.scale
    return {
        "ledger": found.ledger,
        "position": found.position,
        "rulebook": found.rules.digest,
        "unit": found.unit,
        "name": found.name,
        "area": found.area,
        "class": found.class_id,
        "rank": found.rank,
        "step": _points(found.rules.number.step, scale),
        "tried": found.tried,
        "smallest_for_class": _points(found.smallest_for_class, scale),
        "smallest_for_rank": _points(found.smallest_for_rank, scale),
        "leaves": [
            {
                "criterion": leaf.criterion,
                "label": leaf.label,
                "points": _points(leaf.points, scale),
                "min": _points(leaf.min, scale),
                "max": _points(leaf.max, scale),
                "class_up": _change(leaf.class_up, scale),
                "class_down": _change(leaf.class_down, scale),
                "rank_up": _change(leaf.rank_up, scale),
                "rank_down": _change(leaf.rank_down, scale),
            }
            for leaf in found.leaves
        ],
    }


def _change(change: Change | None, scale: int) -> Json | None:
    if change is None:
        return None
    return {
        "points": _points(change.points, scale),
        "by": _points(change.by, scale),
        "class": change.class_id,
        "rank": change.rank,
    }


def _points(value: Fraction | None, scale: int) -> str | None:
    return None if value is None else exact(value, scale)


def _number(value: Fraction | None) -> str | None:
    """A number that is no points: a metric, a fraction, a bound, a rank."""
    return _points(value, 0)


def _bounds(bounds: Bounds | None) -> Json | None:
    if bounds is None:
        return None
    named = (("gt", bounds.gt), ("gte", bounds.gte), ("lt", bounds.lt), ("lte", bounds.lte))
    return {name: _number(value) for name, value in named if value is not None}


def _leaf(leaf: LeafExplanation, scale: int) -> Json:
    return {
        "criterion": leaf.id,
        "label": leaf.label,
        "group": leaf.group,
        "owner": leaf.owner,
        "state": leaf.state,
        "rescaled": leaf.rescaled,
        "stage": leaf.stage,
        "value": leaf.value,
        "target": leaf.target,
        "rule": None if leaf.rule is None else _rule(leaf.rule, scale),
        "points": _points(leaf.points, scale),
        "min": _points(leaf.min, scale),
        "max": _points(leaf.max, scale),
        "weight": _number(leaf.weight),
        "contribution": _points(leaf.contribution, scale),
        "marks": [_mark(mark, scale) for mark in leaf.marks],
    }


def _rule(rule: RuleApplied, scale: int) -> Json:
    return {
        "rule": rule.rule,
        "rulebook": rule.rulebook,
        "exact": _points(rule.exact, scale),
        "points": _points(rule.points, scale),
        "amount": _number(rule.amount),
        "target": _number(rule.target),
        "metric": _number(rule.metric),
        "metric_name": rule.metric_name,
        "unit": rule.unit,
        "row": rule.row,
        "bounds": _bounds(rule.bounds),
        "frac": _number(rule.frac),
        "per": _number(rule.per),
        "source_max": _number(rule.source_max),
        "no_target": rule.no_target,
    }


def _mark(reading: MarkReading, scale: int) -> Json:
    mark = reading.mark
    return {
        "position": mark.position,
        "origin": mark.origin,
        "stage": mark.stage,
        "value": mark.value,
        "target": mark.target,
        "state": mark.state,
        "points": _points(mark.points, scale),
        "status": mark.status,
        "withdrawn": mark.withdrawn,
        "late": mark.late,
        "admitted": mark.admitted,
        "on_behalf": mark.on_behalf,
        "confirmed": mark.confirmed,
        "disputed": mark.disputed,
        "counts": reading.counts,
        "why": reading.why,
    }


def _occurrence(one: Occurrence, scale: int) -> Json:
    return {
        "position": one.position,
        "kind": one.kind,
        "code": one.code,
        "occurrence_ref": one.occurrence_ref,
        "worth": _points(one.worth, scale),
        "credited": _points(one.credited, scale),
        "status": one.status,
    }


def _class(step: ClassStep, scale: int) -> Json:
    return {
        "class": step.id,
        "label": step.label,
        "holds": step.holds,
        "barred": step.barred,
        "conditions": [_condition(one, scale) for one in step.conditions],
    }


def _condition(one: Condition, scale: int) -> Json:
    digits = 0 if one.kind == "places" else scale
    return {
        "kind": one.kind,
        "subject": one.subject,
        "value": _points(one.value, digits),
        "bounds": _bounds(one.bounds),
        "held": one.held,
    }


def _peer(peer: Peer | None, scale: int) -> Json | None:
    if peer is None:
        return None
    return {
        "unit": peer.unit,
        "name": peer.name,
        "rank": peer.rank,
        "total": _points(peer.total, scale),
    }


def _quota(step: QuotaStep, scale: int) -> Json:
    return {
        "class": step.class_id,
        "fraction": _number(step.fraction),
        "count": step.count,
        "denominator": step.denominator,
        "rounding": step.rounding,
        "min_per_area": step.min_per_area,
        "on_tie": step.on_tie,
        "size": step.size,
        "share": step.share,
        "candidates": step.candidates,
        "allowed": step.allowed,
        "kept": step.kept,
        "last_kept": _peer(step.last_kept, scale),
        "first_beyond": _peer(step.first_beyond, scale),
        "outcome": step.outcome,
        "falls_to": step.falls_to,
    }


def _rank(story: RankStory, scale: int) -> Json:
    return {
        "rank": story.rank,
        "measure": story.measure,
        "value": _points(story.value, scale),
        "above": [_neighbour(one, scale) for one in story.above],
        "level": [_neighbour(one, scale) for one in story.level],
        "below": [_neighbour(one, scale) for one in story.below],
    }


def _neighbour(one: Neighbour, scale: int) -> Json:
    return {
        "peer": _peer(one.peer, scale),
        "by": one.by,
        "own": _points(one.own, scale),
        "other": _points(one.other, scale),
        "decision": one.decision,
    }


def _side(side: Side, scale: int) -> Json:
    return {
        "unit": side.unit,
        "name": side.name,
        "rank": side.rank,
        "class": side.class_id,
        "base": _points(side.base, scale),
        "bonus": _points(side.bonus, scale),
        "penalty": _points(side.penalty, scale),
        "total": _points(side.ranking_score, scale),
        "complete": side.complete,
        "reasons": list(side.reasons),
    }
