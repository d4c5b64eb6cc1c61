"""The events table read as an outbox: what the relay has still to send.

``sent`` is a hint.  A relay may send a row twice (the topic's readers drop the duplicate); what it must not
do is to forget one, so at its start, and on a stall, the service's own intake tells how far the topic
really is (:func:`resume_from`; architecture §3.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, false, func, select, true, update

from shared.store.tables import events


@dataclass(frozen=True, slots=True)
class Unsent:
    """One row of the outbox: Kafka key = ``ledger``, Kafka value = ``value``."""

    appended: int
    ledger: str
    source: str
    sequence: int
    value: bytes


_UNSENT = (
    select(events.c.appended, events.c.ledger, events.c.source, events.c.sequence, events.c.value)
    .where(events.c.sent == false())
    .order_by(events.c.appended)
    .limit(bindparam("most"))
)
_MARK = (
    update(events)
    .where(events.c.appended.in_(bindparam("rows", expanding=True)), events.c.sent == false())
    .values(sent=true())
)
_OF_SOURCE = (events.c.ledger == bindparam("of_ledger"), events.c.source == bindparam("of_source"))
_CONFIRM = (
    update(events)
    .where(*_OF_SOURCE, events.c.sequence <= bindparam("admitted"), events.c.sent == false())
    .values(sent=true())
)
_REOPEN = (
    update(events)
    .where(*_OF_SOURCE, events.c.sequence > bindparam("admitted"), events.c.sent == true())
    .values(sent=false())
)
_LAST = (
    select(events.c.source, func.max(events.c.sequence))
    .where(events.c.ledger == bindparam("of_ledger"))
    .group_by(events.c.source)
)


def unsent(connection: Connection, limit: int) -> list[Unsent]:
    """At most ``limit`` rows not marked as sent, in the order in which they were appended.

    Within a ledger that is number order for each source, and a root event stands before the service's
    own events that rest on it.
    """
    return [
        Unsent(row.appended, row.ledger, row.source, row.sequence, bytes(row.value))
        for row in connection.execute(_UNSENT, {"most": limit})
    ]


def mark_sent(connection: Connection, rows: Iterable[Unsent]) -> None:
    """Mark ``rows`` as sent, after the broker has confirmed them."""
    numbers = [row.appended for row in rows]
    for start in range(0, len(numbers), 500):
        connection.execute(_MARK, {"rows": numbers[start : start + 500]})


def resume_from(connection: Connection, ledger: str, source: str, admitted_sequence: int) -> int:
    """Set the marks of ``source`` to what the topic really holds; gives how many rows go out again.

    ``admitted_sequence``: the highest number of this source that the intake has admitted (0: none).  Rows
    up to it become sent, rows above it unsent.
    """
    values = {"of_ledger": ledger, "of_source": source, "admitted": admitted_sequence}
    connection.execute(_CONFIRM, values)
    return connection.execute(_REOPEN, values).rowcount


def last_sequences(connection: Connection, ledger: str) -> dict[str, int]:
    """The highest number stored in ``ledger``, by source."""
    return dict(connection.execute(_LAST, {"of_ledger": ledger}).all())
