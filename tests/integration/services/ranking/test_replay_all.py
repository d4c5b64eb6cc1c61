"""``bangvang replay --all``: every ledger of a topic with three partitions, and of an archive."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.ranking.at_once import Found, at_once
from services.ranking.cli.replay import replay
from services.ranking.columns import Decoder, fold_columns
from services.ranking.folding import result
from shared.archive import Archive
from shared.ledger.merkle import leaf_hash, tree_root
from shared.log import client
from shared.log.signatures import ProcessLost
from tests.support import broker
from tests.support.world import World

LEDGERS = ("hcmc/2020", "hcmc/2021", "hcmc/2022", "hcmc/2023")


@dataclass
class Topic:
    """Ledgers of different sizes, mixed, with noise in between; what each must come to."""

    bootstrap: str
    name: str
    folder: Path
    wanted: dict[str, tuple[int, str, str]]

    def run(self, *options: str) -> Result:
        place = ("--bootstrap", self.bootstrap, "--topic", self.name)
        roots = ("--roots", str(self.folder / "roots.json"))
        return CliRunner().invoke(replay, ["--all", *place, *roots, *options])

    def found(self, *options: str) -> dict[str, tuple[int, str, str]]:
        answer = self.run("--json", *options)
        assert answer.exit_code == 0, answer.output
        told: dict[str, Any] = json.loads(answer.stdout)
        assert told["events"] == sum(size for size, _, _ in self.wanted.values())
        return {one["ledger"]: (one["size"], one["root"], one["digest"]) for one in told["ledgers"]}


@pytest.fixture(scope="module")
def topic(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Topic:
    folder = tmp_path_factory.mktemp("all")
    name = broker.fresh_topic(kafka_bootstrap, partitions=3)
    producer, archive = client.producer(kafka_bootstrap, "test"), Archive(folder / "archive", size=4)
    wanted = {}
    for number, ledger in enumerate(LEDGERS):
        world = World(ledger)
        values = [world.opened(), *(world.score() for _ in range(5 + 4 * number)), world.closed()]
        for value in [*values[:3], values[1], b"noise", *values[3:]]:
            producer.send(name, key=ledger.encode(), value=value, headers=client.HEADERS)
        decoder = Decoder(ledger)
        decoder.take_values(values)
        digest = result(fold_columns(decoder.columns())).digest
        wanted[ledger] = (len(values), f"sha256:{tree_root([*map(leaf_hash, values)]).hex()}", digest)
        segment = None
        for first in range(0, len(values), 4):
            segment = archive.append(ledger, segment, values[first : first + 4], {})
        (folder / "roots.json").write_text(json.dumps(world.roots), "utf-8")
    producer.flush(30)
    client.close_producer(producer)
    return Topic(kafka_bootstrap, name, folder, wanted)


def test_one_process_finds_every_ledger(topic: Topic) -> None:
    assert topic.found() == topic.wanted


def test_two_processes_find_the_same(topic: Topic) -> None:
    assert topic.found("--processes", "2") == topic.wanted


@pytest.mark.parametrize("processes", ["1", "2"])
def test_so_does_the_archive(topic: Topic, processes: str) -> None:
    archive = str(topic.folder / "archive")
    assert topic.found("--archive", archive, "--processes", processes) == topic.wanted


def test_the_lines_name_every_ledger_and_the_total(topic: Topic) -> None:
    lines = topic.run().stdout.splitlines()
    assert sorted(line.split()[0] for line in lines[:-1]) == list(LEDGERS)
    assert lines[-1].startswith("4 ledgers, ")


def test_a_database_that_says_something_else_ends_with_exit_code_1(
    topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {ledger: {"digest": digest, "root": root} for ledger, (_, root, digest) in topic.wanted.items()}
    monkeypatch.setattr("services.ranking.cli.replay._read", lambda database, ledger, position: said[ledger])
    assert topic.run("--compare").exit_code == 0
    said["hcmc/2022"] = {"digest": "sha256:other", "root": ""}
    answer = topic.run("--compare")
    assert answer.exit_code == 1
    assert "MISMATCH     hcmc/2022" in answer.output


def _killed() -> list[Found]:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def test_a_process_that_is_killed_is_an_error_and_no_hang() -> None:
    with pytest.raises(ProcessLost):
        list(at_once([partial(_killed)], 2))
