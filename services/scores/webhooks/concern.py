"""Whom an event of the ledger concerns, and how much of it he may read.  Pure.

A department is told what touches the criteria that it scores (or wrote jointly), its proposals, its grants,
and what changes for everybody.  An event that speaks of other departments' criteria too reaches it cut down
to its own; such an event bears no signature, for that would no longer fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.scores.state import State, evolve
from shared.events import Event
from shared.events.canonical import canonical_bytes

_OWNERSHIP = frozenset(
    ("rulebook.part.v1", "rulebook.adopted.v1", "scoring.assigned.v1", "department.registered.v1")
)
_FOR_ALL = (
    "result.published.v1",
    "round.closed.v1",
    "rulebook.adopted.v1",
    "unit.closed.v1",
    "unit.moved.v1",
    "unit.renamed.v1",
)


@dataclass(frozen=True, slots=True)
class Concern:
    """``everybody``: the whole event is for all.  ``whole``: departments that may read all of it.

    ``part``: departments that may read what it says of these criteria only.
    """

    everybody: bool = False
    whole: frozenset[str] = frozenset()
    part: Mapping[str, frozenset[str]] = field(default_factory=dict)


NOBODY = Concern()


class Concerns:
    """Follows a ledger from its beginning, event by event, in order."""

    def __init__(self) -> None:
        self._state = State()
        self._scores: dict[int, frozenset[str]] = {}  # by number among the events of scores
        self._facts: dict[int, frozenset[str]] = {}  # by position: scores and decisions
        self._proposals: dict[tuple[str, ...], frozenset[str]] = {}
        self._grants: dict[str, frozenset[str]] = {}
        self._evaluations: dict[str, frozenset[str]] = {}

    def take(self, position: int, event: Event) -> Concern:
        """Whom the event at ``position`` concerns; what comes later rests on it."""
        rule = _RULES.get(event.type)
        found = Concern(everybody=True) if event.type in _FOR_ALL else NOBODY
        if rule is not None:
            found = rule(self, event)
            if event.service in ("scores", "ranking"):
                self._facts[position] = found.whole | frozenset(found.part)
        if event.type in _OWNERSHIP:
            self._state = evolve(self._state, event)
        return found

    def _owners(self, criterion: str, moment: str) -> frozenset[str]:
        book = self._state.rulebook()
        leaf = None if book is None else book.leaf.get(criterion)
        return frozenset() if leaf is None else frozenset(self._state.owners(leaf, moment))

    def _of_criterion(self, event: Event) -> Concern:
        return Concern(whole=self._owners(event.data["criterion"], event.time))

    def _of_score(self, event: Event) -> Concern:
        found = self._owners(event.data["criterion"], event.time)
        responsible = str(event.data.get("responsible", ""))
        if responsible in self._state.departments:
            found |= {responsible}
        self._scores[event.sequence] = found
        return Concern(whole=found)

    def _of_answer(self, event: Event) -> Concern:
        numbers = event.data.get("scores") or [event.data["score"]]
        told = [self._scores.get(number, frozenset()) for number in numbers]
        return Concern(whole=frozenset().union(*told))

    def _of_assignment(self, event: Event) -> Concern:
        before = self._owners(event.data["criterion"], event.data["from"])
        return Concern(whole=before | {event.data["owner"]})

    def _of_due(self, event: Event) -> Concern:
        if event.data["stage"] == "self":
            return NOBODY
        criterion = event.data.get("criterion")
        if criterion is None:
            return Concern(everybody=True)
        return Concern(whole=self._owners(criterion, event.time))

    def _of_completeness(self, event: Event) -> Concern:
        return Concern(whole=frozenset((event.data["department"],)))

    def _of_evaluation(self, event: Event) -> Concern:
        data = event.data
        found = self._owners(data["criterion"], event.time) | frozenset(data["authors"])
        self._evaluations[data["evaluation"]] = found
        return Concern(whole=found)

    def _of_acknowledgement(self, event: Event) -> Concern:
        return Concern(whole=self._evaluations.get(event.data["evaluation"], frozenset()))

    def _of_proposal(self, event: Event) -> Concern:
        found = frozenset((str(event.data.get("responsible", "")),)) & self._state.departments.keys()
        key = _proposal(event)
        self._proposals[key] = self._proposals.get(key, frozenset()) | found
        return Concern(whole=frozenset(found))

    def _of_amount(self, event: Event) -> Concern:
        return Concern(whole=self._proposals.get(_proposal(event), frozenset()))

    def _of_late_fact(self, event: Event) -> Concern:
        return Concern(whole=self._facts.get(event.data["fact"], frozenset()))

    def _of_entry(self, event: Event) -> Concern:
        return Concern(whole=self._facts.get(event.data["decision"], frozenset()))

    def _of_grant(self, event: Event) -> Concern:
        kind, _, code = str(event.data["scope"]).partition(":")
        found = frozenset((code,)) if kind == "department" else frozenset()
        self._grants[event.data["grant"]] = found
        return Concern(whole=found)

    def _of_end(self, event: Event) -> Concern:
        return Concern(whole=self._grants.get(event.data["grant"], frozenset()))

    def _of_many(self, event: Event) -> Concern:
        part: dict[str, frozenset[str]] = {}
        for criterion in _criteria(event.data):
            for department in self._owners(criterion, event.time):
                part[department] = part.get(department, frozenset()) | {criterion}
        return Concern(part=part)


_RULES: Mapping[str, Callable[[Concerns, Event], Concern]] = {
    "score.recorded.v1": Concerns._of_score,
    "score.withdrawn.v1": Concerns._of_criterion,
    "score.confirmed.v1": Concerns._of_answer,
    "score.disputed.v1": Concerns._of_answer,
    "scoring.assigned.v1": Concerns._of_assignment,
    "scoring.due_set.v1": Concerns._of_due,
    "scoring.completed.v1": Concerns._of_completeness,
    "scoring.reopened.v1": Concerns._of_completeness,
    "evaluation.received.v1": Concerns._of_evaluation,
    "evaluation.acknowledged.v1": Concerns._of_acknowledgement,
    "bonus.proposed.v1": Concerns._of_proposal,
    "penalty.proposed.v1": Concerns._of_proposal,
    "grant.given.v1": Concerns._of_grant,
    "grant.ended.v1": Concerns._of_end,
    "decision.score.v1": Concerns._of_criterion,
    "decision.score_withdrawn.v1": Concerns._of_criterion,
    "decision.bonus.v1": Concerns._of_amount,
    "decision.penalty.v1": Concerns._of_amount,
    "decision.late_fact.v1": Concerns._of_late_fact,
    "decision.confirmed.v1": Concerns._of_entry,
    "decision.disputed.v1": Concerns._of_entry,
    "decision.exception.v1": Concerns._of_many,
    "conclusion.signed.v1": Concerns._of_many,
    "conclusion.amended.v1": Concerns._of_many,
}

TYPES = tuple(sorted({*_RULES, *_FOR_ALL}))
"""Every type of event that may concern a department."""

FOLLOWED = frozenset(TYPES) | _OWNERSHIP
"""What :class:`Concerns` has to see of a ledger; anything else says nothing to it."""

_LISTS = ("scores", "adjustments")
_PLAIN = ("criteria", "withdrawn")
_KEPT = frozenset(
    (*_LISTS, *_PLAIN, "occurred_at", "actor", "responsible", "team", "document", "meeting", "date")
)


def _proposal(event: Event) -> tuple[str, ...]:
    kind = "bonus" if "bonus" in event.type else "penalty"
    return (kind, event.subject, event.data["code"], event.data["occurrence_ref"])


def _criteria(data: Mapping[str, Any]) -> Iterable[str]:
    for name in _LISTS:
        for item in data.get(name, ()):
            yield item["criterion"]
    for name in _PLAIN:
        yield from data.get(name, ())


def told(event: Event, concern: Concern, department: str) -> bytes | None:
    """What of ``event`` the department is told, as JSON: its bytes, part of it, or None for nothing."""
    if concern.everybody or department in concern.whole:
        return event.value
    criteria = concern.part.get(department)
    if criteria is None:
        return None
    data = {name: value for name, value in event.data.items() if name in _KEPT}
    for name in _LISTS:
        if name in data:
            data[name] = [item for item in data[name] if item["criterion"] in criteria]
    for name in _PLAIN:
        if name in data:
            data[name] = [item for item in data[name] if item in criteria]
    cut = {name: value for name, value in event.attributes.items() if name not in ("signature", "keyid")}
    return canonical_bytes({**cut, "data": data})
