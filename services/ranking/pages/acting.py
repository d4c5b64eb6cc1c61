"""Which of a reader's hats may do what from a page of ranking."""

from __future__ import annotations

from services.ranking.desk import View
from shared.web.hats import Hat
from shared.web.hats import hats as hats_among


def hats(seen: View, operation: str) -> tuple[Hat, ...]:
    """The hats of ``seen``'s reader that allow ``operation`` on the whole ledger; empty: he only reads."""
    return hats_among(seen.reader.grants, operation)
