"""``bangvang archive`` and ``bangvang replay --archive``: what they say, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.ranking.archiving import Archiver
from services.ranking.cli.archive import archive
from services.ranking.cli.replay import replay
from services.ranking.history import History
from shared.archive import Archive
from shared.archive.segment import MANIFEST, ROWS
from shared.database import engine_for
from tests.support.shown import LEDGER, Fed, demo_rulebook, demo_units

UNITS = [unit for unit in demo_units() if unit["unit"] in ("QH-Q01", "LLVT-CATP")]
SIZE = 16


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Fed:
    path = tmp_path_factory.mktemp("archived") / "ranking.sqlite"
    fed = Fed(engine_for(f"sqlite:///{path}")).open().adopt(demo_rulebook()).register(UNITS)
    fed.fill(units=UNITS)
    fed.feed()
    (path.parent / "roots.json").write_text(json.dumps(fed.world.roots), "utf-8")
    return fed


@pytest.fixture
def folder(fed: Fed, tmp_path: Path) -> Path:
    Archiver(fed.engine, Archive(tmp_path, size=SIZE)).step()
    return tmp_path


def asked(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(archive, ["--folder", str(folder), *words])


def replayed(fed: Fed, folder: Path, *options: str) -> Result:
    roots = Path(str(fed.engine.url.database)).with_name("roots.json")
    return CliRunner().invoke(replay, [LEDGER, "--roots", str(roots), "--archive", str(folder), *options])


def end_of(fed: Fed) -> int:
    return fed.size // SIZE * SIZE


def test_the_list_says_how_far_each_ledger_reaches(fed: Fed, folder: Path) -> None:
    listed = asked(folder, "list")
    root = History(fed.engine, LEDGER).at(end_of(fed)).root.removeprefix("sha256:")
    assert listed.exit_code == 0
    assert listed.output == f"{LEDGER}\t{end_of(fed) // SIZE} segments\t{end_of(fed)} events\t{root}\n"


def test_a_good_archive_is_found_good(fed: Fed, folder: Path) -> None:
    checked = asked(folder, "check", LEDGER)
    assert (checked.exit_code, checked.stdout.startswith(f"{end_of(fed)} events")) == (0, True)


@pytest.mark.parametrize("name", [ROWS, MANIFEST, "scores.arrow"])
def test_the_damaged_file_is_named_with_exit_code_1(folder: Path, name: str) -> None:
    (path,) = folder.glob(f"{LEDGER}/{SIZE:012d}/{name}")
    path.write_bytes(path.read_bytes()[:-2])
    checked = asked(folder, "check", LEDGER)
    assert (checked.exit_code, str(path) in checked.stderr.replace("\n", "")) == (1, True)


def test_an_archive_that_is_not_there_is_an_error(folder: Path) -> None:
    missing = asked(folder, "check", "hcmc/1999")
    assert (missing.exit_code, "no archive of hcmc/1999" in missing.stderr) == (1, True)
    assert asked(folder, "check", "hcmc").exit_code == 2


def test_what_is_due_is_written_into_the_folder_named(fed: Fed, tmp_path: Path) -> None:
    written = asked(tmp_path, "write", "--database", str(fed.engine.url))
    assert (written.exit_code, written.output) == (0, "0 segments written\n")


def test_a_replay_of_the_archive_gives_digest_and_root_of_the_table(fed: Fed, folder: Path) -> None:
    for at in (end_of(fed), end_of(fed) - 3):
        wanted = History(fed.engine, LEDGER).at(at)
        found = replayed(fed, folder, "--json", "--at", str(at), "--expect-root", wanted.root)
        assert found.exit_code == 0, found.output
        answer = json.loads(found.stdout)
        assert (answer["digest"], answer["root"], answer["signatures"]) == (wanted.digest, wanted.root, True)
    other = replayed(fed, folder, "--expect-digest", f"sha256:{'0' * 64}")
    assert (other.exit_code, "MISMATCH" in other.stderr) == (1, True)


def test_a_replay_never_uses_a_damaged_file(fed: Fed, folder: Path) -> None:
    (path,) = folder.glob(f"{LEDGER}/{SIZE:012d}/{ROWS}")
    path.write_bytes(path.read_bytes()[:-2])
    found = replayed(fed, folder)
    assert (found.exit_code, str(path) in found.stderr.replace("\n", "")) == (1, True)


def test_a_replay_beyond_the_archive_or_into_a_database_is_refused(fed: Fed, folder: Path) -> None:
    ahead = replayed(fed, folder, "--at", str(fed.size + 1))
    assert (ahead.exit_code, f"has {end_of(fed)} positions" in ahead.stderr) == (1, True)
    assert replayed(fed, folder, "--database", str(folder / "kept.sqlite")).exit_code == 2
