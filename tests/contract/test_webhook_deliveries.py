"""What is kept of webhooks behaves the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from services.scores.webhooks import deliveries, subscriptions
from services.scores.webhooks.deliveries import Delivery, planned
from shared.database import engine_for, read_transaction, write_transaction
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.migrations import upgrade

LEDGER = "hcmc/2020"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
AT = instant(NOW)


@pytest.fixture(params=["sqlite_url", "postgres_database"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    found = engine_for(request.getfixturevalue(request.param))
    upgrade(found, "scores")
    yield found
    found.dispose()


def plan(engine: Engine, *positions: int, body: bytes = b"{}") -> None:
    rows = [planned(LEDGER, "w", position, f"m{position}", "t", body, AT) for position in positions]
    with write_transaction(engine) as connection:
        deliveries.plan(connection, rows)


def due(engine: Engine, now: str = AT) -> list[Delivery]:
    with read_transaction(engine) as connection:
        return deliveries.due(connection, LEDGER, "w", now, 100)


def test_what_is_planned_twice_stays_as_it_was_planned_first(engine: Engine) -> None:
    plan(engine, 3, 1, body=b"first")
    plan(engine, 1, 2, body=b"second")
    assert [(one.position, one.body) for one in due(engine)] == [(1, b"first"), (2, b"second"), (3, b"first")]


def test_one_of_two_takes_an_attempt_and_what_came_of_it_is_kept(engine: Engine) -> None:
    plan(engine, 1)
    (one,) = due(engine)
    until = instant(NOW + timedelta(seconds=60))
    with write_transaction(engine) as connection:
        assert deliveries.claim(connection, one, until)
        assert not deliveries.claim(connection, one, until)
    assert due(engine) == []
    assert [found.position for found in due(engine, until)] == [1]
    with write_transaction(engine) as connection:
        deliveries.record(connection, one, until, delivered=False, answer="500", now=NOW, chance=0)
    (again,) = due(engine, instant(NOW + timedelta(seconds=5)))
    assert (again.attempts, again.last_answer, again.state) == (1, "500", "waiting")


def test_what_was_asked_for_anew_meanwhile_is_not_written_over(engine: Engine) -> None:
    plan(engine, 1)
    (one,) = due(engine)
    until = instant(NOW + timedelta(seconds=60))
    with write_transaction(engine) as connection:
        deliveries.claim(connection, one, until)
        assert deliveries.plan_again(connection, LEDGER, "w", 1, AT)
        assert not deliveries.plan_again(connection, LEDGER, "w", 9, AT)
        deliveries.record(connection, one, until, delivered=True, answer="200", now=NOW, chance=0)
    assert [found.state for found in due(engine)] == ["waiting"]


def test_a_new_ping_takes_the_place_of_the_last(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        deliveries.plan_ping(connection, LEDGER, "w", AT)
        first = deliveries.one(connection, LEDGER, "w", deliveries.PING)
        deliveries.plan_ping(connection, LEDGER, "w", AT)
        second = deliveries.one(connection, LEDGER, "w", deliveries.PING)
    assert first is not None
    assert second is not None
    assert first.message != second.message


def test_subscriptions_are_counted_found_and_ended_by_department(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        made = [
            subscriptions.make(
                connection, LEDGER, "BTG", "https://ban.example/", ("t",), from_position=5, now=AT, sub="a"
            )
            for _ in range(subscriptions.MAX_OF_DEPARTMENT)
        ]
        with pytest.raises(Refused):
            subscriptions.make(
                connection, LEDGER, "BTG", "https://ban.example/", (), from_position=5, now=AT, sub="a"
            )
        assert subscriptions.find(connection, LEDGER, made[0].webhook, ["BTG"]) == made[0]
        assert subscriptions.find(connection, LEDGER, made[0].webhook, ["VP"]) is None
        subscriptions.end(connection, LEDGER, made[0].webhook, AT)
        assert len(subscriptions.standing(connection, LEDGER)) == len(made) - 1
        assert len(subscriptions.of_departments(connection, LEDGER, ["BTG"])) == len(made)
    assert (made[0].wants(5, "t"), made[0].wants(4, "t"), made[0].wants(5, "u")) == (True, False, False)
