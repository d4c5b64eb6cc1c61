"""One version of a unit's pack, slot by slot, who got it, and what became of it since.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.inspections.deciding.files import SlotFile, slot_file
from services.inspections.deciding.packs import late_days
from services.inspections.deciding.teams import is_late
from services.inspections.state import Pack, State, Visit
from shared.events import Event

HERE, EARLIER, NONE = "here", "earlier", "none"


@dataclass(frozen=True, slots=True)
class SlotOfPack:
    """A document of the pack.  ``entry``: its line of the manifest.

    ``origin``: here, earlier (``version``, numbered ``number``, filled it and it stays so) or none.
    ``asked``: whether the rulebook in force asks for it.  ``file``: how its bytes stand, None without a file.
    """

    document: str
    entry: Mapping[str, Any] | None
    origin: str
    number: int | None
    version: int | None
    asked: bool
    file: SlotFile | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A member of the team.  ``got``: when this version was passed on to him, None: not yet.

    ``late``: he came into the team after the version, or was named for it after the calendar's instant.
    """

    person: str
    name: str
    department: str
    role: str
    got: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was stated of this version.  ``late_days``: of a forwarding, the secretary's delay.

    ``findings``: of an assessment, what is not accepted first, as stated.
    """

    kind: str
    number: int
    at: str
    recorded: str
    person: str
    role: str
    text: str | None = None
    members: tuple[str, ...] = ()
    late_days: int = 0
    complete: bool | None = None
    findings: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)


def version_of(visit: Visit, number: int) -> int | None:
    """Which version of the unit's pack the manifest ``number`` is, from 1; None: no manifest of the unit."""
    return next((place for place, pack in enumerate(visit.packs, start=1) if pack.number == number), None)


def slots_of(
    visit: Visit, version: int, required: Sequence[str], until: datetime | None, now: datetime
) -> list[SlotOfPack]:
    """The pack as it stood with ``version``: the ``required`` slots in order, then what else it holds.

    ``until``: the end of the grace for bytes, None while it is not known; ``now``: for how they stand.
    """
    held: dict[str, tuple[int, Pack, Mapping[str, Any]]] = {}
    for place, pack in enumerate(visit.packs[:version], start=1):
        for entry in pack.manifest:
            held[entry["document"]] = (place, pack, entry)
    others = [one for one in visit.packs[version - 1].documents if one not in required]

    def slot(document: str) -> SlotOfPack:
        asked = document in required
        if document not in held:
            return SlotOfPack(document, None, NONE, None, None, asked, None)
        place, pack, entry = held[document]
        origin = HERE if place == version else EARLIER
        file = slot_file(visit, pack, entry, until, now)
        return SlotOfPack(document, entry, origin, pack.number, place, asked, file)

    return [slot(document) for document in (*required, *others)]


def recipients_of(state: State, visit: Visit, pack: Pack, zone: ZoneInfo) -> list[Recipient]:
    """The members of the unit's team, in the team's order, and who of them has ``pack``."""
    team = state.teams.get(visit.slot.team) if visit.slot else None
    if team is None:
        return []
    got: dict[str, str] = {}
    for one in visit.forwardings:
        if one.pack == pack.number:
            for person in one.members:
                got.setdefault(person, one.at)
    held = state.round
    calendar = None if held is None else state.calendar(held)
    named_late = {one.person for one in state.nominations.get(team.team, ()) if is_late(one, calendar, zone)}
    return [
        Recipient(
            one["person"],
            one["name"],
            one["department"],
            one["role"],
            got.get(one["person"]),
            one["person"] in named_late or team.joined.get(one["person"], "") > pack.at,
        )
        for one in team.members
    ]


def steps_of(visit: Visit, events: Iterable[Event], pack: Pack, due: datetime, zone: ZoneInfo) -> list[Step]:
    """What was stated of ``pack``, in order.  ``events``: this service's own of the unit, in theirs."""
    passed = {one.number: one for one in visit.forwardings}
    found: list[Step] = []
    for event in events:
        data = event.data
        number = event.sequence if event.type == "submission.received.v1" else data.get("pack")
        if number != pack.number:
            continue
        about: dict[str, Any] = {}
        match event.type:
            case "submission.received.v1":
                kind, about["text"] = "received", data.get("proof")
            case "submission.assessed.v1":
                kind = "assessed"
                findings = sorted(data["findings"], key=lambda one: one["outcome"] == "accepted")
                about |= {"complete": data["complete"], "findings": tuple(findings)}
            case "submission.forwarded.v1":
                kind = "forwarded"
                about |= {
                    "text": data.get("text"),
                    "members": tuple(data["members"]),
                    "late_days": late_days(passed[event.sequence], pack, due, zone),
                }
            case _:
                continue
        actor = data["actor"]
        found.append(
            Step(
                kind,
                event.sequence,
                pack.at if kind == "received" else event.time,
                event.time,
                actor["sub"],
                actor["role"],
                **about,
            )
        )
    return found
