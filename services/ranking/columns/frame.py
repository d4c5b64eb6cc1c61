"""A ledger's events as columns.

An *early score* is a ``score.recorded`` that nobody entered for another body and that came before the unit's
inspection was opened and before the round was closed.  Nothing ever looks back at one of them but a
withdrawal of its own cell, so a later one of the same cell can make it irrelevant.  Everything else stays an
event.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

import orjson
import polars as pl

from services.ranking.columns.quick import SCORE, Says, Score, score_of
from shared.events.catalogue import interpret
from shared.events.envelope import Event, instant, trusted_event

CELL: Final = ("unit", "criterion", "stage")
SAYS: Final = ("value", "target", "state", "rulebook", "period")
SCHEMA: Final = {
    "position": pl.UInt32,
    "time": pl.Int64,
    "cell": pl.UInt32,
    "stretch": pl.UInt16,
    "says": pl.UInt32,
}
"""Columns of early scores, by position.  ``time``: µs since 1970, the latest up to here; ``cell``, ``says``:
places in :attr:`Columns.cells` and :attr:`Columns.says`; ``stretch``: adoptions of rulebooks before it."""

_INSTANT: Final = "%Y-%m-%dT%H:%M:%S%.6fZ"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ENDS: Final = frozenset({"inspection.opened.v1", "conclusion.signed.v1", "conclusion.amended.v1"})
_WITHDRAWALS: Final = frozenset({"score.withdrawn.v1", "decision.score_withdrawn.v1"})

Cell = tuple[str, str | None, str | None]
"""Unit, criterion, stage."""

_Kept = TypeVar("_Kept", Cell, Says)
_CHUNKS: Final = 64
"""More pieces than this and the frame is laid out anew."""


class Other(NamedTuple):
    """An event that stays an event.  ``readable``: the catalogue understands it."""

    position: int
    type: str
    source: str
    subject: str
    sequence: int
    time: str
    data: dict[str, Any]
    readable: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """The first ``size`` events of ``ledger``.  What it tells of them never changes; its lists may be those
    of a decoder that goes on, which only grow.

    ``scores``: early scores, as :data:`SCHEMA`.  ``others``: all other events, by position.  ``adopted``:
    positions at which a rulebook was adopted, or was meant to be.  ``withdrawn``: position and cell of
    every withdrawal.
    """

    ledger: str
    size: int
    scores: pl.DataFrame
    cells: Sequence[Cell]
    says: Sequence[Says]
    others: Sequence[Other]
    adopted: Sequence[int]
    withdrawn: Sequence[tuple[int, Cell]]

    def scores_before(self, position: int) -> pl.DataFrame:
        """Early scores below ``position``."""
        return self.scores.head(int(self.scores["position"].search_sorted(position)))

    def times_between(self, start: int, stop: int) -> list[int]:
        """For each position ``start`` .. ``stop`` - 1 a time in µs whose running maximum is the events'."""
        behind = self.scores_before(start).height
        early = self.scores_before(stop).slice(behind).select("position", "time")
        others = [(other.position, micros(other.time)) for other in self.others_between(start, stop)]
        rest = pl.DataFrame(others, schema=early.schema, orient="row")
        return pl.concat([early, rest]).sort("position")["time"].to_list()

    def units_before(self, position: int) -> list[str]:
        """Units with an early score below ``position``, by code."""
        cells = self.scores_before(position)["cell"].unique()
        return sorted({self.cells[cell][0] for cell in cells})

    def others_between(self, start: int, stop: int) -> Sequence[Other]:
        """Other events of positions ``start`` .. ``stop`` - 1."""
        first = bisect_left(self.others, start, key=_position)
        return self.others[first : bisect_left(self.others, stop, first, key=_position)]


def _position(other: Other) -> int:
    return other.position


@dataclass(slots=True)
class _Grown:
    """Further early scores, a column each.  Times are written instants, which have the order of time."""

    position: array[int] = field(default_factory=lambda: array("q"))
    time: list[str] = field(default_factory=list)
    cell: array[int] = field(default_factory=lambda: array("q"))
    stretch: array[int] = field(default_factory=lambda: array("q"))
    says: array[int] = field(default_factory=lambda: array("q"))

    def frame(self) -> pl.DataFrame:
        """The same as :data:`SCHEMA`."""
        return pl.DataFrame(
            [
                pl.Series("position", self.position, dtype=SCHEMA["position"]),
                pl.Series("time", self.time).str.to_datetime(_INSTANT, time_unit="us").cast(SCHEMA["time"]),
                pl.Series("cell", self.cell, dtype=SCHEMA["cell"]),
                pl.Series("stretch", self.stretch, dtype=SCHEMA["stretch"]),
                pl.Series("says", self.says, dtype=SCHEMA["says"]),
            ]
        )


@dataclass(slots=True)
class Decoder:
    """Takes a ledger's events in order of position, once, and gives them as columns at any time."""

    ledger: str
    size: int = 0
    _grown: _Grown = field(default_factory=_Grown)
    _frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCHEMA))
    _cells: dict[Cell, int] = field(default_factory=dict)
    _cell_list: list[Cell] = field(default_factory=list)
    _says: dict[Says, int] = field(default_factory=dict)
    _says_list: list[Says] = field(default_factory=list)
    _others: list[Other] = field(default_factory=list)
    _adopted: list[int] = field(default_factory=list)
    _withdrawn: list[tuple[int, Cell]] = field(default_factory=list)
    _ended: set[str] = field(default_factory=set)
    _closed: bool = False
    _latest: str = ""

    def take_values(self, values: Iterable[bytes]) -> None:
        """Further events by their canonical bytes, which admission has found good."""
        for value in values:
            if not self._take_score(score_of(value)):
                self.take_other(other_of(self.size, trusted_event(value, orjson.loads(value))))

    def take(self, event: Event) -> None:
        """One more admitted event."""
        if not self._take_score(score_of(event.value)):
            self.take_other(other_of(self.size, event))

    def take_other(self, event: Other) -> None:
        """One more event by its parts."""
        if event.type == SCORE and event.readable:
            says = _plain(event.source, event.data)
            get = event.data.get
            if says is not None and self._take_score(
                Score(event.subject, event.time, get("criterion"), get("stage"), says)
            ):
                return
        self.size += 1
        self._others.append(event)
        if event.readable:
            self._note(event)

    def take_columns(
        self,
        end: int,
        scores: pl.DataFrame,
        cells: Sequence[Cell],
        says: Sequence[Says],
        others: Sequence[Other],
    ) -> None:
        """Further events up to ``end``, in columns: ``scores`` with places in ``cells`` and ``says``."""
        self.columns()
        for other in others:
            self._others.append(other)
            if other.readable:
                self._note(other)
        if scores.height:
            anew = {
                "cell": [_place(cell, self._cells, self._cell_list) for cell in cells],
                "says": [_place(one, self._says, self._says_list) for one in says],
            }
            placed = scores.with_columns(
                pl.Series(places, dtype=SCHEMA[name]).gather(scores[name]).alias(name)
                for name, places in anew.items()
            )
            self._frame = pl.concat([self._frame, placed], rechunk=self._frame.n_chunks() > _CHUNKS)
            self._latest = instant_of(scores["time"][-1])
        self.size = end

    @property
    def early(self) -> int:
        """How many early scores were taken."""
        return self._frame.height + len(self._grown.position)

    def columns(self) -> Columns:
        """All that was taken so far."""
        if self._grown.position:
            grown = self._grown.frame()
            self._frame = pl.concat([self._frame, grown], rechunk=self._frame.n_chunks() > _CHUNKS)
            self._grown = _Grown()
        return Columns(
            self.ledger,
            self.size,
            self._frame,
            self._cell_list,
            self._says_list,
            self._others,
            self._adopted,
            self._withdrawn,
        )

    def _take_score(self, score: Score | None) -> bool:
        """Take a readable own score as an early one; False when it is none."""
        if score is None or self._closed or score.subject in self._ended:
            return False
        subject, time, criterion, stage, says = score
        self._latest = max(self._latest, time)
        grown = self._grown
        grown.position.append(self.size)
        grown.time.append(self._latest)
        grown.cell.append(_place((subject, criterion, stage), self._cells, self._cell_list))
        grown.stretch.append(len(self._adopted))
        grown.says.append(_place(says, self._says, self._says_list))
        self.size += 1
        return True

    def _note(self, event: Other) -> None:
        """What the early scores have to know of another event."""
        position, subject, get = event.position, event.subject, event.data.get
        if event.type in _ENDS:
            self._ended.add(subject)  # what a conclusion takes back is behind every early score of the unit
        elif event.type in _WITHDRAWALS:
            criterion, stage = get("criterion"), get("stage")
            if isinstance(criterion, str) and isinstance(stage, str):  # else the engine takes nothing back
                self._withdrawn.append((position, (subject, criterion, stage)))
        elif event.type == "rulebook.adopted.v1":
            self._adopted.append(position)
        elif event.type == "round.closed.v1":
            self._closed = True


def other_of(position: int, event: Event) -> Other:
    """The admitted ``event`` as one that stays an event."""
    readable = interpret(event) is None
    return Other(
        position,
        event.type,
        event.source,
        event.subject,
        event.sequence,
        event.time,
        event.data,
        readable,
    )


def _place(one: _Kept, places: dict[_Kept, int], kept: list[_Kept]) -> int:
    """The place of ``one``, at the end of ``kept`` when it is new."""
    place = places.get(one)
    if place is None:
        place = places[one] = len(kept)
        kept.append(one)
    return place


def micros(time: str) -> int:
    """An instant as µs since 1970."""
    return (datetime.fromisoformat(time) - _EPOCH) // timedelta(microseconds=1)


def instant_of(time: int) -> str:
    """The instant that :func:`micros` gave."""
    return instant(_EPOCH + timedelta(microseconds=time))


def _plain(source: str, data: Mapping[str, Any]) -> Says | None:
    """What an own score says; None for one that another body entered, or that is not of texts."""
    get = data.get
    says = (get("value"), get("target"), get("state"), get("rulebook"), get("period"))
    if get("on_behalf_of") is not None or not source.startswith("/scores/"):
        return None
    for one in (*says, get("criterion"), get("stage")):
        if one is not None and type(one) is not str:
            return None
    return says
