"""What the inspections service knows of one ledger, folded from its own events.  Pure.

Streams: ``*`` (rounds), ``team:CODE``, and each unit (schedule, packs, session, conclusion).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from services.inspections import record
from services.inspections.calendar_form import Calendar, of_text
from services.inspections.planned import Adopted, Nomination, Request
from services.inspections.record import Record
from shared.deciding import Stated
from shared.uploads.names import extension_of

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Round:
    """A round of inspections; both days are inside."""

    round: str
    first_day: date
    last_day: date
    document_days_before: int
    closed: bool = False
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """A team; ``members`` as the event has them; ``joined``: by person, the instant when he came in."""

    team: str
    members: tuple[Mapping[str, str], ...]
    joined: Mapping[str, str] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True)
class Slot:
    """A session.  ``version`` counts a unit's slots from 1; ``since``: when it was stated (an instant).

    ``happened``: when it was agreed, which may lie before.  ``request``: number of the one it answers.
    """

    team: str
    day: date
    session: str
    version: int
    since: str
    happened: str = ""
    reason: str | None = None
    request: int | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """A manifest that arrived ``at`` (an instant); ``number``: of its event, 0 for a draft.

    ``complete`` and ``missing`` are of the unit's pack as it stood with it: what an earlier manifest filled
    stays filled.
    """

    at: str
    complete: bool
    on_time: bool
    missing: tuple[str, ...]
    due: str
    number: int = 0
    manifest: tuple[Mapping[str, Any], ...] = ()
    schedule_version: int = 1
    via: str = "upload"
    proof: str | None = None

    @property
    def documents(self) -> tuple[str, ...]:
        """The slots that it fills, by a file or by the reason why there is none."""
        return tuple(entry["document"] for entry in self.manifest)


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file that has come whole, ``at`` (an instant), for the slot ``document`` of the manifest ``pack``.

    ``extension``: of the name under which it was checked.
    """

    number: int
    at: str
    pack: int
    document: str
    sha256: str
    extension: str
    on_time: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """A human finding on the pack ``pack``; ``rejected``: slots found missing or unusable."""

    number: int
    at: str
    pack: int
    complete: bool
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The pack ``pack`` was passed on to ``members`` by ``by`` (a person).

    ``since``: when the first of those who did not have it yet came into the team (an instant); the empty
    text where that is not known.
    """

    number: int
    at: str
    pack: int
    members: tuple[str, ...]
    by: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A forfeit case as it was opened; ``packs`` and ``outages`` are numbers of events."""

    number: int
    at: str
    by: str
    schedule_version: int
    due: str
    packs: tuple[int, ...]
    missing: tuple[str, ...]
    outages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outage:
    """This system could not be reached from ``begins`` until ``ends`` (exclusive)."""

    number: int
    begins: str
    ends: str
    text: str


@dataclass(frozen=True, slots=True)
class Opening:
    """How a session began: ``happened`` and, where it was recorded later, ``at`` (both instants).

    ``missing``: criteria whose score the gate lacked at ``base_position``; ``override``: the leader's reason
    to open all the same; ``case``: number of the forfeit case that was open then.
    """

    number: int
    at: str
    happened: str
    team: str
    by: str
    base_position: int
    missing: tuple[str, ...]
    override: str | None
    case: int | None


@dataclass(frozen=True, slots=True)
class Visit:
    """All that this service has stated of one unit; ``slots`` and ``packs`` oldest first.

    ``opening`` and ``concluded`` are of the session itself and survive nothing but a new slot before it.
    """

    unit: str
    slots: tuple[Slot, ...] = ()
    packs: tuple[Pack, ...] = ()
    opening: Opening | None = None
    concluded: bool = False
    assessments: tuple[Assessment, ...] = ()
    forwardings: tuple[Forwarding, ...] = ()
    cases: tuple[Case, ...] = ()
    record: Record = field(default_factory=Record)
    requests: tuple[Request, ...] = ()
    files: tuple[PackFile, ...] = ()

    @property
    def slot(self) -> Slot | None:
        """The slot in force."""
        return self.slots[-1] if self.slots else None

    @property
    def opened(self) -> bool:
        """Whether the session has begun."""
        return self.opening is not None


Reflected = tuple[str, str, str | None]
"""Team, person, and the unit that a reflection is about; None: it is about the round."""


@dataclass(frozen=True, slots=True)
class State:
    """The loaded part of a ledger as this service has stated it.

    ``reflections``: how many versions of each were sent in.
    """

    rounds: Mapping[str, Round] = field(default_factory=lambda: _EMPTY)
    teams: Mapping[str, Team] = field(default_factory=lambda: _EMPTY)
    visits: Mapping[str, Visit] = field(default_factory=lambda: _EMPTY)
    outages: tuple[Outage, ...] = ()
    reflections: Mapping[Reflected, int] = field(default_factory=lambda: _EMPTY)
    calendars: Mapping[str, tuple[Adopted, ...]] = field(default_factory=lambda: _EMPTY)
    nominations: Mapping[str, tuple[Nomination, ...]] = field(default_factory=lambda: _EMPTY)

    @property
    def round(self) -> Round | None:
        """The open round; there is one at most."""
        return next((one for one in self.rounds.values() if not one.closed), None)

    def versions(self, held: Round) -> tuple[Adopted, ...]:
        """The versions of a round's calendar, ascending."""
        return self.calendars.get(held.calendar, ())

    def calendar(self, held: Round) -> Calendar | None:
        """The version of a round's calendar that is in force; None while none was adopted."""
        versions = self.versions(held)
        return versions[-1].calendar if versions else None

    def visit(self, unit: str) -> Visit:
        """What is known of ``unit``; nothing yet is an empty visit."""
        return self.visits.get(unit) or Visit(unit)


def fold(events: Iterable[Stated], state: State | None = None) -> State:
    """``state`` (default: nothing; never changed) after ``events``, in order.

    A type that this service does not know says nothing.  Linear in the events: the registers are copied
    once for all of them.
    """
    growing = _Growing(State() if state is None else state)
    for event in events:
        change = _CHANGES.get(event.type)
        if change is not None:
            change(growing, event)
        if event.type in record.TYPES:
            visit = growing.visit(event.subject)
            growing.visited(replace(visit, record=record.recorded(visit.record, event)))
    return State(
        growing.rounds,
        growing.teams,
        growing.visits,
        growing.outages,
        reflections=growing.reflections,
        calendars=growing.calendars,
        nominations=growing.nominations,
    )


def evolve(state: State, event: Stated) -> State:
    """``state`` after one event."""
    return fold((event,), state)


class _Growing:
    """A state while a fold runs: nobody else sees it, so it may change in place."""

    __slots__ = ("calendars", "nominations", "outages", "reflections", "rounds", "teams", "visits")

    def __init__(self, state: State) -> None:
        self.rounds = dict(state.rounds)
        self.teams = dict(state.teams)
        self.visits = dict(state.visits)
        self.outages = state.outages
        self.reflections = dict(state.reflections)
        self.calendars = dict(state.calendars)
        self.nominations = dict(state.nominations)

    def visit(self, unit: str) -> Visit:
        """What is known of ``unit``."""
        return self.visits.get(unit) or Visit(unit)

    def visited(self, visit: Visit) -> None:
        """``visit`` replaces what was known of its unit."""
        self.visits[visit.unit] = visit


def _stated_at(event: Stated) -> str:
    """When it was stated; a draft has no time yet, so what it says of itself."""
    return str(getattr(event, "time", None) or event.data["occurred_at"])


def _number(event: Stated) -> int:
    """Its number; a draft has none yet."""
    return int(getattr(event, "sequence", 0))


def _round_opened(growing: _Growing, event: Stated) -> None:
    data = event.data
    growing.rounds[data["round"]] = Round(
        data["round"],
        date.fromisoformat(data["first_day"]),
        date.fromisoformat(data["last_day"]),
        data["document_days_before"],
        calendar=data["calendar"],
    )


def _round_closed(growing: _Growing, event: Stated) -> None:
    code = event.data["round"]
    growing.rounds[code] = replace(growing.rounds[code], closed=True)


def _team_formed(growing: _Growing, event: Stated) -> None:
    code, members = event.data["team"], tuple(event.data["members"])
    before = growing.teams[code].joined if code in growing.teams else _EMPTY
    joined = {one["person"]: before.get(one["person"], _stated_at(event)) for one in members}
    growing.teams[code] = Team(code, members, joined)


def _calendar_adopted(growing: _Growing, event: Stated) -> None:
    data = event.data
    one = Adopted(of_text(data["text"]), _stated_at(event), data["document"], data["digest"])
    growing.calendars[data["calendar"]] = (*growing.calendars.get(data["calendar"], ()), one)


def _nominated(growing: _Growing, event: Stated) -> None:
    data = event.data
    team = event.subject.removeprefix("team:")
    one = Nomination(
        team,
        data["person"],
        data["name"],
        data["department"],
        data.get("home_unit"),
        data["document"],
        data["occurred_at"],
    )
    growing.nominations[team] = (*growing.nominations.get(team, ()), one)


def _nomination_withdrawn(growing: _Growing, event: Stated) -> None:
    team, data = event.subject.removeprefix("team:"), event.data
    growing.nominations[team] = tuple(
        replace(one, withdrawn=data["reason"])
        if one.person == data["person"] and one.withdrawn is None
        else one
        for one in growing.nominations.get(team, ())
    )


def _scheduled(growing: _Growing, event: Stated) -> None:
    data = event.data
    visit = growing.visit(event.subject)
    slot = Slot(
        data["team"],
        date.fromisoformat(data["date"]),
        data["session"],
        data["schedule_version"],
        _stated_at(event),
        data["occurred_at"],
        data.get("reason"),
        data.get("request"),
    )
    requests = _answered(visit.requests, slot.request, "approved")
    growing.visited(replace(visit, slots=(*visit.slots, slot), requests=requests))


def _reschedule_requested(growing: _Growing, event: Stated) -> None:
    data = event.data
    visit = growing.visit(event.subject)
    asked = Request(
        _number(event),
        data["occurred_at"],
        data["reason"],
        date.fromisoformat(data["date"]) if "date" in data else None,
        data.get("session"),
        data.get("document"),
    )
    growing.visited(replace(visit, requests=(*visit.requests, asked)))


def _reschedule_declined(growing: _Growing, event: Stated) -> None:
    data = event.data
    visit = growing.visit(event.subject)
    requests = _answered(visit.requests, data["request"], "declined", data["reason"])
    growing.visited(replace(visit, requests=requests))


def _answered(
    requests: tuple[Request, ...], number: int | None, answer: str, reason: str | None = None
) -> tuple[Request, ...]:
    return tuple(
        replace(one, answer=answer, declined_because=reason) if one.number == number else one
        for one in requests
    )


def _received(growing: _Growing, event: Stated) -> None:
    data = event.data
    visit = growing.visit(event.subject)
    via = data.get("via", "upload")
    pack = Pack(
        _stated_at(event) if via == "upload" else data["occurred_at"],
        data["complete"],
        data["on_time"],
        tuple(data["missing"]),
        data["due"],
        _number(event),
        tuple(data["manifest"]),
        data["schedule_version"],
        via,
        data.get("proof"),
    )
    growing.visited(replace(visit, packs=(*visit.packs, pack)))


def _file_received(growing: _Growing, event: Stated) -> None:
    data = event.data
    visit = growing.visit(event.subject)
    name = next(
        entry["name"]
        for pack in visit.packs
        if pack.number == data["pack"]
        for entry in pack.manifest
        if entry["document"] == data["document"]
    )
    file = PackFile(
        _number(event),
        _stated_at(event),
        data["pack"],
        data["document"],
        data["sha256"],
        extension_of(name),
        data["on_time"],
    )
    growing.visited(replace(visit, files=(*visit.files, file)))


def _assessed(growing: _Growing, event: Stated) -> None:
    data = event.data
    visit = growing.visit(event.subject)
    rejected = tuple(one["document"] for one in data["findings"] if one["outcome"] != "accepted")
    found = Assessment(_number(event), _stated_at(event), data["pack"], data["complete"], rejected)
    growing.visited(replace(visit, assessments=(*visit.assessments, found)))


def _forwarded(growing: _Growing, event: Stated) -> None:
    data = event.data
    visit = growing.visit(event.subject)
    at, members = _stated_at(event), tuple(data["members"])
    passed = Forwarding(
        _number(event), at, data["pack"], members, data["actor"]["sub"], _could_have(growing, visit, data, at)
    )
    growing.visited(replace(visit, forwardings=(*visit.forwardings, passed)))


def _could_have(growing: _Growing, visit: Visit, data: Mapping[str, Any], at: str) -> str:
    """When the first of those to whom the pack is new came into the team; ``at`` if it is new to nobody."""
    had = {one for before in visit.forwardings if before.pack == data["pack"] for one in before.members}
    new = [person for person in data["members"] if person not in had]
    team = growing.teams.get(visit.slot.team) if visit.slot else None
    if team is None:
        return ""
    return min((team.joined.get(person, "") for person in new), default=at)


def _case_opened(growing: _Growing, event: Stated) -> None:
    data = event.data
    visit = growing.visit(event.subject)
    case = Case(
        _number(event),
        _stated_at(event),
        data["actor"]["role"],
        data["schedule_version"],
        data["due"],
        tuple(data["packs"]),
        tuple(data["missing"]),
        tuple(data["outages"]),
    )
    growing.visited(replace(visit, cases=(*visit.cases, case)))


def _outage(growing: _Growing, event: Stated) -> None:
    data = event.data
    found = Outage(_number(event), data["from"], data["to"], data["text"])
    growing.outages = (*growing.outages, found)


def _reflected(growing: _Growing, event: Stated) -> None:
    about = (event.subject.removeprefix("team:"), event.data["person"], event.data.get("unit"))
    growing.reflections[about] = growing.reflections.get(about, 0) + 1


def _opened(growing: _Growing, event: Stated) -> None:
    data = event.data
    opening = Opening(
        _number(event),
        _stated_at(event),
        data["occurred_at"],
        data["team"],
        data["actor"]["sub"],
        data.get("base_position", 0),
        tuple(data["missing_scores"]),
        data["override"]["reason"] if "override" in data else None,
        data.get("case"),
    )
    growing.visited(replace(growing.visit(event.subject), opening=opening))


def _concluded(growing: _Growing, event: Stated) -> None:
    growing.visited(replace(growing.visit(event.subject), concluded=True))


_CHANGES = {
    "round.opened.v1": _round_opened,
    "round.closed.v1": _round_closed,
    "team.formed.v1": _team_formed,
    "calendar.adopted.v1": _calendar_adopted,
    "team.member_nominated.v1": _nominated,
    "team.member_withdrawn.v1": _nomination_withdrawn,
    "inspection.reschedule_requested.v1": _reschedule_requested,
    "inspection.reschedule_declined.v1": _reschedule_declined,
    "inspection.scheduled.v1": _scheduled,
    "submission.received.v1": _received,
    "submission.file_received.v1": _file_received,
    "submission.assessed.v1": _assessed,
    "submission.forwarded.v1": _forwarded,
    "forfeit.case_opened.v1": _case_opened,
    "outage.recorded.v1": _outage,
    "inspection.opened.v1": _opened,
    "conclusion.signed.v1": _concluded,
    "reflection.submitted.v1": _reflected,
}
