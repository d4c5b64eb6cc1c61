"""The clock: real, or a scenario's, as the ledger says (``ledger.opened``: ``clock: real | simulated``).

Tokens and cosignatures stay on real time; only what a ledger signs asks a :class:`Clock`.  The business
calendar is :mod:`shared.calendar`, which is pure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import Column, Connection, Engine, String, Table, bindparam, func, insert, select, update

from shared.database import is_postgres, metadata, read_transaction
from shared.events.envelope import instant, parse_instant

MAX_SKEW = timedelta(seconds=30)

scenario_clock = Table(
    "scenario_clock",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("now", String(27), nullable=False),  # an instant as events write it; its order is time's order
)
_SCENARIO = select(scenario_clock.c.now).where(scenario_clock.c.ledger == bindparam("of_ledger"))


class ClockNotSet(RuntimeError):
    """What the time is in this ledger is not known (yet); ask again later."""


class ClockMovesBack(ValueError):
    """A scenario clock only moves forward."""


class ClockSkewed(RuntimeError):
    """This machine's clock and the other one differ by more than may be signed under."""


class Clock(Protocol):
    """What time it is in a ledger."""

    def now(self, ledger: str, connection: Connection | None = None) -> datetime:
        """The aware UTC time of ``ledger``.

        ``connection``: an open one to the service's database, to be used rather than another of the pool.
        Raises :class:`ClockNotSet`.
        """
        ...


class RealClock:
    """The machine's clock, the same for every ledger."""

    def now(self, ledger: str, connection: Connection | None = None) -> datetime:
        """The time of the machine."""
        return datetime.now(UTC)


class SimulatedClock:
    """The scenario clock of each ledger, kept in the service's database; stands still until it is set."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self, ledger: str, connection: Connection | None = None) -> datetime:
        """The scenario's time.  Raises :class:`ClockNotSet` before the first :func:`set_scenario`."""
        if connection is None:
            with read_transaction(self._engine) as own:
                return self.now(ledger, own)
        moment = scenario(connection, ledger)
        if moment is None:
            raise ClockNotSet(f"the scenario clock of {ledger} was never set")
        return moment


class LedgerClock:
    """Real or simulated, as each ledger says.

    ``simulated(ledger, connection | None)`` tells it from the ledger's settings: True, False, or None while
    the service has not read the ledger's opening yet.  The answer never changes for a ledger, so it is
    asked until it is known, and then kept.
    """

    def __init__(
        self,
        engine: Engine,
        simulated: Callable[[str, Connection | None], bool | None],
        real: Clock | None = None,
    ) -> None:
        self._simulated = simulated
        self._known: dict[str, bool] = {}
        self._real: Clock = RealClock() if real is None else real
        self._scenario = SimulatedClock(engine)

    def now(self, ledger: str, connection: Connection | None = None) -> datetime:
        """The time of ``ledger``.  Raises :class:`ClockNotSet`: a guess would be signed for ever."""
        kind = self._known.get(ledger)
        if kind is None:
            kind = self._simulated(ledger, connection)
            if kind is None:
                raise ClockNotSet(f"the settings of {ledger} are not known yet")
            self._known[ledger] = kind
        return (self._scenario if kind else self._real).now(ledger, connection)


def scenario(connection: Connection, ledger: str) -> datetime | None:
    """The scenario time of ``ledger``, or None when it was never set."""
    text = connection.scalar(_SCENARIO, {"of_ledger": ledger})
    return None if text is None else parse_instant(text)


def set_scenario(connection: Connection, ledger: str, moment: datetime) -> None:
    """Move the scenario clock of ``ledger`` to ``moment`` (aware), within a write transaction.

    The same time again changes nothing.  Raises :class:`ClockMovesBack` for an earlier one.
    """
    row = select(scenario_clock.c.now).where(scenario_clock.c.ledger == ledger)
    text = instant(moment)
    was = connection.scalar(row.with_for_update())
    if was is None:
        connection.execute(insert(scenario_clock).values(ledger=ledger, now=text))
        return
    if text < was:
        raise ClockMovesBack(f"the scenario clock of {ledger} stands at {was}, later than {text}")
    connection.execute(update(scenario_clock).where(scenario_clock.c.ledger == ledger).values(now=text))


def clocks_differ(before: datetime, other: datetime, after: datetime, limit: timedelta = MAX_SKEW) -> bool:
    """Whether another clock surely differs from ours by more than ``limit``.

    ``other`` was read there at some moment between our readings ``before`` and ``after``, so waiting in
    between accuses nobody.
    """
    return other < before - limit or other > after + limit


def database_time(connection: Connection) -> datetime:
    """What the database's clock says, aware UTC.  SQLite has no other clock than this machine's."""
    if is_postgres(connection):
        moment = connection.scalar(select(func.clock_timestamp()))
        assert isinstance(moment, datetime)
        return moment.astimezone(UTC)
    return datetime.now(UTC)


def refuse_skew(before: datetime, other: datetime, after: datetime, name: str = "the database") -> None:
    """Raise :class:`ClockSkewed` when :func:`clocks_differ` (architecture 4.4)."""
    if clocks_differ(before, other, after):
        raise ClockSkewed(f"our clock says {instant(after)}, that of {name} {instant(other)}")
