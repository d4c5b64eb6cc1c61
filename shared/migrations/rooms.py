"""Where migrations and tables of each room are found.  Services are found by name, not imported."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from sqlalchemy import MetaData, Table

import shared
from shared import database
from shared.settings import SERVICES

SHARED_ROOMS = ("store", "ledger", "access")
_HERE = Path(__file__).parent
_SHARED_TABLES = {
    "store": ("shared.store.tables", "shared.clock"),
    "ledger": ("shared.ledger.tables",),
    "access": ("shared.access.tables",),
}


def environment_folder() -> Path:
    """Alembic's script location."""
    return _HERE


def versions_folder(room: str) -> Path:
    """Where the revisions of a shared room or of a service lie.  Raises ``ValueError`` for another name."""
    if room in SHARED_ROOMS:
        return _HERE / "versions" / room
    if room in SERVICES:
        return Path(shared.__file__).parent.parent / "services" / room / "migrations" / "versions"
    raise ValueError(f"neither a shared room nor a service: {room}")


def rooms_of(service: str) -> tuple[str, ...]:
    """The branches of the database of ``service``: every shared room, then its own."""
    if service not in SERVICES:
        raise ValueError(f"no such service: {service}")
    return (*SHARED_ROOMS, service)


def metadata_of(service: str) -> list[MetaData]:
    """The tables that the database of ``service`` shall have.

    ``metadata`` of :mod:`shared.database`, of each shared ``tables`` module and of ``services.X.tables``
    where there is one; modules of other services are not imported.
    """
    found: list[MetaData] = [database.metadata]
    for room in rooms_of(service):
        for module in _table_modules(room):
            held = getattr(module, "metadata", None)
            if isinstance(held, MetaData) and all(held is not other for other in found):
                found.append(held)
    return found


def tables_of(room: str) -> frozenset[str]:
    """Names of the tables that are module variables in the ``tables`` modules of ``room``."""
    return frozenset(
        item.name
        for module in _table_modules(room)
        for item in vars(module).values()
        if isinstance(item, Table)
    )


def _table_modules(room: str) -> list[ModuleType]:
    names = _SHARED_TABLES.get(room, (f"services.{room}.tables",))
    return [import_module(name) for name in names if find_spec(name) is not None]
