"""The versions of the engine that this software can run.

A version that ever published stays runnable: before its rules change it is copied, frozen, to its own
package (``engine/v1/``) and named here beside the new one.  What it published is recomputed by it, and by
no other (invariant 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from services.ranking.engine import ENGINE, body, compute, digest, evolve, initial, uninterpreted
from shared.events.catalogue import interpret
from shared.events.envelope import Event


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """One version: its four functions.  The state between them is the version's own, of whatever type."""

    initial: Callable[[str], Any]
    evolve: Callable[[Any, str, str, str, int, int, str, dict[str, Any]], Any]
    uninterpreted: Callable[[Any, int, str], Any]
    body: Callable[[Any], dict[str, Any]]


RUNNABLE: dict[str, EngineVersion] = {
    ENGINE: EngineVersion(initial, evolve, uninterpreted, lambda state: body(compute(state))),
}
"""By version, as results name it."""


def recompute(version: str, ledger: str, events: Iterable[Event]) -> tuple[dict[str, Any], str] | None:
    """Body and digest of the standings after ``events`` (all of a ledger, from the first) by ``version``.

    None when this software cannot run that version.
    """
    found = RUNNABLE.get(version)
    if found is None:
        return None
    state = found.initial(ledger)
    for position, event in enumerate(events):
        if interpret(event) is not None:
            state = found.uninterpreted(state, position, event.type)
        else:
            state = found.evolve(
                state,
                event.type,
                event.source,
                event.subject,
                event.sequence,
                position,
                event.time,
                event.data,
            )
    content = found.body(state)
    return content, digest(content)
