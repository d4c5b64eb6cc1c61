"""Real and simulated clocks, and clocks that differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from shared.clock import (
    MAX_SKEW,
    ClockMovesBack,
    ClockNotSet,
    LedgerClock,
    RealClock,
    SimulatedClock,
    clocks_differ,
    database_time,
    scenario_clock,
    set_scenario,
)
from shared.database import engine_for, read_transaction, write_transaction

START = datetime(2020, 11, 9, 2, 0, tzinfo=UTC)
REAL = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    made = engine_for(sqlite_url)
    scenario_clock.create(made)
    yield made
    made.dispose()


def set_to(engine: Engine, ledger: str, moment: datetime) -> None:
    with write_transaction(engine) as connection:
        set_scenario(connection, ledger, moment)


def test_a_scenario_clock_stands_where_it_was_set(engine: Engine) -> None:
    clock = SimulatedClock(engine)
    set_to(engine, "hcmc/2020", START)
    assert clock.now("hcmc/2020") == START
    set_to(engine, "hcmc/2020", START)
    set_to(engine, "hcmc/2020", START + timedelta(days=1))
    assert clock.now("hcmc/2020") == START + timedelta(days=1)
    with read_transaction(engine) as connection:
        assert clock.now("hcmc/2020", connection) == START + timedelta(days=1)


def test_a_scenario_clock_never_moves_back(engine: Engine) -> None:
    set_to(engine, "hcmc/2020", START)
    with pytest.raises(ClockMovesBack):
        set_to(engine, "hcmc/2020", START - timedelta(microseconds=1))
    assert SimulatedClock(engine).now("hcmc/2020") == START


def test_a_scenario_clock_that_was_never_set_tells_no_time(engine: Engine) -> None:
    set_to(engine, "other/2020", START)
    with pytest.raises(ClockNotSet):
        SimulatedClock(engine).now("hcmc/2020")


def test_each_ledger_has_the_clock_that_its_settings_say(engine: Engine) -> None:
    kinds: dict[str, bool] = {"a1/2020": True, "b1/2020": False}
    asked: list[str] = []

    def simulated(ledger: str, connection: Connection | None) -> bool | None:
        asked.append(ledger)
        return kinds.get(ledger)

    clock = LedgerClock(engine, simulated)
    set_to(engine, "a1/2020", START)
    with time_machine.travel(REAL, tick=False):
        assert clock.now("a1/2020") == START
        assert clock.now("b1/2020") == REAL
        with pytest.raises(ClockNotSet):
            clock.now("c1/2020")  # its opening has not been read yet
        kinds["c1/2020"] = False
        assert clock.now("c1/2020") == REAL
        assert clock.now("c1/2020") == REAL
    assert asked == ["a1/2020", "b1/2020", "c1/2020", "c1/2020"]


def test_the_real_clock_is_the_machines(engine: Engine) -> None:
    with time_machine.travel(REAL, tick=False):
        assert RealClock().now("hcmc/2020") == REAL
        with read_transaction(engine) as connection:
            assert database_time(connection) == REAL


@given(
    wait=st.timedeltas(timedelta(0), timedelta(minutes=5)),
    part=st.fractions(0, 1),
    skew=st.timedeltas(-timedelta(minutes=10), timedelta(minutes=10)),
)
def test_waiting_is_not_mistaken_for_a_wrong_clock(wait: timedelta, part: object, skew: timedelta) -> None:
    before, after = START, START + wait
    other = before + timedelta(microseconds=int(wait // timedelta(microseconds=1) * part)) + skew  # type: ignore[operator]
    if abs(skew) <= MAX_SKEW:
        assert not clocks_differ(before, other, after)
    if abs(skew) > MAX_SKEW + wait:
        assert clocks_differ(before, other, after)
