"""What the reads of the set-up share: who may ask, and an answer that no shared cache keeps."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from shared.access import HatNeeded, Target, decide_access
from shared.access.tokens import TokenMissing
from shared.web.runtime import Reader, reader


def reader_for(org: str, cycle: str, operation: str) -> Reader:
    """Who reads, if he may do ``operation`` on the ledger.  Raises TokenMissing or AccessDenied.

    Several hats that allow it are as good as one: reading is no act.
    """
    who = reader(org, cycle)
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    try:
        decide_access(who.grants, operation, Target())
    except HatNeeded:
        return who
    return who


def private(body: Any, status: int = 200) -> Response:
    """``body`` as a JSON answer for nobody but who asked."""
    response = Response(orjson.dumps(body), status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response
