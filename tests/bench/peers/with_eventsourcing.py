"""Python ``eventsourcing``: the ledger as domain events, an aggregate for each subject, stored in SQLite; a
follower of the library's own system runner takes them from the first on.

The library's newer ``ProjectionRunner`` subscribes to the recorder, which its SQLite recorder does not offer;
so the runner is the one that serves SQLite.  The follower tracks its position in memory, the fastest that
the library has: what is measured is reading and processing, not a commit for every event.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.system import ProcessApplication, SingleThreadedRunner, System

from services.ranking.engine import body, compute, digest, evolve, initial
from tests.bench.contender import Done, Place, Work

BATCH = 5_000
SECTION = 1_000
"""Events read at a time; the library's default, 10, asks the database a hundred times as often."""


class Stated(DomainEvent):
    """One event of the ledger; ``sequence`` within its ``source``."""

    position: int
    type: str
    source: str
    subject: str
    sequence: int
    time: str
    data: dict[str, Any]


class Ledger(Application[UUID]):
    """The events, in the order of the ledger."""

    log_section_size = SECTION


class Standings(ProcessApplication[UUID]):
    """The fold of this project's engine, event by event, by the rules of this project's engine."""

    pull_section_size = SECTION

    def __init__(self, env: Any = None) -> None:
        super().__init__(env)
        self.state = initial("")

    def policy(self, domain_event: Any, processing_event: Any) -> None:
        """Fold one event."""
        evolve(
            self.state,
            domain_event.type,
            domain_event.source,
            domain_event.subject,
            domain_event.sequence,
            domain_event.position,
            domain_event.time,
            domain_event.data,
        )


def store(place: Place) -> Work:
    """Set-up, measured by nobody: the ledger as stored events of the library."""

    def work() -> Done:
        ledger = Ledger(_environment(place))
        versions: dict[UUID, int] = {}
        found = []
        for position, line in enumerate(place.lines()):
            event = orjson.loads(line)
            originator = uuid5(NAMESPACE_URL, event["subject"])
            versions[originator] = versions.get(originator, 0) + 1
            found.append(
                Stated(
                    originator_id=originator,
                    originator_version=versions[originator],
                    timestamp=datetime.fromisoformat(event["time"]).astimezone(UTC),
                    position=position,
                    type=event["type"],
                    source=event["source"],
                    subject=event["subject"],
                    sequence=int(event["sequence"]),
                    time=event["time"],
                    data=event["data"],
                )
            )
            if len(found) == BATCH:
                ledger.recorder.insert_events([ledger.mapper.to_stored_event(one) for one in found])
                found.clear()
        ledger.recorder.insert_events([ledger.mapper.to_stored_event(one) for one in found])
        ledger.close()
        return Done(place.size)

    return work


def project(place: Place) -> Work:
    """From the first event to the standings."""

    def work() -> Done:
        with SingleThreadedRunner(System(pipes=[[Ledger, Standings]]), _environment(place)) as runner:
            standings = runner.get(Standings)
            standings.state = initial(place.ledger)
            standings.pull_and_process(Ledger.name)
            state = standings.state
        return Done(state.size, digest(body(compute(state))))

    return work


def _environment(place: Place) -> dict[str, str]:
    return {
        "LEDGER_PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "LEDGER_SQLITE_DBNAME": str(place.path("peer_database")),
        "STANDINGS_PERSISTENCE_MODULE": "eventsourcing.popo",
    }
