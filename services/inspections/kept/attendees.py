"""Names of attendees, until somebody asks for his to be removed."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from services.inspections.tables import attendees


def keep_names(
    connection: Connection,
    ledger: str,
    unit: str,
    version: int,
    names: Mapping[str, tuple[str, str]],
    now: str,
) -> None:
    """Keep the names of one list; ``names``: salt and name by digest."""
    rows = [
        {
            "ledger": ledger,
            "digest": digest,
            "unit": unit,
            "version": version,
            "salt": salt,
            "name": name,
            "kept_at": now,
        }
        for digest, (salt, name) in names.items()
    ]
    if rows:
        connection.execute(insert(attendees), rows)


def names_of(connection: Connection, ledger: str, unit: str) -> dict[str, str]:
    """The names that are still kept of a unit's lists, by digest."""
    query = select(attendees.c.digest, attendees.c.name).where(
        attendees.c.ledger == ledger, attendees.c.unit == unit
    )
    return {row.digest: row.name for row in connection.execute(query)}


def forget(connection: Connection, ledger: str, unit: str, digest: str) -> int:
    """Remove the name behind ``digest``, in every version of the unit's list.  How many rows went.

    Salt and name go together: what is left in the ledger is a digest that nobody can tell from another.
    """
    of_unit = (attendees.c.ledger == ledger, attendees.c.unit == unit)
    name = connection.execute(
        select(attendees.c.name).where(*of_unit, attendees.c.digest == digest)
    ).scalar_one_or_none()
    if name is None:
        return 0
    return connection.execute(delete(attendees).where(*of_unit, attendees.c.name == name)).rowcount
