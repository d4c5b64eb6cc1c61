"""Which edits of draft cells are kept, and which meet what somebody else has left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scores.kept.drafts import Cell, Edit, Judged, Kept, judge
from shared.decisions import Refused

CELL: Cell = ("QH-Q01", "1.2", "department")
FIVE, SIX = {"value": "5"}, {"value": "6"}


def kept(content: dict[str, str], version: int) -> Kept:
    return Kept(CELL, content, version, "2020-11-05T02:00:00.000000Z", "BTG-2")


def judged(edit: Edit, *there: Kept) -> Judged:
    return judge([edit], {one.cell: one for one in there})


def test_a_new_cell_is_kept() -> None:
    assert judged(Edit(CELL, FIVE, 0)) == Judged(changes=(Edit(CELL, FIVE, 0),))


def test_a_cell_that_is_as_it_was_seen_is_changed() -> None:
    assert judged(Edit(CELL, SIX, 3), kept(FIVE, 3)).changes == (Edit(CELL, SIX, 3),)


@pytest.mark.parametrize("known", [0, 2, 4])
def test_a_cell_that_somebody_else_has_changed_is_a_conflict_and_is_not_touched(known: int) -> None:
    theirs = kept(FIVE, 3)
    assert judged(Edit(CELL, SIX, known), theirs) == Judged(conflicts=(theirs,))


@pytest.mark.parametrize("known", [0, 2, 3])
def test_saying_what_is_there_already_is_no_conflict(known: int) -> None:
    theirs = kept(FIVE, 3)
    assert judged(Edit(CELL, FIVE, known), theirs) == Judged(stands=(theirs,))


def test_who_holds_a_draft_that_was_removed_is_told() -> None:
    gone = kept({}, 4)
    assert judged(Edit(CELL, SIX, 3), gone) == Judged(conflicts=(gone,))


def test_who_knows_of_none_starts_anew_where_one_was_removed() -> None:
    assert judged(Edit(CELL, SIX, 0), kept({}, 4)).changes == (Edit(CELL, SIX, 4),)


def test_removing_a_draft_that_another_has_changed_is_a_conflict() -> None:
    theirs = kept(SIX, 4)
    assert judged(Edit(CELL, {}, 3), theirs) == Judged(conflicts=(theirs,))


def test_removing_what_is_not_there_is_done_already() -> None:
    assert [one.version for one in judged(Edit(CELL, {}, 0)).stands] == [0]


def test_a_cell_given_twice_is_refused_and_named() -> None:
    with pytest.raises(Refused) as refused:
        judge([Edit(CELL, FIVE, 0), Edit(CELL, SIX, 0)], {})
    assert (refused.value.rule, refused.value.faults[0].field) == ("given-twice", "cells.1.unit")


CONTENTS = st.sampled_from([{}, FIVE, SIX])


@given(CONTENTS, st.integers(1, 3), CONTENTS, st.integers(0, 4))
def test_nothing_that_was_not_seen_is_ever_overwritten(
    there: dict[str, str], version: int, wanted: dict[str, str], known: int
) -> None:
    found = judged(Edit(CELL, wanted, known), kept(there, version))
    assert len(found.changes) + len(found.stands) + len(found.conflicts) == 1
    if found.changes and there:
        assert known == version
