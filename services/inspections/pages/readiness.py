"""How ready the units are: all of them side by side, and one unit's own list of what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from services.inspections import reading
from services.inspections.api.reading import checked_row
from services.inspections.api.readying import deviation_rows
from services.inspections.attendance_words import (
    SECRETARY,
    kind_words,
    kinds_of,
    role_words,
    roles_of,
)
from services.inspections.board import Board, board_of
from services.inspections.checks import MISSING, OK, WARN
from services.inspections.deciding.attending import class_years
from services.inspections.kept import attendees
from services.inspections.pages.dossier import outcome_words
from services.inspections.pages.frame import Frame, frame
from services.inspections.pages.links import command, to
from services.inspections.pages.round_words import session_words
from services.inspections.projections import bodies_known
from services.inspections.record import Record
from services.inspections.state import Visit
from shared.access import Target
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.files.grid import MAX_BYTES
from shared.rulebook import Rulebook
from shared.web.hats import Hat, hats
from shared.web.i18n import natural_key, tr
from shared.web.problems import Problem
from shared.web.runtime import runtime

SCORES = "scores"
"""The item of what departments still have to score; the others are those of :mod:`..checks`."""
ORDER = ("pack", "sheet", "attendance", "subordinates", "site", "party_committee", SCORES)
_OPERATIONS = (
    "register_subordinates",
    "declare_attendance",
    "declare_site",
    "answer_party_committee",
    "register_model",
    "forget_name",
)
_STATES = (OK, WARN, MISSING)


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of one unit: ``state`` as in the checks, ``count``: how much is lacking, 0 where none counts.

    ``said``: what to do, in the reader's language.
    """

    item: str
    state: str
    count: int
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """A unit and its items; ``team``, ``date``, ``session``: empty where it has none."""

    unit: str
    name: str
    area: str
    team: str
    date: str
    session: str
    cells: tuple[Cell, ...]

    @property
    def ready(self) -> bool:
        """Whether every item is as asked."""
        return all(cell.state == OK for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Owing:
    """A body and the criteria that it has not scored yet; ``href``: where that is shown."""

    name: str
    criteria: tuple[tuple[str, str], ...]
    href: str


def register(pages: Blueprint) -> None:
    """Put the pages on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/readiness", "readiness_list", readiness_list)
    pages.add_url_rule("/<org>/<cycle>/readiness/<unit>", "readiness", readiness)


def readiness_list(org: str, cycle: str) -> str:
    """Every unit that the reader may see, ``?team=``, ``?area=``, ``?open=1``: only those not ready."""
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    board = board_of(seen.reader.ledger)
    every = rows_of(seen, board)
    team, area = request.args.get("team", ""), request.args.get("area", "")
    only_open = request.args.get("open") == "1"
    chosen = [
        row
        for row in every
        if team in ("", row.team) and area in ("", row.area) and not (only_open and row.ready)
    ]
    book = board.known.rulebook
    areas = {row.area for row in every}
    return render_template(
        "inspections/readiness_list.html",
        frame=seen,
        rows=chosen,
        total=len(every),
        ready=sum(row.ready for row in chosen),
        sums=[
            (item, [sum(row.cells[n].state == state for row in chosen) for state in _STATES])
            for n, item in enumerate(ORDER)
        ],
        teams=sorted({row.team for row in every if row.team}, key=natural_key),
        areas=[(one.id, one.label) for one in book.areas if one.id in areas] if book else [],
        labels={one.id: one.label for one in book.areas} if book else {},
        team=team,
        area=area,
        only_open=only_open,
        item_words=item_words,
        state_words=state_words,
        half_day=session_words,
        unit_page=lambda unit: to(seen, "readiness", unit=unit),
        here=to(seen, "readiness_list"),
        now=instant(board.now),
        zone=seen.reader.ledger.timezone,
    )


def rows_of(seen: Frame, board: Board) -> list[Row]:
    """The units that are inspected and that the reader may see: his own first, then by session and name."""
    audience = seen.reader.audience(board.visibility)
    book = board.known.rulebook
    found = []
    for code, unit in board.known.units.items():
        slot = board.state.visit(code).slot
        if not audience.sees_row(code, slot.team if slot else None):
            continue
        if book is not None and not unit.open_on(book.period.end):
            continue
        held = reading.readiness(board.state, board.known, code, board.now)
        assert held is not None  # the unit is one of the ledger's
        found.append(
            Row(
                code,
                unit.name,
                unit.area,
                held["team"] or "",
                held["date"] or "",
                held["session"] or "",
                _cells(held),
            )
        )
    found.sort(
        key=lambda row: (
            row.unit not in seen.units,
            row.date or "9",
            row.session == "AFTERNOON",  # comes before "MORNING" by the alphabet
            natural_key(row.name),
            row.unit,
        )
    )
    return found


def _cells(held: dict[str, Any]) -> tuple[Cell, ...]:
    checks = {
        check["item"]: Cell(
            check["item"], check["state"], len(check["details"]), tr(check["vi"], check["en"])
        )
        for check in held["checks"]
    }
    missing = len(held["missing_scores"])
    said = tr(f"Còn {missing} tiêu chí các Ban chưa chấm.", f"{missing} criteria are not scored yet.")
    checks[SCORES] = Cell(SCORES, MISSING if missing else OK, missing, said if missing else "")
    return tuple(checks[item] for item in ORDER)


def readiness(org: str, cycle: str, unit: str) -> str:
    """What one unit still has to do, with the form for each item for who may."""
    seen = frame(org, cycle)
    board = board_of(seen.reader.ledger)
    visit, held = board.state.visit(unit), board.known.units.get(unit)
    team = visit.slot.team if visit.slot else None
    checked_row(seen.reader, board.known, board.state, unit)
    if held is None:
        raise Problem("unknown-unit", status=404)
    told = reading.readiness(board.state, board.known, unit, board.now)
    assert told is not None  # the unit is one of the ledger's
    record, book = visit.record, board.known.rulebook
    target = Target(unit=unit, team=team)
    may = {name: hats(seen.reader.grants, f"inspections.{name}", target) for name in _OPERATIONS}
    declared = record.attendance
    # What the unit wrote is for itself, its team, and who sees everything, whatever the policy of visibility.
    concerned = seen.reader.audience().sees_row(unit, team)
    names = _names(seen, unit) if concerned else {}
    return render_template(
        "inspections/readiness.html",
        frame=seen,
        unit=held,
        told=told,
        visit=visit,
        record=record,
        book=book,
        cells=_cells(told),
        concerned=concerned,
        item_words=item_words,
        state_words=state_words,
        role=lambda code: tr(*role_words(code)),
        kind=lambda code: tr(*kind_words(code)),
        class_word=lambda code: _class_word(book, code),
        subordinate=lambda code: _subordinate(record, code),
        kinds=kinds_of(book, record.subordinates),
        classes=[(one.id, one.label) for one in book.classes] if book else [],
        year=class_years(book)[0] if book else "",
        roles=[*roles_of(book, held.area), SECRETARY, "guest"],
        attending=_form_rows(record, book, held.area, names),
        names=names,
        deviations=deviation_rows(board.known, declared["deviations"], record.subordinates)
        if declared and book
        else [],
        may=_open(may, visit),
        models=list(record.models.values()),
        limitations=[(one, record.assessed_limitations.get(ref)) for ref, one in record.limitations.items()],
        outcome=outcome_words,
        owing=_owing(seen, board, told["missing_scores"]),
        command=lambda path: command(seen, path),
        links={
            "all": to(seen, "readiness_list"),
            "dossier": to(seen, "dossier", unit=unit),
            "packs": f"/inspections/{seen.ledger}/packs/{unit}",
            "sheet": f"/scores/{seen.ledger}/sheet?unit={unit}",
        },
        most=MAX_BYTES,
        zone=seen.reader.ledger.timezone,
    )


def item_words(item: str) -> str:
    """What an item is called at the head of its column."""
    return {
        "pack": tr("Tài liệu", "Documents"),
        "sheet": tr("Tự chấm", "Self score"),
        "attendance": tr("Thành phần", "Attendees"),
        "subordinates": tr("Trực thuộc", "Subordinates"),
        "site": tr("Địa điểm", "Place"),
        "party_committee": tr("Cấp ủy", "Party committee"),
        SCORES: tr("Ban chấm", "Departments"),
    }[item]


def state_words(state: str) -> str:
    """What a state is called."""
    return {
        OK: tr("Xong", "Done"),
        WARN: tr("Lưu ý", "Check"),
        MISSING: tr("Chưa", "Open"),
    }[state]


def _open(may: dict[str, tuple[Hat, ...]], visit: Visit) -> dict[str, tuple[Hat, ...]]:
    """``may`` without what stands as it was once the session has begun."""
    closed = ("declare_attendance", "declare_site") if visit.opened else ()
    return {name: () if name in closed else able for name, able in may.items()}


def _names(seen: Frame, unit: str) -> dict[str, str]:
    with read_transaction(runtime().engine) as connection:
        return attendees.names_of(connection, seen.ledger, unit)


def _form_rows(
    record: Record, book: Rulebook | None, area: str, names: dict[str, str]
) -> list[dict[str, str]]:
    """The rows of the form: the list in force, or one for each person that the rulebook asks for."""
    if record.attendance is not None:
        return [
            {
                "role": one["role"],
                "name": names.get(one["person"], ""),
                "subordinate": one.get("subordinate", ""),
            }
            for one in record.attendance["attendees"]
        ]
    rule = None if book is None else book.attendees
    pairs = () if rule is None else rule.subordinates
    asked = [*roles_of(book, area), *[SECRETARY] * sum(pair.count for pair in pairs)]
    return [{"role": role, "name": "", "subordinate": ""} for role in asked]


def _class_word(book: Rulebook | None, code: str | None) -> str:
    if code is None:
        return tr("Chưa rõ", "Not known")
    return next((one.label for one in book.classes if one.id == code), code) if book else code


def _subordinate(record: Record, code: str) -> str:
    return next((str(one["name"]) for one in record.subordinates if one["code"] == code), code)


def _owing(seen: Frame, board: Board, missing: Sequence[str]) -> list[Owing]:
    """Who still has to score the unit, by name."""
    book = board.known.rulebook
    if book is None:
        return []
    with read_transaction(runtime().engine) as connection:
        bodies = bodies_known(connection, seen.ledger, instant(board.now))
    by_body = bodies.missing_of([book.leaf[code] for code in missing])
    found = [
        Owing(
            bodies.name(code),
            tuple((one, book.leaf[one].label) for one in criteria),
            f"/scores/{seen.ledger}/progress?department={code}",
        )
        for code, criteria in by_body.items()
    ]
    return sorted(found, key=lambda one: natural_key(one.name))
