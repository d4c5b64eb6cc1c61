"""From a score's 201 to its being visible: time until standings that hold it answer, on the running suite.

``python -m tests.bench.bench_visible [--scores N]`` prints a Markdown table.  The reader asks for
``standings?after=scores:N`` right after the 201: relay, Kafka, intake, projector and fold lie between.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import requests

from deploy.demo.load import main as load_demo
from tests.bench.machine import machine
from tests.support.suite import Suite, suite

LEDGER = "hcmc/2020"


def measure(running: Suite, scores: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each POST, and from its 201 to the standings that hold it; the first is a warm-up."""
    posts: list[float] = []
    waits: list[float] = []
    session = requests.Session()
    me = running.headers("hethong.btc", "department@department:BTC")
    reader = running.headers("kiemtra", "auditor@ledger")
    for number in range(scores + 1):
        body = {
            "unit": "QH-Q05",
            "criterion": "6.2",
            "stage": "department",
            "value": f"{1 + number % 5}",
            "reason": "đo lại",
        }
        began = time.perf_counter()
        answer = session.post(
            f"{running.origin}/scores/v1/{LEDGER}/scores",
            json=body,
            headers={**me, "Idempotency-Key": f"visible-{number}"},
            timeout=30,
        )
        accepted = time.perf_counter()
        assert answer.status_code == requests.codes.created, answer.text
        shown = session.get(
            f"{running.origin}/ranking/v1/{LEDGER}/standings",
            params={"after": answer.headers["Bangvang-Sequence"]},
            headers=reader,
            timeout=30,
        )
        seen = time.perf_counter()
        assert shown.status_code == requests.codes.ok, shown.text
        if number:
            posts.append((accepted - began) * 1000)
            waits.append((seen - accepted) * 1000)
        time.sleep(0.3)  # one score at a time: the suite is at rest when each arrives
    return posts, waits


def main() -> None:
    """Run the measure and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, suite(Path(folder) / "data") as running:
        load_demo(running.origin, running.layout.settings)
        posts, waits = measure(running, options.scores)
    print(f"{options.scores} scores, one at a time, on the loaded 2020 demo; {machine()}\n")
    print("| what | ms, median | least | most |")
    print("|---|---:|---:|---:|")
    for name, found in (("POST of a score to its 201", posts), ("201 to visible in the standings", waits)):
        print(f"| {name} | {statistics.median(found):.0f} | {min(found):.0f} | {max(found):.0f} |")


if __name__ == "__main__":
    main()
