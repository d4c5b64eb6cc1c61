"""What waits for whom: due, missing, begun, unanswered, the next inspections first."""

from __future__ import annotations

from datetime import timedelta

from services.scores.commands import ConfirmScores, SetDue, SheetRow, SubmitSheet
from services.scores.deciding.completeness import sheet_of
from services.scores.inspected.schedule import Session
from services.scores.kept.drafts import Kept
from services.scores.seen.work import (
    DepartmentWork,
    OfficeWork,
    UnitWork,
    department_work,
    office_work,
    unit_work,
)
from shared.events.envelope import instant
from tests.support.deciding import NOW, person, rulebook
from tests.support.scored import BTG, OFFICE, Q01, score
from tests.support.told import Told

MOMENT = instant(NOW)
SESSIONS = {"LLVT-BTL": Session("2020-11-09", False, "DKT-1"), "QH-Q01": Session("2020-11-10", True, "DKT-2")}
TST = person("department@department:TST", sub="TST-001")


def draft(**content: object) -> Kept:
    return Kept(("QH-Q01", "1.2", "department"), content, 1, MOMENT, "BTG-2")


def department(told: Told, code: str = "BTG", *drafts: Kept) -> DepartmentWork:
    return department_work(told.board, rulebook(), code, MOMENT, sessions=SESSIONS, drafts=drafts)


def unit(told: Told, *drafts: Kept) -> UnitWork:
    found = told.board.state.units["QH-Q01"]
    return unit_work(told.board, rulebook(), found, sessions=SESSIONS, drafts=drafts)


def office(told: Told) -> OfficeWork:
    return office_work(told.board, rulebook(), MOMENT, sessions=SESSIONS, drafts={})


def scored_by_btg() -> Told:
    told = Told()
    for code in ("QH-Q01", "LLVT-BTL"):
        told.tell(score("1.1", "95", unit=code), BTG)
        for criterion in ("1.2", "1.3"):
            told.tell(score(criterion, "4", unit=code), BTG)
    return told


def test_a_department_is_told_what_it_owes_the_next_inspection_first() -> None:
    told = Told()
    told.tell(score("1.2", "4", unit="LLVT-BTL"), BTG)
    found = department(told)
    assert (found.asked, found.scored, found.calm) == (6, 1, False)
    assert [(one.unit.code, one.criteria) for one in found.coming] == [
        ("LLVT-BTL", ("1.1", "1.3")),
        ("QH-Q01", ("1.1", "1.2", "1.3")),
    ]


def test_a_department_that_has_scored_everything_is_left_in_peace() -> None:
    assert department(scored_by_btg()).calm
    assert not department(scored_by_btg(), "BTG", draft(value="5")).calm


def test_drafts_that_were_laid_before_the_head_are_counted_apart() -> None:
    found = department(Told(), "BTG", draft(value="5", ready=True), draft(value="4"))
    assert (found.drafts, found.ready) == (2, 1)


def test_a_due_instant_counts_what_lacks_by_then_and_is_quiet_when_nothing_does() -> None:
    told = Told()
    until = instant(NOW + timedelta(days=2))
    told.tell(SetDue("department", until, "KH-1"), OFFICE)
    (due,) = department(told).due
    assert (due.stage, due.criteria, due.until, due.lacking) == (
        "department", ("1.1", "1.2", "1.3"), until, 6,
    )  # fmt: skip
    assert department(told).next_due == until
    told = scored_by_btg()
    told.tell(SetDue("department", until, "KH-1"), OFFICE)
    assert department(told).next_due is None


def test_what_was_entered_for_a_department_waits_until_it_answers() -> None:
    told = Told()
    (number,) = told.tell(score("2.2", "9", document="55-CV"), OFFICE)[:1]
    assert department(told, "TST").waiting == 1
    told.tell(ConfirmScores((number,)), TST)
    assert department(told, "TST").waiting == 0


def test_a_unit_is_told_what_its_sheet_lacks_until_it_was_submitted() -> None:
    told, sheet = Told(), sheet_of(rulebook(), "QH")
    before = unit(told)
    assert (before.asked, len(before.lacking), before.submitted, before.calm) == (
        len(sheet), len(sheet), None, False,
    )  # fmt: skip
    rows = tuple(SheetRow(leaf.id, "0", "10" if leaf.input == "ratio" else None) for leaf in sheet)
    told.tell(SubmitSheet("QH-Q01", rows), Q01)
    after = unit(told)
    assert (after.lacking, after.submitted, after.calm) == ((), MOMENT, True)
    assert not unit(told, draft(value="1")).calm


def test_the_office_sees_who_owes_most_and_which_units_come_next() -> None:
    found = office(scored_by_btg())
    codes = [code for code, _ in found.owed]
    assert "BTG" not in codes
    assert [number for _, number in found.owed] == sorted((number for _, number in found.owed), reverse=True)
    assert [one.unit.code for one in found.coming] == ["LLVT-BTL", "QH-Q01"]
    assert (found.unsubmitted, found.units, found.calm) == (2, 2, False)
    assert [one.code for one in found.own] == ["VP"]
