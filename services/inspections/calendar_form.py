"""The calendar of a cycle: its form, and what is wrong with one.  Pure: no YAML, no clock.

A calendar names due dates, sessions, working days and lead times; the rulebook does not (rulebook format
§10).  Its *normalised form* is JSON data with sorted holidays and every default filled in; read again it
gives the same calendar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from shared.decisions import Fault
from shared.events.canonical import CanonicalError, compose_text
from shared.events.fields import CODE

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SESSIONS: Final = ("MORNING", "AFTERNOON")
DAY_COUNTS: Final = ("calendar", "working")
MOST_DAYS: Final = 366

_COUNTED: Final = ("days_before_inspection", "days_after_inspection", "days_after_conclusion")
_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "external_evaluations": ("date", "at", "before"),
    "document_pack": ("date", "at", "days_before_inspection"),
    "department_scoring": ("date", "at", "before", "days_before_inspection"),
    "personnel": ("date", "at"),
    "reflection_reports": ("date", "at", "days_after_inspection"),
    "adjustment_response": ("date", "at", "days_after_conclusion"),
}
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WALL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_HOUR: Final = re.compile(r"\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due.  ``kind``: ``date`` (``day``), ``at`` (``wall``, naive, in the ledger's zone),
    ``before`` (the opening of the inspection), or one of the counted kinds (``days``).

    ``day_count``: ``calendar`` or ``working`` where the calendar says; None leaves it to the rulebook.
    """

    kind: str
    day: date | None = None
    wall: datetime | None = None
    days: int = 0
    day_count: str | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """A half-day session, by local wall time."""

    label: str
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Delivery:
    """What ``bodies`` deliver to ``deliver_to``, and by when; ``criterion`` for an evaluation."""

    bodies: tuple[str, ...]
    deliver_to: str
    due: Due
    criterion: str | None = None
    also_tell: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """One version of a calendar.  ``working_days``: 0 is Monday; ``lead_time_days``: by area."""

    id: str
    version: int
    cycle: str
    timezone: str
    round: str
    first_day: date
    last_day: date
    sessions: Mapping[str, Hours]
    working_days: tuple[int, ...]
    holidays: tuple[date, ...]
    document_pack: Due
    external_evaluations: tuple[Delivery, ...] = ()
    department_scoring: Due | None = None
    personnel: Delivery | None = None
    reflection_reports: Due | None = None
    adjustment_response: Due | None = None
    lead_time_days: Mapping[str, int] | None = None

    def is_working(self, day: date) -> bool:
        """Whether work is done on ``day``: a working weekday that is no holiday."""
        return day.weekday() in self.working_days and day not in self.holidays

    def lead_time(self, area: str) -> int:
        """Days between a session's announcement and its day that ``area`` needs; 0 where none is said."""
        return (self.lead_time_days or {}).get(area, 0)


def read(data: Any) -> tuple[Calendar | None, dict[str, Any], tuple[Fault, ...]]:
    """The calendar of parsed ``data``, its normalised form, and every fault by its path.

    With a fault there is no calendar, and the form is empty.  Faults are ``calendar-invalid`` under
    ``calendar.<path>``.
    """
    reading = _Reading()
    form = _file(reading, data)
    if reading.faults:
        return None, {}, tuple(reading.faults)
    return _calendar(form), form, ()


def of_text(text: str) -> Calendar:
    """The calendar of a normalised form as an event holds it.  Raises ``ValueError`` for anything else."""
    found, _, faults = read(json.loads(text))
    if found is None:
        raise ValueError(f"not a calendar: {faults[0].field}: {faults[0].en}")
    return found


class _Reading:
    """Faults found on the way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault_at(self, path: str, vi: str, en: str, given: Any = None) -> None:
        shown = given if isinstance(given, str | int | bool | None) else str(given)
        where = f"calendar.{path}" if path else "calendar"
        self.faults.append(Fault("calendar-invalid", f"{where}: {vi}", f"{where}: {en}", where, shown))

    def mapping(
        self, data: Any, path: str, required: Sequence[str], optional: Sequence[str] = ()
    ) -> dict[str, Any]:
        """``data`` as a mapping of these keys; faults for others and for missing ones."""
        if not isinstance(data, dict):
            self.fault_at(path, "phải là một nhóm khóa.", "must be a mapping.", data)
            return {}
        for key in data:
            if key not in required and key not in optional:
                self.fault_at(_at(path, key), "khóa không có trong định dạng.", "there is no such key.", key)
        for key in required:
            if key not in data:
                self.fault_at(_at(path, key), "thiếu khóa này.", "this key is needed.")
        return data

    def items(self, data: Any, path: str) -> list[Any]:
        if not isinstance(data, list):
            self.fault_at(path, "phải là danh sách.", "must be a list.", data)
            return []
        return data

    def code(self, data: Any, path: str) -> str:
        if not isinstance(data, str) or not CODE.fullmatch(data):
            self.fault_at(
                path, "phải là mã (chữ, số, _ . : -).", "must be a code (letters, digits, _ . : -).", data
            )
            return ""
        return data

    def text(self, data: Any, path: str) -> str:
        try:
            if isinstance(data, str) and 0 < len(data) <= 200:
                return compose_text(data)
        except CanonicalError:
            pass
        self.fault_at(path, "phải là chữ, từ 1 đến 200 ký tự.", "must be text of 1 to 200 characters.", data)
        return ""

    def integer(self, data: Any, path: str, least: int, most: int) -> int:
        if type(data) is not int or not least <= data <= most:
            words = (
                f"phải là số nguyên từ {least} đến {most}.",
                f"must be an integer from {least} to {most}.",
            )
            self.fault_at(path, *words, data)
            return least
        return data

    def choice(self, data: Any, path: str, choices: Sequence[str]) -> str:
        if not isinstance(data, str) or data not in choices:
            listed = ", ".join(choices)
            self.fault_at(path, f"chỉ nhận một trong: {listed}.", f"must be one of: {listed}.", data)
            return choices[0]
        return data

    def _parsed(self, data: Any, path: str, form: re.Pattern[str], parse: Any, example: str) -> str:
        if isinstance(data, str) and form.fullmatch(data):
            try:
                parse(data)
            except ValueError:
                pass
            else:
                return data
        self.fault_at(path, f"phải viết như “{example}”.", f'must be written as "{example}".', data)
        return example

    def day(self, data: Any, path: str) -> str:
        return self._parsed(data, path, _DAY, date.fromisoformat, "2020-11-09")

    def wall(self, data: Any, path: str) -> str:
        return self._parsed(data, path, _WALL, datetime.fromisoformat, "2020-11-06T17:00:00")

    def hour(self, data: Any, path: str) -> str:
        return self._parsed(data, path, _HOUR, time.fromisoformat, "08:00")


def _at(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _file(reading: _Reading, data: Any) -> dict[str, Any]:
    found = reading.mapping(
        data, "", ("calendar", "round", "sessions", "working_days", "holidays", "document_pack"),
        ("external_evaluations", "department_scoring", "personnel", "reflection_reports",
         "adjustment_response", "lead_time_days"),
    )  # fmt: skip
    if not found or reading.faults:
        return {}
    form: dict[str, Any] = {
        "calendar": _identity(reading, found["calendar"]),
        "round": _round(reading, found["round"]),
        "sessions": _sessions(reading, found["sessions"]),
        "working_days": _working(reading, found["working_days"]),
        "holidays": _holidays(reading, found["holidays"]),
    }
    for name in ("document_pack", "department_scoring", "reflection_reports", "adjustment_response"):
        if name in found:
            held = reading.mapping(found[name], name, ("due",))
            form[name] = {"due": _due(reading, held.get("due"), f"{name}.due", name)}
    if "personnel" in found:
        form["personnel"] = _delivery(reading, found["personnel"], "personnel", "personnel")
    form["external_evaluations"] = [
        _delivery(reading, one, f"external_evaluations.{n}", "external_evaluations")
        for n, one in enumerate(reading.items(found.get("external_evaluations", []), "external_evaluations"))
    ]
    lead = found.get("lead_time_days", {})
    if not isinstance(lead, dict):
        reading.mapping(lead, "lead_time_days", ())
        lead = {}
    form["lead_time_days"] = {
        reading.code(area, f"lead_time_days.{area}"): reading.integer(
            days, f"lead_time_days.{area}", 0, MOST_DAYS
        )
        for area, days in lead.items()
    }
    return form


def _identity(reading: _Reading, data: Any) -> dict[str, Any]:
    held = reading.mapping(data, "calendar", ("id", "version", "cycle", "timezone"))
    return {
        "id": reading.code(held.get("id"), "calendar.id"),
        "version": reading.integer(held.get("version"), "calendar.version", 1, 10_000),
        "cycle": reading.code(held.get("cycle"), "calendar.cycle"),
        "timezone": reading.text(held.get("timezone"), "calendar.timezone"),
    }


def _round(reading: _Reading, data: Any) -> dict[str, Any]:
    held = reading.mapping(data, "round", ("id", "first_day", "last_day"))
    first = reading.day(held.get("first_day"), "round.first_day")
    last = reading.day(held.get("last_day"), "round.last_day")
    if first > last:
        reading.fault_at("round.first_day", "ngày đầu ở sau ngày cuối.", "lies after the last day.", first)
    return {"id": reading.code(held.get("id"), "round.id"), "first_day": first, "last_day": last}


def _sessions(reading: _Reading, data: Any) -> dict[str, Any]:
    held = reading.mapping(data, "sessions", SESSIONS)
    form: dict[str, Any] = {}
    for name in SESSIONS:
        path = f"sessions.{name}"
        one = reading.mapping(held.get(name), path, ("label", "from", "until"))
        starts = reading.hour(one.get("from"), f"{path}.from")
        ends = reading.hour(one.get("until"), f"{path}.until")
        if one and starts >= ends:
            reading.fault_at(f"{path}.until", "phải sau giờ bắt đầu.", "must lie after the start.", ends)
        form[name] = {"label": reading.text(one.get("label"), f"{path}.label"), "from": starts, "until": ends}
    return form


def _working(reading: _Reading, data: Any) -> list[str]:
    given = reading.items(data, "working_days")
    named = {reading.choice(one, f"working_days.{n}", WEEKDAYS) for n, one in enumerate(given)}
    if isinstance(data, list) and not named:
        reading.fault_at("working_days", "cần ít nhất một ngày.", "needs one day at least.")
    return [one for one in WEEKDAYS if one in named]


def _holidays(reading: _Reading, data: Any) -> list[str]:
    given = reading.items(data, "holidays")
    days = [reading.day(one, f"holidays.{n}") for n, one in enumerate(given)]
    for n, one in enumerate(days):
        if given[n] in given[:n]:
            reading.fault_at(f"holidays.{n}", "ngày nêu hai lần.", "the day is named twice.", one)
    return sorted(set(days))


def _delivery(reading: _Reading, data: Any, path: str, name: str) -> dict[str, Any]:
    evaluation = name == "external_evaluations"
    needed = ("criterion", "from", "deliver_to", "due") if evaluation else ("from", "deliver_to", "due")
    held = reading.mapping(data, path, needed, ("also_tell",) if evaluation else ())
    bodies = held.get("from")
    listed = bodies if isinstance(bodies, list) and bodies else [bodies]
    form: dict[str, Any] = {
        "from": [
            reading.code(one, f"{path}.from.{n}" if isinstance(bodies, list) else f"{path}.from")
            for n, one in enumerate(listed)
        ],
        "deliver_to": reading.code(held.get("deliver_to"), f"{path}.deliver_to"),
        "due": _due(reading, held.get("due"), f"{path}.due", name),
    }
    for key in ("criterion", "also_tell"):
        if key in held:
            form[key] = reading.code(held[key], f"{path}.{key}")
    return form


def _due(reading: _Reading, data: Any, path: str, name: str) -> dict[str, Any]:
    kinds = _KINDS[name]
    held = reading.mapping(data, path, (), (*kinds, "day_count"))
    stated = [kind for kind in kinds if kind in held]
    if len(stated) != 1:
        listed = ", ".join(kinds)
        reading.fault_at(path, f"cần đúng một trong: {listed}.", f"needs exactly one of: {listed}.")
        return {}
    kind = stated[0]
    place, value = f"{path}.{kind}", held[kind]
    form: dict[str, Any] = {}
    if kind == "date":
        form[kind] = reading.day(value, place)
    elif kind == "at":
        form[kind] = reading.wall(value, place)
    elif kind == "before":
        form[kind] = reading.choice(value, place, ("inspection_opened",))
    else:
        form[kind] = reading.integer(value, place, 0, MOST_DAYS)
    if "day_count" in held:
        form["day_count"] = reading.choice(held["day_count"], f"{path}.day_count", DAY_COUNTS)
        if kind not in _COUNTED:
            words = ("chỉ dùng khi đếm ngày.", "belongs to a rule that counts days.")
            reading.fault_at(f"{path}.day_count", *words, held["day_count"])
    return form


def _calendar(form: Mapping[str, Any]) -> Calendar:
    identity, held = form["calendar"], form["round"]

    def due(name: str) -> Due | None:
        return _made_due(form[name]["due"]) if name in form else None

    return Calendar(
        identity["id"],
        identity["version"],
        identity["cycle"],
        identity["timezone"],
        held["id"],
        date.fromisoformat(held["first_day"]),
        date.fromisoformat(held["last_day"]),
        {
            name: Hours(one["label"], time.fromisoformat(one["from"]), time.fromisoformat(one["until"]))
            for name, one in form["sessions"].items()
        },
        tuple(WEEKDAYS.index(one) for one in form["working_days"]),
        tuple(date.fromisoformat(one) for one in form["holidays"]),
        _made_due(form["document_pack"]["due"]),
        tuple(_made_delivery(one) for one in form["external_evaluations"]),
        due("department_scoring"),
        _made_delivery(form["personnel"]) if "personnel" in form else None,
        due("reflection_reports"),
        due("adjustment_response"),
        form["lead_time_days"],
    )


def _made_delivery(form: Mapping[str, Any]) -> Delivery:
    return Delivery(
        tuple(form["from"]),
        form["deliver_to"],
        _made_due(form["due"]),
        form.get("criterion"),
        form.get("also_tell"),
    )


def _made_due(form: Mapping[str, Any]) -> Due:
    count = form.get("day_count")
    for kind in _COUNTED:
        if kind in form:
            return Due(kind, days=form[kind], day_count=count)
    if "date" in form:
        return Due("date", day=date.fromisoformat(form["date"]))
    if "at" in form:
        return Due("at", wall=datetime.fromisoformat(form["at"]))
    return Due("before")
