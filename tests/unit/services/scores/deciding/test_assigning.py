"""Given a criterion, when it is assigned to another body, then old scores stay and new ones are its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import AssignScoring, SetDue
from services.scores.state import State
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events.envelope import instant
from tests.support.deciding import NOW, Person, fits_catalogue, person, rulebook
from tests.support.scored import ADMIN, BTG, OFFICE, given, score, set_up, when

SET_UP = set_up()
TST = person("department@department:TST", sub="TST-001")
TO_TST = AssignScoring("1.2", "TST", "77-QĐ/TĐTN")


def refusal(command: AssignScoring | SetDue, caller: Person = ADMIN, state: State = SET_UP) -> Refused:
    with pytest.raises(Refused) as caught:
        when(state, command, caller)
    return caught.value


def test_old_scores_stay_valid_and_only_the_new_owner_may_state_new_ones() -> None:
    state = given(SET_UP, *when(SET_UP, score("1.2", "5"), BTG))
    drafts = when(state, TO_TST, ADMIN)
    assert fits_catalogue(drafts)
    state = given(state, *drafts)
    old = state.units["QH-Q01"].standing("1.2", "department")
    assert old is not None
    assert (old.raw[0], old.responsible) == ("5", "BTG")
    with pytest.raises(AccessDenied):
        when(state, score("1.2", "5.5", reason="sửa"), BTG)
    (draft, *_) = when(state, score("1.2", "5.5", reason="chấm lại"), TST)
    assert draft.data["responsible"] == "TST"


def test_an_assignment_begins_and_ends_to_the_microsecond() -> None:
    begins, ends = instant(NOW + timedelta(days=1)), instant(NOW + timedelta(days=2))
    command = AssignScoring("1.2", "TST", "77-QĐ/TĐTN", begins, ends)
    state = given(SET_UP, *when(SET_UP, command, OFFICE))
    leaf = rulebook().leaf["1.2"]
    tick = timedelta(microseconds=1)
    moments = (
        NOW + timedelta(days=1) - tick,
        NOW + timedelta(days=1),
        NOW + timedelta(days=2) - tick,
        NOW + timedelta(days=2),
    )
    assert [state.owner(leaf, instant(moment)) for moment in moments] == ["BTG", "TST", "TST", "BTG"]


def test_the_later_assignment_of_a_criterion_takes_the_place_of_the_earlier_one() -> None:
    state = given(SET_UP, *when(SET_UP, TO_TST, ADMIN))
    state = given(state, *when(state, AssignScoring("1.2", "BTG", "78-QĐ/TĐTN"), ADMIN))
    assert state.owner(rulebook().leaf["1.2"], instant(NOW)) == "BTG"


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (AssignScoring("9.9", "TST", "x"), "unknown-criterion"),
        (AssignScoring("8.1", "TST", "x"), "team-criterion"),
        (AssignScoring("1.2", "XYZ", "x"), "unknown-department"),
        (AssignScoring("1.2", "BTG", "x"), "nothing-changed"),
        (AssignScoring("1.2", "TST", "x", instant(NOW - timedelta(seconds=1))), "in-the-past"),
        (AssignScoring("1.2", "TST", "x", None, instant(NOW)), "period-reversed"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_what_cannot_be_assigned_is_refused_by_name(command: AssignScoring, rule: str) -> None:
    assert refusal(command).rule == rule


def test_only_who_sets_up_may_assign_or_set_a_due_instant() -> None:
    for other in (BTG, person("unit@unit:QH-Q01"), person("auditor@ledger")):
        for command in (TO_TST, SetDue("self", instant(NOW), "x")):
            with pytest.raises(AccessDenied):
                when(SET_UP, command, other)


@for_all(st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_the_due_instant_stated_last_counts(days: list[int]) -> None:
    state = SET_UP
    for day in days:
        due = instant(NOW + timedelta(seconds=day))
        state = given(state, *when(state, SetDue("external", due, "KH", "4.2"), OFFICE))
    assert state.due_of("external", "4.2") == instant(NOW + timedelta(seconds=days[-1]))
    assert state.due_of("external", "5.2") is None


def test_a_criterion_without_a_due_instant_of_its_own_has_its_stages() -> None:
    state = given(SET_UP, *when(SET_UP, SetDue("external", instant(NOW), "KH"), OFFICE))
    assert state.due_of("external", "4.2") == instant(NOW)
    assert refusal(SetDue("external", instant(NOW), "KH", "1.2")).rule == "stage-closed"
