"""Given a register, when a unit is renamed, moved, closed, merged or split, then it reads so by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import (
    CloseUnit,
    MergeUnits,
    MoveUnit,
    NewUnit,
    RegisterUnit,
    RenameUnit,
    SplitUnit,
)
from services.scores.deciding import lineage
from services.scores.state import State
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events import Draft
from tests.support.deciding import Person, fits_catalogue, person
from tests.support.scored import ADMIN, BTG, OFFICE, given, score, set_up, when

THREE = ("QH-Q02", "QH-Q09", "QH-TDU")
CITY = NewUnit("QH-TPTD", "QH", "city", "Thành Đoàn Thủ Đức")
PAPER: dict[str, Any] = {"document": "1111/NQ-UBTVQH14", "reason": "Thành lập thành phố Thủ Đức"}
END, NEXT = "2020-12-31", "2021-01-01"
DECIDE = {
    RenameUnit: lineage.rename,
    MoveUnit: lineage.move,
    CloseUnit: lineage.close,
    MergeUnits: lineage.merge,
    SplitUnit: lineage.split,
}


def register() -> State:
    """The ledger of 2020 with the three districts of Thủ Đức beside the others."""
    state = set_up()
    for unit in THREE:
        command = RegisterUnit(unit, "QH", "urban_district", f"Đoàn {unit}")
        state = given(state, *when(state, command, ADMIN.doing("scores.register_unit")))
    return state


REGISTER = register()
MERGER = MergeUnits(THREE, END, **PAPER, into=CITY)


def stated(state: State, command: Any, caller: Person = OFFICE) -> list[Draft]:
    """What ``command`` states; it has to fit the catalogue."""
    drafts = DECIDE[type(command)](state, command, caller)  # type: ignore[operator]
    assert fits_catalogue(drafts)
    return drafts  # type: ignore[no-any-return]


def after(state: State, *commands: Any) -> State:
    for command in commands:
        state = given(state, *stated(state, command))
    return state


def refusal(state: State, command: Any, caller: Person = OFFICE) -> tuple[str, str | None, int]:
    with pytest.raises(Refused) as caught:
        stated(state, command, caller)
    [fault] = caught.value.faults
    return caught.value.rule, fault.field, caught.value.status


def rename(name: str = "Đoàn phường", day: str = NEXT, unit: str = "QH-Q01") -> RenameUnit:
    return RenameUnit(unit, name, day, "QĐ 5")


def close(unit: str = "QH-Q01", day: str = END, *successors: str) -> CloseUnit:
    return CloseUnit(unit, day, **PAPER, successors=successors)


# --- names and areas --------------------------------------------------------------------------------------


def test_a_name_of_next_year_leaves_the_cycle_as_it_was() -> None:
    state = after(REGISTER, rename())
    assert state.units["QH-Q01"].name == "Quận Đoàn 1"
    assert state.units["QH-Q01"].on(date(2021, 1, 1)).name == "Đoàn phường"


def test_a_name_within_the_cycle_is_the_units_name_from_then_on() -> None:
    state = after(REGISTER, rename(day="2020-07-01"))
    unit = state.units["QH-Q01"]
    assert (unit.name, unit.on(date(2020, 6, 30)).name) == ("Đoàn phường", "Quận Đoàn 1")


def test_a_unit_that_moved_is_scored_by_the_rules_of_its_area_on_the_last_day() -> None:
    state = after(REGISTER, MoveUnit("QH-Q01", "LLVT", "2020-07-01", "QĐ 6", kind="army"))
    unit = state.units["QH-Q01"]
    assert (unit.area, unit.kind) == ("LLVT", "army")
    assert unit.on(date(2020, 6, 30)).area == "QH"


def test_a_change_keeps_what_was_scored() -> None:
    scored = given(REGISTER, *when(REGISTER, score("1.2", "5"), BTG))
    state = after(scored, rename(day="2020-07-01"), close())
    assert state.units["QH-Q01"].values == scored.units["QH-Q01"].values


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (rename("Quận Đoàn 1"), ("nothing-changed", "name", 409)),
        (MoveUnit("QH-Q01", "QH", NEXT, "QĐ"), ("nothing-changed", "area", 409)),
        (MoveUnit("QH-Q01", "QH", NEXT, "QĐ", "urban_district"), ("nothing-changed", "area", 409)),
        (MoveUnit("QH-Q01", "Q12", NEXT, "QĐ"), ("unknown-area", "area", 422)),
        (rename(unit="QH-X"), ("unknown-unit", "unit", 422)),
        (rename(unit="QH-CU", day="2020-07-01"), ("unit-not-standing", "valid_from", 422)),
        (MoveUnit("QH-CU", "LLVT", "2020-07-01", "QĐ"), ("unit-not-standing", "valid_from", 422)),
    ],
)
def test_a_change_is_refused_that_says_nothing_new_or_is_of_no_standing_unit(
    command: Any, expected: tuple[str, str, int]
) -> None:
    assert refusal(REGISTER, command) == expected


def test_a_wrong_name_is_corrected_by_another_statement_for_the_same_day() -> None:
    state = after(REGISTER, rename("Đoàn Thủ Đúc"), rename("Đoàn Thủ Đức"))
    assert state.units["QH-Q01"].on(date(2021, 1, 1)).name == "Đoàn Thủ Đức"


@for_all(days=st.integers(-400, 400))
def test_a_name_holds_exactly_from_its_day_on(days: int) -> None:
    day = date(2020, 12, 31) + timedelta(days=days)
    unit = after(REGISTER, rename(day=day.isoformat())).units["QH-Q01"]
    assert unit.on(day).name == "Đoàn phường"
    assert unit.on(day - timedelta(days=1)).name == "Quận Đoàn 1"
    assert unit.name == ("Đoàn phường" if days <= 0 else "Quận Đoàn 1")


# --- the end of a unit ------------------------------------------------------------------------------------


def test_a_unit_closed_with_the_year_is_still_scored_in_it() -> None:
    state = after(REGISTER, close())
    assert when(state, score("1.2", "5"), BTG)


def test_a_unit_closed_within_the_year_is_scored_no_longer() -> None:
    state = after(REGISTER, close(day="2020-12-30"))
    with pytest.raises(Refused) as caught:
        when(state, score("1.2", "5"), BTG)
    assert caught.value.rule == "unit-not-open"


def test_a_dissolved_unit_has_no_successor() -> None:
    assert after(REGISTER, close()).successors_of("QH-Q01") == ()


def test_a_wrong_last_day_is_corrected_by_closing_again() -> None:
    state = after(REGISTER, close(day="2020-11-30"), close())
    assert state.units["QH-Q01"].open_on(date(2020, 12, 31))
    assert refusal(state, close()) == ("nothing-changed", "last_day", 409)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (close("QH-X"), ("unknown-unit", "unit", 422)),
        (close("QH-Q01", END, "QH-X"), ("unknown-unit", "successors", 422)),
        (close("QH-Q01", END, "QH-Q01"), ("own-successor", "successors", 422)),
        (close("QH-Q01", END, "QH-Q02", "QH-Q02"), ("unit-twice", "successors", 422)),
        (close("QH-Q01", END, "QH-CU"), ("unit-not-standing", "successors", 422)),
    ],
)
def test_a_closing_names_successors_that_stand_the_day_after(
    command: Any, expected: tuple[str, str, int]
) -> None:
    assert refusal(REGISTER, command) == expected


def test_a_unit_does_not_close_before_it_began_nor_before_a_change_of_it() -> None:
    state = after(REGISTER, MERGER, rename())
    assert refusal(state, close("QH-TPTD", END)) == ("unit-not-standing", "last_day", 422)
    assert refusal(state, close()) == ("day-order", "last_day", 422)
    assert stated(state, close(day=NEXT))


def test_a_unit_does_not_close_before_it_succeeds_another() -> None:
    state = after(REGISTER, close("QH-Q02", END, "QH-Q01"))
    assert refusal(state, close("QH-Q01", END, "QH-Q09")) == ("day-order", "last_day", 422)
    assert stated(state, close("QH-Q01", NEXT, "QH-Q09"))


def test_the_last_day_of_the_calendar_is_a_day_too() -> None:
    assert after(REGISTER, close("QH-Q01", "9999-12-31", "QH-Q02")).successors_of("QH-Q01") == ("QH-Q02",)


# --- merger and split -------------------------------------------------------------------------------------


def test_thu_duc_city_is_formed_of_three_districts_by_one_command() -> None:
    drafts = stated(REGISTER, MERGER)
    assert [(draft.type, draft.subject) for draft in drafts] == [
        ("unit.registered.v1", "QH-TPTD"),
        *[("unit.closed.v1", unit) for unit in THREE],
    ]
    formed = drafts[0].data
    assert (formed["valid_from"], formed["predecessors"]) == (NEXT, list(THREE))
    assert all(draft.data["successors"] == ["QH-TPTD"] for draft in drafts[1:])
    assert all(draft.data["document"] == PAPER["document"] for draft in drafts[1:])


def test_the_2020_scores_stay_open_for_the_three_and_closed_for_the_city() -> None:
    state = after(REGISTER, MERGER)
    assert when(state, score("1.2", "5", unit="QH-Q02"), BTG)
    with pytest.raises(Refused) as caught:
        when(state, score("1.2", "5", unit="QH-TPTD"), BTG)
    assert caught.value.rule == "unit-not-open"


def test_the_city_stands_in_the_place_of_each_of_the_three() -> None:
    state = after(REGISTER, MERGER)
    assert [state.successors_of(unit) for unit in THREE] == [("QH-TPTD",)] * 3
    assert state.successors_of("QH-TPTD") == ()


def test_a_unit_is_taken_in_by_one_that_stands() -> None:
    drafts = stated(REGISTER, MergeUnits(("QH-Q02",), END, **PAPER, successor="QH-Q01"))
    assert [(draft.type, draft.data["successors"]) for draft in drafts] == [("unit.closed.v1", ["QH-Q01"])]


def test_a_split_is_the_mirror_of_a_merger() -> None:
    parts = (NewUnit("QH-A", "QH", "urban_district", "A"), NewUnit("QH-B", "QH", "urban_district", "B"))
    command = SplitUnit("QH-Q09", END, **PAPER, into=parts, successors=("QH-Q01",))
    drafts = stated(REGISTER, command)
    assert [(draft.type, draft.subject) for draft in drafts] == [
        ("unit.registered.v1", "QH-A"),
        ("unit.registered.v1", "QH-B"),
        ("unit.closed.v1", "QH-Q09"),
    ]
    assert [draft.data["predecessors"] for draft in drafts[:2]] == [["QH-Q09"]] * 2
    assert given(REGISTER, *drafts).successors_of("QH-Q09") == ("QH-A", "QH-B", "QH-Q01")


def test_a_code_is_never_used_again() -> None:
    old = replace(CITY, unit="QH-CU")
    assert refusal(REGISTER, replace(MERGER, into=old))[0] == "unit-exists"
    twice = SplitUnit("QH-Q09", END, **PAPER, into=(CITY, CITY))
    assert refusal(REGISTER, twice)[0] == "unit-exists"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (replace(MERGER, units=("QH-Q02",)), ("one-unit-only", "units", 422)),
        (replace(MERGER, units=("QH-Q02", "QH-Q02")), ("unit-twice", "units", 422)),
        (replace(MERGER, units=("QH-Q02", "QH-X")), ("unknown-unit", "units", 422)),
        (replace(MERGER, into=replace(CITY, area="Q12")), ("unknown-area", "area", 422)),
        (MergeUnits(("QH-Q02",), END, **PAPER, successor="QH-Q02"), ("own-successor", "successors", 422)),
        (MergeUnits(("QH-Q02",), END, **PAPER, successor="QH-CU"), ("unit-not-standing", "successors", 422)),
        (SplitUnit("QH-Q02", END, **PAPER, into=(CITY,)), ("one-unit-only", "into", 422)),
        (SplitUnit("QH-X", END, **PAPER, successors=THREE), ("unknown-unit", "unit", 422)),
    ],
)
def test_a_merger_or_split_is_refused_as_a_whole(command: Any, expected: tuple[str, str, int]) -> None:
    assert refusal(REGISTER, command) == expected


def test_a_closed_unit_is_not_merged_or_split_again() -> None:
    state = after(REGISTER, MERGER)
    again = replace(MERGER, into=replace(CITY, unit="QH-KHAC"))
    assert refusal(state, again) == ("unit-closed", "units", 409)
    assert refusal(state, SplitUnit("QH-Q02", END, **PAPER, successors=("QH-Q01", "QH-Q09"))) == (
        "unit-closed",
        "unit",
        409,
    )


# --- who stands in whose place ----------------------------------------------------------------------------


def test_a_successor_that_closed_since_gives_way_to_its_own() -> None:
    state = after(REGISTER, MERGER, close("QH-TPTD", "2025-06-30", "QH-Q01"))
    assert state.successors_of("QH-Q02") == ("QH-Q01",)


def test_what_an_imported_register_says_of_successors_counts_where_nothing_closed_the_unit() -> None:
    imported = RegisterUnit("LLVT-CC", "LLVT", "police", "PCCC", valid_to="2018-08-01", successor="LLVT-BTL")
    city = RegisterUnit("QH-TPTD", "QH", "city", "Thủ Đức", valid_from=NEXT, predecessors=THREE)
    state = REGISTER
    for command in (imported, city):
        state = given(state, *when(state, command, ADMIN.doing("scores.register_unit")))
    assert state.successors_of("LLVT-CC") == ("LLVT-BTL",)
    assert state.successors_of("QH-Q09") == ("QH-TPTD",)


# --- who may -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [rename(), close(), MERGER])
def test_the_office_and_an_administrator_keep_the_register_and_nobody_else(command: Any) -> None:
    assert stated(REGISTER, command, ADMIN)
    for caller in (BTG, person("unit@unit:QH-Q01"), person("standing_committee@ledger"), person()):
        with pytest.raises(AccessDenied):
            stated(REGISTER, command, caller)
