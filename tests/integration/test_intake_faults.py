"""What stops a partition, what ends a process, and what does not: brokers killed, logs cut and corrupted."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import TopicPartition

from deploy.local.kafka import LocalBroker
from shared.database import read_transaction, write_transaction
from shared.ledger import tables
from shared.ledger.journal import halts
from shared.log import client
from shared.log.topics import ensure_topic
from tests.support.broker import QUICK_RECOVERY
from tests.support.logged import PARTITIONS, Service, write_raw

# kafka-python leaves sockets of refused connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """A broker of this module's own, to be hurt."""
    with LocalBroker(tmp_path_factory.mktemp("hurt"), overrides=QUICK_RECOVERY) as running:
        yield running
    gc.collect()  # here, where the mark above counts, and not in some other module


@pytest.fixture
def service(broker: LocalBroker, sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[Service]:
    """The scores service on a topic of its own on that broker."""
    name = f"hurt-{abs(hash(request.node.name)) % 10**9}-{time.monotonic_ns()}"
    ensure_topic(broker.bootstrap, name, partitions=PARTITIONS)
    made = Service(sqlite_url, broker.bootstrap, name, retry_seconds=1.0)
    yield made
    made.close()


def numbers(service: Service) -> list[int]:
    return [row.sequence for row in service.rows() if row.source.startswith("/scores/")]


def own_place(service: Service) -> Any:
    return TopicPartition(service.topic, client.partitioner(PARTITIONS)(service.world.key))


def noted(service: Service) -> list[str]:
    with read_transaction(service.engine) as connection:
        return [item.reason for item in halts(connection)]


def test_a_broker_killed_under_the_relay_loses_and_doubles_nothing(
    broker: LocalBroker, service: Service
) -> None:
    service.open_ledger()
    stop = threading.Event()

    def run() -> None:
        relay = service.new_relay(
            lambda: client.producer(
                service.bootstrap,
                "hurt",
                delivery_timeout_ms=4_000,
                request_timeout_ms=2_000,
                max_block_ms=2_000,
            ),
            send_timeout=6,
        )
        while not stop.is_set():
            if not relay.step():
                stop.wait(0.02)
        relay.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        for round_ in range(40):
            service.post("QH-Q01", "QH-Q02")
            if round_ == 15:
                broker.kill()
            if round_ == 30:
                broker.start()
        service.take_in(81, seconds=120)
    finally:
        stop.set()
        thread.join()
    assert numbers(service) == list(range(1, 81))
    service.assert_equal_to_replay()


def test_a_frozen_broker_makes_futures_fail_and_the_rows_come_again(
    broker: LocalBroker, service: Service
) -> None:
    """While the broker is frozen a delivery times out, although the batch may be written afterwards."""
    made: list[Any] = []

    def make() -> Any:
        made.append(
            client.producer(
                service.bootstrap,
                "frozen",
                delivery_timeout_ms=2_500,
                request_timeout_ms=1_000,
                max_block_ms=2_000,
            )
        )
        return made[-1]

    service.relay = service.new_relay(make, send_timeout=5)
    service.open_ledger()
    service.post("QH-Q01")
    service.send()
    service.post("QH-Q01", "QH-Q02", "QH-Q03")
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        assert not service.relay.step()
        assert len(service.store.unsent()) == 3
    finally:
        os.kill(broker.pid, signal.SIGCONT)
    service.post("QH-Q04")
    service.send()
    service.take_in(6)
    assert len(made) > 1
    assert numbers(service) == [1, 2, 3, 4, 5]
    service.assert_equal_to_replay()


def test_a_log_that_lost_its_start_halts_the_partition(service: Service) -> None:
    service.open_ledger()
    for _ in range(5):
        service.post()
    service.send()
    admin = client.admin(service.bootstrap)
    admin.delete_records({own_place(service): 3})
    admin.close()
    service.until(lambda: service.step(service.intake) and bool(service.intake.halted), 30)
    assert service.intake.halted == {own_place(service).partition: "log_lost_its_start"}
    assert noted(service) == ["log_lost_its_start"]
    service.post()
    service.send()
    for _ in range(5):
        service.step(service.intake)
    assert service.size() == 0  # nothing is sought past


def test_a_log_cut_while_it_is_read_halts_the_partition(service: Service) -> None:
    service.open_ledger()
    service.post()
    service.send()
    service.take_in(2)
    for _ in range(4):
        service.post()
    service.send()
    place = own_place(service)
    admin = client.admin(service.bootstrap)
    admin.delete_records({place: 4})
    admin.close()
    service.until(lambda: service.step(service.intake) and bool(service.intake.halted), 30)
    assert service.intake.halted == {place.partition: "log_lost_its_start"}
    assert numbers(service) == [1]


def test_a_log_shorter_than_what_is_stored_halts_the_partition(service: Service) -> None:
    service.open_ledger()
    service.send()
    service.take_in(1)
    service.intake.close()
    with write_transaction(service.engine) as connection:
        connection.execute(tables.offsets.update().values(next_offset=50))
    service.until(lambda: service.step(service.intake) and len(service.intake.halted) == PARTITIONS, 30)
    assert set(service.intake.halted.values()) == {"log_shrank"}


def test_much_noise_in_a_row_halts_the_partition_and_a_higher_limit_goes_on(service: Service) -> None:
    service.intake = service.new_intake(noise_limit=5)
    write_raw(
        service.bootstrap, service.topic, [service.world.opened(), *[b"noise"] * 8, service.world.score()]
    )
    service.until(lambda: service.step(service.intake) and bool(service.intake.halted), 30)
    assert list(service.intake.halted.values()) == ["much_noise"]
    assert noted(service) == ["much_noise"]
    service.intake.close()
    service.intake = service.new_intake(noise_limit=5)
    service.until(lambda: service.step(service.intake) and bool(service.intake.halted), 30)
    service.intake.close()
    service.intake = service.new_intake(noise_limit=100)
    service.take_in(2)
    assert noted(service) == []


def test_a_batch_that_fails_its_crc_halts_and_is_read_again_not_skipped(
    broker: LocalBroker, service: Service
) -> None:
    service.open_ledger()
    service.send()
    service.take_in(1)
    place = own_place(service)
    other = next(number for number in range(PARTITIONS) if number != place.partition)
    service.post()
    service.send()
    (segment,) = Path(broker.data, "kafka", "log", f"{place.topic}-{place.partition}").glob("*.log")
    whole = segment.read_bytes()
    broken = bytearray(whole)
    broken[-10] ^= 1
    _overwrite(segment, bytes(broken))
    service.until(lambda: service.step(service.intake) and bool(service.intake.halted), 30)
    assert service.intake.halted == {place.partition: "bad_crc"}
    assert noted(service) == ["bad_crc"]
    write_raw(service.bootstrap, service.topic, [b"elsewhere"], key=b"hue/2020", partition=other)
    service.until(lambda: service.step(service.intake) and _next(service, other) == 1, 30)  # others go on
    assert numbers(service) == []
    _overwrite(segment, whole)  # a good replica answers again
    service.take_in(2)
    assert numbers(service) == [1]
    assert service.intake.halted == {}
    assert noted(service) == []


def _overwrite(path: Path, data: bytes) -> None:
    with path.open("r+b") as file:  # in place: the broker holds the file open
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _next(service: Service, partition: int) -> int:
    with read_transaction(service.engine) as connection:
        return (
            connection.execute(
                tables.offsets.select()
                .with_only_columns(tables.offsets.c.next_offset)
                .where(tables.offsets.c.partition == partition)
            ).scalar_one_or_none()
            or 0
        )


def test_a_group_shares_partitions_out_and_its_own_offsets_are_never_believed(service: Service) -> None:
    """The group's commit is set to a lie; both members together store each record once."""
    service.open_ledger()
    for _ in range(5):
        service.post()
    service.send()
    group = f"group-{service.topic}"
    liar = client.consumer(service.bootstrap, "liar", group_id=group)
    liar.assign([own_place(service)])
    liar.poll(100)
    liar.seek(own_place(service), 4)
    liar.commit()
    liar.close()
    members = [
        service.new_intake(group=group, instance=f"{group}-{number}", retry_seconds=1.0) for number in (1, 2)
    ]
    stop = threading.Event()
    errors: list[BaseException] = []

    def run(intake: Any) -> None:
        try:
            while not stop.is_set():
                intake.step(timeout_ms=100)
        except BaseException as error:
            errors.append(error)
        finally:
            intake.close()

    threads = [threading.Thread(target=run, args=(member,)) for member in members]
    for thread in threads:
        thread.start()
    try:
        service.until(lambda: service.size() >= 6 or bool(errors), 60)
        service.until(lambda: all(len(member._open) == 1 for member in members) or bool(errors), 60)
        service.post()
        service.send()
        service.until(lambda: service.size() >= 7 or bool(errors), 60)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert numbers(service) == [1, 2, 3, 4, 5, 6]
    service.assert_equal_to_replay()
