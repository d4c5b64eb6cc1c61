"""Cases of ranking, ties and quotas that a yearly cycle really meets."""

from __future__ import annotations

from typing import Any

import pytest

from services.ranking.engine import compute, digest
from services.ranking.engine.ranks import rank_list
from tests.support.board import Board, rulebook_2020
from tests.support.rulebooks import build, example_data, small, small_data

BOOK = rulebook_2020()


def complete(board: Board, unit: str, area: str = "QH", **given: str | None) -> None:
    """All leaves at their maximum, save ``given`` (named ``l1_2`` for 1.2; None: left out)."""
    for leaf in BOOK.leaves:
        if area in leaf.max:
            value = given.get("l" + leaf.id.replace(".", "_"), str(leaf.max[area]))
            if value is not None:
                board.decide(unit, leaf.id, value)


def board_with(*units: str, area: str = "QH", **rules: Any) -> Board:
    board = Board(build(example_data() | rules))
    for unit in units:
        board.unit(unit, area)
    return board


def test_zero_everywhere_is_complete_and_is_not_nothing() -> None:
    board = board_with("A", "B")
    for leaf in BOOK.leaves:
        board.decide("A", leaf.id, "0")
    a = board.row("A")
    assert (a["total"], a["rank"], a["class"], a["complete"]) == ("0.00", 1, "NOT_COMPLETED", True)
    assert board.row("B")["total"] is None


def test_all_units_below_the_threshold_leave_the_best_class_empty_although_min_is_one() -> None:
    board = board_with("A", "B")
    complete(board, "A", l1_1="0", l2_1="0")
    complete(board, "B", l1_1="0", l2_1="0", l1_2="0")
    assert [row.class_id for row in board.rows().values()] == ["GOOD", "GOOD"]


def test_a_correction_of_one_unit_moves_another_across_the_quota_line() -> None:
    board = board_with("A", "B")
    complete(board, "A", l1_2="5")
    complete(board, "B", l1_2="4")
    assert [row.class_id for row in board.rows().values()] == ["EXCELLENT", "GOOD"]
    board.decide("B", "1.2", "6", stage="appeal")
    rows = board.rows()
    assert [row.class_id for row in rows.values()] == ["EXCELLENT", "GOOD"]
    assert [unit for unit, row in rows.items() if row.class_id == "EXCELLENT"] == ["B"]
    assert rows["A"].reasons == ("QUOTA:EXCELLENT",)


def test_a_full_tie_shares_a_rank_whatever_the_names() -> None:
    board = board_with("Z", "A", "M", "B")
    for unit, value in (("Z", "5"), ("A", "4"), ("M", "4"), ("B", "3")):
        board.decide(unit, "1.2", value)
    assert {unit: row.rank for unit, row in board.rows().items()} == {"Z": 1, "A": 2, "M": 2, "B": 4}
    assert board.rows()["A"].reasons == ("INCOMPLETE:20", "TIE")


def test_each_step_of_the_chain_parts_what_the_one_before_left() -> None:
    board = board_with("A", "B", "C", "D", "E", quotas=[])
    for unit in "ABCDE":
        complete(board, unit, l1_2="3", l6_2="3")
    board.decide("A", "1.2", "4")  # base
    for unit in "AB":
        board.penalty(unit, "P1", "x")
    board.decide("B", "6.2", "3.25")  # base again: A 95, B 94.25, the others 94
    for unit, bonus in (("A", 0), ("B", 1), ("C", 1), ("D", 1), ("E", 1)):
        for n in range(bonus):
            board.bonus(unit, "T2", str(n))
    board.conclude("C", models=["M"])
    rows = board.rows()
    assert [row.sheet.unit for row in rows.values()] == ["A", "B", "C", "D", "E"]
    assert [row.rank for row in rows.values()] == [1, 2, 3, 4, 4]
    assert rows["B"].reasons == ("TIE_BROKEN:base",)
    assert rows["C"].reasons == ("TIE_BROKEN:base", "TIE_BROKEN:recognised_models")
    assert rows["D"].reasons == ("TIE_BROKEN:base", "TIE_BROKEN:recognised_models", "TIE")
    board.tie("QH", ["E"], ["D"])
    rows = board.rows()
    assert (rows["E"].rank, rows["D"].rank) == (4, 5)
    assert rows["E"].reasons[-1] == "TIE_BROKEN:committee_decision"


@pytest.mark.parametrize(
    ("order", "ranks"),
    [
        ([["C"], ["B"]], [1, 1, 1]),
        ([["C"], ["A"], ["B"]], [2, 3, 1]),
        ([["B", "C"], ["A"]], [3, 1, 1]),
        ([["X"], ["A"], ["X2", "B"], ["C"]], [1, 2, 3]),
    ],
)
def test_a_committee_decision_orders_tied_units_only_when_it_names_all_of_them(
    order: list[list[str]], ranks: list[int]
) -> None:
    board = board_with("A", "B", "C")
    for unit in "ABC":
        board.decide(unit, "1.2", "4")
    board.tie("QH", *order)
    rows = board.rows()
    assert [rows[unit].rank for unit in "ABC"] == ranks


def test_a_decision_of_another_area_or_on_units_no_longer_tied_changes_nothing() -> None:
    board = board_with("A", "B")
    board.decide("A", "1.2", "4")
    board.decide("B", "1.2", "5")
    board.tie("QH", ["A"], ["B"])
    assert [board.row(unit)["rank"] for unit in "AB"] == [2, 1]
    board.decide("A", "1.2", "5")
    board.tie("CNLD", ["B"], ["A"])
    assert [board.row(unit)["rank"] for unit in "AB"] == [1, 2]
    board.tie("QH", ["A", "B"])
    assert [board.row(unit)["rank"] for unit in "AB"] == [1, 1]


def test_an_incomplete_unit_is_ranked_live_and_has_no_class() -> None:
    board = board_with("A", "B")
    complete(board, "A")
    complete(board, "B", l1_2=None)
    b = board.row("B")
    assert (b["rank"], b["class"], b["total"], b["scored_max"]) == (2, None, "94.00", "94.00")
    assert b["reasons"] == ["INCOMPLETE:1"]
    assert board.body()["provisional"]["reasons"] == ["INCOMPLETE:1", "ROUND_OPEN"]
    board.decide("B", "1.2", "5")
    board.close()
    assert board.body()["provisional"] == {"units": 2, "ranked": 2, "complete": 2, "reasons": []}


def test_a_veto_to_unclassified_leaves_the_unit_complete_without_class() -> None:
    vetoes = example_data()["vetoes"]
    vetoes[0]["effect"] = {"max_class": "unclassified"}
    board = board_with("A", vetoes=vetoes)
    complete(board, "A")
    board.veto("A", "V1")
    row = board.row("A")
    assert (row["class"], row["complete"], row["reasons"]) == (None, True, ["VETO:V1"])


def test_a_veto_that_lowers_nothing_is_not_named() -> None:
    board = board_with("A")
    complete(board, "A", l1_1="0", l2_1="0", l6_1="0", l1_2="0", l2_2="0")
    board.veto("A", "V1")
    assert (board.row("A")["class"], board.row("A")["reasons"]) == ("COMPLETED", [])


def test_a_unit_pushed_out_by_a_quota_takes_part_in_the_next_one() -> None:
    data = small_data({"id": "1.1", "max": "100"})
    data["quotas"] = [{"class": "EXCELLENT", "count": 1}, {"class": "GOOD", "count": 1}]
    board = Board(build(data))
    for unit, total in (("A", "99"), ("B", "95"), ("C", "80")):
        board.unit(unit)
        board.score(unit, "1.1", total)
    rows = board.rows()
    assert [row.class_id for row in rows.values()] == ["EXCELLENT", "GOOD", "COMPLETED"]
    assert rows["C"].reasons == ("QUOTA:GOOD",)
    lines = compute(board.state()).areas[0].quotas
    assert [(line.class_id, line.candidates, line.allowed, line.kept) for line in lines] == [
        ("EXCELLENT", 2, 1, 1),
        ("GOOD", 2, 1, 1),
    ]


def test_area_of_one_unit_and_area_of_none() -> None:
    board = board_with("A", area="LLVT")
    complete(board, "A", "LLVT")
    areas = {area["area"]: area["rows"] for area in board.body()["areas"]}
    assert [len(rows) for rows in areas.values()] == [0, 0, 1]
    assert areas["LLVT"][0]["class"] == "EXCELLENT"


def test_a_group_with_nothing_applicable_never_divides_by_zero() -> None:
    board = board_with("A", area="LLVT")
    complete(board, "A", "LLVT")
    groups = {one["group"]: one for one in board.row("A")["groups"]}
    assert groups["5"] == {"group": "5", "value": "0.00", "max": "0.00"}
    assert board.row("A")["class"] == "EXCELLENT"


def test_two_measures_rank_and_classify() -> None:
    data = example_data()
    board = board_with("A", "B", totals=data["totals"])
    complete(board, "A")
    complete(board, "B")
    board.bonus("A", "T1", "1")
    assert (board.row("A")["rank"], board.row("B")["rank"]) == (1, 2)
    assert {board.rows()[unit].sheet.classification_score for unit in "AB"} == {100}


def test_side_lists_use_one_measure() -> None:
    board = Board(small({"id": "1.1", "max": "10"}, {"id": "2.1", "max": {"QH": "10"}}, areas=("QH",)))
    for unit, one, two in (("A", "5", "9"), ("B", "8", "9"), ("C", "7", None)):
        board.unit(unit)
        board.score(unit, "1.1", one)
        if two:
            board.score(unit, "2.1", two)
    board.unit("D")
    sheets = [row.sheet for row in board.rows().values()]
    sheets.sort(key=lambda sheet: sheet.unit)
    listed = rank_list(sheets, "criterion:2.1", "1224")
    assert [(place, sheet.unit) for place, sheet, _ in listed] == [
        (1, "A"),
        (1, "B"),
        (None, "C"),
        (None, "D"),
    ]
    listed = rank_list(sheets, "group:1", "1224")
    assert [(place, sheet.unit) for place, sheet, _ in listed] == [(1, "B"), (2, "C"), (3, "A"), (None, "D")]


def test_a_unit_registered_again_stands_with_its_newest_row() -> None:
    board = board_with("A")
    board.decide("A", "1.2", "5")
    before = board.state()
    board.unit("A", name="Tên mới")
    after = board.state()
    assert compute(after).rows()[0].sheet.name == "Tên mới"
    assert compute(before).rows()[0].sheet.name != "Tên mới"
    board.unit("A", "CNLD")
    assert board.row("A")["scored_max"] == "7.00"
    board.unit("A", "NOWHERE")
    assert board.rows() == {}


def test_the_board_says_live_until_something_is_published() -> None:
    board = board_with("A")
    state = board.state()
    assert state.board == "LIVE"
    found = digest(board.body())
    data = {"version": 1, "status": "UNOFFICIAL", "position": state.size, "digest": found}
    board.state_fact("result.published.v1", "ranking", "*", data)
    assert board.state().board == "UNOFFICIAL"
    assert board.state().publications[0].digest == found
    assert digest(board.body()) == found


def test_a_cluster_or_another_tag_of_the_register_changes_no_rank() -> None:
    board = board_with("A", "B")
    complete(board, "A", l1_2="5")
    complete(board, "B")
    before = digest(board.body())
    board.unit("A", cluster="Cụm dịch vụ", kind="ward")
    board.unit("B", cluster="Cụm 3")
    assert digest(board.body()) == before


def test_of_two_adopted_rulebooks_the_newest_is_in_force_and_the_area_is_chosen_by_its_code() -> None:
    """Never "the first in the list": the areas of the second stand in another order."""
    data = example_data()
    board = Board(build(data))
    data["rulebook"]["version"] = "3.0.0"
    data["areas"] = list(reversed(data["areas"]))
    newer = build(data)
    board.adopt(newer)
    board.unit("A", "LLVT")
    complete(board, "A", "LLVT")
    assert board.body()["rulebook"] == newer.digest
    assert [area["area"] for area in board.body()["areas"]] == ["LLVT", "CNLD", "QH"]
    assert board.row("A")["total"] == "100.00"
    assert board.row("A")["complete"] is True


def test_a_veto_recorded_after_the_class_was_shown_lowers_it_and_lifted_on_appeal_gives_it_back() -> None:
    board = board_with("A")
    complete(board, "A")
    shown = board.row("A")["class"]
    board.veto("A", "V1")
    assert board.row("A")["class"] == "COMPLETED"
    board.lift("A", "V1")
    assert board.row("A")["class"] == shown == "EXCELLENT"
