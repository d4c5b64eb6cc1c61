"""The register by day: what counts in a cycle is how it reads on the last day of the period (format §2)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.ranking.decider import areas_of
from services.ranking.engine import body, compute, digest
from services.ranking.engine.difference import difference
from services.ranking.engine.lists import side_list
from tests.support.board import Board, replay
from tests.support.rulebooks import build, example_data

END = date.fromisoformat(example_data()["period"]["to"])
NEXT = END + timedelta(days=1)
THREE = ("QH-Q02", "QH-Q09", "QH-TDU")


def districts() -> Board:
    """A cycle in which the three districts were scored, with others beside them."""
    board = Board(build(example_data()))
    for n, unit in enumerate((*THREE, "QH-Q01", "LL-1")):
        board.unit(unit, "LLVT" if unit == "LL-1" else "QH", name=f"Đơn vị {unit}")
        board.score(unit, "1.2", str(n))
    return board


def merge(board: Board, last_day: date) -> None:
    first = (last_day + timedelta(days=1)).isoformat()
    board.unit("QH-TPTD", valid_from=first, predecessors=list(THREE), name="Thành Đoàn TP Thủ Đức")
    for unit in THREE:
        board.shut(unit, last_day.isoformat(), "QH-TPTD")


def test_the_2020_standings_stay_with_the_three_districts_that_thu_duc_city_was_formed_of() -> None:
    board = districts()
    before = digest(board.body())
    merge(board, END)
    assert digest(board.body()) == before
    assert {board.row(unit)["name"] for unit in THREE} == {f"Đơn vị {unit}" for unit in THREE}


def test_a_merger_during_the_period_leaves_the_successor_on_the_board_instead_of_the_three() -> None:
    board = districts()
    merge(board, END - timedelta(days=1))
    assert sorted(board.rows()) == ["LL-1", "QH-Q01", "QH-TPTD"]


def test_a_name_of_the_next_year_is_not_read_in_the_results_of_this_one() -> None:
    board = districts()
    before = digest(board.body())
    board.rename("QH-Q01", "Đoàn phường", NEXT.isoformat())
    assert digest(board.body()) == before
    board.rename("QH-Q01", "Đoàn Quận 1", END.isoformat())
    assert board.row("QH-Q01")["name"] == "Đoàn Quận 1"


def test_a_unit_that_moves_is_ranked_and_judged_in_its_new_area_only_from_that_day_on() -> None:
    board = districts()
    board.move("QH-Q01", "LLVT", NEXT.isoformat())
    assert board.rows()["QH-Q01"].sheet.area == "QH"
    assert areas_of(board.state())["QH-Q01"] == "QH"
    board.move("QH-Q01", "LLVT", END.isoformat())
    assert board.rows()["QH-Q01"].sheet.area == "LLVT"
    assert areas_of(board.state())["QH-Q01"] == "LLVT"
    by_area = {area["area"]: {row["unit"] for row in area["rows"]} for area in board.body()["areas"]}
    assert (by_area["LLVT"], by_area["QH"]) == ({"LL-1", "QH-Q01"}, set(THREE))


def test_a_unit_that_moves_is_grouped_by_what_the_move_makes_of_it() -> None:
    data = example_data()
    data["rank_lists"] = ["area", "grouping:kind"]
    data["groupings"] = [{"id": "kind", "label": "Loại", "attribute": "kind"}]
    board = Board(build(data))
    board.unit("A")
    board.score("A", "1.2", "3")
    board.move("A", "QH", END.isoformat(), kind="urban_district")
    assert [one.key for one in side_list(board.state(), "grouping:kind").sections] == ["urban_district"]


def test_the_last_statement_of_the_last_day_counts() -> None:
    board = districts()
    board.shut("QH-Q01", (END - timedelta(days=9)).isoformat())
    assert "QH-Q01" not in board.rows()
    board.shut("QH-Q01", END.isoformat())
    assert "QH-Q01" in board.rows()


def test_a_change_of_a_unit_that_was_never_registered_puts_it_on_no_board() -> None:
    board = districts()
    before = digest(board.body())
    board.rename("X", "x", END.isoformat())
    board.move("X", "QH", END.isoformat())
    assert digest(board.body()) == before
    assert board.state().register("X") is None


def test_an_area_that_the_rulebook_does_not_have_is_no_board() -> None:
    board = districts()
    board.move("QH-Q01", "Q12", END.isoformat())
    assert "QH-Q01" not in board.rows()


def test_a_copy_never_sees_a_change_that_its_original_learned() -> None:
    board = districts()
    state = board.state()
    kept = state.copy()
    before = digest(body(compute(kept)))
    at = len(board.events)
    merge(board, END - timedelta(days=1))
    board.rename("QH-Q01", "Khác", END.isoformat())
    replay(board.events[at:], state=state)
    assert digest(body(compute(kept))) == before != digest(body(compute(state)))


def test_a_rulebook_of_another_period_reads_the_register_of_its_own_last_day() -> None:
    board = districts()
    board.rename("QH-Q01", "Đoàn phường", NEXT.isoformat())
    data = example_data()
    data["period"] = {**data["period"], "to": NEXT.isoformat()}
    rows = {row.sheet.unit: row for row in compute(board.state(), build(data)).rows()}
    assert rows["QH-Q01"].sheet.name == "Đoàn phường"


def test_a_name_or_an_area_that_differs_is_the_units_own_difference() -> None:
    board = districts()
    before = compute(board.state())
    board.rename("QH-Q01", "Đoàn Quận 1", END.isoformat())
    renamed = compute(board.state())
    [changed] = difference(before, renamed).changed
    assert (changed.unit, changed.moved_by, changed.marks) == ("QH-Q01", "own", ())
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before.name, changed.after.name) == ("Đơn vị QH-Q01", "Đoàn Quận 1")
    board.move("QH-Q01", "LLVT", END.isoformat())
    moved = {unit.unit: unit for unit in difference(renamed, compute(board.state())).changed}["QH-Q01"]
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before.area, moved.after.area) == ("QH", "LLVT")


@for_all(st.integers(-400, 400))
def test_whatever_the_day_a_change_shows_exactly_when_it_lies_in_the_period(days: int) -> None:
    board = districts()
    day = END + timedelta(days=days)
    board.rename("QH-Q01", "Đoàn phường", day.isoformat())
    merge(board, day)
    assert (board.row("QH-Q01")["name"] == "Đoàn phường") == (days <= 0)
    assert ("QH-Q02" in board.rows()) == (days >= 0)
    assert ("QH-TPTD" in board.rows()) == (days < 0)
