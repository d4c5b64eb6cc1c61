"""The ranking web process as a child of the tests: gunicorn over a hand-fed ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.ranking_site import Site
from tests.support.running import serve
from tests.support.shown import LEDGER


@dataclass(frozen=True)
class Live:
    """A running server and the ledger behind it."""

    site: Site
    address: str

    @property
    def page(self) -> str:
        return f"{self.address}/ranking/{LEDGER}/"


@contextmanager
def serving(site: Site) -> Iterator[Live]:
    """``site`` behind a running gunicorn, until the block ends."""
    process, address = serve(site.settings, "ranking")
    try:
        yield Live(site, address)
    finally:
        process.terminate()
        process.wait(10)
