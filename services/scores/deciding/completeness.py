"""What is still missing: per unit and scorer, and of a unit's own sheet (plan III.3).  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from services.scores.state import State, Unit, fold
from shared.events import Draft
from shared.rulebook import Leaf, Rulebook
from shared.rulebook.model import TEAM

OFFICIAL = ("department", "external")
"""The official stages that are scored here; the others are the team's and the Committee's."""


def asked_of(state: State, book: Rulebook, area: str, moment: str) -> Mapping[str, tuple[Leaf, ...]]:
    """By body: the criteria that it has to score for a unit of ``area``, in the rulebook's order."""
    asked: dict[str, list[Leaf]] = {}
    for leaf in book.leaves:
        if leaf.stage in OFFICIAL and leaf.owner != TEAM and area in leaf.max:
            asked.setdefault(state.owner(leaf, moment), []).append(leaf)
    return {body: tuple(leaves) for body, leaves in asked.items()}


def missing(state: State, unit: Unit, moment: str) -> Mapping[str, tuple[str, ...]]:
    """By body that owes any: the criteria of ``unit`` without a value at ``moment``; empty = complete.

    A zero is a value.  Bodies and criteria stand in the rulebook's order.  Nothing before a rulebook is
    in force.
    """
    book = state.rulebook()
    if book is None:
        return {}
    owed = {
        body: tuple(leaf.id for leaf in leaves if unit.standing(leaf.id, leaf.stage) is None)
        for body, leaves in asked_of(state, book, unit.area, moment).items()
    }
    return {body: criteria for body, criteria in owed.items() if criteria}


def sheet_of(book: Rulebook, area: str) -> tuple[Leaf, ...]:
    """The criteria that a unit of ``area`` scores itself, in the rulebook's order."""
    return tuple(leaf for leaf in book.leaves if leaf.self_scored and area in leaf.max)


def sheet_missing(state: State, unit: Unit) -> tuple[str, ...]:
    """The criteria of the unit's own sheet without a value, in the rulebook's order."""
    book = state.rulebook()
    if book is None:
        return ()
    return tuple(leaf.id for leaf in sheet_of(book, unit.area) if unit.standing(leaf.id, "self") is None)


def turned(state: State, drafts: Sequence[Draft], moment: str) -> list[Draft]:
    """What ``drafts`` (scores and withdrawals decided on ``state``) complete, or open again.

    One fact per unit and body whose state changes: ``scoring.completed`` when its last missing criterion
    got a value, ``scoring.reopened`` when a complete one lacks some again.
    """
    touched = [draft for draft in drafts if draft.data.get("stage") in OFFICIAL]
    book = state.rulebook()
    if not touched or book is None:
        return []
    return _turned(fold(touched, state), book, _concerned(touched), moment)


def turned_by_assignment(state: State, assigned: Draft, moment: str) -> list[Draft]:
    """What an assignment completes, or opens again: for its criterion's old and new owner, in every unit.

    Only one that holds at ``moment``: one that begins later turns nothing now, and what it changes then is
    seen by who reads (:func:`missing`), and stated with the next score of that body for that unit.
    """
    book = state.rulebook()
    if book is None:
        return []
    after = fold([assigned], state)
    leaf = book.leaf[assigned.data["criterion"]]
    bodies = (state.owner(leaf, moment), after.owner(leaf, moment))
    if bodies[0] == bodies[1]:
        return []
    actor, last = assigned.data["actor"], book.period.end
    concerned = [
        (code, body, actor) for code, unit in after.units.items() if unit.open_on(last) for body in bodies
    ]
    return _turned(after, book, sorted(concerned, key=lambda one: one[0]), moment)


_Concerned = tuple[str, str, Mapping[str, object]]
"""Unit, body, actor."""


def _turned(after: State, book: Rulebook, concerned: Iterable[_Concerned], moment: str) -> list[Draft]:
    found: list[Draft] = []
    for code, body, actor in concerned:
        unit = after.units[code]
        asked = asked_of(after, book, unit.area, moment).get(body, ())
        if not asked:
            continue
        lacking = [leaf.id for leaf in asked if unit.standing(leaf.id, leaf.stage) is None]
        facts = {"occurred_at": moment, "actor": actor, "responsible": body, "department": body}
        if not lacking and body not in unit.completed:
            found.append(Draft("scoring.completed.v1", code, {**facts, "criteria": len(asked)}))
        elif lacking and body in unit.completed:
            found.append(Draft("scoring.reopened.v1", code, {**facts, "criteria": lacking}))
    return found


def _concerned(drafts: Iterable[Draft]) -> list[_Concerned]:
    """Unit, responsible body and actor of each pair that is touched, in order of first touch."""
    seen: dict[tuple[str, str], Mapping[str, object]] = {}
    for draft in drafts:
        seen.setdefault((draft.subject, draft.data["responsible"]), draft.data["actor"])
    return [(unit, body, actor) for (unit, body), actor in seen.items()]
