"""Given what was scored, the matrix says what is missing, whose turn it is and how long there is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import AssignScoring, RegisterDepartment, RegisterUnit, SetDue
from services.scores.deciding.completeness import missing, sheet_of
from services.scores.inspected.schedule import Session
from services.scores.progress.matrix import Progress, Row, progress_of
from shared.access import Audience
from shared.access.rules import EVERYTHING
from shared.events.envelope import instant
from tests.support.deciding import NOW, rulebook
from tests.support.scored import ADMIN, BTG, Q01, score
from tests.support.sheets import zero_sheet
from tests.support.told import Told

MOMENT, TODAY = instant(NOW), NOW.date()
BTG_OWES = ("1.1", "1.2", "1.3")


def seen(
    told: Told,
    audience: Audience = EVERYTHING,
    sessions: dict[str, Session] | None = None,
    unit: str | None = None,
    body: str | None = None,
) -> Progress:
    return progress_of(
        told.board, sessions or {}, audience, now=MOMENT, today=TODAY, only_unit=unit, only_body=body
    )


def row(progress: Progress, unit: str = "QH-Q01") -> Row:
    return next(one for one in progress.rows if one.unit == unit)


def due(told: Told, stage: str, moment: str, criterion: str | None = None) -> None:
    told.tell(SetDue(stage, moment, "12-KH/TĐTN", criterion), ADMIN.doing("scores.set_due"))


def test_before_a_rulebook_there_is_nothing_to_score() -> None:
    told = Told()
    told.board = replace(told.board, state=replace(told.board.state, adopted=()))
    assert seen(told) == Progress((), (), 0)


def test_every_body_that_owes_stands_beside_every_unit_that_is_scored_in_the_cycle() -> None:
    told = Told()
    progress = seen(told)
    assert {one.unit for one in progress.rows} == {"QH-Q01", "LLVT-BTL"}
    for one in progress.rows:
        owed = missing(told.board.state, told.board.state.units[one.unit], MOMENT)
        assert {cell.body: cell.missing for cell in one.cells} == owed


def test_a_value_is_no_longer_missing_and_a_zero_is_a_value() -> None:
    told = Told()
    told.tell(score("1.2", "0"), BTG)
    cell = row(seen(told)).cell("BTG")
    assert cell is not None
    assert (cell.asked, cell.missing, cell.done) == (BTG_OWES, ("1.1", "1.3"), 1)
    scorer = next(one for one in seen(told).scorers if one.body == "BTG")
    assert (scorer.name, scorer.units) == ("Ban Tuyên giáo", 2)
    assert scorer.asked - scorer.missing == 1


def test_a_unit_waits_for_itself_until_its_sheet_is_in() -> None:
    told = Told()
    assert row(seen(told)).turn[0] == "QH-Q01"
    told.tell(zero_sheet("QH-Q01"), Q01)
    after = row(seen(told))
    assert after.submitted == MOMENT
    assert after.sheet is not None
    assert after.sheet.missing == ()
    assert "QH-Q01" not in after.turn


def test_whoever_is_due_first_is_next_and_who_has_scored_all_waits_for_nobody() -> None:
    told = Told()
    told.tell(zero_sheet("QH-Q01"), Q01)
    last = row(seen(told)).turn[-1]
    due(told, "department", "2020-11-20T17:00:00.000000Z")
    leaf = next(
        one for one in rulebook().leaves if told.board.state.owner(one, MOMENT) == last and "QH" in one.max
    )
    due(told, leaf.stage, "2020-11-06T17:00:00.000000Z", leaf.id)
    turn = row(seen(told)).turn
    assert turn[0] == last
    for criterion in BTG_OWES:
        told.tell(score(criterion, "0"), BTG)
    assert "BTG" not in row(seen(told)).turn


def test_a_due_instant_that_has_come_makes_what_is_missing_late() -> None:
    told = Told()
    due(told, "department", MOMENT)  # exclusive: at the instant itself it is too late
    scorer = next(one for one in seen(told).scorers if one.body == "BTG")
    assert (scorer.due, scorer.late) == (MOMENT, 2)
    due(told, "department", "2020-11-05T02:00:00.000001Z")
    assert next(one for one in seen(told).scorers if one.body == "BTG").late == 0


def test_an_assigned_criterion_is_missing_at_whom_it_was_assigned_to() -> None:
    told = Told()
    told.tell(
        RegisterDepartment("BMT", "Ban Mặt trận", "department"), ADMIN.doing("scores.register_department")
    )
    told.tell(AssignScoring("1.2", "BMT", document="12-QĐ"), ADMIN.doing("scores.assign_scoring"))
    found = row(seen(told))
    assert "1.2" in found.cell("BMT").missing  # type: ignore[union-attr]
    assert "1.2" not in found.cell("BTG").asked  # type: ignore[union-attr]


def test_units_stand_in_the_order_of_their_inspections_and_those_without_one_last() -> None:
    told = Told()
    for number in (2, 3, 10):
        command = RegisterUnit(f"QH-Q{number:02}", "QH", "urban_district", f"Quận Đoàn {number}")
        told.tell(command, ADMIN.doing("scores.register_unit"))
    sessions = {
        "QH-Q03": Session("2020-11-09", True, "DKT-1"),
        "QH-Q10": Session("2020-11-09", False, "DKT-1"),
        "QH-Q02": Session("2020-11-04", False, "DKT-2"),
    }
    rows = seen(told, sessions=sessions).rows
    assert [one.unit for one in rows] == ["QH-Q02", "QH-Q10", "QH-Q03", "LLVT-BTL", "QH-Q01"]
    assert [one.days for one in rows] == [-1, 4, 4, None, None]


def test_days_are_counted_from_the_day_in_the_zone_of_the_ledger() -> None:
    found = progress_of(
        Told().board,
        {"QH-Q01": Session("2020-11-09", False, "DKT-1")},
        EVERYTHING,
        now=MOMENT,
        today=date(2020, 11, 9),
    )
    assert row(found).days == 0


def test_a_department_sees_its_own_criteria_of_every_unit_and_nobodys_sheet() -> None:
    told = Told()
    told.tell(zero_sheet("QH-Q01"), Q01)
    progress = seen(told, Audience(departments=frozenset({"BTG"})))
    assert {one.unit for one in progress.rows} == {"QH-Q01", "LLVT-BTL"}
    for one in progress.rows:
        assert [cell.body for cell in one.cells] == ["BTG"]
        assert (one.sheet, one.submitted) == (None, None)
        assert set(one.turn) <= {"BTG"}
    assert [scorer.body for scorer in progress.scorers] == ["BTG"]


def test_a_unit_sees_its_own_row_and_a_team_the_rows_of_its_units() -> None:
    told = Told()
    sessions = {"LLVT-BTL": Session("2020-11-09", False, "DKT-1")}
    own = seen(told, Audience(units=frozenset({"QH-Q01"})), sessions)
    team = seen(told, Audience(teams=frozenset({"DKT-1"})), sessions)
    assert [one.unit for one in own.rows] == ["QH-Q01"]
    assert [one.unit for one in team.rows] == ["LLVT-BTL"]
    assert seen(told, Audience(), sessions).rows == ()


def test_one_unit_or_one_body_can_be_asked_for_and_nothing_else_is_counted() -> None:
    told = Told()
    one = seen(told, unit="QH-Q01")
    assert [found.unit for found in one.rows] == ["QH-Q01"]
    assert all(scorer.units == 1 for scorer in one.scorers)
    body = seen(told, body="BTG")
    assert {cell.body for found in body.rows for cell in found.cells} == {"BTG"}
    assert all(found.sheet is None for found in body.rows)


@for_all(st.sets(st.sampled_from(BTG_OWES)))
def test_done_and_missing_make_up_what_is_asked_whatever_was_scored(scored: set[str]) -> None:
    told = Told()
    for criterion in sorted(scored):
        told.tell(score(criterion, "0"), BTG)
    progress = seen(told)
    for scorer in progress.scorers:
        cells = [cell for one in progress.rows for cell in one.cells if cell.body == scorer.body]
        assert scorer.asked == sum(len(cell.asked) for cell in cells)
        assert scorer.asked - scorer.missing == sum(cell.done for cell in cells)
    sheet = row(progress).sheet
    assert sheet is not None
    assert sheet.asked == tuple(leaf.id for leaf in sheet_of(rulebook(), "QH"))
