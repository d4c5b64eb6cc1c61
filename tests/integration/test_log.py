"""Outbox to topic to ledger, on a real broker: once each, in number order, the same on a fresh reading."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError
from sqlalchemy import text

from shared.database import engine_for, read_transaction, write_transaction
from shared.ledger import reader, tables
from shared.ledger.projector import Projector
from shared.ledger.uninterpreted import UninterpretedEvents, listed
from shared.log import client
from shared.log.replay import replay
from shared.log.topics import WrongTopic, ensure_topic, verify_topic
from shared.migrations import upgrade
from tests.support.logged import PARTITIONS, Service, write_raw
from tests.support.world import World, key_of, score_data


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, kafka_bootstrap: str, topic: str) -> Iterator[Service]:
    """The scores service on each kind of database."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    made = Service(request.getfixturevalue(name), kafka_bootstrap, topic)
    yield made
    made.close()


@pytest.fixture
def lite(sqlite_url: str, kafka_bootstrap: str, topic: str) -> Iterator[Service]:
    """The scores service on SQLite, where the database makes no difference."""
    made = Service(sqlite_url, kafka_bootstrap, topic)
    yield made
    made.close()


def numbers(service: Service) -> list[int]:
    """Numbers of the scores source in the order of their positions."""
    return [row.sequence for row in service.rows() if row.source.startswith("/scores/")]


def test_a_committed_command_comes_to_stand_in_the_ledger(service: Service) -> None:
    service.open_ledger()
    service.post("QH-Q01", "QH-Q02")
    service.post("QH-Q01")
    service.send()
    service.take_in(4)
    assert numbers(service) == [1, 2, 3]
    assert [row.subject for row in service.rows()] == ["*", "QH-Q01", "QH-Q02", "QH-Q01"]
    service.assert_equal_to_replay()


def test_the_record_is_the_event_with_its_key_and_one_header(lite: Service) -> None:
    lite.open_ledger()
    lite.post()
    lite.send()
    consumer = client.consumer(lite.bootstrap, "look")
    consumer.subscribe([lite.topic])
    found: list[Any] = []
    lite.until(
        lambda: (
            found.extend(item for some in consumer.poll(200).values() for item in some) or len(found) >= 2
        ),
        30,
    )
    consumer.close()
    with read_transaction(lite.engine) as connection:
        sent = connection.execute(text("SELECT value FROM events ORDER BY appended")).scalars().all()
    assert [item.value for item in found] == [bytes(value) for value in sent]
    assert {item.key for item in found} == {b"hcmc/2020"}
    assert {tuple(item.headers) for item in found} == {
        (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
    }
    assert {item.partition for item in found} == {client.partitioner(PARTITIONS)(b"hcmc/2020")}


def test_a_relay_that_forgot_its_marks_sends_again_and_nothing_stands_twice(lite: Service) -> None:
    lite.open_ledger()
    for _ in range(5):
        lite.post()
    lite.send()
    with write_transaction(lite.engine) as connection:
        connection.execute(text("UPDATE events SET sent = false"))
    lite.relay.close()
    lite.relay = lite.new_relay()
    lite.send()
    lite.take_in(6)
    for _ in range(5):
        lite.step(lite.intake)
    assert numbers(lite) == [1, 2, 3, 4, 5]
    assert lite.replay().duplicates == 6
    lite.assert_equal_to_replay()


def test_rows_marked_as_sent_that_the_topic_lacks_are_sent_at_the_start(lite: Service) -> None:
    lite.open_ledger()
    for _ in range(5):
        lite.post()
    with write_transaction(lite.engine) as connection:  # a restored topic, or a lie
        connection.execute(text("UPDATE events SET sent = true"))
    lite.send()
    lite.take_in(6)
    assert numbers(lite) == [1, 2, 3, 4, 5]


def test_a_stall_sends_again_what_does_not_appear(lite: Service) -> None:
    now = [0.0]

    class Swallowing:
        """Confirms all, writes nothing."""

        def send(self, *args: Any, **kwargs: Any) -> Any:
            return type("Done", (), {"succeeded": lambda self: True, "failed": lambda self: False})()

        def flush(self, timeout: float) -> None: ...
        def close(self, timeout: float) -> None: ...

    producers = [Swallowing(), client.producer(lite.bootstrap, "good")]
    relay = lite.new_relay(lambda: producers.pop(0), stall_seconds=10, monotonic=lambda: now[0])
    lite.open_ledger()
    lite.post()
    relay.step()
    assert lite.store.unsent() == []
    for now[0] in (3.0, 6.0, 9.0):
        relay.step()
        assert lite.store.unsent() == []
    now[0] = 20.0
    relay.step()
    relay._drop_producer()
    relay.step()
    assert producers == []
    lite.take_in(2)
    now[0] = 31.0
    relay.step()
    now[0] = 60.0
    relay.step()
    assert lite.store.unsent() == []  # it appeared: no further stall
    relay.close()


def test_an_intake_that_still_catches_up_does_not_make_the_outbox_go_out_again(lite: Service) -> None:
    lite.open_ledger()
    for _ in range(5):
        lite.post()
    lite.send()
    lite.relay.close()
    lite.relay = lite.new_relay()
    lite.relay.step()  # intake has read nothing yet
    assert lite.store.unsent() == []
    lite.take_in(6)
    lite.post()
    lite.send()
    lite.take_in(7)
    assert lite.replay().duplicates == 0


def test_only_the_holder_of_the_lease_sends(lite: Service) -> None:
    lite.open_ledger()
    lite.post()
    other = lite.new_relay()
    other._lease._holder = "other"
    lite.relay.step()
    lite.post()
    assert not other.step()
    assert len(lite.store.unsent()) == 1
    lite.relay.close()
    other.step()
    assert lite.store.unsent() == []
    other.close()


# --- failed futures -------------------------------------------------------------------------------


def one_record_a_batch(bootstrap: str) -> KafkaProducer:
    return client.producer(bootstrap, "bumped", batch_size=1, linger_ms=0)


def test_a_forced_epoch_bump_leaves_every_number_exactly_once(lite: Service) -> None:
    """The answer to the first batch is turned into the error that makes the producer bump its epoch: what
    was in flight fails although it may stand in the topic, what came later is sent under the new epoch."""
    bumped = one_record_a_batch(lite.bootstrap)
    sender: Any = bumped._sender
    complete = sender._complete_batch
    seen: list[int] = []

    def fault(batch: Any, response: Any) -> None:
        seen.append(response.error_code)
        if len(seen) == 2:
            response.error_code = 45  # OUT_OF_ORDER_SEQUENCE_NUMBER
        complete(batch, response)

    sender._complete_batch = fault
    epochs: list[int] = []
    bump = sender._transaction_manager.bump_producer_id_and_epoch
    sender._transaction_manager.bump_producer_id_and_epoch = lambda: (epochs.append(1), bump())[1]
    producers = [bumped, client.producer(lite.bootstrap, "after")]
    lite.relay = lite.new_relay(lambda: producers.pop(0))
    lite.open_ledger()
    for _ in range(3):
        lite.post("QH-Q01", "QH-Q02", "QH-Q03")
    lite.send()
    assert epochs == [1]
    assert producers == []  # the first was closed and another taken
    lite.take_in(10)
    assert numbers(lite) == list(range(1, 10))
    assert lite.replay().duplicates > 0  # the failed one stood in the topic already
    lite.assert_equal_to_replay()


@pytest.mark.parametrize("failing", [0, 1, 4])
def test_rows_behind_a_failed_future_come_again_in_order(lite: Service, failing: int) -> None:
    """The topic gets 1, 3, 4 and then 2, 3, 4: the ledger holds 1, 2, 3, 4."""

    class Losing:
        """Loses one record, delivers those behind it."""

        def __init__(self) -> None:
            self.inner = client.producer(lite.bootstrap, "losing")
            self.sent = 0

        def send(self, *args: Any, **kwargs: Any) -> Any:
            self.sent += 1
            if self.sent - 1 == failing:
                lost = KafkaTimeoutError("lost")
                return type(
                    "Failed", (), {"succeeded": lambda s: False, "failed": lambda s: True, "exception": lost}
                )()
            return self.inner.send(*args, **kwargs)

        def flush(self, timeout: float) -> None:
            self.inner.flush(timeout)

        def close(self, timeout: float) -> None:
            self.inner.close(timeout)

    producers: list[Any] = [Losing(), client.producer(lite.bootstrap, "after")]
    lite.relay = lite.new_relay(lambda: producers.pop(0))
    lite.open_ledger()
    lite.post("QH-Q01", "QH-Q02", "QH-Q03", "QH-Q01")
    lite.relay.step()
    assert len(lite.store.unsent()) == 5 - failing
    lite.send()
    lite.take_in(5)
    assert numbers(lite) == [1, 2, 3, 4]
    lite.assert_equal_to_replay()


# --- two owners, open transactions ----------------------------------------------------------------


def test_two_intakes_on_one_partition_at_once_store_each_record_once(service: Service) -> None:
    service.open_ledger()
    for _ in range(60):
        service.post("QH-Q01", "QH-Q02", "QH-Q03")
    service.send()
    stop = threading.Event()
    errors: list[BaseException] = []
    lost: list[str] = []

    def run(batch: int) -> None:
        intake = service.new_intake(batch=batch)
        let_go = intake._let_go
        intake._let_go = lambda place: (lost.append("lost"), let_go(place))[1]  # type: ignore[method-assign]
        try:
            while not stop.is_set():
                intake.step(timeout_ms=100)
            assert intake.halted == {}
        except BaseException as error:
            errors.append(error)
        finally:
            intake.close()

    threads = [threading.Thread(target=run, args=(batch,)) for batch in (3, 4)]
    for thread in threads:
        thread.start()
    try:
        service.until(lambda: service.size() >= 181 or bool(errors), 90)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert lost  # they did meet
    assert numbers(service) == list(range(1, 181))
    service.assert_equal_to_replay()


def test_a_transaction_held_open_on_postgresql_hides_nothing_for_ever(
    postgres_database: str, kafka_bootstrap: str, topic: str
) -> None:
    """Rows appended earlier but committed later, in another ledger, are not passed over by the relay; and
    somebody's long snapshot hinders neither relay nor intake."""
    service = Service(postgres_database, kafka_bootstrap, topic)
    other = World("hcmc/2021", services=("scores",))
    service.open_ledger()
    with read_transaction(service.engine) as snapshot:
        assert reader.sizes(snapshot) == {}
        with service.store.transaction(other.ledger) as held_open:
            held_open.append_signed(other.opened())
            service.post()  # another ledger does not wait for the lock
            service.send()
            service.take_in(2)
            assert service.store.unsent() == []
        assert len(service.store.unsent()) == 1
        service.send()
        service.until(lambda: service.step(service.intake) and len(_sizes(service)) == 2, 60)
        assert reader.sizes(snapshot) == {}
    assert _sizes(service) == {"hcmc/2020": 2, "hcmc/2021": 1}
    service.close()


def _sizes(service: Service) -> dict[str, int]:
    with read_transaction(service.engine) as connection:
        return reader.sizes(connection)


# --- records written straight into Kafka ----------------------------------------------------------


def test_foreign_records_are_judged_and_positions_are_the_same_on_a_rebuild(
    service: Service, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = service.world
    opened = world.opened()
    first, second = world.score("1"), world.score("2")
    forged = second.replace(b'"value":"2"', b'"value":"9"')
    foreign_typed = world.event("inspections", "score.recorded.v1", "QH-Q01", score_data())
    future = world.event("scores", "score.recorded.v9", "QH-Q01", score_data() | {"new": {"field": [1]}})
    stranger = world.score("3", number=4, key=key_of("stranger"))
    held, gap = (
        world.event("scores", "score.recorded.v1", "QH-Q02", score_data("5"), number=5),
        world.score("4"),
    )
    values = [
        world.score("0", number=1),  # before position 0
        opened,
        first,
        first,  # duplicate
        forged,
        second,
        b'{"oversized":"' + b"x" * 100_000 + b'"}',
        foreign_typed,
        future,
        stranger,
        None,
        b"\xff\x00",
        held,  # ahead of its number
        opened,
        gap,
    ]
    write_raw(service.bootstrap, service.topic, values)
    write_raw(service.bootstrap, service.topic, [second], key=b"hcmc/2021")
    write_raw(service.bootstrap, service.topic, [second], key=b"hue/2020")
    own = client.partitioner(PARTITIONS)(world.key)
    write_raw(service.bootstrap, service.topic, [opened, first], partition=1 - own)
    due = [opened, first, second, foreign_typed, future, gap, held]
    service.take_in(len(due))
    service.until(lambda: service.step(service.intake) and len(_noise(service)) == 10, 60)
    assert [row.value for row in service.rows()] == due
    due_noise = (
        "unknown_ledger bad_signature oversized unknown_key no_value bad_envelope wrong_key "
        "unknown_ledger wrong_partition wrong_partition"
    )
    assert sorted(_noise(service)) == sorted(due_noise.split())
    service.assert_equal_to_replay()
    Projector(service.engine, [UninterpretedEvents()]).run_to_end()
    with read_transaction(service.engine) as connection:
        found = [(item.position, item.reason) for item in listed(connection, world.ledger)]
    assert found == [(3, "foreign_type"), (4, "unknown_type")]

    empty = tmp_path_factory.mktemp("rebuild") / "empty.sqlite"
    again = Service(f"sqlite:///{empty}", service.bootstrap, service.topic, batch=2)
    again.take_in(len(due))
    assert [row.value for row in again.rows()] == due
    assert again.root() == service.root()
    again.close()


def _noise(service: Service) -> list[str]:
    with read_transaction(service.engine) as connection:
        return list(
            connection.execute(tables.noise.select().with_only_columns(tables.noise.c.reason)).scalars()
        )


# --- replay ---------------------------------------------------------------------------------------


def test_a_replay_stops_where_it_is_told_and_counts_by_source(lite: Service) -> None:
    lite.open_ledger()
    for _ in range(4):
        lite.post()
    lite.send()
    lite.take_in(5)
    with read_transaction(lite.engine) as connection:
        for size in range(6):
            result = lite.replay(stop_at=size)
            assert result.size == size
            if size:
                assert result.root == reader.root_at(connection, lite.world.ledger, size)
    whole = lite.replay(verify_signatures=False)
    assert dict(whole.counts) == {"/root/hcmc/2020": 1, "/scores/hcmc/2020": 4}
    assert (whole.root, whole.noise, whole.records) == (lite.root(), 0, 5)
    every = replay(lite.bootstrap, lite.topic, None, lite.world.roots)
    assert every.one == whole.one
    assert replay(lite.bootstrap, lite.topic, "hcmc/1999", lite.world.roots).size == 0
    with pytest.raises(LookupError):
        replay(lite.bootstrap, "no-such-topic", None, lite.world.roots)
    with pytest.raises(ValueError, match="one ledger"):
        replay(lite.bootstrap, lite.topic, None, lite.world.roots, stop_at=1)


def test_a_replay_ends_behind_control_records(lite: Service) -> None:
    """The marker of an aborted transaction takes the last offset and is never given out."""
    write_raw(lite.bootstrap, lite.topic, [lite.world.opened()])
    producer = client.producer(lite.bootstrap, "transaction", transactional_id=lite.topic)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(lite.topic, key=lite.world.key, value=b"never happened")
    producer.flush()
    producer.abort_transaction()
    client.close_producer(producer)
    assert (lite.replay().size, lite.replay().noise) == (1, 0)
    lite.take_in(1)
    write_raw(lite.bootstrap, lite.topic, [lite.world.score()])
    lite.take_in(2)
    assert lite.intake.halted == {}


# --- the topic ------------------------------------------------------------------------------------


def test_a_topic_is_made_for_ever_and_a_wrong_one_is_refused(kafka_bootstrap: str, topic: str) -> None:
    name = f"{topic}-made"
    assert ensure_topic(kafka_bootstrap, name, partitions=3)
    assert not ensure_topic(kafka_bootstrap, name, partitions=3)
    verify_topic(kafka_bootstrap, name, partitions=3)
    with pytest.raises(WrongTopic, match="partitions"):
        ensure_topic(kafka_bootstrap, name, partitions=4)
    with pytest.raises(WrongTopic, match="no topic"):
        verify_topic(kafka_bootstrap, f"{topic}-none", partitions=3)
    admin = client.admin(kafka_bootstrap)
    for number, configs in enumerate(
        ({"retention.ms": "1000"}, {"cleanup.policy": "compact", "retention.ms": "-1"})
    ):
        wrong = f"{topic}-wrong-{number}"
        admin.create_topics({wrong: {"num_partitions": 3, "replication_factor": 1, "configs": configs}})
        with pytest.raises(WrongTopic):
            ensure_topic(kafka_bootstrap, wrong, partitions=3)
    admin.close()


def test_the_database_of_a_new_service_is_made_by_migrations(sqlite_url: str) -> None:
    engine = engine_for(sqlite_url)
    upgrade(engine, "notify")
    with read_transaction(engine) as connection:
        assert reader.ledgers(connection) == []
    engine.dispose()
