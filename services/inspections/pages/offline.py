"""What a browser may keep of these pages for a place without a connection (decision 0035).

Every page says for whom it was made (``Bangvang-Person``); those that are needed in a session say how long a
copy may serve him on this device (``Bangvang-Offline``, seconds).  The service worker keeps nothing else.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from shared.access.tokens import TokenError
from shared.web.answers import private
from shared.web.runtime import reading_principal

KEPT_SECONDS = 12 * 3600
"""How long a kept page may be shown: one working day."""
_STATIC = Path(__file__).parents[1] / "static"
_KEPT = frozenset({"sessions", "session", "minutes", "conclusion", "dossier"})


def register(pages: Blueprint) -> None:
    """Put the worker and the answer to "who am I" on ``pages``, and the two headers on all its pages."""
    pages.add_url_rule("/worker.js", "offline_worker", worker)
    pages.add_url_rule("/person", "offline_person", person)
    pages.context_processor(_of_templates)
    pages.after_request(_mark)


def worker() -> AnyResponse:
    """The service worker; from here its scope covers all pages of inspections."""
    response = send_from_directory(_STATIC, "worker.js", max_age=0)
    response.headers["Service-Worker-Allowed"] = "/inspections/"
    response.headers["Cache-Control"] = "no-cache"
    return response


def person() -> Response:
    """Who is signed in, as the browser's own store names him; also the proof that the service is there."""
    return private({"person": reader_key()})


def reader_key() -> str:
    """A name for the signed-in person that is not his own; empty for nobody."""
    try:
        who = reading_principal()
    except TokenError:
        who = None
    return "" if who is None else hashlib.sha256(f"offline\n{who.sub}".encode()).hexdigest()[:24]


def _of_templates() -> dict[str, Any]:
    return {"offline_person": reader_key()}


def _mark(response: Response) -> Response:
    if response.mimetype == "text/html":
        key = reader_key()
        response.headers["Bangvang-Person"] = key or "nobody"
        endpoint = (request.endpoint or "").rpartition(".")[2]
        if key and endpoint in _KEPT and response.status_code == 200:
            response.headers["Bangvang-Offline"] = str(KEPT_SECONDS)
    return response
