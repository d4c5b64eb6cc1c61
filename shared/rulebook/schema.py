"""The shape of a rulebook file as a table of small nodes.

A node checks one value, reports faults (R002-R007, R061-R063) and gives back its normalised form.
Defaults that do not depend on a neighbour are filled in here; the others in
:mod:`shared.rulebook.normalise`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

from shared.rulebook import number
from shared.rulebook.faults import Path, Report

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")
SEMVER: Final = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")
MEASURES: Final = (
    "base",
    "bonus",
    "penalty",
    "ranking_score",
    "classification_score",
    "recognised_models",
)


class BareNumber(str):
    """A plain YAML number that is not an integer: kept as text so that no float can arise."""

    __slots__ = ()


class _Broken:
    """Stands for a value that had a fault; whatever meets it keeps silent."""


BROKEN: Final = _Broken()
ABSENT: Final = _Broken()


class Node(Protocol):
    """Checks and normalises one value."""

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        """The normalised value, or BROKEN after a fault was reported."""
        ...


def _refuse(report: Report, path: Path, value: object, allowed: str, code: str = "R005") -> _Broken:
    shown = "null" if value is None else str(value).lower() if type(value) is bool else value
    if code == "R004":
        report.add(code, path, v=shown)
    elif code == "R061":
        report.add(code, path, p=path[-1])
    else:
        report.add(code, path, v=shown, list=allowed)
    return BROKEN


@dataclass(frozen=True, slots=True)
class Text:
    """Any non-empty text; composed to NFC."""

    pattern: re.Pattern[str] | None = None
    means: str = "text"

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is not str or not value.strip():
            return _refuse(report, path, value, self.means)
        text = unicodedata.normalize("NFC", value)
        if self.pattern is not None and self.pattern.fullmatch(text) is None:
            return _refuse(report, path, value, self.means)
        return text


@dataclass(frozen=True, slots=True)
class Label:
    """A label for people: not empty, already NFC."""

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is not str or not value.strip() or unicodedata.normalize("NFC", value) != value:
            report.add("R007", path)
            return BROKEN
        return value


@dataclass(frozen=True, slots=True)
class Id:
    """A stable id: ASCII letters, digits, ``_ . -``."""

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is not str or ID.fullmatch(value) is None:
            report.add("R006", path, id=value)
            return BROKEN
        return value


@dataclass(frozen=True, slots=True)
class Decimal:
    """A quoted decimal, normalised to its shortest form."""

    nullable: bool = False

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if value is None and self.nullable:
            return None
        if type(value) is not str:
            return _refuse(report, path, value, "", "R004")
        try:
            return number.shortest(number.parse(value))
        except number.NotADecimal:
            return _refuse(report, path, value, "", "R004")


@dataclass(frozen=True, slots=True)
class Integer:
    """A bare integer >= ``least``."""

    least: int = 0
    most: int = 10**9
    code: str = "R005"

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is not int or not self.least <= value <= self.most:
            return _refuse(report, path, value, f"{self.least} .. {self.most}", self.code)
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list; booleans and words are told apart."""

    allowed: tuple[str | bool | int, ...]
    code: str = "R005"
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Codes of values that are refused for a reason of their own."""

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is str and value in self.reasons:
            report.add(self.reasons[value], path)
            return BROKEN
        if any(type(value) is type(one) and value == one for one in self.allowed):
            return value
        allowed = ", ".join(str(one).lower() if type(one) is bool else str(one) for one in self.allowed)
        return _refuse(report, path, value, allowed, self.code)


@dataclass(frozen=True, slots=True)
class Day:
    """A quoted date ``YYYY-MM-DD``."""

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is str and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            try:
                date.fromisoformat(value)
            except ValueError:
                pass
            else:
                return value
        return _refuse(report, path, value, "YYYY-MM-DD")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the closed list of §7; whether its group or criterion exists is asked later."""

    more: tuple[str, ...] = ()

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is str and (
            value in MEASURES or value in self.more or value.startswith(("criterion:", "group:"))
        ):
            return value
        report.add("R052", path, m=value)
        return BROKEN


@dataclass(frozen=True, slots=True)
class Items:
    """A list of one kind of thing."""

    node: Node
    least: int = 0

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is not list or len(value) < self.least:
            return _refuse(report, path, value, f"list[{self.least}..]")
        return [self.node.walk(item, (*path, n), report) for n, item in enumerate(value)]


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping from free ids to one kind of thing."""

    node: Node

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is not dict:
            return _refuse(report, path, value, "mapping")
        result = {}
        for key, item in value.items():
            if ID.fullmatch(key) is None:
                report.add("R006", (*path, key), id=key)
            result[key] = self.node.walk(item, (*path, key), report)
        return result


@dataclass(frozen=True, slots=True)
class Field:
    """A key of an object: required, or with a default, or simply left out when absent."""

    node: Node
    required: bool = False
    default: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping with known keys.  Keys starting ``x-`` are kept and mean nothing."""

    fields: Mapping[str, Field]
    missing: str = "R003"
    """Code of a missing required key: some parts have one of their own."""
    unknown: str = "R002"
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Codes of keys that are refused for a reason of their own."""

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        if type(value) is not dict:
            return _refuse(report, path, value, "mapping")
        result = {}
        for key, item in value.items():
            known = self.fields.get(key)
            if known is not None:
                result[key] = known.node.walk(item, (*path, key), report)
            elif key.startswith("x-") and key.isascii():
                result[key] = _plain(item, (*path, key), report)
            elif key in self.reasons:
                report.add(self.reasons[key], (*path, key))
            elif self.unknown == "R061":
                report.add("R061", (*path, key), p=key)
            else:
                report.add("R002", (*path, key), k=key)
        for key, known in self.fields.items():
            if key in result:
                continue
            if known.required:
                report.add(self.missing, path, **_about(key, value))
            elif known.default is not ABSENT:
                default = known.default() if callable(known.default) else known.default
                result[key] = default
        return result


def _about(key: str, value: Mapping[str, Any]) -> dict[str, object]:
    """What the messages of the several "missing" codes may name."""
    name = value.get("id", value.get("code", "?"))
    return {"k": key, "id": name, "c": name, "p": key}


def _plain(value: Any, path: Path, report: Report) -> Any:
    """Free content of an ``x-`` key as JSON without floats, in NFC; its keys are ASCII so that all sort
    alike.
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value))
    if type(value) is list:
        return [_plain(item, (*path, n), report) for n, item in enumerate(value)]
    if type(value) is dict:
        for key in value:
            if not key.isascii():
                report.add("R002", (*path, key), k=key)
        return {key: _plain(item, (*path, key), report) for key, item in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Either:
    """One of two shapes, told apart by the presence of a key."""

    key: str
    present: Node
    absent: Node

    def walk(self, value: Any, path: Path, report: Report) -> Any:
        chosen = self.present if type(value) is dict and self.key in value else self.absent
        return chosen.walk(value, path, report)


def broken(value: Any) -> bool:
    """Whether a fault left a hole anywhere in a walked value."""
    if value is BROKEN:
        return True
    if isinstance(value, Mapping):
        return any(broken(item) for item in value.values())
    return isinstance(value, Sequence) and not isinstance(value, str) and any(map(broken, value))
