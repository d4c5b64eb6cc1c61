"""The rulebook that is in force at a position, from the events that carry it in parts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection

from shared.events import Event
from shared.events.catalogue import interpret
from shared.ledger import reader
from shared.rulebook import Rulebook, RulebookFault, digest, read


def rulebook_at(connection: Connection, ledger: str, size: int) -> Rulebook | None:
    """The rulebook in force after the first ``size`` events of ``ledger``; None before the first."""
    return rulebook_of(row.event for row in reader.of_subject(connection, ledger, "*", 0, size))


def rulebook_of(events: Iterable[Event]) -> Rulebook | None:
    """The rulebook in force after ``events`` of the common stream.

    An adoption whose parts do not join to its digest, or are no rulebook, changes nothing.
    """
    parts: dict[str, dict[int, str]] = {}
    found: Rulebook | None = None
    for event in events:
        if event.type not in ("rulebook.part.v1", "rulebook.adopted.v1"):
            continue
        if event.service != "scores" or interpret(event) is not None:
            continue
        data = event.data
        if event.type == "rulebook.part.v1":
            parts.setdefault(data["digest"], {}).setdefault(data["index"], data["text"])
            continue
        held = parts.get(data["digest"], {})
        text = "".join(held.get(index, "") for index in range(data["parts"]))
        found = _model(text, data["digest"]) or found
    return found


@lru_cache(maxsize=32)
def _model(text: str, stated: str) -> Rulebook | None:
    document = text.encode("utf-8")
    if digest(document) != stated:
        return None
    try:
        return read(document)
    except RulebookFault:
        return None
