"""One holder at a time, and a new one as soon as the old one is silent: on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from shared.database import engine_for
from shared.log.lease import Lease
from shared.migrations import upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh, migrated database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    made = engine_for(request.getfixturevalue(name))
    upgrade(made, "scores")
    yield made
    made.dispose()


def test_a_lease_passes_on_when_its_holder_is_silent_or_gives_it_back(engine: Engine) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    first = Lease(engine, "relay", "first", seconds=9, now=lambda: now[0])
    second = Lease(engine, "relay", "second", seconds=9, now=lambda: now[0])
    other = Lease(engine, "other", "second", seconds=9, now=lambda: now[0])
    assert first.hold()
    assert not second.hold()
    assert other.hold()
    now[0] += timedelta(seconds=6)
    assert first.hold()  # renewed
    now[0] += timedelta(seconds=6)
    assert not second.hold()
    now[0] += timedelta(seconds=4)
    assert second.hold()  # the first was silent for longer than the lease
    assert not first.hold()
    second.release()
    assert first.hold()
    second.release()  # not ours any more: nothing happens
    assert not second.hold()
