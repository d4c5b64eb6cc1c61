"""Drafts of conclusions: the secretary writes, the leader signs on his own device.

A draft is no fact and no event tells of it: it may be incomplete or wrong.  One per unit, shared by its team;
its version goes up with every change, so that nobody overwrites what he has not read.  It goes when the
conclusion is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Insert, Update, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.inspections.tables import conclusion_drafts
from shared.database import is_postgres


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is kept.  ``version`` 0: there is none."""

    content: Mapping[str, Any]
    version: int
    edited_at: str | None = None
    edited_by: str | None = None


NONE = Kept({}, 0)


def draft_of(connection: Connection, ledger: str, unit: str) -> Kept:
    """The draft of the unit's conclusion."""
    query = select(conclusion_drafts).where(*_place(ledger, unit))
    row = connection.execute(query).one_or_none()
    return NONE if row is None else Kept(orjson.loads(row.content), row.version, row.edited_at, row.edited_by)


def keep(
    connection: Connection,
    ledger: str,
    unit: str,
    content: Mapping[str, Any],
    known: int,
    *,
    who: str,
    now: str,
) -> Kept | None:
    """``content`` in place of version ``known`` (0: of none), as edited by ``who`` at ``now``; None when the
    draft is another one by then."""
    about = {
        "version": known + 1,
        "content": orjson.dumps(dict(content), option=orjson.OPT_SORT_KEYS),
        "edited_at": now,
        "edited_by": who,
    }
    change: Insert | Update
    if known == 0:
        make = postgresql.insert if is_postgres(connection) else sqlite.insert
        change = make(conclusion_drafts).values(ledger=ledger, unit=unit, **about).on_conflict_do_nothing()
    else:
        same = (*_place(ledger, unit), conclusion_drafts.c.version == known)
        change = update(conclusion_drafts).where(*same).values(**about)
    version = connection.scalar(change.returning(conclusion_drafts.c.version))
    return None if version is None else Kept(content, version, now, who)


def drop(connection: Connection, ledger: str, unit: str) -> None:
    """The conclusion is signed: its draft goes."""
    connection.execute(delete(conclusion_drafts).where(*_place(ledger, unit)))


def _place(ledger: str, unit: str) -> tuple[Any, Any]:
    return conclusion_drafts.c.ledger == ledger, conclusion_drafts.c.unit == unit
