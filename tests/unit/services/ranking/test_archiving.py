"""The archive grows with the ledger, and standings come from it as from the table."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.ranking.archiving import Archiver
from services.ranking.columns.source import decoded
from services.ranking.engine import ENGINE
from services.ranking.history import History
from services.ranking.running import running
from shared.archive import Archive, Damaged
from shared.archive.segment import MANIFEST
from shared.database import engine_for, read_transaction
from shared.ledger import reader
from tests.support.shown import LEDGER, Fed, demo_rulebook, demo_units

UNITS = [unit for unit in demo_units() if unit["unit"] in ("QH-Q01", "QH-Q03", "LLVT-CATP")]
SIZE = 16


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Fed:
    path = tmp_path_factory.mktemp("archiving") / "ranking.sqlite"
    fed = Fed(engine_for(f"sqlite:///{path}")).open().adopt(demo_rulebook()).register(UNITS)
    fed.fill(units=UNITS)
    for value in ("1", "2", "3", "2.5"):
        fed.score("QH-Q01", "1.2", value)
    fed.feed()
    return fed


@pytest.fixture
def archive(fed: Fed, tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive", size=SIZE)
    Archiver(fed.engine, archive).step()
    return archive


def folder_of(archive: Archive, first: int) -> Path:
    return archive._place(LEDGER, first)


def test_every_full_segment_is_written_once(fed: Fed, archive: Archive) -> None:
    segments = list(archive.segments(LEDGER))
    assert [segment.first for segment in segments] == list(range(0, fed.size - SIZE + 1, SIZE))
    assert Archiver(fed.engine, archive).step() == 0
    assert archive.ledgers() == [LEDGER]
    with read_transaction(fed.engine) as connection:
        for segment in segments:
            assert segment.root == reader.root_at(connection, LEDGER, segment.end).hex()
    assert archive.check(LEDGER) == segments[-1].end


def test_an_archive_goes_on_where_another_process_has_left_it(fed: Fed, archive: Archive) -> None:
    last = list(archive.segments(LEDGER))[-1]
    kept = {path.name: path.read_bytes() for path in folder_of(archive, last.first).iterdir()}
    shutil.rmtree(folder_of(archive, last.first))
    assert Archiver(fed.engine, archive).step() == 1
    assert {path.name: path.read_bytes() for path in folder_of(archive, last.first).iterdir()} == kept


def test_standings_from_the_archive_are_those_from_the_table(fed: Fed, archive: Archive) -> None:
    plain, archived = History(fed.engine, LEDGER), History(fed.engine, LEDGER, archive)
    for position in (0, 1, SIZE - 1, SIZE, SIZE + 1, fed.size // 2, fed.size - 1, fed.size):
        assert archived.at(position) == plain.at(position)
    assert archived.position_at("2020-10-05T01:00:00.000000Z") == plain.position_at(
        "2020-10-05T01:00:00.000000Z"
    )


@pytest.mark.parametrize("name", [MANIFEST, "scores.arrow", "others.arrow", "read_by.txt"])
def test_a_damaged_file_is_named_and_never_used(
    fed: Fed, archive: Archive, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder_of(archive, SIZE) / name
    path.write_bytes(path.read_bytes()[:-3] + b"..\n")
    assert History(fed.engine, LEDGER, archive).at(fed.size) == History(fed.engine, LEDGER).at(fed.size)
    assert str(path) in capsys.readouterr().out
    with pytest.raises(Damaged, match=name):
        archive.check(LEDGER)


def test_rows_of_another_ledger_are_no_part_of_this_one(archive: Archive) -> None:
    shutil.copytree(folder_of(archive, 0).parent, folder_of(archive, 0).parents[1] / "other")
    with pytest.raises(Damaged, match="does not follow"):
        list(archive.segments("hcmc/other"))


def test_a_segment_half_written_is_no_segment(fed: Fed, archive: Archive) -> None:
    last = list(archive.segments(LEDGER))[-1]
    folder_of(archive, last.first).rename(folder_of(archive, last.first).with_name("incoming-x"))
    assert [segment.first for segment in archive.segments(LEDGER)][-1] == last.first - SIZE


def test_columns_that_another_catalogue_read_are_decoded_anew(
    fed: Fed, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ranking.columns.store.fingerprint", lambda: "sha256:other")
    with read_transaction(fed.engine) as connection:
        found = decoded(connection, LEDGER, archive)
    assert found.size == fed.size
    assert History(fed.engine, LEDGER, archive).at(fed.size) == History(fed.engine, LEDGER).at(fed.size)


def test_the_projection_starts_from_the_archive(fed: Fed, archive: Archive) -> None:
    with read_transaction(fed.engine) as connection:
        folded = running(connection, LEDGER, ENGINE, fed.size - 3, archive)
        for row in reader.rows(connection, LEDGER, fed.size - 3, fed.size):
            folded.take(row.event)
    assert folded.shown() == History(fed.engine, LEDGER).at(fed.size).result
