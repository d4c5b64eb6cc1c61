"""One sentence of an explanation, and the parts that an explanation has.  Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.ranking.words import Words

TOTAL, TERMS, LEAVES, ADJUSTMENTS = "total", "terms", "leaves", "adjustments"
VETOES, CLASSES, QUOTAS, RANK, REASONS = "vetoes", "classes", "quotas", "rank", "reasons"


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence.  ``section``: which part of the explanation; ``ref``: criterion, code, veto or class.

    ``positions``: the events that it rests on.
    """

    section: str
    ref: str
    words: Words
    positions: tuple[int, ...] = ()
