"""One sentence of an explanation, and the parts that an explanation has.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.ranking.words import Words

TOTAL, TERMS, LEAVES, ADJUSTMENTS = "total", "terms", "leaves", "adjustments"
VETOES, CLASSES, QUOTAS, OUTCOME = "vetoes", "classes", "quotas", "outcome"
RANK, REASONS = "rank", "reasons"

TITLES: Final[Mapping[str, Words]] = {
    TERMS: Words("Các số hạng", "Terms"),
    LEAVES: Words("Từng tiêu chí", "Criteria"),
    ADJUSTMENTS: Words("Thưởng, trừ", "Bonus and penalty"),
    TOTAL: Words("Tổng điểm", "Total"),
    VETOES: Words("Điều kiện khống chế", "Vetoes"),
    CLASSES: Words("Từng loại", "Classes"),
    QUOTAS: Words("Khống chế tỷ lệ", "Quotas"),
    OUTCOME: Words("Phân loại", "Class"),
    RANK: Words("Thứ hạng", "Rank"),
    REASONS: Words("Lý do", "Reasons"),
}
"""What the parts are called."""


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence.  ``section``: which part of the explanation; ``ref``: criterion, code, veto or class.

    ``positions``: the events that it rests on.
    """

    section: str
    ref: str
    words: Words
    positions: tuple[int, ...] = ()
