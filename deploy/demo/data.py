"""The files of a demonstration cycle as values.  Reads text that it is given; opens no file itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from shared.rulebook.loader import load
from shared.rulebook.model import Rulebook

FILES: Final = (
    "rulebook.yaml",
    "calendar.yaml",
    "units.csv",
    "departments.csv",
    "teams.csv",
    "schedule.csv",
    "fixed.csv",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the register; ``valid_from`` and ``valid_to`` are the first and the last valid day."""

    code: str
    area: str
    kind: str
    name: str
    valid_from: str
    valid_to: str
    predecessors: tuple[str, ...]
    successor: str

    def open_on(self, day: date) -> bool:
        """Whether the unit is valid on ``day`` (rulebook 2: open when valid on the period's last day)."""
        return (not self.valid_from or date.fromisoformat(self.valid_from) <= day) and (
            not self.valid_to or day <= date.fromisoformat(self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Department:
    """A body that scores; ``entered_by`` is the department that may enter for it, or empty."""

    code: str
    name: str
    kind: str
    entered_by: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an inspection team."""

    team: str
    role: str
    person: str
    name: str
    department: str


@dataclass(frozen=True, slots=True)
class Session:
    """A half day at a unit: ``session`` is ``MORNING`` or ``AFTERNOON``."""

    unit: str
    team: str
    date: str
    session: str


@dataclass(frozen=True, slots=True)
class FixedInput:
    """An input that the story has to contain exactly (form of ``compute --inputs``, rulebook 11)."""

    kind: str
    unit: str
    code: str
    stage: str
    value: str
    target: str
    ref: str


@dataclass(frozen=True, slots=True)
class CycleFiles:
    """Everything that the story of a cycle is made from."""

    rulebook: Rulebook
    units: tuple[Unit, ...]
    departments: tuple[Department, ...]
    members: tuple[Member, ...]
    sessions: tuple[Session, ...]
    fixed: tuple[FixedInput, ...]
    calendar: str

    @property
    def open_units(self) -> tuple[Unit, ...]:
        """The units that are scored and ranked in the cycle."""
        return tuple(unit for unit in self.units if unit.open_on(self.rulebook.period.end))


def read_files(texts: Mapping[str, str]) -> CycleFiles:
    """The cycle of ``texts`` (contents by file name, those of :data:`FILES`).

    Raises ``KeyError`` when a file or column is missing and
    :class:`~shared.rulebook.faults.RulebookFault` for a rulebook with faults.
    """
    return CycleFiles(
        calendar=texts["calendar.yaml"],
        rulebook=load(texts["rulebook.yaml"]),
        units=tuple(
            Unit(
                row["unit"],
                row["area"],
                row["kind"],
                row["name"],
                row["valid_from"],
                row["valid_to"],
                tuple(code for code in row["predecessors"].split(";") if code),
                row["successor"],
            )
            for row in _rows(texts["units.csv"])
        ),
        departments=tuple(
            Department(row["code"], row["name"], row["kind"], row["entered_by"])
            for row in _rows(texts["departments.csv"])
        ),
        members=tuple(
            Member(row["team"], row["role"], row["person"], row["name"], row["department"])
            for row in _rows(texts["teams.csv"])
        ),
        sessions=tuple(
            Session(row["unit"], row["team"], row["date"], row["session"])
            for row in _rows(texts["schedule.csv"])
        ),
        fixed=tuple(
            FixedInput(
                row["kind"],
                row["unit"],
                row["code"],
                row["stage"],
                row["value"],
                row["target"],
                row["ref"],
            )
            for row in _rows(texts["fixed.csv"])
        ),
    )


def city_2020() -> CycleFiles:
    """The city's 2020 cycle as it comes with this package."""
    folder: Traversable = files("deploy.demo") / "2020"
    return read_files({name: (folder / name).read_text("utf-8") for name in FILES})


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))
