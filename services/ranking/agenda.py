"""What waits for the Standing Committee, read from the fold alone.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from services.ranking.engine import Standings, State
from services.ranking.engine.facts import ADJUSTMENT, DECISION, Proposed
from services.ranking.engine.fold import Case, DecisionNote
from services.ranking.engine.ranks import COMMITTEE
from services.ranking.engine.sheet import Mark, Sheet, admissible


@dataclass(frozen=True, slots=True)
class Proposal:
    """A bonus or penalty that was proposed and not decided; ``kind`` is bonus or penalty."""

    position: int
    unit: str
    kind: str
    code: str
    occurrence_ref: str
    occurred_on: str


@dataclass(frozen=True, slots=True)
class MarkOf:
    """A mark of a unit that somebody has to look at: late, or an adjustment that rests on another value."""

    unit: str
    criterion: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class OpenTie:
    """Units of one area that share a rank which has to be parted.  ``why``: TIE_AT_QUOTA:ID or OPEN_TIE.

    ``named``: whom a decision has to name, in their present order: all that are level before the Committee's
    step, though an older decision parted some of them.  A decision that leaves one out orders none of them.
    """

    area: str
    rank: int
    units: tuple[str, ...]
    why: str
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """All that waits, each part in order of the ledger or of the board.

    ``late``: scores that the Committee may let count, and has not decided on.  ``disputed``: scores entered
    for a body which says that they are not its own, while no newer value took their place.  ``unanswered``:
    entered by the Office, no member has answered.  ``contested``: a member disputes it, none has confirmed
    it, and no decision of the Committee since has settled the matter.
    """

    proposals: tuple[Proposal, ...]
    late: tuple[MarkOf, ...]
    stale: tuple[MarkOf, ...]
    disputed: tuple[MarkOf, ...]
    ties: tuple[OpenTie, ...]
    unanswered: tuple[DecisionNote, ...]
    contested: tuple[DecisionNote, ...]
    missing: tuple[tuple[str, tuple[str, ...]], ...]
    """Units with applicable criteria that have neither a value nor a recorded exception."""
    cases: tuple[Case, ...] = ()
    """Forfeit cases that are not decided yet."""
    adjustments: tuple[MarkOf, ...] = ()
    """Adjustments that the unit disputes, while neither an amendment nor a decision took their place."""


def agenda(state: State, standings: Standings) -> Agenda:
    """What waits in ``state``, whose standings are ``standings``."""
    sheets = [row.sheet for row in standings.rows()]
    notes = [state.decisions[at] for at in sorted(state.decisions)]
    return Agenda(
        proposals=_proposals(state, notes),
        late=_late(state, sheets, notes),
        stale=_marks(sheets, lambda mark: mark.status == "STALE"),
        disputed=_disputed(sheets),
        ties=_ties(state, standings),
        unanswered=tuple(note for note in notes if note.unanswered),
        contested=_contested(notes, sheets),
        missing=_missing(state, sheets),
        cases=open_cases(state),
        adjustments=disputed_adjustments(sheets),
    )


FORFEITS: Final = (
    "decision.forfeit_confirmed.v1",
    "decision.forfeit_lifted.v1",
    "decision.forfeit_declined.v1",
)
"""What the Committee may say of a forfeit."""


def open_cases(state: State) -> tuple[Case, ...]:
    """The forfeit cases on which the Committee has said nothing since they were opened, in ledger order."""
    newest = {
        note.subject: note.position for _, note in sorted(state.decisions.items()) if note.type in FORFEITS
    }
    return tuple(case for case in state.cases if newest.get(case.unit, -1) < case.position)


def _proposals(state: State, notes: list[DecisionNote]) -> tuple[Proposal, ...]:
    """Each occurrence once, however many bodies propose it; a decision still to be confirmed is one too."""
    rulebook = state.rulebook
    if rulebook is None:
        return ()
    kinds = {item.code: "bonus" for item in rulebook.bonus.items}
    kinds |= {item.code: "penalty" for item in rulebook.penalty.items}
    decided = {
        (note.subject, note.data.get("code"), note.data.get("occurrence_ref"))
        for note in notes
        if note.type in ("decision.bonus.v1", "decision.penalty.v1")
    }
    found: dict[tuple[str, Any, Any], Proposal] = {}
    for unit in sorted(state.units):
        for fact in state.units[unit].facts:
            if not isinstance(fact, Proposed) or fact.code not in kinds:
                continue
            key = (unit, fact.code, fact.occurrence_ref)
            if key not in decided:
                kind, day = kinds[fact.code], str(fact.occurred_on)
                found.setdefault(
                    key, Proposal(fact.position, unit, kind, fact.code, fact.occurrence_ref, day)
                )
    return tuple(sorted(found.values(), key=lambda one: one.position))


def _late(state: State, sheets: list[Sheet], notes: list[DecisionNote]) -> tuple[MarkOf, ...]:
    rulebook = state.rulebook
    if rulebook is None:
        return ()
    decided = {note.data.get("fact") for note in notes if note.type == "decision.late_fact.v1"}
    return _marks(sheets, lambda mark: mark.position not in decided and admissible(mark.status, rulebook))


def _contested(notes: list[DecisionNote], sheets: list[Sheet]) -> tuple[DecisionNote, ...]:
    """A newer decision on the same matter settles it when the Committee stated or a member confirmed it.

    An exception has no opposite: it is settled when its criteria are missing no longer.
    """
    newest = {
        _matter(note): note.position for note in notes if not note.on_behalf or note.confirmed is not None
    }
    missing = {(sheet.unit, criterion) for sheet in sheets for criterion in sheet.missing}
    return tuple(
        note
        for note in notes
        if note.contested
        and newest.get(_matter(note), -1) < note.position
        and not (
            note.type == "decision.exception.v1"
            and all((note.subject, criterion) not in missing for criterion in note.data["criteria"])
        )
    )


_MATTERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "decision.score.v1": ("score", ("criterion", "stage")),
    "decision.score_withdrawn.v1": ("score", ("criterion", "stage")),
    "decision.bonus.v1": ("bonus", ("code", "occurrence_ref")),
    "decision.penalty.v1": ("penalty", ("code", "occurrence_ref")),
    "decision.veto_recorded.v1": ("veto", ("veto",)),
    "decision.veto_lifted.v1": ("veto", ("veto",)),
    "decision.forfeit_confirmed.v1": ("forfeit", ()),
    "decision.forfeit_lifted.v1": ("forfeit", ()),
    "decision.forfeit_declined.v1": ("forfeit", ()),
    "decision.late_fact.v1": ("late_fact", ("fact",)),
    "decision.exception.v1": ("exception", ()),
    "decision.tie.v1": ("tie", ("area",)),
}
"""What each kind of decision is about, beside its subject: decisions on one matter undo each other."""


def _matter(note: DecisionNote) -> tuple[Any, ...]:
    name, keys = _MATTERS[note.type]
    return (name, note.subject, *(note.data.get(key) for key in keys))


def _marks(sheets: list[Sheet], wanted: Callable[[Mark], bool]) -> tuple[MarkOf, ...]:
    found = [
        MarkOf(sheet.unit, leaf.id, mark)
        for sheet in sheets
        for leaf in sheet.leaves
        for mark in leaf.marks
        if not mark.withdrawn and wanted(mark)
    ]
    return tuple(sorted(found, key=lambda one: (one.mark.position, one.criterion)))


def _disputed(sheets: list[Sheet]) -> tuple[MarkOf, ...]:
    contested = _marks(
        sheets,
        lambda mark: mark.on_behalf and mark.disputed is not None and mark.confirmed is None,
    )
    newest = {
        (sheet.unit, leaf.id, mark.stage): mark.position
        for sheet in sheets
        for leaf in sheet.leaves
        for mark in leaf.marks
        if not mark.withdrawn and not mark.status
    }
    return tuple(
        one
        for one in contested
        if newest.get((one.unit, one.criterion, one.mark.stage), -1) <= one.mark.position
    )


def disputed_adjustments(sheets: list[Sheet]) -> tuple[MarkOf, ...]:
    """Adjustments that the unit disputes, until an amendment or a decision takes their place."""
    contested = _marks(sheets, lambda mark: mark.origin == ADJUSTMENT and mark.disputed is not None)
    if not contested:
        return ()
    settled = {
        (sheet.unit, leaf.id): mark.position
        for sheet in sheets
        for leaf in sheet.leaves
        for mark in leaf.marks
        if not mark.withdrawn and mark.origin in (ADJUSTMENT, DECISION)
    }
    return tuple(one for one in contested if settled[one.unit, one.criterion] <= one.mark.position)


def _ties(state: State, standings: Standings) -> tuple[OpenTie, ...]:
    rulebook = state.rulebook
    if rulebook is None:
        return ()
    measures = [rulebook.totals.rank_by, *(step.by for step in rulebook.tie_breaks if step.by != COMMITTEE)]
    found = []
    for area in standings.areas:
        by_rank: dict[int, list[str]] = {}
        level: dict[tuple[Fraction | None, ...], list[str]] = {}
        names: dict[int, list[str]] = {}
        why: dict[int, str] = {}
        for row in area.rows:
            if row.rank is None:
                continue
            by_rank.setdefault(row.rank, []).append(row.sheet.unit)
            names[row.rank] = level.setdefault(tuple(row.sheet.measure(one) for one in measures), [])
            names[row.rank].append(row.sheet.unit)
            for reason in row.reasons:
                if reason.startswith("TIE_AT_QUOTA:"):
                    why[row.rank] = reason
        for rank in sorted(by_rank):
            if len(by_rank[rank]) > 1 and (rulebook.rank_style == "1234" or rank in why):
                reason = why.get(rank, "OPEN_TIE")
                found.append(OpenTie(area.area, rank, tuple(by_rank[rank]), reason, tuple(names[rank])))
    return tuple(found)


def _missing(state: State, sheets: list[Sheet]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    excepted = {(one.unit, criterion) for one in state.exceptions for criterion in one.criteria}
    lacking = [
        (sheet.unit, tuple(leaf for leaf in sheet.missing if (sheet.unit, leaf) not in excepted))
        for sheet in sheets
    ]
    return tuple((unit, criteria) for unit, criteria in lacking if criteria)
