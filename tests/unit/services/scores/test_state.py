"""The fold of the scores service: the same by any steps, and nothing that it was given changes."""

from __future__ import annotations

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import WithdrawScore
from services.scores.state import evolve, fold
from shared.events import Draft
from tests.support.scored import BTG, Q01, score, set_up, when

SET_UP = set_up()


def _facts() -> list[Draft]:
    """One fact of each kind that a unit's stream may hold; each can be folded at any time after the first."""
    recorded = [
        *when(SET_UP, score("1.2", "5"), BTG),
        *when(SET_UP, score("1.2", "5", stage="self"), Q01),
        *when(SET_UP, score("1.2", "4.5", unit="LLVT-BTL"), BTG),
    ]
    state = fold(recorded, SET_UP)
    withdrawn = when(state, WithdrawScore("QH-Q01", "1.2", "department", "nhập nhầm"), BTG)
    return [*recorded, *withdrawn]


FACTS = _facts()


@for_all(order=st.lists(st.sampled_from(FACTS[:3]), max_size=30), cut=st.integers(0, 30))
def test_a_fold_in_one_go_equals_one_in_steps(order: list[Draft], cut: int) -> None:
    stepwise = SET_UP
    for fact in order:
        stepwise = evolve(stepwise, fact)
    assert fold(order, SET_UP) == stepwise
    assert fold(order[cut:], fold(order[:cut], SET_UP)) == stepwise


@for_all(order=st.lists(st.sampled_from(FACTS[:3]), max_size=10))
def test_a_fold_leaves_the_state_it_began_with_as_it_was(order: list[Draft]) -> None:
    before = fold(FACTS, SET_UP)
    fold([*order, FACTS[3]], before)
    assert before == fold(FACTS, set_up())


def test_values_count_by_stage_and_a_withdrawal_takes_one_away() -> None:
    state = fold([*FACTS[:3] * 500, FACTS[3]], SET_UP)
    counts = {
        code: {place: len(entries) for place, entries in unit.values.items()}
        for code, unit in state.units.items()
    }
    assert counts["QH-Q01"] == {("1.2", "department"): 499, ("1.2", "self"): 500}
    assert counts["LLVT-BTL"] == {("1.2", "department"): 500}


def test_a_fact_of_a_type_that_is_unknown_here_says_nothing() -> None:
    assert evolve(SET_UP, Draft("moon.landed.v1", "QH-Q01", {})) == SET_UP
