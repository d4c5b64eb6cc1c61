"""Columns on disk: beside the rows of a segment of the archive, decoded once, read many times.

Arrow IPC files.  A segment numbers its own cells and values; reading numbers them anew, so that any process
may write the next segment.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import orjson
import polars as pl

from services.ranking.columns.frame import CELL, SAYS, Columns, Decoder, Other
from shared.archive import Archive, Segment
from shared.events.fingerprint import fingerprint

SCORES: Final = "scores.arrow"
CELLS: Final = "cells.arrow"
WORDS: Final = "says.arrow"
OTHERS: Final = "others.arrow"
_OTHER: Final = {
    "position": pl.UInt32,
    "type": pl.String,
    "source": pl.String,
    "subject": pl.String,
    "sequence": pl.UInt32,
    "time": pl.String,
    "data": pl.Binary,
    "readable": pl.Boolean,
}
"""An event that stays one, with its data apart: what a fold looks at, without the envelope's proofs."""
READ_BY: Final = "read_by.txt"
"""The form of these files, and the catalogue that told which events are readable; where either is another,
the rows are decoded anew."""
_FORM: Final = 1


def companions(columns: Columns, first: int, values: Sequence[bytes]) -> dict[str, bytes]:
    """The files of the events ``first`` .., whose canonical bytes are ``values``; ``columns`` hold them."""
    end = first + len(values)
    behind = columns.scores_before(first).height
    rows = columns.scores_before(end).slice(behind)
    cells, words = rows["cell"].unique().sort(), rows["says"].unique().sort()
    others = columns.others_between(first, end)
    frames = {
        SCORES: rows.with_columns(_places(rows["cell"], cells), _places(rows["says"], words)),
        CELLS: _texts(CELL, [columns.cells[one] for one in cells]),
        WORDS: _texts(SAYS, [columns.says[one] for one in words]),
        OTHERS: pl.DataFrame(
            [(*other[:-2], orjson.dumps(other.data), other.readable) for other in others],
            schema=_OTHER,
            orient="row",
        ),
    }
    return {READ_BY: _read_by(), **{name: _packed(frame) for name, frame in frames.items()}}


def take_segment(decoder: Decoder, archive: Archive, segment: Segment) -> None:
    """Bring ``decoder`` from before ``segment`` behind it.  Raises :class:`~shared.archive.Damaged`."""
    if archive.companion(segment, READ_BY) != _read_by():
        decoder.take_values(archive.rows(segment))
        return
    frames = {name: _read(archive, segment, name) for name in (SCORES, CELLS, WORDS, OTHERS)}
    others = [
        Other(position, type_, source, subject, sequence, time, orjson.loads(data), readable)
        for position, type_, source, subject, sequence, time, data, readable in frames[OTHERS].iter_rows()
    ]
    decoder.take_columns(segment.end, frames[SCORES], frames[CELLS].rows(), frames[WORDS].rows(), others)


def _read_by() -> bytes:
    return f"{_FORM} {fingerprint()}\n".encode()


def _places(column: pl.Series, values: pl.Series) -> pl.Series:
    """``column`` by the places of its values in ``values``, which are in order."""
    return values.search_sorted(column).cast(column.dtype).alias(column.name)


def _texts(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _packed(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.rechunk().write_ipc(file, compression="lz4")
    return file.getvalue()


def _read(archive: Archive, segment: Segment, name: str) -> pl.DataFrame:
    value = archive.companion(segment, name)
    assert value is not None  # written with READ_BY
    return pl.read_ipc(io.BytesIO(value))
