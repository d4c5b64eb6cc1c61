"""The register by day, and who stands in the place of a closed unit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.lineage import CLOSED, MOVED, RENAMED, Change, in_place_of, register_on

ROW = {"name": "Quận Đoàn 2", "area": "QH", "kind": "urban_district", "cluster": "Cụm 1"}
MERGER = date(2021, 1, 1)
DAYS = st.integers(-800, 800).map(lambda days: MERGER + timedelta(days=days))


def renamed(name: str, day: date | str) -> Change:
    return Change(RENAMED, {"name": name, "valid_from": str(day)})


def moved(area: str, day: date | str, **more: Any) -> Change:
    return Change(MOVED, {"area": area, "valid_from": str(day), **more})


def closed(day: date | str) -> Change:
    return Change(CLOSED, {"last_day": str(day), "successors": []})


@for_all(first=DAYS, day=DAYS)
def test_a_name_holds_from_its_first_day_on_and_not_before(first: date, day: date) -> None:
    row = register_on(ROW, [renamed("Đoàn mới", first)], day)
    assert row["name"] == ("Đoàn mới" if first <= day else "Quận Đoàn 2")
    assert ROW["name"] == "Quận Đoàn 2"


@for_all(st.lists(DAYS, min_size=1, unique=True), st.randoms(use_true_random=False), DAYS)
def test_the_latest_day_up_to_the_one_asked_for_gives_the_name_in_whichever_order_it_was_stated(
    days: list[date], order: Any, day: date
) -> None:
    changes = [renamed(f"Tên {first}", first) for first in days]
    order.shuffle(changes)
    held = [first for first in days if first <= day]
    assert register_on(ROW, changes, day)["name"] == (f"Tên {max(held)}" if held else "Quận Đoàn 2")


def test_of_two_changes_for_one_day_the_one_stated_last_stands() -> None:
    wrong, right = renamed("Đoàn Thủ Đúc", MERGER), renamed("Đoàn Thủ Đức", MERGER)
    assert register_on(ROW, [wrong, right], MERGER)["name"] == "Đoàn Thủ Đức"


def test_a_move_changes_the_kind_only_where_it_states_one_and_leaves_other_columns_alone() -> None:
    assert register_on(ROW, [moved("LLVT", MERGER)], MERGER) == {**ROW, "area": "LLVT"}
    found = register_on(ROW, [moved("LLVT", MERGER, kind="force")], MERGER)
    assert found == {**ROW, "area": "LLVT", "kind": "force"}


@for_all(last=DAYS, day=DAYS)
def test_a_last_day_bounds_the_row_whatever_day_is_asked_for(last: date, day: date) -> None:
    bounded = {**ROW, "valid_to": "2030-12-31"}
    assert register_on(bounded, [closed(last)], day)["valid_to"] == last.isoformat()


def test_a_last_day_that_was_stated_again_is_the_later_statements() -> None:
    assert register_on(ROW, [closed("2020-12-31"), closed("2020-11-30")], MERGER)["valid_to"] == "2020-11-30"


def test_a_change_whose_day_cannot_be_read_says_nothing() -> None:
    odd = [
        Change(RENAMED, {"name": "x"}),
        Change(RENAMED, {"name": "x", "valid_from": 3}),
        Change(MOVED, {"area": "x", "valid_from": "31/12/2020"}),
        Change(CLOSED, {"last_day": None}),
    ]
    assert register_on(ROW, odd, MERGER) == ROW


def successors(**named: str) -> Any:
    return lambda unit: named.get(unit, "").split()


def test_the_three_districts_of_thu_duc_are_one_city_now() -> None:
    named = successors(Q02="TPTD", Q09="TPTD", TDU="TPTD")
    assert [in_place_of(unit, named) for unit in ("Q02", "Q09", "TDU", "TPTD")] == [("TPTD",)] * 3 + [()]


def test_a_successor_that_is_closed_itself_gives_way_to_its_own() -> None:
    named = successors(A="B C", B="D E", D="F")
    assert in_place_of("A", named) == ("F", "E", "C")


def test_two_ways_to_one_successor_name_it_once() -> None:
    assert in_place_of("A", successors(A="B C", B="D", C="D")) == ("D",)


@for_all(st.dictionaries(st.sampled_from("ABCDE"), st.lists(st.sampled_from("ABCDEFG"), max_size=4)))
def test_circles_of_closings_end_and_never_name_a_closed_unit(named: dict[str, list[str]]) -> None:
    for unit in "ABCDEFG":
        found = in_place_of(unit, lambda code: named.get(code, []))
        assert len(set(found)) == len(found)
        assert not any(named.get(code) for code in found)
        assert unit not in found
