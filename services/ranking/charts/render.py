"""From a chart to an SVG image: vl-convert inside the process, nothing fetched from anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import altair as alt

VEGA_LITE = "6.1"
"""The version of Vega-Lite for which the installed Altair writes."""


def svg(chart: alt.LayerChart) -> str:
    """The image.  Raises ``ValueError`` when the chart names data of elsewhere: every address is refused."""
    # Imported here: a worker that draws nothing holds neither the renderer nor its 75 MB.
    import vl_convert

    # The list admits addresses; an empty one admits none.
    return str(vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGA_LITE, allowed_base_urls=[]))
