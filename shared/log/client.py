"""Producer and consumer of kafka-python with the settings that this log needs (>= 3.0.12).

Its defaults lose or skip data for a ledger: a consumer starts at the end and commits by itself, a producer
may drop idempotence with a mere warning.  Bytes in, bytes out: an exception in a deserializer would make
the next ``poll`` spin for ever.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2

from shared.events.envelope import CONTENT_TYPE

HEADERS = [("content-type", CONTENT_TYPE.encode("ascii"))]
"""The one header of every record: it tells CloudEvents readers that the value is the whole event."""

POLL_RECORDS = 10_000


def partitioner(partitions: int) -> Callable[[bytes], int]:
    """In which of ``partitions`` a key lies: Kafka's own default, the same in every client."""
    return lambda key: int(murmur2(key) & 0x7FFFFFFF) % partitions


def producer(bootstrap: str, client_id: str, **changes: Any) -> KafkaProducer:
    """An idempotent producer that waits for all in-sync replicas.  Keep one for long, and close it."""
    settings: dict[str, Any] = {
        "bootstrap_servers": bootstrap.split(","),
        "client_id": client_id,
        "enable_idempotence": True,  # said by ourselves: conflicting settings then raise
        "acks": "all",
        "linger_ms": 2,
        "batch_size": 256 * 1024,
        "max_block_ms": 10_000,
        "request_timeout_ms": 10_000,
        "delivery_timeout_ms": 30_000,
        "allow_auto_create_topics": False,
    }
    return KafkaProducer(**(settings | changes))


def close_producer(old: KafkaProducer, timeout: float = 5) -> None:
    """Close a producer, also one whose batches cannot be delivered; never raises, never waits for long."""
    with contextlib.suppress(KafkaError, OSError):
        old.close(timeout=timeout)
    sender = getattr(old, "_sender", None)
    if sender is not None and sender.is_alive():
        # close() gives up when its own flush times out, and would leave the thread sending old batches.
        sender.force_close()
        sender.join(timeout)


def consumer(bootstrap: str, client_id: str, **changes: Any) -> KafkaConsumer:
    """A consumer of bytes that never commits by itself and reads from the start unless told where."""
    settings: dict[str, Any] = {
        "bootstrap_servers": bootstrap.split(","),
        "client_id": client_id,
        "enable_auto_commit": False,
        # Offsets come from the database.  "none" would raise before they can be set, so: the start, and
        # whoever reads compares the first offset with the one that is due (nothing is skipped silently).
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",
        "allow_auto_create_topics": False,
        "check_crcs": True,
        "max_partition_fetch_bytes": 8 * 1024 * 1024,
        "fetch_max_bytes": 64 * 1024 * 1024,
        "max_poll_records": POLL_RECORDS,
        "fetch_max_wait_ms": 100,
    }
    return KafkaConsumer(**(settings | changes))


def end_offsets(bootstrap: str, topic: str, timeout_ms: int = 10_000) -> dict[int, int]:
    """The end of the log by partition, as of now.  Raises ``KafkaError``."""
    asking = consumer(bootstrap, "end-offsets", bootstrap_timeout_ms=timeout_ms)
    try:
        places = [TopicPartition(topic, number) for number in asking.partitions_for_topic(topic) or ()]
        found = asking.end_offsets(places, timeout_ms=timeout_ms) if places else {}
        return {place.partition: end for place, end in found.items()}
    finally:
        asking.close(autocommit=False, timeout_ms=timeout_ms)


def reach(bootstrap: str, timeout: float = 2.0) -> None:
    """Return when some server of ``bootstrap`` takes a connection; raises ``OSError`` when none does.

    Ask this before making a client that is to be short-lived: one that cannot bootstrap backs off for
    longer and longer, and leaves its sockets open when it gives up.
    """
    failure = OSError(f"not host:port: {bootstrap!r}")
    for server in bootstrap.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=timeout).close()
        except (OSError, ValueError) as error:
            failure = error if isinstance(error, OSError) else failure
        else:
            return
    raise failure


def admin(bootstrap: str, client_id: str = "bangvang-admin") -> KafkaAdminClient:
    """An admin client."""
    return KafkaAdminClient(bootstrap_servers=bootstrap.split(","), client_id=client_id)


@contextlib.contextmanager
def short_lived_admin(bootstrap: str, timeout_ms: int = 3_000) -> Iterator[KafkaAdminClient]:
    """An admin client for one question.  Raises ``KafkaError`` when nobody answers in time."""
    asking = KafkaAdminClient(
        bootstrap_servers=bootstrap.split(","),
        client_id="bangvang-asking",
        bootstrap_timeout_ms=timeout_ms,
        request_timeout_ms=timeout_ms,
    )
    try:
        yield asking
    finally:
        asking.close()


def controller_time(asking: KafkaAdminClient) -> datetime:
    """What the clock of Kafka's active controller says, aware UTC, to the millisecond.

    The leader of the metadata quorum answers, and gives its present time as the moment up to which it has
    caught up itself.  Raises ``KafkaError``, also where asking is not allowed; ``LookupError`` when the
    answer holds no time.
    """
    described = asking.describe_metadata_quorum()
    partition = described["topics"][0]["partitions"][0]
    leader = partition["leader_id"]
    for voter in partition["current_voters"]:
        moment = voter.get("last_caught_up_timestamp", -1)
        if voter["replica_id"] == leader and moment > 0:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)
    raise LookupError("the leader of the metadata quorum gives no time")
