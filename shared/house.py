"""What every process of a service stands on: settings, its database, the clock of each ledger, its store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from shared.access.directory import settings_of
from shared.clock import LedgerClock
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
    clock: LedgerClock
    store: EventStore


def open_house(service: str, settings: Settings | None = None) -> House:
    """Open the database of ``service`` (brought to its newest form first) and its event store."""
    chosen = Settings.from_env() if settings is None else settings
    engine = engine_for(chosen.service_database_url(service))
    upgrade(engine, service)

    def simulated(ledger: str, connection: Connection | None) -> bool | None:
        if connection is None:
            with read_transaction(engine) as own:
                return simulated(ledger, own)
        found = settings_of(connection, ledger)
        return None if found is None else found.simulated

    clock = LedgerClock(engine, simulated)
    signer = folder_signer(KeyFolder(chosen.keys), service)
    store = EventStore(
        engine,
        service=service,
        signer=signer,
        clock=clock,
        may_sign=broker_clock(chosen.kafka).check,
    )
    return House(service, chosen, engine, clock, store)
