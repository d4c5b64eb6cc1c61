"""A unit's self-score sheet: filled in, submitted as a whole, read beside what others scored, printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from services.scores.api.sheet_reading import points_text, sheet_body
from services.scores.board import board_of
from services.scores.deciding.completeness import sheet_missing
from services.scores.deciding.setup import in_force
from services.scores.evidence import only_cited
from services.scores.inspected.schedule import sessions_of
from services.scores.pages.entries import body_name, stated
from services.scores.pages.frame import Frame, frame
from services.scores.seen.evaluations import about_unit
from services.scores.seen.rule_words import ladder_lines, no_target_line, rule_line
from services.scores.seen.self_sheet import SUBMITTED, Entry
from services.scores.seen.sheet import SeenSheet, seen_sheet
from shared.access import Target
from shared.database import read_transaction
from shared.rulebook import Leaf, ValueRefused, evaluate
from shared.rulebook.model import TEAM
from shared.rulebook.number import show
from shared.web.hats import hats
from shared.web.i18n import natural_key, number, tr
from shared.web.problems import Problem
from shared.web.runtime import runtime


@dataclass(frozen=True, slots=True)
class Said:
    """What another body says on a criterion: who, the value and its points in words, why, and when."""

    who: str
    value: str
    points: str
    reason: str
    when: str


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion: how it is scored, what the unit gives (``entry``, None where it does not), what others
    said.  ``ladder``: condition and points of each row.  ``kept``: the entry as its API tells it.
    """

    id: str
    label: str
    most: str
    rule: str
    ladder: tuple[tuple[str, str], ...]
    no_target: str
    asks: str
    asks_target: str
    period: str
    entry: Entry | None
    kept: dict[str, Any]
    stands: dict[str, Any]
    said: tuple[Said, ...]
    scorer: str


@dataclass(frozen=True, slots=True)
class Group:
    """A top group of the rulebook and its criteria."""

    id: str
    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One unit in the list of sheets: when it was submitted (None = never), and how many values it lacks."""

    code: str
    name: str
    submitted: str | None
    missing: int


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/sheet", "sheet", sheet)


def sheet(org: str, cycle: str) -> str:
    """The sheet of ``?unit=``; without it the reader's own, or the list of all for who sees everything."""
    seen_frame = frame(org, cycle)
    code = request.args.get("unit") or (seen_frame.units[0] if len(seen_frame.units) == 1 else None)
    if code is None:
        return _list(seen_frame)
    seen = seen_sheet(seen_frame.reader, code)
    cited = [file for entry in seen.sheet.entries for file in entry.given.get("evidence", ())]
    return render_template(
        "scores/sheet.html",
        frame=seen_frame,
        seen=seen,
        area=seen.book.area[seen.unit.area].label,
        body=sheet_body(seen),
        groups=_groups(seen),
        due=seen.board.state.due_of("self"),
        about=about_unit(seen.board, seen.book, code) if seen.whole else (),
        hats=hats(seen_frame.reader.grants, "scores.submit_sheet", Target(unit=code)),
        unheld=sorted(only_cited(seen_frame.ledger, {file["sha256"] for file in cited})),
        told=hats(seen_frame.reader.grants, "scores.acknowledge_evaluation", Target(unit=code)),
        api=f"/scores/v1/{seen_frame.ledger}",
        zone=seen_frame.reader.ledger.timezone,
        decimal=_decimal,
    )


def _list(seen_frame: Frame) -> str:
    board = board_of(seen_frame.ledger)
    book = in_force(board.state)
    audience = seen_frame.reader.audience(str(book.policies["live_visibility"]))
    if seen_frame.reader.principal is None and not audience.everything:
        raise Problem("token-missing")
    with read_transaction(runtime().engine) as connection:
        sessions = sessions_of(connection, seen_frame.ledger)
    teams = {unit: session.team for unit, session in sessions.items()}
    units = board.state.units.values()
    shown = [unit for unit in units if audience.sees_row(unit.code, teams.get(unit.code))]
    areas = []
    for area in book.areas:
        listed = []
        for unit in shown:
            if unit.area != area.id:
                continue
            submitted = board.noted(SUBMITTED, unit.code)
            lacking = len(sheet_missing(board.state, unit))
            listed.append(Listed(unit.code, unit.name, submitted[-1].time if submitted else None, lacking))
        listed.sort(key=lambda one: (natural_key(one.name), one.code))
        if listed:
            areas.append((area.label, listed))
    return render_template(
        "scores/sheets.html", frame=seen_frame, areas=areas, zone=seen_frame.reader.ledger.timezone
    )


def _groups(seen: SeenSheet) -> list[Group]:
    entries = {entry.leaf.id: entry for entry in seen.sheet.entries}
    kept = {one["criterion"]: one for one in sheet_body(seen)["entries"]}
    groups = []
    for group in seen.book.groups:
        lines = tuple(
            _line(seen, leaf, entries.get(leaf.id), kept.get(leaf.id, {}))
            for leaf in seen.leaves
            if leaf.groups[0] == group.id
        )
        if lines:
            groups.append(Group(group.id, group.label, lines))
    return groups


def _line(seen: SeenSheet, leaf: Leaf, entry: Entry | None, kept: dict[str, Any]) -> Line:
    book, area = seen.book, seen.unit.area
    no_target = no_target_line(leaf)
    standing = None if entry is None else entry.standing
    return Line(
        id=leaf.id,
        label=leaf.label,
        most=number(show(leaf.max[area], book.number.scale)),
        rule=tr(*rule_line(leaf, book)),
        ladder=tuple((tr(*condition), tr(*points)) for condition, points in ladder_lines(leaf, area, book)),
        no_target="" if no_target is None else tr(*no_target),
        asks=_asks(leaf),
        asks_target=_asks_target(leaf),
        period=leaf.period or "",
        entry=entry,
        kept=kept,
        stands={} if standing is None else _statement(standing.data),
        said=tuple(_said(seen, leaf)),
        scorer=_scorer(seen, leaf),
    )


def _statement(data: Any) -> dict[str, Any]:
    return {name: data[name] for name in ("value", "target", "state", "basis", "evidence") if name in data}


def _decimal(text: str | None) -> str:
    """What was typed or stated, with the decimal mark of the reader's language."""
    return (text or "").replace(".", tr(",", "."))


def _asks(leaf: Leaf) -> str:
    """The label of the field for the value."""
    if leaf.input == "ratio":
        return tr("Đạt được", "Achieved")
    if leaf.input == "count":
        return tr("Số lượng", "Number")
    if leaf.ladder is not None and leaf.ladder.unit == "percent":
        return tr("Tỷ lệ (%), hoặc số đạt", "Percentage, or achieved")
    return leaf.ladder.metric if leaf.ladder is not None else tr("Điểm", "Points")


def _asks_target(leaf: Leaf) -> str:
    """The label of the field for the target, empty where none is taken."""
    if not leaf.takes_target:
        return ""
    if leaf.input == "ratio":
        return tr("Chỉ tiêu", "Target")
    return tr("Chỉ tiêu, nếu ghi số đạt", "Target, with achieved")


def _scorer(seen: SeenSheet, leaf: Leaf) -> str:
    if leaf.owner == TEAM:
        return tr("Đoàn kiểm tra", "The inspection team")
    owners = seen.board.state.owners(leaf, seen.now)
    return ", ".join(body_name(seen.board, code) for code in owners)


def _said(seen: SeenSheet, leaf: Leaf) -> list[Said]:
    """Values of the official stages that this service knows of, lowest first (rulebook format §3)."""
    found = []
    for stage in ("department", "external"):
        value = seen.board.standing(seen.unit.code, leaf.id, stage)
        if value is None:
            continue
        data = value.data
        found.append(
            Said(
                body_name(seen.board, value.responsible),
                stated(data),
                _points(seen, leaf, stage, data),
                str(data.get("reason", data.get("basis", ""))),
                value.time,
            )
        )
    concluded = seen.concluded.get(leaf.id)
    if concluded is not None:
        who = tr("Kết luận của Trưởng đoàn", "The team leader's conclusion")
        found.append(Said(who, "", number(concluded.points), concluded.reason, ""))
    return found


def _points(seen: SeenSheet, leaf: Leaf, stage: str, data: Any) -> str:
    try:
        points = evaluate(
            seen.book,
            seen.unit.area,
            leaf.id,
            stage,
            data.get("value"),
            data.get("target"),
            data.get("state"),
        )
    except ValueRefused:  # recorded under an earlier rulebook, which this one no longer accepts
        return "–"
    return number(points_text(points, seen.book))
