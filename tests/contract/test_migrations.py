"""Every service's database, migrated from nothing, is what its tables say; on SQLite and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from shared.database import engine_for, read_transaction, write_transaction
from shared.migrations import upgrade
from shared.migrations.rooms import rooms_of, tables_of, versions_folder
from shared.settings import SERVICES

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    address: str = request.getfixturevalue(name)
    return address


@pytest.mark.parametrize("service", SERVICES)
def test_a_migrated_database_is_what_the_tables_say(service: str, url: str) -> None:
    # A process of its own: services share MetaData, so what others have imported must not count.
    words = [sys.executable, "-m", "shared.migrations", "check", service, "--url", url]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_comparison_notices_a_column_that_no_revision_made(url: str) -> None:
    engine = engine_for(url)
    upgrade(engine, "scores")
    with write_transaction(engine) as connection:
        connection.execute(text("ALTER TABLE idempotency ADD COLUMN surplus INTEGER"))
    engine.dispose()
    words = [sys.executable, "-m", "shared.migrations", "check", "scores", "--url", url]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "surplus" in done.stdout


def test_several_processes_may_migrate_at_once(url: str) -> None:
    code = (
        "import sys; from shared.database import engine_for; from shared.migrations import upgrade; "
        "engine = engine_for(sys.argv[1]); upgrade(engine, 'scores'); upgrade(engine, 'scores'); "
        "engine.dispose()"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    engine = engine_for(url)
    with read_transaction(engine) as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    assert tables_of("store") <= names


def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    engine = engine_for(url)
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE idempotency (n INTEGER)"))
    with pytest.raises(Exception, match="idempotency"):
        upgrade(engine, "scores")
    with read_transaction(engine) as connection:
        assert inspect(connection).get_table_names() == ["idempotency"]
    engine.dispose()


def test_only_known_rooms_have_migrations() -> None:
    assert rooms_of("notify")[-1] == "notify"
    with pytest.raises(ValueError, match="nobody"):
        rooms_of("nobody")
    with pytest.raises(ValueError, match="nobody"):
        versions_folder("nobody")
