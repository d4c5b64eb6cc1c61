"""What a member reports on, until when, and what he has sent; for himself alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.inspections import reading
from services.inspections.deciding.due_after import reflection_due
from services.inspections.deciding.reflections import INSPECTION, ROUND
from services.inspections.kept import reflections
from services.inspections.known import Known
from services.inspections.projections import known_of
from services.inspections.state import State
from shared.access.directory import LedgerSettings
from shared.database import read_transaction
from shared.events.envelope import instant, parse_instant
from shared.web.runtime import runtime


def own_reports(ledger: LedgerSettings, person: str) -> list[dict[str, Any]]:
    """The reports asked of ``person``, by team and session, each with the versions that he has sent."""
    current = runtime()
    with read_transaction(current.engine) as connection:
        state = reading.state_of(connection, ledger.ledger)
        known = known_of(connection, ledger.ledger, ledger.timezone, [])
        now = current.clock.now(ledger.ledger, connection)
        kept = [
            report
            for team in _teams(state, person)
            for report in reflections.of_team(connection, ledger.ledger, team)
            if report.person == person
        ]
    asked = asked_of(state, known, person)
    sent = [(report.team, report.unit) for report in kept]
    places = [*asked, *dict.fromkeys(place for place in sent if place not in asked)]
    return [
        _row(state, known, now, team, unit, [one for one in kept if (one.team, one.unit) == (team, unit)])
        for team, unit in places
    ]


def asked_of(state: State, known: Known, person: str) -> list[tuple[str, str | None]]:
    """The (team, unit) that ``person`` reports on by the policy ``reflection_scope``; unit None: the round.

    About an inspection one may write once its session has begun.
    """
    scope = None if known.rulebook is None else known.rulebook.policies["reflection_scope"]
    places: list[tuple[str, str | None]] = []
    for team in _teams(state, person):
        if scope == ROUND:
            places.append((team, None))
        if scope == INSPECTION:
            begun = [
                (visit.slot.day, code)
                for code, visit in state.visits.items()
                if visit.slot is not None and visit.slot.team == team and visit.opened
            ]
            places += [(team, code) for _, code in sorted(begun)]
    return places


def report_row(report: reflections.Reflection) -> dict[str, Any]:
    """One version of a report as JSON data."""
    return {
        "person": report.person,
        "unit": report.unit,
        "version": report.version,
        "text": report.text,
        "at": report.kept_at,
        "digest": report.digest,
    }


def _teams(state: State, person: str) -> list[str]:
    return [
        code
        for code in sorted(state.teams)
        if any(member["person"] == person for member in state.teams[code].members)
    ]


def _row(
    state: State,
    known: Known,
    now: datetime,
    team: str,
    unit: str | None,
    versions: list[reflections.Reflection],
) -> dict[str, Any]:
    due = reflection_due(state, known, team, unit)
    reached = parse_instant(versions[0].kept_at) if versions else now
    return {
        "team": team,
        "unit": unit,
        "due": None if due is None else instant(due),
        "late": due is not None and reached >= due,
        "versions": [report_row(one) for one in versions],
    }
