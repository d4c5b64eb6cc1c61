"""In Chromium: a unit submits its sheet with evidence; a body confirms and disputes; external evaluations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.scores.deciding.completeness import sheet_of
from tests.support.browser import axe_finds_nothing, overflowing
from tests.support.deciding import rulebook
from tests.support.files import pdf
from tests.support.scores_site import LiveScores, demo_cycle, serving_scores
from tests.support.town import accepted

pytestmark = pytest.mark.browser
UNITS = ("QH-Q01", "QH-Q03", "LLVT-CATP")
VALUES = {"1.1": ("118", "120"), "2.2": ("13", ""), "7.2": ("2", "")}
"""Of the first sheet: value and target; all else is 0, with a target of 10 where one is asked."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveScores]:
    """Three units; the Office has entered a value of each for the science centre."""
    made = demo_cycle(tmp_path_factory.mktemp("sheet"), units=UNITS, services=("scores", "inspections"))
    entry = {"criterion": "2.2", "stage": "department", "value": "7", "document": "55-CV/TST"}
    accepted(made.post("scores", "scores", {**entry, "unit": unit}, "vanphong") for unit in UNITS)
    made.settle()
    with serving_scores(made) as running:
        yield running


def visit(page: Page, live: LiveScores, sub: str, path: str) -> None:
    """Come to ``path`` as ``sub``."""
    live.become(page.context, sub)
    page.goto(f"{live.page}{path}")


def item(page: Page, criterion: str) -> Any:
    return page.locator(f"[data-criterion='{criterion}']")


def fill(page: Page, criterion: str, value: str, target: str = "") -> None:
    item(page, criterion).locator("[data-field=value]").fill(value)
    if target:
        item(page, criterion).locator("[data-field=target]").fill(target)


def stated(live: LiveScores, unit: str) -> dict[str, Any]:
    """What the service has of the unit's sheet."""
    return dict(live.town.get("scores", f"sheet?unit={unit}", "vanphong").get_json())


def test_a_value_shows_its_points_while_it_is_written_and_a_wrong_one_its_fault(
    live: LiveScores, session: Page
) -> None:
    page = session
    visit(page, live, "bithu.q01", "sheet")
    expect(page.locator("h1")).to_have_text("Phiếu tự chấm điểm: Quận Đoàn 1")
    expect(page.locator("[data-will]")).to_contain_text("mọi tiêu chí cần có điểm")
    fill(page, "1.2", "5,8")
    expect(item(page, "1.2").locator("[data-said]")).to_have_text("5,8 không đúng bước điểm 0,25")
    expect(item(page, "1.2").locator("[data-field=value]")).to_have_attribute("aria-invalid", "true")
    fill(page, "1.2", "5,75")
    expect(item(page, "1.2").locator("[data-points]")).to_have_text("5,75")
    expect(item(page, "1.2").locator("[data-said]")).to_be_empty()
    fill(page, "1.1", "118", "120")
    expect(item(page, "1.1").locator("[data-points]")).to_have_text("4,75")
    expect(item(page, "1.1").locator(".sh-ladder li.is")).to_contain_text("≥ 70 %")
    expect(page.locator(".sh-side [data-total]")).to_have_text("10,50")
    axe_finds_nothing(page)


def test_without_target_the_criterion_leaves_the_total(live: LiveScores, session: Page) -> None:
    page = session
    expect(page.locator(".sh-side [data-most]")).to_have_text("77,00")
    item(page, "2.1").get_by_label("Không giao chỉ tiêu").check()
    expect(item(page, "2.1").locator("[data-points]")).to_have_text("ra khỏi tổng")
    expect(page.locator(".sh-side [data-most]")).to_have_text("69,00")
    expect(item(page, "2.1").locator("[data-field=value]")).to_be_disabled()
    item(page, "2.1").get_by_label("Không giao chỉ tiêu").uncheck()
    expect(page.locator(".sh-side [data-most]")).to_have_text("77,00")


def test_the_draft_is_kept_on_the_server_and_a_colleagues_change_is_a_conflict(
    live: LiveScores, session: Page
) -> None:
    page = session
    page.reload()
    expect(item(page, "1.2").locator("[data-field=value]")).to_have_value("5,75")
    cell = {"unit": "QH-Q01", "criterion": "1.2", "stage": "self", "value": "5.25"}
    version = {entry["criterion"]: entry["version"] for entry in own_entries(live)}["1.2"]
    body = {"body": "unit:QH-Q01", "cells": [{**cell, "version": version}]}
    assert live.town.send("PUT", "scores", "drafts", body, "bithu.q01").status_code == 200
    fill(page, "1.2", "6")
    conflict = item(page, "1.2").locator("[data-conflict]")
    expect(conflict).to_contain_text("bithu.q01")
    expect(conflict).to_contain_text("5,25")
    axe_finds_nothing(page)
    conflict.get_by_role("button", name="Lấy bản ấy").click()
    expect(item(page, "1.2").locator("[data-field=value]")).to_have_value("5,25")
    expect(conflict).to_be_hidden()
    fill(page, "1.2", "6")
    expect(item(page, "1.2").locator("[data-points]")).to_have_text("6,00")


def own_entries(live: LiveScores) -> list[dict[str, Any]]:
    found = live.town.get("scores", "sheet?unit=QH-Q01", "bithu.q01").get_json()
    return list(found["entries"])


def test_evidence_is_uploaded_by_picker_and_by_drop_and_taken_off_again(
    live: LiveScores, session: Page
) -> None:
    page = session
    one = item(page, "1.2")
    one.locator("[data-pick]").set_input_files(
        {"name": "ke-hoach.pdf", "mimeType": "application/pdf", "buffer": pdf("Kế hoạch")}
    )
    expect(one.locator("[data-files] li")).to_contain_text("ke-hoach.pdf")
    one.locator("[data-drop]").evaluate(
        """(place, bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "bao-cao.pdf", { type: "application/pdf" }));
          place.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        list(pdf("Báo cáo")),
    )
    expect(one.locator("[data-files] li")).to_have_count(2)
    one.get_by_role("button", name="Bỏ bao-cao.pdf khỏi phiếu").click()
    expect(one.locator("[data-files] li")).to_have_count(1)
    one.locator("[data-versions] summary").click()
    expect(one.locator("[data-versions] li")).to_have_count(2)
    expect(one.locator("[data-versions]")).to_contain_text("ke-hoach.pdf, bản 1")
    page.reload()
    expect(item(page, "1.2").locator("[data-files] li")).to_contain_text("ke-hoach.pdf")


def test_a_file_that_is_not_taken_says_why_beside_its_criterion(live: LiveScores, session: Page) -> None:
    page = session
    one = item(page, "1.3")
    one.locator("[data-pick]").set_input_files(
        {"name": "cai-dat.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\x00"}
    )
    expect(one.locator(".sh-upload.bad")).to_contain_text("cai-dat.exe")
    expect(one.locator("[data-files] li")).to_have_count(0)
    page.reload()


def test_an_incomplete_sheet_is_not_submitted_and_leads_to_what_is_missing(
    live: LiveScores, session: Page
) -> None:
    page = session
    page.get_by_role("button", name="Nộp phiếu").click()
    expect(page.locator("#submit-sheet [data-answer]")).to_contain_text("Chưa nộp được: còn 13 mục")
    expect(item(page, "1.3").locator("[data-field=value]")).to_be_focused()
    assert stated(live, "QH-Q01")["submitted"] is None


def test_the_whole_sheet_is_filled_in_and_submitted_by_keyboard(live: LiveScores, session: Page) -> None:
    page = session
    for leaf in sheet_of(rulebook(), "QH"):
        if leaf.id == "1.2":
            continue
        value, target = VALUES.get(leaf.id, ("0", "10" if leaf.input == "ratio" else ""))
        fill(page, leaf.id, value, target)
    expect(page.locator("[data-missing-part]")).to_be_hidden()
    expect(page.locator("[data-will]")).to_contain_text("Sẽ ghi 15 giá trị (1.1, 1.2, 1.3")
    expect(page.locator(".sh-submit")).to_contain_text("Bạn làm với tư cách Đơn vị Quận Đoàn 1.")
    button = page.get_by_role("button", name="Nộp phiếu")
    button.focus()
    page.keyboard.press("Enter")
    answer = page.locator("#submit-sheet [data-answer]")
    expect(answer).to_contain_text("Đã nộp phiếu: số")
    expect(answer).to_contain_text("16 sự việc")
    expect(answer).to_be_focused()
    axe_finds_nothing(page)
    answer.get_by_role("link", name="Xem phiếu đã nộp").click()
    expect(page.locator(".bv-status")).to_contain_text("ĐÃ NỘP")
    expect(page.locator("[data-will]")).to_have_text("Phiếu đã nộp, không có gì thay đổi.")
    found = stated(live, "QH-Q01")
    assert (found["submitted"]["values"], found["missing"], found["total"]) == (15, [], "18.25")
    evidence = next(entry for entry in found["entries"] if entry["criterion"] == "1.2")["evidence"]
    assert [file["name"] for file in evidence] == ["ke-hoach.pdf"]


def test_a_later_change_asks_for_a_reason_and_states_only_what_changed(
    live: LiveScores, session: Page
) -> None:
    page = session
    fill(page, "1.2", "5,5")
    reason = item(page, "1.2").get_by_label("Lý do thay đổi")
    expect(reason).to_be_visible()
    expect(page.locator("[data-will]")).to_contain_text("Sẽ ghi 1 giá trị (1.2)")
    page.get_by_role("button", name="Nộp phiếu").click()
    expect(page.locator("#submit-sheet [data-answer]")).to_contain_text("1.2: ")
    expect(page.locator("#submit-sheet [data-answer]")).to_have_class(re.compile("bv-answer-bad"))
    reason.fill("Đối chiếu lại hồ sơ")
    page.get_by_role("button", name="Nộp phiếu").click()
    expect(page.locator("#submit-sheet [data-answer]")).to_contain_text("2 sự việc")
    assert stated(live, "QH-Q01")["submitted"]["changed"] == 1


def test_a_field_that_is_emptied_gets_its_submitted_value_back(live: LiveScores, session: Page) -> None:
    page = session
    page.reload()
    fill(page, "1.3", "")
    page.keyboard.press("Tab")
    expect(item(page, "1.3").locator("[data-field=value]")).to_have_value("0")
    expect(item(page, "1.3")).to_contain_text("Không có thì ghi 0")


def test_zero_on_everything_is_a_sheet(live: LiveScores, session: Page) -> None:
    page = session
    visit(page, live, "bithu.q03", "sheet")
    for leaf in sheet_of(rulebook(), "QH"):
        fill(page, leaf.id, "0", "10" if leaf.input == "ratio" else "")
    expect(page.locator("[data-missing-part]")).to_be_hidden()
    page.get_by_role("button", name="Nộp phiếu").click()
    expect(page.locator("#submit-sheet [data-answer]")).to_contain_text("Đã nộp phiếu")
    assert stated(live, "QH-Q03")["missing"] == []


def test_the_printed_sheet_is_the_paper_form_with_signatures(live: LiveScores, session: Page) -> None:
    page = session
    visit(page, live, "bithu.q01", "sheet")
    page.emulate_media(media="print")
    try:
        expect(page.locator(".sh-paper")).to_be_visible()
        expect(page.locator(".sh-layout")).to_be_hidden()
        expect(page.locator("[data-paper='1.1']")).to_contain_text("118 / 120")
        expect(page.locator("[data-paper='1.2']")).to_contain_text("ke-hoach.pdf")
        expect(page.locator(".sh-signs")).to_contain_text("TM. BAN THƯỜNG VỤ")
    finally:
        page.emulate_media(media="screen")


def test_a_body_disputes_one_entry_and_confirms_the_others(live: LiveScores, session: Page) -> None:
    page = session
    visit(page, live, "tst", "entries")
    expect(page.locator("tbody tr")).to_have_count(3)
    confirm = page.get_by_role("button", name="Xác nhận 0 mục đã chọn")
    expect(confirm).to_be_disabled()
    row = page.locator("tbody tr").filter(has_text="Quận Đoàn 3")
    row.locator("summary").click()
    row.get_by_label("Chỗ không đúng").fill("Trung tâm ghi 5, không phải 7.")
    axe_finds_nothing(page)
    row.get_by_role("button", name="Gửi").click()
    expect(row.locator("[data-answer]")).to_contain_text("Đã ghi")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Chọn hết").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Xác nhận 2 mục đã chọn").click()
    expect(page.locator("#confirm [data-answer]")).to_contain_text("Đã ghi")
    page.goto(f"{live.page}entries?state=all")
    expect(page.locator("tbody")).to_contain_text("Trung tâm ghi 5, không phải 7.")
    expect(page.locator(".en-yes")).to_have_count(2)


def test_the_office_sees_the_dispute_at_its_desk_and_goes_on_to_the_grid(
    live: LiveScores, session: Page
) -> None:
    page = session
    visit(page, live, "vanphong", "desk")
    expect(page.locator("main")).to_contain_text("Trung tâm ghi 5, không phải 7.")
    axe_finds_nothing(page)
    page.get_by_role("link", name="Sửa theo văn bản").click()
    expect(page.locator("select[name=body]")).to_have_value("TST")
    page.get_by_label("Văn bản nguồn").fill("61-CV/TST")
    page.get_by_role("button", name="Mở bảng chấm").click()
    expect(page).to_have_url(re.compile(r"/grid\?body=office%3ATST&document=61-CV%2FTST"))


def test_an_evaluation_is_pasted_stated_and_acknowledged(live: LiveScores, session: Page) -> None:
    page = session
    visit(page, live, "btn", "evaluations")
    page.get_by_text("Dán từ Excel").click()
    page.locator("#paste").fill("quận đoàn 1\t3,5\nQH-Q03\t3,8\nQuận Đoàn 99\t1")
    page.get_by_role("button", name="Điền vào bảng").click()
    expect(page.locator("[data-spread-said]")).to_have_text("Đã điền 2 đơn vị. Không nhận ra: Quận Đoàn 99.")
    page.get_by_label("Văn bản").fill("12-BC/BTN")
    page.get_by_role("button", name="Ghi đánh giá cho 2 đơn vị").click()
    row = page.locator("[data-unit='QH-Q03']")
    expect(row).to_contain_text("bước điểm")
    axe_finds_nothing(page)
    row.locator("input").fill("3,75")
    page.get_by_role("button", name="Ghi đánh giá cho 2 đơn vị").click()
    expect(page.locator("#evaluation [data-answer]")).to_contain_text("Đã ghi")
    visit(page, live, "bithu.q01", "sheet")
    page.get_by_role("button", name="Xác nhận đã nhận").click()
    page.get_by_role("link", name="Xem kết quả").click()
    expect(page.locator(".sh-about")).to_contain_text("✓ Đã nhận")


PAGES = (
    ("bithu.q01", "sheet"),
    ("vanphong", "sheet?unit=QH-Q01"),
    ("vanphong", "sheet"),
    ("tst", "entries?state=all"),
    ("vanphong", "entries?state=all"),
    ("vanphong", "desk"),
    ("btn", "evaluations"),
    ("bithu.q01", "evaluations"),
)


@pytest.mark.parametrize(("sub", "path"), PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_either_language_or_scheme(
    live: LiveScores, session: Page, sub: str, path: str, scheme: Any
) -> None:
    page = session
    page.emulate_media(color_scheme=scheme)
    for query in ("", "lang=en"):
        visit(page, live, sub, f"{path}{'&' if '?' in path else '?'}{query}")
        axe_finds_nothing(page)
    page.context.clear_cookies(name="bangvang_lang")
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize(("sub", "path"), PAGES)
def test_no_page_scrolls_sideways_on_a_phone(live: LiveScores, session: Page, sub: str, path: str) -> None:
    page = session
    try:
        page.set_viewport_size({"width": 375, "height": 740})
        visit(page, live, sub, path)
        assert overflowing(page) <= 0
    finally:
        page.set_viewport_size({"width": 1440, "height": 900})
