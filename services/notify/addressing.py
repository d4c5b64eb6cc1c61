"""Who receives a notice: the unit itself, or those that stand in its place once it is closed.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.deciding import Stated
from shared.lineage import CHANGES, Change, in_place_of, named_successors, register_on

REGISTERED = "unit.registered.v1"
REGISTER = (REGISTERED, *CHANGES)
"""The types of event that say who stands in the register."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A unit that receives what is sent to a closed one."""

    unit: str
    name: str


Recipients = Callable[[str], tuple[Recipient, ...]]
"""Who receives what concerns a unit, in its place; none while it stands itself."""


def recipients_on(day: date, events: Iterable[Stated]) -> Recipients:
    """Who receives on ``day``, as ``events`` of the register say (``closed_unit_notice_to: successor``).

    The results stay the closed unit's own; only the letter goes to whoever took its place.
    """
    rows: dict[str, Mapping[str, Any]] = {}
    changes: dict[str, list[Change]] = {}
    for event in events:
        if event.type == REGISTERED:
            rows[event.subject] = event.data
        else:
            changes.setdefault(event.subject, []).append(Change(event.type, event.data))

    def row(unit: str) -> Mapping[str, Any]:
        return register_on(rows.get(unit, {}), changes.get(unit, ()), day)

    def named(unit: str) -> list[str]:
        last = row(unit).get("valid_to")
        stands = last is None or day <= date.fromisoformat(last)
        return [] if stands else named_successors(unit, rows, changes)

    def recipients(unit: str) -> tuple[Recipient, ...]:
        return tuple(Recipient(one, row(one).get("name", one)) for one in in_place_of(unit, named))

    return recipients
