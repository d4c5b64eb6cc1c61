"""The scores of a dossier as a sheet: a row for each criterion, a column for each kind of scorer.  Pure.

Nothing is left out: a value that was replaced or withdrawn stands in its cell, marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.inspections.known import KnownUnit, effective
from shared.rulebook import RESCALED, Leaf, Rulebook

COLUMNS = (("self",), ("department", "external"), ("inspection",), ("standing", "appeal"))
"""The stages that share a column: who is scored, who scores, who inspects, who decides."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value.  ``stands``: it is the latest of its stage that was not withdrawn.  ``conflict``: somebody
    of the unit's team entered it."""

    score: Mapping[str, Any]
    stands: bool
    conflict: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion; ``cells`` as :data:`COLUMNS`, each oldest first; ``points``: what counts now."""

    leaf: Leaf
    most: Fraction
    cells: tuple[tuple[Entry, ...], ...]
    points: Fraction | None


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level group, or a criterion that stands alone.

    ``points``: its sum with the weights of its criteria; None while one of them has no official value, or
    where the rulebook shares its maximum out among others.  ``missing``: how many have none.
    """

    id: str
    label: str
    lines: tuple[Line, ...]
    most: Fraction
    points: Fraction | None
    missing: int


def blocks_of(
    book: Rulebook,
    unit: KnownUnit,
    scores: Sequence[Mapping[str, Any]],
    conflicts: Sequence[Mapping[str, Any]],
) -> list[Block]:
    """Every criterion that applies to ``unit``, by top-level group in the rulebook's order.

    ``scores``, ``conflicts``: of its dossier, in the order in which things happened.
    """
    flagged = {(one["criterion"], one["number"]) for one in conflicts}
    by_leaf: dict[str, list[Mapping[str, Any]]] = {}
    for score in scores:
        by_leaf.setdefault(score["criterion"], []).append(score)
    applying = [leaf for leaf in book.leaves if unit.area in leaf.max]
    ids = dict.fromkeys(leaf.groups[0] if leaf.groups else leaf.id for leaf in applying)
    return [
        _block(
            id_,
            book.group[id_].label if id_ in book.group else book.leaf[id_].label,
            [
                (leaf, _line(book, unit, leaf, by_leaf.get(leaf.id, ()), flagged))
                for leaf in applying
                if (leaf.groups[0] if leaf.groups else leaf.id) == id_
            ],
            book,
            unit,
        )
        for id_ in ids
    ]


def _block(
    id_: str, label: str, lines: Sequence[tuple[Leaf, Line]], book: Rulebook, unit: KnownUnit
) -> Block:
    rescaled = any(effective(book, unit, leaf) is RESCALED for leaf, _ in lines)
    missing = sum(effective(book, unit, leaf) is None for leaf, _ in lines)
    total = sum((line.points * leaf.weight for leaf, line in lines if line.points is not None), Fraction(0))
    most = sum((line.most * leaf.weight for leaf, line in lines), Fraction(0))
    points = None if missing or rescaled else total
    return Block(id_, label, tuple(line for _, line in lines), most, points, missing)


def _line(
    book: Rulebook,
    unit: KnownUnit,
    leaf: Leaf,
    scores: Sequence[Mapping[str, Any]],
    flagged: set[tuple[str, int]],
) -> Line:
    cells = []
    for stages in COLUMNS:
        held = [score for score in scores if score["stage"] in stages]
        # The latest stated stands; one service states each stage, so its numbers are the order.
        stated = sorted(held, key=lambda score: int(score["number"]))
        last = {score["stage"]: score for score in stated if not score["withdrawn"]}
        by_body = "department" in stages
        cells.append(
            tuple(
                Entry(
                    score,
                    last.get(score["stage"]) is score,
                    by_body and (leaf.id, score["number"]) in flagged,
                )
                for score in held
            )
        )
    found = effective(book, unit, leaf)
    points = None if found is None or found is RESCALED else found
    return Line(leaf, leaf.max[unit.area], tuple(cells), points)
