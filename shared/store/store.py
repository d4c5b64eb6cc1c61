"""The event store of one service: transactions that lock their ledger first, and the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import Connection, Engine, bindparam, exists, func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert

from shared.clock import Clock, refuse_skew
from shared.database import Prepared, is_postgres, read_transaction, write_transaction
from shared.store import outbox
from shared.store.idempotency import receipts_body
from shared.store.outbox import Unsent
from shared.store.signer import Signer
from shared.store.tables import counters, events, idempotency
from shared.store.transaction import LedgerTransaction

_LOCK = (
    select(func.clock_timestamp()).where(counters.c.ledger == bindparam("of_ledger")).with_for_update()
).select_from(counters)
_ASK_LOCK = Prepared(_LOCK)
_FIRST_LOCK = postgres_insert(counters).on_conflict_do_nothing()
_UNANSWERED = (
    select(events.c.commandid, events.c.value)
    .where(
        events.c.ledger == bindparam("of_ledger"),
        events.c.source == bindparam("of_source"),
        ~exists().where(
            idempotency.c.ledger == events.c.ledger, idempotency.c.commandid == events.c.commandid
        ),
    )
    .order_by(events.c.commandid, events.c.sequence)
)


def _real_time() -> datetime:
    return datetime.now(UTC)


class EventStore:
    """Signed facts of one service in its database, which :func:`shared.migrations.upgrade` has made.

    ``service``: the name it signs as ("scores").  ``signer(ledger)``: its private key.  ``clock``: what
    time it is in a ledger.  ``real_time``: this machine's clock, which the database's must not leave by
    more than 30 s, or nothing is signed (:class:`~shared.clock.ClockSkewed`).  ``may_sign``: asked before
    each transaction; raises the same when the clock differs from another one.  May be used by many threads
    and processes at once; holds no state between transactions.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        service: str,
        signer: Signer,
        clock: Clock,
        real_time: Callable[[], datetime] = _real_time,
        may_sign: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.service = service
        self._signer = signer
        self._clock = clock
        self._real_time = real_time
        self._may_sign = may_sign

    @contextmanager
    def transaction(self, ledger: str) -> Iterator[LedgerTransaction]:
        """A transaction on ``ledger``, which nobody else writes to until it ends.

        PostgreSQL locks the ledger's row, so ledgers do not wait for each other; SQLite has one writer at
        a time for the whole database.  Not to be nested.
        """
        self._may_sign()
        with write_transaction(self.engine) as connection:
            if is_postgres(connection):
                self._lock(connection, ledger)
            tx = LedgerTransaction(connection, ledger, self.service, signer=self._signer, clock=self._clock)
            yield tx
        tx.committed()

    def unsent(self, limit: int = 500) -> list[Unsent]:
        """See :func:`shared.store.outbox.unsent`; in a transaction of its own."""
        with read_transaction(self.engine) as connection:
            return outbox.unsent(connection, limit)

    def mark_sent(self, rows: Iterable[Unsent]) -> None:
        """See :func:`shared.store.outbox.mark_sent`; in a transaction of its own."""
        with write_transaction(self.engine) as connection:
            outbox.mark_sent(connection, rows)

    def resume_from(self, ledger: str, source: str, admitted_sequence: int) -> int:
        """See :func:`shared.store.outbox.resume_from`; in a transaction of its own."""
        with write_transaction(self.engine) as connection:
            return outbox.resume_from(connection, ledger, source, admitted_sequence)

    def last_sequences(self, ledger: str) -> dict[str, int]:
        """See :func:`shared.store.outbox.last_sequences`; in a transaction of its own."""
        with read_transaction(self.engine) as connection:
            return outbox.last_sequences(connection, ledger)

    def rebuild_answers(self, ledger: str) -> int:
        """Make the answers of own commands that have events but no answer; gives how many.

        For a database restored from its ledger.  Such an answer is what was answered (201 and the
        receipts); the body it belonged to is not known, so any body gets it.
        """
        with self.transaction(ledger) as tx:
            rows = tx.connection.execute(_UNANSWERED, {"of_ledger": ledger, "of_source": tx.source}).all()
            made = [
                {
                    "ledger": ledger,
                    "commandid": command,
                    "principal": None,
                    "route": None,
                    "key": None,
                    "body_digest": None,
                    "status": 201,
                    "answer": receipts_body(bytes(row.value) for row in group),
                }
                for command, group in groupby(rows, key=lambda row: row.commandid)
            ]
            if made:
                tx.connection.execute(insert(idempotency).inline(), made)
        return len(made)

    def _lock(self, connection: Connection, ledger: str) -> None:
        before = self._real_time()
        rows = _ASK_LOCK.rows(connection, {"of_ledger": ledger})
        if not rows:
            connection.execute(_FIRST_LOCK, {"ledger": ledger})
            rows = _ASK_LOCK.rows(connection, {"of_ledger": ledger})
        there = rows[0][0]
        assert isinstance(there, datetime)
        refuse_skew(before, there.astimezone(UTC), self._real_time())
