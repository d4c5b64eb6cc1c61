"""A schedule out of a file: what cells may say, and that a file says again what was written into it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.importing import COLUMNS, commands_of, entries_of, half_of, hour_of, reason_of
from services.inspections.known import Known, KnownUnit
from services.inspections.state import State, Team
from shared.files.entries import BAD, NEW
from shared.files.grid import TEXT, Cell
from shared.files.reading import read_file
from shared.files.values import CellRefused
from shared.formulas import csv_file

UNITS = {code: KnownUnit(code, "QH", code) for code in ("QH-Q01", "QH-Q02", "qh.thuduc", "LLVT-BTL")}
KNOWN = Known(9, "Asia/Ho_Chi_Minh", None, UNITS)
STATE = State(teams={code: Team(code, ()) for code in ("DKT-1", "dkt-2")})
HEADINGS = [column.heading for column in COLUMNS]
HALVES = {"Sáng": "MORNING", "chiều": "AFTERNOON", "BUỔI SÁNG": "MORNING", "Afternoon": "AFTERNOON"}
TEAMS = sorted(STATE.teams)
DAYS = st.integers(0, 400).map(lambda n: date(2020, 1, 1) + timedelta(days=n))
ROWS = st.tuples(
    st.sampled_from(sorted(UNITS)), st.sampled_from(TEAMS), DAYS, st.sampled_from(sorted(HALVES))
)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("08:00", "08:00"),
        ("8:00", "08:00"),
        ("8h", "08:00"),
        ("14h00", "14:00"),
        ("08:00:00", "08:00"),
    ],
)
def test_an_hour_is_read_as_people_write_it(written: str, hour: str) -> None:
    assert hour_of(Cell(TEXT, written)) == hour


@pytest.mark.parametrize("written", ["8", "sáng", "08:00:30", "8:0x", "=1"])
def test_what_is_no_hour_is_refused(written: str) -> None:
    with pytest.raises(CellRefused):
        hour_of(Cell(TEXT, written))


def test_a_half_day_that_does_not_exist_and_a_reason_that_is_too_long_are_refused() -> None:
    with pytest.raises(CellRefused):
        half_of(Cell(TEXT, "Tối"))
    assert len(reason_of(Cell(TEXT, "x" * 1000))) == 1000
    with pytest.raises(CellRefused):
        reason_of(Cell(TEXT, "x" * 1001))


@for_all(
    st.lists(
        ROWS,
        min_size=1,
        max_size=4,
        unique_by=lambda row: row[0],
    ),
    st.booleans(),
    st.permutations(range(len(HEADINGS))),
)
def test_a_file_says_again_what_was_written_into_it_whatever_the_order_of_its_columns(
    rows: list[tuple[str, str, date, str]], capitals: bool, order: list[int]
) -> None:
    lines = [HEADINGS]
    for unit, team, day, half in rows:
        codes = [unit.upper(), team.upper()] if capitals else [unit, team]
        lines.append([codes[0], "Tên", codes[1], day.strftime("%d/%m/%Y"), half, "", "=lý do"])
    read = read_file(csv_file([[line[at] for at in order] for line in lines]))
    entries = entries_of(read, STATE, KNOWN)
    assert {one.becomes for one in entries} == {NEW}
    said = [(one.unit, one.team, one.date, one.session, one.reason) for _, one in commands_of(entries)]
    assert said == [(unit, team, day.isoformat(), HALVES[half], "=lý do") for unit, team, day, half in rows]


def test_a_unit_named_twice_is_refused_where_it_comes_again() -> None:
    line = ["QH-Q01", "", "DKT-1", "09/11/2020", "Sáng", "", ""]
    entries = entries_of(read_file(csv_file([HEADINGS, line, line])), STATE, KNOWN)
    assert [one.becomes for one in entries] == [NEW, BAD]
    assert [(fault.rule, entries[1].address_of(fault.field)) for fault in entries[1].faults] == [
        ("row-twice", "A3")
    ]
