"""The archive grows with the ledger: whenever a segment's worth of events has come, it is written.

Two processes that write do no harm: a segment's bytes follow from the ledger alone.
"""

from __future__ import annotations

import threading
from typing import Final

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from services.ranking.columns.frame import Decoder
from services.ranking.columns.source import take_segments
from services.ranking.columns.store import companions
from shared.archive import Archive, Damaged, Segment
from shared.database import DatabaseBusy, read_transaction
from shared.ledger import reader

IDLE_SECONDS: Final = 5.0
_PASSING = (DatabaseBusy, OperationalError, InterfaceError, OSError)
"""What passes by itself: tried again at the next step."""

_log = structlog.get_logger("archive")


class Archiver:
    """Writes the segments of every ledger of one database."""

    def __init__(self, engine: Engine, archive: Archive) -> None:
        self._engine = engine
        self._archive = archive
        self._written: dict[str, tuple[Decoder, Segment | None]] = {}

    def step(self) -> int:
        """Write every segment that is due; how many were written.

        A ledger whose archive is damaged is left alone, with an error in the log: history is in the table.
        """
        written = 0
        with read_transaction(self._engine) as connection:
            sizes = reader.sizes(connection)
        for ledger, size in sorted(sizes.items()):
            try:
                written += self._write(ledger, size)
            except Damaged as error:
                _log.error("archive damaged", ledger=ledger, error=str(error))
            except _PASSING as error:
                _log.warning("archive waits", ledger=ledger, error=repr(error))
        return written

    def _write(self, ledger: str, size: int) -> int:
        decoder, last = self._resumed(ledger)
        written = 0
        while size - decoder.size >= self._archive.size:
            with read_transaction(self._engine) as connection:
                rows = list(reader.rows(connection, ledger, decoder.size, decoder.size + self._archive.size))
            first = decoder.size
            values = [row.value for row in rows]
            decoder.take_values(values)
            last = self._archive.append(ledger, last, values, companions(decoder.columns(), first, values))
            self._written[ledger] = (decoder, last)
            written += 1
            _log.info("segment written", ledger=ledger, first=first, end=last.end, root=last.root)
        return written

    def _resumed(self, ledger: str) -> tuple[Decoder, Segment | None]:
        """Where the archive of ``ledger`` stands.  Raises :class:`~shared.archive.Damaged`."""
        if ledger not in self._written:
            segments = list(self._archive.segments(ledger))
            decoder = Decoder(ledger)
            end = segments[-1].end if segments else 0
            take_segments(decoder, self._archive, end)
            if decoder.size != end:
                raise Damaged(f"the columns of {ledger} end at {decoder.size}, its segments at {end}")
            self._written[ledger] = (decoder, segments[-1] if segments else None)
        return self._written[ledger]


def run(archiver: Archiver, stop: threading.Event) -> None:
    """Step until ``stop``."""
    while not stop.is_set():
        if not archiver.step():
            stop.wait(IDLE_SECONDS)
