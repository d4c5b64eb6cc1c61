"""What only PostgreSQL does: its own kinds of transactions, closed connections, a clock of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from shared.clock import ClockSkewed, database_time, refuse_skew
from shared.database import engine_for, read_transaction, write_transaction


def test_a_connection_that_the_server_has_closed_costs_no_transaction(postgres_database: str) -> None:
    engine, other = engine_for(postgres_database), engine_for(postgres_database)
    with read_transaction(engine) as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    with write_transaction(other) as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with read_transaction(engine) as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != pid
    engine.dispose()
    other.dispose()


def test_transactions_on_postgresql_are_of_their_kinds(postgres_database: str) -> None:
    engine = engine_for(postgres_database)
    names = ("transaction_isolation", "transaction_read_only", "lock_timeout")
    seen = []
    for begin in (write_transaction, read_transaction, write_transaction):
        with begin(engine) as connection:
            seen.append(tuple(connection.scalar(text(f"SHOW {name}")) for name in names))
    write = ("read committed", "off", "30s")
    assert seen == [write, ("repeatable read", "on", "30s"), write]
    engine.dispose()


def test_postgresql_has_a_clock_of_its_own(postgres_database: str) -> None:
    engine = engine_for(postgres_database)
    with read_transaction(engine) as connection:
        before, there, after = datetime.now(UTC), database_time(connection), datetime.now(UTC)
    refuse_skew(before, there, after)
    with pytest.raises(ClockSkewed, match="the database"):
        refuse_skew(before + timedelta(minutes=1), there, after + timedelta(minutes=1))
    engine.dispose()
