"""Progress and use of the software in Chromium: all 66 units at a desk and on a phone, and on paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from services.scores.deciding.completeness import sheet_of
from tests.support.browser import Scheme, axe_finds_nothing, opened, overflowing
from tests.support.deciding import rulebook
from tests.support.scores_site import LiveScores, demo_cycle, serving_scores
from tests.support.town import ADMIN, accepted

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveScores]:
    """The cycle of the demonstration: one sheet is in, BTG has scored one unit, its due instant is past."""
    made = demo_cycle(tmp_path_factory.mktemp("progress"))
    due = {"stage": "self", "due": "2020-11-01T00:00:00.000000Z", "document": "12-KH"}
    sheet = [
        {"criterion": leaf.id, "value": "0", **({"target": "10"} if leaf.input == "ratio" else {})}
        for leaf in sheet_of(rulebook(), "QH")
    ]
    row = {"unit": "QH-Q01", "stage": "department", "value": "1"}
    scores = [{**row, "criterion": criterion} for criterion in ("1.1", "1.2", "1.3")]
    accepted(
        (
            made.post("scores", "due", due, ADMIN),
            made.post("scores", "sheets", {"unit": "QH-Q01", "entries": sheet}, "bithu.q01"),
            made.post("scores", "scores/batch", {"scores": scores}, "btg"),
            made.post("scores", "due", {**due, "stage": "department"}, ADMIN),
        )
    )
    made.settle()
    made.set_clock("2020-11-04T02:00:00.000000Z")
    with serving_scores(made) as running:
        yield running


@pytest.mark.parametrize("address", ["progress", "progress?department=BTG", "software", "progress?lang=en"])
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
def test_the_page_fits_its_window_and_axe_finds_nothing(
    chromium: Browser, live: LiveScores, address: str, width: int, scheme: Scheme
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "kiemtra", address, faults, width, scheme)
    assert overflowing(page) <= 0
    axe_finds_nothing(page)
    assert faults == []
    page.context.close()


def test_the_auditor_sees_66_units_by_inspection_and_whom_each_waits_for(
    chromium: Browser, live: LiveScores
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "kiemtra", "progress", faults)
    rows = page.locator(".pg-table tbody tr")
    expect(rows).to_have_count(66)
    days = page.locator(".pg-when time").evaluate_all("all => all.map(one => one.dateTime)")
    assert days == sorted(days)
    own = rows.filter(has=page.get_by_role("link", name="Quận Đoàn 1", exact=True))
    expect(own.locator("[data-label=BTG]")).to_contain_text("đủ")
    expect(own.locator(".pg-turn")).not_to_contain_text("đơn vị nộp phiếu")
    other = rows.filter(has=page.get_by_role("link", name="Quận Đoàn 3", exact=True))
    expect(other.locator("[data-label=BTG]")).to_have_text("0/3")
    expect(other.locator(".pg-turn")).to_contain_text("đơn vị nộp phiếu")
    expect(page.locator(".pg-scorers li").first).to_contain_text("65 quá hạn")
    page.context.close()


def test_a_department_finds_its_own_column_alone(chromium: Browser, live: LiveScores) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "btg", "progress", faults)
    expect(page.locator(".pg-scorers li")).to_have_count(1)
    expect(page.locator(".pg-table thead th")).to_have_text(["Đơn vị", "Kiểm tra", "BTG", "Đang chờ"])
    expect(page.locator(".pg-table tbody a")).to_have_count(0)
    page.context.close()


def test_the_report_names_the_very_file_that_it_hands_out(chromium: Browser, live: LiveScores) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "kiemtra", "software", faults)
    row = page.locator(".pg-use tbody tr").filter(
        has=page.get_by_role("rowheader", name="Quận Đoàn 1", exact=True)
    )
    expect(row.locator(".pg-state")).to_contain_text("đúng hạn")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Tải tệp về").click()
    said = page.locator(".pg-cite code").all_inner_texts()
    assert downloaded.value.suggested_filename == said[0]
    content = downloaded.value.path().read_bytes()
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == said[1]
    page.context.close()


def test_on_paper_the_matrix_fits_the_width_of_a_sheet(chromium: Browser, live: LiveScores) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "kiemtra", "progress", faults, width=1040)  # A4 across, without its margins
    page.emulate_media(media="print")
    assert overflowing(page) <= 0
    wide = page.locator(".pg-scroll").evaluate("one => one.scrollWidth - one.clientWidth")
    assert wide <= 0
    page.context.close()
