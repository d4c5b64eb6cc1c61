"""Offline tables: no bytes break the reader, and the order of rows says nothing."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.engine import table
from services.ranking.engine.compute import open_units
from services.ranking.engine.context import context_of
from services.ranking.engine.sheet import Sheet, judge
from services.ranking.offline.output import as_csv, as_json
from tests.property.cycles import cycle
from tests.support.board import DEMO, EXPECTED, Board, register_units, rulebook_2020, state_inputs
from tests.support.examples import examples
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


@settings(max_examples=examples(100), deadline=None)
@given(name=NAMES, content=st.binary(max_size=200), headed=st.booleans(), partial=st.booleans())
def test_no_bytes_break_the_reader(name: str, content: bytes, headed: bool, partial: bool) -> None:
    header = HEADERS.get(name, "unit,area,name\n").encode() if headed else b""
    outcome_of({"units": (DEMO / "units.csv").read_bytes(), name: header + content}, partial=partial)


@settings(max_examples=examples(100), deadline=None)
@given(name=NAMES, rows=st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=8), comma=st.booleans())
def test_no_rows_break_the_checks(name: str, rows: list[list[str]], comma: bool) -> None:
    text = HEADERS.get(name, "unit,area,name\n") + "".join(",".join(cells) + "\n" for cells in rows)
    whole = {"units": (DEMO / "units.csv").read_bytes(), name: text.encode("utf-8", "surrogatepass")}
    outcome_of(whole, partial=True, decimal_comma=comma)


@settings(max_examples=examples(25), deadline=None)
@given(data=st.data())
def test_the_order_of_rows_changes_nothing_except_of_adjustments_and_decisions(data: st.DataObject) -> None:
    shuffled = dict(FOUR)
    for name in ("units", "scores", "facts"):
        header, *rows = FOUR[name].splitlines(keepends=True)
        shuffled[name] = header + "".join(data.draw(st.permutations(rows)))
    assert table_of(shuffled) == expected()


@lru_cache
def expected() -> tuple[str, str]:
    return table_of(FOUR)


@settings(max_examples=examples(25), deadline=None)
@given(data=st.data())
def test_the_same_inputs_stated_as_events_give_the_same_rows(data: st.DataObject) -> None:
    header, *rows = (EXPECTED / "expected-inputs.csv").read_text("utf-8").splitlines(keepends=True)
    kept = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    text = header + "".join(row for row, keep in zip(rows, kept, strict=True) if keep)
    units = (DEMO / "units.csv").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        tables = computed(Path(folder), BOOK, {"units": units, "inputs": text})
        board = Board(BOOK)
        register_units(board)
        state_inputs(board, Path(folder) / "inputs.csv")
    assert tables.standings is not None
    assert table(tables.standings) == board.lines()


def without_history(sheet: Sheet) -> Sheet:
    return replace(sheet, leaves=tuple(leaf._replace(history=()) for leaf in sheet.leaves))


@pytest.mark.parametrize("seed", range(20))
def test_a_sheet_without_history_says_the_same_as_one_with_it(seed: int) -> None:
    _, board = cycle(seed)
    state = board.state()
    context = context_of(state)
    assert context is not None
    for area, units in open_units(state, context.newest).items():
        for code, unit in units:
            whole = judge(code, code, area, unit.facts, context)
            assert judge(code, code, area, unit.facts, context, history=False) == without_history(whole)
