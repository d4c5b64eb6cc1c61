"""docs/offline.md: its commands run as they stand and print what it shows."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from tests.support.readme import PROJECT, sample

PAGE = PROJECT / "docs" / "offline.md"


def run(name: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(PROJECT)
    program, *arguments = shlex.split(sample(name, PAGE))
    assert program == "bangvang"
    return CliRunner().invoke(main, arguments)


def test_the_sample_of_lint_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("lint", monkeypatch).exit_code == 0


def test_the_sample_of_compute_begins_as_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("compute", monkeypatch)
    assert result.exit_code == 0
    assert result.stdout.startswith(sample("compute-output", PAGE))
    assert "DỮ LIỆU MINH HỌA" in result.stderr


def test_the_page_has_every_code_of_a_bad_row() -> None:
    told = set(re.findall(r"\| (S\d{3}) \|", PAGE.read_text("utf-8")))
    assert told == {f"S{n:03}" for n in range(1, 15)}
