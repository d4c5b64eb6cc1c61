"""Our clock against the broker's: refused while they differ, never waited for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from kafka.errors import KafkaTimeoutError

from shared.clock import ClockSkewed
from shared.log.broker_clock import EVERY_SECONDS, WHEN_SKEWED_SECONDS, BrokerClock, Reading

HERE = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)


class Broker:
    """A broker whose clock is ``skew`` ahead of ours, and the comparisons that wait to be made."""

    def __init__(self) -> None:
        self.skew: timedelta | None = timedelta(0)
        self.now = 0.0
        self.waiting: list[Callable[[], None]] = []
        self.asked = 0
        self.clock = BrokerClock(self.read, monotonic=lambda: self.now, start=self.waiting.append)

    def read(self) -> Reading:
        self.asked += 1
        if self.skew is None:
            raise KafkaTimeoutError("no broker")
        return Reading(HERE, HERE + self.skew, HERE + timedelta(milliseconds=5))

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop()()

    def look(self, after: float = 0.0) -> None:
        """Ask, and let the comparison that this started come to its end."""
        self.now += after
        with contextlib.suppress(ClockSkewed):
            self.clock.check()
        self.run()


@pytest.mark.parametrize("seconds", [-31, 31, 3600])
def test_a_clock_that_differs_by_more_than_thirty_seconds_signs_nothing(seconds: int) -> None:
    broker = Broker()
    broker.skew = timedelta(seconds=seconds)
    broker.clock.check()  # nothing is known yet, and no command waits
    broker.run()
    with pytest.raises(ClockSkewed, match="the broker"):
        broker.clock.check()


@pytest.mark.parametrize("seconds", [-29, 0, 29])
def test_a_small_difference_is_none(seconds: int) -> None:
    broker = Broker()
    broker.skew = timedelta(seconds=seconds)
    broker.look()
    broker.clock.check()


def test_a_clock_that_was_set_right_signs_again_within_seconds() -> None:
    broker = Broker()
    broker.skew = timedelta(minutes=5)
    broker.look()
    broker.skew = timedelta(0)
    broker.look(after=WHEN_SKEWED_SECONDS)
    broker.clock.check()


def test_the_broker_is_asked_seldom_and_by_one_at_a_time() -> None:
    broker = Broker()
    for _ in range(100):
        broker.clock.check()
    assert len(broker.waiting) == 1
    broker.run()
    for _ in range(100):
        broker.look(after=EVERY_SECONDS / 50)
    assert broker.asked == 3


def test_a_broker_that_is_away_changes_nothing_of_what_was_known() -> None:
    broker = Broker()
    broker.skew = None
    broker.look()
    broker.clock.check()
    broker.skew = timedelta(minutes=5)
    broker.look(after=EVERY_SECONDS)
    broker.skew = None
    broker.look(after=WHEN_SKEWED_SECONDS)
    with pytest.raises(ClockSkewed):
        broker.clock.check()
