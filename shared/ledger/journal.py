"""The journal: intake's side of the database.  A batch of one partition becomes stored, once, or not at all.

The fence is the row of ``offsets``.  A batch is stored only when the row still says what it said when the
batch began; else another owner was faster, and everything this one believes is thrown away.  Because that
row only moves forward, and every change of a ledger's state moves it, a state loaded at any moment between
those two looks is the state at both.  So admission runs outside the transaction, and no writer waits for a
signature check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.database import is_postgres, read_transaction, write_transaction
from shared.events.envelope import instant
from shared.ledger import positions, tables
from shared.ledger.admission import (
    ADMISSION,
    Admission,
    Admitted,
    Duplicate,
    Held,
    LedgerState,
    Noise,
    Record,
)


class FenceLost(Exception):
    """Another owner of the partition has stored a batch in between: forget, load, seek."""


class MuchNoise(Exception):
    """So many records in a row are noise that the fault is likely here: a bad key, or bad code."""


class OtherAdmission(Exception):
    """The database was filled by another version of the admission rules: positions may differ."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a stored batch came to."""

    next_offset: int
    admitted: Mapping[str, int] = field(default_factory=dict)  # by ledger
    held: int = 0
    duplicates: int = 0
    noise: tuple[Noise, ...] = ()

    @property
    def grown(self) -> bool:
        """Whether any ledger has new positions."""
        return bool(self.admitted)


class Journal:
    """Stores what one partition of ``topic`` says.  Not to be shared by threads.

    ``roots``: pinned root fingerprints by organisation.  ``partition_of``: see :class:`Admission`.
    ``noise_limit``: so many noise records in a row end the reading with :class:`MuchNoise`; counted from
    what is stored, so that a restart does not begin anew.
    """

    def __init__(
        self,
        engine: Engine,
        topic: str,
        partition: int,
        roots: Mapping[str, str],
        *,
        partition_of: Callable[[bytes], int] | None = None,
        noise_limit: int = 200,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._topic = topic
        self._partition = partition
        self._noise_limit = noise_limit
        self._now = now
        self._pending: dict[tuple[str, str, int], bytes] = {}
        self._admission = Admission(roots, self._load, self._seen, partition_of=partition_of)
        self._next: int | None = None
        self._noise_run = 0

    @property
    def states(self) -> dict[str, LedgerState]:
        """Admission's state by ledger, of those met since the last :meth:`open`."""
        return self._admission.states

    def open(self) -> int:
        """Forget all, and give the offset at which reading must go on."""
        self._admission.forget()
        self._pending.clear()
        offsets = tables.offsets.c
        with write_transaction(self._engine) as connection:
            connection.execute(
                _insert_once(connection),
                {
                    "topic": self._topic,
                    "partition": self._partition,
                    "next_offset": 0,
                    "admission": ADMISSION,
                },
            )
            row = connection.execute(
                select(offsets.next_offset, offsets.admission).where(
                    offsets.topic == self._topic, offsets.partition == self._partition
                )
            ).one()
            if row.admission != ADMISSION:
                raise OtherAdmission(
                    f"{self._topic}/{self._partition} was filled by admission {row.admission}, this code is "
                    f"{ADMISSION}: rebuild the service's ledger from the topic"
                )
            self._noise_run = _noise_run(
                connection, self._topic, self._partition, row.next_offset, self._noise_limit
            )
        self._next = int(row.next_offset)
        return self._next

    def take(self, records: Sequence[Record], next_offset: int | None = None) -> Batch:
        """Admit and store ``records``, which follow each other from where the journal stands.

        ``next_offset``: where reading goes on; by default behind the last record.  Raises
        :class:`FenceLost` and :class:`MuchNoise`; after any exception nothing of the batch is stored and
        :meth:`open` must be called.
        """
        if self._next is None:
            raise RuntimeError("the journal is not open")
        after = records[-1].offset + 1 if next_offset is None else next_offset
        before, self._next = self._next, None
        outcomes = [outcome for record in records for outcome in self._admit(record)]
        at = instant(self._now())
        offsets = tables.offsets.c
        with write_transaction(self._engine) as connection:
            moved = connection.execute(
                update(tables.offsets)
                .where(
                    offsets.topic == self._topic,
                    offsets.partition == self._partition,
                    offsets.next_offset == before,
                )
                .values(next_offset=after)
            )
            if moved.rowcount != 1:
                raise FenceLost(f"{self._topic}/{self._partition} no longer stands at {before}")
            positions.store_outcomes(connection, outcomes, self._admission.states.values(), at)
        self._pending.clear()
        self._next = after
        return Batch(
            next_offset=after,
            admitted=Counter(item.ledger for item in outcomes if type(item) is Admitted),
            held=sum(type(item) is Held for item in outcomes),
            duplicates=sum(type(item) is Duplicate for item in outcomes),
            noise=tuple(item for item in outcomes if type(item) is Noise),
        )

    def _admit(self, record: Record) -> list[Admitted | Held | Duplicate | Noise]:
        outcomes = self._admission.admit(record)
        for outcome in outcomes:
            if type(outcome) is Admitted:
                event = outcome.event
                self._pending[outcome.ledger, event.source, event.sequence] = outcome.leaf
        if type(outcomes[0]) is Noise:
            self._noise_run += 1
            if self._noise_run >= self._noise_limit:
                raise MuchNoise(
                    f"{self._noise_run} records in a row are noise in {self._topic}/{self._partition}, "
                    f"the last at offset {record.offset}: {outcomes[0].reason} {outcomes[0].detail}"
                )
        else:
            self._noise_run = 0
        return outcomes

    def _load(self, ledger: str, root_keyid: str) -> LedgerState:
        with read_transaction(self._engine) as connection:
            return positions.load_state(connection, ledger, root_keyid)

    def _seen(self, ledger: str, source: str, sequence: int) -> bytes | None:
        leaf = self._pending.get((ledger, source, sequence))
        if leaf is not None:
            return leaf
        with read_transaction(self._engine) as connection:
            return positions.leaf_of(connection, ledger, source, sequence)


def _insert_once(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    if is_postgres(connection):
        return postgresql.insert(tables.offsets).on_conflict_do_nothing()
    return sqlite.insert(tables.offsets).on_conflict_do_nothing()


def _noise_run(connection: Connection, topic: str, partition: int, next_offset: int, most: int) -> int:
    """How many of the last stored offsets are noise without a break."""
    noise = tables.noise.c
    rows = connection.execute(
        select(noise.offset)
        .where(noise.topic == topic, noise.partition == partition, noise.offset < next_offset)
        .order_by(noise.offset.desc())
        .limit(most)
    ).scalars()
    run = 0
    for offset in rows:
        if offset != next_offset - 1 - run:
            break
        run += 1
    return run


def lags(connection: Connection, topic: str, ends: Mapping[int, int]) -> dict[int, int]:
    """How many offsets intake is behind ``ends`` (the log's end by partition), by partition; 0 when there."""
    offsets = tables.offsets.c
    rows = connection.execute(select(offsets.partition, offsets.next_offset).where(offsets.topic == topic))
    stored = {row.partition: row.next_offset for row in rows}
    return {partition: max(0, end - stored.get(partition, 0)) for partition, end in ends.items()}


def halt(engine: Engine, topic: str, partition: int, reason: str, detail: str, at: datetime) -> None:
    """Note that intake has stopped reading a partition, for ``/readyz`` and the operator."""
    row = {"topic": topic, "partition": partition, "reason": reason, "detail": detail, "at": instant(at)}
    halts = tables.halts.c
    with write_transaction(engine) as connection:
        connection.execute(delete(tables.halts).where(halts.topic == topic, halts.partition == partition))
        connection.execute(insert(tables.halts), row)


def clear_halt(engine: Engine, topic: str, partition: int) -> None:
    """Intake reads the partition again."""
    halts = tables.halts.c
    with write_transaction(engine) as connection:
        connection.execute(delete(tables.halts).where(halts.topic == topic, halts.partition == partition))


@dataclass(frozen=True, slots=True)
class Halt:
    """A partition that intake does not read, and why."""

    topic: str
    partition: int
    reason: str
    detail: str
    at: str


def halts(connection: Connection) -> list[Halt]:
    """All partitions that intake of this service has stopped reading."""
    rows = connection.execute(select(tables.halts).order_by(tables.halts.c.topic, tables.halts.c.partition))
    return [Halt(row.topic, row.partition, row.reason, row.detail, row.at) for row in rows]
