"""An independent reader of the topic: none of our code, so that it can judge it.

Only a Kafka client, hashlib, and another library's RFC 8785.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import rfc8785
from kafka import KafkaConsumer, TopicPartition


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One statement: who, under which number, with which bytes (RFC 6962 leaf hash, hex)."""

    source: str
    sequence: int
    leaf: str


def entry_of_bytes(value: bytes) -> Entry:
    """The entry of an event's bytes."""
    event = json.loads(value)
    return Entry(event["source"], int(event["sequence"]), hashlib.sha256(b"\0" + value).hexdigest())


def entry_of_receipt(event: dict[str, Any]) -> Entry:
    """The entry of a receipt, an event as an API answered it."""
    return entry_of_bytes(rfc8785.dumps(event))


def read_topic(bootstrap: str, topic: str) -> list[bytes]:
    """Every record's value from the start of every partition to the end it has now."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=8 * 1024 * 1024,
    )
    try:
        places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        values: list[bytes] = []
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=1000, max_records=10_000).values():
                values.extend(record.value for record in records)
        return values
    finally:
        consumer.close(autocommit=False)
