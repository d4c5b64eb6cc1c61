"""The inspections service with the round of the demonstration, and its web process for browsers.

Team DKT-1: leader NV-001, deputy NV-002, secretary NV-003, members NV-004 to NV-009; of DKT-2: leader NV-010,
secretary NV-012.  Others: tests.support.scores_site.PEOPLE.  The session of QH-Q01 (secretary ``bithu.q01``)
is on 2020-11-09 in the afternoon; its pack is due before 2020-11-07.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext

from shared.web.runtime import SESSION_COOKIE
from tests.support.deciding import RULEBOOK
from tests.support.running import serve
from tests.support.scores_site import demo_cycle
from tests.support.town import LEDGER, Town, accepted


@dataclass(frozen=True)
class LiveInspections:
    """A running inspections service over the database of ``town``."""

    town: Town
    address: str

    @property
    def page(self) -> str:
        """Where the pages of the ledger begin."""
        return f"{self.address}/inspections/{LEDGER}/"

    def become(self, context: BrowserContext, sub: str) -> None:
        """Sign the browser in as ``sub``, as the chooser of the demonstration does."""
        token = self.town.issuer.issue(sub, ttl=3600)
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address}])


def demo_round(
    folder: Path,
    *,
    units: Sequence[str] | None = None,
    calendar: bool = True,
    services: Sequence[str] = ("scores", "inspections"),
) -> Town:
    """The cycle of the demonstration with its round, calendar, teams and sessions; forming a team gives its
    people their grants."""
    made = demo_cycle(folder, units=units, services=services)
    if calendar:
        text = (RULEBOOK.parent / "calendar.yaml").read_text("utf-8")
        about = {"calendar": text, "document": "35-KH/TĐTN-VP"}
        accepted([made.post("inspections", "calendars", about, "vanphong")])
        made.settle()
    return made


@contextmanager
def serving_inspections(made: Town) -> Iterator[LiveInspections]:
    """``made`` behind a running gunicorn, until the block ends."""
    process, address = serve(made.settings, "inspections")
    try:
        yield LiveInspections(made, address)
    finally:
        process.terminate()
        process.wait(10)
