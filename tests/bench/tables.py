"""Offline tables of any size from one seed: a rulebook, units, and a score for each unit and criterion."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from tests.support.rulebooks import Json, small_data

QUARTERS = ("", ".25", ".5", ".75")
AREAS = ("A", "B", "C")
LADDER = {
    "metric": "Tỷ lệ hoàn thành",
    "unit": "percent",
    "domain": {"type": "decimal", "gte": "0"},
    "rows": [{"gte": "100", "frac": "1"}, {"gte": "70", "frac": "0.8"}, {"gte": "0", "frac": "0"}],
}


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the files are, and how many score rows there are."""

    rulebook: Path
    units: Path
    scores: Path
    rows: int


def rulebook(criteria: int = 20) -> Json:
    """Twelve entered leaves of twenty, two inspected, and raw inputs of every kind."""
    leaves: list[Json] = []
    for n in range(criteria):
        leaf: Json = {"id": f"{1 + n // 5}.{1 + n % 5}", "max": "5"}
        leaf |= {
            3: {"input": "ratio"},
            7: {"input": "count", "per": "0.5"},
            11: {"input": "ladder", "ladder": LADDER},
            13: {"stage": "external", "source_max": "50"},
            17: {"stage": "inspection"},
            19: {"stage": "inspection"},
        }.get(n % 20, {})
        leaves.append(leaf)
    return small_data(
        *leaves,
        areas=AREAS,
        tie_breaks=[{"by": "base", "order": "desc"}, {"by": "group:1", "order": "desc"}],
        quotas=[
            {
                "class": "EXCELLENT",
                "fraction": "0.2",
                "denominator": "units_ranked_in_area",
                "rounding": "floor",
            }
        ],
    )


def write(folder: Path, units: int, criteria: int = 20, seed: int = 2020) -> Tables:
    """Write the three files into ``folder``; the rows of the scores come in no order."""
    made = Tables(folder / "rulebook.yaml", folder / "units.csv", folder / "scores.csv", units * criteria)
    # JSON is YAML 1.2, with every decimal quoted.
    made.rulebook.write_text(json.dumps(rulebook(criteria), ensure_ascii=False, indent=1), "utf-8")
    dice = random.Random(seed)
    codes = [f"DV-{n:06d}" for n in range(units)]
    lines = [f"{code},{AREAS[n % len(AREAS)]},Đơn vị số {n}\n" for n, code in enumerate(codes)]
    made.units.write_text("unit,area,name\n" + "".join(lines), "utf-8")
    pairs = [(code, n) for code in codes for n in range(criteria)]
    dice.shuffle(pairs)
    with made.scores.open("w", encoding="utf-8") as file:
        file.write("unit,criterion,stage,value,target\n")
        file.writelines(f"{code},{1 + n // 5}.{1 + n % 5},{_cells(n % 20, dice)}\n" for code, n in pairs)
    return made


def _cells(kind: int, dice: random.Random) -> str:
    """Stage, value and target of one row."""
    if kind == 3:
        return f"department,{dice.randrange(200)},{dice.randrange(80, 220)}"
    if kind == 7:
        return f"department,{dice.randrange(16)},"
    if kind == 11:
        return f"department,{dice.randrange(40, 130)},"
    if kind == 13:
        return f"external,{dice.randrange(51)},"
    quarters = dice.randrange(8, 21)
    stage = "inspection" if kind in (17, 19) else "department"
    return f"{stage},{quarters // 4}{QUARTERS[quarters % 4]},"
