"""The scores service over HTTP, under ``/scores/v1/{org}/{cycle}/``: each module adds to one blueprint."""

from __future__ import annotations

from services.scores.api import opening, reading, scores, setup
from services.scores.api.routes import blueprint

__all__ = ["blueprint", "opening", "reading", "scores", "setup"]
