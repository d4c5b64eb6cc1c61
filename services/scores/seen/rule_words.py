"""How the points of a criterion come about, in words for who fills in its value (rulebook format §4).  Pure.

A line is a pair: Vietnamese, English.
"""

from __future__ import annotations

from fractions import Fraction

from shared.rulebook import Leaf, Rulebook
from shared.rulebook.model import Bounds
from shared.rulebook.number import show
from shared.rulebook.values import at_leaf

Line = tuple[str, str]


def rule_line(leaf: Leaf, book: Rulebook) -> Line:
    """What is recorded for ``leaf`` and what becomes of it, in one line."""
    if leaf.input == "ratio":
        return (
            "Điểm tối đa × đạt ÷ chỉ tiêu, không quá điểm tối đa.",
            "Maximum × achieved ÷ target, at most the maximum.",
        )
    if leaf.per is not None:
        vi, en = _both(leaf.per)
        return (f"Số lượng × {vi} điểm, không quá điểm tối đa.", f"Number × {en}, at most the maximum.")
    if leaf.source_max is not None:
        vi, en = _both(leaf.source_max)
        return (
            f"Điểm trên thang {vi}, quy đổi về điểm tối đa.",
            f"A mark out of {en}, scaled to the maximum.",
        )
    if leaf.ladder is not None:
        unit = " (%)" if leaf.ladder.unit == "percent" else ""
        return (f"Theo thang: {leaf.ladder.metric}{unit}.", f"By a ladder: {leaf.ladder.metric}{unit}.")
    vi, en = _both(book.number.step)
    return (f"Nhập thẳng số điểm, bước {vi}.", f"The points themselves, in steps of {en}.")


def ladder_lines(leaf: Leaf, area: str, book: Rulebook) -> tuple[tuple[Line, Line], ...]:
    """Each row of the ladder: its condition, and the points that count for it in ``area``."""
    if leaf.ladder is None:
        return ()
    percent = " %" if leaf.ladder.unit == "percent" else ""
    return tuple(
        (_condition(row.bounds, percent), _both(at_leaf(book, leaf.max[area] * row.frac), book.number.scale))
        for row in leaf.ladder.rows
    )


def no_target_line(leaf: Leaf) -> Line | None:
    """What becomes of the criterion where nobody set a target; None where that cannot be said of it."""
    if not leaf.takes_target:
        return None
    return {
        "full": ("Không giao chỉ tiêu: tính điểm tối đa.", "No target set: counts as the maximum."),
        "zero": ("Không giao chỉ tiêu: tính 0 điểm.", "No target set: counts as 0."),
    }.get(
        leaf.no_target or "",
        (
            "Không giao chỉ tiêu: tiêu chí ra khỏi phép cộng, phần còn lại quy đổi.",
            "No target set: the criterion leaves the sum, and the rest is scaled up.",
        ),
    )


def _condition(bounds: Bounds, unit: str) -> Line:
    named = ((">", bounds.gt), ("≥", bounds.gte), ("<", bounds.lt), ("≤", bounds.lte))
    parts = [(sign, _both(value)) for sign, value in named if value is not None]
    if not parts:
        return "còn lại", "all else"
    return (
        ", ".join(f"{sign} {vi}{unit}" for sign, (vi, _) in parts),
        ", ".join(f"{sign} {en}{unit}" for sign, (_, en) in parts),
    )


def _both(value: Fraction, scale: int = 0) -> Line:
    text = show(value, scale)
    return text.replace(".", ","), text
