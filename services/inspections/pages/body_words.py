"""What bodies are called on pages."""

from __future__ import annotations

from typing import Final

from services.inspections.bodies import Bodies
from shared.web.i18n import role_name

COMMITTEE: Final = "STANDING_COMMITTEE"


def body_name(code: str, bodies: Bodies) -> str:
    """What a body is called; the Standing Committee is in no register."""
    return role_name("standing_committee") if code == COMMITTEE else bodies.name(code)
