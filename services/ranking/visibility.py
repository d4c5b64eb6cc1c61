"""What of a body one reader gets (architecture 4.5).  Pure.

Published versions are for everybody.  Of unpublished standings a unit sees its own row, a team the rows of
its units, a department its own criteria in every row; office, Standing Committee and auditor see all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.ranking.engine import State, sheet_of
from shared.access import Audience
from shared.rulebook import Leaf
from shared.rulebook.number import show

TeamOf = Callable[[str], str | None]


def policy(state: State) -> str:
    """``live_visibility`` of the rulebook in force; ``restricted`` while there is none."""
    rulebook = state.rulebook
    return "restricted" if rulebook is None else str(rulebook.policies["live_visibility"])


def owners(state: State, leaf: Leaf) -> tuple[str, ...]:
    """The bodies whose criterion it is: the rulebook's owner, joint authors, and whom it was assigned to.

    Each of them states values of it at some time of the cycle; an assignment does not hide from the body
    before it what it stated itself.
    """
    assigned = (one.owner for one in state.assignments if one.criterion == leaf.id)
    return tuple(dict.fromkeys((leaf.owner, *leaf.joint, *assigned)))


def for_audience(
    body: Mapping[str, Any], state: State, audience: Audience, team_of: TeamOf
) -> dict[str, Any]:
    """``body`` cut down to what ``audience`` sees.

    A row seen whole stays as it is.  A row of which only criteria are seen has ``unit``, ``name`` and
    ``criteria``.  Other rows are left out, and so are the counts over all units.
    """
    if audience.everything:
        return dict(body)
    areas = [
        {**area, "rows": [seen for row in area["rows"] if (seen := _row(row, state, audience, team_of))]}
        for area in body["areas"]
    ]
    return {**body, "provisional": {"reasons": []}, "areas": areas}


def _row(row: Mapping[str, Any], state: State, audience: Audience, team_of: TeamOf) -> dict[str, Any] | None:
    unit = row["unit"]
    if audience.sees_row(unit, team_of(unit)):
        return dict(row)
    if not audience.departments:
        return None
    return {"unit": unit, "name": row["name"], "criteria": criteria(state, unit, audience, team_of)}


def criteria(state: State, unit: str, audience: Audience, team_of: TeamOf) -> list[dict[str, Any]]:
    """The criteria of ``unit`` whose values ``audience`` sees, in the rulebook's order."""
    sheet, rulebook = sheet_of(state, unit), state.rulebook
    if sheet is None or rulebook is None:
        return []
    return [
        {
            "criterion": leaf.id,
            "points": None if leaf.points is None else show(leaf.points, rulebook.number.scale),
            "state": leaf.state,
            "stage": leaf.stage,
        }
        for leaf in sheet.leaves
        if audience.sees_criterion(unit, owners(state, rulebook.leaf[leaf.id]), team_of(unit))
    ]


PUBLIC_TYPES = frozenset(
    (
        "ledger.opened.v1",
        "cycle.opened.v1",
        "rulebook.adopted.v1",
        "round.opened.v1",
        "round.closed.v1",
        "unit.registered.v1",
        "unit.renamed.v1",
        "unit.moved.v1",
        "unit.closed.v1",
        "scoring.assigned.v1",
        "scoring.due_set.v1",
        "department.registered.v1",
        "result.published.v1",
    )
)


def sees_event(audience: Audience, type_: str, subject: str, team_of: TeamOf) -> bool:
    """Whether ``audience`` may read what the event says; its existence is no secret."""
    return type_ in PUBLIC_TYPES or audience.sees_row(subject, team_of(subject))
