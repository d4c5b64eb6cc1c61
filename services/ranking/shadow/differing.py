"""What differs between the standings that a fold from zero gives and those that are stored.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that differs.

    ``areas``: those whose boards differ.  ``unit``: "" where it is no unit's.  ``field``: of the unit's
    row, of the body, or one of bytes, tree, archive, digest, body.  ``wanted``, ``had``: what it should be,
    and what it is.
    """

    field: str
    wanted: str
    had: str
    unit: str = ""
    areas: tuple[str, ...] = ()


def difference(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Difference | None:
    """The first difference of two bodies of standings, boards before everything else; None: equal."""
    if expected == found:
        return None
    wanted, had = _boards(expected), _boards(found)
    areas = tuple(area for area in sorted(wanted.keys() | had.keys()) if wanted.get(area) != had.get(area))
    for area in areas:
        found_one = _first(wanted.get(area, {}), had.get(area, {}))
        if found_one is not None:
            unit, field, one, other = found_one
            return Difference(field, one, other, unit, areas)
    field = next(key for key in sorted(expected.keys() | found.keys()) if expected.get(key) != found.get(key))
    return Difference(field, _text(expected.get(field)), _text(found.get(field)), "", areas)


def _boards(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Rows by area and unit, each with its place."""
    areas = body.get("areas")
    return {
        str(area["area"]): {row["unit"]: {**row, "place": n} for n, row in enumerate(area["rows"], 1)}
        for area in (areas if isinstance(areas, list) else ())
    }


def _first(wanted: Mapping[str, Any], had: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    for unit in sorted(wanted.keys() | had.keys()):
        one, other = wanted.get(unit), had.get(unit)
        if one == other:
            continue
        if one is None or other is None:
            return unit, "row", _there(one), _there(other)
        field = next(key for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key))
        return unit, field, _text(one.get(field)), _text(other.get(field))
    return None


def _there(row: Any) -> str:
    return "none" if row is None else "there"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode("utf-8")
