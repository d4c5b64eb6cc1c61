"""The charts of one area, as a page of their own and as the part that the standings page fetches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from services.ranking import charting
from services.ranking.charting import Scope
from services.ranking.charts.render import DRAWING
from services.ranking.charts.telling import Figure, told
from services.ranking.desk import Moment, asked_position, shown_at, state_at, view
from services.ranking.pages.answers import private, redirect_to
from services.ranking.pages.frame import address, frame
from shared.web.i18n import language
from shared.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure and the address of its image, given theme and form."""

    figure: Figure
    url: Callable[..., str]


def register(pages: Blueprint) -> None:
    """Register the page of charts."""

    @pages.get("/<org>/<cycle>/charts")
    def charts(org: str, cycle: str) -> Response:
        """The charts of one area that this reader may see; ``part=1``: without the page around them."""
        seen = view(org, cycle)
        position = asked_position(seen, request.args.get("at"))
        if isinstance(position, Moment):
            return redirect_to(
                address(seen.ledger, "charts", at=position.position, area=request.args.get("area"))
            )
        shown = shown_at(seen, position)
        scope = Scope(seen, shown, state_at(seen, shown.position), language())
        areas = () if scope.rulebook is None else scope.rulebook.areas
        asked = request.args.get("area") or (areas[0].id if areas else "")
        area = next((one for one in areas if one.id == asked), None)
        if area is None:
            raise Problem("unknown-area", status=404)
        part = "part" in request.args
        return private(
            render_template(
                "ranking/_charts.html" if part else "ranking/charts.html",
                part=part,
                frame=frame(seen, "charts", shown),
                area=area,
                areas=areas,
                figures=_figures(scope, area.id),
                page_of=partial(address, seen.ledger),
            )
        )


def drawing(scope: Scope, name: str, **which: str) -> Drawn | None:
    """The chart ``name`` of an ``area`` or a ``unit`` as a figure; None when there is nothing to draw.

    Raises 403 and 404 problems as :mod:`services.ranking.charting` does.
    """
    data = (
        charting.of_unit(scope, which["unit"])
        if name == charting.WATERFALL
        else charting.of_area(scope, name, which["area"])
    )
    if data is None:
        return None
    org, _, cycle = scope.seen.ledger.partition("/")
    kept: dict[str, Any] = {
        "org": org,
        "cycle": cycle,
        "name": name,
        **which,
        "at": scope.shown.position,
        "lang": scope.language,
        "drawing": DRAWING,
    }
    return Drawn(told(data, scope.language), partial(url_for, "ranking.chart", **kept))


def _figures(scope: Scope, area: str) -> list[Drawn]:
    names = charting.OF_AREA if scope.everything else charting.OF_CELLS
    found = (drawing(scope, name, area=area) for name in names)
    return [one for one in found if one is not None]
