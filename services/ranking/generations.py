"""Generations of a ledger's read model: which there are, and which one is live.

A generation is a whole read model: standings at many positions, and what each publication pinned.  Exactly
one is live; readers ask for it within their own statement, so no statement ever sees two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    Table,
    func,
    insert,
    select,
    update,
)

from services.ranking.tables import generations
from shared.events.fingerprint import fingerprint

BUILDING: Final = "building"
READY: Final = "ready"
LIVE: Final = "live"
KEPT: Final = "kept"
DROPPED: Final = "dropped"


class Overtaken(Exception):
    """Another process has moved, switched or dropped the generation in between."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation.

    ``engine``: the version that computes all of it.  ``catalogue``: fingerprint of the one that it was begun
    with, "" where that was not noted.  ``position``: how many events it holds.  ``digest``: of its newest
    standings, "" before the first.
    """

    ledger: str
    number: int
    state: str
    engine: str
    catalogue: str
    begun: str
    position: int
    digest: str


def live_number(table: Table) -> ScalarSelect[int]:
    """The live generation of the ledger of ``table``'s row: a part of a statement over ``table``."""
    return (
        select(generations.c.generation)
        .where(generations.c.ledger == table.c.ledger, generations.c.state == LIVE)
        .correlate(table)
        .scalar_subquery()
    )


def of_generation(table: Table, generation: int | None) -> ColumnElement[bool]:
    """The rows of ``table`` that belong to ``generation`` (None: to the live one)."""
    return table.c.generation == (live_number(table) if generation is None else generation)


def live(connection: Connection, ledger: str) -> Generation | None:
    """The live generation of ``ledger``; None before its first event."""
    row = connection.execute(_select(ledger).where(generations.c.state == LIVE)).one_or_none()
    return None if row is None else _generation(row)


def all_of(connection: Connection, ledger: str) -> tuple[Generation, ...]:
    """Every generation of ``ledger``, oldest first."""
    return tuple(_generation(row) for row in connection.execute(_select(ledger)))


def begin(connection: Connection, ledger: str, state: str, engine: str, begun: str) -> Generation:
    """A new, empty generation of ``ledger``, numbered behind all others."""
    number = connection.scalar(
        select(func.coalesce(func.max(generations.c.generation), 0) + 1).where(generations.c.ledger == ledger)
    )
    assert number is not None  # the sum of no rows is 1
    made = Generation(ledger, number, state, engine, fingerprint(), begun, 0, "")
    connection.execute(
        insert(generations).values(
            ledger=ledger,
            generation=number,
            state=state,
            engine=engine,
            catalogue=made.catalogue,
            begun=begun,
            position=0,
            digest="",
        )
    )
    return made


def move(connection: Connection, of: Generation, position: int, digest: str) -> Generation:
    """Say how far ``of`` has got, fenced.  Raises :class:`Overtaken` when it is no longer as ``of`` says."""
    return _change(connection, of, position=position, digest=digest)


def turn(connection: Connection, of: Generation, state: str) -> Generation:
    """Give ``of`` another state, fenced.  Raises :class:`Overtaken` when it is no longer as ``of`` says."""
    return _change(connection, of, state=state)


def _change(connection: Connection, of: Generation, **values: str | int) -> Generation:
    moved = connection.execute(
        update(generations)
        .where(
            generations.c.ledger == of.ledger,
            generations.c.generation == of.number,
            generations.c.state == of.state,
            generations.c.position == of.position,
        )
        .values(**values)
    )
    if moved.rowcount != 1:
        raise Overtaken(f"generation {of.number} of {of.ledger} is no longer {of.state} at {of.position}")
    return replace(of, **values)  # type: ignore[arg-type]


def _select(ledger: str) -> Select[tuple[Any, ...]]:
    return select(generations).where(generations.c.ledger == ledger).order_by(generations.c.generation)


def _generation(row: Row[tuple[Any, ...]]) -> Generation:
    return Generation(
        row.ledger,
        row.generation,
        row.state,
        row.engine,
        row.catalogue,
        row.begun,
        row.position,
        row.digest,
    )
