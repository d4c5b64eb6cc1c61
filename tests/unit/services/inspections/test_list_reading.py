"""Given a spreadsheet of subordinates or limitations, when it is read, then every bad cell is named."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.inspections.list_kinds import limitations_list, subordinates_list, subordinates_template
from services.inspections.list_reading import entries_of
from shared.files.entries import Entry
from shared.files.reading import read_file
from tests.support.deciding import rulebook

MADE_AT = datetime.fromisoformat("2020-10-05T07:00:00")
HEAD = "Mã;Tên đơn vị trực thuộc;Khối;Kết quả phân loại;Năm\n"
GOOD = "P01;Đoàn phường 1;Phường, xã, thị trấn;Hoàn thành xuất sắc nhiệm vụ;2020\n"


def subordinates(text: str) -> list[Entry]:
    return entries_of(read_file(text.encode("utf-8")), subordinates_list(rulebook()))


def faults(found: list[Entry]) -> list[tuple[str, str]]:
    return [(one.address_of(fault.field), fault.rule) for one in found for fault in one.faults]


def test_a_row_is_what_a_command_takes_its_kind_and_class_by_their_codes() -> None:
    (found,) = subordinates(HEAD + GOOD)
    assert found.faults == ()
    assert found.given == {
        "code": "P01",
        "name": "Đoàn phường 1",
        "kind": "ward_commune_township",
        "class": "EXCELLENT",
        "year": "2020",
    }


def test_codes_english_words_and_other_headings_are_understood_too() -> None:
    text = "code,name,kind,class\nq1,Quân sự,Armed forces,GOOD\nq2,Khối,workers,\n"
    found = subordinates(text)
    assert faults(found) == []
    assert [(one.given["code"], one.given["kind"], one.given.get("class")) for one in found] == [
        ("Q1", "armed_forces", "GOOD"),
        ("Q2", "workers", None),
    ]


def test_every_bad_cell_is_named_and_the_rest_of_its_row_is_kept() -> None:
    found = subordinates(HEAD + GOOD + "P02;Đoàn 2;Sao Hỏa;Giỏi;2020\n;Đoàn 3;Trường học;;\nP04;;Khác;;\n")
    assert faults(found) == [
        ("C3", "unknown-kind"),
        ("D3", "unknown-class"),
        ("A4", "value-missing"),
        ("B5", "value-missing"),
    ]
    assert found[1].given == {"code": "P02", "name": "Đoàn 2", "year": "2020"}


def test_a_code_in_two_rows_is_named_at_the_second() -> None:
    assert faults(subordinates(HEAD + GOOD + GOOD)) == [("A3", "row-twice")]


def test_what_only_the_requests_schema_refuses_is_named_at_its_cell_too() -> None:
    long = "x" * 201
    assert faults(subordinates(f"{HEAD}P01;{long};Khác;;\n")) == [("B2", "wrong-length")]


def test_a_heading_that_is_unknown_or_there_twice_is_named_and_a_sheet_without_any_is() -> None:
    twice = subordinates("Mã;Tên;Khối;Tên;Ghi chú\nP01;A;Khác;B;C\n")
    assert faults(twice)[:2] == [("D1", "column-twice"), ("E1", "column-unknown")]
    assert faults(subordinates("a;b\n1;2\n")) == [("A1", "heading-missing")]


def test_a_column_that_is_needed_and_not_there_is_missing_in_each_row() -> None:
    assert faults(subordinates("Mã;Tên\nP01;A\n")) == [("A2", "value-missing")]


def test_limitations_are_read_with_the_predecessor_that_had_them() -> None:
    head = "Mã hạn chế;Nội dung hạn chế;Năm;Đơn vị tiền thân\n"
    text = head + "HC-1;Chậm;2019;\nHC-2;Ít;2019;QH-CU1\nHC-3;;2019;\n"
    found = entries_of(read_file(text.encode("utf-8")), limitations_list())
    assert faults(found) == [("B4", "value-missing")]
    assert found[1].given == {"ref": "HC-2", "text": "Ít", "cycle": "2019", "unit": "QH-CU1"}


@pytest.mark.parametrize("rows", [[], [{"code": "P01", "name": "=A", "kind": "school", "class": "GOOD"}]])
def test_the_template_is_read_back_as_it_was_written(rows: list[dict[str, str]]) -> None:
    made = subordinates_template(rulebook(), rows, MADE_AT)
    found = entries_of(read_file(made), subordinates_list(rulebook()))
    if rows:
        assert [dict(one.given) for one in found] == rows
    else:
        assert {fault.rule for one in found for fault in one.faults} == {"value-missing"}
        assert [one.given for one in found] == [{"year": "2020"}]
