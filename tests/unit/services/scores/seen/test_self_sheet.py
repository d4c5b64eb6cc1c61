"""Given what a unit has submitted and is writing, then its sheet says points, changes and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import SheetRow, SubmitSheet
from services.scores.deciding.completeness import sheet_of
from services.scores.seen.self_sheet import Sheet, as_filled_in
from shared.rulebook import number
from shared.rulebook.number import total
from tests.support.deciding import rulebook
from tests.support.scored import Q01
from tests.support.told import Told

BOOK = rulebook()
LEAVES = sheet_of(BOOK, "QH")
MOST = {leaf.id: leaf.max["QH"] for leaf in LEAVES}
NO_REPORT_LATE = 3
"""What a zero comes to in 7.2, whose ladder counts late reports."""


def row(criterion: str, value: str = "0") -> SheetRow:
    """A value of this criterion, with a target where one is needed."""
    target = "10" if BOOK.leaf[criterion].input == "ratio" else None
    return SheetRow(criterion, value, target)


def submitted(**values: str) -> Told:
    """Everything at zero but ``values`` (``c1_2="5"``)."""
    found = {name.removeprefix("c").replace("_", "."): value for name, value in values.items()}
    told = Told()
    told.tell(SubmitSheet("QH-Q01", tuple(row(leaf.id, found.get(leaf.id, "0")) for leaf in LEAVES)), Q01)
    return told


def sheet(told: Told, **drafts: Mapping[str, Any]) -> Sheet:
    found = {name.removeprefix("c").replace("_", "."): (content, 1) for name, content in drafts.items()}
    return as_filled_in(told.board, BOOK, "QH-Q01", found)


def test_a_new_sheet_lacks_everything_and_comes_to_nothing() -> None:
    found = sheet(Told())
    assert found.missing == tuple(leaf.id for leaf in LEAVES)
    assert found.points == 0
    assert found.most == total(MOST.values())
    assert found.submitted is None


def test_zero_everywhere_is_complete_and_empty_is_not() -> None:
    found = sheet(submitted())
    assert (found.missing, found.faulty, found.changed) == ((), (), ())
    assert found.points == NO_REPORT_LATE
    assert found.submitted is not None
    assert found.submitted.data["values"] == len(LEAVES)


def test_a_draft_stands_in_for_what_was_submitted_and_is_a_change() -> None:
    found = sheet(submitted(c1_2="5"), c1_2={"value": "5.5"}, c1_3={"value": "0"})
    assert found.points == NO_REPORT_LATE + Fraction(11, 2)
    assert found.changed == ("1.2",)  # the draft of 1.3 says what stands


def test_a_draft_that_takes_the_value_away_leaves_the_criterion_missing() -> None:
    assert sheet(submitted(), c1_2={"basis": "đang tìm số liệu"}).missing == ("1.2",)


def test_a_value_that_the_rulebook_refuses_is_faulty_and_counts_for_nothing() -> None:
    found = sheet(Told(), c1_2={"value": "5.8"}, c1_3={"value": "nhiều"}, c2_1={"value": "3"})
    assert found.faulty == ("1.2", "1.3", "2.1")
    assert [entry.fault.rule for entry in found.entries if entry.fault] == [
        "off-step",
        "not-a-number",
        "target-missing",
    ]
    assert found.points == 0


def test_a_criterion_without_target_leaves_both_sums() -> None:
    found = sheet(Told(), c2_1={"state": "NO_TARGET"}, c1_2={"value": "6"})
    assert found.points == 6
    assert found.most == total(MOST.values()) - MOST["2.1"]


def test_who_sees_only_some_criteria_gets_those_alone() -> None:
    found = as_filled_in(submitted().board, BOOK, "QH-Q01", {}, lambda leaf: leaf.owner == "BTG")
    assert [entry.leaf.id for entry in found.entries] == ["1.1", "1.2", "1.3"]


@for_all(st.dictionaries(st.sampled_from(["1.2", "1.3", "2.3", "3.2", "6.2"]), st.integers(0, 8)))
def test_the_total_is_the_exact_sum_of_the_points_that_are_there(steps: dict[str, int]) -> None:
    step = BOOK.number.step
    drafts = {criterion: ({"value": number.show(step * n, 0)}, 1) for criterion, n in steps.items()}
    found = as_filled_in(Told().board, BOOK, "QH-Q01", drafts)
    assert found.points == sum((step * n for n in steps.values()), Fraction(0))
    assert set(found.missing) == {leaf.id for leaf in LEAVES} - set(steps)
