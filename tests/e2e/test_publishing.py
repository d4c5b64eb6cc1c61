"""Publishing in Chromium: the gate passes, a version is confirmed by its number, a record is acknowledged."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.ledger.admission import Record
from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.ranking_site import PEOPLE, Site
from tests.support.serving import Live, serving
from tests.support.shown import LEDGER, TOPIC, demo_rulebook, demo_units

pytestmark = pytest.mark.browser
FEW = ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP", "CNLD-DCD")
STRANGE = b"nobody signed this"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Five units with all of their scores, and a closed round."""
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    site = Site(tmp_path_factory.mktemp("publishing"))
    site.fed.open().adopt(demo_rulebook("restricted")).register(units)
    site.fed.feed()
    site.fed.fill(units=units, share=1.0, decisions=False)
    site.start().make_publishable()
    with serving(site) as running:
        yield running


@pytest.fixture(scope="module")
def page(chromium: Browser, live: Live) -> Iterator[Page]:
    """The Committee on the page of publications."""
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    made = new_page(context, faults)
    made.goto(f"{live.address}/ranking/demo/people?next=/ranking/{LEDGER}/publications")
    made.get_by_role("button", name=f"Xem {PEOPLE['committee'][0]}", exact=True).click()
    expect(made).to_have_url(f"{live.page}publications")
    yield made
    assert faults == []
    context.close()


def test_a_version_is_published_when_its_number_is_typed_and_not_before(live: Live, page: Page) -> None:
    stored = live.site.app.extensions["bangvang"].store.unsent
    expect(page.locator("#gate .rk-passes").first).to_contain_text("Không có gì chặn.")
    button = page.get_by_role("button", name="Công bố")
    typed = page.get_by_label("Gõ số phiên bản để xác nhận")
    for wrong in ("", "2"):
        typed.fill(wrong)
        button.click()
        assert typed.evaluate("field => field.validity.valid") is False
    assert len(stored(10)) == 0
    typed.fill("1")
    button.click()
    expect(page.locator("#publish [data-answer]")).to_have_class(re.compile("bv-answer-good"))
    live.site.relay()
    page.reload()
    row = page.locator("#versions tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("tính lại khớp")
    expect(page.locator("#gate .rk-blocks")).to_contain_text("không đổi so với phiên bản 1")


def test_a_record_that_is_not_authentic_is_acknowledged_where_the_gate_names_it(
    live: Live, page: Page
) -> None:
    live.site.fed._journal.take([Record(TOPIC, 0, live.site.fed.size, LEDGER.encode(), STRANGE)])
    page.reload()
    part = page.locator("#ledger")
    expect(part).to_contain_text(hashlib.sha256(STRANGE).hexdigest())
    part.get_by_label("Vì sao được để nguyên").fill("Gửi nhầm.")
    part.get_by_role("button", name="Ghi nhận").click()
    expect(part.locator("[data-answer]")).to_have_class(re.compile("bv-answer-good"))
    live.site.relay()
    page.reload()
    expect(part.locator("form")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["publications", "publications/1"])
def test_versions_read_well_on_phone_and_desk(live: Live, page: Page, path: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for query in ("?lang=vi", "?lang=en"):
        page.goto(f"{live.page}{path}{query}")
        axe_finds_nothing(page)
    page.context.clear_cookies(name="bangvang_lang")
    page.set_viewport_size({"width": 375, "height": 740})
    assert overflowing(page) == 0
    page.set_viewport_size({"width": 1440, "height": 900})
