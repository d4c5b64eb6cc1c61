"""Answers that several services give alike."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response


def private(body: Any, status: int = 200) -> Response:
    """``body`` as a JSON answer for nobody but who asked: no cache keeps it."""
    response = Response(orjson.dumps(body), status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response
