"""What the scores service knows of one ledger, folded from its own events.  Pure.

A stream here is a subject: ``*`` (cycle, rulebook, assignments, due instants, evaluations), a unit (its
registration, scores, proposals, vetoes), ``department:CODE``, ``grant:ID``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from shared.deciding import Stated
from shared.lineage import CHANGES, CLOSED, Change, in_place_of, named_successors, register_on
from shared.rulebook import Leaf, Rulebook, read

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cycle:
    """The cycle of evaluation; both days of the period are inside."""

    cycle: str
    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Adopted:
    """A rulebook that was adopted; the last one is in force."""

    digest: str
    version: str
    parts: int


@dataclass(frozen=True, slots=True)
class Department:
    """A body that scores.  ``kind`` ``office`` is the Office, which may enter for others."""

    code: str
    name: str
    kind: str
    entered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """``owner`` scores ``criterion`` from ``start`` on, until ``until`` (exclusive, None = open)."""

    criterion: str
    owner: str
    start: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An external evaluation that arrived.  ``content`` tells a duplicate, ``superseded`` an old version."""

    evaluation: str
    criterion: str
    content: str
    addressed_to: str
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that stands at one stage.  ``number``: of its event, None while it is only drafted.

    ``raw``: what makes two values the same: value, target, state, basis and evidence.
    """

    number: int | None
    raw: tuple[Any, ...]
    responsible: str
    on_behalf: bool = False
    evaluation: str | None = None
    confirmed: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class GivenGrant:
    """A grant as it was given; ``until`` is exclusive, None = open.  ``account``: person or service."""

    grant: str
    sub: str
    role: str
    scope: str
    start: str
    until: str | None = None
    ended: bool = False
    account: str = "person"
    label: str | None = None

    def holds_at(self, moment: str) -> bool:
        """Whether it is in force at the instant ``moment``: from inclusive, until exclusive."""
        return self.start <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the register, and what this service has stated about it.

    Area, kind, name and last day are those that count in the cycle: as the register reads on its last day.
    ``registered`` and ``changes``: the row as it was registered, and what was stated of it since.
    ``values``: what stands by (criterion, stage), oldest first, withdrawn ones left out.  ``proposals``:
    (kind, code, occurrence, proposing body).  ``vetoes``: in force.  ``completed``: bodies that have scored
    all of theirs.  ``submitted``: how often the sheet was.  ``acknowledged``: evaluations that it has read.
    """

    code: str
    area: str
    kind: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    values: Mapping[tuple[str, str], tuple[Entry, ...]] = field(default_factory=lambda: _EMPTY)
    proposals: frozenset[tuple[str, str, str, str]] = frozenset()
    vetoes: frozenset[str] = frozenset()
    completed: frozenset[str] = frozenset()
    submitted: int = 0
    acknowledged: frozenset[str] = frozenset()
    registered: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    changes: tuple[Change, ...] = ()

    def on(self, day: date) -> Unit:
        """The unit with area, kind and name as the register reads on ``day``."""
        if not self.changes:
            return self
        row = register_on(self.registered, self.changes, day)
        return replace(
            self, area=row["area"], kind=row["kind"], name=row["name"], valid_to=_day(row.get("valid_to"))
        )

    @property
    def closing(self) -> Mapping[str, Any] | None:
        """What ``unit.closed`` says of it, stated last; None for a unit that none closed."""
        return next((change.data for change in reversed(self.changes) if change.type == CLOSED), None)

    def standing(self, criterion: str, stage: str) -> Entry | None:
        """The value that counts at this stage, or None."""
        entries = self.values.get((criterion, stage))
        return entries[-1] if entries else None

    def open_on(self, day: date) -> bool:
        """Whether the register row is valid on ``day`` (rulebook format §2)."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class State:
    """A ledger as this service has stated it.

    ``ended``: grants that ended here and were given elsewhere (position 0 gives the first administrators
    theirs), with the instant of their end.
    """

    cycle: Cycle | None = None
    parts: Mapping[str, Mapping[int, str]] = field(default_factory=lambda: _EMPTY)
    adopted: tuple[Adopted, ...] = ()
    units: Mapping[str, Unit] = field(default_factory=lambda: _EMPTY)
    departments: Mapping[str, Department] = field(default_factory=lambda: _EMPTY)
    grants: Mapping[str, GivenGrant] = field(default_factory=lambda: _EMPTY)
    assignments: tuple[Assignment, ...] = ()
    due: Mapping[tuple[str, str | None], str] = field(default_factory=lambda: _EMPTY)
    evaluations: Mapping[str, Evaluation] = field(default_factory=lambda: _EMPTY)
    ended: Mapping[str, str] = field(default_factory=lambda: _EMPTY)

    def owner(self, leaf: Leaf, moment: str) -> str:
        """The body that scores ``leaf`` at the instant ``moment``: assigned last, else the rulebook's."""
        assigned = (
            one.owner
            for one in reversed(self.assignments)
            if one.criterion == leaf.id and one.start <= moment and (one.until is None or moment < one.until)
        )
        return next(assigned, leaf.owner)

    def owners(self, leaf: Leaf, moment: str) -> tuple[str, ...]:
        """The owner of ``leaf`` at ``moment``, then its joint authors."""
        owner = self.owner(leaf, moment)
        return (owner, *(one for one in leaf.joint if one != owner))

    def successors_of(self, code: str) -> tuple[str, ...]:
        """The units that stand in the place of ``code``, itself closed; none while nobody succeeds it.

        Successors of successors take their place.  As its closing says; without one, as its registration
        says or that of the unit which names it as a predecessor.
        """
        rows = {one.code: one.registered for one in self.units.values()}
        changes = {one.code: one.changes for one in self.units.values()}
        return in_place_of(code, lambda one: named_successors(one, rows, changes))

    def due_of(self, stage: str, criterion: str | None = None) -> str | None:
        """The exclusive instant by which ``stage`` (of ``criterion``) is to be scored, or None."""
        return self.due.get((stage, criterion), self.due.get((stage, None)))

    @property
    def in_force(self) -> Adopted | None:
        """The rulebook adopted last."""
        return self.adopted[-1] if self.adopted else None

    def rulebook(self) -> Rulebook | None:
        """The rulebook in force, as a model; None before the first adoption."""
        newest = self.in_force
        if newest is None:
            return None
        book = _books.get(newest.digest)
        if book is None:
            parts = self.parts[newest.digest]
            book = _model("".join(parts[index] for index in range(newest.parts)))
            if book.digest == newest.digest:
                if len(_books) >= _BOOKS_KEPT:
                    _books.clear()
                _books[newest.digest] = book
        return book

    @property
    def offices(self) -> tuple[str, ...]:
        """Codes of the departments of kind ``office``, in order of code."""
        return tuple(sorted(one.code for one in self.departments.values() if one.kind == "office"))


_BOOKS_KEPT = 16
_books: dict[str, Rulebook] = {}
"""Models by digest: what every row of a batch asks for must not read the whole text."""


@lru_cache(maxsize=_BOOKS_KEPT)
def _model(text: str) -> Rulebook:
    return read(text.encode("utf-8"))


def fold(events: Iterable[Stated], state: State | None = None) -> State:
    """``state`` (default: nothing; never changed) after ``events``, in order.

    A type that this service does not know says nothing.  Linear in the events: what they touch is copied
    once for all of them.
    """
    growing = _Growing(State() if state is None else state)
    for event in events:
        change = _CHANGES.get(event.type)
        if change is not None:
            change(growing, event)
    return growing.state()


def evolve(state: State, event: Stated) -> State:
    """``state`` after one event."""
    return fold((event,), state)


class _GrowingUnit:
    """A unit while a fold runs."""

    __slots__ = ("acknowledged", "completed", "proposals", "registered", "submitted", "values", "vetoes")

    def __init__(self, unit: Unit) -> None:
        self.registered = unit
        self.values = dict(unit.values)
        self.proposals = set(unit.proposals)
        self.vetoes = set(unit.vetoes)
        self.completed = set(unit.completed)
        self.submitted = unit.submitted
        self.acknowledged = set(unit.acknowledged)

    def unit(self) -> Unit:
        """The unit as it is now."""
        return replace(
            self.registered,
            values=self.values,
            proposals=frozenset(self.proposals),
            vetoes=frozenset(self.vetoes),
            completed=frozenset(self.completed),
            submitted=self.submitted,
            acknowledged=frozenset(self.acknowledged),
        )


class _Growing:
    """A state while a fold runs: nobody else sees it, so it may change in place."""

    __slots__ = (
        "_touched",
        "adopted",
        "assignments",
        "cycle",
        "departments",
        "due",
        "ended",
        "evaluations",
        "grants",
        "parts",
        "units",
    )

    def __init__(self, state: State) -> None:
        self.cycle = state.cycle
        self.parts = dict(state.parts)
        self.adopted = list(state.adopted)
        self.units = dict(state.units)
        self.departments = dict(state.departments)
        self.grants = dict(state.grants)
        self.assignments = list(state.assignments)
        self.due = dict(state.due)
        self.evaluations = dict(state.evaluations)
        self.ended = dict(state.ended)
        self._touched: dict[str, _GrowingUnit] = {}

    def register(self, unit: Unit) -> None:
        """A unit enters."""
        self.units[unit.code] = unit
        self._touched.pop(unit.code, None)

    def unit(self, code: str) -> _GrowingUnit:
        """The unit ``code``, to be changed."""
        found = self._touched.get(code)
        if found is None:
            found = self._touched[code] = _GrowingUnit(self.units[code])
        return found

    def state(self) -> State:
        """What has become of it; the last thing that is asked."""
        self.units.update((code, growing.unit()) for code, growing in self._touched.items())
        return State(
            self.cycle,
            self.parts,
            tuple(self.adopted),
            self.units,
            self.departments,
            self.grants,
            tuple(self.assignments),
            self.due,
            self.evaluations,
            self.ended,
        )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _cycle_opened(growing: _Growing, event: Stated) -> None:
    data = event.data
    first, last = (date.fromisoformat(data["period"][name]) for name in ("from", "to"))
    growing.cycle = Cycle(data["cycle"], data["name"], first, last)


def _rulebook_part(growing: _Growing, event: Stated) -> None:
    data = event.data
    held = growing.parts.get(data["digest"], {})
    growing.parts[data["digest"]] = {**held, data["index"]: data["text"]}


def _rulebook_adopted(growing: _Growing, event: Stated) -> None:
    data = event.data
    growing.adopted.append(Adopted(data["digest"], data["version"], data["parts"]))


def _unit_registered(growing: _Growing, event: Stated) -> None:
    data = event.data
    growing.register(
        Unit(
            event.subject,
            data["area"],
            data["kind"],
            data["name"],
            _day(data.get("valid_from")),
            _day(data.get("valid_to")),
            registered=data,
        )
    )


def _unit_changed(growing: _Growing, event: Stated) -> None:
    unit = growing.unit(event.subject)
    changes = (*unit.registered.changes, Change(event.type, event.data))
    last = date.max if growing.cycle is None else growing.cycle.last
    unit.registered = replace(unit.registered, changes=changes).on(last)


def _department_registered(growing: _Growing, event: Stated) -> None:
    data = event.data
    code = event.subject.removeprefix("department:")
    growing.departments[code] = Department(code, data["name"], data["kind"], data.get("entered_by"))


def _grant_given(growing: _Growing, event: Stated) -> None:
    data = event.data
    growing.grants[data["grant"]] = GivenGrant(
        data["grant"],
        data["sub"],
        data["role"],
        data["scope"],
        data["from"],
        data.get("until"),
        account=data.get("account", "person"),
        label=data.get("label"),
    )


def _grant_ended(growing: _Growing, event: Stated) -> None:
    grant, until = event.data["grant"], event.data["until"]
    given = growing.grants.get(grant)
    if given is None:
        growing.ended[grant] = until
    else:
        growing.grants[grant] = replace(given, until=until, ended=True)


def _place(event: Stated) -> tuple[str, str]:
    return event.data["criterion"], event.data["stage"]


_Answer = Callable[[Entry], Entry]


def raw_of(said: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of a value decides whether another one is the same: its input, its basis, its evidence."""
    evidence = tuple((item["name"], item["sha256"]) for item in said.get("evidence") or ())
    return (said.get("value"), said.get("target"), said.get("state"), said.get("basis"), evidence)


def _score_recorded(growing: _Growing, event: Stated) -> None:
    data = event.data
    values = growing.unit(event.subject).values
    entry = Entry(
        getattr(event, "sequence", None),
        raw_of(data),
        data.get("responsible", ""),
        "on_behalf_of" in data,
        data.get("evaluation"),
    )
    values[_place(event)] = (*values.get(_place(event), ()), entry)


def _score_withdrawn(growing: _Growing, event: Stated) -> None:
    """A withdrawal takes the latest value of the stage away; the older one shows again (§3)."""
    values = growing.unit(event.subject).values
    values[_place(event)] = values[_place(event)][:-1]


def _answered(growing: _Growing, unit: str, numbers: Sequence[int], answered: _Answer) -> None:
    values = growing.unit(unit).values
    for place, entries in values.items():
        if any(entry.number in numbers for entry in entries):
            values[place] = tuple(answered(entry) if entry.number in numbers else entry for entry in entries)


def _score_confirmed(growing: _Growing, event: Stated) -> None:
    _answered(growing, event.subject, event.data["scores"], lambda entry: replace(entry, confirmed=True))


def _score_disputed(growing: _Growing, event: Stated) -> None:
    _answered(growing, event.subject, [event.data["score"]], lambda entry: replace(entry, disputed=True))


def _scoring_assigned(growing: _Growing, event: Stated) -> None:
    data = event.data
    growing.assignments.append(Assignment(data["criterion"], data["owner"], data["from"], data.get("until")))


def _due_set(growing: _Growing, event: Stated) -> None:
    growing.due[event.data["stage"], event.data.get("criterion")] = event.data["due"]


def _scoring_completed(growing: _Growing, event: Stated) -> None:
    growing.unit(event.subject).completed.add(event.data["department"])


def _scoring_reopened(growing: _Growing, event: Stated) -> None:
    growing.unit(event.subject).completed.discard(event.data["department"])


def _sheet_submitted(growing: _Growing, event: Stated) -> None:
    growing.unit(event.subject).submitted += 1


def _evaluation_received(growing: _Growing, event: Stated) -> None:
    data = event.data
    growing.evaluations[data["evaluation"]] = Evaluation(
        data["evaluation"], data["criterion"], data["content"], data["addressed_to"]
    )
    older = data.get("supersedes")
    if older in growing.evaluations:
        growing.evaluations[older] = replace(growing.evaluations[older], superseded=True)


def _evaluation_acknowledged(growing: _Growing, event: Stated) -> None:
    growing.unit(event.subject).acknowledged.add(event.data["evaluation"])


def _proposed(growing: _Growing, event: Stated) -> None:
    data = event.data
    kind = event.type.split(".", 1)[0]
    key = (kind, data["code"], data["occurrence_ref"], data.get("responsible", ""))
    growing.unit(event.subject).proposals.add(key)


def _veto_recorded(growing: _Growing, event: Stated) -> None:
    growing.unit(event.subject).vetoes.add(event.data["veto"])


def _veto_lifted(growing: _Growing, event: Stated) -> None:
    growing.unit(event.subject).vetoes.discard(event.data["veto"])


_CHANGES = {
    "cycle.opened.v1": _cycle_opened,
    "rulebook.part.v1": _rulebook_part,
    "rulebook.adopted.v1": _rulebook_adopted,
    "unit.registered.v1": _unit_registered,
    **dict.fromkeys(CHANGES, _unit_changed),
    "department.registered.v1": _department_registered,
    "grant.given.v1": _grant_given,
    "grant.ended.v1": _grant_ended,
    "score.recorded.v1": _score_recorded,
    "score.withdrawn.v1": _score_withdrawn,
    "score.confirmed.v1": _score_confirmed,
    "score.disputed.v1": _score_disputed,
    "scoring.assigned.v1": _scoring_assigned,
    "scoring.due_set.v1": _due_set,
    "scoring.completed.v1": _scoring_completed,
    "scoring.reopened.v1": _scoring_reopened,
    "selfassessment.submitted.v1": _sheet_submitted,
    "evaluation.received.v1": _evaluation_received,
    "evaluation.acknowledged.v1": _evaluation_acknowledged,
    "bonus.proposed.v1": _proposed,
    "penalty.proposed.v1": _proposed,
    "veto.recorded.v1": _veto_recorded,
    "veto.lifted.v1": _veto_lifted,
}
