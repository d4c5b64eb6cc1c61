"""``bangvang diff``, ``bangvang whatif``, and the sample of docs/what-if.md, over a whole board."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.ranking.cli.compare import diff, whatif
from services.ranking.tables import what_ifs
from shared.database import read_transaction
from tests.support.board import DEMO
from tests.support.readme import PROJECT, sample
from tests.support.shown import LEDGER, Fed, whole_board

PAGE = PROJECT / "docs" / "what-if.md"
QUESTION = sample("question", PAGE)


class Told:
    """A whole board in a file; its newest event stands at ``fed.size`` - 1."""

    def __init__(self, folder: Path) -> None:
        path = folder / "board.sqlite"
        self.url = f"sqlite:///{path}"
        self.fed: Fed = whole_board(path)

    def run(self, command: Any, *words: str, facts: str | None = None) -> Result:
        more = ("--facts", "-") if facts is not None else ()
        return CliRunner().invoke(command, [LEDGER, *words, *more, "--database", self.url], input=facts)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("told"))


def test_the_sample_of_the_page_gives_what_the_page_says(told: Told) -> None:
    answer = json.loads(told.run(whatif, "--json", facts=QUESTION).stdout)
    assert answer["difference"]["head"] == json.loads(sample("head", PAGE))
    assert answer["document"]["facts"] == json.loads(QUESTION)["facts"]
    assert answer["now"] is None


def test_a_what_if_is_told_in_words_and_kept_nowhere(told: Told) -> None:
    said = told.run(whatif, facts=QUESTION)
    assert said.exit_code == 0, said.output
    assert "66 units examined, 8 changed, 0 skipped" in said.stdout
    assert "1 from GOOD to COMPLETED" in said.stdout
    with read_transaction(told.fed.engine) as connection:
        assert connection.execute(what_ifs.select()).all() == []


def test_on_an_older_position_both_answers_are_told(told: Told) -> None:
    said = told.run(whatif, "--at", "1000", facts=QUESTION)
    assert "at position 1000" in said.stdout
    assert f"now, at position {told.fed.size}" in said.stdout
    assert said.stdout.count("66 units examined") == 2


def test_a_candidate_rulebook_needs_no_fact(told: Told, tmp_path: Path) -> None:
    candidate = tmp_path / "candidate.yaml"
    candidate.write_text(
        (DEMO / "rulebook.yaml").read_text("utf-8").replace('gte: "90"', 'gte: "80"'), "utf-8"
    )
    answer = json.loads(told.run(whatif, "--rulebook", str(candidate), "--json").stdout)
    assert answer["document"]["candidate"] not in (None, answer["document"]["rulebook"])
    assert answer["difference"]["head"]["classes_changed"] > 0


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ('{"facts": [{"kind": "forfeit", "unit": "XX"}]}', "facts.0.unit: "),
        ('{"facts": [{"kind": "wish"}]}', "facts.0.kind: "),
        ('{"facts": [], "facts": []}', "twice"),
        ("[]", "object"),
        ("{}", "facts: "),
    ],
)
def test_a_question_that_cannot_be_asked_fails_and_says_where(told: Told, facts: str, message: str) -> None:
    said = told.run(whatif, facts=facts)
    assert said.exit_code == 1
    assert message in said.stderr
    assert said.stdout == ""


def test_a_rulebook_with_faults_is_refused_with_all_of_them(told: Told, tmp_path: Path) -> None:
    candidate = tmp_path / "bad.yaml"
    candidate.write_text("rulebook: {id: x}\n", "utf-8")
    said = told.run(whatif, "--rulebook", str(candidate))
    assert said.exit_code == 1
    assert len(said.stderr.splitlines()) > 3


def test_two_positions_are_compared_in_words_and_as_json(told: Told) -> None:
    size = told.fed.size
    said = told.run(diff, str(size - 40))
    assert said.exit_code == 0, said.output
    assert f"position {size - 40} -> {size}" in said.stdout
    body = json.loads(told.run(diff, str(size - 40), str(size), "--json").stdout)
    assert (body["from"], body["to"], body["head"]["units"]) == (size - 40, size, 66)
    assert f"{body['head']['changed']} changed" in said.stdout


def test_a_position_may_be_a_time_or_the_name_of_a_freeze(tmp_path: Path) -> None:
    told = Told(tmp_path)
    frozen = {"name": "MOC-1", "position": 1000, "reason": "Trước khi sửa"}
    told.fed.state("ranking", "standings.frozen.v1", "*", frozen)
    told.fed.feed()
    assert "position 1000 -> " in told.run(diff, "freeze:MOC-1").stdout
    assert "position 3 -> 1000\n" in told.run(diff, "2020-11-09T03:02:30Z", "freeze:MOC-1").stdout


@pytest.mark.parametrize("end", ["freeze:NAY", "yesterday", "2020-11-09T03:02:30", "999999"])
def test_what_names_no_position_is_an_error(told: Told, end: str) -> None:
    said = told.run(diff, "0", end)
    assert said.exit_code == 1
    assert said.stderr.startswith("Error: ")


def test_a_ledger_that_is_not_there_is_an_error(told: Told) -> None:
    said = CliRunner().invoke(diff, ["hcmc/1999", "0", "--database", told.url])
    assert (said.exit_code, "knows no ledger" in said.stderr) == (1, True)
