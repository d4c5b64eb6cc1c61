"""Given values that the Office entered for a body, when it answers, then its word stands beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from services.scores.commands import AssignScoring, ConfirmScores, DisputeScore, WithdrawScore
from services.scores.state import State, fold
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant
from tests.support.deciding import NOW, Person, fits_catalogue, person
from tests.support.scored import BTG, OFFICE, given, score, set_up, when

TST = person("department@department:TST", sub="TST-001")


@dataclass(frozen=True)
class Numbered:
    """A draft as it is once it has been appended."""

    type: str
    subject: str
    data: dict[str, Any]
    sequence: int


def numbered(state: State, *drafts: Draft, first: int) -> State:
    return fold(
        (
            Numbered(draft.type, draft.subject, draft.data, first + place)
            for place, draft in enumerate(drafts)
        ),
        state,
    )


def entered() -> State:
    """The Office has entered score 57 of QH-Q01 for TST; BTG itself has stated score 60."""
    state = set_up()
    state = numbered(state, when(state, score("2.2", "13", document="45-BC/TST"), OFFICE)[0], first=57)
    return numbered(state, *when(state, score("1.2", "5"), BTG), first=60)


def refusal(state: State, command: Any, caller: Person = TST) -> Refused:
    with pytest.raises(Refused) as caught:
        when(state, command, caller)
    return caught.value


def test_the_office_names_the_source_document_when_it_enters_for_another() -> None:
    error = refusal(set_up(), score("2.2", "13"), OFFICE)
    assert (error.rule, error.faults[0].field) == ("document-missing", "document")


def test_the_responsible_body_confirms_what_was_entered_for_it() -> None:
    drafts = when(entered(), ConfirmScores((57,)), TST)
    assert fits_catalogue(drafts)
    assert (drafts[0].type, drafts[0].subject) == ("score.confirmed.v1", "QH-Q01")
    assert drafts[0].data["scores"] == [57]
    assert drafts[0].data["responsible"] == "TST"


def test_the_responsible_body_disputes_a_value_and_the_value_stays() -> None:
    state = entered()
    drafts = when(state, DisputeScore(57, "báo cáo ghi 12 lượt"), TST)
    assert fits_catalogue(drafts)
    after = given(state, *drafts).units["QH-Q01"].standing("2.2", "department")
    assert after is not None
    assert (after.raw[0], after.disputed, after.confirmed) == ("13", True, False)


def test_a_dispute_leaves_room_for_a_confirmation_and_a_confirmation_closes_the_question() -> None:
    state = entered()
    state = given(state, *when(state, DisputeScore(57, "xem lại"), TST))
    assert refusal(state, DisputeScore(57, "xem lại")).rule == "entry-answered"
    state = given(state, *when(state, ConfirmScores((57,)), TST))
    assert refusal(state, ConfirmScores((57,))).rule == "entry-answered"
    assert refusal(state, DisputeScore(57, "xem lại")).rule == "entry-answered"


def test_silence_is_no_consent() -> None:
    entry = entered().units["QH-Q01"].standing("2.2", "department")
    assert entry is not None
    assert entry.on_behalf
    assert not entry.confirmed
    assert not entry.disputed


def test_what_a_body_stated_itself_needs_no_answer() -> None:
    assert refusal(entered(), ConfirmScores((60,)), BTG).rule == "not-on-behalf"


def test_a_number_that_names_no_standing_value_is_refused() -> None:
    state = entered()
    assert (refusal(state, ConfirmScores((58,))).rule, refusal(state, ConfirmScores((58,))).status) == (
        "unknown-score",
        404,
    )
    state = given(state, *when(state, WithdrawScore("QH-Q01", "2.2", "department", "nhầm"), OFFICE))
    assert refusal(state, ConfirmScores((57,))).rule == "unknown-score"


def test_nobody_answers_for_another_body() -> None:
    for other in (BTG, OFFICE, person("unit@unit:QH-Q01")):
        with pytest.raises(AccessDenied):
            when(entered(), ConfirmScores((57,)), other)


def test_a_list_over_several_units_is_one_fact_per_unit() -> None:
    state = entered()
    other = replace(score("2.2", "9", document="45-BC/TST"), unit="LLVT-BTL")
    state = numbered(state, when(state, other, OFFICE)[0], first=70)
    drafts = when(state, ConfirmScores((70, 57, 70)), TST)
    assert [(draft.subject, draft.data["scores"]) for draft in drafts] == [
        ("LLVT-BTL", [70]),
        ("QH-Q01", [57]),
    ]


def test_who_speaks_for_two_bodies_confirms_for_each_in_its_own_name() -> None:
    state = entered()
    moved = AssignScoring("3.2", "BTG", "77-QĐ/TĐTN")
    state = given(state, *when(state, moved, OFFICE))
    theirs = score("3.2", "0", document="46-BC/BTG")
    state = numbered(state, when(state, theirs, OFFICE)[0], first=70)
    both = person("department@department:TST", "department@department:BTG")
    drafts = when(state, ConfirmScores((57, 70)), both)
    assert fits_catalogue(drafts)
    assert [(one.data["responsible"], one.data["actor"]["scope"], one.data["scores"]) for one in drafts] == [
        ("TST", "department:TST", [57]),
        ("BTG", "department:BTG", [70]),
    ]


def test_an_answer_to_what_was_answered_names_the_field_that_it_came_in() -> None:
    state = entered()
    state = given(state, *when(state, ConfirmScores((57,)), TST))
    assert refusal(state, ConfirmScores((57,))).faults[0].field == "scores"
    assert refusal(state, DisputeScore(57, "xem lại")).faults[0].field == "score"


def test_the_office_cannot_state_anothers_value_as_its_own_even_by_mistake() -> None:
    (draft, *_) = when(set_up(), score("2.2", "13", document="45-BC/TST"), OFFICE)
    assert (draft.data["responsible"], draft.data["on_behalf_of"]) == ("TST", "TST")
    (own, *_) = when(set_up(), score("7.2", "100"), OFFICE)
    assert own.data["responsible"] == "VP"
    assert "on_behalf_of" not in own.data


def test_paper_that_came_before_is_entered_later_and_keeps_both_times() -> None:
    came = instant(NOW - timedelta(days=2))
    command = score("2.2", "13", document="45-BC/TST", occurred_at=came)
    (draft, *_) = when(set_up(), command, OFFICE)
    assert draft.data["occurred_at"] == came < instant(NOW)


def test_a_value_that_replaces_a_confirmed_one_waits_for_its_own_answer() -> None:
    state = entered()
    state = given(state, *when(state, ConfirmScores((57,)), TST))
    again = score("2.2", "12", document="46-BC/TST", reason="đính chính")
    state = numbered(state, when(state, again, OFFICE)[0], first=80)
    entry = state.units["QH-Q01"].standing("2.2", "department")
    assert entry is not None
    assert (entry.number, entry.confirmed) == (80, False)
