"""Which form a segment of the archive should have: bytes, and seconds to write and to read it.

``python -m tests.bench.formats PLACE`` prints a Markdown table.  Rows are the canonical bytes, a line each;
columns are what is laid beside them.  Runs where ``zstandard`` is installed.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import zstandard

from services.ranking.columns import Decoder
from services.ranking.columns.store import CELLS, OTHERS, SCORES, WORDS, companions
from shared.archive.folder import SIZE
from tests.bench.contender import Place

MOST = 8
"""Segments measured; more of the same ledger say nothing new."""
RUNS = 3


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write one thing as bytes, and to read it back."""

    name: str
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]


def _columns(name: str, read: Callable[..., Any], write: Callable[..., Any], **how: Any) -> Form:
    def written(frame: pl.DataFrame) -> bytes:
        file = io.BytesIO()
        write(frame, file, **how)
        return file.getvalue()

    return Form(name, written, lambda value: read(io.BytesIO(value)))


ROWS = (
    Form("rows: ndjson, gzip 1", lambda one: gzip.compress(one, 1, mtime=0), gzip.decompress),
    Form("rows: ndjson, gzip 6", lambda one: gzip.compress(one, 6, mtime=0), gzip.decompress),
    Form(
        "rows: ndjson, zstd 3",
        lambda one: zstandard.ZstdCompressor(level=3).compress(one),
        lambda one: zstandard.ZstdDecompressor().decompress(one),
    ),
)
_ARROW = (pl.read_ipc, pl.DataFrame.write_ipc)
COLUMNS = (
    _columns("columns: Arrow IPC", *_ARROW, compression="uncompressed"),
    _columns("columns: Arrow IPC, lz4", *_ARROW, compression="lz4"),
    _columns("columns: Arrow IPC, zstd", *_ARROW, compression="zstd"),
    _columns("columns: Parquet, zstd", pl.read_parquet, pl.DataFrame.write_parquet),
)


def measured(form: Form, things: list[Any]) -> tuple[int, float, float]:
    """Bytes of all, and the least seconds of :data:`RUNS` to write and to read them."""
    writing, reading = [], []
    for _ in range(RUNS):
        began = time.perf_counter()
        written = [form.write(one) for one in things]
        middle = time.perf_counter()
        for one in written:
            form.read(one)
        writing.append(middle - began)
        reading.append(time.perf_counter() - middle)
    return sum(map(len, written)), min(writing), min(reading)


def things(place: Place) -> tuple[list[bytes], list[pl.DataFrame]]:
    """The lines of each segment, and the frames of its columns."""
    lines, frames = [], []
    decoder = Decoder(place.ledger)
    values = place.lines()[: MOST * SIZE]
    for first in range(0, len(values), SIZE):
        some = values[first : first + SIZE]
        lines.append(b"".join(value + b"\n" for value in some))
        decoder.take_values(some)
        files = companions(decoder.columns(), first, some)
        frames += [pl.read_ipc(io.BytesIO(files[name])) for name in (SCORES, CELLS, WORDS, OTHERS)]
    return lines, frames


def main() -> None:
    """Print the table."""
    place = Place(**json.loads(sys.argv[1]))
    lines, frames = things(place)
    raw = sum(map(len, lines))
    events = sum(one.count(b"\n") for one in lines)
    print(f"{events:,} events in {len(lines)} segments, {raw / 1e6:.1f} MB of canonical bytes\n")
    print("| form | MB | of the bytes | write, s | read, s |")
    print("|---|---:|---:|---:|---:|")
    for form, given in (*((one, lines) for one in ROWS), *((one, frames) for one in COLUMNS)):
        size, writing, reading = measured(form, given)
        print(f"| {form.name} | {size / 1e6:.1f} | {size / raw:.3f} | {writing:.2f} | {reading:.2f} |")


if __name__ == "__main__":
    main()
