"""Projectors follow the ledger, park on their own failures and stop in a rebuild: on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Connection, Engine, MetaData, String, Table, func, insert, select

from shared.database import engine_for, read_transaction, write_transaction
from shared.ledger import tables, uninterpreted
from shared.ledger.journal import Journal
from shared.ledger.projector import (
    CursorMoved,
    Parked,
    Projection,
    Projector,
    RebuildStopped,
    all_cursors,
    cursor,
    move_cursor,
    parked,
    rebuild,
)
from shared.ledger.reader import LedgerRow
from shared.ledger.uninterpreted import UninterpretedEvents, listed
from shared.migrations import upgrade
from tests.support.world import World, records, score_data

own = MetaData()
lines = Table(
    "lines", own, Column("ledger", String(64)), Column("position", BigInteger), Column("type", String(99))
)


class Lines:
    """One line per position; fails on the positions in ``bad``."""

    def __init__(self, name: str = "lines", bad: tuple[int, ...] = ()) -> None:
        self.name = name
        self.bad = set(bad)

    def apply(self, connection: Connection, ledger: str, rows: Sequence[LedgerRow]) -> None:
        """Write a line for each row."""
        for row in rows:
            connection.execute(
                insert(lines), {"ledger": ledger, "position": row.position, "type": row.event.type}
            )
            if row.position in self.bad:
                raise ZeroDivisionError(f"at {row.position}")

    def reset(self, connection: Connection, ledger: str) -> None:
        """Forget the ledger's lines."""
        connection.execute(lines.delete().where(lines.c.ledger == ledger))


class Plain:
    """A projection that cannot forget."""

    name = "plain"

    def apply(self, connection: Connection, ledger: str, rows: Sequence[LedgerRow]) -> None:
        """Do nothing."""


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh, migrated database of each kind, with the table of the test's projection."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    made = engine_for(request.getfixturevalue(name))
    upgrade(made, "scores")
    own.create_all(made)
    yield made
    made.dispose()


def fill(engine: Engine, count: int, world: World | None = None, start: int = 0, partition: int = 0) -> World:
    """``count`` positions more."""
    world = world or World()
    journal = Journal(engine, "t", partition, world.roots)
    journal.open()
    values = ([world.opened()] if start == 0 else []) + [world.score() for _ in range(count - (start == 0))]
    journal.take(records(world, values, start))
    return world


def written(engine: Engine, ledger: str = "hcmc/2020") -> list[int]:
    with read_transaction(engine) as connection:
        return list(
            connection.execute(
                select(lines.c.position).where(lines.c.ledger == ledger).order_by(lines.c.position)
            ).scalars()
        )


def standing(engine: Engine) -> list[Parked]:
    with read_transaction(engine) as connection:
        return parked(connection)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 9), max_size=4))
def test_any_batch_size_applies_each_position_once(engine: Engine, sizes: list[int]) -> None:
    with read_transaction(engine) as connection:
        filled = connection.execute(select(func.count()).select_from(tables.ledger)).scalar_one()
    if not filled:
        fill(engine, 23)
    with write_transaction(engine) as connection:
        connection.execute(tables.cursors.delete())
        connection.execute(lines.delete())
    for size in sizes:
        Projector(engine, [Lines()], batch=size).step()
    Projector(engine, [Lines()]).run_to_end()
    assert written(engine) == list(range(23))


def test_nothing_moves_when_all_is_applied(engine: Engine) -> None:
    fill(engine, 3)
    projector = Projector(engine, [Lines()])
    assert projector.step()
    assert not projector.step()


def test_a_projection_that_fails_parks_at_its_position_and_others_go_on(engine: Engine) -> None:
    fill(engine, 10)
    other = World("hcmc/2021")
    fill(engine, 4, other, partition=1)
    Projector(engine, [Lines(bad=(6,)), Plain(), UninterpretedEvents()]).run_to_end()
    with read_transaction(engine) as connection:
        assert all_cursors(connection) == {
            ("lines", "hcmc/2020"): 6,
            ("lines", "hcmc/2021"): 4,
            ("plain", "hcmc/2020"): 10,
            ("plain", "hcmc/2021"): 4,
            ("uninterpreted", "hcmc/2020"): 10,
            ("uninterpreted", "hcmc/2021"): 4,
        }
    assert written(engine) == [0, 1, 2, 3, 4, 5]  # the last good state, nothing of the failure
    (entry,) = standing(engine)
    assert (entry.projection, entry.ledger, entry.position) == ("lines", "hcmc/2020", 6)
    assert entry.error == "ZeroDivisionError: at 6"


def test_a_parked_projection_is_tried_again_after_growing_pauses_and_resumes(engine: Engine) -> None:
    fill(engine, 5)
    projection, now = Lines(bad=(2,)), [0.0]
    projector = Projector(engine, [projection], monotonic=lambda: now[0])
    tries: list[int] = []

    def count(call: Callable[..., None]) -> Callable[..., None]:
        def counted(connection: Connection, ledger: str, rows: Sequence[LedgerRow]) -> None:
            tries.append(len(rows))
            call(connection, ledger, rows)

        return counted

    projection.apply = count(projection.apply)  # type: ignore[method-assign]
    projector.run_to_end()
    before = len(tries)
    for moment, tried in ((0.9, False), (1.1, True), (2.9, False), (3.2, True), (7.0, False), (7.3, True)):
        now[0] = moment
        projector.run_to_end()
        assert (len(tries) > before) == tried, moment
        before = len(tries)
    projection.bad.clear()
    now[0] = 100
    projector.run_to_end()
    assert written(engine) == [0, 1, 2, 3, 4]
    assert standing(engine) == []


def test_a_restart_after_the_fix_resumes_and_clears_the_mark(engine: Engine) -> None:
    fill(engine, 5)
    Projector(engine, [Lines(bad=(0,))]).run_to_end()
    assert [item.position for item in standing(engine)] == [0]
    Projector(engine, [Lines()]).run_to_end()
    assert standing(engine) == []
    assert written(engine) == [0, 1, 2, 3, 4]


def test_the_cursor_is_fenced(engine: Engine) -> None:
    fill(engine, 5)
    with write_transaction(engine) as connection:
        move_cursor(connection, "lines", "hcmc/2020", 0, 3)
    with pytest.raises(CursorMoved), write_transaction(engine) as connection:
        move_cursor(connection, "lines", "hcmc/2020", 0, 5)
    with pytest.raises(CursorMoved), write_transaction(engine) as connection:
        move_cursor(connection, "lines", "hcmc/2020", 2, 5)
    with read_transaction(engine) as connection:
        assert cursor(connection, "lines", "hcmc/2020") == 3
        assert cursor(connection, "lines", "nobody/2020") == 0


def test_a_projector_that_comes_too_late_applies_nothing_twice(engine: Engine) -> None:
    fill(engine, 6)

    class Overtaken(Lines):
        def apply(self, connection: Connection, ledger: str, rows: Sequence[LedgerRow]) -> None:
            """As usual."""
            super().apply(connection, ledger, rows)

    first, second = Projector(engine, [Overtaken()], batch=2), Projector(engine, [Lines()], batch=3)
    assert first.step()
    assert second.step()
    assert first.step()
    second.run_to_end()
    first.run_to_end()
    assert written(engine) == [0, 1, 2, 3, 4, 5]


def test_a_rebuild_equals_the_live_model(engine: Engine) -> None:
    world = fill(engine, 7)
    live = Projector(engine, [Lines()], batch=2)
    live.step()
    fill(engine, 5, world, start=7)
    live.run_to_end()
    before = written(engine)
    assert rebuild(engine, [Lines()], world.ledger, batch=4) == {"lines": 12}
    assert written(engine) == before == list(range(12))


def test_a_rebuild_never_parks_but_stops_and_names_the_position(engine: Engine) -> None:
    fill(engine, 9)
    with pytest.raises(RebuildStopped) as caught:
        rebuild(engine, [Lines(bad=(5,))], "hcmc/2020")
    assert (caught.value.projection, caught.value.position) == ("lines", 5)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert written(engine) == [0, 1, 2, 3, 4]
    assert standing(engine) == []


def test_a_projection_that_cannot_forget_is_rebuilt_only_from_nothing(engine: Engine) -> None:
    fill(engine, 3)
    assert rebuild(engine, [Plain()], "hcmc/2020") == {"plain": 3}
    with pytest.raises(ValueError, match="cannot forget"):
        rebuild(engine, [Plain()], "hcmc/2020")


def test_two_projections_of_one_name_are_refused(engine: Engine) -> None:
    projections: list[Projection] = [Lines(), Lines()]
    with pytest.raises(ValueError, match="share a name"):
        Projector(engine, projections)


def test_what_is_not_understood_is_listed_and_struck_off_when_newer_code_does(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    values = [
        world.opened(),
        world.score(),
        world.event("scores", "score.recorded.v9", "QH-Q01", score_data()),
        world.event("inspections", "score.recorded.v1", "QH-Q01", score_data()),
        world.event("scores", "score.recorded.v1", "QH-Q01", score_data("8,5")),
        world.score(),
    ]
    journal = Journal(engine, "t", 0, world.roots)
    journal.open()
    journal.take(records(world, values))
    Projector(engine, [UninterpretedEvents()]).run_to_end()
    with read_transaction(engine) as connection:
        assert [(item.position, item.reason) for item in listed(connection, world.ledger)] == [
            (2, "unknown_type"),
            (3, "foreign_type"),
            (4, "bad_data"),
        ]
        assert uninterpreted.counts(connection) == {world.ledger: 3}
    rebuild(engine, [UninterpretedEvents()], world.ledger)
    with write_transaction(engine) as connection:
        assert uninterpreted.look_again(connection) == 0
    known = uninterpreted.interpret
    monkeypatch.setattr(
        uninterpreted, "interpret", lambda event: None if event.type.endswith(".v9") else known(event)
    )
    with write_transaction(engine) as connection:
        assert uninterpreted.look_again(connection) == 1
        assert [item.position for item in listed(connection)] == [3, 4]
