"""Rulebook, unit and pair in Chromium: no complaint, nothing that axe finds, the keyboard, a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import axe_finds_nothing, overflowing
from tests.support.ranking_site import Site
from tests.support.serving import Live, serving
from tests.support.shown import demo_rulebook, demo_units

pytestmark = pytest.mark.browser
PAGES = ("rulebook", "rulebook?area=QH&lang=en", "units/QH-Q01", "units/LLVT-CATP?lang=en", "pair", "{pair}")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Units of two areas with most of their scores, some bonuses and penalties."""
    units = [unit for unit in demo_units() if unit["area"] != "CNLD"]
    site = Site(tmp_path_factory.mktemp("pages"))
    site.fed.open().adopt(demo_rulebook()).register(units).fill(units=units)
    site.start()
    with serving(site) as running:
        yield running


def go(page: Page, live: Live, path: str) -> None:
    page.goto(live.page + path.format(pair="pair?a=QH-Q01&b=QH-Q03"))
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_a_desk(live: Live, page: Page, path: str) -> None:
    go(page, live, path)
    axe_finds_nothing(page)
    assert overflowing(page) <= 0


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_it_without_scrolling_sideways(live: Live, phone: Page, path: str) -> None:
    go(phone, live, path)
    assert overflowing(phone) <= 0
    axe_finds_nothing(phone)


@pytest.mark.parametrize("path", ["units/QH-Q01", "rulebook", "{pair}"])
def test_axe_finds_nothing_in_the_dark(live: Live, page: Page, path: str) -> None:
    page.emulate_media(color_scheme="dark")
    go(page, live, path)
    axe_finds_nothing(page)


def test_the_chart_is_drawn_and_the_table_beneath_adds_up(live: Live, page: Page) -> None:
    go(page, live, "units/QH-Q01")
    image = page.locator(".un-chart img")
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("one => one.naturalWidth") > 300
    amounts = page.locator("#terms tbody data").evaluate_all("every => every.map(one => one.value)")
    total = page.locator("#total data").get_attribute("value")
    assert sum(Decimal(amount) for amount in amounts) == Decimal(total or "")


def test_a_term_leads_by_keyboard_to_its_criterion_and_that_to_the_rule(live: Live, page: Page) -> None:
    go(page, live, "units/QH-Q01")
    page.locator("#terms tbody a").first.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#c-1.1")
    page.locator("[id='c-1.1'] h4 a").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/rulebook#c-1\.1$"))
    expect(page.locator("[id='c-1.1']")).to_be_in_viewport()


def test_a_row_of_the_standings_leads_to_the_unit_and_its_neighbour_to_the_pair(
    live: Live, page: Page
) -> None:
    go(page, live, "?open=QH-Q01&area=QH")
    page.locator(".unit-page a").click()
    expect(page.locator("h1")).to_have_text("Quận Đoàn 1")
    page.locator("#rank .rk-list a").first.click()
    expect(page.locator("#verdict")).to_contain_text("trên")
    expect(page.locator(".pr-svg rect.first, .pr-svg rect.second").first).to_be_visible()


def test_another_pair_is_chosen_by_keyboard(live: Live, page: Page) -> None:
    go(page, live, "pair?lang=en")
    page.get_by_label("First unit").select_option("QH-Q03")
    page.get_by_label("Second unit").select_option("QH-Q04")
    page.get_by_label("Second unit").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("above")
    assert "lang=en" in page.url


def test_on_paper_there_is_no_navigation_and_every_number_stays(live: Live, page: Page) -> None:
    go(page, live, "units/QH-Q01")
    page.emulate_media(media="print")
    expect(page.locator(".ledger-nav")).to_be_hidden()
    expect(page.locator(".rk-toc")).to_be_hidden()
    expect(page.locator("#terms tfoot")).to_be_visible()
    expect(page.locator(".bv-status")).to_be_visible()
