"""What was stated at one session, as its page and its minutes show it (plan II, III.7).  Pure.

Nothing is lost: a later version stands in what is shown, the earlier ones stay beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.inspections.contents import order_of
from shared.calendar import local_date
from shared.events import Event
from shared.events.envelope import parse_instant

INTRODUCTION, DISCUSSION, PARTY_COMMITTEE = "introduction", "discussion", "party_committee"
AGENDA: Final = (INTRODUCTION, DISCUSSION, PARTY_COMMITTEE)
"""The parts of a session before its conclusion, in the order of plan III.7."""
_PART: Final = {
    "introduction": INTRODUCTION,
    "question": DISCUSSION,
    "answer": DISCUSSION,
    "party_committee": PARTY_COMMITTEE,
}

Item = dict[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """One fact of the session.  ``happened`` and ``at`` (when it was stated) are instants; ``value``: the
    event's bytes."""

    number: int
    id: str
    type: str
    happened: str
    at: str
    by: str
    role: str
    data: dict[str, Any]
    value: bytes

    def later(self, zone: str) -> bool:
        """Whether it was recorded on a later day than it happened, as the calendar of ``zone`` has them."""
        happened, at = (local_date(parse_instant(one), ZoneInfo(zone)) for one in (self.happened, self.at))
        return happened < at


@dataclass(frozen=True, slots=True)
class Entry:
    """A content, a model or a limitation: ``basis`` is what is assessed (none for a content), ``said`` every
    version of what the team says of it, oldest first; the last one stands."""

    ref: str
    basis: Said | None
    said: tuple[Said, ...] = ()

    @property
    def standing(self) -> Said | None:
        """What the team says of it now."""
        return self.said[-1] if self.said else None


@dataclass(frozen=True, slots=True)
class Limitation:
    """A limitation of an earlier year: ``row`` as ``basis`` carried it in."""

    row: dict[str, str]
    basis: Said
    said: tuple[Said, ...] = ()

    @property
    def standing(self) -> Said | None:
        """What the team says of it now."""
        return self.said[-1] if self.said else None


@dataclass(frozen=True, slots=True)
class Held:
    """One unit's session.  ``minutes``: every version; ``attendance``: the list in force; ``conclusions``:
    the signed one and its amendments; all oldest first."""

    opening: Said | None = None
    attendance: Said | None = None
    minutes: tuple[Said, ...] = ()
    findings: tuple[Entry, ...] = ()
    models: tuple[Entry, ...] = ()
    limitations: tuple[Limitation, ...] = ()
    conclusions: tuple[Said, ...] = ()

    def version(self, wanted: int | None = None) -> Said | None:
        """The minutes of that version (default: the last one), or None."""
        if wanted is None:
            return self.minutes[-1] if self.minutes else None
        return next((one for one in self.minutes if one.data["version"] == wanted), None)


def held(events: Iterable[Event]) -> Held:
    """The session after ``events``, this service's own of one unit, in the order of their numbers."""
    minutes: list[Said] = []
    conclusions: list[Said] = []
    opening = attendance = None
    findings: dict[str, list[Said]] = {}
    models: dict[str, Said] = {}
    assessed: dict[str, list[Said]] = {}
    limitations: dict[str, tuple[dict[str, str], Said]] = {}
    remedied: dict[str, list[Said]] = {}
    for event in events:
        said = _said(event)
        match event.type:
            case "inspection.opened.v1":
                opening = said
            case "attendance.declared.v1":
                attendance = said
            case "minutes.recorded.v1":
                minutes.append(said)
            case "finding.recorded.v1":
                findings.setdefault(said.data["content"], []).append(said)
            case "model.registered.v1":
                models[said.data["ref"]] = said
            case "model.assessed.v1":
                assessed.setdefault(said.data["ref"], []).append(said)
            case "limitation.carried.v1":
                limitations |= {row["ref"]: (row, said) for row in said.data["limitations"]}
            case "limitation.assessed.v1":
                remedied.setdefault(said.data["ref"], []).append(said)
            case "conclusion.signed.v1" | "conclusion.amended.v1":
                conclusions.append(said)
    return Held(
        opening,
        attendance,
        tuple(minutes),
        tuple(Entry(code, None, tuple(findings[code])) for code in sorted(findings, key=order_of)),
        tuple(Entry(ref, models[ref], tuple(assessed.get(ref, ()))) for ref in sorted(models)),
        tuple(
            Limitation(row, basis, tuple(remedied.get(ref, ())))
            for ref, (row, basis) in sorted(limitations.items())
        ),
        tuple(conclusions),
    )


def facts_shown(session: Held, minutes: Said | None) -> tuple[Said, ...]:
    """Every fact that the minutes with version ``minutes`` show, once, by when it happened."""
    entries: Sequence[Entry | Limitation] = (*session.findings, *session.models, *session.limitations)
    shown = [
        session.opening,
        session.attendance,
        minutes,
        *(one.basis for one in entries),
        *(one.standing for one in entries),
        *session.conclusions,
    ]
    once = {one.number: one for one in shown if one is not None}
    return tuple(sorted(once.values(), key=lambda one: (one.happened, one.number)))


@dataclass(frozen=True, slots=True)
class Concluded:
    """The conclusion as it stands: texts and recognised models as last stated, ``scores`` by criterion."""

    strengths: str
    limitations: str
    orientation: str
    scores: dict[str, str]
    recognised_models: tuple[dict[str, str], ...]


def concluded(conclusions: Sequence[Said]) -> Concluded | None:
    """The signed conclusion with its amendments, or None before it was signed.

    A withdrawn score lets the one before it stand again.
    """
    if not conclusions:
        return None
    last: dict[str, Any] = {}
    scores: dict[str, list[str]] = {}
    for said in conclusions:
        last |= said.data
        for score in said.data.get("scores", ()):
            scores.setdefault(score["criterion"], []).append(score["value"])
        for criterion in said.data.get("withdrawn", ()):
            if scores.get(criterion):
                scores[criterion].pop()
    return Concluded(
        last["strengths"],
        last["limitations"],
        last["orientation"],
        {criterion: values[-1] for criterion, values in scores.items() if values},
        tuple(last["recognised_models"]),
    )


def agenda(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Lines of minutes by part of the agenda (plan III.7), each part in the order in which it was written.

    A note belongs to the part of the line before it, at the very beginning to the introduction.
    """
    parts: dict[str, list[Item]] = {part: [] for part in AGENDA}
    part = INTRODUCTION
    for item in items:
        part = _PART.get(item["kind"], part)
        parts[part].append(item)
    return parts


def _said(event: Event) -> Said:
    actor = event.data["actor"]
    return Said(
        event.sequence,
        event.id,
        event.type,
        event.data["occurred_at"],
        event.time,
        actor["sub"],
        actor["role"],
        event.data,
        event.value,
    )
