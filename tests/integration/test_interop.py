"""Readers that others wrote read our events unchanged: Kafka's console consumer, the CloudEvents SDK."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, from_kafka_event, to_structured
from cloudevents.core.formats.json import JSONFormat

from deploy.local.kafka import console_consumer_command
from shared.events.envelope import CONTENT_TYPE, Event
from shared.log import client
from tests.support.logged import Service, write_raw
from tests.support.world import World


def test_kafkas_console_consumer_prints_the_canonical_bytes(kafka_bootstrap: str, topic: str) -> None:
    world = World()
    values = [world.opened(), world.score(), world.score("9.5", subject="Phường Bến Nghé")]
    write_raw(kafka_bootstrap, topic, values)
    done = subprocess.run(
        console_consumer_command(kafka_bootstrap, topic, max_messages=3, timeout_ms=30_000),
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.splitlines() == values


def test_the_cloudevents_sdk_reads_records_in_structured_mode(
    kafka_bootstrap: str, topic: str, sqlite_url: str
) -> None:
    service = Service(sqlite_url, kafka_bootstrap, topic)
    service.open_ledger()
    service.post("QH-Q01")
    service.send()
    consumer = client.consumer(kafka_bootstrap, "sdk")
    consumer.subscribe([topic])
    found: list[Any] = []
    service.until(
        lambda: found.extend(one for some in consumer.poll(200).values() for one in some) or len(found) >= 2,
        30,
    )
    consumer.close()
    service.close()
    for record in found:
        message = KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)
        ours = Event.parse(record.value)
        for theirs in (from_kafka(message, JSONFormat()), from_kafka_event(message)):
            assert theirs.get_id() == ours.id
            assert theirs.get_source() == ours.source
            assert theirs.get_type() == ours.type
            assert theirs.get_subject() == ours.subject
            assert theirs.get_specversion() == "1.0"
            assert theirs.get_datacontenttype() == "application/json"
            assert theirs.get_data() == ours.data
            assert theirs.get_extension("partitionkey") == ours.ledger == record.key.decode()
            assert theirs.get_extension("sequence") == f"{ours.sequence:012d}"
            assert theirs.get_extension("signature") == ours.attributes["signature"]
        again = to_structured(from_kafka(message, JSONFormat()), JSONFormat())
        written = json.loads(again.value)
        assert written.pop("time").rstrip("Z").split(".")[0] == ours.time.split(".")[0]
        assert written == {name: value for name, value in ours.attributes.items() if name != "time"}


def test_the_one_header_names_structured_json() -> None:
    assert [("content-type", CONTENT_TYPE.encode())] == client.HEADERS
