"""What every process of a service stands on: settings, its database, the clock of each ledger, its store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from shared.access.directory import settings_of
from shared.clock import Clock, LedgerClock
from shared.database import engine_for, read_transaction
from shared.events.keys import KeyFolder
from shared.log.broker_clock import broker_clock
from shared.migrations import upgrade
from shared.settings import Settings
from shared.store import EventStore, folder_signer


@dataclass(frozen=True, slots=True)
class House:
    """One service's own: nothing here is shared with another service."""

    service: str
    settings: Settings
    engine: Engine
    clock: Clock
    store: EventStore


def open_house(
    service: str,
    settings: Settings | None = None,
    *,
    engine: Engine | None = None,
    clock: Clock | None = None,
) -> House:
    """Open the database of ``service`` (brought to its newest form first) and its event store.

    ``engine``, ``clock`` replace what ``settings`` name.
    """
    chosen = Settings.from_env() if settings is None else settings
    opened = engine_for(chosen.service_database_url(service)) if engine is None else engine
    upgrade(opened, service)

    def simulated(ledger: str, connection: Connection | None) -> bool | None:
        if connection is None:
            with read_transaction(opened) as own:
                return simulated(ledger, own)
        found = settings_of(connection, ledger)
        return None if found is None else found.simulated

    chosen_clock = LedgerClock(opened, simulated) if clock is None else clock
    signer = folder_signer(KeyFolder(chosen.keys), service)
    store = EventStore(
        opened,
        service=service,
        signer=signer,
        clock=chosen_clock,
        may_sign=broker_clock(chosen.kafka).check,
    )
    return House(service, chosen, opened, chosen_clock, store)
