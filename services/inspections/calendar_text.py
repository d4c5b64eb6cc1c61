"""From the YAML text of a calendar to plain data."""

from __future__ import annotations

from typing import Any

from shared.decisions import Refused
from shared.rulebook import RulebookFault
from shared.rulebook.loader import parse


def parsed(text: str) -> Any:
    """The data of strict YAML: no anchors, tags or duplicate keys.

    Raises :class:`~shared.decisions.Refused` (``calendar-unreadable``), naming line and cause.
    """
    try:
        data, _ = parse(text)
    except RulebookFault as error:
        fault = error.faults[0]
        raise Refused(
            "calendar-unreadable",
            f"Dòng {fault.line}: {fault.message_vi}",
            f"Line {fault.line}: {fault.message_en}",
            field="calendar",
        ) from error
    return data
