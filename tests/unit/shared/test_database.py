"""Engines: what a connection is set to, and what happens when threads, forks or restarts meet it."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.database import engine_for, read_transaction, write_transaction


def test_a_sqlite_file_is_made_durable_and_strict(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'deep' / 'er' / 'a.sqlite'}")
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    with read_transaction(engine) as connection:
        for name, value in expected.items():
            assert connection.scalar(text(f"PRAGMA {name}")) == value
    engine.dispose()


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        engine_for("mysql://localhost/x")


@pytest.mark.parametrize("drivername", ["postgresql", "postgresql+psycopg", "postgres"])
def test_postgresql_is_reached_through_psycopg_three(drivername: str) -> None:
    engine = engine_for(f"{drivername}://postgres@127.0.0.1:1/x")
    assert engine.dialect.driver == "psycopg"
    engine.dispose()


def test_a_read_and_a_write_of_many_threads_never_meet_a_locked_database(sqlite_url: str) -> None:
    engine = engine_for(sqlite_url)
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        connection.execute(text("INSERT INTO t VALUES (0)"))

    def work(_: int) -> None:
        for _ in range(10):
            with write_transaction(engine) as connection:
                n = connection.scalar(text("SELECT n FROM t"))
                connection.execute(text("UPDATE t SET n = :n"), {"n": n + 1})
            with read_transaction(engine) as connection:
                connection.scalar(text("SELECT n FROM t"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    with read_transaction(engine) as connection:
        assert connection.scalar(text("SELECT n FROM t")) == 80
    engine.dispose()


def test_first_connections_of_many_engines_at_once_all_get_the_wal(sqlite_url: str) -> None:
    gate = threading.Barrier(8)

    def connect(_: int) -> str:
        engine = engine_for(sqlite_url)
        gate.wait()
        with read_transaction(engine) as connection:
            mode: str = connection.scalar(text("PRAGMA journal_mode"))
        engine.dispose()
        return mode

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(connect, range(8))) == {"wal"}


def test_a_child_forked_in_the_middle_of_a_write_does_not_share_it(sqlite_url: str) -> None:
    engine = engine_for(sqlite_url)
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    with write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        child = os.fork()
        if child == 0:
            try:
                with read_transaction(engine) as own:
                    os._exit(own.scalar(text("SELECT count(*) FROM t")))
            except BaseException:
                os._exit(99)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0  # not committed yet
    with write_transaction(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM t")) == 1
    engine.dispose()
