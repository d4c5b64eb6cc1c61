"""Heat map: units x criteria, each value as a share of its maximum."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import altair as alt

from services.ranking.charts.data import Cell, Heat
from services.ranking.charts.theme import Theme, framed, labels, length, values
from services.ranking.view import number
from shared.rulebook.number import show

NONE_YET = "–"


def heatmap(data: Heat, language: str, theme: Theme, *, narrow: bool = False) -> alt.LayerChart:
    """Strength says the share of the maximum; the number is in the cell where it has room.

    A dash is a value not yet given; an empty place is a criterion that does not apply.
    """
    size = data.size(narrow=narrow)
    cells = [
        _row(row.unit, column.id, cell, language, theme)
        for row in data.rows
        for column, cell in zip(data.columns, row.cells, strict=True)
        if cell is not None
    ]
    names = {row.unit: row.unit if narrow else row.name for row in data.rows}
    base = alt.Chart(values(cells)).encode(
        x=alt.X(
            "criterion:N",
            sort=None,
            title=None,
            scale=alt.Scale(domain=[column.id for column in data.columns], padding=0),
            axis=alt.Axis(
                orient="top",
                labelAngle=-90 if narrow else 0,
                labelOverlap=False,
                labelFontSize=9.5 if narrow else 11,
                ticks=False,
                domain=False,
            ),
        ),
        y=alt.Y(
            "unit:N",
            sort=None,
            title=None,
            scale=alt.Scale(domain=[row.unit for row in data.rows], padding=0),
            axis=alt.Axis(
                labelExpr=labels(names), labelLimit=size.left - 8, labelFontSize=11, ticks=False, domain=False
            ),
        ),
    )
    layers = [
        base.mark_rect(stroke=theme.surface, strokeWidth=1.5).encode(
            fill=alt.Fill(
                "share:Q", scale=alt.Scale(domain=[0, 1], range=[theme.low, theme.high]), legend=None
            )
        )
    ]
    if not narrow:
        layers.append(base.mark_text(fontSize=9).encode(text="text:N", color=alt.Color("ink:N", scale=None)))
    return framed(alt.LayerChart(layer=layers), size, theme)


def _row(unit: str, criterion: str, cell: Cell, language: str, theme: Theme) -> dict[str, Any]:
    share = cell.points / cell.max if cell.points is not None and cell.max else Fraction(0)
    return {
        "unit": unit,
        "criterion": criterion,
        "share": length(share),
        "text": NONE_YET if cell.points is None else number(show(cell.points, 0), language),
        "ink": theme.high_ink if share >= theme.turn else theme.ink,
    }
