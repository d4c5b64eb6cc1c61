"""``bangvang compute`` over large tables, beside a bare ``csv`` parse of the same files, in one run.

``python -m tests.bench.bench_compute [--units N] [--criteria C] [--runs R]`` prints a Markdown table.  Timed
is the whole command, from the start of its interpreter to its last byte on disk.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.bench.machine import machine, measure
from tests.bench.tables import Tables, write


def bare_parse(made: Tables) -> None:
    """The limit of any reader in Python: split every row into cells, and look at nothing."""
    for path in (made.units, made.scores):
        with path.open(encoding="utf-8", newline="") as file:
            for _ in csv.reader(file):
                pass


def command(made: Tables, output: Path, processes: int) -> None:
    """The command as a person types it."""
    words = [sys.executable, "-m", "deploy.cli", "compute", "--rulebook", str(made.rulebook)]
    words += ["--units", str(made.units), "--scores", str(made.scores), "--output", str(output)]
    subprocess.run([*words, "--processes", str(processes)], check=True, stderr=subprocess.DEVNULL)


def with_processor_time(work: Callable[[], object], spent: list[float]) -> None:
    """Do ``work`` and note the processor seconds of this process and of those it waited for."""
    before = os.times()
    work()
    after = os.times()
    spent.append(sum(after[:4]) - sum(before[:4]))


def main() -> None:
    """Run the measure and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--criteria", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = write(Path(folder), options.units, options.criteria)
        outputs = {number: Path(folder) / f"standings-{number}.csv" for number in (1, 2)}
        contenders: dict[str, Callable[[], object]] = {
            "bare csv parse of the files": lambda: bare_parse(made),
            "bangvang compute, one process": lambda: command(made, outputs[1], 1),
            "bangvang compute, two processes": lambda: command(made, outputs[2], 2),
        }
        spent: dict[str, list[float]] = {name: [] for name in contenders}
        timed: dict[str, Callable[[], object]] = {
            name: partial(with_processor_time, work, spent[name]) for name, work in contenders.items()
        }
        seconds = measure(timed, options.runs)
        same = outputs[1].read_bytes() == outputs[2].read_bytes()
    # On Linux in KiB: the largest of all processes that were started here.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    processor = {name: statistics.median(runs[1:]) for name, runs in spent.items()}
    bare = processor["bare csv parse of the files"]
    print(
        f"{options.units:,} units, {options.criteria} criteria, {made.rows:,} score rows in no order, "
        f"{options.runs} runs in turn, {machine()}; largest process {peak} MB; "
        f"bytes with one and two processes {'equal' if same else 'DIFFER'}\n"
    )
    print("| what | seconds, median | least | most | processor seconds, median | times the bare parse |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, runs in seconds.items():
        print(
            f"| {name} | {statistics.median(runs):.1f} | {min(runs):.1f} | {max(runs):.1f} "
            f"| {processor[name]:.1f} | {processor[name] / bare:.1f} |"
        )


if __name__ == "__main__":
    main()
