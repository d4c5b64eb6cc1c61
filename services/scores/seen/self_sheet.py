"""The self-score sheet of a unit, as submitted and as it is being filled in: values, points, what is missing.

Pure.  A draft is what the unit is still writing; it stands in for the submitted value until it is submitted
or dropped, and never counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.scores.board import Board, Note, Value
from services.scores.deciding.completeness import sheet_of
from services.scores.state import raw_of
from shared.rulebook import RESCALED, Leaf, Rulebook, ValueRefused, Working, work_out
from shared.rulebook.number import total

SUBMITTED = "selfassessment.submitted.v1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One criterion of the sheet.  ``version``: of its draft, 0 without one.

    ``working``: how the given value comes to its points; None with a ``fault``, or while nothing is given.
    """

    leaf: Leaf
    most: Fraction
    standing: Value | None
    draft: Mapping[str, Any] | None
    version: int
    working: Working | None
    fault: ValueRefused | None

    @property
    def given(self) -> Mapping[str, Any]:
        """What is filled in now: the draft, else what was submitted, else nothing."""
        if self.draft is not None:
            return self.draft
        return {} if self.standing is None else self.standing.data

    @property
    def empty(self) -> bool:
        """Whether nothing is filled in.  Zero is something."""
        return not any(name in self.given for name in ("value", "state"))

    @property
    def changed(self) -> bool:
        """Whether the draft says something else than what was submitted."""
        if self.draft is None or self.standing is None:
            return False
        return raw_of(self.draft) != raw_of(self.standing.data)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet, in order of the rulebook.  ``submitted``: the last submission, None before one."""

    unit: str
    entries: tuple[Entry, ...]
    submitted: Note | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Criteria without anything; the sheet cannot be submitted with one."""
        return tuple(entry.leaf.id for entry in self.entries if entry.empty)

    @property
    def faulty(self) -> tuple[str, ...]:
        """Criteria whose value the rulebook does not accept."""
        return tuple(entry.leaf.id for entry in self.entries if entry.fault is not None)

    @property
    def changed(self) -> tuple[str, ...]:
        """Criteria that a submission would state anew."""
        return tuple(
            entry.leaf.id
            for entry in self.entries
            if not entry.empty and (entry.standing is None or entry.changed)
        )

    @property
    def points(self) -> Fraction:
        """Sum of the self-scored contributions, exact; what is rescaled out is in neither sum."""
        return total(
            entry.working.points * entry.leaf.weight
            for entry in self.entries
            if entry.working is not None and isinstance(entry.working.points, Fraction)
        )

    @property
    def most(self) -> Fraction:
        """The most that the sheet can come to."""
        return total(
            entry.most * entry.leaf.weight
            for entry in self.entries
            if entry.working is None or entry.working.points is not RESCALED
        )


def as_filled_in(
    board: Board,
    book: Rulebook,
    unit: str,
    drafts: Mapping[str, tuple[Mapping[str, Any], int]],
    visible: Callable[[Leaf], bool] = lambda leaf: True,
) -> Sheet:
    """The sheet of ``unit``; ``drafts``: content and version by criterion, of a reader who may see them."""
    area = board.state.units[unit].area
    entries = [
        _entry(book, area, leaf, board.standing(unit, leaf.id, "self"), drafts.get(leaf.id))
        for leaf in sheet_of(book, area)
        if visible(leaf)
    ]
    return Sheet(unit, tuple(entries), _last(board.noted(SUBMITTED, unit)))


def _last(notes: Sequence[Note]) -> Note | None:
    return notes[-1] if notes else None


def _entry(
    book: Rulebook,
    area: str,
    leaf: Leaf,
    standing: Value | None,
    draft: tuple[Mapping[str, Any], int] | None,
) -> Entry:
    content, version = (None, 0) if draft is None else draft
    bare = Entry(leaf, leaf.max[area], standing, content, version, None, None)
    if bare.empty:
        return bare
    given = bare.given
    try:
        working = work_out(
            book, area, leaf.id, "self", given.get("value"), given.get("target"), given.get("state")
        )
    except ValueRefused as refusal:
        return Entry(leaf, bare.most, standing, content, version, None, refusal)
    return Entry(leaf, bare.most, standing, content, version, working, None)
