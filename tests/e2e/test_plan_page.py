"""The schedule in Chromium: the calendar at a desk and on a phone, a request that moves it, a file, paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Scheme, axe_finds_nothing, opened, overflowing
from tests.support.inspections_site import LiveInspections, demo_round, serving_inspections
from tests.support.town import ADMIN, accepted

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInspections]:
    """The round of the demonstration; QH-Q91 was registered after its schedule was made."""
    made = demo_round(tmp_path_factory.mktemp("plan"))
    late = {"unit": "QH-Q91", "area": "QH", "kind": "urban_district", "name": "Quận Đoàn 91"}
    accepted([made.post("scores", "units/batch", {"units": [late]}, ADMIN)])
    made.settle()
    with serving_inspections(made) as running:
        yield running


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
def test_the_pages_fit_their_window_and_axe_finds_nothing(
    chromium: Browser, live: LiveInspections, width: int, scheme: Scheme
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "vanphong", "plan", faults, width, scheme)
    for address in ("plan", "plan/QH-Q03?date=2020-11-18&session=MORNING", "teams", "proposal?ask=1"):
        page.goto(live.page + address)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert overflowing(page) <= 0, address
        axe_finds_nothing(page)
    assert faults == []
    page.context.close()


def test_a_unit_asks_its_leader_approves_and_the_calendar_has_moved(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    unit = opened(chromium, live, "bithu.q01", "plan/QH-Q01", faults, 375)
    form = unit.get_by_role("region", name="Đề nghị đổi lịch")
    form.get_by_label("Lý do").fill("Trùng đại hội điểm của quận.")
    form.get_by_label("Ngày mong muốn").select_option("2020-11-18")
    form.get_by_role("button", name="Gửi đề nghị").click()
    expect(form.get_by_role("status")).to_contain_text("Đã ghi")
    unit.context.close()

    leader = opened(chromium, live, "NV-001", "plan", faults)
    leader.get_by_role("region", name="chờ trả lời").get_by_role("link", name="Quận Đoàn 1").click()
    leader.get_by_role("button", name="Xem đổi thì sao").first.click()
    supposed = leader.locator("#move")
    expect(supposed).to_contain_text("tính lại: trước 16/11/2020 00:00")
    supposed.get_by_role("button", name="Chấp thuận và đổi lịch").click()
    supposed.get_by_role("link", name="Xem kết quả").click()
    expect(leader.locator(".pl-history li")).to_have_count(2)
    expect(leader.locator(".pl-history .now")).to_contain_text("18/11/2020")
    expect(leader.get_by_text("chấp thuận", exact=True)).to_be_visible()
    leader.goto(live.page + "plan")
    moved = leader.locator(".pl-seat", has=leader.get_by_role("link", name="Quận Đoàn 1", exact=True))
    expect(moved).to_contain_text("đã đổi lịch")
    row = leader.locator("tbody", has=leader.locator("time[datetime='2020-11-18']"))
    expect(row).to_contain_text("Quận Đoàn 1")
    assert faults == []
    leader.context.close()


def test_a_file_with_a_bad_cell_states_nothing_and_the_mended_one_is_stated(
    chromium: Browser, live: LiveInspections, tmp_path: Path
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "vanphong", "plan-import", faults)
    file = tmp_path / "lich.csv"
    for day, bad in (("31/11/2020", True), ("19/11/2020", False)):
        file.write_text(f"Mã đơn vị;Đoàn;Ngày;Buổi\nQH-Q91;DKT-2;{day};Sáng\n", "utf-8")
        page.get_by_label("Tệp đã điền").set_input_files(file)
        page.get_by_role("button", name="Xem trước").click()
        expect(page.locator("#preview")).to_be_visible()
        expect(page.locator("#preview form")).to_be_visible(visible=not bad)
        if bad:
            expect(page.locator(".pl-faulty li")).to_contain_text("hàng 2, ô C2")
    axe_finds_nothing(page)
    page.get_by_role("button", name="Ghi lịch").click()
    expect(page.locator("#preview form [data-answer]")).to_contain_text("Đã ghi")
    page.goto(live.page + "plan?q=91")
    expect(page.locator(".pl-seat")).to_have_count(1)
    assert faults == []
    page.context.close()


def test_on_paper_the_whole_round_fits_the_width_of_a_sheet_laid_across(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "kiemtra", "plan", faults, width=1054)  # A4 across, without its margins
    page.emulate_media(media="print")
    assert overflowing(page) <= 0
    assert page.locator(".pl-scroll").evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    expect(page.locator(".pl-filter")).to_be_hidden()
    page.context.close()
