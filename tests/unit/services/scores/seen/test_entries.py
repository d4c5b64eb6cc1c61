"""What was entered on behalf: waiting, confirmed, disputed; silence is never consent (plan III.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.scores.commands import ConfirmScores, DisputeScore
from services.scores.seen.entries import by_age, entered_for
from shared.events.envelope import instant
from tests.support.deciding import NOW, person
from tests.support.scored import BTG, OFFICE, score
from tests.support.told import Told

TST = person("department@department:TST", sub="TST-001")
DAY = timedelta(days=1)


def entered(value: str = "9", told: Told | None = None, **about: str) -> tuple[Told, int]:
    """The Office enters a value of 2.2 for TST."""
    found = told or Told()
    return found, found.tell(score("2.2", value, document="55-CV/TST", **about), OFFICE)[0]


def after(days: int) -> str:
    return instant(NOW + days * DAY)


def test_only_what_another_body_entered_is_listed_newest_first() -> None:
    told, first = entered()
    told.tell(score("1.2", "5"), BTG)
    _, second = entered("3", told, unit="LLVT-BTL")
    assert [entry.value.number for entry in entered_for(told.board, after(0))] == [second, first]
    assert entered_for(told.board, after(0), ["BTG"]) == ()
    assert len(entered_for(told.board, after(0), ["TST"])) == 2


@pytest.mark.parametrize(("days", "counts"), [(0, (1, 0, 0)), (3, (0, 1, 0)), (7, (0, 1, 0)), (8, (0, 0, 1))])
def test_silence_is_counted_by_its_age_and_stays_silence(days: int, counts: tuple[int, ...]) -> None:
    told, _ = entered()
    (found,) = entered_for(told.board, after(days))
    assert (found.state, found.days, found.open) == ("waiting", days, True)
    assert by_age([found]) == counts


def test_an_answer_ends_the_waiting_and_its_age() -> None:
    told, number = entered()
    told.tell(ConfirmScores((number,)), TST.at(NOW + 2 * DAY))
    (found,) = entered_for(told.board, after(30))
    assert (found.state, found.days, found.open) == ("confirmed", 2, False)
    assert (found.value.answered_by, found.value.answered_at) == ("TST-001", after(2))
    assert by_age([found]) == (0, 0, 0)


def test_a_dispute_says_what_is_not_so_until_it_is_confirmed_after_all() -> None:
    told, number = entered()
    told.tell(DisputeScore(number, "Chỉ 7 đề tài."), TST)
    (found,) = entered_for(told.board, after(1))
    assert (found.state, found.value.dispute) == ("disputed", "Chỉ 7 đề tài.")
    told.tell(ConfirmScores((number,)), TST)
    assert entered_for(told.board, after(1))[0].state == "confirmed"


def test_of_a_value_that_was_replaced_no_answer_is_asked() -> None:
    told, first = entered()
    _, second = entered("7", told, reason="Theo văn bản đính chính")
    found = {entry.value.number: entry for entry in entered_for(told.board, after(0))}
    assert (found[first].replaced, found[first].open) == (True, False)
    assert found[second].open
