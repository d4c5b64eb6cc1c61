"""What the register says of a unit on a day, and who stands in the place of a closed one.  Pure.

A unit is registered once, and its code stays its own for ever.  What changes it is stated beside the
registration, each with the day from which it holds: another name, another area or kind, a last day.  So the
order in which such facts arrive decides nothing, but for two that name the same day: the later one stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

RENAMED: Final = "unit.renamed.v1"
MOVED: Final = "unit.moved.v1"
CLOSED: Final = "unit.closed.v1"
CHANGES: Final = (RENAMED, MOVED, CLOSED)
"""The types of event that change a row of the register."""

_STATES: Final = {RENAMED: ("name",), MOVED: ("area", "kind")}


class Change(NamedTuple):
    """One stated change of a unit: type and data of its event."""

    type: str
    data: Mapping[str, Any]


def register_on(row: Mapping[str, Any], changes: Iterable[Change], day: date) -> Mapping[str, Any]:
    """The registered ``row`` (data of ``unit.registered``) as it reads on ``day``; never changed itself.

    A name, area or kind is that of the change with the latest day up to ``day``, of two for one day the one
    stated last.  A closing is the exception: the one stated last gives ``valid_to``, whatever ``day`` is,
    since it bounds the row and does not alter it.  A change whose day cannot be read says nothing.
    """
    dated = []
    found = dict(row)
    for n, change in enumerate(changes):
        if change.type == CLOSED:
            if _day(change.data.get("last_day")) is not None:
                found["valid_to"] = change.data["last_day"]
        elif (first := _day(change.data.get("valid_from"))) is not None and first <= day:
            dated.append((first, n, change))
    for _, _, change in sorted(dated, key=lambda one: one[:2]):
        found |= {name: change.data[name] for name in _STATES[change.type] if name in change.data}
    return found


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def named_successors(
    unit: str, rows: Mapping[str, Mapping[str, Any]], changes: Mapping[str, Iterable[Change]]
) -> list[str]:
    """The successors of ``unit``, in the order in which they are named, by whoever names any first.

    That is its closing (the one stated last, be it that nobody succeeds), else its own registration, else the
    units that were registered with it as a predecessor.  ``rows``, ``changes``: of the register, by unit.
    """
    closings = [change.data for change in changes.get(unit, ()) if change.type == CLOSED]
    if closings:
        return list(closings[-1]["successors"])
    successor = rows.get(unit, {}).get("successor")
    if successor is not None:
        return [successor]
    return [code for code, row in rows.items() if unit in row.get("predecessors", ())]


def in_place_of(unit: str, named: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Who stands in the place of ``unit``, each once, in the order in which they are named.

    ``named``: the successors that a closed unit names, none for one that stands.  A successor that is closed
    itself gives way to its own; a circle of closings leads nowhere.
    """
    found: dict[str, None] = {}
    seen = {unit}
    ahead = list(named(unit))[::-1]
    while ahead:
        code = ahead.pop()
        if code in seen:
            continue
        seen.add(code)
        further = list(named(code))
        if further:
            ahead += further[::-1]
        else:
            found[code] = None
    return tuple(found)
