"""From a grid to entries: which cells say something, which already stand, and where each fault is."""

from __future__ import annotations

from typing import Any

import pytest

from services.scores.board import Board, Value
from services.scores.files.columns import Column, columns_of, leaves_of, named
from services.scores.files.scoring import Context, score_entries
from services.scores.kept.bodies import Body
from services.scores.state import Department, State, Unit
from shared.files.entries import Entry
from shared.files.grid import MERGED, TEXT, Cell, Grid, Row, Sheet
from shared.rulebook.loader import load
from tests.support.deciding import RULEBOOK

NOW = "2020-11-05T02:00:00.000000Z"
BOOK = load(RULEBOOK.read_bytes())
UNITS = {
    code: Unit(code, "QH", "urban_district", name)
    for code, name in (("QH-Q01", "Quận Đoàn 1"), ("QH-Q02", "Quận Đoàn 2"))
}
BODIES = {
    "VP": Department("VP", "Văn phòng", "office"),
    "BTG": Department("BTG", "Ban Tuyên giáo", "department"),
    "TST": Department("TST", "TT Khoa học trẻ", "public_service_unit", "VP"),
}


def value(unit: str, criterion: str, stage: str = "department", **data: Any) -> Value:
    return Value(1, unit, criterion, stage, {"responsible": "BTG", **data}, NOW)


def board(*values: Value) -> Board:
    by_unit: dict[str, tuple[Value, ...]] = {}
    for one in values:
        by_unit[one.unit] = (*by_unit.get(one.unit, ()), one)
    return Board("hcmc/2020", State(units=UNITS, departments=BODIES), by_unit)


def context(*values: Value, body: str = "department:BTG", **about: Any) -> Context:
    return Context(board(*values), BOOK, Body.parse(body), NOW, BOOK.digest, **about)


def grid(*rows: tuple[str, ...], hidden: tuple[int, ...] = (), name: str = "QH") -> Grid:
    made = tuple(
        Row(
            number,
            {at: Cell(TEXT, text) for at, text in enumerate(row, start=1) if text},
            number in hidden,
        )
        for number, row in enumerate(rows, start=1)
        if any(row)
    )
    return Grid((Sheet(name, made),))


HEAD = ("Mã đơn vị", "Tên đơn vị", "1.1", "1.1 chỉ tiêu", "1.1 căn cứ", "1.2")


def entries(*rows: tuple[str, ...], given: Context | None = None, **about: Any) -> list[Entry]:
    return score_entries(grid(HEAD, *rows, **about), given or context())


def rules(found: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.address_of(fault.field), fault.rule) for entry in found for fault in entry.faults]


def test_each_criterion_of_a_row_that_is_filled_in_is_one_entry_with_its_cells() -> None:
    first, second = entries(("qh-q01", "", "85", "100", "BC 12", "5,5"))
    assert first.given == {
        "unit": "QH-Q01",
        "criterion": "1.1",
        "stage": "department",
        "rulebook": BOOK.digest,
        "value": "85",
        "target": "100",
        "basis": "BC 12",
    }
    assert (first.address_of("value"), first.address_of("target"), first.address_of("unit")) == (
        "C2",
        "D2",
        "A2",
    )
    assert (second.given["value"], second.address_of(None)) == ("5.5", "F2")


def test_an_empty_cell_says_nothing_and_zero_says_zero() -> None:
    (only,) = entries(("QH-Q01", "Quận Đoàn 1", "", "", "", "0"), ("QH-Q02", "Quận Đoàn 2", "", " "))
    assert only.given["value"] == "0"


def test_no_target_set_may_be_said_in_words_in_either_cell() -> None:
    for row in (
        ("QH-Q01", "", "", "Không giao chỉ tiêu"),
        ("QH-Q01", "", "KGCT"),
        ("QH-Q01", "", "NO_TARGET"),
    ):
        (only,) = entries(row)
        assert only.given["state"] == "NO_TARGET"
        assert not only.faults
    assert rules(entries(("QH-Q01", "", "5", "KGCT"))) == [("C2", "target-not-allowed")]


def test_what_stands_already_is_not_stated_again_and_a_change_carries_reason_and_evidence() -> None:
    evidence = [{"name": "a.pdf", "sha256": "sha256:" + "a" * 64, "size": 3}]
    there = context(
        value("QH-Q01", "1.2", value="5.50", evidence=evidence),
        value("QH-Q02", "1.2", value="5"),
        reason="Tính lại",
    )
    same, changed = entries(("QH-Q01", "", "", "", "", "5,5"), ("QH-Q02", "", "", "", "", "4,5"), given=there)
    assert (same.becomes, changed.becomes) == ("same", "changed")
    assert changed.given["reason"] == "Tính lại"
    assert changed.was == {"value": "5"}
    (other,) = entries(("QH-Q01", "", "", "", "", "4"), given=there)
    assert other.given["evidence"] == evidence


def test_a_basis_left_empty_keeps_the_old_one_and_another_basis_is_a_change() -> None:
    there = context(value("QH-Q01", "1.1", value="85", target="100", basis="BC 12"))
    assert [one.becomes for one in entries(("QH-Q01", "", "85", "100"), given=there)] == ["same"]
    assert [one.becomes for one in entries(("QH-Q01", "", "85", "100", "BC 13"), given=there)] == ["changed"]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ((("QH-Q99", "", "", "", "", "5"),), [("A2", "unknown-unit")]),
        ((("", "Quận Đoàn 1", "", "", "", "5"),), [("A2", "unit-missing")]),
        ((("QH-Q01", "", "", "", "BC 12"),), [("C2", "value-missing")]),
        ((("QH-Q01", "", "", "", "", "8,x"),), [("F2", "not-a-number")]),
        ((("QH-Q01", "", "5", "1.000"),), [("D2", "ambiguous-number")]),
        ((("QH-Q01", "", "85", "100", "Thµnh §oµn"),), [("E2", "legacy-font")]),
        (
            (("QH-Q01", "", "", "", "", "5"), ("QH-Q01", "", "", "", "", "4")),
            [("F3", "row-twice")],
        ),
    ],
)
def test_a_fault_is_where_it_stands(rows: tuple[tuple[str, ...], ...], found: list[tuple[str, str]]) -> None:
    assert rules(entries(*rows)) == found


@pytest.mark.parametrize(
    ("heading", "rule"),
    [
        ("9.9", "column-unknown"),
        ("1.1 tiêu đề", "column-unknown"),
        ("1.2", "column-twice"),
        ("6.2", "criterion-not-yours"),
    ],
)
def test_a_column_that_is_not_this_bodys_is_one_fault_at_its_heading(heading: str, rule: str) -> None:
    found = score_entries(grid((*HEAD, heading), ("QH-Q01", "", "", "", "", "5", "5")), context())
    assert ("G1", rule) in rules(found)
    assert any(one.given.get("criterion") == "1.2" and not one.faults for one in found)


def test_a_sheet_without_headings_is_one_fault() -> None:
    assert rules(score_entries(grid(("a", "b"), ("c", "d")), context())) == [("A1", "heading-missing")]


def test_a_hidden_row_that_would_change_something_has_to_be_looked_at() -> None:
    row = ("QH-Q01", "", "", "", "", "5")
    assert rules(entries(row, hidden=(2,))) == [("F2", "hidden-cell")]
    there = context(value("QH-Q01", "1.2", value="5"))
    assert rules(entries(row, hidden=(2,), given=there)) == []


def test_a_merged_cell_is_refused_not_read_as_empty() -> None:
    read_grid = grid(HEAD, ("QH-Q01", "", "", "", "", "5"))
    rows = (*read_grid.sheets[0].rows, Row(3, {1: Cell(TEXT, "QH-Q02"), 6: Cell(MERGED, "F2")}))
    found = score_entries(Grid((Sheet("QH", rows),)), context())
    assert rules(found) == [("F3", "merged-cell")]


def test_a_unit_fills_in_its_own_row_alone() -> None:
    own = context(body="unit:QH-Q01")
    good, bad = score_entries(grid(("Mã đơn vị", "1.2"), ("QH-Q01", "6"), ("QH-Q02", "6")), own)
    assert (good.given["stage"], good.faults) == ("self", ())
    assert rules([bad]) == [("A3", "not-your-unit")]


def test_the_office_states_the_document_for_another_and_none_for_itself() -> None:
    (other,) = score_entries(
        grid(("Mã đơn vị", "2.2"), ("QH-Q01", "3")), context(body="office:TST", document="CV 5")
    )
    assert other.given["document"] == "CV 5"
    (own,) = score_entries(
        grid(("Mã đơn vị", "7.2"), ("QH-Q01", "1")), context(body="office:VP", document="CV 5")
    )
    assert "document" not in own.given


def test_a_criterion_with_a_period_of_its_own_states_it() -> None:
    (only,) = score_entries(grid(("Mã đơn vị", "5.1"), ("QH-Q01", "5")), context(body="office:VP"))
    assert only.given["period"] == "school_year_2019_2020"


def test_each_body_has_the_criteria_that_it_scores() -> None:
    def of(body: str) -> list[str]:
        return [leaf.id for leaf in leaves_of(BOOK, board().state, Body.parse(body), NOW)]

    assert of("department:BTG") == ["1.1", "1.2", "1.3"]
    assert of("office:TST") == ["2.2"]
    assert of("office:BTG") == []
    assert of("office:VP") == ["5.1", "7.2"]
    assert "8.1" not in of("department:TEAM")
    assert "1.1" in of("unit:QH-Q01")


def test_a_heading_of_a_template_names_the_column_that_it_was_made_for() -> None:
    for column in columns_of(BOOK.leaves):
        assert named(column.heading, BOOK) == column
    assert named("1.1 TARGET", BOOK) == Column("1.1", "target")
    assert named("Ghi chú", BOOK) is None
