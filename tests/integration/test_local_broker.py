"""A broker on this machine, without Docker: what it acknowledged is there after it was killed."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from deploy.local import kafka
from tests.support.broker import QUICK_RECOVERY, fresh_topic


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kafka.LocalBroker]:
    with kafka.LocalBroker(tmp_path_factory.mktemp("own"), overrides=QUICK_RECOVERY) as broker:
        yield broker


def write(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    try:
        for sent in [producer.send(topic, value, partition=0) for value in values]:
            sent.get(30)
    finally:
        producer.close()


def read(bootstrap: str, topic: str) -> list[bytes]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        end = consumer.end_offsets([partition])[partition]
        values: list[bytes] = []
        while consumer.position(partition) < end:
            for records in consumer.poll(1000).values():
                values += [record.value for record in records]
        return values
    finally:
        consumer.close()


def test_acknowledged_records_survive_a_kill_of_the_broker(own_broker: kafka.LocalBroker) -> None:
    topic = fresh_topic(own_broker.bootstrap, partitions=1)
    values = [b"record %d" % number for number in range(200)]
    write(own_broker.bootstrap, topic, values)
    before = own_broker.pid
    own_broker.kill()
    assert not kafka.is_ready(own_broker.bootstrap)
    own_broker.start()
    assert own_broker.pid != before
    write(own_broker.bootstrap, topic, [b"afterwards"])
    assert read(own_broker.bootstrap, topic) == [*values, b"afterwards"]


def test_a_graceful_stop_and_a_second_start_need_no_new_format(own_broker: kafka.LocalBroker) -> None:
    topic = fresh_topic(own_broker.bootstrap, partitions=1)
    write(own_broker.bootstrap, topic, [b"kept"])
    meta = own_broker.data / "kafka" / "log" / "meta.properties"
    identity = meta.read_text()
    own_broker.restart()
    assert meta.read_text() == identity
    assert "Terminating process due to signal SIGTERM" in own_broker.log.read_text()
    assert read(own_broker.bootstrap, topic) == [b"kept"]


def test_kafkas_own_console_consumer_prints_the_records_as_they_are(own_broker: kafka.LocalBroker) -> None:
    topic = fresh_topic(own_broker.bootstrap, partitions=1)
    write(own_broker.bootstrap, topic, [b'{"name":"B\xe1\xba\xa3ng V\xc3\xa0ng"}', b"2"])
    command = kafka.console_consumer_command(own_broker.bootstrap, topic, max_messages=2)
    said = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert said.stdout == '{"name":"Bảng Vàng"}\n2\n'.encode()


def test_a_topic_that_nobody_made_does_not_come_to_be(own_broker: kafka.LocalBroker) -> None:
    producer = KafkaProducer(bootstrap_servers=own_broker.bootstrap, max_block_ms=2000)
    with pytest.raises(Exception, match=r"(?i)timeout|unknown|metadata"):
        producer.send("a-typing-error", b"x").get(5)
    producer.close()
    assert not any("a-typing-error" in path.name for path in (own_broker.data / "kafka" / "log").iterdir())


def test_a_broker_does_not_start_on_a_port_that_another_one_has(
    own_broker: kafka.LocalBroker, tmp_path: Path
) -> None:
    broker = kafka.LocalBroker(tmp_path, port=own_broker.port)
    with pytest.raises(kafka.BrokerError, match="is taken"):
        broker.start(timeout=60)
    assert not broker.running
    assert own_broker.running


def test_a_broker_that_ends_while_it_starts_shows_the_end_of_its_log(tmp_path: Path) -> None:
    broker = kafka.LocalBroker(tmp_path)
    broker.start()
    broker.stop()
    (broker.data / "kafka" / "log" / "meta.properties").write_text("version=1\n")
    with pytest.raises(kafka.BrokerError, match=r"(?s)ended while it started.*kafka\.log.*meta\.properties"):
        broker.start(timeout=60)
    assert not broker.running


def test_a_port_on_which_nothing_listens_is_not_ready() -> None:
    assert not kafka.is_ready("127.0.0.1:1")
    with pytest.raises(kafka.BrokerError, match="No Kafka broker answered"):
        kafka.wait_ready("127.0.0.1:1", timeout=0.5)


def test_waiting_ends_at_once_when_the_broker_has_ended() -> None:
    with pytest.raises(kafka.BrokerError, match="ended while it started"):
        kafka.wait_ready("127.0.0.1:1", timeout=60, alive=lambda: False)


def test_the_broker_ignores_no_interrupt(own_broker: kafka.LocalBroker) -> None:
    # A test run that is interrupted must not leave a broker behind: SIGINT ends it as SIGTERM does.
    own_broker.start()
    process = own_broker._process
    assert process is not None
    process.send_signal(signal.SIGINT)
    assert process.wait(60) in (130, 0)
    own_broker.start()
