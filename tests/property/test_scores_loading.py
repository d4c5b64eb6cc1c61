"""The state kept in a process is what a fold from nothing gives, whoever wrote, whatever was rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sql_event
from sqlalchemy import text

from services.scores.loading import state_of
from services.scores.state import State, fold
from shared.database import engine_for, write_transaction
from shared.events import Draft, Event
from shared.migrations import upgrade
from shared.store import EventStore
from tests.support.storing import store_on
from tests.support.world import score_data

LEDGERS = ("hcmc/2020", "hcmc/2021")
UNITS = ("QH-Q01", "QH-Q10")
PROCESSES = 3

WHAT = ("load", "append", "append and look", "look, append, roll back", "append and roll back")

steps = st.lists(
    st.tuples(
        st.sampled_from(WHAT), st.integers(0, PROCESSES - 1), st.sampled_from(LEDGERS), st.sampled_from(UNITS)
    ),
    max_size=30,
)


class RolledBack(Exception):
    """What a test leaves a transaction with."""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated, empty database."""
    file = tmp_path_factory.mktemp("migrated") / "scores.sqlite"
    engine = engine_for(f"sqlite:///{file}")
    upgrade(engine, "scores")
    engine.dispose()
    return file.read_bytes()


@pytest.fixture
def stores(migrated: bytes, tmp_path: Path) -> Iterator[list[EventStore]]:
    """Several processes' stores on one database: each has an engine, so a memory, of its own."""
    file = tmp_path / "scores.sqlite"
    file.write_bytes(migrated)
    engines = [engine_for(f"sqlite:///{file}") for _ in range(PROCESSES)]
    for engine in engines:
        sql_event.listen(engine, "connect", _quick)
    yield [store_on(engine) for engine in engines]
    for engine in engines:
        engine.dispose()


def _quick(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def fact(state: State, unit: str) -> Draft:
    """A fact that may follow ``state``: the unit's registration, its values, then a withdrawal."""
    if unit not in state.units:
        data: dict[str, Any] = {"area": "QH", "kind": "urban_district", "name": unit, "predecessors": []}
        return Draft("unit.registered.v1", unit, {**_said(), **data})
    standing = len(state.units[unit].values.get(("1.1", "department"), ()))
    if standing < 3:
        return Draft("score.recorded.v1", unit, score_data(str(standing)))
    data = {"criterion": "1.1", "stage": "department", "reason": "nhập nhầm"}
    return Draft("score.withdrawn.v1", unit, {**_said(), **data})


def _said() -> dict[str, Any]:
    data = score_data()
    return {name: data[name] for name in ("occurred_at", "actor")}


def from_nothing(store: EventStore, ledger: str) -> State:
    """The state folded from every event that is stored."""
    with store.transaction(ledger) as tx:
        return fold(tx.since(1))


def forget(store: EventStore) -> None:
    """Empty the database past the triggers that forbid it, as a restore does: by another file's content."""
    with write_transaction(store.engine) as connection:
        for trigger in list(
            connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        ):
            connection.execute(text(f'DROP TRIGGER "{trigger}"'))
        connection.execute(text("DELETE FROM events"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(taken=steps)
def test_what_is_kept_is_what_a_fold_from_nothing_gives_for_any_interleaving(
    stores: list[EventStore], taken: list[tuple[str, int, str, str]]
) -> None:
    for what, process, ledger, unit in taken:
        store = stores[process]
        try:
            with store.transaction(ledger) as tx:
                before = fold(tx.since(1))
                if what != "append and roll back":
                    assert state_of(tx) == before
                if what == "load":
                    continue
                tx.append([fact(before, unit)], command_id=f"{what}-{tx.last_sequence}")
                if what != "append":
                    assert state_of(tx) == fold(tx.since(1))
                if what.endswith("roll back"):
                    raise RolledBack
        except RolledBack:
            pass
    for store in stores:
        for ledger in LEDGERS:
            with store.transaction(ledger) as tx:
                found = tx.since(1)
                assert state_of(tx) == fold(found)
            for unit in UNITS:
                numbers = [event.subjectsequence for event in found if event.subject == unit]
                assert numbers == list(range(1, len(numbers) + 1))


def test_a_command_reads_only_what_was_stated_since_the_last_one(
    stores: list[EventStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = stores
    for store in (first, second, first, second, first):
        with store.transaction(LEDGERS[0]) as tx:
            tx.append([fact(state_of(tx), UNITS[0])], command_id=f"c{tx.last_sequence}")
    with second.transaction(LEDGERS[0]) as tx:
        asked: list[int] = []
        since = tx.since

        def counted(number: int) -> list[Event]:
            asked.append(number)
            return since(number)

        monkeypatch.setattr(tx, "since", counted)
        state_of(tx)
        state_of(tx)
    assert asked == [4]


def test_a_database_that_took_the_place_of_another_is_folded_from_nothing(stores: list[EventStore]) -> None:
    store = stores[0]
    for unit in (UNITS[0], UNITS[1]):
        with store.transaction(LEDGERS[0]) as tx:
            tx.append([fact(State(), unit)], command_id=f"c-{unit}")
            assert unit in state_of(tx).units
        assert set(from_nothing(store, LEDGERS[0]).units) == {unit}
        with store.transaction(LEDGERS[0]) as tx:
            assert set(state_of(tx).units) == {unit}
        forget(store)
    with store.transaction(LEDGERS[0]) as tx:
        assert state_of(tx) == State()


def test_many_threads_of_one_process_state_facts_that_follow_each_other(stores: list[EventStore]) -> None:
    """Each reads under the lock what the others have committed, whoever is quicker to keep it."""
    ledger, (first, second, _) = LEDGERS[0], stores

    def work(number: int) -> None:
        store = second if number % 4 == 0 else first
        with store.transaction(ledger) as tx:
            state = state_of(tx)
            assert state == fold(tx.since(1))
            tx.append([fact(state, UNITS[number % 2])], command_id=f"t{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(60)))
    for store in (first, second):
        with store.transaction(ledger) as tx:
            assert state_of(tx) == fold(tx.since(1))
            assert tx.last_sequence == 60
