"""Ranking's HTTP interface.  Each module registers its own routes on the one blueprint.

A *position* names how many events were folded: ``?at=57`` is the standings after events 0 to 56.  The
event that made the difference between 56 and 57 is the one *at* position 56.
"""

from __future__ import annotations

from services.ranking import commands
from services.ranking.api import (
    charts,
    comparing,
    decisions,
    explanations,
    publications,
    rulebook,
    standings,
    what_ifs,
)
from shared.web.parsing import ServiceBlueprint


def blueprint() -> ServiceBlueprint:
    """Every route of the API, under ``/v1/<org>/<cycle>``."""
    api = ServiceBlueprint(
        "ranking",
        __name__,
        url_prefix="/v1/<org>/<cycle>",
        description="Standings, their proof and their publication; decisions of the Standing Committee.",
    )
    standings.register(api)
    publications.register(api)
    charts.register(api)
    comparing.register(api)
    explanations.register(api)
    decisions.register(api)
    rulebook.register(api)
    what_ifs.register(api)
    commands.register(api)
    return api
