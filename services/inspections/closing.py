"""What stands between a round and its end, and what is still open when it ends.  Pure.

The command is the judge; this says beforehand what it will ask for, and what it will not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.inspections.deciding.reflections import missing_reflections
from services.inspections.known import Known
from services.inspections.progress import Progress, session_key
from services.inspections.reading import unconcluded
from services.inspections.state import Round, State


def closing_body(state: State, known: Known, held: Round, rows: Sequence[Progress]) -> dict[str, Any]:
    """``unconcluded`` and ``waiting`` keep the round open until each is named; everything else only warns."""
    codes = unconcluded(state)
    return {
        "round": held.round,
        "closed": held.closed,
        "unconcluded": codes,
        "waiting": [
            _waiting(known, row) for row in sorted(rows, key=session_key) if row.unit in codes and row.day
        ],
        "open_cases": [row.unit for row in rows if "case" in row.facts],
        "unanswered": [_about(row.unit, row.unanswered) for row in rows if row.unanswered],
        "disputed": [_about(row.unit, row.disputed) for row in rows if row.disputed],
        "missing_reflections": missing_rows(state, known),
    }


def missing_rows(state: State, known: Known) -> list[dict[str, Any]]:
    """Reports that have not come, by team, member and unit; none while no rulebook says what is asked."""
    if known.rulebook is None:
        return []
    scope = str(known.rulebook.policies["reflection_scope"])
    return [
        {"team": team, "person": person, "unit": unit}
        for team, person, unit in missing_reflections(state, scope)
    ]


def _waiting(known: Known, row: Progress) -> dict[str, Any]:
    decision = known.units[row.unit].decision
    return {
        "unit": row.unit,
        "name": row.name,
        "team": row.team,
        "date": None if row.day is None else row.day.isoformat(),
        "stage": row.stage,
        "document": None if decision is None else decision.document,
    }


def _about(unit: str, criteria: Sequence[str]) -> dict[str, Any]:
    return {"unit": unit, "criteria": list(criteria)}
