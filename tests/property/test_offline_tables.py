"""Offline tables: no bytes break the reader, and the order of rows says nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.ranking.offline.output import as_csv, as_json
from tests.support.board import DEMO, rulebook_2020
from tests.support.tables import HEADERS, computed, four_files

BOOK = rulebook_2020()
FOUR = four_files()
CODES = ["", "QH-Q01", "LLVT-PCCC", "XX", "1.2", "2.1", "8.1", "9.9", "T1", "veto:V2", "recognised_models"]
CELLS = st.one_of(
    st.sampled_from(
        [
            *CODES,
            "department",
            "self",
            "standing",
            "NA",
            "NO_TARGET",
            "5",
            "0",
            "-1",
            "1e5",
            "8,5",
            "0.1",
            '"',
        ]
    ),
    st.text(max_size=5),
)
NAMES = st.sampled_from(["units", "scores", "adjustments", "facts", "decisions", "inputs"])


def outcome_of(texts: dict[str, str | bytes], **options: bool) -> object:
    with tempfile.TemporaryDirectory() as folder:
        return computed(Path(folder), BOOK, texts, **options)


def table_of(texts: dict[str, str]) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        found = computed(Path(folder), BOOK, texts)
    assert found.standings is not None, found.faults
    return as_csv(found.standings), as_json(found.standings, found.faults)


@given(name=NAMES, content=st.binary(max_size=200), headed=st.booleans(), partial=st.booleans())
def test_no_bytes_break_the_reader(name: str, content: bytes, headed: bool, partial: bool) -> None:
    header = HEADERS.get(name, "unit,area,name\n").encode() if headed else b""
    outcome_of({"units": (DEMO / "units.csv").read_bytes(), name: header + content}, partial=partial)


@given(name=NAMES, rows=st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=8), comma=st.booleans())
def test_no_rows_break_the_checks(name: str, rows: list[list[str]], comma: bool) -> None:
    text = HEADERS.get(name, "unit,area,name\n") + "".join(",".join(cells) + "\n" for cells in rows)
    whole = {"units": (DEMO / "units.csv").read_bytes(), name: text.encode("utf-8", "surrogatepass")}
    outcome_of(whole, partial=True, decimal_comma=comma)


@given(data=st.data())
def test_the_order_of_rows_changes_nothing_except_of_adjustments_and_decisions(data: st.DataObject) -> None:
    shuffled = dict(FOUR)
    for name in ("units", "scores", "facts"):
        header, *rows = FOUR[name].splitlines(keepends=True)
        shuffled[name] = header + "".join(data.draw(st.permutations(rows)))
    assert table_of(shuffled) == table_of(FOUR)
