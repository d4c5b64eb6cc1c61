"""Intake: reads the topic into the ledger of this service (architecture 3.5, 4.2).

The consumer group only shares partitions out.  Where to read comes from the database, looked up before the
first batch of each assignment; the group's own commit is a hint for those who watch the lag.  Whatever
stops a partition (its log begins behind our next offset, or ends before it; a batch that fails its CRC;
much noise in a row) halts it with an alarm.  Nothing is ever sought past.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, TopicPartition
from kafka.errors import CorruptRecordError, KafkaError
from kafka.structs import OffsetAndMetadata
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from shared.database import DatabaseBusy
from shared.ledger.admission import Record
from shared.ledger.journal import Batch, FenceLost, Journal, MuchNoise, OtherAdmission, clear_halt, halt
from shared.log import client, metrics

BATCH = 500
RETRY_SECONDS = 60.0

_log = structlog.get_logger("intake")
_CORRUPT_PARTITION = re.compile(r"partition=(\d+)")


@dataclass(frozen=True, slots=True)
class Halted:
    """Why a partition is not read; ``again_at``: when to try again (monotonic), None: not by itself."""

    reason: str
    again_at: float | None


class _Moved(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes which partitions came or went.  Runs on the client's IO thread, where nothing may block."""

    def __init__(self) -> None:
        self.partitions: set[Any] = set()

    def on_partitions_revoked(self, revoked: Any) -> None:
        self.partitions |= set(revoked)

    def on_partitions_assigned(self, assigned: Any) -> None:
        self.partitions |= set(assigned)


class Intake:
    """Intake of one service's database from one topic.  Not to be shared by threads.

    ``partitions``: how many the topic has.  ``group``: share them with others of that consumer group, as
    static member ``instance``; without ``group``, read ``assigned`` (default: all).  ``on_batch``: told
    after each stored batch.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        bootstrap: str,
        topic: str,
        roots: Mapping[str, str],
        partitions: int,
        group: str | None = None,
        instance: str | None = None,
        assigned: Sequence[int] | None = None,
        batch: int = BATCH,
        noise_limit: int = 200,
        retry_seconds: float = RETRY_SECONDS,
        on_batch: Callable[[Batch], None] = lambda batch: None,
        beat: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
        make_consumer: Callable[..., Any] = client.consumer,
    ) -> None:
        self._engine = engine
        self._bootstrap = bootstrap
        self._topic = topic
        self._roots = roots
        self._partitions = partitions
        self._partition_of = client.partitioner(partitions)
        self._group = group
        self._instance = instance
        self._assigned = tuple(range(partitions)) if assigned is None else tuple(assigned)
        self._batch = batch
        self._noise_limit = noise_limit
        self._retry_seconds = retry_seconds
        self._on_batch = on_batch
        self._beat = beat
        self._monotonic = monotonic
        self._make_consumer = make_consumer
        self._consumer: Any = None
        self._moved = _Moved()
        self._open: dict[Any, Journal] = {}
        self._due: dict[Any, int] = {}
        self._halted: dict[Any, Halted] = {}
        self._held: dict[tuple[str, str], int] = {}

    @property
    def halted(self) -> dict[int, str]:
        """Why which partitions are not read."""
        return {place.partition: state.reason for place, state in self._halted.items()}

    def step(self, timeout_ms: int = 500) -> int:
        """Poll once and store what came; how many records were stored.

        Raises what cannot be mended by trying again (a fenced group instance, a wrong setting).
        """
        self._beat()
        try:
            if self._consumer is None:
                self._connect()
            found = self._consumer.poll(timeout_ms=timeout_ms, max_records=client.POLL_RECORDS)
        except CorruptRecordError as error:
            self._corrupt(error)
            return 0
        fresh = self._follow_assignment()
        stored = 0
        for place, records in found.items():
            if place not in fresh and place in self._open:
                stored += self._take(place, records)
        return stored

    def close(self) -> None:
        """Commit the lag hint and leave the group."""
        old, self._consumer = self._consumer, None
        self._open.clear()
        self._due.clear()
        if old is not None:
            try:
                self._hint(old)
                old.close(autocommit=False, timeout_ms=5_000)
            except (KafkaError, OSError) as error:
                _log.warning("consumer not closed in order", error=repr(error))

    # --- assignment ---------------------------------------------------------------------------

    def _connect(self) -> None:
        options: dict[str, Any] = {}
        if self._group is not None:
            options = {
                "group_id": self._group,
                "group_instance_id": self._instance,
                "session_timeout_ms": 15_000,
                "heartbeat_interval_ms": 3_000,
                "max_poll_interval_ms": 120_000,
            }
        self._consumer = self._make_consumer(self._bootstrap, f"intake-{self._instance or 'one'}", **options)
        self._moved = _Moved()
        if self._group is not None:
            self._consumer.subscribe([self._topic], listener=self._moved)
        else:
            self._consumer.assign([TopicPartition(self._topic, number) for number in self._assigned])

    def _follow_assignment(self) -> set[Any]:
        """Open what is newly ours, let go what is not; which partitions were opened now.

        Records of the very poll that brought a partition were read from the group's hint: dropped.
        """
        assignment = set(self._consumer.assignment())
        moved, self._moved.partitions = self._moved.partitions, set()
        for place in [item for item in self._open if item not in assignment or item in moved]:
            del self._open[place]
            self._due.pop(place, None)
        for place in [item for item in self._halted if item not in assignment]:
            del self._halted[place]
        fresh: set[Any] = set()
        for place in sorted(assignment - self._open.keys()):
            state = self._halted.get(place)
            if state is not None and (state.again_at is None or self._monotonic() < state.again_at):
                self._consumer.pause(place)
                continue
            fresh.add(place)
            self._open_partition(place)
        return fresh

    def _open_partition(self, place: Any) -> None:
        """Load where to read, see that the log still has it, and go there."""
        journal = Journal(
            self._engine,
            self._topic,
            place.partition,
            self._roots,
            partition_of=self._partition_of,
            noise_limit=self._noise_limit,
        )
        try:
            due = journal.open()
        except OtherAdmission as error:
            self._halt(place, "other_admission", str(error))
            return
        except (OperationalError, InterfaceError, DatabaseBusy) as error:
            _log.warning("database not reachable", error=repr(error))
            self._halt(place, "database", repr(error), again_in=1.0, note=False)
            return
        if not self._log_has(place, due):
            return
        self._consumer.seek(place, due)
        self._consumer.resume(place)
        self._open[place] = journal
        self._due[place] = due
        if self._halted.pop(place, None) is not None:
            _log.info("partition is read again", partition=place.partition, offset=due)
        clear_halt(self._engine, self._topic, place.partition)
        metrics.HALTED.labels(place.partition).set(0)

    def _log_has(self, place: Any, due: int) -> bool:
        try:
            start = self._consumer.beginning_offsets([place], timeout_ms=10_000)[place]
            end = self._consumer.end_offsets([place], timeout_ms=10_000)[place]
        except (KafkaError, OSError) as error:
            self._halt(place, "log_not_reachable", repr(error), again_in=1.0, note=False)
            return False
        if start > due:
            self._halt(place, "log_lost_its_start", f"the log begins at {start}, next is {due}")
            return False
        if end < due:
            self._halt(place, "log_shrank", f"the log ends at {end}, next is {due}")
            return False
        return True

    # --- batches ------------------------------------------------------------------------------

    def _take(self, place: Any, records: Sequence[Any]) -> int:
        """Store ``records`` of one partition, in transactions of at most ``batch``."""
        if records[0].offset != self._due[place] and not self._gap_is_harmless(place, records[0].offset):
            return 0
        stored = 0
        for start in range(0, len(records), self._batch):
            some = records[start : start + self._batch]
            if not self._store(place, some):
                return stored
            stored += len(some)
            self._beat()
        self._hint(self._consumer, place)
        return stored

    def _gap_is_harmless(self, place: Any, found: int) -> bool:
        """Offsets may gap where a transaction's marker lies; not where the log was cut."""
        due = self._due[place]
        if found < due:
            self._let_go(place)
            self._halt(place, "log_shrank", f"offset {found} was read where {due} is due")
            return False
        if not self._log_has(place, due):
            self._let_go(place)
            return False
        return True

    def _store(self, place: Any, some: Sequence[Any]) -> bool:
        records = [Record(item.topic, item.partition, item.offset, item.key, item.value) for item in some]
        journal = self._open[place]
        try:
            with metrics.BATCH_SECONDS.time():
                batch = journal.take(records)
        except FenceLost as error:
            metrics.FENCE_LOST.inc()
            _log.warning("another owner was faster", partition=place.partition, detail=str(error))
            self._let_go(place)
            return False
        except MuchNoise as error:
            self._let_go(place)
            self._halt(place, "much_noise", str(error))
            return False
        except (OperationalError, InterfaceError, DatabaseBusy) as error:
            _log.warning("database not reachable", error=repr(error))
            self._let_go(place)
            self._halt(place, "database", repr(error), again_in=1.0, note=False)
            return False
        except Exception as error:  # our own fault: this partition stands, others go on
            _log.exception("batch failed", partition=place.partition, offset=records[0].offset)
            self._let_go(place)
            self._halt(place, "failed", repr(error)[:500], again_in=self._retry_seconds)
            return False
        self._due[place] = batch.next_offset
        self._count(place, journal, batch)
        self._on_batch(batch)
        return True

    def _count(self, place: Any, journal: Journal, batch: Batch) -> None:
        for ledger, number in batch.admitted.items():
            metrics.ADMITTED.labels(ledger).inc(number)
        if batch.duplicates:
            metrics.DUPLICATES.inc(batch.duplicates)
        for item in batch.noise:
            metrics.NOISE.labels(item.reason).inc()
            _log.error(
                "noise",
                partition=item.record.partition,
                offset=item.record.offset,
                reason=item.reason,
                detail=item.detail,
            )
        gaps = {
            (ledger, source): number
            for ledger, state in journal.states.items()
            if state.held
            for source, number in state.gaps().items()
        }
        for key, number in gaps.items():
            if key not in self._held:
                _log.error("gap", ledger=key[0], source=key[1], held=number)
            metrics.HELD.labels(*key).set(number)
        for key in [item for item in self._held if item not in gaps and item[0] in journal.states]:
            _log.info("gap filled", ledger=key[0], source=key[1])
            metrics.HELD.labels(*key).set(0)
            del self._held[key]
        self._held |= gaps
        highwater = self._consumer.highwater(place)
        if highwater is not None:
            metrics.LAG.labels(place.partition).set(max(0, highwater - batch.next_offset))

    def _hint(self, consumer: Any, *places: Any) -> None:
        """Commit to the group where we are.  Only a hint: nobody reads from it."""
        if self._group is None or not self._due:
            return
        known = [place for place in places or self._due if place in self._due]
        offsets = {place: OffsetAndMetadata(self._due[place], "", -1) for place in known}
        consumer.commit_async(offsets, callback=lambda committed, answer: None)

    # --- stopping a partition -----------------------------------------------------------------

    def _let_go(self, place: Any) -> None:
        """Believe nothing of this partition any more; the next step opens it anew, at the stored offset."""
        self._open.pop(place, None)
        self._due.pop(place, None)

    def _halt(
        self, place: Any, reason: str, detail: str, *, again_in: float | None = None, note: bool = True
    ) -> None:
        """Read this partition no more, or not before ``again_in`` seconds; ``note`` it for the operator."""
        again_at = None if again_in is None else self._monotonic() + again_in
        self._halted[place] = Halted(reason, again_at)
        metrics.HALTED.labels(place.partition).set(1)
        if self._consumer is not None and place in self._consumer.assignment():
            self._consumer.pause(place)
        if note:
            _log.critical("partition halted", partition=place.partition, reason=reason, detail=detail)
            halt(self._engine, self._topic, place.partition, reason, detail, datetime.now(UTC))

    def _corrupt(self, error: CorruptRecordError) -> None:
        """A batch failed its CRC: never poll this consumer again, and never seek past the batch."""
        found = _CORRUPT_PARTITION.search(str(error))
        places = list(self._open) if found is None else [TopicPartition(self._topic, int(found.group(1)))]
        old, self._consumer = self._consumer, None
        self._open.clear()
        self._due.clear()
        old.close(autocommit=False, timeout_ms=5_000)
        for place in places:
            self._halt(place, "bad_crc", str(error)[:500], again_in=self._retry_seconds)
