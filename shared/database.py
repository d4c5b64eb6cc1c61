"""Engines and transactions: SQLite and PostgreSQL under one face.

A service has one database.  Writers take their lock when they begin (SQLite ``BEGIN IMMEDIATE``; on
PostgreSQL the store locks a row), readers see one snapshot.  A commit that returned has reached the disk:
SQLite runs in WAL mode with ``synchronous=FULL``, PostgreSQL with its own default.

Use :func:`write_transaction` for whatever may write; a plain ``engine.begin()`` on SQLite begins as a reader
and may be refused when it turns writer.
"""

from __future__ import annotations

import os
import select
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, Insert, MetaData, Select, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.pool import Pool, StaticPool

metadata = MetaData()
"""The tables of the shared rooms.  A service keeps its read tables on it, or on a ``MetaData`` of its own
in ``services/X/tables.py``."""

BUSY_SECONDS = 30
_WRITE = "bangvang_write"
_engines: weakref.WeakSet[Engine] = weakref.WeakSet()
_inherited: list[Pool] = []
_gates: weakref.WeakKeyDictionary[Engine, threading.Lock] = weakref.WeakKeyDictionary()


class DatabaseBusy(TimeoutError):
    """Another writer of this process kept the database for longer than ``BUSY_SECONDS``."""


def engine_for(url: str | URL) -> Engine:
    """The engine of the database at ``url``: a SQLite file (its folder is made), or PostgreSQL.

    The engine may be used by many threads.  A forked child gets a fresh pool, for neither a SQLite handle
    nor a PostgreSQL socket may be shared by two processes.  Raises ``ValueError`` for another database.
    """
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite":
            engine = _sqlite(address)
            _gates[engine] = threading.Lock()
        case "postgresql" | "postgres":
            engine = _postgres(address)
        case other:
            raise ValueError(f"neither SQLite nor PostgreSQL: {other}")
    _engines.add(engine)
    return engine


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write; commits at the end, rolls back on an exception.

    SQLite: ``BEGIN IMMEDIATE``, so there is one writer at a time and its reads are current.  PostgreSQL:
    READ COMMITTED, so what is read after a row lock was got is current.  Not to be nested.
    """
    gate = _gates.get(engine)
    if gate is None:
        with engine.begin() as connection:
            yield connection
        return
    # SQLite's own waiting is a poll with growing pauses; threads of one process queue here instead.
    if not gate.acquire(timeout=BUSY_SECONDS):
        raise DatabaseBusy(f"no turn to write within {BUSY_SECONDS} s")
    try:
        with engine.connect() as connection:
            connection.info[_WRITE] = True
            try:
                with connection.begin():
                    yield connection
            finally:
                connection.info.pop(_WRITE, None)
    finally:
        gate.release()


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, all of it from one snapshot (PostgreSQL: REPEATABLE READ, read only)."""
    with engine.connect() as connection:
        if is_postgres(connection):
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


class Prepared:
    """A statement that is asked so often that SQLAlchemy's way with it would cost more than the database's.

    Written once for each dialect, then given to the driver as it is: a row is a plain tuple, in the order of
    the statement's columns.  For values that both drivers take as they are (text, whole numbers, bytes,
    truth), without lists.  ``columns``: of an insert, those that get a value.  What the driver refuses is
    raised as SQLAlchemy would raise it.
    """

    def __init__(self, statement: Select[Any] | Insert, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._written: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a question."""
        cursor = self._execute(connection, values)
        try:
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Have a statement without rows done."""
        self._execute(connection, values).close()

    def _execute(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        dialect = connection.dialect
        written = self._written.get(dialect.name)
        if written is None:
            made = self._statement.compile(dialect=dialect, column_keys=self._columns)
            places = None if made.positiontup is None else tuple(made.positiontup)
            fixed = {name: value for name, value in made.params.items() if value is not None}
            written = self._written[dialect.name] = (str(made), places, fixed)
        text, places, fixed = written
        named = {**fixed, **values}
        given = named if places is None else tuple(named[name] for name in places)
        driver = connection.connection
        cursor = driver.cursor()
        try:
            cursor.execute(text, given)
        except dialect.loaded_dbapi.Error as error:
            cursor.close()
            gone = dialect.is_disconnect(error, driver.dbapi_connection, cursor)
            if gone:
                connection.invalidate(error)
            raise DBAPIError.instance(
                text, given, error, dialect.loaded_dbapi.Error, connection_invalidated=gone, dialect=dialect
            ) from error
        return cursor


def is_postgres(connection: Connection) -> bool:
    """Whether ``connection`` speaks to PostgreSQL."""
    return connection.dialect.name == "postgresql"


def _sqlite(address: URL) -> Engine:
    file = address.database
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    if file in (None, "", ":memory:"):
        options["poolclass"] = StaticPool
    else:
        assert file is not None
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        # The connection used last is used first: its page cache is the freshest.
        options |= {"pool_size": 16, "max_overflow": 32, "pool_use_lifo": True}
    engine = create_engine(address.set(drivername="sqlite+pysqlite"), **options)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours: the driver would begin late, and not IMMEDIATE
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # Otherwise INSERT OR REPLACE would delete rows without asking the trigger that forbids it.
        connection.execute("PRAGMA recursive_triggers = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        begin = "BEGIN IMMEDIATE" if connection.info.get(_WRITE) else "BEGIN"
        driver = connection.connection.driver_connection
        assert driver is not None
        # Past SQLAlchemy's way with a statement, which costs a command ten times what this one does.
        try:
            driver.execute(begin)
        except sqlite3.OperationalError as error:
            raise OperationalError(begin, None, error) from error

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL.  Two first connections at once: SQLite refuses the later one without waiting."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _postgres(address: URL) -> Engine:
    options: dict[str, Any] = {}
    if "options" not in address.query:
        # Nobody waits for ever on a lock, and a process that froze gives its locks back.
        options["options"] = (
            f"-c lock_timeout={BUSY_SECONDS}s -c idle_in_transaction_session_timeout=120s -c timezone=UTC"
        )
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args=options,
        isolation_level="READ COMMITTED",
        pool_size=16,
        max_overflow=32,
    )

    @event.listens_for(engine, "checkout")
    def _alive(connection: psycopg.Connection[Any], _record: object, _proxy: object) -> None:
        # A restarted server must not cost a request, and a ping a round trip: nobody speaks on an idle
        # connection, so what can be read there is its end.
        if connection.closed:
            raise DisconnectionError
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        if waiting.poll(0):
            raise DisconnectionError

    return engine


def _after_fork() -> None:
    """In a forked child: fresh pools and gates.

    The parent's connections stay referenced, unused and unclosed: closing them here would speak on the
    parent's sockets and could remove the parent's WAL.
    """
    for engine in tuple(_engines):
        _inherited.append(engine.pool)
        engine.dispose(close=False)
        if engine in _gates:
            _gates[engine] = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
