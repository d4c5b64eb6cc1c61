"""Bump chart: the ranks of an area's units over publications, freezes and days."""

from __future__ import annotations

import altair as alt

from services.ranking.charts.data import Ranks, Stop
from services.ranking.charts.theme import Theme, framed, labels, symbol, values
from services.ranking.view import count

NAMED = 3
"""So many of the best have a thicker line."""


def ranks(data: Ranks, language: str, theme: Theme, *, narrow: bool = False) -> alt.LayerChart:
    """A line for each unit, best rank on top; at its end the shape of its class and its name."""
    size = data.size(narrow=narrow)
    points = [
        {
            "stop": str(stop.position),
            "at": at,
            "rank": rank,
            "unit": track.unit,
            "shape": symbol(track.place),
            "colour": theme.class_colour(track.place),
            "width": 2.6 if order < NAMED else 1.3,
        }
        for order, track in enumerate(data.tracks)
        for at, (stop, rank) in enumerate(zip(data.stops, track.ranks, strict=True))
        if rank is not None
    ]
    last = str(data.stops[-1].position)
    x = alt.X(
        "stop:N",
        sort=None,
        title=None,
        scale=alt.Scale(domain=[str(stop.position) for stop in data.stops], padding=0.12, type="point"),
        axis=alt.Axis(
            orient="top",
            labelAngle=0,
            labelExpr=labels(
                {str(stop.position): _told(stop, language) for stop in _told_apart(data, narrow)}
            ),
            labelOverlap=False,
            labelFontSize=10.5,
            labelPadding=18,
            ticks=False,
            domain=False,
            grid=True,
        ),
    )
    worst = max(len(data.tracks), *(rank for track in data.tracks for rank in track.ranks if rank))
    y = alt.Y(
        "rank:Q",
        title=None,
        scale=alt.Scale(domain=[0.5, worst + 0.5], reverse=True, nice=False),
        axis=alt.Axis(values=[1, *range(5, worst + 1, 5)], ticks=False, domain=False, grid=False, format="d"),
    )
    base = alt.Chart(values(points)).encode(x=x, y=y)
    lines = base.mark_line(interpolate="monotone", opacity=0.85).encode(
        detail="unit:N",
        order=alt.Order("at:Q"),
        color=alt.Color("colour:N", scale=None),
        strokeWidth=alt.StrokeWidth("width:Q", scale=None),
    )
    marks = base.mark_point(filled=True, opacity=1, size=46).encode(
        shape=alt.Shape("shape:N", scale=None), color=alt.Color("colour:N", scale=None)
    )
    ends = [
        {"stop": last, "row": row + 1, "name": track.unit if narrow else track.name}
        for row, track in enumerate(data.tracks)
    ]
    names = (
        alt.Chart(values(ends))
        .mark_text(align="left", dx=10, limit=size.right - 8)
        .encode(x=x, y=alt.Y("row:Q"), text="name:N")
    )
    return framed(alt.LayerChart(layer=[lines, marks, names]), size, theme)


def _told_apart(data: Ranks, narrow: bool) -> list[Stop]:
    """The stops whose labels have room: the first and the last, and on a desk all between."""
    return [data.stops[0], data.stops[-1]] if narrow else list(data.stops)


def _told(stop: Stop, language: str) -> list[str]:
    return [stop.label, count(stop.position, language)]
