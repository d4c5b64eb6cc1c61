"""Setting a cycle up: what is done, what is missing, what to do next, and the forms for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request

from services.scores.board import Board, Note, board_of
from services.scores.pages.frame import Frame, frame, only_for
from services.scores.pages.people import scope_words, until_words
from services.scores.seen import people
from services.scores.seen.gaps import gaps
from services.scores.state import State
from shared.database import read_transaction
from shared.events.catalogue.scores import STAGES
from shared.events.envelope import instant
from shared.rulebook import Rulebook
from shared.rulebook.model import TEAM
from shared.web.hats import hats
from shared.web.i18n import moment, natural_key, tr
from shared.web.runtime import runtime

DONE, MISSING, WAITING = "done", "missing", "waiting"

_OPERATIONS = {
    "cycle": "scores.open_cycle",
    "rulebook": "scores.adopt_rulebook",
    "unit": "scores.register_unit",
    "department": "scores.register_department",
    "change": "scores.change_unit",
    "assign": "scores.assign_scoring",
    "due": "scores.set_due",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``state`` is done, missing or waiting (for a step before); ``lacks``: in words."""

    name: str
    state: str
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion and who scores it; ``changes``: how its assignment changed, oldest first."""

    id: str
    label: str
    owner: str
    scored_by: str
    changes: tuple[str, ...]


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/setup", "setup", setup_page)


def setup_page(org: str, cycle: str) -> str:
    """The checklist; for who may read the set-up."""
    seen = frame(org, cycle)
    only_for(seen, "scores.read_setup")
    board = board_of(seen.ledger)
    state, book = board.state, board.state.rulebook()
    current = runtime()
    with read_transaction(current.engine) as connection:
        now = instant(current.clock.now(seen.ledger, connection))
        held = people.in_force_at(people.holdings(connection, board), now)
    missing = gaps(state, [holding.grant for holding in held], now)
    every = steps(state, now, len(missing))
    return render_template(
        "scores/setup.html",
        frame=seen,
        ledger=seen.reader.ledger,
        zone=seen.reader.ledger.timezone,
        api=f"/scores/v1/{seen.ledger}",
        state=state,
        book=book,
        steps={step.name: step for step in every},
        next=next((step for step in every if step.state == MISSING), None),
        may={name: hats(seen.reader.grants, operation) for name, operation in _OPERATIONS.items()},
        adoptions=_adoptions(board),
        areas=_areas(state, book),
        kinds=sorted({unit.kind for unit in state.units.values()}),
        department_kinds=sorted({one.kind for one in state.departments.values()}),
        units=_names((unit.code, unit.name) for unit in state.units.values()),
        departments=_names((one.code, one.name) for one in state.departments.values()),
        criteria=_criteria(seen, board, book, now),
        dues=_dues(seen, board),
        stages=[(stage, stage_words(stage)) for stage in STAGES],
        external=[(leaf.id, leaf.label) for leaf in book.leaves if leaf.stage == "external"] if book else [],
        gaps=missing,
        people=len({holding.grant.sub for holding in held}),
        chosen=request.args.get("criterion", ""),
        endpoints={name.rpartition(".")[2] for name in current_app.view_functions},
    )


def steps(state: State, now: str, lacking: int) -> tuple[Step, ...]:
    """Every step in order, as it stands at the instant ``now``; ``lacking``: how many people are missing."""
    book = state.rulebook()
    if state.cycle is None:
        return (Step("ledger", DONE), Step("cycle", MISSING), *(Step(name, WAITING) for name in _AFTER))
    if book is None:
        after = (Step(name, WAITING) for name in _AFTER[1:])
        return (Step("ledger", DONE), Step("cycle", DONE), Step("rulebook", MISSING), *after)
    register_lacks = _register_lacks(state, book, now)
    due_lacks = _due_lacks(state, book)
    unowned = tuple(
        f"{leaf.id}: {leaf.owner}"
        for leaf in book.leaves
        if leaf.owner != TEAM and state.owner(leaf, now) not in state.departments
    )
    return (
        Step("ledger", DONE),
        Step("cycle", DONE),
        Step("rulebook", DONE),
        _step("register", register_lacks),
        _step("assign", unowned),
        _step("due", due_lacks),
        Step("people", MISSING if lacking else DONE),
    )


_AFTER = ("rulebook", "register", "assign", "due", "people")


def _step(name: str, lacks: tuple[str, ...]) -> Step:
    return Step(name, MISSING if lacks else DONE, lacks)


def _register_lacks(state: State, book: Rulebook, now: str) -> tuple[str, ...]:
    areas = {unit.area for unit in state.units.values()}
    lacks = [
        tr(f"khu vực {area.label}: chưa có đơn vị", f"area {area.label}: no units")
        for area in book.areas
        if area.id not in areas
    ]
    if not state.offices:
        lacks.append(tr("chưa có Văn phòng (loại office)", "no Office (kind office)"))
    owners = sorted(
        {state.owner(leaf, now) for leaf in book.leaves if leaf.owner != TEAM} - set(state.departments)
    )
    if owners:
        lacks.append(
            tr("đơn vị chấm điểm chưa có trong danh sách: ", "scorers not in the register: ")
            + ", ".join(owners)
        )
    return tuple(lacks)


def _due_lacks(state: State, book: Rulebook) -> tuple[str, ...]:
    wanted = [
        *(["self"] if any(leaf.self_scored for leaf in book.leaves) else []),
        *(stage for stage in ("department", "external") if any(leaf.stage == stage for leaf in book.leaves)),
    ]
    return tuple(
        tr("chưa đặt hạn: ", "no due instant: ") + stage_words(stage)
        for stage in wanted
        if state.due_of(stage) is None and not _each_due(state, book, stage)
    )


def _each_due(state: State, book: Rulebook, stage: str) -> bool:
    """Whether each criterion of the stage has a due instant of its own."""
    return all(
        state.due_of(stage, leaf.id) is not None
        for leaf in book.leaves
        if (leaf.self_scored if stage == "self" else leaf.stage == stage)
    )


def stage_words(stage: str) -> str:
    """What a stage is called."""
    return {
        "self": tr("đơn vị tự chấm", "self score of the unit"),
        "department": tr("Ban chấm", "score of the department"),
        "external": tr("đánh giá ngoài", "external evaluation"),
    }[stage]


def _adoptions(board: Board) -> list[Note]:
    """Every rulebook that was adopted, newest first."""
    return list(reversed(board.noted("rulebook.adopted.v1")))


def _areas(state: State, book: Rulebook | None) -> list[tuple[str, str, int]]:
    """Code, label and number of units of each area."""
    counted = Counter(unit.area for unit in state.units.values())
    return [] if book is None else [(area.id, area.label, counted[area.id]) for area in book.areas]


def _names(found: Any) -> list[tuple[str, str]]:
    return sorted(found, key=lambda one: natural_key(one[1]))


def _criteria(seen: Frame, board: Board, book: Rulebook | None, now: str) -> list[Criterion]:
    if book is None:
        return []
    zone = seen.reader.ledger.timezone
    changes: dict[str, list[str]] = {}
    for note in board.noted("scoring.assigned.v1"):
        data = note.data
        words = tr("{who} từ {when}", "{who} from {when}").format(
            who=_body(board.state, data["owner"]), when=moment(data["from"], zone)
        )
        if "until" in data:
            words += tr(" đến ", " until ") + until_words(data["until"], zone)
        changes.setdefault(data["criterion"], []).append(f"{words} ({data['document']})")
    return [
        Criterion(
            leaf.id,
            leaf.label,
            _body(board.state, leaf.owner),
            _body(board.state, board.state.owner(leaf, now)),
            tuple(changes.get(leaf.id, ())),
        )
        for leaf in book.leaves
    ]


def _body(state: State, code: str) -> str:
    return (
        tr("Đoàn kiểm tra", "Inspection team") if code == TEAM else scope_words(state, f"department:{code}")
    )


def _dues(seen: Frame, board: Board) -> list[tuple[str, str, str, str]]:
    """The due instants that count: stage, criterion, instant in words, document."""
    last: dict[tuple[str, str], Note] = {}
    for note in board.noted("scoring.due_set.v1"):
        last[note.data["stage"], note.data.get("criterion", "")] = note
    zone = seen.reader.ledger.timezone
    return [
        (stage_words(stage), criterion, until_words(note.data["due"], zone), note.data["document"])
        for (stage, criterion), note in sorted(
            last.items(), key=lambda one: (STAGES.index(one[0][0]), one[0][1])
        )
    ]
