"""What every route of ranking's API answers with."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, request
from werkzeug.exceptions import HTTPException

from services.ranking.desk import Moment, View, asked_position
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem


def json(value: Any) -> Response:
    """``value`` as a JSON answer."""
    return Response(orjson.dumps(value), content_type="application/json")


def private(value: Any) -> Response:
    """``value`` as a JSON answer that no shared cache may keep: it depends on who asks, or on when."""
    answer = json(value)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def to_positions(**names: int) -> Response:
    """A redirect of the running request to itself, with positions for the instants or names it asked for."""
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key not in names]
    pairs += [(key, str(position)) for key, position in names.items()]
    answer = Response(b"", 307, {"Location": f"{request.path}?{urlencode(pairs)}"})
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def moments(api: ServiceBlueprint) -> Any:
    """Say in the OpenAPI document that a route sends instants and freezes on to their position."""
    return api.alt_response(307, description="To the position of that instant or freeze.")


def position_asked(seen: View, text: str | None) -> int:
    """The position in ``?at=``, by default the newest this reader may see.

    For an instant or a freeze the request is sent on to its position: raised as an answer of its own.
    """
    asked = asked_position(seen, text)
    if isinstance(asked, Moment):
        raise HTTPException(response=to_positions(at=asked.position))
    return seen.number(asked)


def may_look(seen: View) -> None:
    """Raise a 403 problem for a reader who may see published versions only."""
    if seen.audience.published_only:
        raise Problem("not-public")


def may_see_all(seen: View) -> None:
    """Raise a 403 problem for a reader who may not see everything: gate, decisions and what-ifs."""
    if not seen.audience.everything:
        raise Problem("not-public")
