"""Given, when, then for inspections: a unit whose session has begun, and facts that carry their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.inspections.commands import Command, FormTeam, OpenInspection, OpenRound, Schedule
from services.inspections.decider import decide
from services.inspections.known import Entry, Known, KnownUnit
from services.inspections.state import State, fold
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant
from tests.support.deciding import NOW, Person, fits_catalogue, person, rulebook

OFFICE = person("office@ledger", sub="VP-001")
LEADER = person("team_leader@team:DKT-1", sub="NV-001")
DEPUTY = person("team_member@team:DKT-1", sub="NV-002")
SECRETARY = person("team_secretary@team:DKT-1", sub="NV-003")
UNIT = person("unit@unit:QH-Q01", sub="bithu.q01")
OTHER_UNIT = person("unit@unit:QH-Q03", sub="bithu.q03")
BTG = person("department@department:BTG", sub="btg")
DAY = datetime(2020, 11, 9, 1, 0, tzinfo=UTC)  # 08:00 in the ledger's zone

MEMBERS = tuple(
    {"person": f"NV-00{n}", "role": role, "name": f"Người {n}", "department": "BTG"}
    for n, role in enumerate(("leader", "deputy", "secretary", "member"), start=1)
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A draft as the store has it: with its number and its time."""

    type: str
    subject: str
    data: dict[str, Any]
    sequence: int
    time: str = instant(NOW)


@dataclass(frozen=True)
class Place:
    """A state, how many facts led to it, and what the ledger tells."""

    state: State
    known: Known
    facts: int = 0

    def when(self, command: Command, caller: Person) -> Place:
        """After ``command``; its facts have to fit the catalogue."""
        drafts = decide(self.state, self.known, command, caller)
        assert fits_catalogue(drafts)
        return self.after(drafts)

    def after(self, drafts: Iterable[Draft]) -> Place:
        """After ``drafts``, each with the next number."""
        told = [
            Numbered(one.type, one.subject, one.data, self.facts + n) for n, one in enumerate(drafts, start=1)
        ]
        return replace(self, state=fold(told, self.state), facts=self.facts + len(told))

    def fact(self, command: Command, caller: Person) -> dict[str, Any]:
        """``data`` of what ``command`` states."""
        drafts = decide(self.state, self.known, command, caller)
        assert fits_catalogue(drafts)
        return drafts[0].data

    def refusal(self, command: Command, caller: Person) -> Refused:
        """Why ``command`` is refused."""
        with pytest.raises(Refused) as caught:
            decide(self.state, self.known, command, caller)
        return caught.value

    def telling(self, **values: tuple[str, ...]) -> Place:
        """The ledger tells other values of QH-Q01: ``inspection_1_2=("5", "4")``."""
        unit = "QH-Q01"
        held = dict(self.known.units[unit].values)
        for name, given in values.items():
            stage, _, criterion = name.partition("_")
            held[criterion.replace("_", "."), stage] = tuple(Entry(value) for value in given)
        units = {**self.known.units, unit: replace(self.known.units[unit], values=held)}
        return replace(self, known=replace(self.known, units=units))


def _unit(code: str, name: str, **about: Any) -> KnownUnit:
    zeros = {
        (leaf.id, leaf.stage): (Entry("0", "10" if leaf.input == "ratio" else None),)
        for leaf in rulebook().leaves
        if "QH" in leaf.max and leaf.stage != "inspection"
    }
    return KnownUnit(code, "QH", name, values=zeros, **about)


def scheduled() -> Place:
    """QH-Q01 has its session on the first day of a round; QH-Q03 has none."""
    units = {
        "QH-Q01": _unit("QH-Q01", "Quận Đoàn 1", predecessors=("QH-CU1",)),
        "QH-Q03": _unit("QH-Q03", "Quận Đoàn 3"),
        "QH-CU2": _unit("QH-CU2", "Đã giải thể", successors=("QH-Q01",)),
    }
    place = Place(State(), Known(812, "Asia/Ho_Chi_Minh", rulebook(), units))
    for command in (
        OpenRound("DOT-2020", "2020-11-09", "2020-11-20", "lich-2020"),
        FormTeam("DKT-1", MEMBERS),
        Schedule("QH-Q01", "DKT-1", "2020-11-09", "MORNING"),
    ):
        place = place.when(command, OFFICE)
    return place


def opened() -> Place:
    """The session of QH-Q01 has begun."""
    return scheduled().when(OpenInspection("QH-Q01"), LEADER.at(DAY))
