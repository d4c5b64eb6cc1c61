"""A generated ledger laid out for all contenders: none of this is timed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from services.ranking.columns import Decoder
from services.ranking.columns.store import companions
from shared.archive import Archive, Segment
from shared.database import engine_for, write_transaction
from shared.ledger import positions
from shared.ledger.admission import Outcome, Record, memory_admission
from shared.log import client
from shared.log.topics import ensure_topic
from shared.migrations import upgrade
from tests.bench.contender import Place
from tests.bench.generate import BenchLedger
from tests.bench.ours import database_of

STORED = "2020-12-31T00:00:00.000000Z"
_BATCH = 5_000


def lay_out(folder: Path, made: BenchLedger) -> Place:
    """Values, archive and ledger table in ``folder``.  The last segment holds what remains."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(str(folder), made.ledger, made.roots, len(made.values))
    place.path("values").write_bytes(b"".join(value + b"\n" for value in made.values))
    _archive(place, made.values)
    _table(place, made)
    return place


def fill_topic(place: Place, made: BenchLedger) -> None:
    """The ledger in a fresh topic of one partition."""
    ensure_topic(place.bootstrap, place.topic, partitions=1, replication=1)
    producer = client.producer(place.bootstrap, "bench", delivery_timeout_ms=300_000)
    for batch in _batches(made.values):
        sent = [
            producer.send(place.topic, value=value, key=made.ledger.encode(), headers=client.HEADERS)
            for value in batch
        ]
        producer.flush()
        assert all(one.succeeded() for one in sent)
    producer.close()


def _archive(place: Place, values: list[bytes]) -> None:
    archive, decoder = Archive(place.path("archive")), Decoder(place.ledger)
    last: Segment | None = None
    for first in range(0, len(values), archive.size):
        some = values[first : first + archive.size]
        decoder.take_values(some)
        last = archive.append(place.ledger, last, some, companions(decoder.columns(), first, some))


def _table(place: Place, made: BenchLedger) -> None:
    engine = engine_for(database_of(place))
    upgrade(engine, "ranking")
    admission, leaves = memory_admission(made.roots, verify_signatures=False)
    key = made.ledger.encode()
    offset = itertools.count()
    for batch in _batches(made.values):
        outcomes: list[Outcome] = []
        for value in batch:
            for outcome in admission.admit(Record("bench", 0, next(offset), key, value)):
                leaves.add(outcome)
                outcomes.append(outcome)
        with write_transaction(engine) as connection:
            positions.store_outcomes(connection, outcomes, admission.states.values(), STORED)
    engine.dispose()


def _batches(values: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
