"""Limits of Python: reading the records, parsing the events, checking the signatures, and nothing else."""

from __future__ import annotations

from multiprocessing import Pool
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from kafka import KafkaConsumer, TopicPartition

from shared.events.envelope import Event
from shared.events.signing import public_from_base64, verify
from tests.bench.contender import Done, Place, Work

VERIFIED = 50_000
"""More signatures say nothing new of the rate."""


def parse(place: Place) -> Work:
    """``orjson`` parses every event once; the bytes lie in memory."""
    lines = place.lines()

    def work() -> Done:
        for line in lines:
            orjson.loads(line)
        return Done(len(lines))

    return work


def poll(place: Place) -> Work:
    """``kafka-python`` polls every record and looks at nothing."""

    def work() -> Done:
        consumer = KafkaConsumer(
            bootstrap_servers=place.bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=16 * 1024 * 1024,
            fetch_max_bytes=64 * 1024 * 1024,
        )
        partition = TopicPartition(place.topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        end = consumer.end_offsets([partition])[partition]
        found = 0
        while consumer.position(partition) < end:
            found += sum(map(len, consumer.poll(timeout_ms=1000, max_records=10_000).values()))
        consumer.close(autocommit=False)
        return Done(found)

    return work


def signatures(place: Place) -> Work:
    """Ed25519 over every event (at most :data:`VERIFIED`), in one process; they were parsed before."""
    _parse_signed(place)
    return lambda: Done(_verify((0, len(_signed))))


def signatures_by_two(place: Place) -> Work:
    """The same in two processes, a half each."""
    _parse_signed(place)
    pool = Pool(2)

    def work() -> Done:
        half = len(_signed) // 2
        with pool:
            return Done(sum(pool.map(_verify, [(0, half), (half, len(_signed))], chunksize=1)))

    return work


_signed: list[tuple[dict[str, Any], Ed25519PublicKey]] = []


def _parse_signed(place: Place) -> None:
    events = [Event.parse(value) for value in place.lines()[:VERIFIED]]
    opened = events[0].data
    keys = {row["keyid"]: public_from_base64(row["public_key"]) for row in opened["sources"].values()}
    keys[events[0].keyid] = public_from_base64(opened["root_public_key"])
    _signed.extend((event.attributes, keys[event.keyid]) for event in events)


def _verify(part: tuple[int, int]) -> int:
    begin, end = part
    for attributes, key in _signed[begin:end]:
        assert verify(attributes, key)
    return end - begin
