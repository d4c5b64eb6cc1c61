"""Distribution: every unit of an area at its total, with the thresholds of the classes and the quota line."""

from __future__ import annotations

from collections.abc import Iterable

import altair as alt

from services.ranking.charts.data import Distribution, Line
from services.ranking.charts.theme import Theme, framed, length, symbol, values
from services.ranking.view import number
from services.ranking.words import Words
from shared.rulebook.number import show

TOTAL = Words("Tổng điểm", "Total")
NO_CLASS = Words("chưa phân loại", "no class")
QUOTA = Words("mức khống chế", "quota line")


def distribution(data: Distribution, language: str, theme: Theme, *, narrow: bool = False) -> alt.LayerChart:
    """Dots at their exact totals, stacked where they would touch; shape and colour say the class."""
    size = data.size(narrow=narrow)
    tall = max(4, data.levels)
    inner = size.height - size.top - size.bottom
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[length(data.low), length(data.high)], nice=False, zero=False),
        axis=alt.Axis(title=TOTAL.in_(language), tickCount=6 if narrow else 10, format="d"),
    )
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, tall]), axis=None)
    dots = (
        alt.Chart(
            values(
                [
                    {
                        "x": length(dot.total),
                        "y": dot.level + 0.5,
                        "shape": symbol(dot.place),
                        "colour": theme.class_colour(dot.place),
                    }
                    for dot in data.dots
                ]
            )
        )
        .mark_point(filled=True, size=62 if narrow else 130, opacity=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("shape:N", scale=None),
            color=alt.Color("colour:N", scale=None),
        )
    )
    layers = [
        *_lines(data.thresholds, x, "≥ {value}", -8, [4, 3], 1.0, language, theme, inner),
        *_lines(data.quotas, x, QUOTA.in_(language) + " {value}", -24, [], 2.0, language, theme, inner),
        dots,
        *_legend(data, language, theme, narrow=narrow, top=size.top),
    ]
    return framed(alt.LayerChart(layer=layers), size, theme)


def _lines(
    lines: Iterable[Line],
    x: alt.X,
    words: str,
    above: int,
    dash: list[int],
    width: float,
    language: str,
    theme: Theme,
    inner: int,
) -> list[alt.Chart]:
    rows = [
        {"x": length(line.value), "text": words.format(value=number(show(line.value, 0), language))}
        for line in lines
    ]
    if not rows:
        return []
    base = alt.Chart(values(rows)).encode(x=x)
    return [
        base.mark_rule(color=theme.ink, strokeDash=dash, strokeWidth=width).encode(
            y=alt.value(above + 6), y2=alt.value(inner)
        ),
        base.mark_text(baseline="bottom", align="center").encode(y=alt.value(above + 4), text="text:N"),
    ]


def _legend(data: Distribution, language: str, theme: Theme, *, narrow: bool, top: int) -> list[alt.Chart]:
    """Shape, colour and word of every class that occurs, at the head of the image."""
    present = {dot.place for dot in data.dots}
    entries = [(place, word) for place, word in enumerate(data.classes) if place in present]
    if None in present:
        entries.append((len(data.classes), NO_CLASS.in_(language)))
    columns = 1 if narrow else 2
    layers = []
    for at, (place, word) in enumerate(entries):
        known = place if place < len(data.classes) else None
        x, y = 8 + 340 * (at % columns), 12 - top + 20 * (at // columns)
        base = alt.Chart(values([{"word": word}]))
        layers.append(
            base.mark_point(
                filled=True, size=110, opacity=1, shape=symbol(known), color=theme.class_colour(known)
            ).encode(x=alt.value(x), y=alt.value(y))
        )
        layers.append(
            base.mark_text(align="left", baseline="middle").encode(
                x=alt.value(x + 14), y=alt.value(y), text="word:N"
            )
        )
    return layers
