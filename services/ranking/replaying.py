"""Replay of one ledger from the log into an empty database, by the same admission as every intake."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kafka import TopicPartition
from sqlalchemy import Engine

from services.ranking.columns import Decoder, fold_columns
from services.ranking.engine import ENGINE, State, initial
from services.ranking.folding import Result, recompute, result, take
from shared.archive import Archive
from shared.database import read_transaction
from shared.events.catalogue import interpret
from shared.ledger import reader
from shared.ledger.admission import Admitted
from shared.ledger.journal import Journal
from shared.ledger.merkle import GrowingTree, leaf_hash
from shared.ledger.reader import LedgerRow
from shared.log import client
from shared.log.replay import STUCK_SECONDS, ReplayResult, ReplayStuck, replay_archive
from shared.log.replay import replay as replay_in_memory
from shared.log.signatures import BadSignature

BATCH = 500
_NO_LIMIT = 2**31

Progress = Callable[[int, int], None]
"""``progress(done, total)``."""


class DatabaseNotEmpty(RuntimeError):
    """A replay into a database that holds something already would prove nothing."""


class LedgerMissing(LookupError):
    """The log holds nothing of this ledger that the pinned root key signed."""


class TooShort(LookupError):
    """The ledger has fewer positions than were asked for."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What a publication in the ledger pinned, and whether this replay gives the same."""

    version: int
    position: int
    digest: str
    root: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found: standings after the first ``position`` of ``size`` events, and their root."""

    ledger: str
    position: int
    size: int
    noise: int
    duplicates: int
    root: str
    rulebook: str | None
    engine: str
    digest: str
    pins: tuple[Pin, ...]
    gaps: Mapping[str, int]
    signatures: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What reading the log into a database came to."""

    noise: int
    duplicates: int


def read_log(
    engine: Engine, bootstrap: str, topic: str, ledger: str, roots: Mapping[str, str], progress: Progress
) -> Read:
    """Read the ledger's partition from zero into ``engine``'s database; every signature is checked.

    Raises :class:`DatabaseNotEmpty`, :class:`~shared.log.replay.ReplayStuck`.
    """
    consumer = client.consumer(bootstrap, "replay")
    try:
        numbers = consumer.partitions_for_topic(topic)
        if not numbers:
            raise LedgerMissing(f"there is no topic {topic}")
        partition_of = client.partitioner(len(numbers))
        place = TopicPartition(topic, partition_of(ledger.encode("ascii")))
        journal = Journal(
            engine, topic, place.partition, roots, partition_of=partition_of, noise_limit=_NO_LIMIT
        )
        with read_transaction(engine) as connection:
            filled = reader.sizes(connection)
        if journal.open() or filled:
            raise DatabaseNotEmpty("the database is not empty; name another one, or none")
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        start, end = consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
        noise = duplicates = 0
        last = time.monotonic()
        while (there := consumer.position(place)) < end:
            progress(there - start, end - start)
            found = consumer.poll(timeout_ms=1_000, max_records=BATCH).get(place, [])
            if found:
                last = time.monotonic()
                batch = journal.take(found, consumer.position(place))
                noise += len(batch.noise)
                duplicates += batch.duplicates
            elif time.monotonic() - last > STUCK_SECONDS:
                raise ReplayStuck(f"no record for {STUCK_SECONDS:.0f} s before the end of {place}")
        progress(end - start, end - start)
        return Read(noise, duplicates)
    finally:
        consumer.close(autocommit=False)


def check(engine: Engine, ledger: str, at: int | None, read: Read, progress: Progress) -> Replayed:
    """Fold what the database holds and compute.

    The root is made from the stored bytes, not from stored hashes.  Every publication on the way is
    compared with what stands at the position it pinned.  Raises :class:`LedgerMissing`, :class:`TooShort`.
    """
    with read_transaction(engine) as connection:
        size = reader.size(connection, ledger)
        if size == 0:
            raise LedgerMissing(f"no ledger {ledger} under the pinned root keys")
        stop = size if at is None else at
        if stop > size:
            raise TooShort(f"{ledger} has {size} positions, not {stop}")
        pinned = _pinned(reader.rows(connection, ledger, 0, size))
        state, tree = initial(ledger), GrowingTree()
        pins: list[Pin] = []

        def pinned_by(version: str) -> str:
            """Digest at this position by another version of the engine; "" when it cannot be run here."""
            rows = reader.rows(connection, ledger, 0, state.size)
            found = recompute(version, ledger, (row.event for row in rows))
            return "" if found is None else found.digest

        _compare(pins, pinned, state, tree, pinned_by)
        for row in reader.rows(connection, ledger, 0, stop):
            take(state, row.position, row.value)
            tree.add(leaf_hash(row.value))
            _compare(pins, pinned, state, tree, pinned_by)
            if state.size % BATCH == 0:
                progress(state.size, stop)
    progress(stop, stop)
    return _replayed(state, tree, size, read.noise, read.duplicates, tuple(pins), gaps={}, signatures=True)


def in_memory(
    bootstrap: str,
    topic: str,
    ledger: str,
    roots: Mapping[str, str],
    *,
    at: int | None,
    verify_signatures: bool,
    progress: Progress,
    processes: int = 1,
) -> Replayed:
    """Replay without a database.  Publications are not compared: what they pin lies behind.

    ``processes``: how many check signatures; what is bad is judged by one alone.  Raises
    :class:`~shared.log.signatures.ProcessLost`.
    """

    def run(decoder: Decoder, processes: int) -> ReplayResult:
        return replay_in_memory(
            bootstrap,
            topic,
            ledger,
            roots,
            stop_at=at,
            verify_signatures=verify_signatures,
            on_admitted=_decoding(decoder, progress),
            processes=processes,
        )

    return _judged(run, ledger, at, verify_signatures, processes)


def from_archive(
    archive: Archive,
    ledger: str,
    roots: Mapping[str, str],
    *,
    at: int | None,
    verify_signatures: bool,
    progress: Progress,
    processes: int = 1,
) -> Replayed:
    """The same of what the archive holds.  Raises :class:`~shared.archive.Damaged` as well."""

    def run(decoder: Decoder, processes: int) -> ReplayResult:
        return replay_archive(
            archive,
            ledger,
            roots,
            stop_at=at,
            verify_signatures=verify_signatures,
            on_admitted=_decoding(decoder, progress),
            processes=processes,
        )

    return _judged(run, ledger, at, verify_signatures, processes)


def _judged(
    run: Callable[[Decoder, int], ReplayResult], ledger: str, at: int | None, signatures: bool, processes: int
) -> Replayed:
    """By ``processes``, and once more by one alone when a signature was bad."""
    decoder = Decoder(ledger)
    try:
        found = run(decoder, processes)
    except BadSignature:
        decoder = Decoder(ledger)
        found = run(decoder, 1)
    return _from_columns(decoder, found, at, signatures)


def _decoding(decoder: Decoder, progress: Progress) -> Callable[[Admitted], None]:
    def take(admitted: Admitted) -> None:
        decoder.take(admitted.event)
        if decoder.size % BATCH == 0:
            progress(decoder.size, 0)

    return take


def _from_columns(decoder: Decoder, found: ReplayResult, at: int | None, signatures: bool) -> Replayed:
    """Raises :class:`LedgerMissing`, :class:`TooShort`."""
    ledger = decoder.ledger
    if found.size == 0 and at != 0:
        raise LedgerMissing(f"no ledger {ledger} under the pinned root keys")
    if at is not None and found.size < at:
        raise TooShort(f"{ledger} has {found.size} positions, not {at}")
    shown = result(fold_columns(decoder.columns()))
    return Replayed(
        ledger=ledger,
        position=decoder.size,
        size=found.size,
        noise=found.noise,
        duplicates=found.duplicates,
        root=f"sha256:{found.root.hex()}",
        rulebook=shown.body["rulebook"],
        engine=shown.body["engine"],
        digest=shown.digest,
        pins=(),
        gaps=dict(found.one.gaps),
        signatures=signatures,
    )


def _pinned(rows: Iterable[LedgerRow]) -> dict[int, list[dict[str, Any]]]:
    """What the publications of a ledger pinned, by position."""
    pinned: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row.type == "result.published.v1" and interpret(row.event) is None:
            pinned.setdefault(row.event.data["position"], []).append(row.event.data)
    return pinned


def _compare(
    pins: list[Pin],
    pinned: Mapping[int, list[dict[str, Any]]],
    state: State,
    tree: GrowingTree,
    pinned_by: Callable[[str], str],
) -> None:
    for data in pinned.get(state.size, ()):
        ours = data["engine"] == ENGINE
        digest = result(state).digest if ours else pinned_by(data["engine"])
        root = f"sha256:{tree.root().hex()}"
        pins.append(
            Pin(
                version=data["version"],
                position=state.size,
                digest=digest,
                root=root,
                holds=(data["digest"], data["root"]) == (digest, root),
            )
        )


def _replayed(
    state: State,
    tree: GrowingTree,
    size: int,
    noise: int,
    duplicates: int,
    pins: tuple[Pin, ...],
    *,
    gaps: Mapping[str, int],
    signatures: bool,
) -> Replayed:
    shown: Result = result(state)
    return Replayed(
        ledger=state.ledger,
        position=state.size,
        size=size,
        noise=noise,
        duplicates=duplicates,
        root=f"sha256:{tree.root().hex()}",
        rulebook=shown.body["rulebook"],
        engine=shown.body["engine"],
        digest=shown.digest,
        pins=pins,
        gaps=gaps,
        signatures=signatures,
    )
