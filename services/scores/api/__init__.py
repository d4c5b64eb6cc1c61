"""The scores service over HTTP, under ``/scores/v1/{org}/{cycle}/``: each module adds to one blueprint."""

from __future__ import annotations

from services.scores.api import drafts, opening, reading, scores, setup, submitting
from services.scores.api.routes import blueprint

__all__ = ["blueprint", "drafts", "opening", "reading", "scores", "setup", "submitting"]
