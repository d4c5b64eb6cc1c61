"""Who would move, and why, if one generation of the read model took the place of another.

Compared is what both store: bodies, whatever versions of the engine made them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from services.ranking.generations import Generation
from services.ranking.projections import published, published_body, standings_at
from services.ranking.tables import standings
from shared.events.catalogue import interpret
from shared.ledger import reader
from shared.ledger.uninterpreted import listed

MOVES: Final = ("rank", "class", "total")
"""What a unit cannot have otherwise without having moved."""
OWN: Final = ("area", "total", "base", "bonus", "penalty", "complete", "scored_max", "groups", "missing")
"""What depends on no other unit."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One unit whose row differs.  A side is None where the unit is on no board; ``own``: its own values
    differ, not only its place among the others; ``differing``: the names of what differs."""

    unit: str
    name: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    own: bool
    differing: tuple[str, ...]

    @property
    def moves(self) -> bool:
        """Whether its rank, class or total is another, or it comes or goes."""
        return None in (self.before, self.after) or any(name in MOVES for name in self.differing)


@dataclass(frozen=True, slots=True)
class Moves:
    """Two generations at one position.

    ``version``: of the publication that pinned it, None for the newest position.  ``readable``: False where
    what the first generation stores is damaged, so that nothing can be compared.  ``words``: what is open
    on either side (``provisional.reasons``).
    """

    position: int
    version: int | None
    readable: bool
    units: int
    changed: tuple[Moved, ...]
    engines: tuple[str | None, str | None]
    rulebooks: tuple[str | None, str | None]
    words: tuple[tuple[str, ...], tuple[str, ...]]
    same: bool

    @property
    def moved(self) -> tuple[Moved, ...]:
        """The units that have another rank, class or total."""
        return tuple(one for one in self.changed if one.moves)


@dataclass(frozen=True, slots=True)
class ReadOtherwise:
    """An event that was passed over when it came, and is understood now."""

    position: int
    type: str
    subject: str


def newest_moves(connection: Connection, before: Generation, after: Generation) -> Moves:
    """What would be shown otherwise at the newest position of ``after``, which ``before`` has reached too."""
    sides = [standings_at(connection, after.ledger, after.position, one.number) for one in (before, after)]
    return _moves(after.position, None, *(None if side is None else side.body for side in sides))


def pinned_moves(connection: Connection, before: Generation, after: Generation) -> tuple[Moves, ...]:
    """The same at every publication that ``after`` has, oldest first."""
    ledger = after.ledger
    return tuple(
        _moves(
            one.position,
            one.version,
            *(published_body(connection, ledger, one.version, side.number) for side in (before, after)),
        )
        for one in published(connection, ledger, after.number)
    )


def digests_apart(
    connection: Connection, before: Generation, after: Generation
) -> tuple[int, int, int | None]:
    """Positions that both store, how many of them have another digest, and the first of those."""
    old, new = standings.alias("old"), standings.alias("new")
    both = old.join(new, (old.c.ledger == new.c.ledger) & (old.c.position == new.c.position))
    here = (
        old.c.ledger == after.ledger,
        old.c.generation == before.number,
        new.c.generation == after.number,
    )
    compared = connection.scalar(select(func.count()).select_from(both).where(*here)) or 0
    apart, first = connection.execute(
        select(func.count(), func.min(old.c.position))
        .select_from(both)
        .where(*here, old.c.digest != new.c.digest)
    ).one()
    return compared, apart, first


def read_otherwise(connection: Connection, ledger: str) -> tuple[ReadOtherwise, ...]:
    """The events that the workers have on their list of what is not understood, and this software reads."""
    found = []
    for entry in listed(connection, ledger):
        (row,) = reader.rows(connection, ledger, entry.position, entry.position + 1)
        if interpret(row.event) is None:
            found.append(ReadOtherwise(row.position, row.type, row.subject))
    return tuple(found)


def reasons(
    before: Generation, after: Generation, moves: Moves, otherwise: tuple[ReadOtherwise, ...]
) -> list[str]:
    """Why the two sides of ``moves`` differ, in words; empty when they do not."""
    if moves.same:
        return []
    if not moves.readable:
        return [f"what generation {before.number} stores there is damaged"]
    found = []
    if moves.engines[0] != moves.engines[1]:
        found.append(f"engine {moves.engines[0]} -> {moves.engines[1]}")
    if before.catalogue != after.catalogue:
        found.append(
            "the catalogue of event types has changed"
            if before.catalogue
            else f"by which catalogue generation {before.number} was begun is not known"
        )
    found += [
        f"read now, passed over before: position {one.position}, {one.type} of {one.subject}"
        for one in otherwise
        if one.position < moves.position
    ]
    if moves.rulebooks[0] != moves.rulebooks[1]:
        found.append(f"rulebook {moves.rulebooks[0]} -> {moves.rulebooks[1]}")
    if moves.words[0] != moves.words[1]:
        found.append(f"open: {_words(moves.words[0])} -> {_words(moves.words[1])}")
    if moves.engines[0] == moves.engines[1] and before.catalogue == after.catalogue:
        found.append(
            f"the same engine and catalogue: generation {before.number} does not store what they give"
        )
    return found


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "nothing"


def _moves(
    position: int, version: int | None, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Moves:
    old, new = _rows(before), _rows(after)
    changed = tuple(
        _moved(unit, old.get(unit), new.get(unit))
        for unit in sorted({*old, *new})
        if old.get(unit) != new.get(unit)
    )
    sides = (before or {}, after or {})
    return Moves(
        position=position,
        version=version,
        readable=before is not None and after is not None,
        units=len({*old, *new}),
        changed=changed,
        engines=(sides[0].get("engine"), sides[1].get("engine")),
        rulebooks=(sides[0].get("rulebook"), sides[1].get("rulebook")),
        words=(_open(sides[0]), _open(sides[1])),
        same=before == after,
    )


def _open(body: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(body["provisional"]["reasons"]) if body else ()


def _rows(body: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    areas = () if body is None else body["areas"]
    return {row["unit"]: {**row, "area": area["area"]} for area in areas for row in area["rows"]}


def _moved(unit: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Moved:
    known = after or before
    assert known is not None  # one of the two has it
    if before is None or after is None:
        return Moved(unit, known["name"], before, after, True, ())
    differing = tuple(name for name in {**before, **after} if before.get(name) != after.get(name))
    return Moved(unit, known["name"], before, after, any(name in OWN for name in differing), differing)
