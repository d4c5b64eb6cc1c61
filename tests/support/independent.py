"""An independent reader of the topic: none of our code, so that it can judge it.

Only a Kafka client, hashlib, cryptography, and another library's RFC 8785.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
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
    return [record.value for record in read_records(bootstrap, topic)]


def read_records(bootstrap: str, topic: str) -> list[Any]:
    """Every record, with key and headers, as :func:`read_topic`."""
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
        found: list[Any] = []
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=1000, max_records=10_000).values():
                found.extend(records)
        return found
    finally:
        consumer.close(autocommit=False)


def signed_by(event: dict[str, Any], public_key: str) -> bool:
    """Whether ``event`` carries a good Ed25519 signature by the key whose raw bytes, in base64, are
    ``public_key``: over the RFC 8785 form of the event without its signature.
    """
    unsigned = {name: value for name, value in event.items() if name != "signature"}
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    try:
        key.verify(base64.b64decode(event["signature"], validate=True), rfc8785.dumps(unsigned))
    except InvalidSignature:
        return False
    return True


def key_id_of(public_key: str) -> str:
    """SHA-256, in hex, of the raw key that ``public_key`` holds in base64: what people pin."""
    return hashlib.sha256(base64.b64decode(public_key, validate=True)).hexdigest()
