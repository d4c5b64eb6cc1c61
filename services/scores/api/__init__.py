"""The scores service over HTTP, under ``/scores/v1/{org}/{cycle}/``: each module adds to one blueprint."""

from __future__ import annotations

from services.scores.api import (
    drafts,
    entries_reading,
    evaluations_reading,
    evidence,
    files,
    grants,
    invitations,
    lineage,
    opening,
    people,
    progress,
    reading,
    scores,
    setup,
    sheet_reading,
    submitting,
    webhooks,
)
from services.scores.api.routes import blueprint

__all__ = [
    "blueprint",
    "drafts",
    "entries_reading",
    "evaluations_reading",
    "evidence",
    "files",
    "grants",
    "invitations",
    "lineage",
    "opening",
    "people",
    "progress",
    "reading",
    "scores",
    "setup",
    "sheet_reading",
    "submitting",
    "webhooks",
]
