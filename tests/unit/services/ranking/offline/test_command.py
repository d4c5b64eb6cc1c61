"""``bangvang compute``: options, exit codes, what goes to which stream, and the JSON that pins itself."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.ranking.engine import ENGINE, digest
from services.ranking.offline.command import progress_bar
from tests.support.board import DEMO, EXPECTED, rulebook_2020
from tests.support.rulebooks import small_data
from tests.support.tables import HEADERS, UNITS

RULEBOOK = str(DEMO / "rulebook.yaml")
INPUTS = ("--units", str(DEMO / "units.csv"), "--inputs", str(EXPECTED / "expected-inputs.csv"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["compute", "--rulebook", RULEBOOK, *arguments])


def tables(folder: Path, rows: str) -> tuple[str, ...]:
    (folder / "units.csv").write_text(UNITS, "utf-8")
    (folder / "scores.csv").write_text(HEADERS["scores"] + rows, "utf-8")
    return ("--units", str(folder / "units.csv"), "--scores", str(folder / "scores.csv"))


def test_the_table_goes_to_standard_output_and_the_mark_of_an_example_to_standard_error() -> None:
    result = run(*INPUTS)
    assert result.exit_code == 0
    assert result.stdout.startswith("area,rank,unit,name,total,class,base,bonus,penalty,complete,reasons\n")
    for line in (EXPECTED / "expected-standings.csv").read_text("utf-8").splitlines():
        assert line in result.stdout.splitlines()
    assert result.stderr == "DỮ LIỆU MINH HỌA\n"


def test_the_json_holds_what_it_rests_on_and_its_digest_can_be_made_again() -> None:
    document = json.loads(run(*INPUTS, "--format", "json").stdout)
    assert document["engine"] == ENGINE
    assert document["rulebook"] == rulebook_2020().digest
    assert (document["status"], document["notice"]) == ("illustrative", "DỮ LIỆU MINH HỌA")
    assert document["faults"] == []
    assert document["rows"][0]["reasons"] == ["DUPLICATE:T1", "BONUS_CAP:T1", "BONUS_CAP:T2", "CLAMP"]
    assert (document["rows"][0]["rank"], document["rows"][0]["complete"]) == (1, True)
    unranked = next(row for row in document["rows"] if row["rank"] is None)
    assert (unranked["total"], unranked["class"], unranked["base"]) == (None, None, None)
    pinned = document.pop("digest")
    assert digest(document) == pinned


def test_an_adopted_rulebook_is_not_marked(tmp_path: Path) -> None:
    data = small_data({"id": "1.1", "max": "5"})
    data["rulebook"] = {**data["rulebook"], "status": "adopted"}
    (tmp_path / "book.yaml").write_text(json.dumps(data), "utf-8")
    units = tmp_path / "units.csv"
    units.write_text("unit,area,name\nA1,QH,a\n", "utf-8")
    scores = tables(tmp_path, "A1,1.1,department,5,\n")[2:]
    units.write_text("unit,area,name\nA1,QH,a\n", "utf-8")
    arguments = ["compute", "--rulebook", str(tmp_path / "book.yaml"), "--units", str(units), *scores]
    result = CliRunner().invoke(main, [*arguments, "--format", "json"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["notice"] is None


def test_the_output_file_holds_the_same_bytes(tmp_path: Path) -> None:
    target = tmp_path / "standings.csv"
    result = run(*INPUTS, "--output", str(target))
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_text("utf-8") == run(*INPUTS).stdout


def test_bad_rows_end_with_2_and_nothing_on_standard_output(tmp_path: Path) -> None:
    arguments = tables(tmp_path, "A1,1.2,department,5,\nA1,1.2,department,9,\nXX,1.2,department,5,\n")
    target = tmp_path / "out.csv"
    result = run(*arguments, "--output", str(target))
    assert (result.exit_code, result.stdout) == (2, "")
    assert not target.exists()
    first, second, last = result.stderr.splitlines()
    assert first == (
        f"{tmp_path}/scores.csv:3: unit: S010 Trùng với một dòng ở trên: A1 1.2 department"
        " · Repeats a row above: A1 1.2 department"
    )
    assert second.startswith(f"{tmp_path}/scores.csv:4: unit: S001 ")
    assert "--partial" in last


def test_partial_computes_the_rest_and_still_ends_with_2(tmp_path: Path) -> None:
    arguments = tables(tmp_path, "A1,1.2,department,5,\nXX,1.2,department,5,\n")
    result = run(*arguments, "--partial", "--format", "json")
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert [row["total"] for row in document["rows"]] == ["5.00", None, None]
    assert [(fault["code"], fault["line"]) for fault in document["faults"]] == [("S001", 3)]


def test_a_rulebook_with_a_fault_ends_with_1_and_names_each(tmp_path: Path) -> None:
    text = (DEMO / "rulebook.yaml").read_text("utf-8").replace('rank_style: "1224"', 'rank_style: "4321"')
    (tmp_path / "book.yaml").write_text(text, "utf-8")
    result = CliRunner().invoke(main, ["compute", "--rulebook", str(tmp_path / "book.yaml"), *INPUTS])
    assert (result.exit_code, result.stdout) == (1, "")
    number = next(n for n, line in enumerate(text.splitlines(), start=1) if "4321" in line)
    assert result.stderr.startswith(f"{tmp_path}/book.yaml:{number}: R005 rank_style\n")


class Terminal(io.StringIO):
    """A place to write before which somebody sits."""

    def isatty(self) -> bool:
        return True


def told(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, seconds: float) -> str:
    """What the bar writes to ``stderr`` for news that comes after so many seconds."""
    monkeypatch.setattr(sys, "stderr", stderr)
    moments = iter((0.0, seconds))
    with progress_bar(lambda: next(moments)) as progress:
        progress("Đọc · reading", 1, 2)
    return stderr.getvalue()


def test_a_bar_is_shown_to_a_person_who_has_waited_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Đọc" in told(monkeypatch, Terminal(), 3)
    assert told(monkeypatch, Terminal(), 1) == ""
    assert told(monkeypatch, io.StringIO(), 3) == ""


def test_a_grouping_may_name_a_column_that_only_the_table_of_units_has(tmp_path: Path) -> None:
    text = (DEMO / "rulebook.yaml").read_text("utf-8").replace("attribute: kind", "attribute: colour")
    (tmp_path / "book.yaml").write_text(text, "utf-8")
    arguments = tables(tmp_path, "A1,1.2,department,5,\n")
    command = ["compute", "--rulebook", str(tmp_path / "book.yaml"), *arguments]
    assert CliRunner().invoke(main, command).exit_code == 1
    (tmp_path / "units.csv").write_text("unit,area,name,colour\nA1,QH,a,red\n", "utf-8")
    assert CliRunner().invoke(main, command).exit_code == 0


@pytest.mark.parametrize("arguments", [(), (*INPUTS[2:], "--scores", RULEBOOK), ("--scores", RULEBOOK)])
def test_options_that_do_not_fit_are_refused(arguments: tuple[str, ...]) -> None:
    result = run(*(INPUTS[:2] if arguments[:1] != ("--scores",) else ()), *arguments)
    assert result.exit_code == 2
    assert "Error" in result.stderr
