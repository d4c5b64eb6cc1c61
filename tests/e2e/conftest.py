"""Fixtures of the browser tests: one Chromium per module, a desk, a phone, and what it complained about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import CHROMIUM, new_page


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
