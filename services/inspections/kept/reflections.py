"""Texts of reflection reports, for the leader of the team alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from services.inspections.tables import reflections


@dataclass(frozen=True, slots=True)
class Reflection:
    """One version of a report; ``unit`` None: about the round."""

    digest: str
    team: str
    person: str
    unit: str | None
    version: int
    salt: str
    text: str
    kept_at: str


_COLUMNS = tuple(column for column in reflections.c if column.name != "ledger")


def keep(connection: Connection, ledger: str, report: Reflection) -> None:
    """Keep one version."""
    connection.execute(insert(reflections).values(ledger=ledger, **asdict(report)))


def of_team(connection: Connection, ledger: str, team: str) -> list[Reflection]:
    """Every version of every member's reports, by person and unit, oldest first."""
    query = select(*_COLUMNS).where(reflections.c.ledger == ledger, reflections.c.team == team)
    found = [Reflection(**row._mapping) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (one.person, one.unit or "", one.version))
