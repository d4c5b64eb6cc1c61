"""The worker as a process: together or in parts, ended in order, killed, and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from shared.database import read_transaction
from shared.ledger.projector import all_cursors
from tests.support.logged import PARTITIONS, Service

CODE = (
    "import sys; from shared.log.worker import run_worker; sys.exit(run_worker('scores', [], sys.argv[1:]))"
)


class Workers:
    """Worker processes of the scores service on one database and topic."""

    def __init__(self, folder: Path, bootstrap: str, topic: str) -> None:
        self.folder = folder
        self.service = Service(f"sqlite:///{folder}/scores.sqlite", bootstrap, topic)
        roots = folder / "roots.json"
        roots.write_text(json.dumps(self.service.world.roots))
        self.environment = os.environ | {
            "BANGVANG_DATA": str(folder),
            "BANGVANG_DATABASE_URL": f"sqlite:///{folder}/{{service}}.sqlite",
            "BANGVANG_KAFKA": bootstrap,
            "BANGVANG_TOPIC": topic,
            "BANGVANG_PARTITIONS": str(PARTITIONS),
            "BANGVANG_ROOTS": str(roots),
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"worker-{len(self.running)}.log").open("wb")
        process = subprocess.Popen([sys.executable, "-c", CODE, *arguments], env=self.environment, stderr=log)
        log.close()
        self.running.append(process)
        return process

    def logs(self, number: int) -> list[dict[str, Any]]:
        lines = (self.folder / f"worker-{number}.log").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.service.close()


@pytest.fixture
def workers(tmp_path: Path, kafka_bootstrap: str, topic: str) -> Iterator[Workers]:
    made = Workers(tmp_path, kafka_bootstrap, topic)
    yield made
    made.close()


def cursors(service: Service) -> dict[tuple[str, str], int]:
    with read_transaction(service.engine) as connection:
        return all_cursors(connection)


def test_a_worker_carries_a_fact_to_its_projections_and_ends_in_order(workers: Workers) -> None:
    service = workers.service
    service.open_ledger()
    service.post("QH-Q01", "QH-Q02")
    process = workers.start()
    service.until(lambda: cursors(service) == {("uninterpreted", "hcmc/2020"): 3}, 60)
    began = time.monotonic()
    service.post()
    service.until(lambda: cursors(service) == {("uninterpreted", "hcmc/2020"): 4}, 60)
    assert time.monotonic() - began < 10
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    logged = workers.logs(0)
    assert [line["event"] for line in logged if line["logger"] == "worker"] == [
        "worker starts",
        "worker has stopped",
    ]
    assert all(line["level"] != "error" for line in logged)
    with read_transaction(service.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM leases")).scalar_one() == 0
    service.assert_equal_to_replay()


@pytest.mark.slow
def test_each_part_alone_survives_kill_9(workers: Workers) -> None:
    service = workers.service
    service.open_ledger()
    parts = {part: workers.start("--only", part) for part in ("relay", "intake", "projector")}
    due = 1
    for victim in ("relay", "intake", "projector"):
        for _ in range(10):
            service.post("QH-Q01", "QH-Q02")
        parts[victim].kill()
        parts[victim].wait()
        for _ in range(10):
            service.post("QH-Q01", "QH-Q02")
        parts[victim] = workers.start("--only", victim)
        due += 40
        _follow_to(service, due)
    numbers = [row.sequence for row in service.rows()][1:]
    assert numbers == list(range(1, 121))
    service.assert_equal_to_replay()
    for part in parts.values():
        part.terminate()
    assert [part.wait(30) for part in parts.values()] == [0, 0, 0]


def _follow_to(service: Service, size: int) -> None:
    service.until(lambda: cursors(service).get(("uninterpreted", "hcmc/2020")) == size, 90)


def test_a_worker_refuses_a_topic_that_may_lose_events(workers: Workers) -> None:
    workers.environment["BANGVANG_PARTITIONS"] = "7"
    assert workers.start("--only", "intake").wait(60) == 1
    assert "WrongTopic" in (workers.folder / "worker-0.log").read_text()
