"""Charts as SVG images."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, request

from services.ranking import charting, schemas
from services.ranking.api.answers import moments, position_asked
from services.ranking.charting import Scope
from services.ranking.charts.render import DRAWING, drawn
from services.ranking.desk import View, shown_at, state_at, view
from shared.web.documents import problems
from shared.web.etags import tagged
from shared.web.i18n import language
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem

# The image alone: no script, no page around it; Vega writes a few style attributes.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def register(api: ServiceBlueprint) -> None:
    """Register the charts on ``api``."""

    @api.route("/charts/<name>.svg")
    @api.arguments(schemas.ChartArgs, location="query")
    @api.response(200, description="The chart as an SVG image.")
    @api.doc(responses={200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}})
    @problems(api, 401, 403, 404, 422)
    @moments(api)
    def chart(args: dict[str, Any], org: str, cycle: str, name: str) -> Response:
        """A chart: `distribution`, `ranks`, `heatmap`, `progress` of an area, `waterfall` of a unit."""
        seen = view(org, cycle)
        position = position_asked(seen, args.get("at"))
        shown = shown_at(seen, position)
        scope = Scope(seen, shown, state_at(seen, shown.position), language())
        data = (
            charting.of_unit(scope, args.get("unit", ""))
            if name == charting.WATERFALL
            else charting.of_area(scope, name, args.get("area", ""))
            if name in charting.OF_AREA
            else None
        )
        if data is None:
            raise Problem("not-found")
        image = drawn(data, language(), args["theme"], narrow=args["form"] == "narrow").encode()
        answer = Response(image, content_type="image/svg+xml; charset=utf-8")
        answer.headers["Content-Security-Policy"] = POLICY
        immutable = bool(args.get("at")) and args.get("drawing") == DRAWING and "lang" in request.args
        return tagged(
            answer,
            hashlib.sha256(image).hexdigest()[:32],
            immutable=immutable and _same_for_all(seen, shown.position, name),
        )


def _same_for_all(seen: View, position: int, name: str) -> bool:
    """Whether everybody gets these bytes.  Ranks look at other positions, too, which may not be public."""
    return seen.open_to_all or (name != "ranks" and seen.is_published(position))
