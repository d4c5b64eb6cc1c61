"""What a scoring grid shows: whose criteria, which units in which order, and what is known of a cell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.scores.commands import AssignScoring, RegisterUnit, WithdrawScore
from services.scores.inspected.schedule import Session
from services.scores.kept.bodies import Body
from services.scores.kept.drafts import Kept
from services.scores.seen.grid import Cell, Grid, grid_of
from shared.events.envelope import instant
from tests.support.deciding import NOW, rulebook
from tests.support.scored import ADMIN, BTG, OFFICE, Q01, score
from tests.support.told import Told

MOMENT = instant(NOW)
REGISTRAR = ADMIN.doing("scores.register_unit")


def grid(told: Told, body: str = "department:BTG", **about: object) -> Grid:
    sessions = about.pop("sessions", {})
    return grid_of(told.board, rulebook(), Body.parse(body), MOMENT, sessions=sessions, **about)  # type: ignore[arg-type]


def criteria(found: Grid) -> list[str]:
    return [column.leaf.id for column in found.columns]


def cell(found: Grid, unit: str, criterion: str) -> Cell | None:
    row = next(row for row in found.rows if row.unit.code == unit)
    return row.cells[criteria(found).index(criterion)]


def test_a_department_sees_its_own_criteria_and_no_others() -> None:
    found = grid(Told())
    assert criteria(found) == ["1.1", "1.2", "1.3"]
    assert {row.unit.code for row in found.rows} == {
        "QH-Q01",
        "LLVT-BTL",
    }  # the one closed in summer is not there
    assert found.asked == 6
    assert found.scored == 0


def test_an_assigned_criterion_moves_to_its_new_scorer() -> None:
    told = Told()
    told.tell(AssignScoring("1.3", "TST", "QĐ-7"), OFFICE)
    assert criteria(grid(told)) == ["1.1", "1.2"]
    assert criteria(grid(told, "department:TST")) == ["1.3", "2.2"]


def test_the_office_sees_of_a_department_what_it_may_enter_and_its_own() -> None:
    assert criteria(grid(Told(), "office:TST")) == ["2.2"]
    assert criteria(grid(Told(), "office:BTG")) == []
    assert criteria(grid(Told(), "office:VP")) == ["5.1", "7.2"]


def test_a_joint_author_sees_the_criterion_too() -> None:
    assert criteria(grid(Told(), "department:NTN_TP")) == ["4.2"]


def test_an_area_shows_its_units_and_the_criteria_that_apply_there() -> None:
    told = Told()
    assert [row.unit.code for row in grid(told, area="LLVT").rows] == ["LLVT-BTL"]
    assert criteria(grid(told, "department:BTN")) == ["4.1", "4.2"]
    assert criteria(grid(told, "department:BTN", area="LLVT")) == ["4.1"]
    assert cell(grid(told, "department:BTN"), "LLVT-BTL", "4.2") is None
    assert grid(told, "department:NTN_TP").areas == ("QH",)


def test_a_cell_knows_what_stands_the_self_score_and_every_other_record() -> None:
    told = Told()
    told.tell(score("1.2", "5.75", stage="self"), Q01)
    (first,) = told.tell(score("1.2", "5"), BTG)
    (second,) = told.tell(score("1.2", "5.5", reason="sửa"), BTG)
    found = cell(grid(told), "QH-Q01", "1.2")
    assert found is not None
    assert found.standing is not None
    assert found.own is not None
    assert (found.standing.number, found.own.shown) == (second, "5.75")
    assert [value.number for value in found.records] == [first]
    assert grid(told).scored == 1


def test_after_a_withdrawal_the_older_value_stands_and_the_withdrawn_one_is_a_record() -> None:
    told = Told()
    (first,) = told.tell(score("1.2", "5"), BTG)
    (second,) = told.tell(score("1.2", "5.5", reason="sửa"), BTG)
    told.tell(WithdrawScore("QH-Q01", "1.2", "department", "nhầm"), BTG)
    found = cell(grid(told), "QH-Q01", "1.2")
    assert found is not None
    assert found.standing is not None
    assert found.standing.number == first
    assert [value.number for value in found.records] == [second]


def test_a_draft_lies_in_its_cell_and_is_no_score() -> None:
    draft = Kept(("QH-Q01", "1.2", "department"), {"value": "6"}, 1, MOMENT, "BTG-2")
    found = grid(Told(), drafts=[draft])
    there = cell(found, "QH-Q01", "1.2")
    assert there is not None
    assert (there.draft, there.standing, found.scored) == (draft, None, 0)


DAYS = st.sampled_from(["2020-11-09", "2020-11-10", "2020-11-20"])
SESSIONS = st.builds(Session, DAYS, st.booleans(), st.sampled_from(["DKT-1", "DKT-2"]))


@given(st.dictionaries(st.sampled_from(["QH-Q01", "LLVT-BTL", "QH-Q2", "QH-Q10"]), SESSIONS))
def test_units_stand_by_session_and_those_without_one_last_by_name(sessions: dict[str, Session]) -> None:
    told = Told()
    for number in (10, 2):
        told.tell(RegisterUnit(f"QH-Q{number}", "QH", "urban_district", f"Quận Đoàn {number}"), REGISTRAR)
    rows = grid(told, sessions=sessions).rows
    scheduled = [row.session for row in rows if row.session is not None]
    assert [(one.date, one.afternoon) for one in scheduled] == sorted(
        (one.date, one.afternoon) for one in scheduled
    )
    rest = [row.unit.name for row in rows if row.session is None]
    assert [row.session for row in rows[len(scheduled) :]] == [None] * len(rest)
    order = ["Đoàn Bộ Tư lệnh", "Quận Đoàn 1", "Quận Đoàn 2", "Quận Đoàn 10"]
    assert rest == [name for name in order if name in rest]
