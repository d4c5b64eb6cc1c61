"""The relay: sends the outbox to the topic, in number order (architecture 3.4).

What it promises: every event of the outbox comes to stand in the topic, and the topic's readers find each
number at least once.  It may send twice; it may not forget.  So a row is marked only after the broker has
confirmed it and every row before it, and the mark is only a hint: at the start, and when nothing moves, the
service's own intake says how far the topic really is.  Its word counts once it has read to the end that the
topic had when it was asked; an intake that still catches up would have the whole outbox sent again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from kafka.errors import KafkaError
from sqlalchemy import Engine, select

from shared.database import read_transaction, write_transaction
from shared.ledger import journal, positions
from shared.log import client, metrics
from shared.log.lease import Lease
from shared.store import outbox
from shared.store.outbox import Unsent
from shared.store.tables import events

BATCH = 500
STALL_SECONDS = 15.0
LONGEST_STALL = 300.0

_log = structlog.get_logger("relay")


class SendFailed(Exception):
    """A row was not confirmed.  Rows behind it may stand in the topic all the same."""


class Relay:
    """Relay of one service's database to one topic.  Not to be shared by threads.

    ``make_producer`` is called at the first row and again after each failure; ``log_ends`` gives the end of
    the topic by partition.
    """

    def __init__(
        self,
        engine: Engine,
        topic: str,
        holder: str,
        make_producer: Callable[[], Any],
        log_ends: Callable[[], Mapping[int, int]],
        *,
        batch: int = BATCH,
        stall_seconds: float = STALL_SECONDS,
        send_timeout: float = 40.0,
        monotonic: Callable[[], float] = time.monotonic,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._topic = topic
        self._make_producer = make_producer
        self._log_ends = log_ends
        self._ends: Mapping[int, int] | None = None
        self._batch = batch
        self._stall_seconds = stall_seconds
        self._send_timeout = send_timeout
        self._monotonic = monotonic
        self._beat = beat
        self._lease = Lease(engine, "relay", holder)
        self._producer: Any = None
        self._resumed = False
        self._sent: dict[tuple[str, str], int] = {}  # highest number sent, by ledger and source
        self._admitted: dict[tuple[str, str], int] = {}
        self._moved_at = monotonic()
        self._patience = stall_seconds
        self._look_at = 0.0
        self._has_sent = False

    @property
    def has_sent(self) -> bool:
        """Whether the last step sent anything."""
        return self._has_sent

    def step(self) -> bool:
        """Send at most one batch; whether there may be more to do at once.

        Raises what the database raises.  A failure of the log is logged, and the same rows come again.
        """
        self._beat()
        self._has_sent = False
        if not self._lease.hold():
            self._resumed, self._ends = False, None  # another relay works: what we know grows old
            return False
        if not self._resumed:
            self._resume_when_read()
        with read_transaction(self._engine) as connection:
            rows = outbox.unsent(connection, self._batch)
        metrics.RELAY_UNSENT.set(len(rows))
        if not rows:
            self._look_for_stall()
            return False
        try:
            confirmed = self._send(rows)
        except (KafkaError, OSError) as error:  # no producer to be had
            _log.warning("log not reachable", error=repr(error))
            self._drop_producer()
            return False
        self._mark(rows[:confirmed])
        self._has_sent = confirmed > 0
        if confirmed < len(rows):
            metrics.RELAY_FAILURES.inc()
            self._drop_producer()
            return False
        return len(rows) == self._batch

    def _resume_when_read(self) -> None:
        """:meth:`resume`, once intake has read to where the topic ended when this was first called."""
        if self._ends is None:
            try:
                self._ends = self._log_ends()
            except (KafkaError, OSError) as error:
                _log.warning("log not reachable", error=repr(error))
                return
        with read_transaction(self._engine) as connection:
            behind = journal.lags(connection, self._topic, self._ends)
        if not any(behind.values()):
            self.resume()

    def resume(self) -> None:
        """Set the outbox to what the topic holds by the word of our own intake."""
        with write_transaction(self._engine) as connection:
            opened = 0
            pairs = connection.execute(select(events.c.ledger, events.c.source).distinct()).all()
            for ledger, source in pairs:
                admitted = positions.next_sequence(connection, ledger, source) - 1
                opened += outbox.resume_from(connection, ledger, source, admitted)
        if opened:
            _log.info("outbox set back to what the topic holds", rows=opened)
            metrics.RELAY_RESUMED.inc(opened)
        self._resumed, self._ends = True, None
        self._moved_at = self._monotonic()

    def close(self) -> None:
        """Give back lease and producer."""
        self._drop_producer()
        self._lease.release()

    def _send(self, rows: Sequence[Unsent]) -> int:
        """Send ``rows``; how many from the first on are confirmed without a gap."""
        if self._producer is None:
            self._producer = self._make_producer()
        futures = []
        failure: BaseException | None = None
        for row in rows:
            try:
                futures.append(
                    self._producer.send(
                        self._topic, value=row.value, key=row.ledger.encode("ascii"), headers=client.HEADERS
                    )
                )
            except (KafkaError, OSError) as error:
                failure = error
                break
        try:
            self._producer.flush(timeout=self._send_timeout)
        except (KafkaError, OSError) as error:
            failure = failure or error
        confirmed = 0
        for future in futures:  # flush() does not raise for a failed record: each future is looked at
            if not future.succeeded():
                failure = future.exception if future.failed() else failure or SendFailed("not confirmed")
                break
            confirmed += 1
        if confirmed < len(rows):
            row = rows[confirmed]
            _log.warning(
                "record not confirmed; producer closed, the row comes again",
                ledger=row.ledger,
                source=row.source,
                sequence=row.sequence,
                error=repr(failure),
            )
        return confirmed

    def _mark(self, rows: Sequence[Unsent]) -> None:
        if not rows:
            return
        with write_transaction(self._engine) as connection:
            outbox.mark_sent(connection, rows)
        metrics.RELAY_SENT.inc(len(rows))
        for row in rows:
            key = (row.ledger, row.source)
            self._sent[key] = max(row.sequence, self._sent.get(key, 0))
        self._moved_at = self._monotonic()

    def _look_for_stall(self) -> None:
        """When intake does not see for long what was sent, ask anew what the topic holds."""
        now = self._monotonic()
        if now < self._look_at or not self._sent:
            return
        self._look_at = now + min(1.0, self._stall_seconds / 4)
        with read_transaction(self._engine) as connection:
            admitted = {key: positions.next_sequence(connection, *key) - 1 for key in self._sent}
        behind = [key for key, sent in self._sent.items() if admitted[key] < sent]
        if admitted != self._admitted or not behind:
            self._admitted = admitted
            self._moved_at = now
            self._patience = self._stall_seconds
            for key in set(self._sent) - set(behind):
                del self._sent[key]  # all that was sent stands in the ledger: nothing to look after
                self._admitted.pop(key, None)
            return
        if now - self._moved_at >= self._patience:
            _log.warning("what was sent does not appear in the ledger", behind=len(behind))
            self._patience = min(LONGEST_STALL, self._patience * 2)
            self._moved_at = now
            self._resumed = False

    def _drop_producer(self) -> None:
        if self._producer is not None:
            client.close_producer(self._producer)
            self._producer = None
