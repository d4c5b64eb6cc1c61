"""Where invitations are kept.  The pure rules are :mod:`services.scores.deciding.inviting`."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, insert, select, update

from services.scores.deciding.inviting import Invitation
from services.scores.tables import invitations

_COLUMNS = tuple(column for column in invitations.c if column.name != "ledger")


def keep(connection: Connection, ledger: str, made: Invitation) -> None:
    """Keep a new invitation."""
    connection.execute(insert(invitations).values(ledger=ledger, **asdict(made)))


def find(connection: Connection, ledger: str, digest: str) -> Invitation | None:
    """The invitation of this digest, or None."""
    query = select(*_COLUMNS).where(invitations.c.ledger == ledger, invitations.c.digest == digest)
    row = connection.execute(query).one_or_none()
    return None if row is None else Invitation(**row._mapping)


def listed(connection: Connection, ledger: str) -> tuple[Invitation, ...]:
    """Every invitation of the ledger, newest first."""
    query = select(*_COLUMNS).where(invitations.c.ledger == ledger)
    ordered = query.order_by(invitations.c.made_at.desc(), invitations.c.digest)
    return tuple(Invitation(**row._mapping) for row in connection.execute(ordered))


def note_accepted(connection: Connection, ledger: str, digest: str, sub: str, now: str) -> None:
    """Note who accepted it, and when."""
    _note(connection, ledger, digest, accepted_at=now, accepted_by=sub)


def note_withdrawn(connection: Connection, ledger: str, digest: str, now: str) -> None:
    """Note that it was withdrawn."""
    _note(connection, ledger, digest, withdrawn_at=now)


def _note(connection: Connection, ledger: str, digest: str, **values: str) -> None:
    which = (invitations.c.ledger == ledger, invitations.c.digest == digest)
    connection.execute(update(invitations).where(*which).values(**values))
