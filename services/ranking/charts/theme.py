"""How every chart looks: two colour themes, one font list, one frame.

Nothing is told by colour alone: classes differ in shape as well, kinds of steps in outline as well, and
fills in lightness, so a chart printed in black and white still reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import altair as alt

from services.ranking.charts.data import Size

FONT: Final = "Noto Sans, Segoe UI, Roboto, DejaVu Sans, Helvetica Neue, Arial, sans-serif"
"""Families with full Vietnamese.  Frames are fixed, so another family moves no axis and no edge."""
STAR: Final = (
    "M0.00,-1.15L0.29,-0.40L1.09,-0.36L0.48,0.15L0.68,0.93L0.00,0.50"
    "L-0.68,0.93L-0.48,0.15L-1.09,-0.36L-0.29,-0.40Z"
)
SHAPES: Final = (STAR, "diamond", "circle", "triangle-down")
"""The shapes of the page's class chips, best class first."""
NO_CLASS: Final = "square"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours: ``classes`` best first; ``low`` to ``high`` is the scale of shares of a maximum, on which
    ``high_ink`` reads better than ``ink`` from the share ``turn`` on.
    """

    name: str
    surface: str
    ink: str
    muted: str
    line: str
    fill: str
    fill_soft: str
    gain: str
    loss: str
    low: str
    high: str
    high_ink: str
    turn: Fraction
    classes: tuple[str, str, str, str]

    def class_colour(self, place: int | None) -> str:
        """Colour of the class at ``place``, as on the page's chips; None: no class."""
        return self.muted if place is None else self.classes[min(place, 3)]


LIGHT: Final = Theme(
    name="light",
    surface="#ffffff",
    ink="#1a1e24",
    muted="#55606e",
    line="#d5d9e0",
    fill="#56698a",
    fill_soft="#adb9cd",
    gain="#0a5a4a",
    loss="#8a2d1c",
    low="#f3f5f7",
    high="#2f4363",
    high_ink="#ffffff",
    turn=Fraction(2, 3),
    classes=("#7a5200", "#0a5a4a", "#33487a", "#8a2d1c"),
)
DARK: Final = Theme(
    name="dark",
    surface="#14181e",
    ink="#e7eaef",
    muted="#a3adba",
    line="#3a424e",
    fill="#8294b3",
    fill_soft="#5d6f8f",
    gain="#8fdcc6",
    loss="#f4b3a5",
    low="#1c2128",
    high="#aebbd2",
    high_ink="#10141a",
    turn=Fraction(1, 2),
    classes=("#f2cf7b", "#8fdcc6", "#b5c6f0", "#f4b3a5"),
)
THEMES: Final = {"light": LIGHT, "dark": DARK}


def length(exact: Fraction | str | int) -> float:
    """An exact value as a length on paper: the one place where a float is made of a value."""
    return float(Fraction(exact))


def labels(by_key: Mapping[str, str] | Mapping[str, list[str]]) -> str:
    """A Vega expression that writes the text of each key on an axis: a line, or several; "" without one.

    Keys, not texts, divide the axis: two units may share a name.
    """
    return f"({json.dumps(by_key, ensure_ascii=False)})[datum.value] || ''"


def values(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Rows as data inside the chart, so that rendering has nothing to fetch."""
    return alt.InlineData(values=list(rows))


def symbol(place: int | None) -> str:
    """Shape of the class at ``place``; None: no class."""
    return NO_CLASS if place is None else SHAPES[min(place, len(SHAPES) - 1)]


def framed(chart: alt.LayerChart, size: Size, theme: Theme) -> alt.LayerChart:
    """``chart`` in an image of exactly ``size``: what is drawn never decides how large the image is."""
    made: alt.LayerChart = chart.properties(
        width=size.width - size.left - size.right,
        height=size.height - size.top - size.bottom,
        padding={"left": size.left, "right": size.right, "top": size.top, "bottom": size.bottom},
        autosize=alt.AutoSizeParams(type="none"),
        background=theme.surface,
    ).configure(
        # The page tells the same in a table; a reader of an image hears its alt text.
        aria=False,
        font=FONT,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=theme.ink,
            labelFontSize=11.5,
            titleColor=theme.muted,
            titleFontSize=11.5,
            titleFontWeight="normal",
            gridColor=theme.line,
            domainColor=theme.line,
            tickColor=theme.line,
        ),
        text=alt.MarkConfig(color=theme.ink, fontSize=11.5),
    )
    return made
