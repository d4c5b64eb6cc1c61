"""From what a chart shows to an SVG image: vl-convert inside the process, nothing fetched from anywhere."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from services.ranking.charts.data import Charted, Distribution, Heat, Progress, Ranks, Waterfall

if TYPE_CHECKING:
    import altair as alt

DRAWING: Final = "1"
"""Version of these drawings: an address that names it may be kept for ever."""
VEGA_LITE: Final = "6.1"
"""The version of Vega-Lite for which the installed Altair writes."""
KEPT: Final = 64
"""How many images a process keeps; the largest measure a quarter of a megabyte."""


def svg(chart: alt.LayerChart) -> str:
    """The image.  Raises ``ValueError`` when the chart names data of elsewhere: every address is refused."""
    # Imported here: a worker that draws nothing holds neither the renderer nor its memory.
    import vl_convert

    # Altair has checked every part as it was made; checking the whole again costs a tenth of a second.
    drawing = chart.to_dict(validate=False)
    # The list admits addresses; an empty one admits none.
    return str(vl_convert.vegalite_to_svg(drawing, vl_version=VEGA_LITE, allowed_base_urls=[]))


@lru_cache(maxsize=KEPT)
def drawn(data: Charted, language: str, theme: str, *, narrow: bool = False) -> str:
    """The image of ``data``: same content, same bytes.  ``theme``: ``light`` or ``dark``."""
    from services.ranking.charts import distribution, heatmap, progress, ranks, waterfall
    from services.ranking.charts.theme import THEMES

    colours = THEMES[theme]
    match data:
        case Waterfall(steps):
            return svg(waterfall.waterfall(steps, language, colours, narrow=narrow))
        case Distribution():
            return svg(distribution.distribution(data, language, colours, narrow=narrow))
        case Ranks():
            return svg(ranks.ranks(data, language, colours, narrow=narrow))
        case Heat():
            return svg(heatmap.heatmap(data, language, colours, narrow=narrow))
        case Progress():
            return svg(progress.progress(data, language, colours, narrow=narrow))
