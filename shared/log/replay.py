"""Replay: the topic from its start, admitted in memory, with no database (invariant 2).

The fast way of a million records: no threads, no copies, no event parsed twice, whole polls at a time.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from kafka import TopicPartition

from shared.archive import Archive
from shared.ledger.admission import (
    Admitted,
    Duplicate,
    Held,
    LedgerState,
    Noise,
    Outcome,
    Record,
    memory_admission,
)
from shared.ledger.merkle import EMPTY_ROOT
from shared.log import client
from shared.log.signatures import CHUNK, Signatures

STUCK_SECONDS = 60.0


class ReplayStuck(RuntimeError):
    """The log gave nothing for a minute although its end was not reached."""


@dataclass(frozen=True, slots=True)
class LedgerReplay:
    """One ledger as replayed: size, Merkle root, events by source, records still behind a gap by source."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    counts: Mapping[str, int] = field(default_factory=dict)
    gaps: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay found.  ``size``, ``root``, ``counts`` are those of the one ledger that was asked for."""

    ledger: str | None
    records: int
    noise: int
    duplicates: int
    ledgers: Mapping[str, LedgerReplay]

    @property
    def one(self) -> LedgerReplay:
        """The ledger that was asked for, or the only one there is; empty when it does not exist."""
        if self.ledger is not None:
            return self.ledgers.get(self.ledger, LedgerReplay())
        if len(self.ledgers) > 1:
            raise ValueError(f"more than one ledger: {', '.join(sorted(self.ledgers))}")
        return next(iter(self.ledgers.values()), LedgerReplay())

    @property
    def size(self) -> int:
        """Number of positions."""
        return self.one.size

    @property
    def root(self) -> bytes:
        """Merkle root over them."""
        return self.one.root

    @property
    def counts(self) -> Mapping[str, int]:
        """Events by source."""
        return self.one.counts


def replay(
    bootstrap: str,
    topic: str,
    ledger: str | None,
    roots: Mapping[str, str],
    *,
    stop_at: int | None = None,
    verify_signatures: bool = True,
    on_admitted: Callable[[Admitted], None] | None = None,
    processes: int = 1,
    partitions: Collection[int] | None = None,
) -> ReplayResult:
    """Read ``topic`` from zero to the end it has now, and admit it all.

    ``ledger``: only this one (and only its partition); None: all of ``partitions`` (None: of the topic).
    ``stop_at``: stop as soon as the one
    ledger has that many positions.  ``on_admitted``: called for each position, in order.  ``processes``:
    more than one check the signatures beside the admission; then :class:`BadSignature` says that one is bad
    and that only a run in one process can judge it.  Raises :class:`ReplayStuck`,
    :class:`~shared.log.signatures.ProcessLost`.
    """
    if stop_at is not None and ledger is None:
        raise ValueError("stop_at needs one ledger")
    consumer = client.consumer(bootstrap, "replay", max_partition_fetch_bytes=16 * 1024 * 1024)
    try:
        numbers = consumer.partitions_for_topic(topic)
        if not numbers:
            raise LookupError(f"there is no topic {topic}")
        partition_of = client.partitioner(len(numbers))
        wanted = sorted(numbers if partitions is None else partitions)
        if ledger is not None:
            wanted = [partition_of(ledger.encode("ascii"))]
        places = [TopicPartition(topic, number) for number in wanted]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        with _no_collection(), _checking(verify_signatures, processes) as beside:
            run = _Run(ledger, roots, partition_of, stop_at, verify_signatures, on_admitted, beside)
            if stop_at != 0:
                run.read(consumer, places, consumer.end_offsets(places))
            return run.result()
    finally:
        consumer.close(autocommit=False)


def replay_archive(
    archive: Archive,
    ledger: str,
    roots: Mapping[str, str],
    *,
    stop_at: int | None = None,
    verify_signatures: bool = True,
    on_admitted: Callable[[Admitted], None] | None = None,
    processes: int = 1,
) -> ReplayResult:
    """The same from the archive: its rows go through the same admission, as if they had just come.

    Raises :class:`~shared.archive.Damaged`, and what :func:`replay` raises of ``processes``.
    """
    with _no_collection(), _checking(verify_signatures, processes) as beside:
        run = _Run(ledger, roots, lambda key: 0, stop_at, verify_signatures, on_admitted, beside)
        for segment in archive.segments(ledger) if stop_at != 0 else ():
            key = ledger.encode("ascii")
            records = [
                Record("archive", 0, segment.first + place, key, value)
                for place, value in enumerate(archive.rows(segment))
            ]
            if run.take(records):
                break
        return run.result()


def _checking(verify_signatures: bool, processes: int) -> AbstractContextManager[Signatures | None]:
    return Signatures(processes) if verify_signatures and processes > 1 else nullcontext()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Events hold no cycles: looking for them every few hundred records only costs time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class _Run:
    def __init__(
        self,
        ledger: str | None,
        roots: Mapping[str, str],
        partition_of: Callable[[bytes], int],
        stop_at: int | None,
        verify_signatures: bool,
        on_admitted: Callable[[Admitted], None] | None,
        beside: Signatures | None = None,
    ) -> None:
        self._ledger = ledger
        self._key = None if ledger is None else ledger.encode("ascii")
        self._admission, self._leaves = memory_admission(
            roots, partition_of=partition_of, verify_signatures=verify_signatures and beside is None
        )
        self._beside = beside
        self._unchecked: dict[str, list[bytes]] = {}
        self._stop_at = stop_at
        self._on_admitted = on_admitted
        self._records = 0
        self._noise = 0
        self._duplicates = 0

    def read(self, consumer: Any, places: list[Any], ends: Mapping[Any, int]) -> None:
        """Poll until every partition stands at its end.

        Never by a count of records: control records take offsets and are not given out.
        """
        open_places = [place for place in places if ends[place] > 0]
        last = time.monotonic()
        while open_places:
            found = consumer.poll(timeout_ms=1_000, max_records=client.POLL_RECORDS)
            if found:
                last = time.monotonic()
            elif time.monotonic() - last > STUCK_SECONDS:
                raise ReplayStuck(f"no record for {STUCK_SECONDS:.0f} s before the end of {open_places}")
            for place, records in found.items():
                beyond = records[-1].offset >= ends[place]
                if self.take([one for one in records if one.offset < ends[place]] if beyond else records):
                    return
            open_places = [place for place in open_places if consumer.position(place) < ends[place]]

    def take(self, records: list[Any]) -> bool:
        """Admit a run of records; whether the wanted size is reached."""
        admit, remember, tell = self._admission.admit, self._leaves.add, self._on_admitted
        key, stop_at, beside = self._key, self._stop_at, self._beside
        for record in records:
            if key is not None and record.key != key:
                continue
            self._records += 1
            for outcome in admit(record):  # a consumer's record has all that Record has
                if beside is not None and type(outcome) in (Admitted, Held):
                    self._check(outcome)
                if type(outcome) is Admitted:
                    remember(outcome)
                    if tell is not None:
                        tell(outcome)
                    if outcome.position + 1 == stop_at:
                        return True
                elif type(outcome) is Noise:
                    self._noise += 1
                elif type(outcome) is Duplicate:
                    self._duplicates += 1
        return False

    def _check(self, outcome: Outcome) -> None:
        """Have the signature of what was let in, or is held back, checked beside."""
        if type(outcome) is Admitted:
            value: bytes | None = outcome.event.value
        elif type(outcome) is Held:
            value = outcome.record.value
        else:
            return
        assert value is not None  # a record without value is noise
        unchecked = self._unchecked.setdefault(outcome.ledger, [])
        unchecked.append(value)
        if len(unchecked) == CHUNK:
            self._hand_over(outcome.ledger)

    def _hand_over(self, ledger: str) -> None:
        assert self._beside is not None
        keys = self._admission.states[ledger].keys  # also retired ones; a keyid is the digest of its key
        self._beside.check(
            self._unchecked.pop(ledger), {keyid: key.public_key for keyid, key in keys.items()}
        )

    def result(self) -> ReplayResult:
        """What was found.  Waits for the signatures that are checked beside."""
        if self._beside is not None:
            for ledger in list(self._unchecked):
                self._hand_over(ledger)
            self._beside.finish()
        states = self._admission.states
        return ReplayResult(
            ledger=self._ledger,
            records=self._records,
            noise=self._noise,
            duplicates=self._duplicates,
            ledgers={name: self._of(state) for name, state in sorted(states.items()) if state.size},
        )

    def _of(self, state: LedgerState) -> LedgerReplay:
        return LedgerReplay(
            size=state.size,
            root=state.frontier.root(),
            counts=self._leaves.counts(state.ledger),
            gaps=state.gaps(),
        )
