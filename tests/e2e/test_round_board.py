"""The round in Chromium: the board at a desk, on a phone and on paper; a dispute; a report to the leader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Scheme, axe_finds_nothing, opened, overflowing
from tests.support.inspections_site import LiveInspections, demo_round, serving_inspections
from tests.support.town import accepted

pytestmark = pytest.mark.browser
REPORT = "Đơn vị chuẩn bị kỹ; cách hỏi của đoàn còn dài."


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInspections]:
    """All units of the demonstration; QH-Q01 was inspected past the gate, with two adjustments."""
    made = demo_round(tmp_path_factory.mktemp("round"))
    made.set_clock("2020-11-09T07:30:00.000000Z")
    override = {"unit": "QH-Q01", "override": {"reason": "Các Ban gửi điểm bổ sung"}}
    accepted([made.post("inspections", "inspections/open", override, "NV-001")])
    made.settle()
    changes = (("1.2", "5", "Đối chiếu hồ sơ"), ("2.3", "3.5", "Danh sách không khớp"))
    conclusion = {
        "unit": "QH-Q01",
        "strengths": "Phong trào đều",
        "limitations": "Hồ sơ chậm",
        "orientation": "Năm 2021",
        "scores": [{"criterion": code, "value": "2"} for code in ("8.1", "8.2", "8.3")],
        "adjustments": [{"criterion": code, "to": to, "reason": why} for code, to, why in changes],
    }
    accepted([made.post("inspections", "conclusions", conclusion, "NV-001")])
    made.settle()
    with serving_inspections(made) as running:
        yield running


@pytest.mark.parametrize(
    ("width", "scheme", "pages"),
    [
        (1440, "light", (("kiemtra", ""), ("vanphong", "closing"))),
        (375, "dark", (("kiemtra", ""), ("bithu.q01", "answers"), ("NV-001", "reflections"))),
    ],
)
def test_the_pages_fit_their_window_and_axe_finds_nothing(
    chromium: Browser,
    live: LiveInspections,
    width: int,
    scheme: Scheme,
    pages: tuple[tuple[str, str], ...],
) -> None:
    faults: list[str] = []
    for sub, address in pages:
        page = opened(chromium, live, sub, address, faults, width, scheme)
        assert overflowing(page) <= 0, (sub, address)
        axe_finds_nothing(page)
        page.context.close()
    assert faults == []


def test_the_board_narrows_to_what_was_asked_for_by_the_keyboard_and_fits_on_paper(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "kiemtra", "", faults, width=690)  # A4 without its margins
    expect(page.locator(".ro-units tbody tr")).to_have_count(66)
    expect(page.locator(".ro-days [aria-current=date] time")).to_have_attribute("datetime", "2020-11-09")
    page.get_by_label("Tình trạng").select_option("concluded")
    page.get_by_role("button", name="Lọc").press("Enter")
    expect(page.locator(".ro-units tbody tr")).to_have_count(1)
    expect(page.locator(".ro-units tbody tr")).to_contain_text("mở khi thiếu điểm")
    page.goto(live.page)
    page.emulate_media(media="print")
    assert overflowing(page) <= 0
    tables = page.locator(".ro-sums, .ro-units")
    assert tables.evaluate_all("all => all.every(one => one.offsetWidth <= document.body.clientWidth)")
    expect(page.locator(".ro-units thead")).to_be_visible()
    assert faults == []
    page.context.close()


def test_a_unit_disputes_one_of_two_adjustments_on_a_phone(chromium: Browser, live: LiveInspections) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "bithu.q01", "answers", faults, width=375)
    one = page.locator(".ro-change").filter(has=page.get_by_role("heading", name="2.3"))
    one.locator("summary").click()
    one.get_by_label("Vì sao").fill("Có danh sách ký nhận, số 12-DS/ĐTN.")
    page.reload()  # the draft stays on the device
    one.locator("summary").click()
    expect(one.get_by_label("Vì sao")).to_have_value("Có danh sách ký nhận, số 12-DS/ĐTN.")
    one.get_by_role("button", name="Gửi ý kiến không đồng ý").click()
    one.get_by_role("link", name="Xem kết quả").click()
    expect(one).to_contain_text("Đơn vị không đồng ý")
    other = page.locator(".ro-change").filter(has=page.get_by_role("heading", name="1.2"))
    expect(other.get_by_role("button", name="Đồng ý")).to_be_visible()
    assert overflowing(page) <= 0
    assert faults == []
    page.context.close()


def test_a_member_sends_his_report_and_the_leader_reads_it_and_who_is_missing(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "NV-004", "reflections", faults, width=375)
    page.get_by_label("Nội dung").fill(REPORT)
    page.get_by_role("button", name="Gửi Trưởng đoàn").click()
    page.get_by_role("link", name="Xem kết quả").click()
    expect(page.locator(".ro-mine")).to_contain_text("Đã gửi 09/11/2020")
    page.context.close()
    page = opened(chromium, live, "NV-001", "reflections", faults)
    expect(page.locator(".ro-report")).to_contain_text(REPORT)
    expect(page.locator(".ro-led .ro-list li")).to_have_count(8)
    assert faults == []
    page.context.close()


def test_the_office_is_told_which_units_still_need_a_reason_before_the_round_closes(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "vanphong", "closing", faults)
    page.get_by_label("Lý do ngoại lệ của Quận Đoàn 2", exact=True).fill("Dời sang năm sau")
    page.get_by_role("button", name="Kết thúc đợt DOT-2020").click()
    told = page.locator("[data-fault=exceptions]")
    expect(told).to_contain_text("QH-Q03 chưa có kết luận")
    lines = told.inner_text().splitlines()
    assert len(lines) == 64
    assert not any("QH-Q02" in line for line in lines)
    page.reload()  # what was typed stays on the device
    expect(page.get_by_label("Lý do ngoại lệ của Quận Đoàn 2", exact=True)).to_have_value("Dời sang năm sau")
    assert [fault for fault in faults if "409" not in fault] == []
    page.context.close()
