"""What charts show, as plain rows of exact values."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ranking.charts import data
from services.ranking.charts.data import Stop
from services.ranking.engine import State, body, compute, sheet_of
from services.ranking.engine.classes import QuotaLine
from services.ranking.engine.terms import terms
from tests.support.board import Board, register_units, rulebook_2020, state_inputs

RULES = rulebook_2020()


@pytest.fixture(scope="module")
def example() -> State:
    board = Board(RULES)
    register_units(board)
    state_inputs(board)
    return board.state()


def row(unit: str, total: str | None, class_id: str | None = None, rank: int | None = 1) -> dict[str, Any]:
    return {"unit": unit, "name": f"Đơn vị {unit}", "total": total, "class": class_id, "rank": rank}


def rows_of(state: State, area: str) -> list[dict[str, Any]]:
    return next(entry["rows"] for entry in body(compute(state))["areas"] if entry["area"] == area)


# --- distribution


def test_dots_stand_at_exact_totals_and_never_touch(example: State) -> None:
    found = data.distribution(rows_of(example, "CNLD"), RULES, ())
    assert found is not None
    totals = {row["unit"]: Fraction(row["total"]) for row in rows_of(example, "CNLD") if row["total"]}
    assert {dot.unit: dot.total for dot in found.dots} == totals
    width = (found.high - found.low) / data.ACROSS
    for level in range(found.levels):
        beside = sorted(dot.total for dot in found.dots if dot.level == level)
        assert all(after - before >= width for before, after in pairwise(beside))


def test_an_area_without_totals_has_no_distribution() -> None:
    assert data.distribution([row("A", None)], RULES, ()) is None


def test_only_thresholds_among_the_totals_are_drawn() -> None:
    found = data.distribution([row("A", "92.00"), row("B", "69.75")], RULES, ())
    assert found is not None
    assert [line.value for line in found.thresholds] == [90, 70]
    assert [found.low, found.high] == [Fraction(65), Fraction(95)]


def test_the_quota_line_stands_at_the_last_unit_kept() -> None:
    ranked = [row("A", "96.00", "EXCELLENT"), row("B", "95.25", "EXCELLENT"), row("C", "95.00", "GOOD")]
    cut, slack = QuotaLine("EXCELLENT", 3, 10, 2, 2), QuotaLine("EXCELLENT", 2, 10, 2, 2)
    found = data.distribution(ranked, RULES, [cut])
    assert found is not None
    assert [line.value for line in found.quotas] == [Fraction("95.25")]
    without = data.distribution(ranked, RULES, [slack])
    assert without is not None
    assert without.quotas == ()


def test_equal_totals_are_stacked() -> None:
    found = data.distribution([row(unit, "80.00") for unit in "ABC"], RULES, ())
    assert found is not None
    assert sorted(dot.level for dot in found.dots) == [0, 1, 2]
    assert found.low < found.high


# --- ranks

POSITIONS = st.lists(st.integers(0, 500), max_size=40)


@given(named=POSITIONS, days=POSITIONS, last=st.integers(0, 500), most=st.integers(1, 12))
def test_stops_are_few_in_order_and_end_at_the_last(
    named: list[int], days: list[int], last: int, most: int
) -> None:
    found = data.sampled(
        [Stop(one, "v") for one in sorted(named)],
        [Stop(one, "d") for one in sorted(days)],
        Stop(last, "x"),
        most,
    )
    positions = [stop.position for stop in found]
    assert len(found) <= most
    assert positions == sorted(set(positions))
    assert found[-1] == Stop(last, "v" if last in named else "x")
    wanted = {one for one in named if one < last}
    if len(wanted) < most:
        assert wanted <= set(positions)


def test_a_position_without_ranks_is_left_out_and_one_alone_is_no_chart() -> None:
    stops = [Stop(1, "a"), Stop(2, "b"), Stop(3, "c")]
    early, later = [row("A", None, rank=None)], [row("A", "1.00", "GOOD", 1), row("B", None, None, None)]
    assert data.ranks(stops[:2], [early, later], RULES) is None
    found = data.ranks(stops, [early, later, later], RULES)
    assert found is not None
    assert found.stops == (Stop(2, "b"), Stop(3, "c"))
    assert [(track.unit, track.ranks, track.place) for track in found.tracks] == [("A", (1, 1), 1)]


# --- cells and progress


def test_a_row_seen_in_part_gives_only_its_listed_criteria(example: State) -> None:
    whole = rows_of(example, "QH")[0]
    part = {"unit": whole["unit"], "name": whole["name"], "criteria": [{"criterion": "1.2"}]}
    found = data.heat([part], example, RULES)
    assert found is not None
    assert [column.id for column in found.columns] == ["1.2"]
    assert [len(row.cells) for row in found.rows] == [1]
    everything = data.heat([whole], example, RULES)
    assert everything is not None
    assert len(everything.columns) > 15


def test_progress_counts_what_is_given_and_what_is_due(example: State) -> None:
    rows = rows_of(example, "QH")
    found = data.heat(rows, example, RULES)
    assert found is not None
    shares = data.progress(found, {"BTG": "Ban Tuyên giáo"}).shares
    missing = sum(len(row["missing"]) for row in rows)
    assert missing > 0
    assert sum(share.due - share.done for share in shares) == missing
    assert shares[0].name == "Ban Tuyên giáo"
    assert [share.owner for share in shares].count("BTG") == 1


def test_nothing_to_see_is_no_heat_map(example: State) -> None:
    assert data.heat([], example, RULES) is None


# --- waterfall


def test_steps_have_the_amounts_of_the_terms_and_add_up_to_the_score(example: State) -> None:
    for row in rows_of(example, "QH"):
        sheet = sheet_of(example, row["unit"])
        assert sheet is not None
        found = data.steps(terms(sheet, RULES), RULES, "vi")
        assert sum((step.amount for step in found), Fraction(0)) == (sheet.ranking_score or 0)
        assert all(step.label for step in found)
