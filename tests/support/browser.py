"""What the browser tests share: Chromium's place, pages that report what they complain about, the board."""

from __future__ import annotations

from typing import Literal, Protocol

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

CHROMIUM = "/usr/bin/chromium"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


Scheme = Literal["light", "dark"]


class Live(Protocol):
    """A running service whose pages of one ledger begin at ``page``."""

    @property
    def page(self) -> str: ...

    def become(self, context: BrowserContext, sub: str) -> None:
        """Sign the browser in as ``sub``."""


def opened(
    browser: Browser,
    live: Live,
    sub: str,
    address: str,
    faults: list[str],
    width: int = 1440,
    scheme: Scheme = "light",
) -> Page:
    """The page at ``address`` as ``sub`` sees it, in a window of its own."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    live.become(context, sub)
    page = new_page(context, faults)
    page.goto(live.page + address)
    return page


def new_page(context: BrowserContext, faults: list[str]) -> Page:
    """A page that adds to ``faults`` every error of its scripts and every error line of its console."""
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    return page


def position(page: Page) -> int:
    """The position that the standings page shows, -1 when it says none."""
    return int(page.locator("#board").get_attribute("data-position") or "-1")


def shown_at(page: Page, wanted: int) -> None:
    """Wait until the standings page shows this position."""
    expect(page.locator("#board")).to_have_attribute("data-position", str(wanted))


def overflowing(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def axe_finds_nothing(page: Page) -> None:
    """Fail with axe's report if it finds anything."""
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
