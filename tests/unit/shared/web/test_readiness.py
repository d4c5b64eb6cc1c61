"""What /readyz says about the log: reachable, caught up, not halted; and how seldom it asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from kafka.errors import KafkaTimeoutError
from sqlalchemy import Engine, delete, insert

from shared.database import engine_for, metadata, write_transaction
from shared.ledger import journal, tables
from shared.web.health import Check
from shared.web.readiness import KEPT_SECONDS, LogReadiness

TOPIC = "evaluation-events"


class Hands:
    """A clock that moves when somebody sleeps, and a log whose end is what we say."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = 100.0
        self.slept: list[float] = []
        self.asked = 0
        self.ends: dict[int, int] | Exception = {0: 0, 1: 0}
        self.made = LogReadiness(
            engine, TOPIC, self.log_ends, monotonic=lambda: self.now, sleep=self.sleep
        ).checks

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def log_ends(self) -> dict[int, int]:
        self.asked += 1
        if isinstance(self.ends, Exception):
            raise self.ends
        return self.ends

    def look(self) -> dict[str, Check]:
        return {name: check() for name, check in self.made.items()}

    def bad(self) -> dict[str, str]:
        return {name: check.text for name, check in self.look().items() if not check.ok}

    def read_to(self, partition: int, offset: int) -> None:
        with write_transaction(self.engine) as connection:
            offsets = tables.offsets
            connection.execute(delete(offsets).where(offsets.c.partition == partition))
            row = {"topic": TOPIC, "partition": partition, "next_offset": offset, "admission": 1}
            connection.execute(insert(offsets), row)


@pytest.fixture
def hands(sqlite_url: str) -> Iterator[Hands]:
    engine = engine_for(sqlite_url)
    metadata.create_all(engine, [tables.offsets, tables.halts])
    yield Hands(engine)
    engine.dispose()


def test_an_empty_log_has_been_read_to_its_end(hands: Hands) -> None:
    assert hands.bad() == {}
    assert set(hands.look()) == {"kafka", "caught-up", "not-halted"}
    assert hands.slept == []


def test_a_service_that_has_not_read_the_log_yet_is_not_ready(hands: Hands) -> None:
    hands.ends = {0: 7, 1: 3}
    hands.read_to(0, 5)
    assert hands.bad() == {"caught-up": "intake is 5 records behind"}
    assert 1.0 <= sum(hands.slept) < 1.2
    hands.read_to(0, 7)
    hands.read_to(1, 3)
    hands.now += KEPT_SECONDS
    assert hands.bad() == {}


def test_intake_is_given_a_moment_to_read_what_was_just_written(hands: Hands) -> None:
    hands.ends = {0: 8}

    def reads_while_we_wait(seconds: float) -> None:
        hands.sleep(seconds)
        hands.read_to(0, 8)

    checks = LogReadiness(
        hands.engine, TOPIC, hands.log_ends, monotonic=lambda: hands.now, sleep=reads_while_we_wait
    ).checks
    assert checks["caught-up"]() == Check(True, "intake has read all 8 records")
    assert len(hands.slept) == 1


def test_without_a_broker_a_service_is_not_ready_and_says_so(hands: Hands) -> None:
    hands.ends = KafkaTimeoutError("Unable to bootstrap from secret-host")
    assert hands.bad() == {
        "kafka": "not reachable: KafkaTimeoutError",
        "caught-up": "the end of the log is not known",
    }


def test_without_the_topic_a_service_is_not_ready(hands: Hands) -> None:
    hands.ends = {}
    assert hands.bad() == {
        "kafka": "there is no topic evaluation-events",
        "caught-up": "there is nothing to read",
    }


def test_a_halted_partition_makes_a_service_not_ready_until_it_is_read_again(hands: Hands) -> None:
    journal.halt(hands.engine, TOPIC, 1, "much_noise", "200 records", datetime(2020, 11, 9, tzinfo=UTC))
    journal.halt(hands.engine, "another", 0, "much_noise", "", datetime(2020, 11, 9, tzinfo=UTC))
    assert hands.bad() == {"not-halted": "partition 1: much_noise"}
    journal.clear_halt(hands.engine, TOPIC, 1)
    assert hands.bad() == {"not-halted": "partition 1: much_noise"}, "kept for two seconds"
    hands.now += KEPT_SECONDS
    assert hands.bad() == {}


def test_however_often_it_is_asked_kafka_is_asked_every_two_seconds(hands: Hands) -> None:
    for _ in range(50):
        hands.look()
        hands.now += 0.1
    assert hands.asked == 3
