"""Drafts of cells: what somebody is still working on, shared in his body until it is stated.

A draft is no fact and is never taken for one: it may be incomplete or wrong, and no event tells of it.
A cell is ``(unit, criterion, stage)``.  Its version goes up with every change and is never used again:
a draft that was removed leaves an empty row behind, so who still holds the old one is told that it went,
by whom and when, instead of overwriting what came after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Insert, Row, Update, and_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.scores.kept.bodies import Body
from services.scores.tables import drafts
from shared.database import Prepared, is_postgres
from shared.deciding import Stated
from shared.decisions import Refused

MAX_CELLS = 1000
"""How many cells one request may change."""
MAX_DRAFTS = 20_000
"""How many cells a body may keep: 500 units with 40 criteria."""

Cell = tuple[str, str, str]
"""Unit, criterion, stage."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A cell as it is kept.  Empty ``content``: its draft was removed, by ``edited_by`` at ``edited_at``."""

    cell: Cell
    content: Mapping[str, Any]
    version: int
    edited_at: str
    edited_by: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What a client wants of a cell.  ``known``: the version it has seen, 0 = none.  Empty: remove it."""

    cell: Cell
    content: Mapping[str, Any]
    known: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of some edits: ``changes`` to be kept (``known`` is then the version that is there, 0 =
    none), what ``stands`` already, and ``conflicts``.
    """

    changes: tuple[Edit, ...] = ()
    stands: tuple[Kept, ...] = ()
    conflicts: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a request: cells as they are kept now, and those that somebody else has changed."""

    kept: tuple[Kept, ...] = ()
    conflicts: tuple[Kept, ...] = ()


def judge(edits: Sequence[Edit], held: Mapping[Cell, Kept]) -> Judged:
    """Which of ``edits`` may be kept over ``held``.  Pure.

    An edit conflicts when the cell is not what its client has seen; unless both say the same, so that
    sending again after a lost answer is no conflict.  A client that knows of no draft meets none where
    the last one was removed.  Raises :class:`~shared.decisions.Refused` for a cell given twice.
    """
    changes: list[Edit] = []
    stands: list[Kept] = []
    conflicts: list[Kept] = []
    seen: set[Cell] = set()
    for number, edit in enumerate(edits):
        if edit.cell in seen:
            raise _given_twice(number, edit.cell)
        seen.add(edit.cell)
        there = held.get(edit.cell)
        if there is None and edit.content:
            changes.append(replace(edit, known=0))
        elif there is None:
            stands.append(Kept(edit.cell, {}, 0, "", ""))
        elif edit.content == there.content:
            stands.append(there)
        elif edit.known == there.version or (edit.known == 0 and not there.content):
            changes.append(replace(edit, known=there.version))
        else:
            conflicts.append(there)
    return Judged(tuple(changes), tuple(stands), tuple(conflicts))


# --- the table --------------------------------------------------------------------------------------------


def drafts_of(connection: Connection, ledger: str, body: Body) -> list[Kept]:
    """The drafts that ``body`` keeps, by unit, criterion, stage."""
    query = select(drafts).where(drafts.c.ledger == ledger, drafts.c.body == str(body)).order_by(*_CELL)
    return [kept for kept in map(_kept, connection.execute(query)) if kept.content]


def save(
    connection: Connection, ledger: str, body: Body, edits: Sequence[Edit], *, who: str, now: str
) -> Saved:
    """Keep what :func:`judge` lets be kept, as edited by ``who`` at ``now`` (a written instant).

    Of two at the same moment the first wins a cell and the other is told.  Raises
    :class:`~shared.decisions.Refused` for a cell given twice, or when the body would keep too many.
    """
    judged = judge(edits, _held(connection, ledger, str(body), [edit.cell for edit in edits]))
    kept, conflicts = list(judged.stands), list(judged.conflicts)
    for edit in sorted(judged.changes, key=lambda edit: edit.cell):  # everybody locks in the same order
        stored = _write(connection, ledger, str(body), edit, who, now)
        if stored is None:
            conflicts += _held(connection, ledger, str(body), [edit.cell]).values()
        else:
            kept.append(stored)
    if any(one.version == 1 for one in kept) and _number(connection, ledger, body) > MAX_DRAFTS:
        raise Refused(
            "too-many-drafts",
            f"{body} đã giữ {MAX_DRAFTS} ô nháp; hãy gửi bớt trước khi nhập thêm.",
            f"{body} keeps {MAX_DRAFTS} drafts already; state some before adding more.",
            field="cells",
            status=409,
        )
    return Saved(tuple(kept), tuple(conflicts))


def settle(connection: Connection, ledger: str, stated: Iterable[Stated], *, who: str, now: str) -> None:
    """Remove the drafts that ``stated`` has made facts of, within the command's own transaction.

    Only a draft that says what was stated goes; one that says something else is somebody's unfinished
    work, and stays.
    """
    scopes: dict[str, dict[Cell, Stated]] = {}
    for fact in stated:
        if fact.type == "score.recorded.v1":
            cell = (fact.subject, fact.data["criterion"], fact.data["stage"])
            scopes.setdefault(fact.data["actor"]["scope"], {})[cell] = fact
    for scope, facts in scopes.items():
        units = sorted({unit for unit, _, _ in facts})
        # The Office's drafts lie under whomever it enters for.
        office = scope == "ledger"
        values: dict[str, Any] = {"of_ledger": ledger} | ({} if office else {"of_body": scope})
        values |= {"unit": units[0]} if len(units) == 1 else {"units": units}
        if len(units) == 1 and not _ANY[office].rows(connection, values):
            continue
        for row in connection.execute(_SETTLING[office, len(units) == 1], values).all():
            kept = _kept(row)
            if kept.cell in facts and kept.content and _says(kept.content, facts[kept.cell].data):
                _write(connection, ledger, row.body, Edit(kept.cell, {}, kept.version), who, now)


_CELL = (drafts.c.unit, drafts.c.criterion, drafts.c.stage)
# By (drafts of the Office, of one unit).  Asked by every score that is stated, so each is made once; one unit
# is the common case, and a list costs more.
_SETTLING = {
    (office, one): select(drafts)
    .where(
        drafts.c.ledger == bindparam("of_ledger"),
        drafts.c.unit == bindparam("unit") if one else drafts.c.unit.in_(bindparam("units", expanding=True)),
        and_(drafts.c.body >= "office:", drafts.c.body < "office;")
        if office
        else drafts.c.body == bindparam("of_body"),
    )
    .order_by(drafts.c.body, *_CELL)
    for office in (False, True)
    for one in (False, True)
}
# Mostly there is none, and a score should not wait long to hear that.
_ANY = {
    office: Prepared(_SETTLING[office, True].with_only_columns(drafts.c.version).limit(1))
    for office in (False, True)
}


def _held(connection: Connection, ledger: str, body: str, cells: Sequence[Cell]) -> dict[Cell, Kept]:
    units = sorted({unit for unit, _, _ in cells})
    query = (
        select(drafts)
        .where(drafts.c.ledger == ledger, drafts.c.body == body, drafts.c.unit.in_(units))
        .order_by(*_CELL)
        .with_for_update()
    )
    found = {kept.cell: kept for kept in map(_kept, connection.execute(query))}
    return {cell: found[cell] for cell in cells if cell in found}


def _write(connection: Connection, ledger: str, body: str, edit: Edit, who: str, now: str) -> Kept | None:
    """The cell as it is kept from now on; None when somebody was quicker.  ``edit.known``: as it is kept."""
    unit, criterion, stage = edit.cell
    about = {
        "content": orjson.dumps(dict(edit.content), option=orjson.OPT_SORT_KEYS),
        "edited_at": now,
        "edited_by": who,
        "version": edit.known + 1,
    }
    place = {"ledger": ledger, "body": body, "unit": unit, "criterion": criterion, "stage": stage}
    change: Insert | Update
    if edit.known == 0:
        make = postgresql.insert if is_postgres(connection) else sqlite.insert
        change = make(drafts).values(**place, **about).on_conflict_do_nothing()
    else:
        same = [drafts.c[name] == value for name, value in place.items()]
        change = update(drafts).where(*same, drafts.c.version == edit.known).values(**about)
    version = connection.scalar(change.returning(drafts.c.version))
    return None if version is None else Kept(edit.cell, edit.content, version, now, who)


def _number(connection: Connection, ledger: str, body: Body) -> int:
    of_body = (drafts.c.ledger == ledger, drafts.c.body == str(body))
    return connection.scalar(select(func.count()).select_from(drafts).where(*of_body)) or 0


def _kept(row: Row[Any]) -> Kept:
    cell = (row.unit, row.criterion, row.stage)
    return Kept(cell, orjson.loads(row.content), row.version, row.edited_at, row.edited_by)


def _says(content: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return all(content.get(name) == data.get(name) for name in ("value", "target", "state"))


def _given_twice(number: int, cell: Cell) -> Refused:
    words = " · ".join(cell)
    return Refused(
        "given-twice",
        f"Ô {words} có hai lần trong một lần lưu.",
        f"The cell {words} is given twice.",
        field=f"cells.{number}.unit",
        value=cell[0],
    )
