"""The catalogue: every type of event, who may state it, and the schema of its ``data``.

A schema once released never changes; a change is a new version of the type with an upcaster.  JSON
Schemas, the AsyncAPI document and ``docs/events.md`` are made from here (:mod:`shared.events.docs`).
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.events.catalogue import inspections, notify, ranking, root, scores
from shared.events.catalogue.base import EventType, Fact, Uninterpreted
from shared.events.envelope import Event

_TYPES: dict[str, EventType] = {
    entry.type: entry for module in (root, scores, inspections, ranking, notify) for entry in module.TYPES
}


def lookup(type_: str) -> EventType | None:
    """The catalogue's entry for ``type_``, or None for a type this code does not know."""
    return _TYPES.get(type_)


def all_types() -> Iterable[EventType]:
    """Every entry, in the order of the catalogue's modules."""
    return _TYPES.values()


def interpret(event: Event) -> Uninterpreted | None:
    """None when this code understands ``event``; else why it does not.

    An event that is not interpreted keeps its position; it changes no standing, raises an alarm and
    blocks publication until it is acknowledged or newer code understands it (architecture 4.2).
    """
    entry = _TYPES.get(event.type)
    if entry is None:
        return Uninterpreted("unknown_type", f"{event.type} is not in the catalogue")
    if event.service not in entry.sources:
        return Uninterpreted("foreign_type", f"{event.service} may not state {event.type}")
    errors = entry.faults(event.data)
    if errors:
        return Uninterpreted("bad_data", repr(errors)[:500])
    return None


__all__ = ["EventType", "Fact", "Uninterpreted", "all_types", "interpret", "lookup"]
