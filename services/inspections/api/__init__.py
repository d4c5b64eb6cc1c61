"""The inspections service over HTTP, ``/inspections/v1/{org}/{cycle}/``: modules add to one blueprint."""

from __future__ import annotations

from services.inspections.api import (
    cases,
    commands,
    concluding,
    drafting,
    files,
    packs,
    plan_reading,
    planning,
    preparing,
    reading,
    readying,
    reflecting,
    sessions,
    supposing,
)
from services.inspections.api.routes import blueprint

__all__ = [
    "blueprint",
    "cases",
    "commands",
    "concluding",
    "drafting",
    "files",
    "packs",
    "plan_reading",
    "planning",
    "preparing",
    "reading",
    "readying",
    "reflecting",
    "sessions",
    "supposing",
]
