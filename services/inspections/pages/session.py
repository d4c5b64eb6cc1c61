"""One unit's session (plan III.3, III.7): the gate, the opening, minutes, findings, models, limitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request

from services.inspections import pack_reading, reading
from services.inspections.api.reading import checked_row
from services.inspections.attendance_words import role_words
from services.inspections.bodies import Bodies
from services.inspections.contents import CONTENTS, content_of
from services.inspections.deciding.asking import not_scheduled, round_of
from services.inspections.deciding.scheduling import hours_of
from services.inspections.held import Entry, Held, held
from services.inspections.kept import attendees
from services.inspections.known import Known, at_stage
from services.inspections.pages.frame import Frame, frame
from services.inspections.pages.links import command, to
from services.inspections.projections import bodies_known, known_of
from services.inspections.state import Slot, State, Visit
from shared.access import Target
from shared.calendar import local_date
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.rulebook import Leaf
from shared.web.hats import Hat, hats
from shared.web.i18n import tr
from shared.web.problems import Problem
from shared.web.runtime import runtime

KINDS = {
    "introduction": ("Giới thiệu", "Introduction", ">"),
    "question": ("Đoàn hỏi", "Question", "?"),
    "answer": ("Cơ sở trả lời", "Answer", "="),
    "party_committee": ("Cấp ủy", "Party committee", "#"),
    "note": ("Ghi chú", "Note", "*"),
}
"""Kinds of lines in the order of the agenda: words, and the mark that begins such a line when it is typed."""
INITIATIVE = {"high": ("Cao", "High"), "fair": ("Khá", "Fair"), "low": ("Thấp", "Low")}
OUTCOMES = {
    "remedied": ("Đã khắc phục", "Remedied"),
    "partly": ("Một phần", "Partly"),
    "not": ("Chưa", "Not"),
}
WAYS = (
    ("dossier", "Hồ sơ", "Dossier"),
    ("minutes", "Biên bản", "Minutes"),
    ("conclusion", "Kết luận", "Conclusion"),
)
OPERATIONS = ("open_inspection", "record_minutes", "record_finding", "assess_model", "assess_limitation")


@dataclass(frozen=True, slots=True)
class Sight:
    """What the pages of one unit's session rest on.  ``names`` of attendees by digest, ``people`` of the team
    by subject."""

    seen: Frame
    state: State
    known: Known
    visit: Visit
    slot: Slot
    now: datetime
    session: Held
    bodies: Bodies
    names: dict[str, str]
    people: dict[str, str]

    @property
    def name(self) -> str:
        """What the unit is called."""
        return self.known.units[self.visit.unit].name

    @property
    def zone(self) -> ZoneInfo:
        """The ledger's time zone."""
        return ZoneInfo(self.known.timezone)

    @property
    def target(self) -> Target:
        """What is done here touches this unit and its team."""
        return Target(unit=self.visit.unit, team=self.slot.team)

    def leaves(self, criteria: tuple[str, ...] | list[str]) -> list[Leaf]:
        """The leaves of ``criteria`` that the rulebook has."""
        book = self.known.rulebook
        return [] if book is None else [book.leaf[one] for one in criteria if one in book.leaf]


def sight_of(org: str, cycle: str, unit: str) -> Sight:
    """What ``unit``'s session is to who asks: its team, the unit itself, and who sees everything, as for the
    dossier.  Raises 401, 403, 404 problems."""
    seen = frame(org, cycle)
    ledger = seen.reader.ledger
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, ledger.ledger)
        checked_row(seen.reader, None, state, unit)
        known = known_of(connection, ledger.ledger, ledger.timezone, [unit])
        now = runtime().clock.now(ledger.ledger, connection)
        session = held(reading.events_of(connection, ledger.ledger, unit))
        names = attendees.names_of(connection, ledger.ledger, unit)
        bodies = bodies_known(connection, ledger.ledger, instant(now))
    if unit not in known.units:
        raise Problem("unknown-unit", status=404)
    visit = state.visit(unit)
    if visit.slot is None:
        raise not_scheduled(unit)
    team = state.teams.get(visit.slot.team)
    people = {one["person"]: one["name"] for one in team.members} if team else {}
    return Sight(seen, state, known, visit, visit.slot, now, session, bodies, names, people)


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/session/<unit>", "session", session)


def session(org: str, cycle: str, unit: str) -> str:
    """The gate and the opening; once open, what is recorded of the session and the forms for it."""
    found = sight_of(org, cycle, unit)
    visit, known, state = found.visit, found.known, found.state
    readiness = reading.readiness(state, known, unit, found.now) or {}
    calendar = state.calendar(round_of(state, found.slot))
    today = local_date(found.now, found.zone)
    lacked = visit.opening.missing if visit.opening else ()
    own = known.units[unit]
    return render_template(
        "inspections/session.html",
        frame=found.seen,
        found=found,
        visit=visit,
        slot=found.slot,
        hours={name: hours_of(calendar, name) for name in ("MORNING", "AFTERNOON")},
        today=today,
        early=found.slot.day > today,
        closed=round_of(state, found.slot).closed,
        past=found.slot.day < today,
        readiness=readiness,
        case=pack_reading.case_row(visit, own),
        gate=_by_body(found, readiness["missing_scores"]),
        lacked=_by_body(found, lacked),
        arrived=[
            leaf.id
            for leaf in found.leaves(lacked)
            if known.rulebook is not None and at_stage(known.rulebook, own, leaf, leaf.stage) is not None
        ],
        hats=_hats(found),
        leads=any(hat.name.startswith("team_leader@") for hat in _hats(found)["open_inspection"]),
        held=found.session,
        minutes=found.session.version(asked_version()),
        entries=_entries(found.session),
        attendance=attendance_rows(found),
        ways=[
            (to(found.seen, page, unit=unit), tr(vi, en))
            for page, vi, en in WAYS
            if f"inspections_pages.{page}" in current_app.view_functions
        ],
        kinds=KINDS,
        initiative=INITIATIVE,
        outcomes=OUTCOMES,
        zone=found.seen.reader.ledger.timezone,
        command=lambda path: command(found.seen, path),
        to=lambda page, **about: to(found.seen, page, **about),
    )


def attendance_rows(found: Sight) -> list[dict[str, Any]]:
    """Who was declared, with the role in words; ``name`` is None once it was removed."""
    said = found.session.attendance
    return [
        {
            "role": tr(*role_words(one["role"])),
            "name": found.names.get(one["person"]),
            "subordinate": one.get("subordinate"),
        }
        for one in (said.data["attendees"] if said else ())
    ]


def _entries(session: Held) -> list[tuple[str, str, Entry]]:
    """Code, words and findings of every content of the plan, then of others that have findings."""
    found = {entry.ref: entry for entry in session.findings}
    codes = dict.fromkeys((*(one.code for one in CONTENTS), *found))
    return [
        (code, tr(content_of(code).vi, content_of(code).en), found.get(code) or Entry(code, None))
        for code in codes
    ]


def _by_body(found: Sight, criteria: tuple[str, ...] | list[str]) -> list[tuple[str, str, list[Leaf]]]:
    """Code and name of each body that scores some of ``criteria``, with those."""
    leaves = found.leaves(criteria)
    by_code = {leaf.id: leaf for leaf in leaves}
    return [
        (code, found.bodies.name(code), [by_code[one] for one in theirs])
        for code, theirs in found.bodies.missing_of(leaves).items()
    ]


def _hats(found: Sight) -> dict[str, tuple[Hat, ...]]:
    grants = found.seen.reader.grants
    return {one: hats(grants, f"inspections.{one}", found.target) for one in OPERATIONS}


def asked_version() -> int | None:
    """Which version of the minutes was asked for (``?version=``)."""
    asked = request.args.get("version", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None
