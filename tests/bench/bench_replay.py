"""Events per second of a replay from Kafka, beside a bare ``kafka-python`` poll of the topic, in one run.

``python -m tests.bench.bench_replay [--events N] [--runs R]`` prints a Markdown table.  Contenders take turns
(A B C D, A B C D, …), so that a drift of the machine's speed hits all of them; quoted are medians, with the
least and the most.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from kafka import KafkaConsumer, TopicPartition

from deploy.local.kafka import LocalBroker
from services.ranking.engine import initial
from services.ranking.folding import result, take_event
from shared.events.envelope import Event
from shared.events.signing import public_from_base64, verify
from shared.log import client
from shared.log.replay import replay
from shared.log.topics import ensure_topic
from tests.bench.generate import BenchLedger, generate
from tests.bench.machine import machine, measure

TOPIC = "bench-replay"


def fill(bootstrap: str, made: BenchLedger) -> None:
    """Write the ledger into a fresh topic with one partition."""
    ensure_topic(bootstrap, TOPIC, partitions=1, replication=1)
    producer = client.producer(bootstrap, "bench")
    futures = [
        producer.send(TOPIC, value=value, key=made.ledger.encode(), headers=client.HEADERS)
        for value in made.values
    ]
    producer.flush()
    assert all(future.succeeded() for future in futures)
    producer.close()


def bare_poll(bootstrap: str, events: int) -> None:
    """The limit: poll every record and look at nothing."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=16 * 1024 * 1024,
        fetch_max_bytes=64 * 1024 * 1024,
    )
    place = TopicPartition(TOPIC, 0)
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    end = consumer.end_offsets([place])[place]
    found = 0
    while consumer.position(place) < end:
        for records in consumer.poll(timeout_ms=1000, max_records=10_000).values():
            found += len(records)
    consumer.close(autocommit=False)
    assert found == events


def our_replay(bootstrap: str, made: BenchLedger, *, fold: bool, signatures: bool) -> str:
    """Ours: admission with the Merkle root, and the fold to standings; the standings' digest."""
    state = initial(made.ledger)

    def evolve(admitted: object) -> None:
        take_event(state, admitted.position, admitted.event)  # type: ignore[attr-defined]

    outcome = replay(
        bootstrap,
        TOPIC,
        made.ledger,
        made.roots,
        verify_signatures=signatures,
        on_admitted=evolve if fold else None,
    )
    assert outcome.size == len(made.values)
    return result(state).digest if fold else outcome.root.hex()


def bare_verify(made: BenchLedger) -> None:
    """The other limit: check every signature and do nothing else; parsing was done before."""
    for attributes, key in parsed_with_keys(made):
        assert verify(attributes, key)


_parsed: list[tuple[dict[str, object], Ed25519PublicKey]] = []


def parsed_with_keys(made: BenchLedger) -> list[tuple[dict[str, object], Ed25519PublicKey]]:
    """Every event's attributes with the key it was signed with."""
    if not _parsed:
        events = [Event.parse(value) for value in made.values]
        opened = events[0].data
        keys = {row["keyid"]: public_from_base64(row["public_key"]) for row in opened["sources"].values()}
        keys[events[0].keyid] = public_from_base64(opened["root_public_key"])
        _parsed.extend((event.attributes, keys[event.keyid]) for event in events)
    return _parsed


def main() -> None:
    """Run the measure and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    made = generate(options.events)
    mean = sum(map(len, made.values)) / len(made.values)
    with tempfile.TemporaryDirectory() as folder, LocalBroker(Path(folder)) as broker:
        fill(broker.bootstrap, made)
        parsed_with_keys(made)
        contenders: dict[str, Callable[[], object]] = {
            "bare kafka-python poll": lambda: bare_poll(broker.bootstrap, options.events),
            "replay: admission, root checked": lambda: our_replay(
                broker.bootstrap, made, fold=False, signatures=False
            ),
            "replay: the same, folded to standings": lambda: our_replay(
                broker.bootstrap, made, fold=True, signatures=False
            ),
            "replay: the same, every signature checked": lambda: our_replay(
                broker.bootstrap, made, fold=True, signatures=True
            ),
            "bare Ed25519 verification": lambda: bare_verify(made),
        }
        seconds = measure(contenders, options.runs)
    bare = seconds["bare kafka-python poll"]
    print(f"{options.events:,} events of {mean:.0f} bytes, {options.runs} runs in turn, {machine()}\n")
    print("| what | events/s, median | least | most | of the bare poll |")
    print("|---|---:|---:|---:|---:|")
    for name, runs in seconds.items():
        rates = sorted(options.events / run for run in runs)
        ratio = statistics.median(a / b for a, b in zip(bare, runs, strict=True))
        print(
            f"| {name} | {statistics.median(rates):,.0f} | {rates[0]:,.0f} | {rates[-1]:,.0f} | {ratio:.2f} |"
        )


if __name__ == "__main__":
    main()
