"""Standings of offline tables as CSV or JSON (rulebook format §11)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import orjson

from services.ranking.engine import COLUMNS, ENGINE, Standings, digest, table
from services.ranking.offline.faults import RowFault
from shared.formulas import csv_text

ILLUSTRATIVE: Final = "DỮ LIỆU MINH HỌA"
"""What a computation under a rulebook of status ``illustrative`` says of itself."""


def as_csv(standings: Standings) -> str:
    """The table of §11; null is empty, and no name is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([csv_text(cell) for cell in row] for row in table(standings))
    return text.getvalue()


def as_json(standings: Standings, faults: Sequence[RowFault]) -> str:
    """The same rows with what they rest on.

    ``digest`` is ``sha256:`` of the RFC 8785 form of everything else in the document.
    """
    document: dict[str, Any] = {
        "engine": ENGINE,
        "rulebook": standings.rulebook,
        "status": standings.status,
        "notice": ILLUSTRATIVE if standings.status == "illustrative" else None,
        "rows": [_row(cells) for cells in table(standings)],
        "faults": [asdict(fault) for fault in faults],
    }
    document["digest"] = digest(document)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _row(cells: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(COLUMNS, cells, strict=True))
    for name in ("total", "class", "base"):
        row[name] = row[name] or None
    row["rank"] = int(row["rank"]) if row["rank"] else None
    row["complete"] = row["complete"] == "true"
    row["reasons"] = row["reasons"].split(";") if row["reasons"] else []
    return row
