"""The result of a computation: values, their JSON body, and the digest that pins them.

The body holds content only: neither the position nor a time is in it, so that two positions with the
same standings have the same digest.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from services.ranking.engine.classes import QuotaLine
from services.ranking.engine.sheet import Sheet
from shared.rulebook.model import Rulebook
from shared.rulebook.number import show


@dataclass(frozen=True, slots=True)
class Row:
    """One open unit on the board of its area.  ``rank`` None: unranked; ``class_id`` None: no class
    (see reasons).
    """

    rank: int | None
    class_id: str | None
    reasons: tuple[str, ...]
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class AreaStandings:
    """The board of one area: ranked rows first, then unranked ones; equal ones by code (order of rows,
    not merit).
    """

    area: str
    label: str
    rows: tuple[Row, ...]
    quotas: tuple[QuotaLine, ...]


@dataclass(frozen=True, slots=True)
class Standings:
    """All boards of a ledger.  ``rulebook`` is the hash in force, ``status`` that rulebook's
    (illustrative, adopted).
    """

    engine: str
    ledger: str
    rulebook: str | None
    status: str | None
    scale: int
    groups: tuple[str, ...]
    areas: tuple[AreaStandings, ...]
    open_words: tuple[str, ...]
    """Why these standings are provisional, as words with counts; empty: nothing is open."""
    rules: Rulebook | None = field(default=None, repr=False)
    """The rulebook that classed and ranked; no part of the body, which names it by its hash."""

    def rows(self) -> list[Row]:
        """Every row of every area."""
        return [row for area in self.areas for row in area.rows]

    def row(self, unit: str) -> Row | None:
        """The row of one unit, or None."""
        return next((row for row in self.rows() if row.sheet.unit == unit), None)


def body(standings: Standings) -> dict[str, Any]:
    """The standings as JSON data.  Points are decimal strings with the rulebook's scale, exact."""
    rows = standings.rows()
    return {
        "engine": standings.engine,
        "ledger": standings.ledger,
        "rulebook": standings.rulebook,
        "status": standings.status,
        "provisional": {
            "units": len(rows),
            "ranked": sum(1 for row in rows if row.rank is not None),
            "complete": sum(1 for row in rows if row.sheet.complete),
            "reasons": list(standings.open_words),
        },
        "areas": [
            {
                "area": area.area,
                "label": area.label,
                "rows": [_row(row, standings) for row in area.rows],
            }
            for area in standings.areas
        ],
    }


def _result(row: Row, scale: int) -> dict[str, Any]:
    sheet = row.sheet
    return {
        "rank": row.rank,
        "unit": sheet.unit,
        "name": sheet.name,
        "total": _points(sheet.ranking_score, scale),
        "class": row.class_id,
        "base": _points(sheet.base, scale),
        "bonus": _points(sheet.bonus, scale),
        "penalty": _points(sheet.penalty, scale),
        "complete": sheet.complete,
    }


def _row(row: Row, standings: Standings) -> dict[str, Any]:
    sheet, scale = row.sheet, standings.scale
    return {
        **_result(row, scale),
        "scored_max": _points(sheet.scored_max, scale),
        "reasons": list(row.reasons),
        "groups": [
            {
                "group": group,
                "value": _points(sheet.groups[group].value, scale),
                "max": _points(sheet.groups[group].max, scale),
            }
            for group in standings.groups
        ],
        "missing": list(sheet.missing),
    }


def _points(value: Fraction | None, scale: int) -> str | None:
    return None if value is None else show(value, scale)


def canonical(data: dict[str, Any]) -> bytes:
    """The canonical bytes of a body (RFC 8785 form: our keys are ASCII and our only numbers are small
    integers).
    """
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def digest(data: dict[str, Any]) -> str:
    """``sha256:<hex>`` of a body's canonical bytes."""
    return "sha256:" + hashlib.sha256(canonical(data)).hexdigest()


COLUMNS = (
    "area",
    "rank",
    "unit",
    "name",
    "total",
    "class",
    "base",
    "bonus",
    "penalty",
    "complete",
    "reasons",
)
"""Columns of the offline table (format §11)."""


def table(standings: Standings) -> list[tuple[str, ...]]:
    """Every open unit as a row of :data:`COLUMNS`; null is empty, reasons are joined by ``;``."""
    lines = []
    for area in standings.areas:
        for row in area.rows:
            cells = {
                **_result(row, standings.scale),
                "area": area.area,
                "complete": "true" if row.sheet.complete else "false",
                "reasons": ";".join(row.reasons),
            }
            lines.append(tuple("" if cells[key] is None else str(cells[key]) for key in COLUMNS))
    return lines
