"""Every code of format §11: the row that has it, its line, its column and its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.ranking.offline.faults import MESSAGES, RowFault
from shared.rulebook import Rulebook
from tests.support.board import rulebook_2020
from tests.support.rulebooks import build, example_data
from tests.support.tables import HEADERS, UNITS, computed, lines


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return rulebook_2020()


def faults(folder: Path, book: Rulebook, name: str, text: str | bytes, **options: bool) -> list[RowFault]:
    """The faults of one table: ``text`` below its header, or a whole file of bytes."""
    whole = text if isinstance(text, bytes) or name == "units" else HEADERS[name] + text
    return computed(folder, book, {name: whole}, **options).faults


def only(found: list[RowFault]) -> tuple[str, int, str]:
    assert len(found) == 1, found
    return found[0].code, found[0].line, found[0].column


GOOD = "A1,1.2,department,5,\n"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("scores", GOOD + "XX,1.2,department,5,\n", ("S001", 3, "unit"), id="S001-score"),
        pytest.param("adjustments", "XX,T1,a,\n", ("S001", 2, "unit"), id="S001-adjustment"),
        pytest.param("facts", "XX,veto:V1,\n", ("S001", 2, "unit"), id="S001-fact"),
        pytest.param("decisions", "D1,XX,1\n", ("S001", 2, "unit"), id="S001-decision"),
        pytest.param("scores", "A1,9.9,department,5,\n", ("S002", 2, "criterion"), id="S002-criterion"),
        pytest.param("scores", "A1,9.9,department,,\n", ("S002", 2, "criterion"), id="S002-not-scored"),
        pytest.param("adjustments", "A1,T9,a,\n", ("S002", 2, "code"), id="S002-adjustment"),
        pytest.param("facts", "A1,veto:V9,\n", ("S002", 2, "fact"), id="S002-veto"),
        pytest.param("facts", "A1,fame,3\n", ("S002", 2, "fact"), id="S002-fact"),
        pytest.param("units", "unit,area,name\nA1,XX,a\n", ("S002", 2, "area"), id="S002-area"),
        pytest.param("inputs", "mark,A1,1.2,department,5,,\n", ("S002", 2, "kind"), id="S002-kind"),
        pytest.param("scores", "A1,1.2,board,5,\n", ("S003", 2, "stage"), id="S003-unknown"),
        pytest.param("scores", "A1,1.2,board,,\n", ("S003", 2, "stage"), id="S003-not-scored"),
        pytest.param("scores", "A1,1.2,external,5,\n", ("S003", 2, "stage"), id="S003-closed"),
        pytest.param("scores", "A1,8.1,self,2,\n", ("S003", 2, "stage"), id="S003-no-self"),
        pytest.param("inputs", "fact,A1,veto:V1,self,,,\n", ("S003", 2, "stage"), id="S003-inputs"),
        pytest.param("scores", "C1,4.2,external,3,\n", ("S004", 2, "criterion"), id="S004"),
        pytest.param("inputs", "score,C1,4.2,external,3,,\n", ("S004", 2, "code"), id="S004-inputs"),
        pytest.param("scores", "A1,1.2,department,abc,\n", ("S005", 2, "value"), id="S005-word"),
        pytest.param("scores", 'A1,1.2,department,"8,5",\n', ("S005", 2, "value"), id="S005-comma"),
        pytest.param("scores", "A1,2.1,department,,5\n", ("S005", 2, "value"), id="S005-target-alone"),
        pytest.param("scores", "A1,2.1,department,5,x\n", ("S005", 2, "target"), id="S005-target"),
        pytest.param("facts", "A1,recognised_models,\n", ("S005", 2, "value"), id="S005-models"),
        pytest.param("decisions", "D1,A1,first\n", ("S005", 2, "place"), id="S005-place"),
        pytest.param("scores", "A1,1.2,department,5.10,\n", ("S006", 2, "value"), id="S006"),
        pytest.param("scores", "A1,1.2,department,6.25,\n", ("S007", 2, "value"), id="S007-above"),
        pytest.param("scores", "A1,1.2,department,-1,\n", ("S007", 2, "value"), id="S007-below"),
        pytest.param("facts", "A1,recognised_models,-1\n", ("S007", 2, "value"), id="S007-models"),
        pytest.param("decisions", "D1,A1,0\n", ("S007", 2, "place"), id="S007-place"),
        pytest.param("scores", "A1,2.1,department,5,\n", ("S008", 2, "target"), id="S008-missing"),
        pytest.param("scores", "A1,2.1,department,5,0\n", ("S008", 2, "target"), id="S008-zero"),
        pytest.param("scores", "A1,1.2,department,5,6\n", ("S008", 2, "target"), id="S008-not-wanted"),
        pytest.param("inputs", "adjustment,A1,T1,,,3,a\n", ("S008", 2, "target"), id="S008-inputs"),
        pytest.param("scores", "A1,1.2,department,NA,\n", ("S009", 2, "value"), id="S009-NA"),
        pytest.param("scores", "A1,1.2,department,NO_TARGET,\n", ("S009", 2, "value"), id="S009-NO_TARGET"),
        pytest.param("adjustments", "A1,T1,a,2\n", ("S009", 2, "points"), id="S009-worth-is-fixed"),
        pytest.param("scores", GOOD + "A1,1.2,department,6,\n", ("S010", 3, "unit"), id="S010-other"),
        pytest.param("scores", GOOD + GOOD, ("S010", 3, "unit"), id="S010-same"),
        pytest.param("scores", "A1,1.2,department,,\n" + GOOD, ("S010", 3, "unit"), id="S010-empty-first"),
        pytest.param("units", UNITS + "A1,QH,Lại A1\n", ("S010", 5, "unit"), id="S010-unit"),
        pytest.param("facts", "A1,veto:V1,\nA1,veto:V1,x\n", ("S010", 3, "fact"), id="S010-veto"),
        pytest.param(
            "facts", "A1,recognised_models,1\nA1,recognised_models,2\n", ("S010", 3, "fact"), id="S010-models"
        ),
        pytest.param("decisions", "D1,A1,1\nD1,A1,2\n", ("S010", 3, "unit"), id="S010-decision"),
        pytest.param("scores", "A1,1.1,department,-1,\n", ("S012", 2, "value"), id="S012"),
        pytest.param("scores", "A1,2.2,department,1.5,\n", ("S013", 2, "value"), id="S013-count"),
        pytest.param("scores", "A1,7.2,department,1.5,\n", ("S013", 2, "value"), id="S013-ladder"),
        pytest.param("facts", "A1,recognised_models,1.5\n", ("S013", 2, "value"), id="S013-models"),
        pytest.param("decisions", "D1,A1,1.5\n", ("S013", 2, "place"), id="S013-place"),
        pytest.param("scores", "A1,1.2,department\n", ("S014", 2, ""), id="S014-too-few"),
        pytest.param("scores", "A1,1.2,department,5,,,\n", ("S014", 2, ""), id="S014-too-many"),
        pytest.param("scores", 'A1,"1.2"x,department,5,\n' + GOOD, ("S014", 2, ""), id="S014-quotes"),
        pytest.param("scores", GOOD + 'A1,"1.3,department,5,\n', ("S014", 3, ""), id="S014-open-quote"),
        pytest.param("adjustments", "A1,T1,,\n", ("S014", 2, "occurrence_ref"), id="S014-empty-ref"),
        pytest.param("decisions", ",A1,1\n", ("S014", 2, "decision"), id="S014-empty-decision"),
        pytest.param("units", "unit,area,name\n,QH,a\n", ("S014", 2, "unit"), id="S014-empty-unit"),
        pytest.param(
            "units",
            "unit,area,name,valid_to\nA1,QH,a,31/12/2020\n",
            ("S014", 2, "valid_to"),
            id="S014-day",
        ),
    ],
)
def test_a_bad_row_is_named_by_line_column_and_code(
    tmp_path: Path, book: Rulebook, name: str, text: str, expected: tuple[str, int, str]
) -> None:
    found = faults(tmp_path, book, name, text)
    assert only(found) == expected
    assert found[0].file.endswith(f"{name}.csv")
    assert found[0].message_vi != found[0].message_en
    assert "{" not in found[0].message_vi + found[0].message_en


def test_a_closed_unit_has_no_row_s011(tmp_path: Path, book: Rulebook) -> None:
    units = (
        "unit,area,name,valid_from,valid_to\nA1,QH,a,,2020-06-30\nA2,QH,b,2021-01-01,\nA3,QH,c,,2020-12-31\n"
    )
    scores = "".join(f"{unit},1.2,department,5,\n" for unit in ("A1", "A2", "A3"))
    outcome = computed(tmp_path, book, {"units": units, "scores": HEADERS["scores"] + scores}, partial=True)
    assert [(fault.code, fault.line, fault.column) for fault in outcome.faults] == [
        ("S011", 2, "unit"),
        ("S011", 3, "unit"),
    ]
    assert "2020-12-31" in outcome.faults[0].message_vi
    assert [line.split(",")[2] for line in lines(outcome)] == ["A3"]


def test_points_of_an_item_without_a_worth_are_checked(tmp_path: Path) -> None:
    data = example_data()
    del data["bonus"]["items"][0]["per"]
    book = build(data)
    rows = "A1,T1,a,1.10\nA1,T1,b,-1\nA1,T1,c,\nA1,T1,d,x\nA1,T1,e,1.25\n"
    outcome = computed(tmp_path, book, {"adjustments": HEADERS["adjustments"] + rows}, partial=True)
    assert [(fault.code, fault.line, fault.column) for fault in outcome.faults] == [
        ("S006", 2, "points"),
        ("S007", 3, "points"),
        ("S005", 4, "points"),
        ("S005", 5, "points"),
    ]
    row = next(line for line in lines(outcome) if ",A1," in line)
    assert row.split(",")[7] == "1.25"


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("unit,criterion,stage\n", ["value"]),
        ("unit,criterion,stage,value,taget\n", ["taget"]),
        ("unit,criterion,stage,value,value\n", ["value"]),
        ("criterion\n", ["unit", "stage", "value"]),
        ("", ["unit", "criterion", "stage", "value"]),
    ],
)
def test_a_header_says_which_columns_are_wrong(
    tmp_path: Path, book: Rulebook, header: str, columns: list[str]
) -> None:
    found = faults(tmp_path, book, "scores", (header + GOOD).encode())
    if not header:  # the first row is then taken for the header, and none of its cells is a column
        found = [fault for fault in found if fault.message_en.endswith("is missing")]
    assert [(fault.code, fault.line) for fault in found] == [("S014", 1)] * len(columns)
    assert [fault.column for fault in found] == columns


def test_one_line_that_is_not_utf_8_is_one_fault_and_the_rest_is_read(tmp_path: Path, book: Rulebook) -> None:
    text = (
        HEADERS["scores"].encode() + b"A1,1.2,department,5,\nA1,1.3,depart\xffment,5,\nA2,1.2,department,9,\n"
    )
    found = faults(tmp_path, book, "scores", text)
    assert [(fault.code, fault.line) for fault in found] == [("S014", 3), ("S007", 4)]
    units = b"unit,area,name\nA1,QH,\xc3\nA2,QH,b\n"
    assert only(faults(tmp_path, book, "units", units)) == ("S014", 2, "")


def test_a_row_with_a_line_break_in_quotes_is_named_by_its_first_line(tmp_path: Path, book: Rulebook) -> None:
    units = 'unit,area,name\nA1,QH,"Đơn\nvị"\nA2,XX,b\n'
    assert only(faults(tmp_path, book, "units", units)) == ("S002", 4, "area")
    assert only(faults(tmp_path, book, "units", 'unit,area,name\nA0,QH,a\nA1,"X\nX",b\n')) == (
        "S002",
        3,
        "area",
    )


def test_with_decimal_comma_a_dot_is_refused(tmp_path: Path, book: Rulebook) -> None:
    rows = "unit;criterion;stage;value;target\nA1;1.2;department;5,25;\nA1;2.1;department;1,5;2,5\n"
    assert faults(tmp_path, book, "scores", rows.encode(), decimal_comma=True) == []
    rows = "unit;criterion;stage;value;target\nA1;1.2;department;5.25;\nA1;2.1;department;1;2.5\n"
    found = faults(tmp_path, book, "scores", rows.encode(), decimal_comma=True)
    assert [(fault.code, fault.column) for fault in found] == [("S005", "value"), ("S005", "target")]
    assert faults(tmp_path, book, "scores", rows.encode()) == []


def test_every_message_of_the_tables_is_reached_by_a_row_here() -> None:
    # A new message needs a row above; this list is what they cover.
    assert {code for code, _, _ in MESSAGES.values()} == {
        "S001", "S002", "S003", "S005", "S006", "S007", "S008", "S009", "S010", "S011", "S013", "S014"
    }  # fmt: skip


def test_without_a_readable_table_of_units_nothing_else_is_reported(tmp_path: Path, book: Rulebook) -> None:
    outcome = computed(
        tmp_path, book, {"units": "code,area,name\nA1,QH,a\n", "scores": HEADERS["scores"] + GOOD}
    )
    assert {fault.file.rpartition("/")[2] for fault in outcome.faults} == {"units.csv"}
