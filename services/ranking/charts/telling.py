"""What stands with a chart: its title, what it shows in a sentence, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.ranking.charts.data import (
    Cell,
    Charted,
    Distribution,
    Heat,
    Progress,
    Ranks,
    Size,
    Waterfall,
)
from services.ranking.view import count, number
from services.ranking.words import Words
from shared.rulebook.number import show, to_step

DIGITS, STEP = 2, Fraction(1, 100)
NONE = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart in words.  ``head`` and ``rows`` are the table; the first column of a row names it."""

    title: str
    alt: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: Size
    narrow: Size


def told(data: Charted, language: str) -> Figure:
    """``data`` in words of ``language``."""
    match data:
        case Waterfall():
            title, alt, head, rows = _waterfall(data, language)
        case Distribution():
            title, alt, head, rows = _distribution(data, language)
        case Ranks():
            title, alt, head, rows = _ranks(data, language)
        case Heat():
            title, alt, head, rows = _heat(data, language)
        case Progress():
            title, alt, head, rows = _progress(data, language)
    return Figure(
        title.in_(language),
        alt.in_(language),
        tuple(word.in_(language) for word in head),
        tuple(rows),
        data.size(),
        data.size(narrow=True),
    )


def points(value: Fraction, language: str, *, signed: bool = False) -> str:
    """A value with two digits; ``≈`` before one that they do not hold exactly.  ``signed``: a plus, too."""
    shown = to_step(value, STEP, "HALF_UP")
    plus = "+" if signed and value > 0 else ""
    return ("" if shown == value else "≈ ") + plus + number(show(shown, DIGITS), language)


Told = tuple[Words, Words, list[Words], Sequence[tuple[str, ...]]]
UNIT, TOTAL, CLASS = Words("Đơn vị", "Unit"), Words("Tổng", "Total"), Words("Phân loại", "Class")


def _waterfall(data: Waterfall, language: str) -> Told:
    reached = Fraction(0)
    rows = []
    for step in data.steps:
        reached += step.amount
        rows.append((step.label, points(step.amount, language, signed=True), points(reached, language)))
    total = points(reached, language)
    return (
        Words("Từ điểm thành phần đến tổng", "From raw to total"),
        Words(
            f"Biểu đồ thác: {len(rows)} số hạng, tổng {total}.",
            f"Waterfall: {len(rows)} terms, total {total}.",
        ),
        [Words("Số hạng", "Term"), Words("Điểm", "Points"), Words("Cộng dồn", "Running sum")],
        rows,
    )


def _distribution(data: Distribution, language: str) -> Told:
    dots = sorted(data.dots, key=lambda dot: (-dot.total, dot.unit))
    least, most = (points(dots[place].total, language) for place in (-1, 0))
    rows = [
        (
            dot.name,
            points(dot.total, language),
            Words("chưa phân loại", "no class").in_(language)
            if dot.place is None
            else data.classes[dot.place],
        )
        for dot in dots
    ]
    kept = Words("Giữ từ", "Kept from"), Words("Ngưỡng", "Threshold")
    for words, lines in ((kept[1], data.thresholds), (kept[0], data.quotas)):
        rows += [(words.in_(language), points(line.value, language), line.label) for line in lines]
    return (
        Words("Phân bố tổng điểm", "Distribution of totals"),
        Words(
            f"Tổng điểm của {len(dots)} đơn vị, từ {least} đến {most}.",
            f"Totals of {len(dots)} units, from {least} to {most}.",
        ),
        [UNIT, TOTAL, CLASS],
        rows,
    )


def _ranks(data: Ranks, language: str) -> Told:
    heads = [f"{stop.label} · {count(stop.position, language)}" for stop in data.stops]
    rows = [
        (track.name, *(NONE if rank is None else str(rank) for rank in track.ranks)) for track in data.tracks
    ]
    return (
        Words("Thứ hạng qua các vị trí", "Ranks over positions"),
        Words(
            f"Thứ hạng của {len(rows)} đơn vị ở {len(heads)} vị trí.",
            f"Ranks of {len(rows)} units at {len(heads)} positions.",
        ),
        [UNIT, *(Words(head, head) for head in heads)],
        rows,
    )


def _heat(data: Heat, language: str) -> Told:
    rows = [(row.name, *(_cell(cell, language) for cell in row.cells)) for row in data.rows]
    return (
        Words("Điểm từng tiêu chí", "Points by criterion"),
        Words(
            f"Điểm của {len(rows)} đơn vị ở {len(data.columns)} tiêu chí, đậm dần theo phần điểm tối đa.",
            f"Points of {len(rows)} units in {len(data.columns)} criteria, shaded by share of the maximum.",
        ),
        [UNIT, *(Words(column.id, column.id) for column in data.columns)],
        rows,
    )


def _cell(cell: Cell | None, language: str) -> str:
    if cell is None:
        return ""
    most = number(show(cell.max, 0), language)
    return NONE if cell.points is None else f"{number(show(cell.points, 0), language)}/{most}"


def _progress(data: Progress, language: str) -> Told:
    done, due = sum(share.done for share in data.shares), sum(share.due for share in data.shares)
    rows = [
        (
            share.name,
            count(share.done, language),
            count(share.due, language),
            count(share.due - share.done, language),
        )
        for share in data.shares
    ]
    return (
        Words("Tiến độ chấm điểm", "Progress of scoring"),
        Words(f"Đã chấm {done} trong {due} điểm.", f"{done} of {due} values given."),
        [
            Words("Ban, đơn vị", "Body"),
            Words("Đã chấm", "Given"),
            Words("Phải chấm", "Due"),
            Words("Còn thiếu", "Missing"),
        ],
        rows,
    )
