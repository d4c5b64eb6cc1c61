"""The standings page in Chromium, against a live gunicorn over a hand-fed ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import axe_finds_nothing, overflowing, position, shown_at
from tests.support.ranking_site import Site
from tests.support.serving import Live, serving
from tests.support.shown import demo_rulebook

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """66 units in three areas with nearly all of their scores."""
    site = Site(tmp_path_factory.mktemp("page"))
    site.fed.open().adopt(demo_rulebook()).register().fill()
    site.start()
    with serving(site) as running:
        yield running


def test_sixty_six_units_in_three_areas(live: Live, page: Page) -> None:
    page.goto(f"{live.address}/ranking/")
    assert page.url == live.page
    assert [page.locator(f"#panel-{area} tr.line").count() for area in ("QH", "CNLD", "LLVT")] == [24, 38, 4]
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(3)
    expect(tabs.nth(0)).to_have_text(re.compile(r"Khu vực Quận - Huyện \d+/24"))
    expect(page.locator("#status")).to_contain_text(re.compile(r"TẠM TÍNH \d+/66"))
    expect(page.locator("#status")).to_contain_text("Còn thiếu")
    expect(page.locator("#position-text")).to_have_text(f"{live.site.fed.size:,}".replace(",", "."))
    totals = page.locator("#panel-QH tr.line .c-total").all_inner_texts()
    numbers = [float(text.replace(",", ".")) for text in totals]
    assert numbers == sorted(numbers, reverse=True)
    expect(page.get_by_role("row").nth(1)).to_contain_text("Hoàn thành")


def test_tabs_move_by_arrows_and_the_address_keeps_them(live: Live, page: Page) -> None:
    page.goto(live.page)
    tabs = page.get_by_role("tab")
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#panel-CNLD")).to_be_visible()
    expect(page.locator("#panel-QH")).to_be_hidden()
    page.keyboard.press("End")
    expect(tabs.nth(2)).to_be_focused()
    assert page.url.endswith("?area=LLVT")
    page.reload()
    expect(page.locator("#panel-LLVT")).to_be_visible()


def test_a_row_opens_by_enter_and_says_why(live: Live, page: Page) -> None:
    page.goto(live.page)
    toggle = page.locator("#panel-QH tr.line .toggle").first
    toggle.focus()
    page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    why = page.locator("#panel-QH tr.why")
    expect(why).to_contain_text("1.1 Học tập và làm theo")
    expect(why).to_contain_text("Ban Tuyên giáo")
    expect(why).to_contain_text("Cộng tiêu chí")
    page.keyboard.press("Enter")
    expect(why).to_have_count(0)


def test_the_slider_shows_any_past_standing_by_keyboard(live: Live, page: Page) -> None:
    size = live.site.fed.size
    page.goto(live.page)
    slider = page.locator("#at")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    shown_at(page, size - 1)
    expect(page.locator("#status")).to_contain_text("Xem lại")
    assert page.url.endswith(f"at={size - 1}")
    page.keyboard.press("PageDown")
    shown_at(page, size - 1 - round(size / 20))
    page.keyboard.press("PageUp")
    shown_at(page, size - 1)
    page.keyboard.press("Home")
    shown_at(page, 0)
    expect(page.locator("#handle")).to_have_text("Trước sự kiện đầu tiên")
    page.keyboard.press("End")
    shown_at(page, size)
    page.locator("#mark-back").click()
    expect(page.locator("#handle")).to_contain_text("Ban Thường vụ duyệt điểm")
    page.get_by_role("link", name="Về hiện nay").click()
    expect(page.locator("#live-badge")).to_be_visible()
    assert "at=" not in page.url


def test_a_position_in_the_address_is_what_the_api_says_there(live: Live, page: Page) -> None:
    wanted = live.site.fed.size - 200
    page.goto(f"{live.page}?at={wanted}&area=LLVT")
    api = live.site.get(f"standings?at={wanted}&area=LLVT").json
    assert page.locator("#board").get_attribute("data-digest") == api["digest"]
    shown = page.locator("#panel-LLVT tr.line").evaluate_all("rows => rows.map(row => row.dataset.unit)")
    assert shown == [row["unit"] for row in api["areas"][0]["rows"]]
    event = live.site.get(f"positions/{wanted - 1}").json
    expect(page.locator("#handle")).to_have_text(event["summary"])


def test_play_goes_through_the_ledger(live: Live, page: Page) -> None:
    page.goto(f"{live.page}?at={live.site.fed.size - 20}")
    play = page.locator("#play")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    shown_at(page, live.site.fed.size)
    expect(play).to_have_attribute("aria-pressed", "false")


def test_a_new_score_moves_its_row_without_reload(live: Live, page: Page) -> None:
    page.goto(f"{live.page}?area=LLVT")
    page.evaluate("window.kept = true")
    rows = page.locator("#panel-LLVT tr.line")
    last = rows.last
    unit = last.get_attribute("data-unit") or ""
    name = last.get_attribute("data-name") or ""
    last.locator(".toggle").focus()
    top = page.evaluate("window.scrollY")
    before = rows.evaluate_all("rows => rows.map(row => row.dataset.unit)")
    for criterion in ("1.2", "1.3", "2.3", "3.2", "3.3", "6.2"):
        most = live.site.fed.rulebook
        assert most is not None
        live.site.fed.score(unit, criterion, str(most.leaf[criterion].max["LLVT"]))
    live.site.fed.feed()
    shown_at(page, live.site.fed.size)
    moved = page.locator(f"#u-{unit}")
    expect(moved).to_have_class(re.compile(r"\bmoved\b"))
    expect(page.locator("#say")).to_contain_text(name)
    expect(moved.locator(".toggle")).to_be_focused()
    after = rows.evaluate_all("rows => rows.map(row => row.dataset.unit)")
    assert sorted(after) == sorted(before)
    assert after.index(unit) < before.index(unit)
    assert page.evaluate("window.kept") is True
    assert abs(page.evaluate("window.scrollY") - top) < 400


def test_a_reader_who_looks_back_is_not_pulled_to_the_present(live: Live, page: Page) -> None:
    page.goto(f"{live.page}?at=500")
    size = live.site.fed.size
    live.site.fed.score("QH-Q01", "1.2", "1")
    live.site.fed.feed()
    expect(page.locator("#at")).to_have_attribute("max", str(size + 1))
    assert position(page) == 500


def test_a_unit_is_found_without_accents(live: Live, page: Page) -> None:
    page.goto(live.page)
    page.get_by_label("Tìm đơn vị").fill("go vap")
    visible = page.locator("#panel-QH tr.line:visible")
    expect(visible).to_have_count(1)
    expect(visible).to_contain_text("Quận Đoàn Gò Vấp")
    expect(page.locator("#say")).to_have_text("Đang hiện 1 đơn vị")


def test_the_quota_line_stays_beneath_the_last_unit_kept(live: Live, page: Page) -> None:
    page.goto(live.page)
    line = page.locator("#panel-QH tr.quota")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("Mức khống chế Hoàn thành xuất sắc nhiệm vụ")
    last = line.get_attribute("data-after") or "?"
    above = "row => row.previousElementSibling.dataset.unit || row.previousElementSibling.dataset.why"
    assert line.evaluate(above) == last
    page.locator(f"#u-{last} .toggle").click()
    expect(page.locator("#panel-QH tr.why")).to_be_visible()
    assert line.evaluate(above) == last
    page.locator("#at").focus()
    page.keyboard.press("ArrowLeft")
    shown_at(page, live.site.fed.size - 1)
    expect(line).to_have_count(1)
    assert line.evaluate(above) == line.get_attribute("data-after")
    page.get_by_label("Tìm đơn vị").fill("go vap")
    expect(line).to_be_hidden()


def test_two_units_are_ticked_by_keyboard_and_compared(live: Live, page: Page) -> None:
    page.goto(live.page)
    bar = page.locator("#pick")
    expect(bar).to_be_hidden()
    boxes = page.locator("#panel-QH .tick input")
    boxes.nth(1).focus()
    page.keyboard.press("Space")
    expect(bar).to_be_in_viewport()
    expect(bar.get_by_role("button", name="So sánh 2 đơn vị")).to_be_disabled()
    boxes.nth(4).focus()
    page.keyboard.press("Space")
    expect(boxes.nth(2)).to_be_disabled()
    units = [boxes.nth(place).input_value() for place in (1, 4)]
    page.locator("#step-back").click()
    shown_at(page, live.site.fed.size - 1)
    assert page.locator(".tick input:checked").count() == 2
    axe_finds_nothing(page)
    bar.get_by_role("button", name="So sánh 2 đơn vị").click()
    page.wait_for_url(re.compile(r"/pair\?"))
    assert all(unit in page.url for unit in units)
    assert f"at={live.site.fed.size - 1}" in page.url


def test_charts_come_when_they_are_scrolled_to_and_follow_the_position(live: Live, page: Page) -> None:
    page.goto(live.page)
    charts = page.locator("#panel-QH .charts")
    charts.scroll_into_view_if_needed()
    expect(charts.locator("figure")).to_have_count(4)
    drawn = "images => images.every(image => image.complete && image.naturalWidth > 300)"
    for image in charts.locator("img").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", True, timeout=20_000)
    assert charts.locator("img").evaluate_all(drawn)
    summary = charts.locator("summary").nth(1)
    summary.focus()
    page.keyboard.press("Enter")
    expect(charts.locator("table").nth(1)).to_be_visible()
    axe_finds_nothing(page)
    size = live.site.fed.size
    page.locator("#at").evaluate("field => { field.value -= 1; field.dispatchEvent(new Event('input')); }")
    shown_at(page, size - 1)
    charts.scroll_into_view_if_needed()
    expect(charts.locator("img").first).to_have_attribute("src", re.compile(rf"at={size - 1}\b"))
    expect(charts.locator("table").nth(1)).to_be_visible()


def test_english_by_switch_at_the_same_place(live: Live, page: Page) -> None:
    page.goto(f"{live.page}?at=900&area=CNLD")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Standings 2020")
    expect(page.locator("#panel-CNLD")).to_be_visible()
    assert position(page) == 900
    total = page.locator("#panel-CNLD tr.line .c-total").first.inner_text()
    assert re.fullmatch(r"\d+\.\d\d", total)
    page.get_by_role("link", name="Tiếng Việt").click()
    assert re.fullmatch(r"\d+,\d\d", page.locator("#panel-CNLD tr.line .c-total").first.inner_text())


def test_a_phone_shows_cards_and_never_scrolls_sideways(live: Live, phone: Page) -> None:
    phone.goto(live.page)
    assert overflowing(phone) <= 0
    card = phone.locator("#panel-QH tr.line").first
    box = card.bounding_box()
    assert box is not None
    assert box["width"] < 375
    assert box["height"] > 100
    card.locator(".toggle").tap()
    expect(phone.locator("#panel-QH tr.why")).to_be_visible()
    assert overflowing(phone) <= 0
    for path in ("?at=700&area=CNLD&lang=en", "charts?area=CNLD", "lists/overall"):
        phone.goto(f"{live.page}{path}")
        assert overflowing(phone) <= 0


@pytest.mark.parametrize("width", [375, 768, 1024, 1440])
def test_no_width_scrolls_the_page_sideways(live: Live, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(live.page)
    assert overflowing(page) <= 0


def test_the_head_stays_in_sight(live: Live, page: Page) -> None:
    for width in (1440, 900):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(f"{live.page}?area=CNLD")
        page.locator("#panel-CNLD tr.line").nth(30).scroll_into_view_if_needed()
        head = page.locator("#panel-CNLD thead th").nth(1)
        expect(head).to_be_in_viewport()


@pytest.mark.parametrize(
    "query",
    ["", "?at=900&area=LLVT", "?open=QH-Q01&lang=en", "?at=0", "charts?area=LLVT", "lists/group?lang=en"],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(live: Live, page: Page, query: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live.page}{query}")
    expect(page.locator("#board, .chart, .side-list").first).to_be_attached()
    axe_finds_nothing(page)


def test_axe_finds_nothing_on_a_phone(live: Live, phone: Page) -> None:
    phone.goto(live.page)
    axe_finds_nothing(phone)


def test_it_prints_every_area_with_position_and_digest_and_no_controls(live: Live, page: Page) -> None:
    page.goto(live.page)
    page.emulate_media(media="print")
    for area in ("QH", "CNLD", "LLVT"):
        expect(page.locator(f"#panel-{area}")).to_be_visible()
    foot = page.locator("#panel-QH tfoot")
    expect(foot).to_be_visible()
    digest = page.locator("#board").get_attribute("data-digest") or "?"
    expect(foot).to_contain_text(digest)
    expect(foot).to_contain_text("vị trí")
    for hidden in ("#time", "#tabs", "#find"):
        expect(page.locator(hidden)).to_be_hidden()
    page.set_viewport_size({"width": 1047, "height": 700})  # A4 across, less its margins
    assert overflowing(page) <= 0
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(842, 595)}
    assert 3 <= len(re.findall(rb"/Type /Page\b", paper)) <= 8


def test_it_works_without_javascript(live: Live, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(live.page)
    page.locator("#tab-LLVT").click()
    expect(page.locator("#panel-LLVT")).to_be_visible()
    expect(page.locator("#panel-QH")).to_be_hidden()
    page.locator("#panel-LLVT .toggle").first.click()
    expect(page.locator("#panel-LLVT tr.why")).to_contain_text("Cộng tiêu chí")
    page.locator("#step-back").click()
    assert position(page) == live.site.fed.size - 1
    page.locator("#at").evaluate("field => field.value = '123'")
    page.locator("#go").click()
    assert position(page) == 123
    page.get_by_role("link", name="Về hiện nay").click()
    assert position(page) == live.site.fed.size
    for place in (0, 2):
        page.locator("#panel-LLVT .tick input").nth(place).check()
    page.get_by_role("button", name="So sánh 2 đơn vị").click()
    assert "/pair?" in page.url
    page.goto(f"{live.page}?area=LLVT")
    page.locator("#panel-LLVT .charts a").click()
    assert page.locator("figure img").count() >= 3
    context.close()
