"""The journal stores a batch once or not at all, on both databases; what is stored equals memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, text, update
from sqlalchemy.exc import DatabaseError

from shared.database import engine_for, is_postgres, read_transaction, write_transaction
from shared.ledger import positions, reader, tables
from shared.ledger.admission import Admitted, Record, memory_admission
from shared.ledger.journal import (
    FenceLost,
    Journal,
    MuchNoise,
    OtherAdmission,
    clear_halt,
    halt,
    halts,
)
from shared.ledger.reader import BeyondLedger
from shared.migrations import upgrade
from tests.support.stories import story
from tests.support.world import World, key_of, records, stated_key


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh, migrated database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    made = engine_for(request.getfixturevalue(name))
    upgrade(made, "scores")
    yield made
    made.dispose()


@pytest.fixture
def world() -> World:
    return World()


def journal_of(engine: Engine, world: World, partition: int = 0, **options: Any) -> Journal:
    journal = Journal(engine, "t", partition, world.roots, **options)
    journal.open()
    return journal


def stored(engine: Engine, ledger: str) -> tuple[list[bytes], bytes]:
    """All stored values of the ledger, and the root of the stored frontier."""
    with read_transaction(engine) as connection:
        rows = list(reader.rows(connection, ledger, 0))
        assert [row.position for row in rows] == list(range(len(rows)))
        assert len(rows) == reader.size(connection, ledger)
        assert reader.root_at(connection, ledger, len(rows)) == reader.frontier(connection, ledger).root()
        return [row.value for row in rows], reader.frontier(connection, ledger).root()


def in_memory(world: World, some: list[Record]) -> tuple[list[bytes], bytes]:
    """The same by admission in memory."""
    admission, leaves = memory_admission(world.roots)
    values = []
    for record in some:
        for outcome in admission.admit(record):
            if isinstance(outcome, Admitted):
                leaves.add(outcome)
                values.append(outcome.event.value)
    state = admission.states.get(world.ledger)
    assert state is not None
    return values, state.frontier.root()


def _clear(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        for table in ("ledger", "noise"):
            _allow(connection, table)
        for table in (tables.ledger, tables.noise, tables.held, tables.keys, tables.sources, tables.frontier):
            connection.execute(table.delete())
        connection.execute(tables.offsets.delete())


def _allow(connection: Any, table: str) -> None:
    """Switch the table's triggers off, as only a superuser or the owner of the file can."""
    if is_postgres(connection):
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    else:
        for verb in ("delete", "update"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_batches_store_what_memory_admits(engine: Engine, data: st.DataObject) -> None:
    _clear(engine)
    world, some = story(data)
    journal = journal_of(engine, world, noise_limit=10_000)
    start = 0
    while start < len(some):
        stop = start + data.draw(st.integers(1, 7))
        if data.draw(st.integers(0, 4)) == 0:
            journal = journal_of(engine, world, noise_limit=10_000)  # a restart between batches
        journal.take(some[start:stop])
        start = stop
    assert stored(engine, world.ledger) == in_memory(world, some)


def test_a_row_tells_what_its_event_says(engine: Engine, world: World) -> None:
    journal_of(engine, world).take(records(world, [world.opened(), world.score(causationid="é\x7e")]))
    with read_transaction(engine) as connection:
        (row,) = reader.rows(connection, world.ledger, 1, 2)
        assert reader.by_event_id(connection, world.ledger, row.event_id) == row
        assert reader.by_event_id(connection, world.ledger, "none") is None
        assert reader.of_subject(connection, world.ledger, "QH-Q01") == [row]
        assert reader.of_subject(connection, world.ledger, "QH-Q01", 2, 9) == []
        assert reader.ledgers(connection) == [world.ledger]
    event = row.event
    assert (row.event_id, row.source, row.sequence) == (event.id, event.source, event.sequence)
    assert (row.subject, row.type, row.time) == (event.subject, event.type, event.time)
    assert event.causationid == "é~"


def test_the_root_at_every_size_is_that_of_the_prefix(engine: Engine, world: World) -> None:
    some = records(world, [world.opened(), *(world.score() for _ in range(6))])
    journal_of(engine, world).take(some)
    with read_transaction(engine) as connection:
        for size in range(1, 8):
            assert reader.root_at(connection, world.ledger, size) == in_memory(world, some[:size])[1]
        with pytest.raises(BeyondLedger):
            reader.root_at(connection, world.ledger, 8)


def test_a_batch_of_a_slower_owner_is_thrown_away(engine: Engine, world: World) -> None:
    some = records(world, [world.opened(), world.score(), world.score()])
    slow, quick = journal_of(engine, world), journal_of(engine, world)
    quick.take(some[:2])
    with pytest.raises(FenceLost):
        slow.take(some)
    with pytest.raises(RuntimeError, match="not open"):
        slow.take(some)
    assert slow.open() == 2
    slow.take(some[2:])
    assert stored(engine, world.ledger) == in_memory(world, some)


def test_two_owners_at_once_store_each_record_once(engine: Engine, world: World) -> None:
    some = records(world, [world.opened(), *(world.score() for _ in range(120))])
    lost: list[int] = []
    errors: list[Exception] = []

    def own(size: int) -> None:
        journal = Journal(engine, "t", 0, world.roots)
        try:
            due = journal.open()
            while due < len(some):
                try:
                    due = journal.take(some[due : due + size]).next_offset
                except FenceLost:
                    lost.append(due)
                    due = journal.open()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=own, args=(size,)) for size in (2, 3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert lost  # they did meet
    assert stored(engine, world.ledger) == in_memory(world, some)


def test_nothing_of_a_failed_batch_is_stored(
    engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = records(world, [world.opened(), world.score()])
    journal = journal_of(engine, world)
    whole = positions.store_outcomes

    def fails(*arguments: Any) -> None:
        whole(*arguments)
        raise KeyError("in the last moment")

    monkeypatch.setattr(positions, "store_outcomes", fails)
    with pytest.raises(KeyError):
        journal.take(some)
    monkeypatch.undo()
    with read_transaction(engine) as connection:
        assert reader.sizes(connection) == {}
    assert journal.open() == 0
    journal.take(some)
    assert stored(engine, world.ledger) == in_memory(world, some)


def test_held_records_survive_a_restart_and_drain(engine: Engine, world: World) -> None:
    opened, first, second, third = world.opened(), world.score(), world.score(), world.score()
    batch = journal_of(engine, world).take(records(world, [opened, third, second]))
    assert (batch.held, dict(batch.admitted)) == (2, {world.ledger: 1})
    with read_transaction(engine) as connection:
        assert positions.open_gaps(connection) == {(world.ledger, "/scores/hcmc/2020"): 2}
        assert positions.next_sequence(connection, world.ledger, "/scores/hcmc/2020") == 1
    batch = journal_of(engine, world).take(records(world, [first], start=3))
    assert dict(batch.admitted) == {world.ledger: 3}
    assert stored(engine, world.ledger)[0] == [opened, first, second, third]
    with read_transaction(engine) as connection:
        assert positions.open_gaps(connection) == {}
        assert positions.next_sequence(connection, world.ledger, "/scores/hcmc/2020") == 4


def test_duplicates_are_known_across_restarts_and_within_a_batch(engine: Engine, world: World) -> None:
    opened, first = world.opened(), world.score()
    assert journal_of(engine, world).take(records(world, [opened, first, first])).duplicates == 1
    batch = journal_of(engine, world).take(records(world, [first, world.score("9", number=1)], start=3))
    assert batch.duplicates == 1
    assert [item.reason for item in batch.noise] == ["equivocation"]


def test_noise_is_kept_raw_with_offset_and_reason(engine: Engine, world: World) -> None:
    bad = b'{"a\x00":1}'
    journal_of(engine, world).take(
        [
            Record("t", 0, 5, world.key, bad),
            Record("t", 0, 6, None, None),
            Record("t", 0, 7, b"\x00\xff", b"\x00"),
            Record("t", 0, 8, world.key, b"x" * 70_000),
        ]
    )
    with read_transaction(engine) as connection:
        rows = connection.execute(tables.noise.select().order_by(tables.noise.c.offset)).all()
    assert [(row.offset, row.key, row.value, row.reason) for row in rows] == [
        (5, world.key, bad, "bad_envelope"),
        (6, None, None, "unknown_ledger"),
        (7, b"\x00\xff", b"\x00", "unknown_ledger"),
        (8, world.key, b"x" * 70_000, "oversized"),
    ]


def test_much_noise_in_a_row_stops_before_it_is_drained(engine: Engine, world: World) -> None:
    noise = [Record("t", 0, offset, world.key, b"noise") for offset in range(1, 20)]
    journal = journal_of(engine, world, noise_limit=5)
    journal.take(records(world, [world.opened()]))
    journal.take(noise[:3])
    with pytest.raises(MuchNoise):
        journal.take(noise[3:])
    again = journal_of(engine, world, noise_limit=5)  # a restart does not begin to count anew
    assert again.open() == 4
    again.take(noise[3:4])
    with pytest.raises(MuchNoise):
        again.take(noise[4:5])
    mended = journal_of(engine, world, noise_limit=100)
    mended.take(noise[4:])
    mended.take(records(world, [world.score()], start=20))
    assert len(stored(engine, world.ledger)[0]) == 2


def test_a_key_history_is_stored_and_loaded(engine: Engine, world: World) -> None:
    opened = world.opened()
    added = world.event(
        "root", "key.added.v1", "*", {"source_name": "/scores/hcmc/2020", **stated_key(key_of("2"))}
    )
    old = stated_key(world.keys["scores"])["keyid"]
    retired = world.event("root", "key.retired.v1", "*", {"keyid": old})
    journal_of(engine, world).take(records(world, [opened, added, retired]))
    with read_transaction(engine) as connection:
        keys = {
            row.keyid: (row.source, row.from_position, row.to_position)
            for row in connection.execute(tables.keys.select())
        }
    assert keys[old] == ("/scores/hcmc/2020", 1, 2)
    assert keys[stated_key(key_of("2"))["keyid"]] == ("/scores/hcmc/2020", 2, None)
    batch = journal_of(engine, world).take(
        records(world, [world.score(number=1), world.score(number=1, key=key_of("2"))], start=3)
    )
    assert [item.reason for item in batch.noise] == ["retired_key"]
    assert dict(batch.admitted) == {world.ledger: 1}


def test_a_ledger_written_into_another_partition_is_noise_there(engine: Engine, world: World) -> None:
    opened = world.opened()
    other = journal_of(engine, world, 1, partition_of=lambda key: 0)
    batch = other.take([Record("t", 1, 0, world.key, opened)])
    assert [item.reason for item in batch.noise] == ["wrong_partition"]
    own = journal_of(engine, world, partition_of=lambda key: 0)
    assert own.take(records(world, [opened])).grown


def test_partitions_do_not_touch_each_other(engine: Engine, world: World) -> None:
    other = World("hcmc/2021")
    first, second = journal_of(engine, world, 0), journal_of(engine, world, 1)
    first.take(records(world, [world.opened()]))
    second.take([Record("t", 1, 0, other.key, other.opened()), Record("t", 1, 1, other.key, other.score())])
    first.take(records(world, [world.score()], start=1))
    with read_transaction(engine) as connection:
        assert reader.sizes(connection) == {"hcmc/2020": 2, "hcmc/2021": 2}


@pytest.mark.parametrize("table", ["ledger", "noise"])
@pytest.mark.parametrize("verb", ["delete", "update"])
def test_the_ledger_and_the_noise_only_grow(engine: Engine, world: World, table: str, verb: str) -> None:
    journal_of(engine, world).take(records(world, [world.opened(), b"noise"]))
    words = f"DELETE FROM {table}" if verb == "delete" else f"UPDATE {table} SET value = NULL"
    with pytest.raises(DatabaseError, match="only grows"), write_transaction(engine) as connection:
        connection.execute(text(words))


def test_a_position_is_never_replaced(engine: Engine, world: World) -> None:
    journal_of(engine, world).take(records(world, [world.opened()]))
    with read_transaction(engine) as connection:
        row = connection.execute(tables.ledger.select()).mappings().one()
    with pytest.raises(DatabaseError), write_transaction(engine) as connection:
        connection.execute(insert(tables.ledger), [dict(row)])


def test_a_database_of_other_admission_rules_is_refused(engine: Engine, world: World) -> None:
    journal_of(engine, world).take(records(world, [world.opened()]))
    with write_transaction(engine) as connection:
        connection.execute(update(tables.offsets).values(admission="0"))
    with pytest.raises(OtherAdmission):
        Journal(engine, "t", 0, world.roots).open()


def test_a_transaction_held_open_keeps_nobody_from_reading_and_loses_nothing(
    engine: Engine, world: World
) -> None:
    """Somebody sits on a snapshot while batches are stored: it stays as it was, the batches stand."""
    some = records(world, [world.opened(), world.score(), world.score()])
    journal = journal_of(engine, world)
    journal.take(some[:1])
    with read_transaction(engine) as held_open:
        assert reader.size(held_open, world.ledger) == 1
        journal.take(some[1:2])
        assert reader.size(held_open, world.ledger) == 1
        other = journal_of(engine, world)
        other.take(some[2:])
        assert len(list(reader.rows(held_open, world.ledger, 0))) == 1
    assert stored(engine, world.ledger) == in_memory(world, some)


def test_a_batch_held_open_before_its_commit_makes_the_other_owner_wait_and_lose(
    engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first owner has moved the fence and has not committed yet: the second gets no row to move."""
    some = records(world, [world.opened(), world.score()])
    inside, go_on = threading.Event(), threading.Event()
    whole = positions.store_outcomes
    first, second = journal_of(engine, world), journal_of(engine, world)

    def slow(*arguments: Any) -> None:
        if threading.current_thread().name == "first":
            inside.set()
            assert go_on.wait(20)
        whole(*arguments)

    monkeypatch.setattr(positions, "store_outcomes", slow)
    thread = threading.Thread(target=first.take, args=(some[:1],), name="first")
    thread.start()
    assert inside.wait(20)
    ended: list[str] = []

    def try_it() -> None:
        try:
            second.take(some)
        except FenceLost:
            ended.append("lost")

    other = threading.Thread(target=try_it, name="second")
    other.start()
    other.join(0.3)
    assert other.is_alive()  # waits for the row (or SQLite's one writer)
    go_on.set()
    thread.join()
    other.join()
    assert ended == ["lost"]
    assert second.open() == 1
    second.take(some[1:])
    assert stored(engine, world.ledger) == in_memory(world, some)


def test_a_halt_is_noted_once_per_partition_and_cleared(engine: Engine) -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 1, 1, tzinfo=UTC)
    halt(engine, "t", 0, "bad_crc", "first", at)
    halt(engine, "t", 0, "much_noise", "second", at)
    halt(engine, "t", 1, "bad_crc", "third", at)
    with read_transaction(engine) as connection:
        assert [(item.partition, item.reason) for item in halts(connection)] == [
            (0, "much_noise"),
            (1, "bad_crc"),
        ]
    clear_halt(engine, "t", 0)
    with read_transaction(engine) as connection:
        assert [item.partition for item in halts(connection)] == [1]
