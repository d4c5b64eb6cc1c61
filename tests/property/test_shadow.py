"""The shadow gives no false alarm: touched units folded anew and kept sheets are the fold of every event."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert

from services.ranking import generations
from services.ranking.columns import Other
from services.ranking.engine import ENGINE, State, initial
from services.ranking.folding import result
from services.ranking.projections import store
from services.ranking.shadow import alarms
from services.ranking.shadow.watch import Shadow
from shared.database import engine_for, read_transaction, write_transaction
from shared.events import Event
from shared.ledger import tables
from shared.ledger.merkle import Frontier, leaf_hash
from shared.migrations import upgrade
from tests.property.ledgers import LEDGER, fold_one, ledger
from tests.support.board import TIME
from tests.support.examples import examples


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shadow") / "empty.sqlite"
    engine = engine_for(f"sqlite:///{path}")
    upgrade(engine, "ranking")
    engine.dispose()
    return path


def admit(connection: Connection, events: list[Other], front: Frontier) -> Frontier:
    """``events``, which follow ``front``, into the ledger table, as intake would."""
    rows: list[dict[str, Any]] = []
    for event in events:
        value = orjson.dumps({**event._asdict(), "sequence": f"{event.sequence:012d}"})
        rows.append(
            {
                "ledger": LEDGER,
                "position": event.position,
                "value": value,
                "leaf": leaf_hash(value),
                "event_id": str(event.position),
                "source": event.source,
                "sequence": event.sequence,
                "subject": event.subject,
                "type": event.type,
                "time": event.time,
            }
        )
    connection.execute(insert(tables.ledger), rows)
    front = front.extend([row["leaf"] for row in rows])
    connection.execute(delete(tables.frontier))
    connection.execute(
        insert(tables.frontier).values(ledger=LEDGER, size=front.size, hashes=front.to_bytes())
    )
    return front


def show(connection: Connection, state: State) -> None:
    """Store the standings that the fold of every event gives, as a projector would."""
    generation = generations.live(connection, LEDGER)
    if generation is None:
        generation = generations.begin(connection, LEDGER, generations.LIVE, ENGINE, TIME)
    store(connection, generation, state.size, result(state), TIME)


class Catalogue:
    """What is understood, as the generator says."""

    def __init__(self, events: list[Other]) -> None:
        self._events = events

    def __call__(self, event: Event) -> str | None:
        return None if self._events[event.sequence - 1].readable else "not understood"


def looked(engine: Engine) -> tuple[list[alarms.Alarm], list[alarms.Look]]:
    with read_transaction(engine) as connection:
        return list(alarms.all_alarms(connection, LEDGER)), list(alarms.looks(connection, LEDGER))


BATCHES = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3).map(bool)), min_size=25, max_size=25)
"""Events of each batch, and whether somebody looks before the next one."""


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 10**9), st.integers(10, 150), BATCHES)
def test_at_any_split_into_batches_nothing_differs(
    migrated: Path, seed: int, first: int, batches: list[tuple[int, bool]]
) -> None:
    events = ledger(seed)
    skipped: set[int] = set()
    stops = [min(first, len(events))]
    for size, looks_at_it in batches:
        stops.append(min(stops[-1] + size, len(events)))
        skipped |= set() if looks_at_it else {stops[-1]}
    state, front = initial(LEDGER), Frontier()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr("services.ranking.folding.interpret", Catalogue(events))
        shutil.copy(migrated, f"{folder}/ranking.sqlite")
        engine = engine_for(f"sqlite:///{folder}/ranking.sqlite")
        shadow = Shadow(engine, None, monotonic=lambda: 0.0)
        for stop in sorted({*stops, len(events)}):
            batch = events[state.size : stop]
            for event in batch:
                fold_one(state, event)
            with write_transaction(engine) as connection:
                front = admit(connection, batch, front)
                show(connection, state)
            if stop == len(events) or stop not in skipped:
                assert shadow.step()
        found, looks = looked(engine)
        engine.dispose()
    assert found == []
    assert max(look.position for look in looks) == len(events)
    assert all(look.equal for look in looks)
