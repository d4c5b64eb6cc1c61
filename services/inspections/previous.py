"""Last year's limitations of a unit, out of last year's ledger (plan II).  Pure.

A conclusion states limitations as one text: each line is one of them.  What was carried into last year
already, and was not remedied then, is carried further under the reference that it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.events import Event
from shared.events.catalogue import interpret

MOST = 100
"""As many as one command may carry."""
_MARK = re.compile(r"^(?:[-+•*–]|\d{1,2}[.)])\s*")


@dataclass(frozen=True, slots=True)
class Previous:
    """``ref`` is unique in the unit that gets it; ``unit``: the predecessor that had it, None for its own."""

    ref: str
    text: str
    cycle: str
    unit: str | None = None


def limitations_of(unit: str, cycle: str, events: Iterable[Event], own: bool) -> tuple[list[Previous], int]:
    """The limitations with which ``unit`` went out of ``cycle``, and the number of its conclusion.

    ``events``: the unit's own of this service in last year's ledger.  ``own``: not a predecessor's.  Without
    a conclusion the number is 0, and what was not remedied is all there is.
    """
    carried: dict[str, tuple[str, str]] = {}
    text, number = "", 0
    for event in events:
        data = event.data
        if interpret(event) is not None:
            continue
        match event.type:
            case "limitation.carried.v1":
                carried |= {one["ref"]: (one["text"], one["cycle"]) for one in data["limitations"]}
            case "limitation.assessed.v1" if data["outcome"] == "remedied":
                carried.pop(data["ref"], None)
            case "conclusion.signed.v1" | "conclusion.amended.v1" if "limitations" in data:
                text, number = data["limitations"], event.sequence
    whose = None if own else unit
    among = "" if own else f"{unit}-"
    lines = [line for raw in text.splitlines() if (line := _MARK.sub("", raw.strip()).strip())]
    found = [Previous(f"{among}{ref}", told, year, whose) for ref, (told, year) in carried.items()]
    found += [
        Previous(f"{among}HC-{cycle}-{place}", line, cycle, whose)
        for place, line in enumerate(lines, start=1)
    ]
    return found[:MOST], number
