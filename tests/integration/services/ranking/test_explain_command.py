"""``bangvang explain`` and the samples of docs/explanation.md, over a whole board."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.ranking.cli.explain import explain_command
from tests.support.readme import PROJECT, sample
from tests.support.shown import LEDGER, whole_board

PAGE = PROJECT / "docs" / "explanation.md"


class Told:
    """A whole board in a file."""

    def __init__(self, folder: Path) -> None:
        path = folder / "board.sqlite"
        self.url = f"sqlite:///{path}"
        self.size = whole_board(path).size

    def explain(self, *words: str, ledger: str = LEDGER) -> Result:
        return CliRunner().invoke(explain_command, [ledger, *words, "--database", self.url])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("told"))


def test_the_samples_of_the_page_are_what_the_command_says(told: Told) -> None:
    said = told.explain("QH-Q04", "--lang", "en", "--changes")
    assert said.exit_code == 0, said.output
    lines = iter(said.stdout.splitlines())
    for wanted in (sample("explain", PAGE) + sample("changes", PAGE)).splitlines():
        assert wanted in lines, wanted


def test_the_command_of_the_page_is_one_of_bangvang() -> None:
    assert CliRunner().invoke(main, ["explain", "--help"]).exit_code == 0


def test_the_terms_of_the_json_add_up_to_its_total(told: Told) -> None:
    answer = json.loads(told.explain("QH-Q04", "--json", "--changes").stdout)
    assert sum(Fraction(term["amount"]) for term in answer["terms"]) == Fraction(answer["total"])
    assert answer["position"] == told.size
    assert answer["counterfactual"]["smallest_for_class"] == "0.50"


def test_the_words_are_vietnamese_unless_english_is_asked_for(told: Told) -> None:
    said = told.explain("QH-Q04").stdout
    assert "Xếp hạng 3 theo tổng điểm: 92,25." in said
    assert "Rank" not in said


def test_an_older_position_is_explained_as_it_was(told: Told) -> None:
    said = told.explain("QH-Q04", "--at", "60", "--lang", "en")
    assert "No official value yet, so no total." in said.stdout


@pytest.mark.parametrize(
    ("words", "ledger", "message"),
    [
        (("NOBODY",), LEDGER, "no open unit 'NOBODY'"),
        (("QH-Q04", "--at", "999999"), LEDGER, "beyond the ledger"),
        (("QH-Q04", "--at", "yesterday"), LEDGER, "neither a position"),
        (("QH-Q04",), "hcmc/1999", "knows no ledger hcmc/1999"),
    ],
)
def test_what_cannot_be_explained_is_named(
    told: Told, words: tuple[str, ...], ledger: str, message: str
) -> None:
    said = told.explain(*words, ledger=ledger)
    assert said.exit_code == 1
    assert message in said.output
