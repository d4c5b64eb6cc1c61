"""``bangvang replay`` from a real Kafka says what the running service says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.ranking.cli.replay import replay, standings
from services.ranking.history import History
from shared.database import engine_for
from shared.log import client
from tests.support import broker
from tests.support.shown import LEDGER, Fed, demo_rulebook, demo_units

UNITS = [unit for unit in demo_units() if unit["unit"] in ("QH-Q01", "QH-Q03", "LLVT-CATP", "CNLD-DCD")]


@dataclass
class Told:
    """A ledger that stands in a service's database and in a topic alike."""

    fed: Fed
    bootstrap: str
    topic: str
    roots: Path
    url: str

    def replay(self, *options: str) -> Result:
        return CliRunner().invoke(
            replay,
            [
                LEDGER,
                "--bootstrap",
                self.bootstrap,
                "--topic",
                self.topic,
                "--roots",
                str(self.roots),
                *options,
            ],
        )

    def answer(self, *options: str) -> dict[str, Any]:
        result = self.replay("--json", *options)
        assert result.exit_code == 0, result.output
        value: dict[str, Any] = json.loads(result.stdout)
        return value


def produce(bootstrap: str, topic: str, values: Sequence[bytes], key: bytes = LEDGER.encode()) -> None:
    producer = client.producer(bootstrap, "test")
    try:
        for value in values:
            producer.send(topic, key=key, value=value, headers=client.HEADERS)
        producer.flush(30)
    finally:
        client.close_producer(producer)


@pytest.fixture(scope="module")
def told(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Some units and scores, a publication, and some noise in between."""
    folder = tmp_path_factory.mktemp("replay")
    topic = broker.fresh_topic(kafka_bootstrap)
    url = f"sqlite:///{folder}/ranking.sqlite"
    fed = Fed(engine_for(url)).open().adopt(demo_rulebook()).register(UNITS)
    fed.fill(units=UNITS)
    first = fed.stated.copy()
    pinned = fed.feed()
    shown = History(fed.engine, LEDGER).at(pinned)
    fed.state(
        "ranking",
        "result.published.v1",
        "*",
        {
            "version": 1,
            "status": "UNOFFICIAL",
            "position": pinned,
            "root": shown.root,
            "digest": shown.digest,
            "rulebook": shown.body["rulebook"],
            "engine": "1",
            "complete": shown.body["provisional"]["complete"],
            "units": len(UNITS),
            "provisional": True,
        },
    )
    fed.score("QH-Q01", "1.2", "0.25")
    rest = fed.stated.copy()
    fed.feed()
    produce(kafka_bootstrap, topic, [*first[:9], first[4], b"not an event", *first[9:], *rest])
    roots = folder / "roots.json"
    roots.write_text(json.dumps(fed.world.roots), "utf-8")
    return Told(fed, kafka_bootstrap, topic, roots, url)


def test_a_replay_gives_the_digest_and_root_of_the_running_service(told: Told) -> None:
    served = History(told.fed.engine, LEDGER).at(told.fed.size)
    found = told.answer("--expect-digest", served.digest, "--expect-root", served.root)
    assert (found["digest"], found["root"], found["position"]) == (served.digest, served.root, told.fed.size)
    assert (found["noise"], found["duplicates"], found["signatures"]) == (1, 1, True)
    assert found["rulebook"] == served.body["rulebook"]
    assert [(pin["version"], pin["holds"]) for pin in found["pins"]] == [(1, True)]


@pytest.mark.parametrize("back", [0, 1, 2, 40, 10_000])
def test_so_it_does_at_any_position(told: Told, back: int) -> None:
    position = max(0, told.fed.size - back)
    served = History(told.fed.engine, LEDGER).at(position)
    for options in ((), ("--no-signatures",)):
        found = told.answer("--at", str(position), *options)
        assert (found["digest"], found["root"]) == (served.digest, served.root)


def test_so_it_does_with_signatures_checked_in_processes(told: Told) -> None:
    served = History(told.fed.engine, LEDGER).at(told.fed.size)
    found = told.answer("--processes", "2", "--expect-digest", served.digest, "--expect-root", served.root)
    assert (found["noise"], found["duplicates"], found["signatures"]) == (1, 1, True)


def test_another_expectation_ends_with_exit_code_1(told: Told) -> None:
    result = told.replay("--expect-digest", f"sha256:{'0' * 64}")
    assert result.exit_code == 1
    assert "MISMATCH" in result.output


def test_a_publication_that_does_not_hold_ends_with_exit_code_1(told: Told, kafka_bootstrap: str) -> None:
    topic = broker.fresh_topic(kafka_bootstrap)
    fed = Fed(engine_for("sqlite://")).open().adopt(demo_rulebook()).register(UNITS)
    false = {"version": 1, "status": "OFFICIAL", "position": 5, "engine": "1", "complete": 4, "units": 4}
    digest = f"sha256:{'1' * 64}"
    pins = {"root": digest, "digest": digest, "rulebook": digest, "provisional": False}
    fed.state("ranking", "result.published.v1", "*", {**false, **pins})
    produce(kafka_bootstrap, topic, fed.stated)
    result = Told(fed, kafka_bootstrap, topic, told.roots, "").replay()
    assert result.exit_code == 1
    assert "publication 1: at position 5" in result.output


def test_a_named_database_is_kept_and_never_filled_twice(told: Told, tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    found = told.answer("--database", str(path))
    listed = CliRunner().invoke(
        standings, [LEDGER, "--database", told.url, "--format", "json", "--area", "LLVT"]
    )
    assert json.loads(listed.stdout)["digest"] == found["digest"]
    kept = engine_for(f"sqlite:///{path}")
    assert History(kept, LEDGER).at(told.fed.size).digest == found["digest"]
    kept.dispose()
    again = told.replay("--database", str(path))
    assert again.exit_code == 1
    assert "not empty" in again.output


def test_a_ledger_or_position_that_is_not_there_is_an_error(told: Told) -> None:
    ahead = told.replay("--at", str(told.fed.size + 1))
    assert (ahead.exit_code, f"has {told.fed.size} positions" in ahead.output) == (1, True)
    options = ["--bootstrap", told.bootstrap, "--topic", told.topic, "--roots", str(told.roots)]
    missing = CliRunner().invoke(replay, ["hcmc/1999", *options])
    assert (missing.exit_code, "no ledger hcmc/1999" in missing.output) == (1, True)
    unpinned = CliRunner().invoke(replay, ["other/2020", *options])
    assert (unpinned.exit_code, "no root key is pinned" in unpinned.output) == (1, True)


def test_standings_print_as_table_and_csv(told: Told) -> None:
    table = CliRunner().invoke(standings, [LEDGER, "--database", told.url])
    assert (table.exit_code, "Khu vực Lực lượng vũ trang" in table.output) == (0, True)
    csv = CliRunner().invoke(standings, [LEDGER, "--database", told.url, "--format", "csv"])
    lines = csv.output.splitlines()
    assert lines[0] == "area,rank,unit,name,total,class,base,bonus,penalty,complete,reasons"
    assert len(lines) == 1 + len(UNITS)
    assert CliRunner().invoke(standings, [LEDGER, "--database", told.url, "--area", "XX"]).exit_code == 1
