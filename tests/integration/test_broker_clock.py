"""The time that a real broker gives, and what a service does when its own differs."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import ClockSkewed
from shared.house import open_house
from shared.log import client
from shared.log.broker_clock import broker_clock
from shared.settings import Settings
from shared.store import EventStore

MILLISECOND = timedelta(milliseconds=1)


def is_refused(store: EventStore, within: float) -> bool:
    """Whether a transaction is refused, at the latest after ``within`` seconds."""
    limit = time.monotonic() + within
    while time.monotonic() < limit:
        try:
            with store.transaction("hcmc/2020"):
                time.sleep(0.05)
        except ClockSkewed as error:
            return "the broker" in str(error)
    return False


def test_the_broker_tells_its_present_time(kafka_bootstrap: str) -> None:
    with client.short_lived_admin(kafka_bootstrap) as asking:
        for _ in range(3):
            before = datetime.now(UTC)
            there = client.controller_time(asking)
            assert before - MILLISECOND <= there <= datetime.now(UTC) + MILLISECOND
            time.sleep(0.05)


def test_a_service_whose_clock_differs_from_the_brokers_begins_no_transaction(
    tmp_path: Path, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_time = client.controller_time
    monkeypatch.setattr(client, "controller_time", lambda asking: true_time(asking) + timedelta(minutes=1))
    settings = Settings.from_env({"BANGVANG_DATA": str(tmp_path), "BANGVANG_KAFKA": kafka_bootstrap})
    house = open_house("scores", settings)
    assert is_refused(house.store, within=20)
    house.engine.dispose()


def test_a_clock_that_agrees_with_the_brokers_may_sign(kafka_bootstrap: str) -> None:
    clock = broker_clock(kafka_bootstrap)
    clock._compare()
    clock.check()
