"""What other services have stated, as far as a courtesy check needs it.  Pure.

Folded from the ledger up to ``base_position``, which every event that rests on it carries: something may
land in between, and then the fold of ranking is the judge, not we (architecture 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from shared.events import Event
from shared.events.catalogue import interpret
from shared.lineage import CHANGES, Change, named_successors, register_on
from shared.rulebook import Leaf, Points, Rulebook, ValueRefused, evaluate


@dataclass(frozen=True, slots=True)
class Entry:
    """One value at one stage: raw input or points, as the leaf's stage says.

    ``waiting``: number of the score that another body entered and the responsible one has not confirmed.
    """

    value: str | None
    target: str | None = None
    state: str | None = None
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """What the Standing Committee said of a forfeit case; ``outcome``: confirmed, declined or lifted.

    ``at``: when it was stated.  ``document``: the minutes that it rests on.
    """

    outcome: str
    at: str
    document: str


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit as the ledger tells it, its register row as on the last day of the period.

    ``values``: by (criterion, stage), oldest first, none withdrawn.  ``cases``: how many forfeit cases the
    ledger holds; ``decision``: the newest since the last of them.  ``submitted``: whether its sheet of self
    scores was sent in.  ``predecessors`` as it was registered with, ``successors`` as it names them itself.
    """

    code: str
    area: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    values: Mapping[tuple[str, str], tuple[Entry, ...]] = field(default_factory=dict)
    forfeited: bool = False
    cases: int = 0
    decision: CaseDecision | None = None
    submitted: bool = False
    predecessors: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()

    def open_on(self, day: date) -> bool:
        """Whether the register row is valid on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Known:
    """The ledger's first ``base_position`` events, as far as they were loaded."""

    base_position: int
    timezone: str
    rulebook: Rulebook | None
    units: Mapping[str, KnownUnit]


_OUTCOMES: Final = {
    "decision.forfeit_confirmed.v1": "confirmed",
    "decision.forfeit_declined.v1": "declined",
    "decision.forfeit_lifted.v1": "lifted",
}


def unit_of(code: str, events: Iterable[Event], day: date) -> KnownUnit | None:
    """The unit after ``events`` with it as subject, or None when it was never registered.

    ``day``: the one on which its register row is read, the last of the rulebook's period.
    """
    registered: dict[str, str] | None = None
    changes: list[Change] = []
    values: dict[tuple[str, str], list[Entry]] = {}
    forfeited = submitted = False
    cases = 0
    decision: CaseDecision | None = None
    for event in events:
        if interpret(event) is not None:
            continue
        data = event.data
        match event.type:
            case "unit.registered.v1":
                registered = data
            case type_ if type_ in CHANGES:
                changes.append(Change(type_, data))
            case "selfassessment.submitted.v1":
                submitted = True
            case "score.confirmed.v1":
                _confirm(values, data["scores"])
            case "score.recorded.v1":
                waiting = event.sequence if "on_behalf_of" in data else None
                entry = Entry(data.get("value"), data.get("target"), data.get("state"), waiting)
                values.setdefault((data["criterion"], data["stage"]), []).append(entry)
            case "score.withdrawn.v1" | "decision.score_withdrawn.v1":
                _withdraw(values, data["criterion"], data["stage"])
            case "conclusion.signed.v1" | "conclusion.amended.v1":
                for score in data.get("scores", ()):
                    values.setdefault((score["criterion"], "inspection"), []).append(Entry(score["value"]))
                for change in data.get("adjustments", ()):
                    values.setdefault((change["criterion"], "inspection"), []).append(Entry(change["to"]))
                for criterion in data.get("withdrawn", ()):
                    _withdraw(values, criterion, "inspection")
            case "decision.score.v1":
                entry = Entry(data.get("points"), None, data.get("state"))
                values.setdefault((data["criterion"], data["stage"]), []).append(entry)
            case "forfeit.case_opened.v1":
                cases, decision = cases + 1, None
            case type_ if type_ in _OUTCOMES:
                decision = CaseDecision(_OUTCOMES[type_], event.time, str(data["document"]))
                if decision.outcome != "declined":
                    forfeited = decision.outcome == "confirmed"
    if registered is None:
        return None
    row = register_on(registered, changes, day)
    return KnownUnit(
        code,
        row["area"],
        row["name"],
        _day(row.get("valid_from")),
        _day(row.get("valid_to")),
        {place: tuple(entries) for place, entries in values.items() if entries},
        forfeited,
        cases,
        decision,
        submitted,
        tuple(row.get("predecessors", ())),
        tuple(named_successors(code, {code: registered}, {code: changes})),
    )


def _withdraw(values: dict[tuple[str, str], list[Entry]], criterion: str, stage: str) -> None:
    """The latest value of the stage no longer stands; the older one shows again (rulebook format §3)."""
    held = values.get((criterion, stage))
    if held:
        held.pop()


def _confirm(values: dict[tuple[str, str], list[Entry]], numbers: list[int]) -> None:
    for entries in values.values():
        entries[:] = [replace(one, waiting=None) if one.waiting in numbers else one for one in entries]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def missing_scores(book: Rulebook, unit: KnownUnit) -> list[str]:
    """Leaves of departments that have no official value yet, in the rulebook's order (plan III.3)."""
    return [
        leaf.id
        for leaf in book.leaves
        if leaf.stage != "inspection"
        and unit.area in leaf.max
        and not any(_counting(book, unit, leaf, stage) for stage in book.order_of(leaf))
    ]


def effective(book: Rulebook, unit: KnownUnit, leaf: Leaf) -> Points | None:
    """The points that count for ``leaf`` now (rulebook format §3), or None when it has no official value.

    Values are judged by the rulebook in force; one that no longer fits it counts as absent.
    """
    for stage in reversed(book.order_of(leaf)):
        points = at_stage(book, unit, leaf, stage)
        if points is not None:
            return points
    return None


def at_stage(book: Rulebook, unit: KnownUnit, leaf: Leaf, stage: str) -> Points | None:
    """The points of the latest value of ``stage``, or None."""
    entries = _counting(book, unit, leaf, stage)
    if not entries:
        return None
    last = entries[-1]
    try:
        return evaluate(book, unit.area, leaf.id, stage, last.value, last.target, last.state)
    except ValueRefused:
        return None


def _counting(book: Rulebook, unit: KnownUnit, leaf: Leaf, stage: str) -> list[Entry]:
    """The values of a stage without those that wait for a confirmation the rulebook asks for (format §10)."""
    required = book.policies["on_behalf_confirmation"] == "required"
    entries = unit.values.get((leaf.id, stage), ())
    return [entry for entry in entries if not required or entry.waiting is None]
