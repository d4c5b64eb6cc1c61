"""Stores over any database, and a writer that runs as a process of its own.

``python -m tests.support.storing URL LEDGER COMMANDS NAME`` says ``ready``, waits for a line, then appends
that many commands of three facts each and prints the last number of each after its commit; ``hang`` instead
of a count: it appends, says ``ready`` and never commits.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine

from shared.database import engine_for
from shared.events import Draft
from shared.store import EventStore, body_digest, command_id, receipts_body
from tests.support.world import key_of, score_data

LEDGER = "hcmc/2020"
START = datetime(2020, 11, 9, 2, 0, tzinfo=UTC)


class HandClock:
    """A clock that shows what it was set to."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self, ledger: str, connection: Connection | None = None) -> datetime:
        return self.moment


def signing_key(ledger: str) -> Ed25519PrivateKey:
    """The scores service's key, the same in every run."""
    return key_of(f"{ledger} scores")


def store_on(engine: Engine, **changes: Any) -> EventStore:
    """A store of the scores service."""
    options: dict[str, Any] = {"service": "scores", "signer": signing_key, "clock": HandClock()}
    return EventStore(engine, **(options | changes))


def score(subject: str = "QH-Q01", value: str = "8.25") -> Draft:
    """A fact that the catalogue understands."""
    return Draft("score.recorded.v1", subject, score_data(value))


def run_command(store: EventStore, ledger: str, key: str, subjects: list[str]) -> list[int]:
    """One command as the web runs it: looked up, decided, appended, answered.  Gives the numbers."""
    command, digest = command_id("an", f"/{ledger}", key), body_digest(b"{}")
    with store.transaction(ledger) as tx:
        if tx.answered(command, digest) is not None:
            return []
        for subject in subjects:
            tx.stream(subject)
        events = tx.append([score(subject) for subject in subjects], command_id=command)
        tx.remember(
            command,
            principal="an",
            route=f"/{ledger}",
            key=key,
            body_digest=digest,
            status=201,
            answer=receipts_body(event.value for event in events),
        )
    return [event.sequence for event in events]


def main(url: str, ledger: str, commands: str, name: str) -> None:
    """See the module's own words."""
    engine = engine_for(url)
    store = store_on(engine)
    subjects = ["QH-Q01", "QH-Q02", "QH-Q01"]
    if commands == "hang":
        with store.transaction(ledger) as tx:
            tx.append([score(subject) for subject in subjects], command_id="hanging")
            print("ready", flush=True)
            time.sleep(600)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(commands)):
        print(run_command(store, ledger, f"{name}-{number}", subjects)[-1], flush=True)
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
