"""From rows of the ledger to the engine: the one seam that the projection, the history and replay share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection

from services.ranking.agenda import disputed_adjustments
from services.ranking.engine import State, body, compute, digest, initial
from services.ranking.engine.classes import QuotaLine
from services.ranking.engines import CURRENT, RUNNABLE, EngineVersion
from shared.events.catalogue import interpret
from shared.events.envelope import Event, trusted_event
from shared.ledger import reader


@dataclass(frozen=True, slots=True)
class Result:
    """Standings as readers get them: the engine's body, and the digest of its content alone.

    ``quotas``: the quotas as they were applied, by area; ``disputed``: criteria whose adjustment the unit
    disputes, by unit.  Neither is part of the body, so there is none where only a body was kept.
    """

    body: dict[str, Any]
    digest: str
    quotas: Mapping[str, tuple[QuotaLine, ...]] = field(default_factory=dict, compare=False)
    disputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)


def take(state: State, position: int, value: bytes) -> Event:
    """Fold the event at ``position``, whose canonical bytes are ``value``; ``state`` changes in place.

    An event that the catalogue does not understand keeps its position and changes no standing
    (architecture 4.2).
    """
    event = event_of(value)
    take_event(state, position, event)
    return event


def event_of(value: bytes) -> Event:
    """The event of canonical bytes that the ledger table holds; admission has found them good."""
    return trusted_event(value, orjson.loads(value))


def take_event(state: Any, position: int, event: Event, engine: EngineVersion = CURRENT) -> None:
    """Fold an event that is parsed already into a state of ``engine``."""
    if interpret(event) is not None:
        engine.uninterpreted(state, position, event.type)
    else:
        engine.evolve(
            state,
            event.type,
            event.source,
            event.subject,
            event.sequence,
            position,
            event.time,
            event.data,
        )


def fold(connection: Connection, ledger: str, position: int) -> State:
    """The fold of the first ``position`` events of the ledger table, from the very first."""
    state = initial(ledger)
    for row in reader.rows(connection, ledger, 0, position):
        take(state, row.position, row.value)
    return state


def result(state: State) -> Result:
    """The standings of ``state``."""
    standings = compute(state)
    content = body(standings)
    disputed: dict[str, tuple[str, ...]] = {}
    for one in disputed_adjustments([row.sheet for row in standings.rows()]):
        disputed[one.unit] = (*disputed.get(one.unit, ()), one.criterion)
    return Result(content, digest(content), {area.area: area.quotas for area in standings.areas}, disputed)


def recompute(version: str, ledger: str, events: Iterable[Event]) -> Result | None:
    """The standings after ``events`` (all of a ledger, from the first) by a version of the engine.

    None when this software cannot run that version.
    """
    engine = RUNNABLE.get(version)
    if engine is None:
        return None
    state = engine.initial(ledger)
    for position, event in enumerate(events):
        take_event(state, position, event, engine)
    content = engine.body(state)
    return Result(content, digest(content))
