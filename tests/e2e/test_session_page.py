"""A session on a tablet: the gate, the leader's override, minutes typed line by line, their print view."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Literal

import pypdf
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.inspections_site import LiveInspections, demo_round, serving_inspections
from tests.support.town import accepted

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]
SESSION, MINUTES = "session/QH-Q01", "minutes/QH-Q01"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const about = { clipboardData: data, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", about));
}"""
TOUCHED = ".se-page :is(button, select, textarea, .se-choice span, a.bv-button):not(.of-status *)"
LOW = "all => all.filter(one => one.offsetHeight && one.offsetHeight < 44).map(one => one.outerHTML)"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInspections]:
    """The afternoon of two sessions that no department has scored; the one at QH-Q01 is open all the same."""
    made = demo_round(tmp_path_factory.mktemp("session"), units=["QH-Q01", "QH-Q03"])
    model = {"unit": "QH-Q01", "ref": "MH-1", "title": "Phòng đọc lưu động", "text": "Ba điểm trường"}
    row = {"ref": "HC-1", "text": "Chậm báo cáo quý", "cycle": "2019"}
    limitation = {"unit": "QH-Q01", "document": "05-TB/TĐTN", "limitations": [row]}
    accepted(
        (
            made.post("inspections", "models", model, "bithu.q01"),
            made.post("inspections", "limitations", limitation, "vanphong"),
        )
    )
    made.settle()
    made.set_clock("2020-11-09T07:02:00.000000Z")
    override = {"unit": "QH-Q01", "override": {"reason": "Các Ban gửi bổ sung"}}
    accepted([made.post("inspections", "inspections/open", override, "NV-001")])
    made.settle()
    with serving_inspections(made) as running:
        yield running


def opened(
    browser: Browser,
    live: LiveInspections,
    sub: str,
    path: str,
    faults: list[str],
    *,
    width: int = 768,
    scheme: Scheme = "light",
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 1024}, color_scheme=scheme, has_touch=True
    )
    live.become(context, sub)
    page = new_page(context, faults)
    page.goto(live.page + path)
    return page


def fine(page: Page, faults: list[str]) -> None:
    """Nothing is wider than the window, axe and the console are silent."""
    assert overflowing(page) <= 0
    axe_finds_nothing(page)
    assert faults == []


def lines(page: Page) -> list[tuple[str, str]]:
    """Kind and text of every line of the minutes."""
    found: list[list[str]] = page.locator("[data-line]").evaluate_all(
        "all => all.map(one => [one.querySelector('select').value, one.querySelector('textarea').value])"
    )
    return [(kind, text) for kind, text in found]


def test_the_secretary_sees_what_the_gate_lacks_and_the_leader_opens_past_it(
    chromium: Browser, live: LiveInspections, faults: list[str]
) -> None:
    secretary = opened(chromium, live, "NV-020", "sessions", faults)
    fine(secretary, faults)
    secretary.get_by_role("link", name="Quận Đoàn 3", exact=True).click()
    expect(secretary.get_by_text("Chỉ Trưởng đoàn mở được")).to_be_visible()
    expect(secretary.locator(".se-missing")).to_contain_text("Ban Tuyên giáo")
    expect(secretary.locator("#opening")).to_have_count(0)
    fine(secretary, faults)

    leader = opened(chromium, live, "NV-018", "session/QH-Q03", faults)
    leader.get_by_label("Lý do mở khi còn thiếu điểm").fill("Các Ban gửi bổ sung trong ngày")
    leader.get_by_role("button", name="Mở khi còn thiếu điểm").click()
    expect(leader.locator("#opening [data-answer]")).to_contain_text("Đã ghi")
    leader.get_by_role("link", name="Xem kết quả").click()
    for page in (leader, secretary):
        page.goto(live.page + "session/QH-Q03")
        expect(page.locator(".se-override blockquote")).to_have_text("Các Ban gửi bổ sung trong ngày")
        page.context.close()
    assert faults == []


def test_minutes_are_typed_line_by_line_and_a_draft_survives_the_page(
    chromium: Browser, live: LiveInspections, faults: list[str]
) -> None:
    page = opened(chromium, live, "NV-003", SESSION, faults)
    texts = page.locator("[data-line] textarea")
    texts.first.focus()
    keys = page.keyboard
    keys.type("Trưởng đoàn giới thiệu")
    keys.press("Enter")
    keys.type("? Kinh phí lấy từ đâu?")
    keys.press("Enter")
    keys.type("Vận động")
    assert lines(page) == [
        ("introduction", "Trưởng đoàn giới thiệu"),
        ("question", "Kinh phí lấy từ đâu?"),
        ("answer", "Vận động"),
    ]
    keys.press("Enter")
    keys.press("Control+ArrowDown")
    keys.press("Control+ArrowDown")
    keys.type("Cấp ủy ghi nhận")
    keys.press("Alt+ArrowUp")
    assert [kind for kind, _ in lines(page)] == ["introduction", "question", "party_committee", "answer"]
    keys.press("Alt+ArrowDown")
    keys.press("Enter")
    page.evaluate(PASTE, "Hỏi: Ai giữ sổ?\nĐáp: Thủ quỹ\n* Xem sổ")
    pasted = [("question", "Ai giữ sổ?"), ("answer", "Thủ quỹ"), ("note", "Xem sổ")]
    assert lines(page)[4:] == pasted
    expect(page.locator("#minutes [data-note=offline]")).to_contain_text("Bản nháp trên máy này")
    page.reload()
    expect(texts).to_have_count(7)
    expect(page.locator("#minutes [data-note=offline]")).to_contain_text("Bản nháp trên máy này")
    assert lines(page)[4:] == pasted
    fine(page, faults)

    page.get_by_role("button", name="Ghi thành bản 1").click()
    expect(page.locator("#minutes [data-answer]")).to_contain_text("Đã ghi")
    page.reload()
    expect(page.get_by_role("button", name="Ghi thành bản 2")).to_be_visible()
    assert lines(page)[3:] == [("party_committee", "Cấp ủy ghi nhận"), *pasted]

    texts.first.fill("Sửa trên máy này")
    expect(page.locator("#minutes [data-note=offline]")).to_contain_text("Bản nháp trên máy này")
    other = {"unit": "QH-Q01", "items": [{"kind": "note", "text": "Trưởng đoàn ghi"}]}
    accepted([live.town.post("inspections", "minutes", other, "NV-001")])
    page.reload()
    expect(page.get_by_text("Bản nháp trên máy này dựa trên một bản cũ hơn")).to_be_visible()
    assert lines(page)[0] == ("introduction", "Sửa trên máy này")
    page.get_by_role("button", name="Dùng bản mới, bỏ bản nháp").click()
    assert lines(page) == [("note", "Trưởng đoàn ghi")]
    page.context.close()


def test_what_one_touches_is_large_and_a_model_is_assessed_by_two_touches(
    chromium: Browser, live: LiveInspections, faults: list[str]
) -> None:
    page = opened(chromium, live, "NV-003", SESSION, faults, scheme="dark")
    small = page.locator(TOUCHED).evaluate_all(LOW)
    assert small == []
    model = page.locator("#m-MH-1")
    model.get_by_label("Khá", exact=True).tap()
    model.get_by_label("Nhận xét", exact=True).fill("Đơn vị tự đề xuất")
    model.get_by_role("button", name="Ghi nhận xét").tap()
    expect(model.locator("[data-answer]")).to_contain_text("Đã ghi")
    page.goto(live.page + SESSION)
    expect(model).to_contain_text("Tính chủ động, sáng tạo: Khá")
    fine(page, faults)
    page.context.close()


def test_the_minutes_print_on_a4_with_their_place_in_the_ledger(
    chromium: Browser, live: LiveInspections, faults: list[str]
) -> None:
    phone = opened(chromium, live, "bithu.q01", MINUTES, faults, width=375, scheme="dark")
    expect(phone.get_by_role("heading", name="BIÊN BẢN")).to_be_visible()
    fine(phone, faults)
    phone.context.close()
    page = opened(chromium, live, "NV-003", MINUTES, faults)
    fine(page, faults)
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    sheet = paper.pages[0].mediabox
    assert (round(sheet.width), round(sheet.height)) == (595, 842)
    text = "\n".join(one.extract_text() for one in paper.pages)
    for words in ("BIÊN BẢN", "Lý do của Trưởng đoàn", "THƯ KÝ ĐOÀN", f"1 / {len(paper.pages)}"):
        assert words in text
    assert "In biên bản" not in text
    page.context.close()
