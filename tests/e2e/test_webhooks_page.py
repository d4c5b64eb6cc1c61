"""Webhooks in Chromium: a head adds the address of his system, sees its key once, tries it, ends it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.scores_site import LiveScores, demo_cycle, serving_scores
from tests.support.town import accepted

pytestmark = pytest.mark.browser
ADDRESS = "https://receiver.example/told/by/bangvang?with=a-rather-long-query-that-has-to-be-broken-somewhere"
HEAD = "btg.truong"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveScores]:
    """One unit; a department other than the head's has a webhook of its own."""
    made = demo_cycle(tmp_path_factory.mktemp("webhooks"), units=("QH-Q01",), services=("scores",))
    accepted([made.post("scores", "webhooks", {"url": "https://other.example/"}, "bmt")])
    with serving_scores(made) as running:
        yield running


@pytest.fixture
def page(live: LiveScores, context: BrowserContext, faults: list[str]) -> Iterator[Page]:
    """The head's page; a refusal that the service answers is no complaint of it."""
    live.become(context, HEAD)
    yield new_page(context, faults)
    assert [fault for fault in faults if "the server responded with a status of 4" not in fault] == []


def test_a_head_adds_an_address_sees_its_key_once_tries_it_and_ends_it(live: LiveScores, page: Page) -> None:
    page.goto(f"{live.page}webhooks")
    expect(page.get_by_role("link", name="Webhook")).to_have_attribute("aria-current", "page")
    expect(page.locator("main")).to_contain_text("Chưa có địa chỉ nào")
    expect(page.locator("main")).not_to_contain_text("other.example")
    adding = page.locator("[data-new-webhook]")
    adding.locator("[name=url]").fill("ftp://receiver.example/")
    adding.get_by_role("button").click()
    expect(adding.locator("[data-fault=url]")).to_contain_text("chỉ https")
    adding.locator("[name=url]").fill(ADDRESS)
    adding.get_by_role("button").click()
    expect(adding.get_by_label("Khóa")).to_have_value(re.compile("^whsec_"))
    adding.get_by_role("link", name="Xem kết quả").click()
    expect(page.locator("h3")).to_have_text(ADDRESS)
    assert "whsec_" not in page.content()
    page.get_by_role("button", name="Gửi thử").click()
    page.get_by_role("link", name="Xem kết quả").click()
    expect(page.locator("tbody tr")).to_contain_text("webhook.ping")
    expect(page.locator("tbody tr")).to_contain_text("còn gửi")
    page.locator("summary", has_text="Thôi báo").click()
    page.get_by_role("button", name="Thôi báo").click()
    page.get_by_role("link", name="Xem kết quả").click()
    expect(page.locator("main")).to_contain_text("Chưa có địa chỉ nào")
    expect(page.locator("summary")).to_contain_text("Đã thôi báo")


@pytest.mark.parametrize("width", [375, 1440])
def test_the_page_fits_and_is_without_fault_for_axe(live: LiveScores, page: Page, width: int) -> None:
    made = live.town.post("scores", "webhooks", {"url": ADDRESS}, HEAD)
    assert made.status_code == 201, made.text
    webhook = made.get_json()["webhook"]
    assert live.town.post("scores", f"webhooks/{webhook}/test", {}, HEAD).status_code == 202
    page.set_viewport_size({"width": width, "height": 900})
    for language in ("vi", "en"):
        page.goto(f"{live.page}webhooks?lang={language}")
        assert overflowing(page) == 0
        axe_finds_nothing(page)
