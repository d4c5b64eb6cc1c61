"""Readiness in Chromium: a unit prepares on a phone, the Office looks over all, a team prints its dossier."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.inspections_site import LiveInspections, demo_round, serving_inspections
from tests.support.town import accepted

pytestmark = pytest.mark.browser
UNITS = ("QH-Q01", "QH-Q03", "LLVT-CATP")
FILE = (
    "Mã;Tên;Khối;Phân loại;Năm\n"
    "P01;Đoàn phường 1;Phường, xã, thị trấn;Hoàn thành xuất sắc nhiệm vụ;2020\n"
    "P02;Quân sự quận;Lực lượng vũ trang;Tuyệt vời;2020\n"
    "P03;Công ty Một;Công nhân lao động;Hoàn thành tốt nhiệm vụ;2020\n"
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInspections]:
    """Three units of a round, nothing prepared; a department has scored and briefed."""
    made = demo_round(tmp_path_factory.mktemp("readiness"), units=UNITS)
    told = {"department": "BTG", "about": "priority", "unit": "QH-Q01", "text": "Xem hồ sơ học tập"}
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75"}
    listed = {"ref": "HC-1", "text": "Chậm báo cáo", "cycle": "2019"}
    carried = {"unit": "QH-Q01", "document": "05-TB", "limitations": [listed]}
    accepted(
        (
            made.post("inspections", "briefings", told, "btg"),
            made.post("inspections", "limitations", carried, "vanphong"),
            made.post("scores", "scores", score, "btg"),
        )
    )
    made.settle()
    with serving_inspections(made) as running:
        yield running


@pytest.fixture
def unit(chromium: Browser, live: LiveInspections) -> Iterator[Page]:
    """The unit's own page on a phone; a refusal that the service answers is no complaint of the page."""
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": 375, "height": 740}, has_touch=True)
    live.become(context, "bithu.q01")
    page = new_page(context, faults)
    page.goto(f"{live.page}readiness/QH-Q01")
    yield page
    context.close()
    assert [one for one in faults if "the server responded with a status of 4" not in one] == []


def stated(live: LiveInspections, page: Page, form: str) -> None:
    """The form says that it was stated; every service has taken it."""
    expect(page.locator(f"{form} [data-answer]")).to_contain_text("Đã ghi")
    live.town.settle()
    page.reload()


def test_a_list_from_a_file_is_mended_on_the_page_before_it_is_stated(
    live: LiveInspections, unit: Page
) -> None:
    assert overflowing(unit) == 0
    content = FilePayload(name="truc-thuoc.csv", mimeType="text/csv", buffer=FILE.encode("utf-8"))
    unit.locator("#subordinates input[type=file]").set_input_files(content)
    expect(unit.locator("#subordinates form[data-file] [data-answer]")).to_contain_text("D3: Không có mức")
    rows = unit.locator("#subordinates-form tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_have_class(re.compile("rd-bad"))
    rows.nth(1).locator("[data-of=class]").select_option("GOOD")
    rows.nth(2).locator("[data-of=code]").fill("Không phải mã")
    form = unit.locator("#subordinates-form")
    form.locator("[name=document]").fill("12-BC/ĐTN")
    form.get_by_role("button", name="Khai danh sách").click()
    expect(rows.nth(2).locator("[data-fault]").first).not_to_be_empty()
    assert overflowing(unit) == 0
    rows.nth(2).locator("[data-of=code]").fill("P03")
    form.get_by_role("button", name="Khai danh sách").click()
    stated(live, unit, "#subordinates-form")
    expect(unit.locator("#subordinates summary").first).to_contain_text("3 đơn vị đã khai")


def test_a_unit_declares_who_attends_sees_the_rule_as_it_types_and_is_not_held_up(
    live: LiveInspections, unit: Page
) -> None:
    form = unit.locator("#attendance-form")
    advice = form.locator("[data-advice-of]")
    expect(advice).to_contain_text("Chưa có: Ban Thường vụ của đơn vị.")
    people = form.locator("[data-row]")
    expect(people).to_have_count(8)  # four roles of a district, and two pairs of secretaries
    people.nth(0).locator("[data-of=name]").fill("Trần Thị Một")
    expect(advice).not_to_contain_text("Ban Thường vụ của đơn vị")
    expect(advice).to_contain_text("Chưa đủ 2 Bí thư Đoàn cơ sở đạt Hoàn thành xuất sắc")
    people.nth(4).locator("[data-of=name]").fill("Lê Văn Hai")
    people.nth(4).locator("[data-of=subordinate]").select_option("P02")
    expect(advice).not_to_contain_text("khối Lực lượng vũ trang")
    expect(people.nth(0).locator("[data-of=subordinate]")).to_be_hidden()
    assert overflowing(unit) == 0
    axe_finds_nothing(unit)
    form.locator("[name=reason]").fill("Đơn vị chỉ có ba cơ sở")
    form.get_by_role("button", name="Khai thành phần").click()
    stated(live, unit, "#attendance-form")
    declared = unit.locator("#attendance")
    expect(declared.locator(".rd-people li")).to_have_count(2)
    expect(declared).to_contain_text("Lý do: Đơn vị chỉ có ba cơ sở")
    assert all("Lê Văn Hai".encode() not in row.value for row in live.town.ledger("inspections"))


def test_a_place_that_is_not_ready_says_what_is_lacking_and_a_name_goes_on_request(
    live: LiveInspections, unit: Page
) -> None:
    form = unit.locator("#site-form")
    form.locator("[name=ready]").select_option("false")
    form.get_by_role("button", name="Xác nhận").click()
    expect(form.locator("[data-fault=text]")).to_contain_text("Nêu còn thiếu gì")
    form.locator("[name=text]").fill("Máy chiếu")
    form.get_by_role("button", name="Xác nhận").click()
    stated(live, unit, "#site-form")
    expect(unit.locator("#site")).to_contain_text("Chưa sẵn sàng: Máy chiếu")
    forget = unit.locator("#attendance .rd-people button").last
    forget.click()
    expect(forget).to_contain_text("Bấm lần nữa")
    forget.click()
    expect(unit.locator("#attendance .rd-people")).to_contain_text("đã xóa tên")
    expect(unit.locator("#attendance .rd-people")).not_to_contain_text("Lê Văn Hai")


def test_the_table_of_all_reads_on_a_desk_and_on_a_phone(live: LiveInspections, page: Page) -> None:
    live.become(page.context, "vanphong")
    page.goto(f"{live.page}readiness")
    row = page.get_by_role("row").filter(has_text="Quận Đoàn 1")
    expect(row).to_contain_text("Lưu ý")
    axe_finds_nothing(page)
    page.get_by_label("Khu vực").select_option("LLVT")
    page.get_by_role("button", name="Lọc").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.set_viewport_size({"width": 375, "height": 740})
    assert overflowing(page) == 0
    page.goto(f"{live.page}briefings")
    assert overflowing(page) == 0
    axe_finds_nothing(page)


def test_the_dossier_reads_on_a_tablet_and_prints_on_two_sheets(live: LiveInspections, page: Page) -> None:
    live.become(page.context, "NV-003")
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto(f"{live.page}dossier/QH-Q01")
    expect(page.locator("article")).to_contain_text("Xem hồ sơ học tập")
    expect(page.locator("article")).to_contain_text("Chậm báo cáo")
    assert overflowing(page) == 0
    axe_finds_nothing(page)
    own = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert all(name.startswith(live.address) for name in own)
    printed = page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
