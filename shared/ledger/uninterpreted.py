"""What this code does not understand: an alarm, and a blocker of publication (architecture 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from shared.events.catalogue import Uninterpreted, interpret
from shared.ledger import reader, tables
from shared.ledger.reader import LedgerRow


@dataclass(frozen=True, slots=True)
class UninterpretedRow:
    """A position that is admitted but not understood, and why."""

    ledger: str
    position: int
    source: str
    type: str
    reason: str
    detail: str


class UninterpretedEvents:
    """The projection that lists them."""

    name = "uninterpreted"

    def apply(self, connection: Connection, ledger: str, rows: Sequence[LedgerRow]) -> None:
        """Add what is not understood among ``rows``."""
        found = [_values(row, verdict) for row in rows if (verdict := interpret(row.event)) is not None]
        if found:
            connection.execute(insert(tables.uninterpreted), found)

    def reset(self, connection: Connection, ledger: str) -> None:
        """Forget what is listed of ``ledger``."""
        connection.execute(delete(tables.uninterpreted).where(tables.uninterpreted.c.ledger == ledger))


def _values(row: LedgerRow, verdict: Uninterpreted) -> dict[str, object]:
    return {
        "ledger": row.ledger,
        "position": row.position,
        "source": row.source,
        "type": row.type,
        "reason": verdict.reason,
        "detail": verdict.detail.replace("\0", "\\0"),
    }


def listed(connection: Connection, ledger: str | None = None) -> list[UninterpretedRow]:
    """All positions that are not understood, of one ledger or of all."""
    columns = tables.uninterpreted.c
    query = select(tables.uninterpreted).order_by(columns.ledger, columns.position)
    if ledger is not None:
        query = query.where(columns.ledger == ledger)
    return [
        UninterpretedRow(row.ledger, row.position, row.source, row.type, row.reason, row.detail)
        for row in connection.execute(query)
    ]


def look_again(connection: Connection) -> int:
    """Strike off what newer code understands at the same position; how many.

    To be called when a worker starts.  The other projections must then be rebuilt for those ledgers, since
    they passed the event by.
    """
    struck = 0
    for entry in listed(connection):
        (row,) = reader.rows(connection, entry.ledger, entry.position, entry.position + 1)
        if interpret(row.event) is None:
            columns = tables.uninterpreted.c
            connection.execute(
                delete(tables.uninterpreted).where(
                    columns.ledger == entry.ledger, columns.position == entry.position
                )
            )
            struck += 1
    return struck


def counts(connection: Connection) -> dict[str, int]:
    """How many positions are not understood, by ledger that has any."""
    column = tables.uninterpreted.c.ledger
    return {row[0]: row[1] for row in connection.execute(select(column, func.count()).group_by(column))}
