"""What a plan rests on: versions of its calendar, nominations, requests for another session.  Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.inspections.calendar_form import Calendar


@dataclass(frozen=True, slots=True)
class Adopted:
    """A version of a calendar, the instant ``since`` when it was adopted, and the document it rests on."""

    calendar: Calendar
    since: str
    document: str
    digest: str


@dataclass(frozen=True, slots=True)
class Nomination:
    """Somebody named for a team; ``at``: the instant when the document came in.  ``withdrawn``: why not."""

    team: str
    person: str
    name: str
    department: str
    home_unit: str | None
    document: str
    at: str
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Another session asked for.  ``answer``: ``approved``, ``declined``, or None while it is open."""

    number: int
    at: str
    reason: str
    day: date | None = None
    session: str | None = None
    document: str | None = None
    answer: str | None = None
    declined_because: str | None = None
