"""One criterion across units, and the rank lists beside the boards, for one reader."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from services.ranking.desk import View, shown_at, state_at
from services.ranking.engine import State, compute
from services.ranking.engine.lists import (
    CRITERION,
    ListRow,
    SideList,
    UnknownList,
    UnknownMeasure,
    list_body,
    side_list,
)
from services.ranking.engine.sheet import LeafSheet
from services.ranking.visibility import owners
from shared.rulebook.number import show
from shared.web.problems import Problem


def criterion_body(seen: View, position: int, criterion: str) -> dict[str, Any]:
    """The values of ``criterion`` at ``position`` in every unit this reader may see, by area and rank.

    Raises 403 and 422 problems, and a 404 one for a criterion that the rulebook in force has not.
    """
    shown_at(seen, position)
    state = state_at(seen, position)
    rules = state.rulebook
    leaf = None if rules is None else rules.leaf.get(criterion)
    if rules is None or leaf is None:
        raise Problem("unknown-criterion", status=404)
    audience = seen.audience_at(position)
    team_of = partial(seen.book.team_of, position=position)
    units = [
        {
            "unit": row.sheet.unit,
            "name": row.sheet.name,
            "area": row.sheet.area,
            **_value(found, rules.number.scale),
        }
        for row in compute(state).rows()
        for found in row.sheet.leaves
        if found.id == criterion
        and audience.sees_criterion(row.sheet.unit, owners(state, leaf), team_of(row.sheet.unit))
    ]
    return {
        "criterion": criterion,
        "label": leaf.label,
        "owner": state.scorer(leaf),
        "position": position,
        "partial": not audience.everything,
        "units": units,
    }


def _value(leaf: LeafSheet, scale: int) -> dict[str, Any]:
    return {
        "max": show(leaf.max, scale),
        "state": leaf.state,
        "stage": leaf.stage,
        "points": None if leaf.points is None else show(leaf.points, scale),
        "contribution": show(leaf.contribution, scale),
        "marks": len(leaf.marks),
    }


def side_list_at(seen: View, position: int, name: str, measure: str | None) -> SideList:
    """A rank list at ``position`` with the rows that this reader may see.

    Raises 403 and 422 problems, and 404 ones for a list or a measure that there is not.
    """
    shown_at(seen, position)
    state = state_at(seen, position)
    try:
        found = side_list(state, name, measure)
    except UnknownList as error:
        raise Problem("unknown-list") from error
    except UnknownMeasure as error:
        raise Problem("unknown-measure") from error
    sections = (
        replace(section, rows=tuple(row for row in section.rows if _sees(seen, position, state, found, row)))
        for section in found.sections
    )
    return replace(found, sections=tuple(section for section in sections if section.rows))


def _sees(seen: View, position: int, state: State, found: SideList, row: ListRow) -> bool:
    audience, team = seen.audience_at(position), seen.book.team_of(row.unit, position)
    kind, _, criterion = found.measure.partition(":")
    if kind != CRITERION or state.rulebook is None:
        return audience.sees_row(row.unit, team)
    return audience.sees_criterion(row.unit, owners(state, state.rulebook.leaf[criterion]), team)


def side_list_body(seen: View, position: int, name: str, measure: str | None) -> dict[str, Any]:
    """The list of :func:`side_list_at` as JSON data."""
    return {
        **list_body(side_list_at(seen, position, name, measure)),
        "position": position,
        "partial": not seen.audience_at(position).everything,
    }
