"""What the scores service knows of one ledger, folded from its own events.  Pure.

A stream here is a subject: ``*`` (cycle, rulebook), a unit (its registration, scores, proposals, vetoes),
``department:CODE``, ``grant:ID``.  A command loads the streams it needs and folds them into one
:class:`State`; what was not loaded is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

from shared.deciding import Stated
from shared.rulebook import Rulebook, read

K = TypeVar("K")
V = TypeVar("V")
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
class GivenGrant:
    """A grant as it was given; ``until`` is exclusive, None = open."""

    grant: str
    sub: str
    role: str
    scope: str
    start: str
    until: str | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A recorded raw input that is not withdrawn."""

    value: str | None
    target: str | None
    state: str | None
    rulebook: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the register, and what this service has stated about it.

    ``values``: by (criterion, stage), oldest first, withdrawn ones left out.  ``proposals``: (kind, code,
    occurrence, proposing body).  ``vetoes``: ids in force.
    """

    code: str
    area: str
    kind: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    values: Mapping[tuple[str, str], tuple[Value, ...]] = field(default_factory=lambda: _EMPTY)
    proposals: frozenset[tuple[str, str, str, str]] = frozenset()
    vetoes: frozenset[str] = frozenset()

    def open_on(self, day: date) -> bool:
        """Whether the register row is valid on ``day`` (rulebook format §2)."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class State:
    """The loaded part of a ledger as this service has stated it."""

    cycle: Cycle | None = None
    parts: Mapping[str, Mapping[int, str]] = field(default_factory=lambda: _EMPTY)
    adopted: tuple[Adopted, ...] = ()
    units: Mapping[str, Unit] = field(default_factory=lambda: _EMPTY)
    departments: Mapping[str, Department] = field(default_factory=lambda: _EMPTY)
    grants: Mapping[str, GivenGrant] = field(default_factory=lambda: _EMPTY)

    @property
    def in_force(self) -> Adopted | None:
        """The rulebook adopted last."""
        return self.adopted[-1] if self.adopted else None

    def rulebook(self) -> Rulebook | None:
        """The rulebook in force, as a model; None before the first adoption."""
        newest = self.in_force
        if newest is None:
            return None
        parts = self.parts[newest.digest]
        return _model("".join(parts[index] for index in range(newest.parts)))

    @property
    def offices(self) -> tuple[str, ...]:
        """Codes of the departments of kind ``office``, in order of code."""
        return tuple(sorted(one.code for one in self.departments.values() if one.kind == "office"))


@lru_cache(maxsize=16)
def _model(text: str) -> Rulebook:
    return read(text.encode("utf-8"))


def fold(events: Iterable[Stated], state: State | None = None) -> State:
    """``state`` (default: nothing) after ``events``, in order."""
    state = State() if state is None else state
    for event in events:
        state = evolve(state, event)
    return state


def evolve(state: State, event: Stated) -> State:
    """``state`` after one event; a type that this service does not know changes nothing."""
    change = _CHANGES.get(event.type)
    return state if change is None else change(state, event)


def _with(mapping: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    return {**mapping, key: value}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _cycle_opened(state: State, event: Stated) -> State:
    data = event.data
    period = data["period"]
    return replace(
        state,
        cycle=Cycle(
            data["cycle"], data["name"], date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
        ),
    )


def _rulebook_part(state: State, event: Stated) -> State:
    data = event.data
    known = state.parts.get(data["digest"], _EMPTY)
    return replace(state, parts=_with(state.parts, data["digest"], _with(known, data["index"], data["text"])))


def _rulebook_adopted(state: State, event: Stated) -> State:
    data = event.data
    return replace(state, adopted=(*state.adopted, Adopted(data["digest"], data["version"], data["parts"])))


def _unit_registered(state: State, event: Stated) -> State:
    data = event.data
    unit = Unit(
        event.subject,
        data["area"],
        data["kind"],
        data["name"],
        _day(data.get("valid_from")),
        _day(data.get("valid_to")),
    )
    return replace(state, units=_with(state.units, unit.code, unit))


def _department_registered(state: State, event: Stated) -> State:
    data = event.data
    code = event.subject.removeprefix("department:")
    department = Department(code, data["name"], data["kind"], data.get("entered_by"))
    return replace(state, departments=_with(state.departments, code, department))


def _grant_given(state: State, event: Stated) -> State:
    data = event.data
    grant = GivenGrant(
        data["grant"], data["sub"], data["role"], data["scope"], data["from"], data.get("until")
    )
    return replace(state, grants=_with(state.grants, grant.grant, grant))


def _grant_ended(state: State, event: Stated) -> State:
    data = event.data
    ended = replace(state.grants[data["grant"]], until=data["until"], ended=True)
    return replace(state, grants=_with(state.grants, ended.grant, ended))


def _unit_changed(state: State, unit: Unit) -> State:
    return replace(state, units=_with(state.units, unit.code, unit))


def _score_recorded(state: State, event: Stated) -> State:
    data = event.data
    unit = state.units[event.subject]
    place = (data["criterion"], data["stage"])
    value = Value(data.get("value"), data.get("target"), data.get("state"), data["rulebook"])
    values = _with(unit.values, place, (*unit.values.get(place, ()), value))
    return _unit_changed(state, replace(unit, values=values))


def _score_withdrawn(state: State, event: Stated) -> State:
    """A withdrawal takes the latest value of the stage away; the older one shows again (§3)."""
    unit = state.units[event.subject]
    place = (event.data["criterion"], event.data["stage"])
    values = _with(unit.values, place, unit.values[place][:-1])
    return _unit_changed(state, replace(unit, values=values))


def _proposed(state: State, event: Stated) -> State:
    unit = state.units[event.subject]
    data = event.data
    kind = event.type.split(".", 1)[0]
    key = (kind, data["code"], data["occurrence_ref"], data.get("responsible", ""))
    return _unit_changed(state, replace(unit, proposals=unit.proposals | {key}))


def _veto_recorded(state: State, event: Stated) -> State:
    unit = state.units[event.subject]
    return _unit_changed(state, replace(unit, vetoes=unit.vetoes | {event.data["veto"]}))


def _veto_lifted(state: State, event: Stated) -> State:
    unit = state.units[event.subject]
    return _unit_changed(state, replace(unit, vetoes=unit.vetoes - {event.data["veto"]}))


_CHANGES = {
    "cycle.opened.v1": _cycle_opened,
    "rulebook.part.v1": _rulebook_part,
    "rulebook.adopted.v1": _rulebook_adopted,
    "unit.registered.v1": _unit_registered,
    "department.registered.v1": _department_registered,
    "grant.given.v1": _grant_given,
    "grant.ended.v1": _grant_ended,
    "score.recorded.v1": _score_recorded,
    "score.withdrawn.v1": _score_withdrawn,
    "bonus.proposed.v1": _proposed,
    "penalty.proposed.v1": _proposed,
    "veto.recorded.v1": _veto_recorded,
    "veto.lifted.v1": _veto_lifted,
}
