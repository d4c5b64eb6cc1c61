"""Progress of scoring: how much of what each body owes is given."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import altair as alt

from services.ranking.charts.data import Progress
from services.ranking.charts.theme import Theme, framed, labels, length, values
from services.ranking.words import Words

SHARE = Words("Phần đã chấm, %", "Share given, %")


def progress(data: Progress, language: str, theme: Theme, *, narrow: bool = False) -> alt.LayerChart:
    """A bar for each body, outlined what is due, filled what is given."""
    size = data.size(narrow=narrow)
    rows: list[dict[str, Any]] = [
        {
            "owner": share.owner,
            "share": length(Fraction(100 * share.done, share.due)) if share.due else 100.0,
            "all": 100,
            "text": f"{share.done}/{share.due}",
        }
        for share in data.shares
    ]
    base = alt.Chart(values(rows)).encode(
        y=alt.Y(
            "owner:N",
            sort=None,
            title=None,
            scale=alt.Scale(
                domain=[share.owner for share in data.shares], paddingInner=0.35, paddingOuter=0.2
            ),
            axis=alt.Axis(
                labelExpr=labels({share.owner: share.name for share in data.shares}),
                labelLimit=size.left - 10,
                ticks=False,
                domain=False,
            ),
        )
    )
    across = alt.X(
        "all:Q",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(title=SHARE.in_(language), values=[0, 25, 50, 75, 100], format="d"),
    )
    due = base.mark_bar(filled=False, stroke=theme.muted, strokeWidth=1).encode(x=across)
    done = base.mark_bar(color=theme.fill).encode(x="share:Q")
    told = base.mark_text(align="left", dx=6).encode(x="all:Q", text="text:N")
    return framed(alt.LayerChart(layer=[done, due, told]), size, theme)
