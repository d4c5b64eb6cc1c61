"""Waterfall: from nothing to the total, one bar for each term of the sum."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import altair as alt

from services.ranking.charts.data import Step, waterfall_size
from services.ranking.charts.telling import points
from services.ranking.charts.theme import Theme, framed, labels, length, values
from services.ranking.words import Words

TOTAL = Words("Tổng", "Total")
POINTS = Words("Điểm cộng dồn", "Points, running sum")
ZERO = Fraction(0)


def waterfall(terms: Sequence[Step], language: str, theme: Theme, *, narrow: bool = False) -> alt.LayerChart:
    """The terms from top to bottom, each from where the one above ended; the total beneath them.

    What adds is a filled bar, what takes away an outlined one; each says its amount.
    """
    size = waterfall_size(terms, narrow=narrow)
    rows = _rows(terms, language, theme, narrow=narrow)
    most = max(row["high"] for row in rows)
    base = alt.Chart(values(rows)).encode(
        y=alt.Y(
            "key:N",
            sort=None,
            title=None,
            scale=alt.Scale(domain=[row["key"] for row in rows], paddingInner=0.3, paddingOuter=0.15),
            axis=alt.Axis(
                labelExpr=labels({row["key"]: row["label"] for row in rows}),
                labelLimit=size.left - 10,
                labelPadding=6,
                ticks=False,
                domain=False,
            ),
        )
    )
    across = alt.Scale(domain=[min(0.0, *(row["low"] for row in rows)), most or 1.0], nice=False)
    axis = alt.Axis(title=POINTS.in_(language), tickCount=4 if narrow else 8, format="d")
    bars = base.mark_bar(strokeWidth=1.5).encode(
        x=alt.X("low:Q", scale=across, axis=axis),
        x2="high:Q",
        fill=alt.Fill("fill:N", scale=None),
        stroke=alt.Stroke("stroke:N", scale=None),
    )
    amounts = base.mark_text(align="left", dx=5).encode(x="high:Q", text="amount:N")
    links = base.mark_rule(color=theme.muted, strokeDash=[1, 2], yOffset=11).encode(
        x=alt.X("end:Q", scale=across), y="key:N", y2="next:N"
    )
    return framed(alt.LayerChart(layer=[links, bars, amounts]), size, theme)


def _rows(terms: Sequence[Step], language: str, theme: Theme, *, narrow: bool) -> list[dict[str, Any]]:
    rows, reached = [], ZERO
    for place, term in enumerate(terms):
        start, reached = reached, reached + term.amount
        gains = term.amount >= 0
        rows.append(
            {
                "key": str(place),
                "next": str(place + 1),
                "label": (term.short or term.label) if narrow else term.label,
                "low": length(min(start, reached)),
                "high": length(max(start, reached)),
                "end": length(reached),
                "amount": points(term.amount, language, signed=True),
                "fill": (theme.fill if term.kind == "leaf" else theme.gain) if gains else theme.surface,
                "stroke": (theme.fill if term.kind == "leaf" else theme.gain) if gains else theme.loss,
            }
        )
    total = {
        "key": str(len(terms)),
        "next": str(len(terms)),
        "label": TOTAL.in_(language),
        "low": length(min(ZERO, reached)),
        "high": length(max(ZERO, reached)),
        "end": length(reached),
        "amount": points(reached, language),
        "fill": theme.ink,
        "stroke": theme.ink,
    }
    return [*rows, total]
