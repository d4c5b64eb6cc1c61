"""Scores accepted per second over HTTP, beside a bare endpoint; and 66 units that submit at once.

``python -m tests.bench.bench_scores [--runs N] [--requests N]`` prints Markdown tables for SQLite and
for PostgreSQL.  Each contender is a gunicorn process started as the suite starts it; they take turns.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.demo.command import Command
from deploy.demo.data import city_2020
from deploy.demo.load import ROUTES
from deploy.demo.scenario import SYSTEM_OF, phases_of, scenario
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.supervisor import gunicorn
from tests.bench.bare import DATABASE
from tests.bench.machine import machine
from tests.support.postgres import PostgresCluster
from tests.support.town import LEDGER, Town, accepted, town

CLIENTS = 4
BATCH = 1000
SCORER = SYSTEM_OF["BTC"]


@contextlib.contextmanager
def served(command: Sequence[str], port: int, alive: str, environ: Mapping[str, str]) -> Iterator[None]:
    """A server as a child of this process, from its first answer to the end of the block."""
    process = subprocess.Popen(command, env=os.environ | dict(environ))
    try:
        limit = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{alive}", timeout=5):
                    break
            except (urllib.error.URLError, OSError) as error:
                if process.poll() is not None or time.monotonic() > limit:
                    raise RuntimeError(f"the server does not answer: {command[-1]}") from error
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Client:
    """``CLIENTS`` connections that are kept, each used by one thread at a time."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    keys: Iterator[int] = field(default_factory=itertools.count)

    def send(self, path: str, bodies: Sequence[bytes], clients: int = CLIENTS) -> list[float]:
        """Post ``bodies`` from so many clients at once; seconds of each.  Fails on any answer but 201."""
        waiting = iter(bodies)
        turn = threading.Lock()
        together = threading.Barrier(clients)

        def one() -> list[float]:
            connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=120)
            connection.connect()
            together.wait()
            taken: list[float] = []
            while True:
                with turn:
                    body, key = next(waiting, None), next(self.keys)
                if body is None:
                    connection.close()
                    return taken
                taken.append(
                    post(connection, path, body, {**self.headers, "Idempotency-Key": f"bench-{key}"})
                )

        with ThreadPoolExecutor(clients) as pool:
            found = [pool.submit(one) for _ in range(clients)]
            return [seconds for each in found for seconds in each.result()]


def post(connection: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> float:
    """Seconds from sending ``body`` to the whole answer."""
    began = time.perf_counter()
    connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    said = answer.read()
    took = time.perf_counter() - began
    if answer.status != http.client.CREATED:
        raise RuntimeError(f"{path}: {answer.status} {said[:500]!r}")
    return took


class Contest:
    """The 2020 cycle, set up, on one database; its web process and the bare one beside it."""

    def __init__(self, folder: Path, database: str, bare_database: str) -> None:
        self.folder = folder
        self.environ = {
            "BANGVANG_DATA": str(folder),
            "BANGVANG_DEMO": "1",
            "BANGVANG_DATABASE_URL": database,
            DATABASE: bare_database,
        }
        self.phases = phases_of(scenario(city_2020()))
        self.town = self._set_up()
        self.port, self.bare_port = free_ports(2)
        self.rows = itertools.cycle(self._rows())
        self.bare = Client(self.bare_port)
        self.scores = Client(self.port, self._as(SCORER))

    def _set_up(self) -> Town:
        made = town(self.folder, ["scores"], **self.environ)
        made.clock = "real"
        made.open()
        for command in self.phases["setup"]:
            accepted([made.state(command, ROUTES[command.operation])])
        made.settle()
        for house in made.houses.values():
            house.engine.dispose()
        return made

    def _as(self, sub: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.town.issuer.issue(sub, ttl=7200)}"}

    def _rows(self) -> list[dict[str, Any]]:
        """The scorer's values of the story, and the same cells with other values: each is a change."""
        told = [
            row
            for command in self.phases["body-scores"]
            if command.sub == SCORER
            for row in command.body["scores"]
        ]
        return [
            {**row, **other, "reason": "Đo tốc độ"}
            for other in ({}, {"value": "0"})
            for row in told
            if row.get("value", "0") != "0"
        ]

    def singles(self, count: int) -> list[bytes]:
        """Bodies of single scores."""
        return [encoded(row) for row in itertools.islice(self.rows, count)]

    def batches(self, count: int) -> list[bytes]:
        """Bodies of batches of a thousand."""
        return [encoded({"scores": list(itertools.islice(self.rows, BATCH))}) for _ in range(count)]

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Both servers, up."""
        ours = gunicorn("scores", f"{LOOPBACK}:{self.port}")
        theirs = gunicorn("scores", f"{LOOPBACK}:{self.bare_port}")
        theirs[-1] = "tests.bench.bare:create_app()"
        with (
            served(ours, self.port, "/scores/livez", self.environ),
            served(theirs, self.bare_port, "/livez", self.environ),
        ):
            yield

    def speeds(self, runs: int, requests: int) -> dict[str, list[float]]:
        """Scores a second of each contender in each run, after a warm-up."""
        path = f"/scores/v1/{LEDGER}/scores"
        contenders: dict[str, Callable[[], int]] = {
            "bare endpoint": lambda: len(self.bare.send("/scores", self.singles(requests))),
            "single": lambda: len(self.scores.send(path, self.singles(requests))),
            "batch": lambda: BATCH * len(self.scores.send(f"{path}/batch", self.batches(4), 2)),
        }
        found: dict[str, list[float]] = {name: [] for name in contenders}
        for turn in range(runs + 1):
            for name, work in contenders.items():
                began = time.perf_counter()
                scores = work()
                if turn:
                    found[name].append(scores / (time.perf_counter() - began))
        return found

    def sheets(self) -> list[float]:
        """Seconds of each unit's submission, all of them sent at the same instant."""
        commands: list[Command] = list(self.phases["self-scores"])
        together = threading.Barrier(len(commands))

        def submit(command: Command) -> float:
            headers = {**self._as(command.sub), "Idempotency-Key": command.key}
            connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=120)
            body = encoded(command.body)
            together.wait()
            return post(connection, f"/scores/v1/{LEDGER}/sheets", body, headers)

        with ThreadPoolExecutor(len(commands)) as pool:
            return list(pool.map(submit, commands))


def encoded(body: Mapping[str, Any]) -> bytes:
    """JSON bytes."""
    return json.dumps(body, ensure_ascii=False).encode()


def report(name: str, speeds: Mapping[str, Sequence[float]], waits: Sequence[float]) -> None:
    """Print the tables of one database."""
    bare, single = (statistics.median(speeds[which]) for which in ("bare endpoint", "single"))
    print(f"\n{name}:\n")
    print("| what | scores/s, median | least | most | of the bare endpoint | of single |")
    print("|---|---:|---:|---:|---:|---:|")
    for what, found in speeds.items():
        median = statistics.median(found)
        ratios = f"{median / bare:.2f} | {median / single:.2f}"
        print(f"| {what} | {median:,.0f} | {min(found):,.0f} | {max(found):,.0f} | {ratios} |")
    if waits:
        p50, p95 = statistics.median(waits), sorted(waits)[int(len(waits) * 0.95)]
        print(
            f"\n{len(waits)} units submit their sheets at the same instant, no error: "
            f"{p50 * 1000:.0f} ms (median), {p95 * 1000:.0f} ms (95 %), {max(waits) * 1000:.0f} ms (longest)."
        )


def main() -> None:
    """Run the measure and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1000)
    options = parser.parse_args()
    print(f"{options.runs} runs in turn, {CLIENTS} clients at once; {machine()}")
    with tempfile.TemporaryDirectory() as folder, PostgresCluster(durable=True) as cluster:
        cluster.create_database("suite_scores")
        databases = {
            "SQLite": ("sqlite:///{data}/{{service}}.sqlite", "sqlite:///{data}/bare.sqlite"),
            "PostgreSQL": (cluster.url("suite"), cluster.create_database("bare")),
        }
        for name, (own, bare) in databases.items():
            data = Path(folder) / name
            contest = Contest(data, own.format(data=data), bare.format(data=data))
            with contest.running():
                speeds = contest.speeds(options.runs, options.requests)
                waits = contest.sheets()
            report(name, speeds, waits)


if __name__ == "__main__":
    main()
