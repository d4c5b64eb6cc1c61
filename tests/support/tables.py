"""Offline tables for tests: texts become files, and files a computation."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from services.ranking.offline.command import Outcome, compute_tables
from services.ranking.offline.output import as_csv
from services.ranking.offline.sources import Files
from shared.rulebook import Rulebook
from tests.support.board import DEMO, EXPECTED, read_csv

UNITS = "unit,area,name\nA1,QH,Đơn vị A1\nA2,QH,Đơn vị A2\nC1,CNLD,Đơn vị C1\n"
HEADERS = {
    "scores": "unit,criterion,stage,value,target\n",
    "adjustments": "unit,code,occurrence_ref,points\n",
    "facts": "unit,fact,value\n",
    "decisions": "decision,unit,place\n",
    "inputs": "kind,unit,code,stage,value,target,ref\n",
}


def write(folder: Path, texts: Mapping[str, str | bytes]) -> Files:
    """Write each text as ``<name>.csv``; units and an empty table of scores if none are given."""
    texts = {"units": UNITS, **texts}
    if "inputs" not in texts:
        texts = {"scores": HEADERS["scores"], **texts}
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return Files(**paths)


def computed(folder: Path, rulebook: Rulebook, texts: Mapping[str, str | bytes], **options: bool) -> Outcome:
    """The outcome of tables given as texts."""
    return compute_tables(rulebook, write(folder, texts), **options)


def lines(outcome: Outcome) -> list[str]:
    """The rows of the table, without its header."""
    assert outcome.standings is not None, outcome.faults
    return as_csv(outcome.standings).splitlines()[1:]


def four_files() -> dict[str, str]:
    """The expected inputs of 2020, taken apart into the four separate tables; and its units."""
    columns = {
        "score": ("scores", ("unit", "code", "stage", "value", "target")),
        "adjustment": ("adjustments", ("unit", "code", "ref", "value")),
        "fact": ("facts", ("unit", "code", "value")),
        "decision": ("decisions", ("code", "unit", "value")),
    }
    texts = {name: io.StringIO() for name, _ in columns.values()}
    for name, text in texts.items():
        text.write(HEADERS[name])
    for row in read_csv(EXPECTED / "expected-inputs.csv"):
        name, wanted = columns[row["kind"]]
        csv.writer(texts[name], lineterminator="\n").writerow(row[column] for column in wanted)
    return {
        "units": (DEMO / "units.csv").read_text("utf-8"),
        **{name: text.getvalue() for name, text in texts.items()},
    }
