"""The broker in a container of our own image, through testcontainers: where a Docker engine answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.support import docker
from tests.support.broker import fresh_topic

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def container_bootstrap() -> Iterator[str]:
    docker.build_kafka_image()
    with docker.kafka_container() as bootstrap:
        yield bootstrap


def test_a_record_written_to_the_broker_in_the_container_is_read_back(container_bootstrap: str) -> None:
    topic = fresh_topic(container_bootstrap, partitions=1)
    producer = KafkaProducer(bootstrap_servers=container_bootstrap, acks="all", enable_idempotence=True)
    written = producer.send(topic, key=b"hcmc/2020", value="điểm".encode(), headers=[("a", b"b")]).get(30)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=container_bootstrap, enable_auto_commit=False)
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    records = consumer.poll(10_000)[partition]
    consumer.close()
    assert [(r.offset, r.key, r.value.decode(), list(r.headers)) for r in records] == [
        (written.offset, b"hcmc/2020", "điểm", [("a", b"b")])
    ]
