"""The teams: who is in them, who was named for them, conflicts of interest; the calendar's versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template

from services.inspections import plan_reading
from services.inspections.board import Board, planned_board
from services.inspections.calendar_form import Calendar
from services.inspections.due_words import before, due_lines
from services.inspections.pages.body_words import body_name
from services.inspections.pages.frame import frame
from services.inspections.pages.plan import areas_of
from services.inspections.projections import bodies_known
from services.inspections.seats import called, weekday_name
from shared.database import read_transaction
from shared.events.envelope import instant, parse_instant
from shared.web.hats import hats
from shared.web.i18n import natural_key, tr
from shared.web.runtime import runtime

FORM = "inspections.form_team"
NOMINATE = "inspections.nominate_member"
ADOPT = "inspections.adopt_calendar"
ROWS = 12
"""So many people has the form of a team room for."""


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/teams", "teams", teams)


def teams(org: str, cycle: str) -> str:
    """Teams as ``GET teams`` shows them to who asks; the calendar's versions for everybody."""
    seen = frame(org, cycle)
    board = planned_board(seen.reader.ledger)
    with read_transaction(runtime().engine) as connection:
        bodies = bodies_known(connection, board.ledger.ledger, instant(board.now))
    known = seen.reader.principal is not None
    rows = (
        plan_reading.team_rows(board.state, board.known, board.zone, seen.reader.audience()) if known else []
    )
    due = next((row["nominations_due"] for row in rows), None)
    return render_template(
        "inspections/teams.html",
        frame=seen,
        zone=board.zone.key,
        rows=sorted(rows, key=lambda row: natural_key(row["team"])),
        every_team=sorted({*board.state.teams, *board.state.nominations}, key=natural_key),
        due=due and before(parse_instant(due), board.zone),
        calendars=[
            (
                one,
                due_lines(one.calendar, board.zone, lambda code: body_name(code, bodies)),
                rest_words(one.calendar, board),
            )
            for code in sorted(board.state.calendars)
            for one in reversed(board.state.calendars[code])
        ],
        body=lambda code: body_name(code, bodies),
        departments=_by_name(bodies.names),
        units=sorted(
            ((code, one.name) for code, one in board.known.units.items()),
            key=lambda pair: natural_key(pair[1]),
        ),
        called=lambda code: called(board, code),
        role_words=role_words,
        conflict_words=lambda row: conflict_words(row, board),
        form_hats=hats(seen.reader.grants, FORM),
        nominate_hats=hats(seen.reader.grants, NOMINATE),
        office=seen.holds("office"),
        adopt_hats=hats(seen.reader.grants, ADOPT),
        room=range(ROWS),
    )


def _by_name(names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Code and name, as people sort names."""
    return sorted(names.items(), key=lambda pair: natural_key(pair[1]))


def role_words(role: str) -> str:
    """A role in a team in words."""
    return {
        "leader": tr("Trưởng đoàn", "Leader"),
        "deputy": tr("Phó trưởng đoàn", "Deputy"),
        "secretary": tr("Thư ký", "Secretary"),
        "member": tr("Thành viên", "Member"),
    }[role]


def conflict_words(row: dict[str, Any], board: Board) -> str:
    """A conflict of interest, as ``team_rows`` has it, in words."""
    about = ", ".join(row["about"])
    if row["rule"] == "home_unit":
        names = ", ".join(called(board, code) for code in row["about"])
        return tr(
            f"công tác tại {names}, đơn vị mà đoàn này kiểm tra",
            f"comes from {names}, which this team inspects",
        )
    if row["rule"] == "own_criteria":
        return tr(
            f"Trưởng đoàn có thể điều chỉnh tiêu chí do chính Ban mình chấm: {about}",
            f"the leader may adjust criteria that his own department scores: {about}",
        )
    return tr(f"cũng ở đoàn {about}", f"is in {about} too")


def rest_words(calendar: Calendar, board: Board) -> list[str]:
    """Working days, holidays and lead times of ``calendar`` in words."""
    working = ", ".join(weekday_name(day) for day in calendar.working_days)
    found = [tr(f"Ngày làm việc: {working}.", f"Working days: {working}.")]
    if calendar.holidays:
        listed = ", ".join(day.strftime("%d/%m/%Y") for day in calendar.holidays)
        found.append(tr(f"Ngày nghỉ: {listed}.", f"Holidays: {listed}."))
    needed = calendar.lead_time_days or {}
    for code, label in areas_of(board, set(needed)):
        found.append(
            tr(f"{label}: báo trước {needed[code]} ngày.", f"{label}: announced {needed[code]} days before.")
        )
    return found
