"""A unit's self-score sheet for tests."""

from __future__ import annotations

from typing import Any

from services.scores.commands import SheetRow, SubmitSheet
from services.scores.deciding.completeness import sheet_of
from tests.support.deciding import rulebook


def zero_sheet(unit: str, area: str = "QH", **about: Any) -> SubmitSheet:
    """The whole sheet of a unit of ``area``, zero everywhere; ``about``: further fields of every row."""
    rows = (
        SheetRow(leaf.id, "0", "10" if leaf.input == "ratio" else None, **about)
        for leaf in sheet_of(rulebook(), area)
    )
    return SubmitSheet(unit, tuple(rows))
