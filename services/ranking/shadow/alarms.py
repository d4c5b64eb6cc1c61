"""Alarms of the shadow: differences that were found, each open until the whole is equal again, then kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.ranking.shadow.differing import Difference
from services.ranking.tables import shadow, shadow_looks
from shared.database import is_postgres

TOUCHED: Final = "touched"
WHOLE: Final = "whole"
ARCHIVE: Final = "archive"
KINDS: Final = (TOUCHED, WHOLE, ARCHIVE)
OPEN: Final = "open"
CLEARED: Final = "cleared"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One difference: found by a comparison of ``kind`` at ``position``, at the instant ``at``.

    ``expected``, ``found``: digests, "" where there is none.  ``cleared_at``, ``cleared_position``: of the
    comparison that found everything equal again, None while it is open.
    """

    ledger: str
    number: int
    kind: str
    position: int
    areas: str
    expected: str
    found: str
    unit: str
    field: str
    wanted: str
    had: str
    at: str
    state: str
    cleared_at: str | None
    cleared_position: int | None

    @property
    def words(self) -> tuple[str, str]:
        """What differs, in Vietnamese and in English."""
        return words(self.kind, Difference(self.field, self.wanted, self.had, self.unit))


@dataclass(frozen=True, slots=True)
class Look:
    """The last comparison of one kind: where, the digest of the fold from zero, whether all was equal."""

    kind: str
    position: int
    digest: str
    equal: bool
    at: str


def words(kind: str, one: Difference) -> tuple[str, str]:
    """A difference in Vietnamese and in English; no file and no folder is named."""
    if kind == ARCHIVE:
        return "lưu trữ không khớp với sổ cái", "the archive is not what the ledger's tree says"
    if one.field in ("bytes", "tree"):
        return (
            f"sổ cái trong cơ sở dữ liệu đã bị đổi ({one.field}: {one.had}, phải là {one.wanted})",
            f"the ledger table was altered ({one.field}: {one.had}, should be {one.wanted})",
        )
    whose = f"{one.unit}: {one.field}" if one.unit else one.field
    return (
        f"{whose} đang lưu là {one.had}, tính lại là {one.wanted}",
        f"{whose} is stored as {one.had}, and computed as {one.wanted}",
    )


def raise_alarm(
    connection: Connection,
    ledger: str,
    kind: str,
    position: int,
    one: Difference,
    digests: tuple[str, str],
    at: str,
) -> bool:
    """Keep a difference, unless one of its kind in the same areas is open, or another process tells one at
    this moment; whether it was kept.

    ``digests``: expected and found.
    """
    areas = " ".join(one.areas)
    same = (
        (shadow.c.ledger == ledger)
        & (shadow.c.state == OPEN)
        & (shadow.c.kind == kind)
        & (shadow.c.areas == areas)
    )
    if connection.execute(select(shadow.c.number).where(same)).first() is not None:
        return False
    row = {
        "ledger": ledger,
        "number": last_number(connection, ledger) + 1,
        "kind": kind,
        "position": position,
        "areas": areas,
        "expected": digests[0],
        "found": digests[1],
        "unit": one.unit,
        "field": one.field,
        "wanted": one.wanted,
        "had": one.had,
        "at": at,
        "state": OPEN,
    }
    insert = postgresql.insert(shadow) if is_postgres(connection) else sqlite.insert(shadow)
    # Not by rowcount: a driver may leave it unsaid here.
    kept = insert.values(row).on_conflict_do_nothing().returning(shadow.c.number)
    return connection.execute(kept).first() is not None


def last_number(connection: Connection, ledger: str) -> int:
    """The number of the newest alarm of ``ledger``, 0 before the first."""
    query = select(func.coalesce(func.max(shadow.c.number), 0)).where(shadow.c.ledger == ledger)
    number: int = connection.execute(query).scalar_one()
    return number


def clear(
    connection: Connection, ledger: str, kinds: tuple[str, ...], position: int, known: int, at: str
) -> int:
    """Clear what is open of ``kinds`` up to ``position``, where all is equal, and up to number ``known``.

    How many were cleared.
    """
    cleared = connection.execute(
        update(shadow)
        .where(
            shadow.c.ledger == ledger,
            shadow.c.state == OPEN,
            shadow.c.kind.in_(kinds),
            shadow.c.position <= position,
            shadow.c.number <= known,
        )
        .values(state=CLEARED, cleared_at=at, cleared_position=position)
    )
    return cleared.rowcount


def all_alarms(connection: Connection, ledger: str) -> tuple[Alarm, ...]:
    """Every alarm of ``ledger``, oldest first, cleared ones too."""
    query = select(shadow).where(shadow.c.ledger == ledger).order_by(shadow.c.number)
    return tuple(Alarm(**row._mapping) for row in connection.execute(query))


def open_alarms(connection: Connection, ledger: str) -> tuple[Alarm, ...]:
    """The alarms of ``ledger`` that are open, oldest first."""
    query = select(shadow).where(shadow.c.ledger == ledger, shadow.c.state == OPEN)
    return tuple(Alarm(**row._mapping) for row in connection.execute(query.order_by(shadow.c.number)))


def open_counts(connection: Connection) -> dict[str, int]:
    """How many alarms are open, by ledger; a ledger without any is not named."""
    query = select(shadow.c.ledger, func.count()).where(shadow.c.state == OPEN).group_by(shadow.c.ledger)
    return {row[0]: row[1] for row in connection.execute(query)}


def keep_look(connection: Connection, ledger: str, look: Look) -> None:
    """Keep the last comparison of its kind, unless a later position was compared already."""
    values = {
        "position": look.position,
        "digest": look.digest,
        "equal": int(look.equal),
        "at": look.at,
    }
    insert = postgresql.insert(shadow_looks) if is_postgres(connection) else sqlite.insert(shadow_looks)
    connection.execute(
        insert.values(ledger=ledger, kind=look.kind, **values).on_conflict_do_update(
            index_elements=[shadow_looks.c.ledger, shadow_looks.c.kind],
            set_=values,
            where=shadow_looks.c.position <= look.position,
        )
    )


def looks(connection: Connection, ledger: str) -> tuple[Look, ...]:
    """The last comparisons of ``ledger``, by kind."""
    query = select(shadow_looks).where(shadow_looks.c.ledger == ledger).order_by(shadow_looks.c.kind)
    return tuple(
        Look(row.kind, row.position, row.digest, bool(row.equal), row.at) for row in connection.execute(query)
    )
