"""Rank lists beside the boards: by criterion, by group, over all areas, by a column of the register.

One measure, the same rank style, no tie chain, no class (rulebook format §7).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from services.ranking.engine.compute import compute
from services.ranking.engine.fold import State
from services.ranking.engine.ranks import rank_list
from services.ranking.engine.sheet import Sheet
from shared.rulebook.model import Rulebook
from shared.rulebook.number import show

CRITERION, GROUP, OVERALL, GROUPING = "criterion", "group", "overall", "grouping"
PLAIN: Final = (
    "base",
    "bonus",
    "penalty",
    "ranking_score",
    "classification_score",
    "recognised_models",
)


class UnknownList(LookupError):
    """The rulebook declares no such list."""


class UnknownMeasure(LookupError):
    """The measure does not exist, or is not one that this list can rank by."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One unit.  ``rank`` None: it is not ranked here.  ``max``: what the measure can reach, where fixed."""

    rank: int | None
    unit: str
    name: str
    area: str
    value: Fraction | None
    max: Fraction | None


@dataclass(frozen=True, slots=True)
class Section:
    """Units ranked among themselves.  ``key``: None over all areas; an area; a value of the register."""

    key: str | None
    label: str
    area: str | None
    rows: tuple[ListRow, ...]


@dataclass(frozen=True, slots=True)
class SideList:
    """One list of the rulebook, by one measure."""

    name: str
    measure: str
    scale: int
    sections: tuple[Section, ...]


def side_list(state: State, name: str, measure: str | None = None) -> SideList:
    """The list ``name`` of the rulebook in force (``criterion``, ``group``, ``overall``, ``grouping:ID``).

    ``measure``: of the closed list of §7; left out, the first criterion or group, else what the boards rank
    by.  Areas have their own maxima, so only ``overall`` ranks across them; ``grouping`` ranks within an
    area and a value of its column.  Raises :class:`UnknownList`, :class:`UnknownMeasure`.
    """
    rules = state.rulebook
    if rules is None or name == "area" or name not in rules.rank_lists:
        raise UnknownList(name)
    kind, _, column = name.partition(":")
    by = _measure(rules, kind, measure)
    sheets = [row.sheet for row in compute(state).rows() if _applies(by, row.sheet)]
    sections = tuple(
        Section(key, label, area, _ranked(units, by, rules))
        for key, label, area, units in _divided(state, rules, kind, column, sheets)
    )
    return SideList(name, by, rules.number.scale, sections)


def measures(rules: Rulebook, name: str) -> tuple[str, ...]:
    """The measures that the list ``name`` can rank by, the one taken by default first.

    Criteria and groups have another maximum in each area, so they rank nobody over all areas.
    """
    criteria = tuple(f"criterion:{leaf.id}" for leaf in rules.leaves)
    groups = tuple(f"group:{group}" for group in rules.group)
    kind = name.partition(":")[0]
    if kind == CRITERION:
        return criteria
    if kind == GROUP:
        return groups
    first = rules.totals.rank_by
    others = PLAIN if kind == OVERALL else (*PLAIN, *criteria, *groups)
    return (first, *(one for one in others if one != first))


def _measure(rules: Rulebook, kind: str, asked: str | None) -> str:
    known = measures(rules, kind)
    if asked is None and known:
        return known[0]
    if asked not in known:
        raise UnknownMeasure(asked)
    return asked


def _applies(measure: str, sheet: Sheet) -> bool:
    """Whether the measure means anything in the unit's area."""
    kind, _, name = measure.partition(":")
    if kind == CRITERION:
        return any(leaf.id == name for leaf in sheet.leaves)
    return kind != GROUP or sheet.groups[name].max > 0


Division = tuple[str | None, str, str | None, list[Sheet]]


def _divided(
    state: State, rules: Rulebook, kind: str, column: str, sheets: list[Sheet]
) -> Iterable[Division]:
    if kind == OVERALL:
        yield None, "", None, sheets
        return
    for area in rules.areas:
        here = [sheet for sheet in sheets if sheet.area == area.id]
        if kind != GROUPING:
            if here:
                yield area.id, area.label, area.id, here
            continue
        attribute = next(one.attribute for one in rules.groupings if one.id == column)
        by_value: dict[str, list[Sheet]] = {}
        for sheet in here:
            by_value.setdefault(_attribute(state, sheet.unit, attribute), []).append(sheet)
        for value in sorted(by_value):
            yield value, value, area.id, by_value[value]


def _attribute(state: State, unit: str, attribute: str) -> str:
    register = state.register(unit)
    assert register is not None  # only registered units have a sheet
    value = register.get(attribute)
    return value if isinstance(value, str) else ""


def _ranked(sheets: list[Sheet], measure: str, rules: Rulebook) -> tuple[ListRow, ...]:
    ordered = sorted(sheets, key=lambda sheet: sheet.unit)
    return tuple(
        ListRow(rank, sheet.unit, sheet.name, sheet.area, value, _most(measure, sheet))
        for rank, sheet, value in rank_list(ordered, measure, rules.rank_style)
    )


def _most(measure: str, sheet: Sheet) -> Fraction | None:
    kind, _, name = measure.partition(":")
    if kind == CRITERION:
        return next(leaf.max for leaf in sheet.leaves if leaf.id == name)
    return sheet.groups[name].max if kind == GROUP else None


def list_body(found: SideList) -> dict[str, Any]:
    """The list as JSON data; values are decimal strings, exact."""
    return {
        "list": found.name,
        "measure": found.measure,
        "sections": [
            {
                "key": section.key,
                "label": section.label,
                "area": section.area,
                "rows": [row_body(row, found.scale) for row in section.rows],
            }
            for section in found.sections
        ],
    }


def row_body(row: ListRow, scale: int) -> dict[str, Any]:
    """One row of :func:`list_body`."""
    return {
        "rank": row.rank,
        "unit": row.unit,
        "name": row.name,
        "area": row.area,
        "value": None if row.value is None else show(row.value, scale),
        "max": None if row.max is None else show(row.max, scale),
    }
