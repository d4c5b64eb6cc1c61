"""A real Kafka for the tests: a given one, one in a container of our own image, else one on this machine."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient

from deploy.local.kafka import LocalBroker
from tests.support import docker

QUICK_RECOVERY = {
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}
"""A killed broker is taken back by its own controller after three seconds, not nine."""

PARTITIONS = 2


@dataclass(frozen=True, slots=True)
class Kafka:
    """A broker for the tests and what it runs in."""

    bootstrap: str
    kind: str


@contextlib.contextmanager
def kafka(folder: Path) -> Iterator[Kafka]:
    """A broker: ``BANGVANG_TEST_KAFKA``, else a container where a Docker engine answers, else a process of
    our own.

    An engine whose image cannot be built is an error, not a reason to go on without: the header promised it.
    """
    given = os.environ.get("BANGVANG_TEST_KAFKA")
    if given:
        yield Kafka(given, "given by BANGVANG_TEST_KAFKA")
    elif docker.engine_answers():
        docker.build_kafka_image()
        with docker.kafka_container() as bootstrap:
            yield Kafka(bootstrap, f"container of {docker.KAFKA_IMAGE}")
    else:
        with LocalBroker(folder, overrides=QUICK_RECOVERY) as broker:
            yield Kafka(broker.bootstrap, "process on this machine")


def fresh_topic(bootstrap: str, partitions: int = PARTITIONS, prefix: str = "test") -> str:
    """A new topic of its own name; returns the name."""
    name = f"{prefix}-{uuid.uuid4().hex[:12]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        configs = {"retention.ms": "-1", "cleanup.policy": "delete"}
        admin.create_topics(
            {
                name: {
                    "num_partitions": partitions,
                    "replication_factor": 1,
                    "configs": configs,
                }
            },
            wait_for_metadata=True,
        )
    finally:
        admin.close()
    return name
