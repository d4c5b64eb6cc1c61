"""Our own contenders: every way in which this project comes from a ledger to its standings."""

from __future__ import annotations

from services.ranking import replaying
from services.ranking.columns import Decoder, fold_columns
from services.ranking.columns.source import take_rows
from services.ranking.columns.store import take_segment
from services.ranking.engine import initial
from services.ranking.folding import result, take
from shared.archive import Archive
from shared.database import engine_for, read_transaction
from tests.bench.contender import Done, Place, Work


def segments(place: Place) -> Work:
    """From the archive: columns decoded once, when the segments were written."""

    def work() -> Done:
        archive, decoder = Archive(place.path("archive")), Decoder(place.ledger)
        for segment in archive.segments(place.ledger):
            take_segment(decoder, archive, segment)
        return _standings(decoder)

    return work


def table(place: Place) -> Work:
    """From the ledger table alone."""

    def work() -> Done:
        engine, decoder = engine_for(database_of(place)), Decoder(place.ledger)
        with read_transaction(engine) as connection:
            take_rows(decoder, connection, None)
        engine.dispose()
        return _standings(decoder)

    return work


def kafka(place: Place) -> Work:
    """From Kafka, admitted, with the root over every event."""
    return _from_kafka(place, signatures=False)


def kafka_signed(place: Place) -> Work:
    """From Kafka, with every signature checked as well."""
    return _from_kafka(place, signatures=True)


def kafka_signed_by_two(place: Place) -> Work:
    """The same, with two more processes for the signatures."""
    return _from_kafka(place, signatures=True, processes=2)


def _from_kafka(place: Place, *, signatures: bool, processes: int = 1) -> Work:
    """What ``bangvang replay`` does in memory."""

    def work() -> Done:
        found = replaying.in_memory(
            place.bootstrap,
            place.topic,
            place.ledger,
            place.roots,
            at=None,
            verify_signatures=signatures,
            progress=_silent,
            processes=processes,
        )
        return Done(found.size, found.digest)

    return work


def rows_admitted(place: Place) -> Work:
    """From the rows of the archive, admitted anew, with the root over every event: no broker is asked."""

    def work() -> Done:
        found = replaying.from_archive(
            Archive(place.path("archive")),
            place.ledger,
            place.roots,
            at=None,
            verify_signatures=False,
            progress=_silent,
        )
        return Done(found.size, found.digest)

    return work


def _silent(done: int, total: int) -> None:
    """No progress is shown."""


def event_by_event(place: Place) -> Work:
    """From the rows of the archive, each event folded by itself: how it was before there were columns."""

    def work() -> Done:
        archive, state = Archive(place.path("archive")), initial(place.ledger)
        for segment in archive.segments(place.ledger):
            for value in archive.rows(segment):
                take(state, state.size, value)
        return Done(state.size, result(state).digest)

    return work


def database_of(place: Place) -> str:
    """The address of the database that holds the ledger table."""
    return f"sqlite:///{place.path('database')}"


def _standings(decoder: Decoder) -> Done:
    return Done(decoder.size, result(fold_columns(decoder.columns())).digest)
