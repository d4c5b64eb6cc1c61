"""What inspections keeps in a process is what reading everything gives, at every position, whoever wrote."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from services.inspections.known import Known
from services.inspections.loading import known_whole, stated
from services.inspections.projections import known_of, register_of
from services.inspections.reading import events_of
from services.inspections.state import State, fold
from shared.database import engine_for, write_transaction
from shared.ledger import tables
from shared.migrations import upgrade
from tests.support.town import ADMIN, LEDGER, Town, set_up_cycle, town

ZONE = "Asia/Ho_Chi_Minh"
UNITS = ("QH-Q01", "QH-Q03", "LLVT-BTL")

steps = st.lists(
    st.tuples(
        st.sampled_from(("score", "withdraw", "rename", "register", "briefing", "model", "look")),
        st.sampled_from(UNITS),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A small cycle with scores and inspections in it."""
    found = town(tmp_path_factory.mktemp("town"), ["scores", "inspections"])
    set_up_cycle(found)
    hats = [(f"bithu.{unit}", "unit", f"unit:{unit}") for unit in UNITS]
    for sub, role, scope in hats:
        grant = {
            "grant": sub,
            "sub": sub,
            "role": role,
            "scope": scope,
            "from": "2020-10-05T00:00:00.000000Z",
        }
        assert found.post("scores", "grants", grant, ADMIN).status_code == 201
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    """A database that is given the ledger position by position, as two processes see it."""
    file = tmp_path_factory.mktemp("copy") / "inspections.sqlite"
    engines = (engine_for(f"sqlite:///{file}"), engine_for(f"sqlite:///{file}"))
    upgrade(engines[0], "inspections")
    yield engines
    for engine in engines:
        engine.dispose()


def state_one(made: Town, what: str, unit: str) -> None:
    """One fact of a unit, or none: what the rules refuse is no fact."""
    said = {"unit": unit, "criterion": "1.2", "stage": "department", "reason": "R"}
    paths: dict[str, tuple[str, str, dict[str, Any], str]] = {
        "score": ("scores", "scores", {**said, "value": "1"}, "btg"),
        "withdraw": ("scores", "scores/withdraw", said, "btg"),
        "rename": (
            "scores",
            f"units/{unit}/rename",
            {"name": f"Tên mới {made.keys_used}", "valid_from": "2020-11-01", "document": "D"},
            ADMIN,
        ),
        "register": (
            "scores",
            "units",
            {"unit": f"QH-N{made.keys_used}", "area": "QH", "kind": "k", "name": "N"},
            ADMIN,
        ),
        "briefing": (
            "inspections",
            "briefings",
            {"department": "BTG", "unit": unit, "about": "note", "text": "T"},
            "btg",
        ),
        "model": (
            "inspections",
            "models",
            {"unit": unit, "ref": f"M{made.keys_used}", "title": "T", "text": "T"},
            f"bithu.{unit}",
        ),
    }
    if what in paths:
        service, path, body, sub = paths[what]
        answer = made.post(service, path, body, sub)
        assert answer.status_code in (201, 404, 409, 422), answer.text


def from_nothing(connection: Connection) -> Known:
    """The whole ledger read without anything kept."""
    codes = register_of(connection, LEDGER, ZONE).units
    return known_of(connection, LEDGER, ZONE, codes)


def next_position(made: Town, copy: Engine) -> bool:
    """Give the copy one more position of the ledger; False when it has all."""
    ledger, front = tables.ledger, tables.frontier
    with copy.connect() as connection:
        size = connection.scalar(select(front.c.size)) or 0
    with made.houses["inspections"].engine.connect() as connection:
        row = connection.execute(select(ledger).where(ledger.c.position == size)).mappings().first()
    if row is None:
        return False
    with write_transaction(copy) as connection:
        connection.execute(insert(ledger), dict(row))
        known = {"ledger": LEDGER, "size": size + 1, "hashes": bytes(32 * (size + 1).bit_count())}
        done = connection.execute(update(front).where(front.c.ledger == LEDGER).values(**known))
        if not done.rowcount:
            connection.execute(insert(front), known)
    return True


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(taken=steps)
def test_at_every_position_what_is_kept_is_what_the_whole_ledger_says(
    made: Town, copies: tuple[Engine, Engine], taken: list[tuple[str, str]]
) -> None:
    first, second = copies
    for what, unit in taken:
        state_one(made, what, unit)
        made.settle()
    position = 0
    while next_position(made, first):
        position += 1
        with first.connect() as connection:
            assert known_whole(connection, LEDGER, ZONE) == from_nothing(connection)
        if taken[position % len(taken)][0] == "look":
            with second.connect() as connection:
                assert known_whole(connection, LEDGER, ZONE) == from_nothing(connection)
    with second.connect() as connection:
        assert known_whole(connection, LEDGER, ZONE) == from_nothing(connection)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(taken=steps)
def test_what_was_stated_is_kept_as_a_fold_from_nothing_gives_it(
    made: Town, taken: list[tuple[str, str]]
) -> None:
    engine = made.houses["inspections"].engine
    other = engine_for(engine.url.render_as_string(hide_password=False))
    for what, unit in taken:
        state_one(made, what, unit)
        for process in (engine, other) if what == "look" else (engine,):
            with process.connect() as connection:
                assert stated(connection, LEDGER) == fold(events_of(connection, LEDGER))
    with other.connect() as connection:
        assert stated(connection, LEDGER) == fold(events_of(connection, LEDGER))
    other.dispose()


def test_many_threads_read_what_is_there(made: Town) -> None:
    engine = made.houses["inspections"].engine

    def work(number: int) -> None:
        if number % 4 == 0:
            state_one(made, "briefing", UNITS[number % 3])
        with engine.connect() as connection:
            assert stated(connection, LEDGER) == fold(events_of(connection, LEDGER))
            assert known_whole(connection, LEDGER, ZONE) == from_nothing(connection)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(36)))


def test_a_restored_backup_is_read_from_nothing(made: Town, copies: tuple[Engine, Engine]) -> None:
    copy = copies[0]
    while next_position(made, copy):
        pass
    with copy.connect() as connection:
        assert known_whole(connection, LEDGER, ZONE).units
    forget(copy)
    with copy.connect() as connection:
        assert known_whole(connection, LEDGER, ZONE) == Known(0, ZONE, None, {})
        assert stated(connection, LEDGER) == State()
    for _ in range(5):
        next_position(made, copy)
    with copy.connect() as connection:
        assert known_whole(connection, LEDGER, ZONE) == from_nothing(connection)


def test_a_ledger_that_is_shorter_or_another_one_is_read_from_nothing(made: Town, tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'inspections.sqlite'}")
    upgrade(engine, "inspections")
    for _ in range(20):
        next_position(made, engine)
    with engine.connect() as connection:
        known_whole(connection, LEDGER, ZONE)
    ledger, front = tables.ledger, tables.frontier
    shorter = delete(ledger).where(ledger.c.position >= 15)
    lost = delete(ledger).where(ledger.c.subject == UNITS[0])
    another = update(ledger).where(ledger.c.position == 14).values(leaf=b"x" * 32)
    for changes in ((shorter, update(front).values(size=15, hashes=bytes(32 * 4))), (lost, another)):
        with write_transaction(engine) as connection:
            drop_guards(connection)
            for change in changes:
                connection.execute(change)
        with engine.connect() as connection:
            told = from_nothing(connection)
            assert known_whole(connection, LEDGER, ZONE).units == told.units
    engine.dispose()


def drop_guards(connection: Connection) -> None:
    """Without the triggers that forbid a change: as another database file has other rows."""
    for trigger in list(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))):
        connection.execute(text(f'DROP TRIGGER "{trigger}"'))


def forget(engine: Engine) -> None:
    """Empty the database, as a restored backup of another day does."""
    with write_transaction(engine) as connection:
        drop_guards(connection)
        for table in (tables.ledger, tables.frontier):
            connection.execute(delete(table))
