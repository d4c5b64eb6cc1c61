"""Given the scores of a dossier, when they are laid out, then each stands in its cell and sums are exact."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from services.inspections.dossier_sheet import Block, blocks_of
from services.inspections.known import Entry as Known
from services.inspections.known import KnownUnit
from tests.support.deciding import rulebook


def unit(area: str = "QH", **values: str) -> KnownUnit:
    """A unit with department scores: ``c1_2="5.75"``."""
    held = {(name[1:].replace("_", "."), "department"): (Known(value),) for name, value in values.items()}
    return KnownUnit("QH-Q01", area, "Quận Đoàn 1", values=held)


def score(number: int, stage: str, value: str, *, withdrawn: bool = False) -> dict[str, Any]:
    return {"criterion": "1.2", "stage": stage, "value": value, "number": number, "withdrawn": withdrawn}


def block(blocks: list[Block], id_: str) -> Block:
    return next(one for one in blocks if one.id == id_)


def test_each_criterion_of_the_area_stands_once_under_its_group_in_the_rulebooks_order() -> None:
    for area in ("QH", "CNLD", "LLVT"):
        blocks = blocks_of(rulebook(), unit(area), [], [])
        applying = [leaf.id for leaf in rulebook().leaves if area in leaf.max]
        assert [line.leaf.id for one in blocks for line in one.lines] == applying
        assert sum(one.most for one in blocks) == rulebook().area[area].total


def test_a_group_has_a_sum_once_each_of_its_criteria_has_an_official_value() -> None:
    short = block(blocks_of(rulebook(), unit(c1_2="5.75", c1_3="4.5"), [], []), "1")
    assert (short.points, short.missing) == (None, 1)
    held = unit(c1_2="5.75", c1_3="4.5")
    values = {**held.values, ("1.1", "department"): (Known("100", "100"),)}
    full = block(blocks_of(rulebook(), replace(held, values=values), [], []), "1")
    assert full.missing == 0
    assert full.points == Fraction("5.75") + Fraction("4.5") + full.lines[0].leaf.max["QH"]


def test_a_value_that_was_replaced_or_withdrawn_stays_and_the_latest_of_its_stage_stands() -> None:
    scores = [
        score(1, "self", "6"),
        score(2, "department", "4"),
        score(4, "department", "5", withdrawn=True),
        score(3, "department", "4.5"),
        score(2, "inspection", "3"),
    ]
    lines = {line.leaf.id: line for one in blocks_of(rulebook(), unit(), scores, []) for line in one.lines}
    own, body, inspection, decided = lines["1.2"].cells
    assert [(one.score["value"], one.stands) for one in body] == [("4", False), ("5", False), ("4.5", True)]
    assert [one.stands for one in (*own, *inspection)] == [True, True]
    assert (decided, lines["1.3"].cells) == ((), ((), (), (), ()))


def test_a_conflict_marks_the_bodys_value_and_no_other_of_the_same_number() -> None:
    scores = [score(2, "department", "4"), score(2, "inspection", "3")]
    blocks = blocks_of(rulebook(), unit(), scores, [{"criterion": "1.2", "number": 2}])
    line = next(line for line in block(blocks, "1").lines if line.leaf.id == "1.2")
    assert [one.conflict for cell in line.cells for one in cell] == [True, False]
