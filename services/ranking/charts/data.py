"""What each chart shows, as plain rows of exact values.  Pure: no request, no drawing, no float."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from services.ranking.engine import State, sheet_of
from services.ranking.engine.classes import QuotaLine
from services.ranking.engine.terms import (
    ALL_ITEMS,
    BONUS,
    BONUS_CAP,
    FLOOR,
    LEAF,
    PENALTY,
    PENALTY_CAP,
    RESCALE,
    ROUNDING,
    Term,
)
from services.ranking.words import Words
from shared.rulebook import Rulebook
from shared.rulebook.number import parse

Row = Mapping[str, Any]
"""A row of the standings' body, as one reader sees it."""

WIDE, NARROW = 720, 350
"""Widths of the two forms of every chart: a desk and paper, and a phone."""


@dataclass(frozen=True, slots=True)
class Size:
    """An image in CSS pixels, and how much of each side labels take."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Step:
    """A term of a sum as a bar.  ``kind``: of :data:`~services.ranking.engine.terms.KINDS`; ``short``: where
    ``label`` has no room.
    """

    label: str
    amount: Fraction
    kind: str
    short: str = ""


_STEP_WORDS: Final[dict[str, Words]] = {
    RESCALE: Words("Quy đổi về thang đủ", "Rescaled to the full scale"),
    ROUNDING: Words("Làm tròn", "Rounding"),
    BONUS: Words("Thưởng {ref}", "Bonus {ref}"),
    BONUS_CAP: Words("Vượt trần thưởng {ref}", "Over the bonus cap {ref}"),
    PENALTY: Words("Trừ {ref}", "Penalty {ref}"),
    PENALTY_CAP: Words("Vượt trần điểm trừ {ref}", "Over the penalty cap {ref}"),
    FLOOR: Words("Mức sàn", "Floor"),
}
_TOTAL_CAP: Final = Words("chung", "over all")


def steps(terms: Iterable[Term], rulebook: Rulebook, language: str) -> tuple[Step, ...]:
    """The terms of a unit's score in order, each with its label."""
    found = []
    for term in terms:
        if term.kind == LEAF:
            leaf = rulebook.leaf[term.ref]
            found.append(Step(f"{leaf.id} {leaf.label}", term.amount, term.kind, leaf.id))
            continue
        ref = _TOTAL_CAP.in_(language) if term.ref == ALL_ITEMS else term.ref
        label = _STEP_WORDS[term.kind].in_(language).format(ref=ref).strip()
        found.append(Step(label, term.amount, term.kind))
    return tuple(found)


def waterfall_size(terms: Sequence[Step], *, narrow: bool = False) -> Size:
    """The image of a waterfall of these terms and their total."""
    height = 22 * (len(terms) + 1)
    if narrow:
        return Size(NARROW, height + 44, 126, 62, 4, 40)
    return Size(WIDE, height + 44, 268, 62, 4, 40)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The score of one unit as a sum."""

    steps: tuple[Step, ...]

    def size(self, *, narrow: bool = False) -> Size:
        """The image."""
        return waterfall_size(self.steps, narrow=narrow)


# --- distribution of totals -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit at its total.  ``place`` of its class, None without one; ``level``: how high it is stacked."""

    unit: str
    name: str
    total: Fraction
    place: int | None
    level: int


@dataclass(frozen=True, slots=True)
class Line:
    """A value that parts the units, in words."""

    label: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Distribution:
    """Totals of one area between ``low`` and ``high``.  ``classes``: the labels, best first."""

    dots: tuple[Dot, ...]
    low: Fraction
    high: Fraction
    thresholds: tuple[Line, ...]
    quotas: tuple[Line, ...]
    classes: tuple[str, ...]

    @property
    def levels(self) -> int:
        """How many dots stand upon each other at most."""
        return 1 + max(dot.level for dot in self.dots)

    def size(self, *, narrow: bool = False) -> Size:
        """The image."""
        legend = 20 * (len(self.classes) + 1 if narrow else (len(self.classes) + 2) // 2)
        step = 11 if narrow else 15
        top = legend + 50
        width = NARROW if narrow else WIDE
        return Size(width, top + step * max(4, self.levels) + 44, 16, 16, top, 44)


ACROSS: Final = 32
"""How many dots fit side by side."""
_SCORES: Final = ("classification_score", "ranking_score")


def distribution(rows: Sequence[Row], rulebook: Rulebook, quotas: Sequence[QuotaLine]) -> Distribution | None:
    """Where the totals of one area lie; None when no unit has one.

    ``rows`` stand by rank.  Thresholds are those of classes that ask for a score; a quota line stands at the
    last unit that it kept, if it dropped any.
    """
    ranked = [row for row in rows if row.get("total") is not None]
    if not ranked:
        return None
    places = {one.id: place for place, one in enumerate(rulebook.classes)}
    totals = sorted((parse(row["total"]), row["unit"]) for row in ranked)
    thresholds = tuple(
        Line(one.label, one.gte)
        for one in rulebook.classes
        if one.gte is not None and one.measure in _SCORES and totals[0][0] <= one.gte <= totals[-1][0]
    )
    low, high = Fraction(totals[0][0] // 5 * 5), Fraction(-(-totals[-1][0] // 5) * 5)
    if low == high:
        high += 5
    levels = _stacked(totals, (high - low) / ACROSS)
    dots = tuple(
        Dot(
            row["unit"], row["name"], parse(row["total"]), places.get(row["class"] or ""), levels[row["unit"]]
        )
        for row in ranked
    )
    lines = tuple(
        Line(rulebook.classes[places[quota.class_id]].label, parse(kept[-1]["total"]))
        for quota in quotas
        if quota.kept < quota.candidates
        and (kept := [row for row in ranked if row["class"] == quota.class_id])
    )
    labels = tuple(one.label for one in rulebook.classes)
    return Distribution(dots, low, high, thresholds, lines, labels)


def _stacked(totals: Iterable[tuple[Fraction, str]], width: Fraction) -> dict[str, int]:
    """The lowest level at which each dot of this width touches none before it; ``totals`` ascend."""
    last: list[Fraction] = []
    levels: dict[str, int] = {}
    for total, unit in totals:
        free = next((level for level, end in enumerate(last) if total - end >= width), len(last))
        last[free : free + 1] = [total]
        levels[unit] = free
    return levels


# --- ranks over positions ---------------------------------------------------------------------------------

MOST_STOPS: Final = 12
"""How many positions a chart of ranks looks at: each costs one computation the first time."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A position at which ranks are looked up.  ``label``: what it is; the position is told beside it."""

    position: int
    label: str


@dataclass(frozen=True, slots=True)
class Track:
    """The ranks of one unit, one for each stop; None: unranked there.  ``place`` of its class at the last."""

    unit: str
    name: str
    ranks: tuple[int | None, ...]
    place: int | None


@dataclass(frozen=True, slots=True)
class Ranks:
    """Ranks of one area over positions.  Tracks stand in the order of the last stop."""

    stops: tuple[Stop, ...]
    tracks: tuple[Track, ...]

    def size(self, *, narrow: bool = False) -> Size:
        """The image."""
        height = 18 * len(self.tracks) + 52
        return Size(NARROW, height, 26, 92, 46, 6) if narrow else Size(WIDE, height, 34, 236, 46, 6)


def sampled(
    named: Sequence[Stop], days: Sequence[Stop], last: Stop, most: int = MOST_STOPS
) -> tuple[Stop, ...]:
    """At most ``most`` stops in order: the last, the named ones (newest first), and days evenly between.

    A name of the last position is its label.
    """
    by_position = {one.position: one for one in named if one.position <= last.position}
    kept = {last.position: by_position.pop(last.position, last)}
    for position in sorted(by_position, reverse=True)[: most - 1]:
        kept[position] = by_position[position]
    free = [one for one in days if one.position < last.position and one.position not in kept]
    room = min(most - len(kept), len(free))
    for place in range(room):
        stop = free[place * len(free) // room]
        kept[stop.position] = stop
    return tuple(kept[position] for position in sorted(kept))


def ranks(stops: Sequence[Stop], boards: Sequence[Sequence[Row]], rulebook: Rulebook) -> Ranks | None:
    """Ranks of one area; ``boards``: its rows at each stop.  None when fewer than two stops rank anybody."""
    ranked = [
        (stop, {row["unit"]: row["rank"] for row in rows if row.get("rank") is not None})
        for stop, rows in zip(stops, boards, strict=True)
    ]
    kept = [(stop, by_unit) for stop, by_unit in ranked if by_unit]
    if len(kept) < 2:
        return None
    places = {one.id: place for place, one in enumerate(rulebook.classes)}
    tracks = tuple(
        Track(
            row["unit"],
            row["name"],
            tuple(by_unit.get(row["unit"]) for _, by_unit in kept),
            places.get(row.get("class") or ""),
        )
        for row in boards[-1]
        if row.get("rank") is not None
    )
    return Ranks(tuple(stop for stop, _ in kept), tracks)


# --- units x criteria, and who still owes -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A criterion and whose it is."""

    id: str
    label: str
    owner: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A value out of its maximum.  ``points`` None: none; ``state`` says why."""

    points: Fraction | None
    max: Fraction
    state: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """The cells of one unit, one for each column; None: not applicable, or not this reader's to see."""

    unit: str
    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """Units x criteria of one area, as far as one reader sees them."""

    columns: tuple[Column, ...]
    rows: tuple[HeatRow, ...]

    def size(self, *, narrow: bool = False) -> Size:
        """The image."""
        height = 20 * len(self.rows) + 34
        return Size(NARROW, height, 96, 4, 30, 4) if narrow else Size(WIDE, height, 186, 4, 30, 4)


def heat(rows: Sequence[Row], state: State, rulebook: Rulebook) -> Heat | None:
    """The values behind ``rows``: all criteria of a row seen whole, the listed ones of any other.

    None when there is nothing to see.
    """
    found = [(row, _cells(row, state)) for row in rows]
    columns = [leaf for leaf in rulebook.leaves if any(leaf.id in cells for _, cells in found)]
    if not columns:
        return None
    return Heat(
        tuple(Column(leaf.id, leaf.label, state.scorer(leaf)) for leaf in columns),
        tuple(
            HeatRow(row["unit"], row["name"], tuple(cells.get(leaf.id) for leaf in columns))
            for row, cells in found
        ),
    )


def _cells(row: Row, state: State) -> dict[str, Cell]:
    sheet = sheet_of(state, row["unit"])
    if sheet is None:
        return {}
    seen = {entry["criterion"] for entry in row["criteria"]} if "criteria" in row else None
    return {
        leaf.id: Cell(leaf.points, leaf.max, leaf.state)
        for leaf in sheet.leaves
        if seen is None or leaf.id in seen
    }


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the values that one body owes are given.  ``owner``: its code, ``name``: in words."""

    owner: str
    name: str
    done: int
    due: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The bodies that score, in the rulebook's order."""

    shares: tuple[Share, ...]

    def size(self, *, narrow: bool = False) -> Size:
        """The image."""
        height = 24 * len(self.shares) + 38
        return Size(NARROW, height, 132, 66, 4, 34) if narrow else Size(WIDE, height, 236, 110, 4, 34)


def progress(found: Heat, names: Mapping[str, str]) -> Progress:
    """How far each body has come with the cells of ``found``; a value that needs no points is given.

    ``names``: of the bodies, by code.
    """
    owed: dict[str, list[Cell]] = {}
    for place, column in enumerate(found.columns):
        cells = (row.cells[place] for row in found.rows)
        owed.setdefault(column.owner, []).extend(cell for cell in cells if cell is not None)
    return Progress(
        tuple(
            Share(
                owner, names.get(owner, owner), sum(cell.state != "NOT_SCORED" for cell in cells), len(cells)
            )
            for owner, cells in owed.items()
        )
    )


Charted = Waterfall | Distribution | Ranks | Heat | Progress
"""What a chart can show."""
