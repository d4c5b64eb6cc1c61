"""Given what a body has to score, when its last value comes, then the unit is complete for that body."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import AssignScoring, Batch, WithdrawScore
from services.scores.decider import decide_batch, turned_by
from services.scores.deciding.completeness import missing
from services.scores.state import State, fold
from shared.events import Draft
from shared.events.envelope import instant
from tests.support.deciding import NOW, fits_catalogue
from tests.support.scored import ADMIN, BTG, Q01, given, score, set_up, when

SET_UP = set_up()
MOMENT = instant(NOW)
BTG_OWES = ("1.1", "1.2", "1.3")


def owed(state: State) -> tuple[str, ...]:
    return missing(state, state.units["QH-Q01"], MOMENT).get("BTG", ())


def test_what_is_missing_stands_in_the_order_of_the_rulebook() -> None:
    assert owed(SET_UP) == BTG_OWES
    state = given(SET_UP, *when(SET_UP, score("1.2", "0"), BTG))
    assert owed(state) == ("1.1", "1.3")


def test_a_self_score_fills_nothing_that_a_body_owes() -> None:
    unit_score = score("1.2", "5", stage="self")
    assert owed(given(SET_UP, *when(SET_UP, unit_score, Q01))) == BTG_OWES


def test_the_last_missing_value_completes_the_unit_for_its_scorer() -> None:
    state = SET_UP
    for criterion in ("1.1", "1.3"):
        drafts = when(state, score(criterion, "1"), BTG)
        assert [draft.type for draft in drafts] == ["score.recorded.v1"]
        state = given(state, *drafts)
    drafts = when(state, score("1.2", "0"), BTG)
    assert fits_catalogue(drafts)
    assert [draft.type for draft in drafts] == ["score.recorded.v1", "scoring.completed.v1"]
    assert (drafts[1].data["department"], drafts[1].data["criteria"]) == ("BTG", 3)


def test_a_correction_completes_nothing_a_second_time() -> None:
    state = complete()
    drafts = when(state, score("1.2", "1", reason="sửa"), BTG)
    assert [draft.type for draft in drafts] == ["score.recorded.v1"]


def test_a_withdrawal_of_the_only_value_opens_it_again() -> None:
    drafts = when(complete(), WithdrawScore("QH-Q01", "1.2", "department", "nhầm đơn vị"), BTG)
    assert fits_catalogue(drafts)
    assert [draft.type for draft in drafts] == ["score.withdrawn.v1", "scoring.reopened.v1"]
    assert drafts[1].data["criteria"] == ["1.2"]


def test_an_assignment_completes_whom_it_frees_of_the_last_and_opens_again_whom_it_burdens() -> None:
    state = SET_UP
    for criterion in ("1.1", "1.3"):
        state = given(state, *when(state, score(criterion, "1"), BTG))
    drafts = when(state, AssignScoring("1.2", "TST", "77-QĐ/TĐTN"), ADMIN)
    assert fits_catalogue(drafts)
    assert told(drafts) == [("scoring.completed.v1", "QH-Q01", "BTG")]
    assert drafts[1].data["criteria"] == 2
    state = given(state, *drafts)
    drafts = when(state, AssignScoring("1.2", "BTG", "78-QĐ/TĐTN"), ADMIN)
    assert told(drafts) == [("scoring.reopened.v1", "QH-Q01", "BTG")]
    assert drafts[1].data["criteria"] == ["1.2"]


def test_an_assignment_of_what_is_scored_already_opens_nothing() -> None:
    state = given(complete(), *when(complete(), AssignScoring("1.2", "TST", "77-QĐ/TĐTN"), ADMIN))
    assert told(when(state, AssignScoring("1.2", "BTG", "78-QĐ/TĐTN"), ADMIN)) == []


def test_an_assignment_that_begins_later_turns_nothing_yet() -> None:
    later = instant(NOW + timedelta(days=1))
    state = given(SET_UP, *when(SET_UP, AssignScoring("1.2", "TST", "77-QĐ/TĐTN"), ADMIN))
    for criterion in ("1.1", "1.3"):
        state = given(state, *when(state, score(criterion, "1"), BTG))
    assert "BTG" in state.units["QH-Q01"].completed
    assert told(when(state, AssignScoring("1.2", "BTG", "78-QĐ/TĐTN", later), ADMIN)) == []


def told(drafts: Sequence[Draft]) -> list[tuple[str, str, str]]:
    return [(draft.type, draft.subject, draft.data["department"]) for draft in drafts[1:]]


def complete() -> State:
    rows = tuple(score(criterion, "1") for criterion in BTG_OWES)
    result = decide_batch(SET_UP, Batch(rows), BTG)
    return given(SET_UP, *result.drafts, *turned_by(SET_UP, result, BTG))


@for_all(st.permutations(BTG_OWES), st.sets(st.integers(1, 2)))
def test_a_body_is_complete_exactly_when_nothing_is_missing_however_its_rows_are_cut(
    order: list[str], cuts: set[int]
) -> None:
    state, facts = SET_UP, []
    for start, end in zip((0, *sorted(cuts)), (*sorted(cuts), 3), strict=True):
        rows = tuple(score(criterion, "1") for criterion in order[start:end])
        result = decide_batch(state, Batch(rows), BTG)
        drafts = [*result.drafts, *turned_by(state, result, BTG)]
        facts += [draft.type for draft in drafts]
        state = fold(drafts, state)
    assert owed(state) == ()
    assert facts.count("scoring.completed.v1") == 1
    assert facts[-1] == "scoring.completed.v1"
