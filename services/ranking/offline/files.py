"""A CSV file as rows of cells: delimiter by its header, UTF-8 with or without BOM, one fault a line."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from services.ranking.offline.faults import RowFault, RowRefused, refused

DELIMITERS: Final = (",", ";")
_UNDECODED: Final = re.compile("[\ud800-\udfff]")
_TELL_EVERY: Final = 50_000


def opened(path: Path) -> TextIO:
    """A file as :class:`Table` reads it: lines end with a line feed, wrong bytes are surrogates."""
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n")


class Table:
    """One file while it is read.  ``columns`` are its header's names, in file order.

    Bytes that are not UTF-8 come as lone surrogates, so that one bad line is one fault and never ends the
    reading.
    """

    def __init__(self, path: Path, text: TextIO, faults: list[RowFault]) -> None:
        self.path = path
        self.faults = faults
        self.columns: tuple[str, ...] = ()
        self.delimiter = ","
        self.line = 1
        """The line read last."""
        self._text = text

    def fault(self, refusal: RowRefused, line: int) -> None:
        """Note a bad row that begins on ``line``."""
        self.faults.append(
            RowFault(
                str(self.path), line, refusal.column, refusal.code, refusal.message_vi, refusal.message_en
            )
        )

    def header(self, required: Sequence[str], optional: Sequence[str], *, more: bool) -> bool:
        """Read the header: its delimiter, its columns.  False, with faults, when it is not as wanted.

        ``more`` allows columns that are named neither way.
        """
        first = self._text.readline()
        found = [self._split(first, delimiter) for delimiter in DELIMITERS]
        best = max(found, key=lambda names: len(set(names) & {*required, *optional}))
        self.delimiter = DELIMITERS[found.index(best)]
        self.columns = tuple(best)
        refusals = [refused("column-missing", name, name) for name in required if name not in best]
        refusals += [
            refused("column-unknown", name, name)
            for n, name in enumerate(best)
            if name in best[:n] or (not more and name not in required and name not in optional)
        ]
        if _UNDECODED.search(first):
            refusals = [refused("encoding", "")]
        for refusal in refusals:
            self.fault(refusal, 1)
        return not refusals

    @staticmethod
    def _split(line: str, delimiter: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            return []

    def lines(self, tell: Callable[[int], None]) -> Iterator[str]:
        """Every line below the header.  ``tell`` hears how many bytes are read, now and then."""
        told = _TELL_EVERY
        for line in self._text:
            self.line += 1
            yield line
            if self.line >= told:
                told += _TELL_EVERY
                tell(self._text.buffer.tell())

    def cells(self, line: str) -> list[str] | None:
        """The cells of the row that begins with ``line``, in NFC; more lines are taken while a quote is open.

        None, with a fault unless the line is blank, when there is no such row.
        """
        begins = self.line
        reader = csv.reader(self._and_on(line), delimiter=self.delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            self.fault(refused("quotes", ""), begins)
            return None
        plain = line.isascii() and self.line == begins
        if not plain and any(_UNDECODED.search(cell) for cell in cells):
            self.fault(refused("encoding", ""), begins)
            return None
        if len(cells) != len(self.columns):
            if cells:
                self.fault(refused("columns", "", len(cells), len(self.columns)), begins)
            return None
        return cells if plain else [unicodedata.normalize("NFC", cell) for cell in cells]

    def _and_on(self, line: str) -> Iterator[str]:
        yield line
        for more in self._text:
            self.line += 1
            yield more

    def rows(self, tell: Callable[[int], None]) -> Iterator[tuple[int, list[str]]]:
        """Every row that can be read, with the line on which it begins."""
        for line in self.lines(tell):
            begins = self.line
            cells = self.cells(line)
            if cells is not None:
                yield begins, cells
