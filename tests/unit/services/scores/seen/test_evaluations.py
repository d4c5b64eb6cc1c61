"""External evaluations as they arrived: late, astray, superseded, missing, acknowledged (plan III.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.scores.commands import (
    AcknowledgeEvaluation,
    EvaluationRow,
    RecordEvaluation,
    RegisterUnit,
    SetDue,
)
from services.scores.seen.evaluations import Evaluated, about_unit, evaluated, evaluated_for
from shared.access import Audience
from shared.events.envelope import instant
from tests.support.deciding import NOW, person, rulebook
from tests.support.scored import ADMIN, OFFICE, Q01
from tests.support.told import Told

BOOK = rulebook()
BTN = person("department@department:BTN", sub="BTN-001")
DUE = NOW - timedelta(hours=1)
IN_TIME, LATE = instant(DUE - timedelta(microseconds=1)), instant(DUE)


@pytest.fixture
def told() -> Told:
    """Two districts, and a due instant an hour ago."""
    found = Told()
    second = RegisterUnit("QH-Q03", "QH", "urban_district", "Quận Đoàn 3")
    found.tell(second, ADMIN.doing("scores.register_unit"))
    found.tell(SetDue("external", instant(DUE), "KH-1", "4.2"), OFFICE.doing("scores.set_due"))
    return found


def evaluation(*rows: tuple[str, str], at: str = IN_TIME, to: str = "VP", **about: Any) -> RecordEvaluation:
    entries = tuple(EvaluationRow(unit, value) for unit, value in rows)
    return RecordEvaluation("4.2", "12-BC/BTN", to, entries, received_at=at, **about)


def of(told: Told, criterion: str = "4.2") -> Evaluated:
    return next(one for one in evaluated(told.board, BOOK, instant(NOW)) if one.leaf.id == criterion)


def test_what_has_not_arrived_is_missing_for_each_open_unit_of_its_areas_and_overdue(told: Told) -> None:
    found = of(told)
    assert (found.received, found.missing, found.overdue) == ((), ("QH-Q01", "QH-Q03"), True)
    assert not of(told, "5.2").overdue  # no due instant was set


@pytest.mark.parametrize(("at", "late"), [(IN_TIME, False), (LATE, True)])
def test_when_it_was_received_tells_whether_it_was_late(told: Told, at: str, late: bool) -> None:
    told.tell(evaluation(("QH-Q01", "3.5"), at=at), BTN)
    found = of(told)
    assert [item.late for item in found.received] == [late]
    assert found.missing == ("QH-Q03",)


def test_a_wrong_recipient_is_marked_and_a_copy_to_the_right_one_is_a_copy(told: Told) -> None:
    told.tell(evaluation(("QH-Q01", "3.5"), to="inspection_teams"), BTN)
    told.tell(evaluation(("QH-Q01", "3.5")), BTN)
    first, second = of(told).received
    assert (first.astray, second.astray) == (True, False)
    assert (second.copy_of, second.values) == (first.id, ())


def test_a_later_version_supersedes_and_the_older_one_stays_readable(told: Told) -> None:
    told.tell(evaluation(("QH-Q01", "3.5")), BTN)
    first = of(told).received[0].id
    told.tell(evaluation(("QH-Q01", "3.75"), supersedes=first, reason="Cộng nhầm"), BTN)
    older, newer = of(told).received
    assert (older.superseded_by, newer.superseded_by) == (newer.id, None)
    assert [value.shown for value in older.values] == ["3.5"]
    (about,) = about_unit(told.board, BOOK, "QH-Q01")
    assert (about.received.id, about.value.shown, about.acknowledged) == (newer.id, "3.75", None)


def test_the_unit_says_that_it_has_read_it(told: Told) -> None:
    told.tell(evaluation(("QH-Q01", "3.5"), ("QH-Q03", "4")), BTN)
    told.tell(AcknowledgeEvaluation(of(told).received[0].id, "QH-Q01"), Q01)
    assert of(told).received[0].acknowledged == {"QH-Q01": instant(NOW)}
    assert about_unit(told.board, BOOK, "QH-Q01")[0].acknowledged == instant(NOW)
    assert about_unit(told.board, BOOK, "QH-Q03")[0].acknowledged is None


def seen(told: Told, **audience: Any) -> dict[str, list[str]]:
    """By criterion: the units whose values this audience sees."""
    found = evaluated_for(told.board, BOOK, instant(NOW), Audience(**audience), {"QH-Q01": "DKT-1"})
    return {one.leaf.id: [value.unit for item in one.received for value in item.values] for one in found}


def test_each_reader_sees_what_is_his(told: Told) -> None:
    told.tell(evaluation(("QH-Q01", "3.5"), ("QH-Q03", "4")), BTN)
    both = ["QH-Q01", "QH-Q03"]
    assert seen(told, everything=True) == {"4.2": both, "5.1": [], "5.2": []}
    assert seen(told, departments=frozenset({"NTN_TP"})) == {"4.2": both}  # a joint author
    assert seen(told, departments=frozenset({"BTG"})) == {}
    assert seen(told, units=frozenset({"QH-Q03"}))["4.2"] == ["QH-Q03"]
    assert seen(told, teams=frozenset({"DKT-1"}))["4.2"] == ["QH-Q01"]


def test_a_unit_is_not_told_who_else_is_missing(told: Told) -> None:
    (found, *_) = evaluated_for(told.board, BOOK, instant(NOW), Audience(units=frozenset({"QH-Q01"})), {})
    assert found.missing == ("QH-Q01",)
