"""A service's database joined to a real topic: outbox, relay, intake, all by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from kafka import KafkaProducer
from sqlalchemy import Engine

from shared.database import engine_for, read_transaction
from shared.ledger import reader
from shared.log import client
from shared.log.intake import Intake
from shared.log.relay import Relay
from shared.log.replay import ReplayResult, replay
from shared.migrations import upgrade
from tests.support.storing import run_command, store_on
from tests.support.world import World

PARTITIONS = 2


class Service:
    """The scores service's outbox, relay and intake on one topic."""

    def __init__(self, url: str, bootstrap: str, topic: str, **intake: Any) -> None:
        self.bootstrap = bootstrap
        self.topic = topic
        self.world = World()
        self.engine: Engine = engine_for(url)
        upgrade(self.engine, "scores")
        self.store = store_on(self.engine)
        self.commands = 0
        self.relay = self.new_relay()
        self.intake = self.new_intake(**intake)

    def new_relay(self, make_producer: Callable[[], Any] | None = None, **options: Any) -> Relay:
        """A relay on this database."""
        make = make_producer or (lambda: client.producer(self.bootstrap, "test-relay"))
        return Relay(
            self.engine,
            self.topic,
            "test",
            make,
            lambda: client.end_offsets(self.bootstrap, self.topic),
            **options,
        )

    def new_intake(self, **options: Any) -> Intake:
        """An intake of all partitions on this database, without a group."""
        settings: dict[str, Any] = {
            "bootstrap": self.bootstrap,
            "topic": self.topic,
            "roots": self.world.roots,
            "partitions": PARTITIONS,
        }
        return Intake(self.engine, **(settings | options))

    def open_ledger(self) -> None:
        """Put position 0 into the outbox."""
        with self.store.transaction(self.world.ledger) as tx:
            tx.append_signed(self.world.opened())

    def post(self, *subjects: str) -> list[int]:
        """One command of one score per subject; their numbers."""
        self.commands += 1
        return run_command(self.store, self.world.ledger, f"k{self.commands}", list(subjects or ["QH-Q01"]))

    def send(self) -> None:
        """Relay until the outbox is empty."""
        self.until(lambda: not self.relay.step() and not self.store.unsent(), 60)

    def take_in(self, size: int, intake: Intake | None = None, seconds: float = 60) -> None:
        """Run intake until the ledger has ``size`` positions."""
        running = intake or self.intake
        self.until(lambda: self.step(running) and self.size() >= size, seconds)

    @staticmethod
    def step(intake: Intake) -> bool:
        intake.step(timeout_ms=100)
        return True

    def size(self) -> int:
        """Positions of the ledger in the database."""
        with read_transaction(self.engine) as connection:
            return reader.size(connection, self.world.ledger)

    def rows(self) -> list[reader.LedgerRow]:
        """The ledger table."""
        with read_transaction(self.engine) as connection:
            return list(reader.rows(connection, self.world.ledger, 0))

    def root(self) -> bytes:
        """The root of the ledger table."""
        with read_transaction(self.engine) as connection:
            return reader.frontier(connection, self.world.ledger).root()

    def replay(self, **options: Any) -> ReplayResult:
        """The topic read from zero."""
        return replay(self.bootstrap, self.topic, self.world.ledger, self.world.roots, **options)

    def assert_equal_to_replay(self) -> None:
        """The database holds what a fresh reading of the topic finds."""
        fresh: list[bytes] = []
        result = self.replay(on_admitted=lambda item: fresh.append(item.event.value))
        assert [row.value for row in self.rows()] == fresh
        assert (self.size(), self.root()) == (result.size, result.root)

    @staticmethod
    def until(done: Callable[[], bool], seconds: float) -> None:
        """Call ``done`` until it is true."""
        limit = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < limit, "waited too long"
            time.sleep(0.01)

    def close(self) -> None:
        self.relay.close()
        self.intake.close()
        self.engine.dispose()


def write_raw(
    bootstrap: str,
    topic: str,
    values: Sequence[bytes | None],
    key: bytes | None = b"hcmc/2020",
    partition: int | None = None,
) -> list[int]:
    """Write values straight into Kafka, past every service; their offsets."""
    producer: KafkaProducer = client.producer(bootstrap, "test-raw", max_request_size=10_000_000)
    try:
        futures = [
            producer.send(topic, key=key, value=value, headers=client.HEADERS, partition=partition)
            for value in values
        ]
        return [future.get(30).offset for future in futures]
    finally:
        client.close_producer(producer)
