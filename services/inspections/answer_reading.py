"""What is shown of a unit's adjustments: what stands, what it answers, and what was before.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.inspections.deciding.due_after import response_due
from services.inspections.known import Known
from services.inspections.state import State, Visit
from shared.events import Event
from shared.events.envelope import instant, parse_instant

ACKNOWLEDGED, DISPUTED = "acknowledged", "disputed"
_ANSWERS = {"adjustment.acknowledged.v1": ACKNOWLEDGED, "adjustment.disputed.v1": DISPUTED}
_MADE = ("conclusion.signed.v1", "conclusion.amended.v1")


def adjustments_of(
    state: State, known: Known, events: Iterable[Event], unit: str, now: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The adjustments of ``unit`` that stand, and those that were replaced, each in the order of the ledger.

    ``events``: this service's own of the unit.  Of one criterion one adjustment stands at most.
    ``answer``: ``acknowledged``, ``disputed``, or None: not answered.  ``due``: the exclusive instant by
    which it is asked, None where no calendar says; ``late``: it came after that, or has not come by ``now``.
    """
    visit = state.visit(unit)
    answers: dict[tuple[str, int], Event] = {}
    rows: list[dict[str, Any]] = []
    for event in events:
        if event.type in _ANSWERS:
            answers[event.data["criterion"], event.data["conclusion"]] = event
        if event.type in _MADE:
            rows += [_made(event, change) for change in event.data.get("adjustments", ())]
    for row in rows:
        said = answers.get((row["criterion"], row["conclusion"]))
        due = response_due(state, known, visit, row["asked_at"])
        reached = now if said is None else parse_instant(said.time)
        row |= {
            "due": None if due is None else instant(due),
            "answer": None if said is None else _ANSWERS[said.type],
            "text": None if said is None else said.data.get("text"),
            "answered_at": None if said is None else said.time,
            "late": due is not None and reached >= due and (said is not None or _stands(visit, row)),
        }
    return [row for row in rows if _stands(visit, row)], [row for row in rows if not _stands(visit, row)]


def _stands(visit: Visit, row: dict[str, Any]) -> bool:
    return bool(visit.record.adjustment(row["criterion"]) == row["conclusion"])


def _made(event: Event, change: dict[str, Any]) -> dict[str, Any]:
    return {
        "conclusion": event.sequence,
        "amendment": event.type == _MADE[1],
        "asked_at": event.time,
        **{name: change.get(name) for name in ("criterion", "from_self", "from_effective", "to", "reason")},
    }
