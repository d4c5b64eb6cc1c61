"""Our own contenders: every way in which this project comes from a ledger to its standings."""

from __future__ import annotations

from services.ranking.columns import Decoder, fold_columns
from services.ranking.columns.source import take_rows
from services.ranking.columns.store import take_segment
from services.ranking.engine import initial
from services.ranking.folding import result, take
from shared.archive import Archive
from shared.database import engine_for, read_transaction
from shared.log.replay import replay
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


def _from_kafka(place: Place, *, signatures: bool) -> Work:
    def work() -> Done:
        decoder = Decoder(place.ledger)
        replay(
            place.bootstrap,
            place.topic,
            place.ledger,
            place.roots,
            verify_signatures=signatures,
            on_admitted=lambda admitted: decoder.take(admitted.event),
        )
        return _standings(decoder)

    return work


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
