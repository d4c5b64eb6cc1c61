"""Templates, uploads, confirmations and exports over HTTP: what is marked is what would be refused, once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from werkzeug.test import TestResponse

from tests.support.deciding import RULEBOOK
from tests.support.scores_site import demo_cycle
from tests.support.town import ADMIN, Town, rules_of

UNITS = ("QH-Q01", "QH-Q02", "QH-Q03", "QH-Q10", "QH-GVA", "CNLD-DCD", "LLVT-CATP")
BTG = "files?body=department:BTG&name=diem.xlsx"
OCTETS = "application/octet-stream"


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The cycle of 2020 with a few units."""
    found = demo_cycle(tmp_path_factory.mktemp("files"), units=UNITS, services=("scores",))
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def workbook(answer: TestResponse) -> Workbook:
    assert answer.status_code == 200, answer.text
    return load_workbook(io.BytesIO(answer.data))


def template(made: Town, body: str = "department:BTG", sub: str = "btg") -> Workbook:
    return workbook(made.get("scores", f"files/template.xlsx?body={body}", sub))


def stored(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(made: Town, content: bytes, sub: str = "btg", path: str = BTG, **about: Any) -> TestResponse:
    return made.post("scores", path, content, sub, content_type=OCTETS, **about)


def filled(made: Town, **cells: Any) -> bytes:
    book = template(made)
    for place, value in cells.items():
        book["QH"][place] = value
    return stored(book)


def csv_of(*rows: str) -> bytes:
    return "\r\n".join(rows).encode("utf-8-sig")


def faults(answer: TestResponse) -> list[tuple[str, str]]:
    return [(fault["cell"], fault["rule"]) for fault in answer.get_json()["faults"]]


def values(made: Town, unit: str, sub: str = "btg") -> dict[str, str]:
    answer = made.get("scores", f"scores?unit={unit}", sub).get_json()
    return {item["criterion"]: item.get("value", item.get("state")) for item in answer["scores"]}


# --- templates


def test_a_template_has_one_sheet_per_area_with_its_units_in_natural_order(made: Town) -> None:
    book = template(made)
    assert book.sheetnames == ["QH", "CNLD", "LLVT", "_danhsach", "_bangvang"]
    sheet = book["QH"]
    names = [sheet.cell(row, 2).value for row in range(7, sheet.max_row + 1)]
    assert names == ["Quận Đoàn 1", "Quận Đoàn 2", "Quận Đoàn 3", "Quận Đoàn 10", "Quận Đoàn Gò Vấp"]
    heading = [cell.value for cell in sheet[6]]
    assert heading == [
        "Mã đơn vị",
        "Tên đơn vị",
        *("1.1", "1.1 chỉ tiêu", "1.1 căn cứ", "1.2", "1.2 căn cứ", "1.3", "1.3 căn cứ"),
    ]
    assert "Tối đa 6 điểm, bước 0,25" in sheet["C4"].value
    assert "≥ 70 %: 4,75" in sheet["C5"].value


def test_only_the_cells_to_fill_in_can_be_changed_and_they_check_what_is_typed(made: Town) -> None:
    sheet = template(made)["QH"]
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "C7"
    assert sheet["A7"].protection.locked
    assert not sheet["C7"].protection.locked
    checks = {str(check.sqref).split(":", 1)[0]: check for check in sheet.data_validations.dataValidation}
    assert checks["F7"].formula1 == "AND(ISNUMBER(F7),F7>=0,F7<=6,ABS(ROUND(F7/0.25,0)*0.25-F7)<0.0000001)"
    assert (checks["D7"].type, checks["D7"].formula1) == ("list", "_danhsach!$A$1")


def test_a_criterion_with_few_values_has_a_drop_down_of_numbers(made: Town) -> None:
    book = template(made, "unit:QH-Q01", "bithu.q01")
    lists, sheet = book["_danhsach"], book["QH"]
    assert (lists.sheet_state, book["_bangvang"].sheet_state) == ("hidden", "veryHidden")
    assert lists["A1"].value == "Không giao chỉ tiêu"
    column = next(cell.column_letter for cell in sheet[6] if cell.value == "3.3")  # at most 2 points
    checks = {str(check.sqref): check for check in sheet.data_validations.dataValidation}
    check = checks[f"{column}7"]
    assert (check.type, check.formula1) == ("list", "_danhsach!$B$1:$B$9")
    assert [lists.cell(row, 2).value for row in (1, 2, 9)] == [0, 0.25, 2]


def test_what_stands_is_filled_in_and_comes_back_as_nothing_new(made: Town) -> None:
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75", "basis": "=BC 1"}
    target = {"unit": "QH-Q02", "criterion": "1.1", "stage": "department", "state": "NO_TARGET"}
    for body in (score, target):
        assert made.post("scores", "scores", body, "btg").status_code == 201
    book = template(made)
    sheet = book["QH"]
    assert (sheet["F7"].value, sheet["G7"].value, sheet["G7"].data_type) == (5.75, "=BC 1", "s")
    assert sheet["D8"].value == "Không giao chỉ tiêu"
    assert sheet["F7"].fill.fgColor.rgb != sheet["F8"].fill.fgColor.rgb
    for content in (stored(book), made.get("scores", "files/template.csv?body=department:BTG", "btg").data):
        seen = upload(made, content).get_json()
        assert seen["counts"] == {"new": 0, "changed": 0, "same": 2, "bad": 0}, seen["faults"]
        again = made.post("scores", f"files/{seen['upload']}/confirm", {}, "btg")
        assert (again.status_code, rules_of(again)) == (409, {"nothing-new"})


def test_a_csv_template_opens_in_a_vietnamese_excel(made: Town) -> None:
    content = made.get("scores", "files/template.csv?body=department:BTG", "btg").data
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Mã đơn vị", "Tên đơn vị", "1.1"]
    assert len(rows) == 1 + len(UNITS)


def test_a_unit_gets_its_own_row_and_a_body_its_own_criteria(made: Town) -> None:
    unit = template(made, "unit:QH-Q01", "bithu.q01")
    assert unit.sheetnames == ["QH", "_danhsach", "_bangvang"]
    assert [unit["QH"].cell(row, 1).value for row in range(7, unit["QH"].max_row + 1)] == ["QH-Q01"]
    office = template(made, "office:TST", "vanphong")["QH"]
    assert [cell.value for cell in office[6]][2:] == ["2.2", "2.2 căn cứ"]


@pytest.mark.parametrize(
    ("path", "sub", "status"),
    [
        ("files/template.xlsx?body=department:BTG", None, 401),
        ("files/template.xlsx?body=department:BTG", "nguoi.la", 403),
        ("files/template.xlsx?body=department:BTG", "bmt", 403),
        ("files/template.xlsx?body=department:BTG", "vanphong", 403),
        ("files/template.xlsx?body=office:TST", "btg", 403),
        ("files/template.csv?body=unit:QH-Q01", "bithu.q03", 403),
        ("files/template.xlsx?kind=units", "btg", 403),
        ("files/template.xlsx?kind=units", "vanphong", 200),
        ("files/template.csv?kind=departments", ADMIN, 200),
        ("files/template.xlsx", "btg", 422),
        ("files/template.xlsx?body=BTG", "btg", 422),
        ("files/template.xlsx?kind=units&body=department:BTG", "btg", 422),
        ("files/scores.xlsx?body=department:BTG", "bmt", 403),
        ("files/scores.csv", None, 401),
        ("files/khong-co", "btg", 404),
    ],
)
def test_each_body_gets_its_own_files_and_nobody_elses(
    made: Town, path: str, sub: str | None, status: int
) -> None:
    assert made.get("scores", path, sub).status_code == status


# --- uploads


def test_three_bad_cells_are_marked_mended_and_all_is_stated_once(made: Town) -> None:
    content = filled(made, F7="8,7", H8="1.000", C9="=1+1", F8=5.5, F9="5,25")
    seen = upload(made, content)
    assert seen.status_code == 201, seen.text
    assert sorted(faults(seen)) == [("C9", "formula"), ("F7", "off-step"), ("H8", "ambiguous-number")]
    assert seen.get_json()["counts"] == {"new": 2, "changed": 0, "same": 0, "bad": 3}
    fault = next(one for one in seen.get_json()["faults"] if one["cell"] == "F7")
    assert (fault["sheet"], fault["value"], fault["message"]) == (
        "QH",
        "8,7",
        "8,7 không đúng bước điểm 0,25",
    )
    address = seen.headers["Location"].split("/2020/")[1]

    refused = made.post("scores", f"{address}/confirm", {}, "btg")
    assert refused.status_code == 422
    assert {one["field"] for one in refused.get_json()["errors"]} == {"QH!F7", "QH!H8", "QH!C9"}
    assert values(made, "QH-Q02") == {}

    cells = [("F7", "5,75"), ("H8", "1"), ("C9", "")]
    body = {"cells": [{"sheet": "QH", "cell": cell, "value": value} for cell, value in cells]}
    mended = made.post("scores", f"{address}/mend", body, "btg")
    assert (mended.status_code, faults(mended)) == (200, [])
    first = made.post("scores", f"{address}/confirm", {}, "btg", key="confirm")
    assert first.status_code == 201, first.text
    assert first.get_json()["accepted"] == 4
    again = made.post("scores", f"{address}/confirm", {}, "btg", key="confirm")
    assert (again.status_code, again.data) == (201, first.data)
    other = made.post("scores", f"{address}/confirm", {}, "btg")
    assert (other.status_code, other.get_json()["type"]) == (409, "urn:bangvang:problem:upload-confirmed")
    assert values(made, "QH-Q01") == {"1.2": "5.75"}
    assert values(made, "QH-Q02") == {"1.2": "5.5", "1.3": "1"}


def test_only_the_good_values_are_stated_when_that_is_asked_for(made: Town) -> None:
    seen = upload(made, filled(made, F7="8,7", F8=5)).get_json()
    done = made.post("scores", f"files/{seen['upload']}/confirm", {"mode": "partial"}, "btg")
    assert done.status_code == 201
    assert (done.get_json()["accepted"], done.get_json()["refused"]) == (1, 1)
    assert values(made, "QH-Q01") == {}
    assert values(made, "QH-Q02") == {"1.2": "5"}


def test_a_change_needs_one_reason_for_the_file_and_it_stands_with_each_change(made: Town) -> None:
    first = upload(made, filled(made, F7=5, F8=5)).get_json()
    assert made.post("scores", f"files/{first['upload']}/confirm", {}, "btg").status_code == 201
    seen = upload(made, filled(made, F7=5.5, F9=4)).get_json()
    assert seen["needs"] == ["reason"]
    assert seen["counts"] == {"new": 1, "changed": 1, "same": 1, "bad": 0}
    without = made.post("scores", f"files/{seen['upload']}/confirm", {}, "btg")
    assert (without.status_code, rules_of(without)) == (422, {"reason-missing"})
    done = made.post("scores", f"files/{seen['upload']}/confirm", {"reason": "Tính lại"}, "btg")
    assert done.status_code == 201, done.text
    reasons = {
        receipt["subject"]: receipt["data"].get("reason")
        for receipt in done.get_json()["receipts"]
        if receipt["type"] == "score.recorded.v1"
    }
    assert reasons == {"QH-Q01": "Tính lại", "QH-Q03": None}


def test_the_office_gives_the_document_once_and_every_value_names_whom_it_is_for(made: Town) -> None:
    content = csv_of("Mã đơn vị;2.2", "QH-Q01;3", "qh-q02;4")
    seen = upload(made, content, "vanphong", "files?body=office:TST").get_json()
    assert (seen["needs"], seen["counts"]["new"]) == (["document"], 2)
    done = made.post("scores", f"files/{seen['upload']}/confirm", {"document": "CV 12"}, "vanphong")
    assert done.status_code == 201, done.text
    stated = [one["data"] for one in done.get_json()["receipts"] if one["type"] == "score.recorded.v1"]
    assert {(one["on_behalf_of"], one["document"]) for one in stated} == {("TST", "CV 12")}


def test_an_upload_is_its_bodys_alone(made: Town) -> None:
    seen = upload(made, filled(made, F7=5)).get_json()
    path = f"files/{seen['upload']}"
    cells = {"cells": [{"sheet": "QH", "cell": "F7", "value": "6"}]}
    for sub, status in (
        ("bmt", 403),
        ("vanphong", 403),
        ("kiemtra", 403),
        ("bithu.q01", 403),
        ("btg.hai", 200),
    ):
        assert made.get("scores", path, sub).status_code == status, sub
    assert made.post("scores", f"{path}/mend", cells, "bmt").status_code == 403
    assert made.post("scores", f"{path}/confirm", {}, "bmt").status_code == 403
    assert upload(made, filled(made, F7=5), "bmt").status_code == 403
    assert made.post("scores", "files/khong-co/confirm", {}, "btg").status_code == 404


def test_sending_the_same_file_again_under_its_key_is_the_same_upload(made: Town) -> None:
    content = filled(made, F7=5)
    first, second = (upload(made, content, key="once").get_json() for _ in range(2))
    assert first["upload"] == second["upload"]
    other = upload(made, filled(made, F7=6), key="once")
    assert other.get_json()["type"] == "urn:bangvang:problem:idempotency-key-reused"


def test_where_the_head_signs_off_a_specialist_sees_that_and_the_head_confirms_his_file(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made = demo_cycle(
        tmp_path_factory.mktemp("head"), units=UNITS, policies={"signoff": "head"}, services=("scores",)
    )
    seen = upload(made, filled(made, F7=5)).get_json()
    assert [one["rule"] for one in seen["blockers"]] == ["signoff-needed"]
    assert seen["counts"]["bad"] == 0
    path = f"files/{seen['upload']}"
    refused = made.post("scores", f"{path}/confirm", {}, "btg")
    assert (refused.status_code, rules_of(refused)) == (409, {"signoff-needed"})
    assert made.get("scores", path, "btg.truong").get_json()["blockers"] == []
    done = made.post("scores", f"{path}/confirm", {}, "btg.truong")
    assert done.status_code == 201, done.text
    data = done.get_json()["receipts"][0]["data"]
    assert (data["actor"]["role"], data["entered_by"]) == ("department_head", "btg")


def test_a_template_of_another_rulebook_ledger_or_body_is_refused_whole(made: Town) -> None:
    for place, value in (("B3", "sha256:" + "0" * 64), ("B1", "hcmc/2019"), ("B2", "department:BMT")):
        book = template(made)
        book["QH"]["F7"] = 5
        book["_bangvang"][place] = value
        answer = upload(made, stored(book))
        assert (answer.status_code, rules_of(answer)) == (409, {"template-of-another"}), value
    text = made.get("scores", "files/template.csv?body=department:BTG", "btg").text
    old = text.replace(text.split("sha256:")[1][:64], "0" * 64).encode()
    assert rules_of(upload(made, old)) == {"template-of-another"}


def test_a_rulebook_that_changes_between_preview_and_confirmation_stops_it(made: Town) -> None:
    seen = upload(made, filled(made, F7=5)).get_json()
    text = RULEBOOK.read_text("utf-8").replace("version: 2.0.0", "version: 2.0.1")
    change = {"rulebook": text, "decision": "12-QD", "mode": "prospective"}
    assert made.post("scores", "rulebook", change, ADMIN).status_code == 201
    now = made.get("scores", f"files/{seen['upload']}", "btg").get_json()
    assert [one["rule"] for one in now["blockers"]] == ["rulebook-not-in-force"]
    refused = made.post("scores", f"files/{seen['upload']}/confirm", {}, "btg")
    assert (refused.status_code, rules_of(refused)) == (409, {"rulebook-not-in-force"})


@pytest.mark.parametrize(
    ("content", "status", "rule"),
    [
        (b"", 422, "file-empty"),
        (b"x" * (5 * 1024 * 1024 + 1), 413, "file-too-large"),
        (b"%PDF-1.7 x", 422, "file-type"),
        ("Mã;Tên\nQH-Q01;QuËn §oµn 1".encode("latin-1", "replace"), 422, "legacy-font"),
    ],
)
def test_a_file_that_is_none_is_refused_and_nothing_is_kept(
    made: Town, content: bytes, status: int, rule: str
) -> None:
    answer = upload(made, content)
    assert answer.status_code == status
    assert rules_of(answer) == {rule}


def test_a_body_beyond_the_limit_is_refused_unread(made: Town) -> None:
    assert upload(made, b"x" * (6 * 1024 * 1024)).status_code == 413


def test_a_form_is_not_a_file(made: Town) -> None:
    answer = made.post("scores", BTG, b"a=1", "btg", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ([{"sheet": "QH", "cell": "F7", "value": "5"}], 200),
        ([{"sheet": "XX", "cell": "F7", "value": "5"}], 422),
        ([{"sheet": "QH", "cell": "7F", "value": "5"}], 422),
        ([{"sheet": "QH", "cell": "F7"}], 422),
        ([], 422),
    ],
)
def test_only_cells_of_the_file_can_be_mended(made: Town, cells: list[dict[str, str]], status: int) -> None:
    seen = upload(made, filled(made, F7="x")).get_json()
    assert made.post("scores", f"files/{seen['upload']}/mend", {"cells": cells}, "btg").status_code == status


def test_a_heading_can_be_typed_anew_or_emptied_too(made: Town) -> None:
    seen = upload(made, csv_of("Mã đơn vị;1,2;Lạ", "QH-Q01;5;x")).get_json()
    assert sorted(one["cell"] for one in seen["faults"]) == ["B1", "C1"]
    cells = [("B1", "1.2"), ("C1", "")]
    body = {"cells": [{"sheet": "CSV", "cell": cell, "value": value} for cell, value in cells]}
    mended = made.post("scores", f"files/{seen['upload']}/mend", body, "btg").get_json()
    assert (mended["faults"], mended["counts"]["new"]) == ([], 1)


def test_a_criterion_that_is_assigned_to_another_is_in_his_template_from_then_on(made: Town) -> None:
    change = {"criterion": "1.3", "owner": "BMT", "document": "QD 7"}
    assert made.post("scores", "assignments", change, "vanphong").status_code == 201
    heading = [cell.value for cell in template(made)["QH"][6]]
    assert "1.3" not in heading
    assert "1.3" in [cell.value for cell in template(made, "department:BMT", "bmt")["QH"][6]]
    answer = upload(made, csv_of("Mã đơn vị;1.3", "QH-Q01;4"))
    assert faults(answer) == [("B1", "criterion-not-yours")]


# --- registers


def test_the_unit_register_is_added_to_by_a_file_in_any_of_its_forms(made: Town) -> None:
    book = workbook(made.get("scores", "files/template.xlsx?kind=units", "vanphong"))
    sheet = book.worksheets[0]
    there = sheet.max_row
    sheet.append(["qh-bth", "qh", "urban_district", "Quận Đoàn Bình Thạnh", "01/01/2020", None, None, None])
    sheet.append(["QH-X", "XX", "city", "Lạ", "31/02/2020"])
    seen = upload(made, stored(book), "vanphong", "files?kind=units")
    assert seen.status_code == 201, seen.text
    assert seen.get_json()["counts"] == {"new": 1, "changed": 0, "same": there - 1, "bad": 1}
    assert faults(seen) == [(f"E{there + 2}", "not-a-date")]
    path = f"files/{seen.get_json()['upload']}/confirm"
    done = made.post("scores", path, {"mode": "partial"}, "vanphong")
    assert done.status_code == 201, done.text
    data = done.get_json()["receipts"][0]
    assert (data["subject"], data["data"]["valid_from"]) == ("QH-BTH", "2020-01-01")
    assert made.post("scores", path, {}, "btg").status_code == 403


def test_a_csv_of_departments_with_the_letter_d_with_stroke_registers_the_plain_code(made: Town) -> None:
    content = csv_of("Mã;Tên;Loại;Nhập thay bởi", "ttcnđ;Trung tâm công nhân;public_service_unit;vp")
    seen = upload(made, content, ADMIN, "files?kind=departments")
    assert seen.get_json()["counts"]["new"] == 1, seen.text
    done = made.post("scores", f"files/{seen.get_json()['upload']}/confirm", {}, ADMIN)
    assert done.get_json()["receipts"][0]["subject"] == "department:TTCND"
    assert done.get_json()["receipts"][0]["data"]["entered_by"] == "VP"


# --- exports


def test_an_export_has_numbers_as_numbers_and_no_text_as_a_formula(made: Town) -> None:
    risky = '=HYPERLINK("http://x";"y")'
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75", "basis": risky}
    assert made.post("scores", "scores", score, "btg").status_code == 201
    sheet = workbook(made.get("scores", "files/scores.xlsx?body=department:BTG", "btg")).worksheets[0]
    row = [cell.value for cell in sheet[2]]
    assert row[:5] == ["QH-Q01", "Quận Đoàn 1", "QH", "1.2", sheet["E2"].value]
    assert (sheet["G2"].value, sheet["J2"].value, sheet["J2"].data_type) == (5.75, risky, "s")
    lines = made.get("scores", "files/scores.csv?body=department:BTG", "btg").data.decode("utf-8-sig")
    line = next(csv.reader(io.StringIO(lines.splitlines()[1]), delimiter=";"))
    assert (line[6], line[9]) == ("5,75", "'" + risky)


def test_an_export_holds_what_its_reader_may_see(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = demo_cycle(
        tmp_path_factory.mktemp("seen"),
        units=UNITS,
        policies={"live_visibility": "restricted"},
        services=("scores",),
    )
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75"}
    assert made.post("scores", "scores", score, "btg").status_code == 201
    made.settle()

    def rows(sub: str) -> int:
        return len(made.get("scores", "files/scores.csv", sub).text.splitlines()) - 1

    assert {sub: rows(sub) for sub in ("btg", "bmt", "bithu.q01", "bithu.q03", "vanphong", "kiemtra")} == {
        "btg": 1,
        "bmt": 0,
        "bithu.q01": 1,
        "bithu.q03": 0,
        "vanphong": 1,
        "kiemtra": 1,
    }
