"""Files in Chromium: the Office uploads an xlsx with three bad cells, sees them, mends them, confirms."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from shared.events import Event
from shared.workbooks import XLSX
from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.scores_site import LiveScores, demo_cycle, serving_scores
from tests.support.town import LEDGER, accepted

pytestmark = pytest.mark.browser
REFUSED = "the server responded with a status of 4"
NAMES = ("Quận Đoàn 1", "Quận Đoàn 2", "Quận Đoàn 3", "Quận Đoàn 10")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveScores]:
    """A few units; the Office has entered one value for the science centre already."""
    units = ("QH-Q01", "QH-Q02", "QH-Q03", "QH-Q10", "CNLD-DCD")
    made = demo_cycle(tmp_path_factory.mktemp("uploads"), units=units, services=("scores",))
    score = {"unit": "QH-Q01", "criterion": "2.2", "stage": "department", "value": "4", "document": "CV 1"}
    accepted([made.post("scores", "scores", score, "vanphong")])
    with serving_scores(made) as running:
        yield running


@pytest.fixture
def office(live: LiveScores, context: BrowserContext, faults: list[str]) -> Iterator[Page]:
    """The Office, about to enter for the science centre; the browser complains about nothing but refusals."""
    live.become(context, "vanphong")
    page = new_page(context, faults)
    page.goto(f"{live.page}uploads?body=office:TST")
    yield page
    assert [fault for fault in faults if REFUSED not in fault] == []


def stated(live: LiveScores) -> list[Event]:
    with live.town.houses["scores"].store.transaction(LEDGER) as tx:
        return tx.stream_of_types("score.recorded.v1")


def fetched(page: Page) -> bytes:
    """The template, as the link on the page gives it."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel (.xlsx)").click()
    return Path(download.value.path()).read_bytes()


def sent(page: Page, content: bytes, name: str = "khoa-hoc-tre.xlsx") -> None:
    file: FilePayload = {"name": name, "mimeType": XLSX, "buffer": content}
    page.get_by_label("Tệp đã điền").set_input_files(file)
    page.get_by_role("button", name="Tải lên và xem trước").click()


def test_the_office_sees_three_bad_cells_mends_them_and_confirms(live: LiveScores, office: Page) -> None:
    page, before = office, len(stated(live))
    book = load_workbook(io.BytesIO(fetched(page)))
    sheet = book["QH"]
    assert [sheet.cell(row, 2).value for row in range(7, 11)] == list(NAMES)
    assert sheet["C7"].value == 4
    for place, value in {"C7": "5", "C8": "2,5", "C9": "1.000", "C10": "=3+4"}.items():
        sheet[place] = value
    out = io.BytesIO()
    book.save(out)
    sent(page, out.getvalue())

    expect(page.get_by_role("heading", level=1)).to_have_text("khoa-hoc-tre.xlsx")
    listed = page.locator(".up-faults li")
    expect(listed).to_have_count(3)
    for line, words in zip(
        listed.all(), ("phải là số nguyên", "đọc được hai cách", "công thức"), strict=True
    ):
        expect(line).to_contain_text(words)
    expect(page.locator("td.up-bad")).to_have_count(3)
    expect(page.locator("td.up-changed")).to_contain_text("đổi")
    expect(page.locator(".up-confirm")).to_contain_text("Văn phòng, nhập hộ")
    confirm = page.get_by_role("button", name=re.compile("^Xác nhận"))
    expect(confirm).to_be_disabled()
    axe_finds_nothing(page)
    page.set_viewport_size({"width": 375, "height": 740})
    assert overflowing(page) <= 0
    axe_finds_nothing(page)
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("link", name="QH!C9").click()
    expect(page.get_by_label("Ô C9")).to_be_focused()
    for place, value in {"C8": "2", "C9": "1", "C10": "7,5"}.items():
        page.get_by_label(f"Ô {place}").fill(value)
    page.get_by_label("Ô C10").press("Enter")
    expect(listed).to_have_count(1)
    expect(listed).to_contain_text("7,5 phải là số nguyên")
    page.get_by_label("Ô C10").fill("7")
    page.get_by_role("button", name="Kiểm tra lại").click()
    expect(page.locator("td.up-bad")).to_have_count(0)
    assert len(stated(live)) == before

    expect(confirm).to_be_enabled()
    page.get_by_label("Số văn bản nguồn").fill("CV 12")
    page.get_by_label("Lý do thay đổi").fill("Đơn vị gửi lại số liệu")
    confirm.dblclick()
    expect(page.locator(".up-confirm [data-answer]")).to_contain_text("Đã ghi: số")
    events = stated(live)[before:]
    assert [(event.subject, event.data["value"]) for event in events] == [
        ("QH-Q01", "5"),
        ("QH-Q02", "2"),
        ("QH-Q03", "1"),
        ("QH-Q10", "7"),
    ]
    assert {(event.data["on_behalf_of"], event.data["document"]) for event in events} == {("TST", "CV 12")}
    assert [event.data.get("reason") for event in events] == ["Đơn vị gửi lại số liệu", None, None, None]
    page.reload()
    expect(page.locator(".bv-status")).to_contain_text("ĐÃ XÁC NHẬN")
    expect(page.locator("form[data-command]")).to_have_count(0)


def test_only_the_good_values_are_stated_when_the_office_chooses_so(live: LiveScores, office: Page) -> None:
    page, before = office, len(stated(live))
    content = "Mã đơn vị;2.2\r\nCNLD-DCD;3\r\nQH-Q99;4\r\n".encode("utf-16")
    sent(page, content, "từ phần mềm khác.csv")
    expect(page.get_by_role("heading", level=1)).to_have_text("từ phần mềm khác.csv")
    expect(page.locator("td.up-bad")).to_contain_text("Danh sách không có đơn vị")
    page.get_by_label("Số văn bản nguồn").fill("CV 13")
    confirm = page.get_by_role("button", name=re.compile("^Xác nhận"))
    expect(confirm).to_be_disabled()
    page.get_by_label("Chỉ ghi").check()
    expect(confirm).to_be_enabled()
    confirm.click()
    expect(page.locator(".up-confirm [data-answer]")).to_contain_text("Đã ghi: số")
    assert [event.subject for event in stated(live)[before:]] == ["CNLD-DCD"]


def test_a_file_that_is_none_is_refused_on_the_page_with_what_to_do(office: Page) -> None:
    page = office
    address = page.url
    axe_finds_nothing(page)
    sent(page, "Mã;Tên\nQH-Q01;QuËn §oµn 1".encode("latin-1", "replace"), "cũ.csv")
    expect(page.locator("[data-answer]")).to_contain_text("TCVN3")
    expect(page.locator("[data-answer]")).to_be_focused()
    sent(page, b"x" * (5 * 1024 * 1024 + 1), "to.csv")
    expect(page.locator("[data-answer]")).to_contain_text("5 MB")
    assert page.url == address
    page.set_viewport_size({"width": 375, "height": 740})
    assert overflowing(page) <= 0
