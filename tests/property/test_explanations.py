"""Explanations of generated cycles: everything that they say adds up to what the engine computed."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.engine import compute
from services.ranking.engine.counterfactual import Change, LeafChanges, counterfactual
from services.ranking.engine.explain import Explanation, explain
from services.ranking.engine.fold import State
from services.ranking.engine.pair import compare_pair
from services.ranking.engine.standings import Row
from services.ranking.engine.terms import KINDS
from services.ranking.explaining import counterfactual_story, pair_story, story
from shared.rulebook.number import shortest
from tests.property.cycles import cycle
from tests.support.board import ROOT, Board
from tests.support.examples import examples

SEEDS = st.integers(min_value=0, max_value=2**32)


def explained(seed: int, units: int = 9) -> list[tuple[Row, Explanation]]:
    state = cycle(seed, units)[1].state()
    found = []
    for row in compute(state).rows():
        explanation = explain(state, row.sheet.unit)
        assert explanation is not None
        found.append((row, explanation))
    return found


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_the_terms_add_up_exactly_to_the_total(seed: int) -> None:
    for row, explanation in explained(seed):
        if row.sheet.base is None:
            assert explanation.terms == ()
        else:
            assert sum(term.amount for term in explanation.terms) == row.sheet.ranking_score


def test_the_generated_cycles_have_every_kind_of_term() -> None:
    assert {term.kind for seed in range(60) for _, one in explained(seed) for term in one.terms} == set(KINDS)


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
def test_each_leaf_is_what_its_rule_and_weight_make_of_it(seed: int) -> None:
    for _, explanation in explained(seed):
        for leaf in explanation.leaves:
            counting = [one for one in leaf.marks if one.counts]
            assert len(counting) == (0 if leaf.rule is None else 1)
            assert all((one.why == "") == one.counts for one in leaf.marks)
            if leaf.rule is not None:
                assert leaf.rule.points == leaf.points
            assert leaf.contribution == (leaf.points or 0) * leaf.weight


def class_by_steps(found: Explanation) -> str | None:
    """The class as the steps of an explanation tell it, and nothing else."""
    open_classes = [step for step in found.classes if not step.barred]
    if not open_classes:
        return None
    first = next(step for step in open_classes if step.holds is not False)
    now = None if first.holds is None else first.id
    for step in found.quotas:
        assert (step.outcome != "no_candidate") == (now == step.class_id)
        if step.outcome == "tied":
            now = None
        elif step.outcome == "dropped":
            now = step.falls_to
    return now


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_the_steps_of_the_classes_lead_to_the_class(seed: int) -> None:
    for row, explanation in explained(seed):
        assert explanation.class_id == row.class_id
        assert class_by_steps(explanation) == row.class_id


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
def test_neighbours_are_those_next_in_rank_and_the_step_parts_them(seed: int) -> None:
    for row, explanation in explained(seed):
        story_ = explanation.rank
        assert (None if story_ is None else story_.rank) == row.rank
        if story_ is None or row.rank is None:
            continue
        assert all(one.peer.rank == row.rank and one.by is None for one in story_.level)
        for one in (*story_.above, *story_.below):
            assert one.peer.rank is not None
            assert (one.peer.rank < row.rank) == (one in story_.above)
            if one.by == "committee_decision":
                assert one.decision is not None
            else:
                assert one.own != one.other
                assert one.decision is None


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS)
def test_the_differences_of_a_pair_add_up_and_turn_round_with_it(seed: int) -> None:
    state = cycle(seed)[1].state()
    turned = {"above": "below", "below": "above", "level": "level"}
    for area in compute(state).areas:
        for first, second in combinations(area.rows, 2):
            pair = compare_pair(state, first.sheet.unit, second.sheet.unit)
            back = compare_pair(state, second.sheet.unit, first.sheet.unit)
            assert pair is not None
            assert back is not None
            assert (turned[pair.order], pair.by, pair.decision) == (back.order, back.by, back.decision)
            totals = first.sheet.ranking_score, second.sheet.ranking_score
            if None in totals:
                assert (pair.difference, pair.terms) == (None, ())
                continue
            assert pair.difference == totals[0] - totals[1]  # type: ignore[operator]
            assert sum(term.difference for term in pair.terms) == pair.difference
            assert [-term.difference for term in back.terms] == [term.difference for term in pair.terms]


@settings(max_examples=examples(15), deadline=None)
@given(SEEDS)
def test_every_step_has_its_sentence_in_both_languages(seed: int) -> None:
    state = cycle(seed)[1].state()
    rows = compute(state).rows()
    for row in rows:
        explanation = explain(state, row.sheet.unit)
        pair = compare_pair(state, row.sheet.unit, rows[0].sheet.unit)
        assert explanation is not None
        for step in (*story(explanation), *(() if pair is None else pair_story(pair))):
            for text in (step.words.vi, step.words.en):
                assert text.endswith(".")
                assert "{" not in text
                assert "None" not in text


# --- counterfactuals --------------------------------------------------------------------------------------


def placed(board: Board, unit: str, criterion: str, value: Fraction) -> tuple[str | None, int | None]:
    """Class and rank if the Committee had put this value on appeal: a whole new board, folded anew."""
    again = Board()
    again.events = [*board.events]
    again.decide(unit, criterion, shortest(value), stage="appeal")
    row = again.rows()[unit]
    return row.class_id, row.rank


def nearest(
    board: Board, state: State, unit: str, leaf: LeafChanges, *, up: bool
) -> tuple[Change | None, Change | None]:
    """By brute force: the nearest value that changes the class, and the nearest that changes the rank."""
    row = compute(state).row(unit)
    assert row is not None
    assert leaf.points is not None
    step = state.rulebook.number.step  # type: ignore[union-attr]
    values = [step * n for n in range(int(leaf.min / step), int(leaf.max / step) + 1)]
    way = sorted(
        (value for value in values if (value > leaf.points if up else value < leaf.points)),
        key=lambda value: abs(value - leaf.points),  # type: ignore[operator]
    )
    found: list[Change | None] = [None, None]
    for value in way:
        class_id, rank = placed(board, unit, leaf.criterion, value)
        change = Change(value, value - leaf.points, class_id, rank)
        if found[0] is None and class_id != row.class_id:
            found[0] = change
        if found[1] is None and rank != row.rank:
            found[1] = change
        if None not in found:
            break
    return found[0], found[1]


@settings(max_examples=examples(5), deadline=None)
@given(SEEDS, st.integers(min_value=0, max_value=4))
def test_a_stated_change_changes_it_and_nothing_smaller_does(seed: int, which: int) -> None:
    board = cycle(seed, 5)[1]
    state = board.state()
    rows = compute(state).rows()
    if not rows:
        return
    unit = rows[which % len(rows)].sheet.unit
    found = counterfactual(state, unit)
    assert found is not None
    assert counterfactual_story(found)
    for leaf in found.leaves:
        if leaf.points is None:
            assert (*leaf.class_changes, *leaf.rank_changes) == ()
            continue
        assert (leaf.class_up, leaf.rank_up) == nearest(board, state, unit, leaf, up=True)
        assert (leaf.class_down, leaf.rank_down) == nearest(board, state, unit, leaf, up=False)


@settings(max_examples=examples(10), deadline=None)
@given(SEEDS)
def test_asking_changes_nothing(seed: int) -> None:
    state = cycle(seed, 4)[1].state()
    before = compute(state)
    for row in before.rows():
        counterfactual(state, row.sheet.unit)
        explain(state, row.sheet.unit)
    after = compute(state)
    assert [(row.rank, row.class_id, row.sheet.ranking_score) for row in before.rows()] == [
        (row.rank, row.class_id, row.sheet.ranking_score) for row in after.rows()
    ]


SCRIPT = """
from services.ranking.engine import canonical, compute
from services.ranking.engine.counterfactual import counterfactual
from services.ranking.engine.explain import explain
from services.ranking.engine.explanation_body import counterfactual_body, explanation_body
from services.ranking.explaining import story
from tests.property.cycles import cycle
import hashlib
for seed in range(12):
    state = cycle(seed, 5)[1].state()
    for row in compute(state).rows():
        found = explain(state, row.sheet.unit)
        words = repr([step.words for step in story(found)]).encode()
        for data in (canonical(explanation_body(found)), words):
            print(hashlib.sha256(data).hexdigest())
    print(hashlib.sha256(canonical(counterfactual_body(counterfactual(state, row.sheet.unit)))).hexdigest())
"""


def test_hash_seed_time_zone_and_locale_change_no_byte() -> None:
    def run(**environment: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    expected = run(PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C", PYTHONUTF8="1")
    assert len(expected.splitlines()) > 60
    assert run(PYTHONHASHSEED="4242", TZ="Asia/Ho_Chi_Minh", LC_ALL="vi_VN.UTF-8", PYTHONUTF8="1") == expected
