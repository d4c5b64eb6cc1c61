"""Reflection reports: every member writes his own, the leader reads those of his team; nobody else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template

from services.inspections.board import Board, board_of
from services.inspections.closing import missing_rows
from services.inspections.deciding.due_after import last_day, reflection_due
from services.inspections.deciding.reflections import INSPECTION
from services.inspections.kept import reflections as kept
from services.inspections.pages.frame import Frame, frame
from services.inspections.pages.links import command
from services.inspections.reflecting import own_reports, report_row
from shared.access import AccessDenied, Target
from shared.database import read_transaction
from shared.events.envelope import instant, parse_instant
from shared.web.frame import TEAM_ROLES
from shared.web.hats import Hat, hats
from shared.web.i18n import natural_key, tr
from shared.web.problems import Problem
from shared.web.runtime import runtime
from shared.web.time_left import left_words


@dataclass(frozen=True, slots=True)
class Own:
    """A report that the reader owes or has sent.  ``told`` as the API tells it; ``until``: the last day."""

    told: Mapping[str, Any]
    about: str
    until: str | None
    left: str
    hats: tuple[Hat, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody whose report has not come."""

    name: str
    about: str
    until: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A member's report about one thing: its versions, the newest first."""

    name: str
    about: str
    versions: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TeamReports:
    """What a leader reads of his team; ``members``: how many report."""

    team: str
    members: int
    sent: tuple[Sent, ...]
    missing: tuple[Missing, ...]


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/reflections", "reflections", reflections)


def reflections(org: str, cycle: str) -> str:
    """One's own reports, then, for a leader, those of the team."""
    seen = frame(org, cycle)
    who = seen.reader
    if who.principal is None:
        raise Problem("token-missing")
    if not seen.holds(*TEAM_ROLES):
        raise AccessDenied(
            "wrong-role",
            "Bài thu hoạch chỉ dành cho thành viên đoàn kiểm tra.",
            "Reflection reports are for members of the inspection teams alone.",
        )
    board = board_of(who.ledger)
    own = [_own(seen, board, told) for told in own_reports(who.ledger, who.principal.sub)]
    book = board.known.rulebook
    return render_template(
        "inspections/reflections.html",
        frame=seen,
        own=own,
        led=[_team(board, team) for team in sorted(seen.teams, key=natural_key) if _reads(seen, team)],
        send=command(seen, "reflections"),
        zone=who.ledger.timezone,
        scope=None if book is None else str(book.policies["reflection_scope"]),
        per_inspection=INSPECTION,
    )


def _reads(seen: Frame, team: str) -> bool:
    return bool(hats(seen.reader.grants, "inspections.read_reflections", Target(team=team)))


def _about(board: Board, unit: str | None) -> str:
    if unit is None:
        return tr("Cả đợt kiểm tra", "The whole round")
    held = board.known.units.get(unit)
    return unit if held is None else held.name


def _own(seen: Frame, board: Board, told: Mapping[str, Any]) -> Own:
    due = told["due"]
    return Own(
        told,
        _about(board, told["unit"]),
        None if due is None else last_day(parse_instant(due), board.zone).isoformat(),
        "" if due is None or told["versions"] else left_words(due, instant(board.now)),
        hats(seen.reader.grants, "inspections.submit_reflection", Target(team=told["team"])),
    )


def _team(board: Board, team: str) -> TeamReports:
    with read_transaction(runtime().engine) as connection:
        reports = kept.of_team(connection, board.ledger.ledger, team)
    held = board.state.teams.get(team)
    members = () if held is None else held.members
    names = {member["person"]: member["name"] for member in members}
    groups: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for report in reports:
        groups.setdefault((report.person, report.unit), []).insert(0, report_row(report))
    sent = [
        Sent(names.get(person, person), _about(board, unit), tuple(versions))
        for (person, unit), versions in groups.items()
    ]
    missing = [row for row in missing_rows(board.state, board.known) if row["team"] == team]
    return TeamReports(
        team,
        len(members),
        tuple(sorted(sent, key=lambda one: (natural_key(one.about), natural_key(one.name)))),
        _missing(board, missing, names),
    )


def _missing(
    board: Board, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[Missing, ...]:
    found = []
    for row in rows:
        due = reflection_due(board.state, board.known, row["team"], row["unit"])
        found.append(
            Missing(
                names.get(row["person"], row["person"]),
                _about(board, row["unit"]),
                None if due is None else last_day(due, board.zone).isoformat(),
                due is not None and due <= board.now,
            )
        )
    return tuple(sorted(found, key=lambda one: (natural_key(one.name), natural_key(one.about))))
