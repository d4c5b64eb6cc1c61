"""Ready beyond the database (architecture 4.4): Kafka is reachable, intake has caught up, nothing is halted.

However often ``/readyz`` is asked, Kafka and the database are asked every two seconds at most.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine

from shared.database import read_transaction
from shared.ledger import journal
from shared.log import client
from shared.settings import Settings
from shared.web.health import Check, Checks

KEPT_SECONDS = 2.0
PATIENCE_SECONDS = 1.0
LOOK_SECONDS = 0.1
LOG_TIMEOUT_MS = 2_000


@dataclass(frozen=True, slots=True)
class _Found:
    at: float
    checks: Mapping[str, Check]


class LogReadiness:
    """What ``/readyz`` says about the log.  May be asked by many threads.

    ``log_ends``: the end of the log by partition.  ``patience``: how many seconds intake is given to read
    what had been written when it was asked; under a steady load it is never at the very end.
    """

    def __init__(
        self,
        engine: Engine,
        topic: str,
        log_ends: Callable[[], Mapping[int, int]],
        *,
        kept: float = KEPT_SECONDS,
        patience: float = PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine = engine
        self._topic = topic
        self._log_ends = log_ends
        self._kept = kept
        self._patience = patience
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._found: _Found | None = None

    @property
    def checks(self) -> Checks:
        """One check each for Kafka, for having caught up, and for nothing being halted."""
        return {name: partial(self._check, name) for name in ("kafka", "caught-up", "not-halted")}

    def _check(self, name: str) -> Check:
        with self._lock:
            found = self._found
            if found is None or self._monotonic() - found.at >= self._kept:
                checks = self._look()
                # What was found ages from when looking ended: a broker that is away costs its time-out.
                found = self._found = _Found(self._monotonic(), checks)
        return found.checks[name]

    def _look(self) -> dict[str, Check]:
        halted = self._halted()
        try:
            ends = self._log_ends()
        except Exception as error:  # whatever the client meets, the log cannot be reached
            unknown = Check(False, "the end of the log is not known")
            kafka = Check(False, f"not reachable: {type(error).__name__}")
            return {"kafka": kafka, "caught-up": unknown, "not-halted": halted}
        if not ends:
            kafka = Check(False, f"there is no topic {self._topic}")
            return {
                "kafka": kafka,
                "caught-up": Check(False, "there is nothing to read"),
                "not-halted": halted,
            }
        kafka = Check(True, f"{self._topic}: {len(ends)} partitions")
        return {"kafka": kafka, "caught-up": self._caught_up(ends), "not-halted": halted}

    def _caught_up(self, ends: Mapping[int, int]) -> Check:
        """Whether intake stands at ``ends``, at the latest when patience is over."""
        limit = self._monotonic() + self._patience
        while True:
            with read_transaction(self._engine) as connection:
                behind = sum(journal.lags(connection, self._topic, ends).values())
            if not behind:
                return Check(True, f"intake has read all {sum(ends.values())} records")
            if self._monotonic() >= limit:
                return Check(False, f"intake is {behind} records behind")
            self._sleep(LOOK_SECONDS)

    def _halted(self) -> Check:
        with read_transaction(self._engine) as connection:
            found = [item for item in journal.halts(connection) if item.topic == self._topic]
        if not found:
            return Check(True, "every partition is read")
        return Check(False, "; ".join(f"partition {item.partition}: {item.reason}" for item in found))


def log_checks(engine: Engine, settings: Settings) -> Checks:
    """The checks of a service whose log is the topic of ``settings``."""

    def ends() -> Mapping[int, int]:
        client.reach(settings.kafka, LOG_TIMEOUT_MS / 1000)
        return client.end_offsets(settings.kafka, settings.topic, LOG_TIMEOUT_MS)

    return LogReadiness(engine, settings.topic, ends).checks
