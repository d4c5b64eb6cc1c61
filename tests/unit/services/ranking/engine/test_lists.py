"""Rank lists beside the boards (rulebook format §7)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from services.ranking.engine import State
from services.ranking.engine.lists import (
    SideList,
    UnknownList,
    UnknownMeasure,
    list_body,
    measures,
    side_list,
)
from tests.support.board import Board, register_units, rulebook_2020, state_inputs
from tests.support.rulebooks import small

KIND = {"groupings": [{"id": "kind", "label": "Loại hình", "attribute": "kind"}]}
LISTS = {"rank_lists": ["area", "criterion", "group", "overall", "grouping:kind"], **KIND}


@pytest.fixture(scope="module")
def example() -> State:
    board = Board(rulebook_2020())
    register_units(board)
    state_inputs(board)
    return board.state()


def ranks(found: SideList) -> dict[str | None, list[tuple[str, int | None]]]:
    return {section.key: [(row.unit, row.rank) for row in section.rows] for section in found.sections}


def two_areas(style: str = "1224") -> Board:
    book = small(
        {"id": "1.1", "max": "10"},
        {"id": "2.1", "max": {"QH": "5", "LLVT": "5"}},
        areas=("QH", "LLVT"),
        rank_style=style,
        **LISTS,
    )
    board = Board(book)
    for unit, area, kind, score in (
        ("A", "QH", "rural", "9"),
        ("B", "QH", "urban", "9"),
        ("C", "QH", "rural", "7"),
        ("D", "LLVT", "army", "8"),
        ("E", "QH", "rural", None),
    ):
        board.unit(unit, area, kind=kind)
        if score is not None:
            board.score(unit, "1.1", score)
    return board


def test_a_criterion_is_ranked_within_each_area_by_its_own_maximum(example: State) -> None:
    found = side_list(example, "criterion", "criterion:1.1")
    assert [section.key for section in found.sections] == ["QH", "CNLD", "LLVT"]
    assert {row.max for row in found.sections[1].rows} == {Fraction(8)}
    best = found.sections[0].rows[0]
    assert (best.unit, best.rank, best.value) == ("QH-Q01", 1, Fraction(6))


def test_an_area_where_the_criterion_does_not_apply_has_no_section(example: State) -> None:
    assert [section.key for section in side_list(example, "criterion", "criterion:4.2").sections] == [
        area.id for area in rulebook_2020().areas if area.id in rulebook_2020().leaf["4.2"].max
    ]


def test_equal_values_share_a_rank_and_who_has_none_comes_last() -> None:
    assert ranks(side_list(two_areas().state(), "criterion", "criterion:1.1")) == {
        "QH": [("A", 1), ("B", 1), ("C", 3), ("E", None)],
        "LLVT": [("D", 1)],
    }


def test_the_rank_style_of_the_rulebook_holds_in_every_list() -> None:
    assert ranks(side_list(two_areas("1223").state(), "criterion"))["QH"][2] == ("C", 2)


def test_the_overall_list_ranks_across_areas() -> None:
    assert ranks(side_list(two_areas().state(), "overall")) == {
        None: [("A", 1), ("B", 1), ("D", 3), ("C", 4), ("E", None)]
    }


def test_a_grouping_ranks_the_units_of_an_area_that_share_a_value() -> None:
    assert ranks(side_list(two_areas().state(), "grouping:kind")) == {
        "rural": [("A", 1), ("C", 2), ("E", None)],
        "urban": [("B", 1)],
        "army": [("D", 1)],
    }


def test_another_kind_of_a_unit_changes_no_rank_of_the_boards() -> None:
    board = two_areas()
    before = board.body()
    board.unit("A", "QH", kind="urban")
    assert board.body() == before
    assert ranks(side_list(board.state(), "grouping:kind"))["urban"] == [("A", 1), ("B", 1)]


def test_each_list_takes_its_first_measure_by_default_and_only_its_own() -> None:
    rules = rulebook_2020()
    assert measures(rules, "criterion")[0] == "criterion:1.1"
    assert measures(rules, "group")[0] == f"group:{rules.groups[0].id}"
    assert measures(rules, "overall")[0] == "ranking_score"
    assert not any(":" in one for one in measures(rules, "overall"))
    assert "criterion:1.1" in measures(rules, "grouping:kind")


@pytest.mark.parametrize("name", ["area", "grouping:nobody", "x", ""])
def test_what_the_rulebook_does_not_declare_is_no_list(example: State, name: str) -> None:
    with pytest.raises(UnknownList):
        side_list(example, name)


@pytest.mark.parametrize(
    ("name", "measure"),
    [("criterion", "base"), ("overall", "criterion:1.1"), ("group", "group:99"), ("overall", "x")],
)
def test_a_measure_that_a_list_cannot_rank_by_is_refused(example: State, name: str, measure: str) -> None:
    with pytest.raises(UnknownMeasure):
        side_list(example, name, measure)


def test_without_a_rulebook_there_is_no_list() -> None:
    with pytest.raises(UnknownList):
        side_list(Board().state(), "overall")


def test_the_body_has_decimal_strings() -> None:
    row = list_body(side_list(two_areas().state(), "criterion"))["sections"][0]["rows"][0]
    assert row == {"rank": 1, "unit": "A", "name": "Đơn vị A", "area": "QH", "value": "9.00", "max": "10.00"}
