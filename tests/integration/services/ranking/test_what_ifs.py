"""The table of what-ifs, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.ranking.engine.hypothesis import Trial, try_out
from services.ranking.what_if.supposing import hypotheticals
from services.ranking.what_if.what_ifs import keep, kept_at, newest_kept
from shared.database import engine_for, read_transaction, write_transaction
from shared.migrations import upgrade
from tests.support.board import Board
from tests.support.rulebooks import small

BOOK = small({"id": "1.1", "max": "10"})
NOW = "2020-11-09T02:00:00.000000Z"
LEDGER = "hcmc/2020"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    name = request.param
    url = (
        f"sqlite:///{tmp_path}/r.sqlite" if name == "sqlite" else request.getfixturevalue("postgres_database")
    )
    made = engine_for(url)
    upgrade(made, "ranking")
    yield made
    made.dispose()


def trial(points: str, candidate: bool = False) -> Trial:
    board = Board(BOOK)
    board.unit("A")
    asked = [{"kind": "score", "unit": "A", "criterion": "1.1", "stage": "standing", "points": points}]
    state = board.state()
    return try_out(state, "sha256:x", hypotheticals(state, asked), asked, BOOK if candidate else None)


def test_a_what_if_is_kept_once_and_the_first_to_ask_stays_its_maker(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        first, fresh = keep(connection, trial("5"), None, "an", NOW)
        again, known = keep(connection, trial("5"), None, "binh", "2020-11-10T02:00:00.000000Z")
    assert (fresh, known) == (True, False)
    assert first == again
    assert (first.made_by, first.made_at, first.digest) == ("an", NOW, trial("5").what_if.address)


def test_what_was_asked_last_comes_first_even_at_one_instant(engine: Engine) -> None:
    asked = ["5", "3", "9", "1"]
    with write_transaction(engine) as connection:
        for points in asked:
            keep(connection, trial(points), None, "an", NOW)
        keep(connection, trial("3"), None, "an", NOW)
    with read_transaction(engine) as connection:
        found = newest_kept(connection, LEDGER, 3)
        assert newest_kept(connection, "hcmc/2021", 3) == []
    assert [kept.document["facts"][0]["points"] for kept in found] == ["1", "9", "3"]


def test_a_candidate_comes_back_as_the_same_rulebook(engine: Engine) -> None:
    asked = trial("5", candidate=True)
    with write_transaction(engine) as connection:
        keep(connection, asked, BOOK, "an", NOW)
    with read_transaction(engine) as connection:
        kept = kept_at(connection, LEDGER, asked.what_if.address)
        assert kept_at(connection, "hcmc/2021", asked.what_if.address) is None
    assert kept is not None
    assert kept.candidate == BOOK
    assert kept.document == asked.what_if.document()
