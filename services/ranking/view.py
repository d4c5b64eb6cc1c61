"""What the standings page shows: plain values, ready to print, in one language.

The template and its style sheet know these shapes only; nothing here knows HTML, Flask or a database.
Numbers arrive as the engine's decimal strings and leave as people of the language write them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.events.envelope import parse_instant

SHAPES = ("star", "diamond", "circle", "triangle")


@dataclass(frozen=True, slots=True)
class Bar:
    """One criterion group of one unit: value of max, as text and as thousandths for the bar."""

    id: str
    label: str
    value: str
    max: str
    fill: int
    missing: int


@dataclass(frozen=True, slots=True)
class Chip:
    """A class: its word, and the shape and colour that stand for its place in the list (0 = best)."""

    word: str
    place: int

    @property
    def shape(self) -> str:
        return SHAPES[min(self.place, len(SHAPES) - 1)]


@dataclass(frozen=True, slots=True)
class Line:
    """One unit in a table.  ``move``: places gained since the last publication, None when unknown;
    ``whole``: the reader sees the whole row.  ``disputed``: criteria whose adjustment the unit disputes.
    """

    unit: str
    name: str
    rank: str
    tied: bool
    move: int | None
    total: str
    base: str
    bonus: str
    penalty: str
    chip: Chip | None
    no_class: str
    bars: tuple[Bar, ...]
    missing: int
    capped: bool
    notes: tuple[str, ...]
    mark: str
    whole: bool
    disputed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotaMark:
    """A quota line across the table, beneath the row of unit ``after`` ("": above all rows).

    ``tie``: the units tied at it, in words, or "".  ``binding``: it dropped somebody or is open.
    """

    after: str
    words: str
    tie: str
    binding: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A column of bars: short id and full label."""

    id: str
    label: str
    max: str


@dataclass(frozen=True, slots=True)
class AreaTable:
    """One area: a tab and its table."""

    id: str
    label: str
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    complete: int
    quotas: tuple[QuotaMark, ...]


@dataclass(frozen=True, slots=True)
class Lack:
    """How many values one body still owes, and to how many units."""

    body: str
    values: int
    units: int


@dataclass(frozen=True, slots=True)
class SideListLink:
    """A rank list beside the boards: its name in the rulebook and its words."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A stop on the slider: a publication or a decision, at the position just after its event, or a freeze,
    at the position that it names.
    """

    position: int
    kind: str
    words: str
    when: str
    x: int


@dataclass(frozen=True, slots=True)
class Board:
    """The whole page at one position.

    ``live``: it follows the ledger.  ``past``: the reader looked back.  Neither: he sees published
    versions only, so there is nothing to follow or to step through.
    """

    ledger: str
    title: str
    subtitle: str
    position: int
    size: int
    live: bool
    past: bool
    when: str
    when_iso: str
    handle: str
    status: str
    status_word: str
    complete: int
    units: int
    lacks: tuple[Lack, ...]
    illustrative: bool
    simulated: bool
    open_to_all: bool
    digest: str
    root: str
    rulebook: str
    engine: str
    areas: tuple[AreaTable, ...]
    marks: tuple[Mark, ...] = ()
    empty: str = ""
    published: str = ""
    notes: tuple[str, ...] = field(default=())
    side_lists: tuple[SideListLink, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion in the why of a row: its value or why there is none, and whose it is."""

    id: str
    label: str
    source: str
    value: str
    max: str
    lacking: bool


@dataclass(frozen=True, slots=True)
class CriterionGroup:
    """The criteria of one group; ``value`` and ``max`` are empty when not all of them may be seen."""

    id: str
    label: str
    value: str
    max: str
    rows: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """The why of one row: notes in words, criteria by group, and the sum that gives the total.

    ``whole``: the reader sees the whole row of ``unit``.
    """

    unit: str
    whole: bool
    notes: tuple[str, ...]
    groups: tuple[CriterionGroup, ...]
    sum: str


def number(text: str | None, language: str) -> str:
    """A decimal string as the language writes it; an absent value is a dash, never zero."""
    if text is None:
        return "–"
    return (text if language == "en" else text.replace(".", ",")).replace("-", "−")


def count(value: int, language: str) -> str:
    """A count with thousands parted: ``4.012`` in Vietnamese, ``4,012`` in English."""
    text = f"{value:,}"
    return text if language == "en" else text.replace(",", ".")


def local_time(instant: str, zone: ZoneInfo) -> str:
    """``dd/MM/yyyy HH:mm`` (24 h) in ``zone`` of an event's instant."""
    return local(parse_instant(instant), zone)


def local(moment: datetime, zone: ZoneInfo) -> str:
    """``dd/MM/yyyy HH:mm`` of an aware moment in ``zone``."""
    return moment.astimezone(zone).strftime("%d/%m/%Y %H:%M")
