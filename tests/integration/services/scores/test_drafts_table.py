"""The table of drafts, on both databases: versions that are never used again, and two at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine

from services.scores.kept.bodies import Body
from services.scores.kept.drafts import Cell, Edit, Saved, drafts_of, save, settle
from shared.database import engine_for, read_transaction, write_transaction
from shared.events import Draft
from shared.migrations import upgrade

LEDGER = "hcmc/2020"
NOW = "2020-11-05T02:00:00.000000Z"
BTG, OFFICE = Body("department", "BTG"), Body("office", "TST")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    name = request.param
    url = (
        f"sqlite:///{tmp_path}/s.sqlite" if name == "sqlite" else request.getfixturevalue("postgres_database")
    )
    made = engine_for(url)
    upgrade(made, "scores")
    yield made
    made.dispose()


def cell(unit: str = "QH-Q01", criterion: str = "1.2") -> Cell:
    return unit, criterion, "department"


def kept(engine: Engine, *edits: Edit, who: str = "BTG-1", body: Body = BTG) -> Saved:
    with write_transaction(engine) as connection:
        return save(connection, LEDGER, body, edits, who=who, now=NOW)


def there(engine: Engine, body: Body = BTG) -> list[tuple[Cell, Any]]:
    with read_transaction(engine) as connection:
        return [(one.cell, one.content.get("value")) for one in drafts_of(connection, LEDGER, body)]


def state(engine: Engine, scope: str, responsible: str, **data: str) -> None:
    facts = {"actor": {"sub": "NV", "role": "x", "scope": scope}, "responsible": responsible}
    content = {"criterion": "1.2", "stage": "department", **data}
    with write_transaction(engine) as connection:
        settle(
            connection,
            LEDGER,
            [Draft("score.recorded.v1", "QH-Q01", {**facts, **content})],
            who="NV",
            now=NOW,
        )


def test_a_version_goes_up_with_every_change_and_starts_nowhere_again(engine: Engine) -> None:
    assert kept(engine, Edit(cell(), {"value": "1"}, 0)).kept[0].version == 1
    assert kept(engine, Edit(cell(), {"value": "2"}, 1)).kept[0].version == 2
    assert kept(engine, Edit(cell(), {}, 2)).kept[0].version == 3
    assert there(engine) == []
    assert kept(engine, Edit(cell(), {"value": "4"}, 0)).kept[0].version == 4
    stale = kept(engine, Edit(cell(), {"value": "9"}, 1), who="BTG-2")
    assert [one.content for one in stale.conflicts] == [{"value": "4"}]
    assert there(engine) == [(cell(), "4")]


def test_drafts_of_one_body_are_not_anothers(engine: Engine) -> None:
    kept(engine, Edit(cell(), {"value": "1"}, 0))
    kept(engine, Edit(cell(), {"value": "2"}, 0), body=OFFICE)
    assert (there(engine), there(engine, OFFICE)) == ([(cell(), "1")], [(cell(), "2")])


def test_of_two_at_the_same_moment_one_is_kept_and_the_other_is_told(engine: Engine) -> None:
    cells = [cell(unit, criterion) for unit in ("QH-Q01", "QH-Q02", "QH-Q03") for criterion in ("1.1", "1.2")]
    ready = Barrier(2)

    def edit(who: str) -> Saved:
        # Opposite orders: whoever locks as he was given would wait for the other for ever.
        mine = cells if who == "BTG-1" else cells[::-1]
        ready.wait()
        return kept(engine, *(Edit(one, {"value": who}, 0) for one in mine), who=who)

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(edit, ("BTG-1", "BTG-2"))
    winners = dict(there(engine))
    assert set(winners) == set(cells)
    for who, saved in (("BTG-1", one), ("BTG-2", two)):
        assert {each.cell for each in saved.kept} == {place for place in cells if winners[place] == who}
        assert {each.cell for each in saved.conflicts} == {place for place in cells if winners[place] != who}


@pytest.mark.parametrize(
    ("scope", "responsible", "body"),
    [
        ("department:BTG", "BTG", BTG),
        ("ledger", "TST", OFFICE),
        ("unit:QH-Q01", "QH-Q01", Body("unit", "QH-Q01")),
    ],
)
def test_what_was_stated_is_no_draft_any_more(
    engine: Engine, scope: str, responsible: str, body: Body
) -> None:
    kept(engine, Edit(cell(), {"value": "5", "basis": "báo cáo"}, 0), body=body)
    kept(engine, Edit(cell("QH-Q02"), {"value": "5"}, 0), body=body)
    state(engine, scope, responsible, value="5")
    assert there(engine, body) == [(cell("QH-Q02"), "5")]


@pytest.mark.parametrize(
    ("scope", "data"),
    [
        ("department:BTG", {"value": "6"}),
        ("department:BTG", {"value": "5", "target": "7"}),
        ("department:BTG", {"value": "5", "stage": "self"}),
        ("department:BTC", {"value": "5"}),
        ("ledger", {"value": "5"}),
    ],
)
def test_a_draft_that_says_something_else_or_is_anothers_stays(
    engine: Engine, scope: str, data: dict[str, str]
) -> None:
    kept(engine, Edit(cell(), {"value": "5"}, 0))
    state(engine, scope, "BTG", **data)
    assert there(engine) == [(cell(), "5")]
