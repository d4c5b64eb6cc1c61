"""Our clock against the broker's (architecture 4.4): nothing is signed while they differ by more than 30 s.

Kafka tells its own time in one answer that writes nothing: of the quorum that keeps its metadata, the leader
says when it has last caught up with itself, which is now.  So whoever is about to sign asks for a comparison,
made in the background and at most twice a minute; no command waits for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from shared.clock import ClockSkewed, refuse_skew
from shared.log import client

EVERY_SECONDS = 30.0
WHEN_SKEWED_SECONDS = 5.0

_log = structlog.get_logger("broker-clock")


@dataclass(frozen=True, slots=True)
class Reading:
    """The broker's time ``there``, read at some moment between ``before`` and ``after`` of our clock."""

    before: datetime
    there: datetime
    after: datetime


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="broker-clock", daemon=True).start()


class BrokerClock:
    """The last comparison with the broker's clock.  May be used by many threads.

    ``read`` asks the broker.  Before its first answer, and while there is no broker, what was last known
    holds; at the start that is nothing, and facts wait in the outbox all the same.
    """

    def __init__(
        self,
        read: Callable[[], Reading],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] = _in_background,
    ) -> None:
        self._read = read
        self._monotonic = monotonic
        self._start = start
        self._lock = threading.Lock()
        self._running = False
        self._due = float("-inf")
        self._skew: str | None = None

    def check(self) -> None:
        """Raise :class:`~shared.clock.ClockSkewed` when the last comparison found too great a difference.

        Starts the next comparison when one is due; never waits for it.
        """
        with self._lock:
            due = not self._running and self._monotonic() >= self._due
            self._running = self._running or due
        if due:
            self._start(self._compare)
        if self._skew is not None:
            raise ClockSkewed(self._skew)

    def _compare(self) -> None:
        skew = self._skew
        try:
            reading = self._read()
            refuse_skew(reading.before, reading.there, reading.after, "the broker")
            skew = None
        except ClockSkewed as error:
            skew = str(error)
            _log.critical("our clock and the broker's differ: nothing is signed", detail=skew)
        except Exception as error:  # no broker, no right to ask, no answer of this kind: what was known holds
            _log.info("the broker's clock is not known", error=repr(error))
        finally:
            with self._lock:
                self._skew = skew
                self._running = False
                self._due = self._monotonic() + (EVERY_SECONDS if skew is None else WHEN_SKEWED_SECONDS)


def broker_clock(bootstrap: str) -> BrokerClock:
    """The comparison with the clock of the Kafka at ``bootstrap``."""

    def read() -> Reading:
        client.reach(bootstrap)
        with client.short_lived_admin(bootstrap) as asking:
            before = datetime.now(UTC)
            there = client.controller_time(asking)
            return Reading(before, there, datetime.now(UTC))

    return BrokerClock(read)
