"""Accepted means durable: kill -9 of everything, at any moment, under load (invariant 3).

Twenty kills at seeded instants, each kind of process at least three times, and one forced bump of the
producer's epoch, under a client that posts at least 20 scores a second and asks again, with the same key,
until it has its 201.  Afterwards a reader that shares no code with us must find exactly the receipts.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from kafka import KafkaProducer

from deploy.demo.load import main as load_demo
from shared.database import engine_for
from shared.log import client as log_client
from shared.log.relay import Relay
from tests.support.independent import Entry, entry_of_bytes, entry_of_receipt, read_topic
from tests.support.suite import Suite, suite, until

SEED = 20201109
KILLS = 20
LEDGER = "hcmc/2020"
SOURCE = f"/scores/{LEDGER}"
CLIENTS = 6
BUMP_AT = 5
LEAST_PER_SECOND = 20
PROGRAMS = {
    "web": "web-scores",
    "relay": "worker-scores-relay",
    "intake": "worker-scores-intake",
    "projector": "worker-scores-projector",
    "broker": "kafka",
}
UNITS = [f"QH-Q{number:02d}" for number in range(1, 13)]


@dataclass
class Client:
    """Posts one score after the other; each until it is accepted."""

    base: str
    headers: dict[str, str]
    number: int
    stop: threading.Event
    receipts: list[Entry] = field(default_factory=list)
    retries: int = 0
    faults: list[str] = field(default_factory=list)

    def run(self) -> None:
        session = requests.Session()
        dice = random.Random(SEED + self.number)
        count = 0
        while not self.stop.is_set():
            count += 1
            quarters = dice.randrange(1, 24)
            body = {
                "unit": UNITS[dice.randrange(len(UNITS))],
                "criterion": "6.2",
                "reason": "đo lại",
                "stage": "department",
                "value": f"{quarters // 4}{('', '.25', '.5', '.75')[quarters % 4]}",
            }
            key = f"kill-{self.number}-{count}"
            if not self._post(session, body, key):
                return
            time.sleep(0.05)

    def _post(self, session: requests.Session, body: dict[str, str], key: str) -> bool:
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            try:
                answer = session.post(
                    f"{self.base}/scores",
                    json=body,
                    headers={**self.headers, "Idempotency-Key": key},
                    timeout=20,
                )
            except requests.RequestException:
                self.retries += 1
                time.sleep(0.2)
                continue
            if answer.status_code == requests.codes.created:
                self.receipts.extend(entry_of_receipt(event) for event in answer.json()["receipts"])
                return True
            if answer.status_code < 500:
                self.faults.append(f"{answer.status_code} {answer.text[:500]}")
                return False
            self.retries += 1
            time.sleep(0.2)
        self.faults.append(f"{key} was not accepted within 120 s")
        return False


def kill_plan() -> list[tuple[float, str]]:
    """(pause before it in seconds, kind), the same on every run."""
    dice = random.Random(SEED)
    kinds = [kind for kind in PROGRAMS for _ in range(KILLS // len(PROGRAMS))]
    dice.shuffle(kinds)
    return [(dice.uniform(0.5, 3.0), kind) for kind in kinds]


def kill_one(running: Suite, kind: str, nth: int) -> None:
    if kind == "web" and nth % 2:
        running.kill_child(PROGRAMS[kind])
    else:
        running.kill(PROGRAMS[kind])
    if kind == "broker":
        running.await_broker()


def relay_under_a_bumped_epoch(running: Suite) -> None:
    """Kill the relay and take its place, with a producer whose epoch is bumped between two of its sends."""
    settings = running.layout.settings
    engine = engine_for(settings.service_database_url("scores"))
    sent = 0

    def make_producer() -> KafkaProducer:
        producer = log_client.producer(settings.kafka, "relay-in-a-test")
        send = producer.send

        def bumping(*words: object, **named: object) -> object:
            nonlocal sent
            sent += 1
            if sent == BUMP_AT:
                producer._transaction_manager.bump_producer_id_and_epoch()
            return send(*words, **named)

        producer.send = bumping
        return producer

    relay = Relay(
        engine,
        settings.topic,
        f"test:{time.monotonic_ns()}",
        make_producer,
        lambda: log_client.end_offsets(settings.kafka, settings.topic),
        stall_seconds=2,
    )
    try:
        limit = time.monotonic() + 90
        while sent < 2 * BUMP_AT:
            assert time.monotonic() < limit, f"the test's relay has sent {sent} records only"
            with contextlib.suppress(AssertionError):
                running.kill(PROGRAMS["relay"])  # it must not hold the lease
            for _ in range(20):
                relay.step()
                time.sleep(0.1)
    finally:
        relay.close()
        engine.dispose()


def ledger_entries(data: Path, service: str) -> list[Entry]:
    """All rows of a service's ledger table, read by SQLite alone, in order of position."""
    connection = sqlite3.connect(f"file:{data / 'db' / service}.sqlite?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "select position, value, hex(leaf) from ledger where ledger = ? order by position", (LEDGER,)
        ).fetchall()
    finally:
        connection.close()
    assert [position for position, _, _ in rows] == list(range(len(rows)))
    entries = [entry_of_bytes(value) for _, value, _ in rows]
    assert [entry.leaf for entry in entries] == [leaf.lower() for _, _, leaf in rows]
    return entries


# A client whose broker is killed leaves sockets to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.timeout(900)
def test_every_201_reaches_the_ledger_exactly_once_whatever_is_killed(tmp_path: Path) -> None:
    with suite(tmp_path / "data", split=["scores"]) as running:
        settings = running.layout.settings
        load_demo(running.origin, settings, until="setup")
        stop = threading.Event()
        base = f"http://127.0.0.1:{running.layout.web_ports['scores']}/scores/v1/{LEDGER}"
        clients = [
            Client(base, running.headers("hethong.btc", "department@department:BTC"), number, stop)
            for number in range(CLIENTS)
        ]
        threads = [threading.Thread(target=client.run) for client in clients]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        hits: Counter[str] = Counter()
        for nth, (pause, kind) in enumerate(kill_plan()):
            time.sleep(pause)
            kill_one(running, kind, hits[kind])
            hits[kind] += 1
            if nth == KILLS // 2:
                relay_under_a_bumped_epoch(running)
        time.sleep(2)
        stop.set()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        receipts = [entry for client in clients for entry in client.receipts]
        assert [fault for client in clients for fault in client.faults] == []
        assert min(hits.values()) >= 3
        assert hits.total() == KILLS

        def arrived(service: str) -> bool:
            known = set(ledger_entries(running.layout.data, service))
            return set(receipts) <= known

        for service in ("scores", "inspections", "ranking", "notify"):
            until(lambda service=service: arrived(service), f"{service} lacks receipts", 120)
        ledgers = {
            service: ledger_entries(running.layout.data, service)
            for service in ("scores", "inspections", "ranking", "notify")
        }
        topic = [entry_of_bytes(value) for value in read_topic(settings.kafka, settings.topic)]

    rate = len(receipts) / seconds
    retries = sum(client.retries for client in clients)
    print(f"{len(receipts)} scores accepted in {seconds:.0f} s ({rate:.0f}/s), {retries} retries")
    print(f"kills {dict(hits)}; {len(topic) - len(set(topic))} records stand twice in the topic")
    assert rate >= LEAST_PER_SECOND
    assert len(set(receipts)) == len(receipts)
    of_scores = [entry for entry in ledgers["scores"] if entry.source == SOURCE]
    before = min(entry.sequence for entry in receipts)
    accepted = sorted(entry for entry in of_scores if entry.sequence >= before)
    assert accepted == sorted(receipts)  # none missing, none twice, the bytes of the receipts
    assert sorted(set(topic)) == sorted(ledgers["scores"])  # the topic holds the ledger, perhaps repeated
    assert len(set(map(tuple, ledgers.values()))) == 1  # all four services have the same order
