"""Where columns come from: segments of the archive as far as they reach, then the ledger table."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import Connection

from services.ranking.columns.frame import Decoder
from services.ranking.columns.store import take_segment
from shared.archive import Archive, Damaged, Segment
from shared.ledger import reader
from shared.ledger.reader import LedgerRow

_log = structlog.get_logger("archive")


def decoded(connection: Connection, ledger: str, archive: Archive | None, stop: int | None = None) -> Decoder:
    """The first ``stop`` events of ``ledger`` (None: all that the table has)."""
    decoder = Decoder(ledger)
    if archive is not None:
        take_segments(decoder, archive, reader.size(connection, ledger) if stop is None else stop)
    take_rows(decoder, connection, stop)
    return decoder


def take_segments(
    decoder: Decoder, archive: Archive, stop: int, taken: Callable[[Segment], None] = lambda segment: None
) -> None:
    """Bring ``decoder`` behind every segment that ends at ``stop`` or before.

    A damaged file is named in the log and never used: what it held is left for the table to give.
    """
    try:
        for segment in archive.segments(decoder.ledger):
            if segment.end > stop:
                return
            if segment.first == decoder.size:
                take_segment(decoder, archive, segment)
                taken(segment)
    except Damaged as error:
        _log.error("archive damaged", ledger=decoder.ledger, error=str(error))


def take_rows(
    decoder: Decoder,
    connection: Connection,
    stop: int | None,
    taken: Callable[[LedgerRow], None] = lambda row: None,
) -> None:
    """Bring ``decoder`` to ``stop`` (None: the end) from the ledger table."""
    for row in reader.rows(connection, decoder.ledger, decoder.size, stop):
        decoder.take_values((row.value,))
        taken(row)
