"""No text that this suite writes into a CSV file is a formula to a spreadsheet that opens it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so could be taken for a formula by a spreadsheet."""

_NUMBER = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)


def csv_text(value: str) -> str:
    """``value`` as a cell of CSV: an apostrophe before what a spreadsheet would compute; a number stays."""
    return f"'{value}" if value.startswith(RISKY) and _NUMBER.fullmatch(value) is None else value


def csv_file(rows: Iterable[Sequence[str]]) -> bytes:
    """``rows`` as a spreadsheet of Vietnam opens them: UTF-8 with BOM, semicolons, no cell a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([csv_text(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")
