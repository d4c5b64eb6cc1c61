"""The scoring grid in Chromium: a department scores 66 units, two meet in a cell, the head signs off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, Route, expect

from shared.events import Event
from shared.rulebook import ValueRefused, evaluate
from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.deciding import rulebook
from tests.support.scores_site import LiveScores, demo_cycle, open_units, serving_scores
from tests.support.town import LEDGER, accepted

pytestmark = pytest.mark.browser
EXPECTED = ("the server responded with a status of 4", "net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED")
"""What the browser itself says of a refusal, and of a connection that a test has cut."""
EVIDENCE = [{"name": "báo cáo.pdf", "sha256": "sha256:" + "a" * 64, "size": 2048}]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveScores]:
    """The 66 units of the demonstration; one of them has scored itself."""
    made = demo_cycle(tmp_path_factory.mktemp("grid"))
    own = {"unit": "QH-Q01", "criterion": "1.2", "stage": "self", "value": "5.75", "evidence": EVIDENCE}
    accepted([made.post("scores", "scores", own, "bithu.q01")])
    with serving_scores(made) as running:
        yield running


@pytest.fixture
def grid(live: LiveScores, context: BrowserContext, faults: list[str]) -> Iterator[Page]:
    """BTG's grid as its specialist sees it; the browser complains about nothing but refusals."""
    live.become(context, "btg")
    page = new_page(context, faults)
    page.goto(f"{live.page}grid")
    yield page
    assert [fault for fault in faults if not any(words in fault for words in EXPECTED)] == []


def stated(live: LiveScores) -> list[Event]:
    """Every score that the service has stated, in order."""
    with live.town.houses["scores"].store.transaction(LEDGER) as tx:
        return tx.stream_of_types("score.recorded.v1")


def field(page: Page, name: str, criterion: str, part: str = "") -> Locator:
    """The field of a unit's criterion by its label; ``part``: đạt or chỉ tiêu."""
    label = f"{name}, {criterion}" + (f": {part}" if part else "")
    return page.get_by_label(label, exact=True)


def pasted(page: Page, where: Locator, text: str) -> None:
    """Paste a block as Excel gives it."""
    where.focus()
    page.evaluate(
        """(text) => {
            const given = new DataTransfer();
            given.setData("text/plain", text);
            const about = { clipboardData: given, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", about));
        }""",
        text,
    )


def send(page: Page, number: int, reason: str = "") -> None:
    """Press the one button, and confirm."""
    page.get_by_role("button", name=f"Gửi {number} điểm").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    if reason:
        dialog.get_by_label("Lý do thay đổi").fill(reason)
    dialog.get_by_role("button", name=f"Gửi {number} điểm").click()
    expect(dialog).to_be_hidden()


def saved(page: Page) -> None:
    """Wait until the server keeps the drafts."""
    expect(page.locator("#gr-state")).to_contain_text("đã lưu nháp lúc")


def test_units_stand_by_their_inspection_then_by_name(grid: Page) -> None:
    when = grid.locator(".gr-when").all_inner_texts()
    days = [(text[6:10], text[3:5], text[:2], "chiều" in text) for text in when]
    assert len(days) == 66
    assert days == sorted(days)
    names = grid.locator(".gr-name").all_inner_texts()
    first = [name for name, day in zip(names, when, strict=True) if day == "09/11/2020 chiều"]
    assert first == sorted(first, key=lambda name: int(re.sub(r"\D", "", name) or 0))


def test_a_department_scores_66_units_mends_one_error_and_states_exactly_those(
    live: LiveScores, grid: Page
) -> None:
    page, before = grid, len(stated(live))
    names = page.locator(".gr-name").all_inner_texts()
    first = field(page, names[0], "1.2")
    first.click()
    page.keyboard.type("5,25")
    page.keyboard.press("Enter")
    expect(field(page, names[1], "1.2")).to_be_focused()
    page.keyboard.type("4.5")
    page.keyboard.press("ArrowDown")
    pasted(page, field(page, names[2], "1.2"), "5,75\r\n5,8\r\n3,5\r\n")
    bad = field(page, names[3], "1.2")
    expect(bad).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".gr-words").first).to_have_text("5,8 không đúng bước 0,25")
    field(page, names[5], "1.2").fill("5")
    page.get_by_role("button", name="Điền xuống").click()
    expect(page.locator("#gr-state")).to_contain_text("Đã điền 60 ô")
    expect(page.get_by_role("button", name="Gửi 65 điểm")).to_be_visible()
    page.get_by_role("button", name="1 ô lỗi").click()
    expect(bad).to_be_focused()
    page.keyboard.type("5,5")
    page.keyboard.press("Enter")
    expect(bad).not_to_have_attribute("aria-invalid", "true")
    saved(page)
    assert len(stated(live)) == before  # drafts are no facts
    send(page, 66)
    expect(page.locator("#gr-answer")).to_contain_text(f"Đã ghi 66 điểm: số {_first(live)}–{_last(live)}")
    expect(page.locator("#gr-scored")).to_have_text("66")
    facts = stated(live)[before:]
    codes = {unit["name"]: unit["unit"] for unit in open_units()}
    wanted = ["5.25", "4.5", "5.75", "5.5", "3.5", *["5"] * 61]
    assert [(fact.subject, fact.data["value"]) for fact in facts] == [
        (codes[name], value) for name, value in zip(names, wanted, strict=True)
    ]
    assert {fact.data["actor"]["scope"] for fact in facts} == {"department:BTG"}
    left = live.town.get("scores", "drafts?body=department:BTG", "btg").get_json()["drafts"]
    assert left == []
    page.reload()
    expect(first).to_have_value("5,25")
    axe_finds_nothing(page)


def _first(live: LiveScores) -> int:
    return stated(live)[-66].sequence


def _last(live: LiveScores) -> int:
    return stated(live)[-1].sequence


def test_a_change_of_what_stands_asks_for_a_reason_and_a_cleared_cell_keeps_it(
    live: LiveScores, grid: Page
) -> None:
    page, cell = grid, field(grid, "Quận Đoàn 1", "1.3")
    score = {"unit": "QH-Q01", "criterion": "1.3", "stage": "department", "value": "4"}
    accepted([live.town.post("scores", "scores", score, "btg")])
    page.reload()
    cell.fill("")
    cell.press("Enter")
    expect(cell).to_have_value("4")
    expect(page.locator("#gr-state")).to_contain_text("Ô trống giữ điểm đã ghi")
    cell.fill("4,25")
    page.get_by_role("button", name="Gửi 1 điểm").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 thay điểm đã ghi")
    dialog.get_by_role("button", name="Gửi 1 điểm").click()
    expect(dialog).to_contain_text("Nêu lý do thay đổi điểm đã ghi")
    axe_finds_nothing(page)
    dialog.get_by_label("Lý do thay đổi").fill("Bổ sung minh chứng")
    dialog.get_by_role("button", name="Gửi 1 điểm").click()
    expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 1 điểm")
    last = stated(live)[-1]
    assert (last.data["value"], last.data["reason"]) == ("4.25", "Bổ sung minh chứng")


def test_beside_a_cell_stand_the_self_score_its_evidence_and_the_records(grid: Page) -> None:
    page = grid
    page.get_by_role("button", name="1 minh chứng: Quận Đoàn 1, 1.2").click()
    panel = page.locator("#gr-panel")
    expect(panel).to_contain_text("5,75")
    expect(panel).to_contain_text("báo cáo.pdf (chỉ có mã băm, tệp không gửi ở đây)")
    expect(panel.get_by_role("link", name="báo cáo.pdf")).to_have_count(0)
    expect(panel).to_be_focused()
    page.keyboard.press("Escape")
    expect(field(page, "Quận Đoàn 1", "1.2")).to_be_focused()


def test_two_people_on_one_draft_see_both_values_and_choose(
    live: LiveScores, chromium: Browser, grid: Page, faults: list[str]
) -> None:
    mine, other = grid, chromium.new_context(viewport={"width": 1440, "height": 900})
    live.become(other, "btg.hai")
    theirs = new_page(other, faults)
    theirs.goto(f"{live.page}grid")
    field(theirs, "Quận Đoàn 8", "1.3").fill("3")
    saved(theirs)
    field(mine, "Quận Đoàn 8", "1.3").fill("4")
    field(mine, "Quận Đoàn 10", "1.3").fill("4,5")
    clash = mine.locator("#gr-conflicts")
    expect(clash).to_contain_text("Quận Đoàn 8, 1.3")
    expect(clash).to_contain_text("của bạn: 4")
    expect(clash).to_contain_text(re.compile(r"btg\.hai, \d\d:\d\d:\d\d: 3"))
    expect(mine.get_by_role("button", name="Gửi 1 điểm")).to_be_visible()  # the other cell is not held up
    mine.get_by_role("button", name="1 ô trùng người khác").click()
    expect(clash).to_be_focused()
    expect(clash).to_be_in_viewport()
    axe_finds_nothing(mine)
    clash.get_by_role("button", name="Giữ của tôi").click()
    expect(clash).to_be_hidden()
    saved(mine)
    theirs.reload()
    expect(field(theirs, "Quận Đoàn 8", "1.3")).to_have_value("4")
    field(theirs, "Quận Đoàn 8", "1.3").fill("2")
    saved(theirs)
    field(mine, "Quận Đoàn 8", "1.3").fill("5")
    clash.get_by_role("button", name="Lấy của người kia").click()
    expect(field(mine, "Quận Đoàn 8", "1.3")).to_have_value("2")
    for name in ("Quận Đoàn 8", "Quận Đoàn 10"):
        field(mine, name, "1.3").fill("")
    expect(mine.locator("#gr-state")).to_contain_text("Chưa có ô nháp nào")
    saved(mine)
    other.close()


def test_a_colleagues_draft_is_stated_only_by_who_says_so(live: LiveScores, grid: Page) -> None:
    page, before = grid, len(stated(live))
    theirs = {"unit": "CNLD-KCX", "criterion": "1.3", "stage": "department", "version": 0, "value": "3"}
    body = {"body": "department:BTG", "cells": [theirs]}
    assert live.town.send("PUT", "scores", "drafts", body, "btg.hai").status_code == 200
    page.reload()
    own = field(page, "Quận Đoàn Bình Thạnh", "1.3")
    own.fill("4")
    saved(page)
    send(page, 1)
    expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 1 điểm")
    assert [fact.subject for fact in stated(live)[before:]] == ["QH-BTH"]
    own.focus()
    page.keyboard.press("Control+z")
    expect(own).to_have_value("4")  # what was stated is not taken back by a key
    page.get_by_role("button", name="Gửi 1 điểm").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Gửi 0 điểm")).to_be_disabled()
    dialog.get_by_label("gửi cả 1 ô nháp của đồng nghiệp (btg.hai)").check()
    axe_finds_nothing(page)
    dialog.get_by_role("button", name="Gửi 1 điểm").click()
    expect(dialog).to_be_hidden()
    assert stated(live)[-1].subject == "CNLD-KCX"


def test_all_of_it_goes_by_keyboard(live: LiveScores, grid: Page) -> None:
    page, keys = grid, grid.keyboard
    start = field(page, "Quận Đoàn 4", "1.3")
    start.focus()
    keys.type("4")
    keys.press("Enter")
    keys.press("Control+d")  # from above
    below = page.locator(":focus")
    expect(below).to_have_value("4")
    keys.press("ArrowUp")
    for _ in range(3):
        keys.press("Shift+ArrowDown")
    keys.press("Control+d")  # the chosen ones
    expect(page.get_by_role("button", name="Gửi 4 điểm")).to_be_visible()
    keys.press("Control+z")
    expect(page.get_by_role("button", name="Gửi 2 điểm")).to_be_visible()
    start.focus()
    keys.type("9")
    keys.press("Escape")
    expect(start).to_have_value("4")
    keys.press("ArrowLeft")
    expect(field(page, "Quận Đoàn 4", "1.2")).to_be_focused()
    keys.press("ArrowLeft")
    expect(field(page, "Quận Đoàn 4", "1.1", "chỉ tiêu")).to_be_focused()
    keys.type("k")
    keys.press("Enter")
    expect(field(page, "Quận Đoàn 4", "1.1", "chỉ tiêu")).to_have_value("KGCT")
    keys.press("F2")
    expect(page.locator("#gr-panel")).to_be_focused()
    keys.press("Escape")
    page.get_by_role("button", name="Gửi 3 điểm").focus()
    keys.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Gửi 3 điểm")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#gr-answer")).to_be_focused()
    expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 3 điểm")
    assert [fact.data.get("value", fact.data.get("state")) for fact in stated(live)[-3:]] == [
        "NO_TARGET", "4", "4",
    ]  # fmt: skip


def test_a_refusal_of_the_service_stands_at_its_cell_and_nothing_is_stated(
    live: LiveScores, grid: Page
) -> None:
    page, before = grid, len(stated(live))
    field(page, "Quận Đoàn 11", "1.3").fill("3")
    field(page, "Quận Đoàn 12", "1.3").fill("3")
    saved(page)
    score = {"unit": "QH-Q11", "criterion": "1.3", "stage": "department", "value": "2"}
    accepted([live.town.post("scores", "scores", score, "btg.hai")])
    send(page, 2)
    expect(page.locator("#gr-answer")).to_contain_text("Chưa ghi điểm nào")
    expect(field(page, "Quận Đoàn 11", "1.3")).to_be_focused()
    expect(page.locator("td:has(:focus) .gr-words")).to_contain_text("đã có điểm")
    assert len(stated(live)) == before + 1
    page.reload()
    send(page, 2, reason="Đối chiếu lại")
    expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 2 điểm")
    assert len(stated(live)) == before + 3


def test_a_lost_answer_is_asked_for_again_and_nothing_is_stated_twice(live: LiveScores, grid: Page) -> None:
    page, before = grid, len(stated(live))
    field(page, "Quận Đoàn 6", "1.3").fill("4")
    field(page, "Quận Đoàn 7", "1.3").fill("4")
    saved(page)

    def lose(route: Route) -> None:
        route.fetch()  # the service has stated it, but its answer never arrives
        route.abort()

    page.route("**/scores/batch", lose, times=1)
    page.get_by_role("button", name="Gửi 2 điểm").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Gửi 2 điểm").click()
    expect(dialog).to_contain_text("chưa rõ đã ghi hay chưa")
    assert len(stated(live)) == before + 2
    dialog.get_by_role("button", name="Gửi lại").click()
    expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 2 điểm")
    assert len(stated(live)) == before + 2


def test_without_a_connection_the_drafts_wait_and_are_saved_when_it_is_back(
    live: LiveScores, grid: Page, context: BrowserContext
) -> None:
    page, cell = grid, field(grid, "Quận Đoàn 8", "1.3")
    context.set_offline(True)
    cell.fill("3,5")
    expect(page.locator("#gr-state")).to_contain_text("Mất kết nối: chưa lưu được nháp")
    context.set_offline(False)
    saved(page)
    page.reload()
    expect(cell).to_have_value("3,5")
    cell.fill("")
    saved(page)


def test_of_a_batch_with_one_bad_row_the_good_ones_are_stated_on_request(
    live: LiveScores, grid: Page
) -> None:
    page, before = grid, len(stated(live))
    field(page, "Quận Đoàn 10", "1.3").fill("3")
    field(page, "Quận Đoàn Bình Tân", "1.3").fill("3")
    saved(page)
    score = {"unit": "QH-Q10", "criterion": "1.3", "stage": "department", "value": "2"}
    accepted([live.town.post("scores", "scores", score, "btg.hai")])
    page.get_by_role("button", name="Gửi 2 điểm").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("vẫn gửi các ô đúng").check()
    dialog.get_by_role("button", name="Gửi 2 điểm").click()
    expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 1 điểm")
    expect(page.locator("#gr-answer")).to_contain_text("1 ô bị từ chối")
    assert len(stated(live)) == before + 2
    expect(field(page, "Quận Đoàn Bình Tân", "1.3")).to_have_value("3")
    expect(page.get_by_role("button", name="1 ô lỗi")).to_be_visible()
    field(page, "Quận Đoàn 10", "1.3").fill("")
    saved(page)


def test_what_was_stated_is_withdrawn_beside_its_cell_with_a_reason(live: LiveScores, grid: Page) -> None:
    page = grid
    score = {"unit": "QH-GVA", "criterion": "1.3", "stage": "department", "value": "2"}
    accepted([live.town.post("scores", "scores", score, "btg")])
    page.reload()
    cell, panel = field(page, "Quận Đoàn Gò Vấp", "1.3"), page.locator("#gr-panel")
    cell.click()
    panel.get_by_text("Rút điểm đã ghi").click()
    panel.get_by_role("button", name="Rút điểm này").click()
    expect(panel).to_contain_text("Nêu lý do rút")
    panel.get_by_label("Lý do rút").fill("Nhập nhầm đơn vị")
    panel.get_by_role("button", name="Rút điểm này").click()
    expect(page.locator("#gr-state")).to_contain_text("Đã rút điểm của Quận Đoàn Gò Vấp, 1.3")
    expect(cell).to_have_value("")
    expect(panel).to_contain_text("Chưa chấm")


def test_the_points_of_a_value_are_told_and_a_file_goes_with_it(live: LiveScores, grid: Page) -> None:
    page, panel = grid, grid.locator("#gr-panel")
    field(page, "Quận Đoàn Gò Vấp", "1.1", "đạt").fill("80")
    expect(panel).to_contain_text("= 4,75 điểm")
    field(page, "Quận Đoàn Gò Vấp", "1.1", "chỉ tiêu").fill("80")
    expect(panel).to_contain_text("= 6,00 điểm")
    file = FilePayload(name="số liệu.csv", mimeType="text/csv", buffer="đơn vị;đạt\n".encode())
    panel.get_by_label("Minh chứng kèm điểm").set_input_files([file])
    expect(panel.get_by_role("button", name="Bỏ số liệu.csv")).to_be_visible()
    panel.get_by_label("Căn cứ").fill("Báo cáo quý III")
    axe_finds_nothing(page)
    saved(page)
    send(page, 1)
    expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 1 điểm")
    fact = stated(live)[-1].data
    assert [one["name"] for one in fact["evidence"]] == ["số liệu.csv"]
    assert (fact["value"], fact["target"], fact["basis"]) == ("80", "80", "Báo cáo quý III")


def test_the_office_enters_for_another_with_one_source_document(
    live: LiveScores, context: BrowserContext, faults: list[str]
) -> None:
    live.become(context, "vanphong")
    page = new_page(context, faults)
    page.goto(f"{live.page}grid?body=office:TST&area=QH")
    expect(page.locator(".gr-acting")).to_contain_text("nhập hộ")
    cell = page.locator("#grid tbody input").first
    cell.fill("13")
    page.get_by_role("button", name="Gửi 1 điểm").click()
    expect(page.get_by_label("Văn bản nguồn")).to_be_focused()
    page.get_by_label("Văn bản nguồn").fill("45-BC/TST")
    send(page, 1)
    expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 1 điểm")
    fact = stated(live)[-1].data
    assert (fact["on_behalf_of"], fact["document"], fact["value"]) == ("TST", "45-BC/TST", "13")
    axe_finds_nothing(page)
    assert faults == []


def test_on_a_phone_each_unit_is_a_card_and_nothing_is_wider_than_the_screen(
    live: LiveScores, chromium: Browser, faults: list[str]
) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 740}, has_touch=True)
    live.become(context, "btg")
    page = new_page(context, faults)
    page.goto(f"{live.page}grid")
    assert overflowing(page) == 0
    field(page, "Quận Đoàn 1", "1.2").tap()
    card = page.locator("tr", has=page.get_by_label("Quận Đoàn 1, 1.2", exact=True))
    expect(card.locator("#gr-panel")).to_be_visible()
    expect(card).to_contain_text("Tự chấm")
    assert overflowing(page) == 0
    axe_finds_nothing(page)
    context.close()
    assert faults == []


def test_where_the_head_signs_off_a_specialist_lays_drafts_before_him_and_he_states_them(
    tmp_path: Path, chromium: Browser, faults: list[str]
) -> None:
    made = demo_cycle(tmp_path, units=["QH-Q01", "QH-Q03"], policies={"signoff": "head"})
    with serving_scores(made) as live:
        desk = chromium.new_context(viewport={"width": 1440, "height": 900})
        live.become(desk, "btg")
        page = new_page(desk, faults)
        page.goto(f"{live.page}grid")
        field(page, "Quận Đoàn 1", "1.2").fill("5")
        field(page, "Quận Đoàn 3", "1.2").fill("4,5")
        field(page, "Quận Đoàn 3", "1.2").press("Enter")
        saved(page)
        page.get_by_role("button", name="Trình Trưởng Ban 2 ô").click()
        expect(page.locator("#gr-state")).to_contain_text("Đã trình 2 ô")
        field(page, "Quận Đoàn 1", "1.3").fill("4")  # not laid before the head
        saved(page)
        live.become(desk, "btg.truong")
        page.goto(f"{live.page}grid")
        expect(page.locator("#gr-state")).to_contain_text("1 ô chưa trình")
        send(page, 2)
        expect(page.locator("#gr-answer")).to_contain_text("Đã ghi 2 điểm")
        facts = stated(live)
        assert {(fact.data["entered_by"], fact.data["actor"]["sub"]) for fact in facts} == {
            ("btg", "btg.truong")
        }
        axe_finds_nothing(page)
        desk.close()
    assert faults == []


RULE = "async (cases) => { const rule = await import('/scores/static/grid/rule.js'); "
VALUES = ("", "0", "0.25", "1", "2.5", "3", "6", "6.25", "-1", "5.8", "100", "99.999999", "1000", "x", "1e3")
TARGETS = (None, "100", "0", "-5", "3", "x")


def test_what_the_page_says_of_a_value_is_what_the_rulebook_says(grid: Page) -> None:
    book = rulebook()
    leaves = [leaf for leaf in book.leaves if leaf.stage != "inspection"]
    cases: list[dict[str, Any]] = []
    verdicts: list[bool] = []
    for leaf in leaves:
        column = _column_of(leaf)
        for area in leaf.max:
            for value in VALUES:
                for target in TARGETS:
                    for state in (None, "NO_TARGET"):
                        content = {"value": value or None, "target": target, "state": state}
                        given = {name: text for name, text in content.items() if text is not None}
                        cases.append({"column": column, "area": area, "content": given})
                        verdicts.append(_taken(leaf.id, leaf.stage, area, content))
    found = grid.evaluate(
        RULE + "return cases.map((one) => rule.fault(one.column, one.area, one.content) === null); }",
        cases,
    )
    wrong = [case for case, page, judge in zip(cases, found, verdicts, strict=True) if page != judge]
    assert wrong == []
    assert True in verdicts
    assert False in verdicts


def _column_of(leaf: Any) -> dict[str, Any]:
    from services.scores.pages.grid import column_data
    from services.scores.seen.grid import Column
    from shared.access import Target

    return column_data(Column(leaf, Target(), None), rulebook())


def _taken(criterion: str, stage: str, area: str, content: dict[str, str | None]) -> bool:
    try:
        evaluate(rulebook(), area, criterion, stage, content["value"], content["target"], content["state"])
    except ValueRefused:
        return False
    return True


WRITTEN = (
    ("5,75", "5.75", "5.75"),
    ("5.75", "5.75", "5.75"),
    (" 5,5\u00a0", "5.5", "5.5"),
    ("\uff15\uff0c\uff17\uff15", "5.75", "5.75"),  # as typed by an East Asian keyboard
    ("1.234,5", "1234.5", "1234.5"),
    ("1,234.5", "1234.5", "1234.5"),
    ("1 234,5", "1234.5", "1234.5"),
    ("1.000", None, "1.000"),
    ("1,000", "1.000", None),
    ("0.125", "0.125", "0.125"),
    (",5", "0.5", "0.5"),
    ("007", "7", "7"),
    ("5,", "5", "5"),
    ("\u22121", "-1", "-1"),
    ("1.2.3", None, None),
    ("12,34.5", None, None),
    ("1e3", None, None),
    ("", None, None),
    ("năm", None, None),
    ("1234567890", None, None),
    ("1,1234567", None, None),
)
"""A text, and the number it means on the Vietnamese and on the English page; None: it means none, or two."""


def test_a_number_is_read_as_people_and_excel_write_it(grid: Page) -> None:
    found = grid.evaluate(
        RULE + "return cases.map((text) => [false, true].map((english) => rule.decimal(text, english))); }",
        [text for text, _, _ in WRITTEN],
    )
    assert [(text, *read) for (text, _, _), read in zip(WRITTEN, found, strict=True)] == list(WRITTEN)


@pytest.mark.parametrize("sub", ["btg", "vanphong", "bithu.q01", "kiemtra"])
def test_my_work_leads_to_where_it_is_done_at_the_desk_and_on_the_phone(
    live: LiveScores, chromium: Browser, faults: list[str], sub: str
) -> None:
    for width in (1440, 375):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        live.become(context, sub)
        page = new_page(context, faults)
        page.goto(f"{live.page}work")
        assert overflowing(page) == 0
        axe_finds_nothing(page)
        tasks = page.locator(".wk-task a")
        if tasks.count():
            tasks.first.click()
            expect(page).not_to_have_url(re.compile("/work"))
        context.close()
    assert faults == []
