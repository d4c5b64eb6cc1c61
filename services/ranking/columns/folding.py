"""The fold of the first events of a ledger from its columns: a state that gives the same standings, byte for
byte, as the fold of every event, without the scores that no longer matter.

Such a state is for standings.  Histories and explanations need every fact of a unit (:func:`complete`), and
the next event may too (:mod:`~services.ranking.columns.live`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from services.ranking.columns.frame import Columns, Other, instant_of
from services.ranking.columns.relevant import relevant
from services.ranking.engine import State, evolve, initial, uninterpreted
from services.ranking.engine.compute import open_units
from services.ranking.engine.context import context_of
from services.ranking.engine.facts import SCORES, Fact, Recorded


def fold_columns(columns: Columns, position: int | None = None, ground: State | None = None) -> State:
    """The fold of the first ``position`` events (default: all).

    ``ground``: a state that :func:`ground_of` gave for fewer events of the same ledger; it is not changed.
    """
    wanted = columns.size if position is None else position
    state = ground_of(columns, wanted, ground)
    context = context_of(state)
    areas: dict[str, str] = {}
    if context is not None:
        for area, units in open_units(state, context.newest).items():
            areas |= {code: area for code, _ in units}
    for code, early in _facts(columns, relevant(columns, wanted, context, areas)).items():
        _give(state, code, early)
    return state


def complete(columns: Columns, state: State, codes: Collection[str]) -> None:
    """Give the units ``codes`` of ``state`` back every score that was left out; it changes in place.

    For histories, explanations, and before an event that makes an older score matter again.
    """
    for code, early in early_facts(columns, state.size, codes).items():
        _give(state, code, early)


def early_facts(columns: Columns, position: int, codes: Collection[str]) -> dict[str, list[Fact]]:
    """Every early score of the units ``codes`` below ``position`` as facts, by unit."""
    cells = [number for number, (unit, _, _) in enumerate(columns.cells) if unit in codes]
    return _facts(columns, columns.scores_before(position).filter(pl.col("cell").is_in(cells)))


def with_early(facts: Sequence[Fact], early: Sequence[Fact]) -> list[Fact]:
    """``facts`` of a unit with its ``early`` scores in their places; what it holds already stays once."""
    known = {fact.position for fact in early}
    others = [fact for fact in facts if fact.position not in known]
    return sorted([*early, *others], key=_position)


def _give(state: State, code: str, early: Sequence[Fact]) -> None:
    record = state.unit(code)
    record.facts = with_early(record.facts, early)
    record.memo = None


def _facts(columns: Columns, rows: pl.DataFrame) -> dict[str, list[Fact]]:
    """Early scores as facts, by unit."""
    found: dict[str, list[Fact]] = {}
    for at, cell, says in rows.select("position", "cell", "says").iter_rows():
        unit, criterion, stage = columns.cells[cell]
        value, target, raw, rulebook, period = columns.says[says]
        fact = Recorded(at, SCORES, criterion, stage, value, target, raw, rulebook, period=period)
        found.setdefault(unit, []).append(fact)
    return found


def ground_of(columns: Columns, position: int, ground: State | None = None) -> State:
    """The fold of the first ``position`` events without their early scores; goes on from ``ground``."""
    state = initial(columns.ledger) if ground is None else ground.copy()
    rows = columns.scores_before(position)
    first = int(rows["position"][0]) if rows.height else position
    for other in columns.others_between(state.size, position):
        state.scored = state.scored or first < other.position
        take_other(state, other)
    if rows.height:
        state.scored = True
        state.time = max(state.time, instant_of(int(rows["time"][-1])))
    state.size = position
    return state


def take_other(state: State, other: Other) -> None:
    """Fold an event that stayed an event."""
    if not other.readable:
        uninterpreted(state, other.position, other.type)
        return
    evolve(
        state, other.type, other.source, other.subject, other.sequence, other.position, other.time, other.data
    )


def _position(fact: Fact) -> int:
    return fact.position
