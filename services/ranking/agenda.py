"""What waits for the Standing Committee, read from the fold alone.  Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.ranking.engine import Standings, State
from services.ranking.engine.facts import Decided, Proposed
from services.ranking.engine.fold import DecisionNote
from services.ranking.engine.sheet import TOO_LATE, Mark, Sheet


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
    """Units of one area that share a rank which has to be parted.  ``why``: TIE_AT_QUOTA:ID or OPEN_TIE."""

    area: str
    rank: int
    units: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """All that waits, each part in order of the ledger or of the board."""

    proposals: tuple[Proposal, ...]
    late: tuple[MarkOf, ...]
    stale: tuple[MarkOf, ...]
    ties: tuple[OpenTie, ...]
    unanswered: tuple[DecisionNote, ...]
    missing: tuple[tuple[str, tuple[str, ...]], ...]
    """Units with applicable criteria that have neither a value nor a recorded exception."""


def agenda(state: State, standings: Standings) -> Agenda:
    """What waits in ``state``, whose standings are ``standings``."""
    sheets = [row.sheet for row in standings.rows()]
    return Agenda(
        proposals=_proposals(state),
        late=_marks(sheets, TOO_LATE),
        stale=_marks(sheets, ("STALE",)),
        ties=_ties(state, standings),
        unanswered=tuple(
            state.decisions[at] for at in sorted(state.decisions) if state.decisions[at].unanswered
        ),
        missing=_missing(state, sheets),
    )


def _proposals(state: State) -> tuple[Proposal, ...]:
    rulebook = state.rulebook
    if rulebook is None:
        return ()
    kinds = {item.code: "bonus" for item in rulebook.bonus.items}
    kinds |= {item.code: "penalty" for item in rulebook.penalty.items}
    found: dict[tuple[str, Any, Any], Proposal] = {}
    for unit in sorted(state.units):
        for fact in state.units[unit].facts:
            if isinstance(fact, Decided):
                found.pop((unit, fact.code, fact.occurrence_ref), None)
            elif isinstance(fact, Proposed) and fact.code in kinds and isinstance(fact.occurrence_ref, str):
                found[unit, fact.code, fact.occurrence_ref] = Proposal(
                    fact.position,
                    unit,
                    kinds[fact.code],
                    fact.code,
                    fact.occurrence_ref,
                    str(fact.occurred_on),
                )
    return tuple(sorted(found.values(), key=lambda one: one.position))


def _marks(sheets: list[Sheet], statuses: tuple[str, ...]) -> tuple[MarkOf, ...]:
    found = [
        MarkOf(sheet.unit, leaf.id, mark)
        for sheet in sheets
        for leaf in sheet.leaves
        for mark in leaf.marks
        if mark.status in statuses and not mark.withdrawn
    ]
    return tuple(sorted(found, key=lambda one: (one.mark.position, one.criterion)))


def _ties(state: State, standings: Standings) -> tuple[OpenTie, ...]:
    strict = state.rulebook is not None and state.rulebook.rank_style == "1234"
    found = []
    for area in standings.areas:
        by_rank: dict[int, list[str]] = {}
        why: dict[int, str] = {}
        for row in area.rows:
            if row.rank is None:
                continue
            by_rank.setdefault(row.rank, []).append(row.sheet.unit)
            for reason in row.reasons:
                if reason.startswith("TIE_AT_QUOTA:"):
                    why[row.rank] = reason
        for rank in sorted(by_rank):
            if len(by_rank[rank]) > 1 and (strict or rank in why):
                found.append(OpenTie(area.area, rank, tuple(by_rank[rank]), why.get(rank, "OPEN_TIE")))
    return tuple(found)


def _missing(state: State, sheets: list[Sheet]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    excepted = {(one.unit, criterion) for one in state.exceptions for criterion in one.criteria}
    lacking = [
        (sheet.unit, tuple(leaf for leaf in sheet.missing if (sheet.unit, leaf) not in excepted))
        for sheet in sheets
    ]
    return tuple((unit, criteria) for unit, criteria in lacking if criteria)
