"""Given a unit, when it submits its sheet, then the sheet stands as a whole or not at all (plan III.7)."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import SheetRow, SubmitSheet
from services.scores.deciding.completeness import sheet_missing, sheet_of
from services.scores.state import State
from shared.access import AccessDenied
from shared.batch import MalformedRow
from shared.decisions import Fault, Refused
from shared.rulebook import Leaf
from tests.support.deciding import fits_catalogue, rulebook
from tests.support.scored import BTG, OFFICE, Q01, given, set_up, when

SET_UP = set_up()
SHEET = sheet_of(rulebook(), "QH")


def row(leaf: Leaf, value: str = "0", **about: str) -> SheetRow:
    target = "10" if leaf.input == "ratio" else None
    return SheetRow(leaf.id, value, target, **about)


def zeroes() -> tuple[SheetRow, ...]:
    return tuple(row(leaf) for leaf in SHEET)


def submitted() -> State:
    return given(SET_UP, *when(SET_UP, SubmitSheet("QH-Q01", zeroes()), Q01))


def refusal(state: State, command: SubmitSheet) -> Refused:
    with pytest.raises(Refused) as caught:
        when(state, command, Q01)
    return caught.value


def test_a_sheet_of_zeroes_is_complete() -> None:
    drafts = when(SET_UP, SubmitSheet("QH-Q01", zeroes()), Q01)
    assert fits_catalogue(drafts)
    assert [draft.type for draft in drafts] == ["score.recorded.v1"] * len(SHEET) + [
        "selfassessment.submitted.v1"
    ]
    assert drafts[-1].data["values"] == drafts[-1].data["changed"] == len(SHEET)
    assert {draft.data["stage"] for draft in drafts[:-1]} == {"self"}
    assert sheet_missing(given(SET_UP, *drafts), given(SET_UP, *drafts).units["QH-Q01"]) == ()


@for_all(st.sets(st.sampled_from([leaf.id for leaf in SHEET]), min_size=1))
def test_a_sheet_with_an_empty_cell_is_refused_and_names_each_empty_cell(empty: set[str]) -> None:
    rows = tuple(one for one in zeroes() if one.criterion not in empty)
    error = refusal(SET_UP, SubmitSheet("QH-Q01", rows))
    assert error.rule == "value-missing"
    assert [fault.value for fault in error.faults] == [leaf.id for leaf in SHEET if leaf.id in empty]


def test_what_stands_already_need_not_be_repeated() -> None:
    command = SubmitSheet("QH-Q01", (SheetRow("1.2", "5", reason="có thêm minh chứng"),))
    drafts = when(submitted(), command, Q01)
    assert [draft.type for draft in drafts] == ["score.recorded.v1", "selfassessment.submitted.v1"]
    assert (drafts[-1].data["values"], drafts[-1].data["changed"]) == (len(SHEET), 1)


def test_a_change_after_submitting_needs_a_reason() -> None:
    error = refusal(submitted(), SubmitSheet("QH-Q01", (SheetRow("1.2", "5"),)))
    assert (error.rule, error.faults[0].field) == ("reason-missing", "entries.0.reason")


def test_a_fault_names_the_row_of_the_request_though_other_rows_say_nothing_new() -> None:
    rows = tuple(SheetRow("1.2", "99") if one.criterion == "1.2" else one for one in zeroes())
    place = [one.criterion for one in rows].index("1.2")
    error = refusal(submitted(), SubmitSheet("QH-Q01", rows))
    assert [fault.field for fault in error.faults] == [f"entries.{place}.reason"]


def test_the_same_sheet_again_states_nothing() -> None:
    assert refusal(submitted(), SubmitSheet("QH-Q01", zeroes())).rule == "nothing-changed"


def test_a_second_row_for_a_criterion_is_refused() -> None:
    rows = (*zeroes(), SheetRow("1.2", "1"))
    error = refusal(SET_UP, SubmitSheet("QH-Q01", rows))
    assert (error.rule, error.faults[0].value) == ("duplicate-row", "1.2")


def test_every_bad_cell_is_named_and_nothing_of_the_sheet_is_stated() -> None:
    bad = MalformedRow((Fault("not-a-decimal", "sai", "wrong", "value", "8,5"),))
    error = refusal(SET_UP, SubmitSheet("QH-Q01", (bad, SheetRow("1.2", "99"), SheetRow("8.1", "1"))))
    assert {fault.field.rsplit(".", 1)[0] for fault in error.faults if fault.field} == {
        "entries.0",
        "entries.1",
        "entries.2",
    }


def test_a_unit_has_no_sheet_but_its_own() -> None:
    with pytest.raises(AccessDenied):
        when(SET_UP, SubmitSheet("LLVT-BTL", ()), Q01)
    for other in (BTG, OFFICE):
        with pytest.raises(AccessDenied):
            when(SET_UP, SubmitSheet("QH-Q01", zeroes()), other)
