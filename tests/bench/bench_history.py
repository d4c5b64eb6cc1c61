"""A ledger's whole history to its standings: this project beside other engines, in one run, on one ledger.

``python -m tests.bench.bench_history [--events N …] [--units U] [--runs R] [--only WORD …]`` prints Markdown
tables.  Contenders take turns (A B C, A B C, …), each in a process of its own; quoted are medians with the
least and the most.  Every contender's standings are compared with ours; a difference ends the measure.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from deploy.local.kafka import LocalBroker, cache_folder
from deploy.local.missing import MissingError
from services.ranking.columns import Decoder, fold_columns
from services.ranking.columns.source import take_segments
from services.ranking.folding import Result, result
from shared.archive import Archive
from tests.bench import contender, stage
from tests.bench.contender import Outcome, Place
from tests.bench.generate import BenchLedger, cached
from tests.bench.machine import machine
from tests.bench.peers import kafka_streams

SEGMENTS = "ours, from segments"
KAFKA = "ours, from Kafka, root checked"
SIGNED = "ours, from Kafka, every signature checked too"
EVENTSOURCING = "`eventsourcing`, its runner on SQLite"
QUIXSTREAMS = "`quixstreams`, from Kafka"
STREAMS = "Kafka Streams (Java), from Kafka"
PARSE = "limit: `orjson` parses every event once"
POLL = "limit: bare `kafka-python` poll"
ED25519 = "limit: bare Ed25519, one process"
AIMS = (
    (SEGMENTS, EVENTSOURCING, "30"),
    (SEGMENTS, QUIXSTREAMS, "3"),
    (SEGMENTS, STREAMS, "1"),
    (SEGMENTS, PARSE, "1"),
    (KAFKA, POLL, "0.4"),
    (SIGNED, ED25519, "near 1"),
)
"""Who should be how many times as fast as whom."""
PEER_PACKAGES = ("eventsourcing", "quixstreams", "confluent-kafka", "polars")


@dataclass(frozen=True, slots=True)
class Contender:
    """Who takes part.  ``line`` starts its process; ``name``: its function, none for another program."""

    label: str
    line: list[str]
    name: str = ""
    own_rules: bool = False
    """It states the rules itself and shows rows, where others give the digest of the whole."""


def contenders(peers: Path, streams: list[str]) -> list[Contender]:
    """All of them, in the order in which they take turns."""
    own, other = contender.python(), contender.python(peers)
    return [
        Contender(SEGMENTS, own, "tests.bench.ours:segments"),
        Contender("ours, from the ledger table", own, "tests.bench.ours:table"),
        Contender(KAFKA, own, "tests.bench.ours:kafka"),
        Contender(SIGNED, own, "tests.bench.ours:kafka_signed"),
        Contender(f"{SIGNED}, by two processes", own, "tests.bench.ours:kafka_signed_by_two"),
        Contender("ours, from the archive's rows, root checked", own, "tests.bench.ours:rows_admitted"),
        Contender("ours, event by event, from the rows of segments", own, "tests.bench.ours:event_by_event"),
        Contender(EVENTSOURCING, other, "tests.bench.peers.with_eventsourcing:project"),
        Contender(QUIXSTREAMS, other, "tests.bench.peers.with_quixstreams:project"),
        Contender(STREAMS, streams, own_rules=True),
        Contender(PARSE, own, "tests.bench.limits:parse"),
        Contender(POLL, own, "tests.bench.limits:poll"),
        Contender(ED25519, own, "tests.bench.limits:signatures"),
        Contender("limit: bare Ed25519, two processes", own, "tests.bench.limits:signatures_by_two"),
    ]


def expected(place: Place) -> Result:
    """Our standings of the place."""
    decoder = Decoder(place.ledger)
    take_segments(decoder, Archive(place.path("archive")), place.size)
    return result(fold_columns(decoder.columns()))


def check(one: Contender, outcome: Outcome, ours: Result, place: Place) -> None:
    """End the measure where a contender's standings are not ours."""
    if one.own_rules:
        shown = place.path(kafka_streams.ROWS).read_text("utf-8").splitlines()
        for line, our_line in zip(shown, kafka_streams.lines_of(ours.body), strict=True):
            if line != our_line:
                raise SystemExit(f"{one.label} says {line}, we say {our_line}")
    elif outcome.digest not in (None, ours.digest):
        raise SystemExit(f"{one.label} gives {outcome.digest}, we give {ours.digest}")


def measure(
    taking_part: list[Contender], place: Place, runs: int, tell: Callable[[str], None]
) -> dict[str, list[Outcome]]:
    """The outcomes of each contender, turn by turn."""
    ours = expected(place)
    found: dict[str, list[Outcome]] = {one.label: [] for one in taking_part}
    for turn in range(runs):
        for one in taking_part:
            outcome = contender.run(one.line, place, name=one.name)
            check(one, outcome, ours, place)
            found[one.label].append(outcome)
            tell(f"run {turn + 1}: {one.label}: {outcome.seconds:.2f} s, {outcome.rate:,.0f} events/s")
    return found


def table_of(found: dict[str, list[Outcome]]) -> list[str]:
    """The Markdown lines of one size."""
    base = found.get(EVENTSOURCING)
    lines = [
        "| what | events/s, median | least | most | times `eventsourcing` "
        "| processor µs an event | peak memory, MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for label, outcomes in found.items():
        rates = sorted(one.rate for one in outcomes)
        times = "–" if base is None else f"{statistics.median(ratios(outcomes, base)):.2f}"
        processor = statistics.median(1e6 * one.processor / one.events for one in outcomes)
        peak = max(one.peak for one in outcomes) / 1e6
        lines.append(
            f"| {label} | {statistics.median(rates):,.0f} | {rates[0]:,.0f} | {rates[-1]:,.0f} | {times} "
            f"| {processor:.1f} | {peak:,.0f} |"
        )
    return lines


def ratios(ones: list[Outcome], others: list[Outcome]) -> list[float]:
    """How many times as fast the ones are, turn by turn."""
    return [one.rate / other.rate for one, other in zip(ones, others, strict=True)]


def aims_of(found: dict[str, list[Outcome]]) -> list[str]:
    """The Markdown lines of the aims."""
    lines = ["| ratio | median | least | most | aim |", "|---|---:|---:|---:|---:|"]
    for one, other, aim in AIMS:
        if one in found and other in found:
            times = ratios(found[one], found[other])
            shown = " | ".join(f"{value:.2f}" for value in (statistics.median(times), min(times), max(times)))
            lines.append(f"| {one} / {other} | {shown} | {aim} |")
    return lines


def _versions(peers: Path, streams: list[str]) -> str:
    asked = (
        "from importlib.metadata import version as v; import sys;"
        "print(', '.join(f'{name} {v(name)}' for name in sys.argv[1:]))"
    )
    packages = _said([str(peers), "-c", asked, *PEER_PACKAGES])
    java = _said([streams[0], "--version"]).splitlines()[0]
    library = next(Path(streams[3].partition(":")[2].rstrip("*")).glob("kafka-streams-*.jar")).stem
    return f"{packages}, {library}, {java}"


def _said(line: list[str]) -> str:
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()


def _one_size(
    folder: Path, broker: LocalBroker, made: BenchLedger, taking_part: list[Contender], peers: Path, runs: int
) -> tuple[Place, dict[str, list[Outcome]]]:
    size = len(made.values)
    _tell(f"{size:,} events: laying out")
    place = replace(stage.lay_out(folder, made), bootstrap=broker.bootstrap, topic=f"bench-{size}")
    stage.fill_topic(place, made)
    if any(one.label == EVENTSOURCING for one in taking_part):
        contender.run(contender.python(peers), place, name="tests.bench.peers.with_eventsourcing:store")
    return place, measure(taking_part, place, runs, _tell)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", metavar="WORD", help="contenders whose name holds a WORD")
    parser.add_argument("--peers", type=Path, default=cache_folder() / "bench-venv" / "bin" / "python")
    return parser.parse_args()


def main() -> int:
    """Run the measure and print its tables."""
    options = _arguments()
    if not options.peers.exists():
        raise SystemExit("The other engines are not installed: make bench does it")
    try:
        streams = kafka_streams.build(cache_folder() / "bench" / "kafka-streams")
    except MissingError as error:
        raise SystemExit(str(error)) from error
    taking_part = [
        one
        for one in contenders(options.peers, streams)
        if options.only is None or any(word in one.label for word in options.only)
    ]
    costs: dict[int, float] = {}
    place: Place | None = None
    with tempfile.TemporaryDirectory() as name, LocalBroker(Path(name) / "kafka") as broker:
        print(f"{machine()}; {_versions(options.peers, streams)}\n")
        for size in sorted(options.events):
            made = cached(cache_folder() / "bench", size, units=options.units, seed=options.seed)
            mean = sum(map(len, made.values)) / size
            place, found = _one_size(
                Path(name) / str(size), broker, made, taking_part, options.peers, options.runs
            )
            about = f"{size:,} events of {mean:.0f} bytes over {options.units} units"
            print(f"{about}, {options.runs} runs in turn:\n")
            print("\n".join([*table_of(found), "", *aims_of(found), ""]), flush=True)
            if SEGMENTS in found:
                costs[size] = statistics.median(one.seconds / one.events for one in found[SEGMENTS])
        assert place is not None
        smallest, largest = min(options.events), max(options.events)
        if largest > smallest and costs:
            ratio = costs[largest] / costs[smallest]
            print(f"From segments an event of {largest:,} costs {ratio:.2f} of one of {smallest:,}.\n")
        about = json.dumps(asdict(place))
        waits = json.loads(_said([sys.executable, "-m", "tests.bench.positions", about]))
        print(
            f"Standings at {len(waits)} positions anywhere in {largest:,} events: "
            f"{statistics.median(waits):.0f} ms (median), {max(waits):.0f} ms (longest).\n"
        )
        print(_said([str(options.peers), "-m", "tests.bench.formats", about]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
