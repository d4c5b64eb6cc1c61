"""The difference of two standings: five levels, whole, and each change explained (audit §5.4)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from services.ranking.engine import compute
from services.ranking.engine.difference import (
    ABSENT,
    OTHERS,
    OWN,
    Difference,
    difference,
    difference_body,
    head,
)
from shared.rulebook import Rulebook
from tests.support.board import Board
from tests.support.rulebooks import small

QUOTA = {
    "class": "EXCELLENT",
    "fraction": "0.2",
    "denominator": "units_ranked_in_area",
    "rounding": "floor",
    "min_per_area": 1,
}
CLASSES = [
    {"id": "EXCELLENT", "label": "Xuất sắc", "gte": "90"},
    {"id": "GOOD", "label": "Tốt", "gte": "70"},
    {"id": "LAST", "label": "Còn lại"},
]
LEAVES = ({"id": "1.1", "max": "80"}, {"id": "2.1", "max": "20"})


def rules(**more: Any) -> Rulebook:
    return small(*LEAVES, **{"classes": CLASSES, "quotas": [QUOTA], "areas": ("QH", "LLVT"), **more})


def board(scores: dict[str, tuple[str, str]], rulebook: Rulebook | None = None) -> Board:
    """Units of area QH with their two scores."""
    made = Board(rulebook or rules())
    for unit, values in scores.items():
        made.unit(unit)
        for leaf, value in zip(LEAVES, values, strict=True):
            made.score(unit, str(leaf["id"]), value)
    return made


FIVE = {"A": ("78", "18"), "B": ("77", "18"), "C": ("60", "15"), "D": ("60", "10"), "E": ("50", "10")}


def between(before: Board, after: Board) -> Difference:
    return difference(compute(before.state()), compute(after.state()))


def test_nothing_differs_from_itself() -> None:
    found = between(board(FIVE), board(FIVE))
    assert found.empty
    assert found.changed == ()
    assert head(found) == {
        "units": 5,
        "changed": 0,
        "skipped": 0,
        "appeared": [],
        "left": [],
        "marks": 10,
        "marks_changed": 0,
        "totals_changed": 0,
        "ranks_changed": 0,
        "classes_changed": 0,
        "pairs_changed": 0,
    }


def test_a_correction_in_one_unit_that_demotes_another_across_the_quota_line_explains_both() -> None:
    # given B second and GOOD behind the one place of the quota, and a correction that puts it first
    before, after = board(FIVE), board(FIVE)
    after.decide("B", "1.1", "79")
    # when
    found = between(before, after)
    # then both are told, one moved by its own mark, the other by it
    a, b = found.unit("A"), found.unit("B")
    assert a is not None
    assert b is not None
    assert a.before is not None
    assert a.after is not None
    assert (a.moved_by, a.marks) == (OTHERS, ())
    assert (a.before.rank, a.before.class_id) == (1, "EXCELLENT")
    assert (a.after.rank, a.after.class_id, a.after.reasons) == (2, "GOOD", ("QUOTA:EXCELLENT",))
    assert b.moved_by == OWN
    assert [mark.criterion for mark in b.marks] == ["1.1"]
    # and the class matrix, the quota line and the pair say how
    body = difference_body(found)
    area = body["areas"][0]
    assert area["matrix"]["before"] == ["EXCELLENT", "GOOD", "LAST", None]
    assert area["matrix"]["counts"] == [[0, 1, 0, 0], [1, 2, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert (
        area["quotas"]["before"]
        == area["quotas"]["after"]
        == [{"class": "EXCELLENT", "candidates": 2, "denominator": 5, "allowed": 1, "kept": 1}]
    )
    assert area["pairs"] == [
        {
            "upper": "B",
            "lower": "A",
            "before": {"order": "below", "by": "ranking_score", "upper": "95.00", "lower": "96.00"},
            "after": {"order": "above", "by": "ranking_score", "upper": "97.00", "lower": "96.00"},
        }
    ]
    assert body["head"]["changed"] == 2


def test_a_mark_says_points_state_and_stage_on_both_sides() -> None:
    before, after = board(FIVE), board(FIVE)
    after.decide("C", "2.1", None, state="NOT_APPLICABLE")
    found = between(before, after)
    (unit,) = [one for one in difference_body(found)["units"] if one["marks"]]
    assert unit["marks"] == [
        {
            "criterion": "2.1",
            "before": {
                "state": "SCORED",
                "stage": "department",
                "points": "15.00",
                "contribution": "15.00",
                "max": "20.00",
            },
            "after": {
                "state": "NOT_APPLICABLE",
                "stage": "standing",
                "points": None,
                "contribution": "0.00",
                "max": "20.00",
            },
        }
    ]
    assert unit["after"]["caps"] == ["RESCALED:2.1"]


def test_caps_that_take_something_off_are_named() -> None:
    bonus = {"cap_total": "1", "items": [{"code": "T1", "label": "T1", "per": "1"}]}
    before, after = board(FIVE, rules(bonus=bonus)), board(FIVE, rules(bonus=bonus))
    for ref in ("x", "y"):
        after.bonus("E", "T1", ref)
    unit = between(before, after).unit("E")
    assert unit is not None
    assert unit.after is not None
    assert (unit.after.bonus, unit.after.caps) == (Fraction(1), ("BONUS_CAP:T1",))


@pytest.mark.parametrize(("order", "upper"), [((["C"], ["D"]), "C"), ((["D"], ["C"]), "D")])
def test_a_tie_that_the_committee_decides_names_the_decision(
    order: tuple[list[str], ...], upper: str
) -> None:
    chain = {"tie_breaks": [{"by": "criterion:2.1", "order": "desc"}, {"by": "committee_decision"}]}
    tied = FIVE | {"D": FIVE["C"]}
    before, after = board(tied, rules(**chain)), board(tied, rules(**chain))
    after.tie("QH", *order)
    (pair,) = between(before, after).areas[0].pairs
    assert (pair.upper, pair.before.order, pair.before.by) == (upper, "level", None)
    assert (pair.after.order, pair.after.by, pair.after.upper) == ("above", "committee_decision", None)


def test_the_step_of_the_chain_that_parts_a_pair_is_named_with_both_values() -> None:
    chain = {"tie_breaks": [{"by": "criterion:2.1", "order": "desc"}]}
    same_total = FIVE | {"D": ("58", "17")}
    before, after = board(same_total, rules(**chain)), board(same_total, rules(**chain))
    after.decide("C", "2.1", "17.25")
    after.decide("C", "1.1", "57.75")
    (pair,) = between(before, after).areas[0].pairs
    assert (pair.upper, pair.before.by, pair.after.by) == ("C", "criterion:2.1", "criterion:2.1")
    assert (pair.before.upper, pair.before.lower) == (Fraction(15), Fraction(17))
    assert (pair.after.upper, pair.after.lower) == (Fraction("17.25"), Fraction(17))


def test_a_unit_on_one_side_only_is_named_and_counted_as_absent() -> None:
    before, after = board({name: FIVE[name] for name in "ABCD"}), board(FIVE)
    found = between(before, after)
    assert head(found)["appeared"] == ["E"]
    assert head(between(after, before))["left"] == ["E"]
    area = found.areas[0]
    assert area.old[-1] == ABSENT
    assert ABSENT not in area.new
    assert sum(sum(row) for row in area.counts[:-1]) == 4


def test_a_unit_that_moves_to_another_area_leaves_one_board_and_appears_on_the_other() -> None:
    before, after = board(FIVE), board(FIVE)
    after.unit("E", "LLVT")
    found = between(before, after)
    unit = found.unit("E")
    assert unit is not None
    assert unit.before is not None
    assert unit.after is not None
    assert (unit.before.area, unit.after.area) == ("QH", "LLVT")
    assert [(area.area, sum(map(sum, area.counts))) for area in found.areas] == [("QH", 5), ("LLVT", 1)]
    assert [one.unit for one in found.units] == ["A", "B", "C", "D", "E"]


def test_ranked_and_unranked_units_have_an_order_without_values() -> None:
    before, after = board({"A": FIVE["A"]}), board({"A": FIVE["A"]})
    for one in (before, after):
        one.unit("B")
    after.withdraw("A", "1.1")
    after.withdraw("A", "2.1")
    after.score("B", "1.1", "3")
    (pair,) = between(before, after).areas[0].pairs
    assert (pair.upper, pair.before.order, pair.before.by, pair.after.by) == (
        "B",
        "below",
        "unranked",
        "unranked",
    )


def test_before_the_first_rulebook_everything_appears() -> None:
    found = between(Board(), board(FIVE))
    assert head(found)["appeared"] == ["A", "B", "C", "D", "E"]
    assert found.rulebook_before is None
    assert found.areas[0].old == (None, ABSENT)


def test_units_come_in_the_order_of_areas_then_codes_whatever_came_first() -> None:
    before = Board(rules())
    for unit, area in (("Z", "LLVT"), ("B", "QH"), ("A", "LLVT"), ("C", "QH")):
        before.unit(unit, area)
    assert [one.unit for one in between(before, before).units] == ["B", "C", "A", "Z"]
