"""The files of a computation, read one after the other into a
:class:`~services.ranking.offline.given.Given`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from services.ranking.offline.faults import RowFault, RowRefused, refused
from services.ranking.offline.files import Table, opened
from services.ranking.offline.given import Given
from services.ranking.offline.rows import Rows, as_inputs

Tell = Callable[[int], None]
"""Hears how many bytes of the file at hand are read."""

_SCORES: Final = ("unit", "criterion", "stage", "value")
_ADJUSTMENTS: Final = ("unit", "code", "occurrence_ref")
_INPUTS: Final = ("kind", "unit", "code", "stage", "value", "target", "ref")
_IN_INPUTS: Final = {
    "score": {"criterion": "code"},
    "adjustment": {"occurrence_ref": "ref", "points": "value"},
    "fact": {"fact": "code"},
    "decision": {"decision": "code", "place": "value"},
}
"""Names of cells of the four files in the one file that replaces them."""


@dataclass(frozen=True, slots=True)
class Files:
    """What the command line names.  ``inputs`` replaces the four others."""

    units: Path
    scores: Path | None = None
    adjustments: Path | None = None
    facts: Path | None = None
    decisions: Path | None = None
    inputs: Path | None = None

    def size(self) -> int:
        """Bytes of all of them."""
        named = (self.units, self.scores, self.adjustments, self.facts, self.decisions, self.inputs)
        return sum(path.stat().st_size for path in named if path is not None)


def read(files: Files, given: Given, tell: Tell, *, decimal_comma: bool) -> list[RowFault]:
    """Read every file into ``given``; returns every bad row, file by file.  ``tell`` hears bytes in total."""
    rows = Rows(given, decimal_comma=decimal_comma)
    faults: list[RowFault] = []
    done = 0
    for path, work in (
        (files.units, _units),
        (files.scores, _scores),
        (files.adjustments, _adjustments),
        (files.facts, _facts),
        (files.decisions, _decisions),
        (files.inputs, _inputs),
    ):
        if path is None:
            continue
        with opened(path) as text:
            work(Table(path, text, faults), rows, partial(_and_before, tell, done))
        done += path.stat().st_size
        tell(done)
        if faults and not given.units:
            break  # without a single unit every other row would be bad
    return faults


def _and_before(tell: Tell, before: int, size: int) -> None:
    tell(before + size)


def _each(table: Table, names: Sequence[str], take: Callable[..., None], tell: Tell) -> None:
    """Give the cells of ``names`` of every row to ``take``; an optional column that is absent gives ""."""
    at = [table.columns.index(name) if name in table.columns else None for name in names]
    for begins, cells in table.rows(tell):
        try:
            take(*("" if n is None else cells[n] for n in at))
        except RowRefused as refusal:
            table.fault(refusal, begins)


def _units(table: Table, rows: Rows, tell: Tell) -> None:
    if table.header(("unit", "area", "name"), ("valid_from", "valid_to"), more=True):
        names = table.columns
        _each(table, names, lambda *cells: rows.unit(dict(zip(names, cells, strict=True))), tell)


def _adjustments(table: Table, rows: Rows, tell: Tell) -> None:
    if table.header(_ADJUSTMENTS, ("points",), more=False):
        _each(table, (*_ADJUSTMENTS, "points"), rows.adjustment, tell)


def _facts(table: Table, rows: Rows, tell: Tell) -> None:
    if table.header(("unit", "fact", "value"), (), more=False):
        _each(table, ("unit", "fact", "value"), rows.fact, tell)


def _decisions(table: Table, rows: Rows, tell: Tell) -> None:
    if table.header(("decision", "unit", "place"), (), more=False):
        _each(table, ("decision", "unit", "place"), rows.decision, tell)


def _scores(table: Table, rows: Rows, tell: Tell) -> None:
    """The one long file: what the rest of a line says is worked out once for each area and remembered."""
    if not table.header(_SCORES, ("target",), more=False):
        return
    names = (*_SCORES, "target")
    at = [table.columns.index(name) if name in table.columns else None for name in names]
    quick = table.columns[0] == "unit"
    units, seen, delimiter = rows.given.units, rows.given.seen, table.delimiter
    for line in table.lines(tell):
        if quick:
            # Nothing is in this memory but lines that were read as rows, and without a quote in them.
            code, _, rest = line.partition(delimiter)
            unit = units.get(code)
            if unit is not None:
                told = unit.lines.get(rest)
                if told is not None:
                    place, fact = told
                    place += unit.first
                    if not seen[place]:
                        seen[place] = 1
                        if fact is not None:
                            unit.scores.append(fact)
                        continue
        begins = table.line
        cells = table.cells(line)
        if cells is None:
            continue
        code, *key = ("" if n is None else cells[n] for n in at)
        try:
            told = rows.score(code, *key)
        except RowRefused as refusal:
            table.fault(refusal, begins)
        else:
            if quick and '"' not in line:
                units[code].lines[line.partition(delimiter)[2]] = told


def _inputs(table: Table, rows: Rows, tell: Tell) -> None:
    if not table.header(_INPUTS, (), more=False):
        return

    def take(kind: str, unit: str, code: str, stage: str, value: str, target: str, ref: str) -> None:
        if kind not in _IN_INPUTS:
            raise refused("unknown-kind", "kind", kind)
        if kind != "score" and stage:
            raise refused("no-stage-here", "stage", stage)
        if kind != "score" and target:
            raise refused("target-not-wanted", "target")
        checks: dict[str, Callable[[], object]] = {
            "score": partial(rows.score, unit, code, stage, value, target),
            "adjustment": partial(rows.adjustment, unit, code, ref, value),
            "fact": partial(rows.fact, unit, code, value),
            "decision": partial(rows.decision, code, unit, value),
        }
        as_inputs(checks[kind], _IN_INPUTS[kind])

    _each(table, _INPUTS, take, tell)
