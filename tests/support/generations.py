"""A read model by an earlier engine, whose every answer can be told from the present one's."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.ranking import engines, generations
from services.ranking.engine import ENGINE, State, body, compute, evolve, initial, uninterpreted
from services.ranking.engines import EngineVersion
from services.ranking.generations import LIVE
from services.ranking.history import History
from services.ranking.tables import publications, standings
from shared.database import read_transaction, write_transaction
from tests.support.shown import LEDGER, Fed, demo_rulebook, demo_units

OLD = "0"
UNITS = [
    unit for unit in demo_units() if unit["unit"] in ("QH-Q01", "QH-Q03", "QH-Q04", "LLVT-CATP", "CNLD-DCD")
]


def _old_body(state: State) -> dict[str, Any]:
    """The present engine's body, with every unit in a class that there is no more."""
    found = body(compute(state))
    for area in found["areas"]:
        for row in area["rows"]:
            row["class"] = "bygone"
    return {**found, "engine": OLD}


def run_old_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this software run engine :data:`OLD`."""
    version = EngineVersion(initial, evolve, uninterpreted, _old_body)
    monkeypatch.setitem(engines.RUNNABLE, OLD, version)


def begin_old(engine: Engine) -> None:
    """Let generation 1 of the made-up ledger, still empty, be by engine :data:`OLD`."""
    with write_transaction(engine) as connection:
        generations.begin(connection, LEDGER, LIVE, OLD, "")


def stored(engine: Engine, generation: int) -> list[tuple[Any, ...]]:
    """All that a generation holds, without its number."""
    found: list[tuple[Any, ...]] = []
    with read_transaction(engine) as connection:
        for table, key in ((standings, standings.c.position), (publications, publications.c.version)):
            columns = [column for column in table.c if column.name != "generation"]
            query = select(*columns).where(table.c.generation == generation).order_by(key)
            found += [tuple(row) for row in connection.execute(query)]
    return found


def digests(engine: Engine, generation: int) -> dict[int, str]:
    """The digests that a generation holds, by position."""
    query = select(standings.c.position, standings.c.digest).where(standings.c.generation == generation)
    with read_transaction(engine) as connection:
        return {row.position: row.digest for row in connection.execute(query)}


def feed_in_batches(fed: Fed, seed: int, most: int = 40) -> None:
    """Project what was stated, in batches of any size."""
    chance, stated = random.Random(seed), fed.stated.copy()
    while stated:
        taken = chance.randint(1, most)
        fed.stated, stated = stated[:taken], stated[taken:]
        fed.feed()


def publish(fed: Fed, version: int, position: int, digest: str | None = None) -> None:
    """State a publication of what stands at ``position``; with ``digest``: of what does not."""
    shown = History(fed.engine, LEDGER).at(position)
    about = {
        "version": version,
        "status": "UNOFFICIAL",
        "position": position,
        "root": shown.root,
        "rulebook": shown.body["rulebook"],
        "engine": ENGINE,
        "digest": digest or shown.digest,
        "complete": 0,
        "units": len(UNITS),
        "provisional": True,
    }
    fed.state("ranking", "result.published.v1", "*", about)


def filled(fed: Fed, *, old: bool = False) -> Fed:
    """Five units with scores and a publication in the midst, in batches of any size.

    ``old``: shown by engine :data:`OLD`.
    """
    if old:
        begin_old(fed.engine)
    fed.open().adopt(demo_rulebook()).register(UNITS).fill(units=UNITS)
    feed_in_batches(fed, 7)
    publish(fed, 1, fed.size - 30)
    fed.score("QH-Q01", "1.2", "1")
    fed.feed()
    return fed
