"""What-ifs: asked over HTTP, kept under their digest, read back.  Nothing of them reaches the ledger."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from services.ranking import schemas
from services.ranking.api.answers import private
from services.ranking.desk import view
from services.ranking.what_if.trying import ask_and_keep, recalled, recent
from services.ranking.what_if.what_ifs import answer_body, summary_body
from shared.web.documents import problems
from shared.web.parsing import ServiceBlueprint
from shared.web.runtime import acting_principal

MAX_BODY = 512 * 1024
"""200 facts and a rulebook of 256 KiB, with what JSON adds to it."""


def register(api: ServiceBlueprint) -> None:
    """Register the routes of what-ifs on ``api``."""

    @api.route("/what-ifs", methods=["POST"])
    @_guarded
    @api.arguments(schemas.WhatIfCommand, location="json")
    @api.response(201, schemas.WhatIfAnswer, description="Computed and kept.")
    @api.response(200, schemas.WhatIfAnswer, description="Asked before: the same document, asked again.")
    @problems(api, 400, 401, 403, 404, 409, 413, 415, 422)
    @api.doc(security=[{"bearer": []}])
    def try_what_if(command: dict[str, Any], org: str, cycle: str) -> Response:
        """Suppose facts, or a candidate rulebook, at a position; no event comes of it."""
        kept, answer, fresh = ask_and_keep(
            view(org, cycle), command["facts"], command.get("rulebook"), command.get("at")
        )
        response = private(answer_body(kept, answer))
        response.status_code = 201 if fresh else 200
        response.headers["Location"] = f"{request.path}/{kept.digest}"
        return response

    @api.route("/what-ifs")
    @api.response(200, schemas.WhatIfsAnswer)
    @problems(api, 401, 403, 404)
    def what_ifs(org: str, cycle: str) -> Response:
        """The last what-ifs, newest first."""
        return private({"items": [summary_body(kept) for kept in recent(view(org, cycle))]})

    @api.route("/what-ifs/<digest>")
    @api.response(200, schemas.WhatIfAnswer)
    @problems(api, 401, 403, 404)
    def what_if(org: str, cycle: str, digest: str) -> Response:
        """One what-if, asked again of the same position, and of the newest one."""
        return private(answer_body(*recalled(view(org, cycle), digest)))


def _guarded(route: Callable[..., Any]) -> Callable[..., Any]:
    """``route`` behind what needs no body: its size and the token."""

    @wraps(route)
    def guarded(*args: Any, **path: Any) -> Any:
        request.max_content_length = MAX_BODY
        acting_principal()
        return route(*args, **path)

    return guarded
