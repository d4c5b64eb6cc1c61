"""``bangvang rebuild``: what it says, what it changes, what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from services.ranking import generations, moving
from services.ranking.cli.rebuild import rebuild
from services.ranking.generations import BUILDING, LIVE
from services.ranking.projections import newest
from services.ranking.tables import generations as table
from services.ranking.tables import standings
from shared.database import engine_for, read_transaction, write_transaction
from shared.ledger import tables
from tests.support.generations import UNITS, filled, publish, run_old_engine, stored
from tests.support.shown import LEDGER, Fed


class Told:
    """A filled ledger in a file, and the command over it."""

    def __init__(self, folder: Path, *, old: bool = False) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'ranking.sqlite'}"
        self.fed = filled(Fed(engine_for(self.url)), old=old)

    def run(self, *words: str, answer: str | None = None, ledger: str = LEDGER) -> Result:
        about = {"BANGVANG_DATA": str(self.folder), "COLUMNS": "200"}
        return CliRunner().invoke(rebuild, [ledger, *words, "--database", self.url], input=answer, env=about)

    def live(self) -> tuple[int, int]:
        """Position and generation that readers are given."""
        with read_transaction(self.fed.engine) as connection:
            found = newest(connection, LEDGER)
        assert found is not None
        return found.position, found.generation


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def test_without_an_option_it_builds_and_says_that_nobody_moves(told: Told) -> None:
    said = told.run()
    assert said.exit_code == 0, said.output
    assert "all the same" in said.stdout
    assert f"position {told.fed.size}, {len(UNITS)} units: nobody moves, nothing differs" in said.stdout
    assert "version 1, position" in said.stdout
    assert "nothing has changed for readers" in said.stdout
    assert "events/s" in said.stderr
    assert told.live() == (told.fed.size, 1)


def test_the_one_that_was_built_is_caught_up_and_becomes_live(told: Told) -> None:
    told.run()
    told.fed.score("QH-Q01", "1.2", "3")
    told.fed.feed()
    said = told.run("--switch", answer="y\n")
    assert said.exit_code == 0, said.output
    assert f"generation 2 (engine 1) is live at position {told.fed.size}" in said.stdout
    assert told.live() == (told.fed.size, 2)
    assert told.run("--back", "--yes").exit_code == 0
    assert told.live() == (told.fed.size, 1)
    status = told.run("--status").stdout
    assert [word for word in status.split() if word in ("live", "kept")] == ["live", "kept"]
    assert told.run("--drop", "--yes").stdout == "dropped: 2\n"
    assert stored(told.fed.engine, 2) == []
    refused = told.run("--back", "--yes")
    assert refused.exit_code == 1
    assert "no generation of hcmc/2020 is kept" in refused.output


def test_a_no_changes_nothing(told: Told) -> None:
    assert told.run("--switch", answer="n\n").exit_code == 1
    assert told.live() == (told.fed.size, 1)
    assert told.run("--drop", answer="n\n").exit_code == 1
    assert stored(told.fed.engine, 2)


def test_who_moves_and_why_is_told_before_the_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_old_engine(monkeypatch)
    told = Told(tmp_path, old=True)
    assert "a rebuild says who would move" in told.run("--status").stdout
    said = told.run()
    assert f"{len(UNITS)} move" in said.stdout
    assert "why: engine 0 -> 1" in said.stdout
    for unit in UNITS:
        assert unit["unit"] in said.stdout
    assert "bygone -> " in said.stdout


def test_an_event_that_is_understood_now_is_a_reason(told: Told) -> None:
    engine = told.fed.engine
    with write_transaction(engine) as connection:
        about = {"reason": "unknown-type", "detail": "", "source": "/scores/hcmc/2020", "type": "t"}
        connection.execute(
            tables.uninterpreted.insert().values(ledger=LEDGER, position=told.fed.size - 1, **about)
        )
        wrong = update(standings).where(standings.c.position == told.fed.size)
        connection.execute(wrong.values(digest="sha256:other"))
        connection.execute(update(table).values(catalogue="sha256:before"))
    said = told.run()
    assert "1 of them differ" in said.stdout
    assert "what generation 1 stores there is damaged" in said.stdout
    with read_transaction(engine) as connection:
        (one,) = moving.read_otherwise(connection, LEDGER)
    assert (one.position, one.type, one.subject) == (told.fed.size - 1, "score.recorded.v1", "QH-Q01")


def test_a_published_version_that_would_not_hold_is_named_with_what_accepts_it(told: Told) -> None:
    publish(told.fed, 2, told.fed.size, f"sha256:{'0' * 64}")
    told.fed.feed()
    said = told.run("--switch", "--yes")
    assert said.exit_code == 1
    assert "version 2 at position" in said.output
    assert "--accept 2" in said.output
    assert told.live()[1] == 1
    assert told.run("--switch", "--yes", "--accept", "2").exit_code == 0
    assert told.live()[1] == 2


def test_what_an_unfinished_one_left_is_named(told: Told) -> None:
    with write_transaction(told.fed.engine) as connection:
        begun = generations.begin(connection, LEDGER, BUILDING, "1", "")
        generations.move(connection, begun, 5, "sha256:half")
    said = told.run()
    assert "generation 2 (engine 1) was building at position 5; it is dropped" in said.stdout
    assert "generation 3 (engine 1) is ready" in said.stdout
    with read_transaction(told.fed.engine) as connection:
        live = generations.live(connection, LEDGER)
    assert live is not None
    assert (live.number, live.state) == (1, LIVE)


def test_an_unknown_ledger_is_refused(told: Told) -> None:
    said = told.run(ledger="hcmc/1999")
    assert said.exit_code == 1
    assert "ranking shows nothing of hcmc/1999 yet" in said.output
