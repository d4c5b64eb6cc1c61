"""Charts of ranking, drawn with Altair and rendered to SVG on the server.

:mod:`~services.ranking.charts.data` makes plain rows of exact values and knows neither Altair nor floats.
The modules that draw (:mod:`.waterfall`, :mod:`.distribution`, :mod:`.ranks`, :mod:`.heatmap`,
:mod:`.progress`) turn those into a chart; a length on paper is the only thing for which an exact value
becomes a float, in :func:`~services.ranking.charts.theme.length`.  No result ever comes back from there.

Altair and vl-convert are imported by what draws, never by what a worker imports at its start.
"""
