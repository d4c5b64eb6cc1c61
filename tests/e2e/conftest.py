"""Fixtures of the browser tests: one Chromium per module, a desk, a phone, and what it complained about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.browser import CHROMIUM, new_page

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What the browser complained about."""
    return []


@pytest.fixture
def page(chromium: Browser, faults: list[str]) -> Iterator[Page]:
    """A desk of 1440 px; the test fails when the browser complained."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield new_page(context, faults)
    context.close()
    assert faults == []


@pytest.fixture
def phone(chromium: Browser, faults: list[str]) -> Iterator[Page]:
    """A phone of 375 px; the test fails when the browser complained."""
    context = chromium.new_context(viewport={"width": 375, "height": 740}, has_touch=True)
    yield new_page(context, faults)
    context.close()
    assert faults == []


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A desk of a test's own."""
    made = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield made
    made.close()


@pytest.fixture(scope="module")
def browsing(chromium: Browser) -> Iterator[tuple[Page, list[str]]]:
    """One session for all that happens in order, and what the browser complained about."""
    complaints: list[str] = []
    made = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield new_page(made, complaints), complaints
    made.close()


@pytest.fixture
def session(browsing: tuple[Page, list[str]]) -> Iterator[Page]:
    """The session's page; a refusal that the service answers is no complaint of the page."""
    page, complaints = browsing
    complaints.clear()
    yield page
    assert [one for one in complaints if "the server responded with a status of 4" not in one] == []
