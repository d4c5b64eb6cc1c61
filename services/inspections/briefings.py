"""What departments told the teams, and who may read which of it (plan III.3).  A unit reads none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from services.inspections.state import State
from shared.access import Audience
from shared.events import Event
from shared.events.envelope import source_of
from shared.store.tables import events

KINDS = ("priority", "note", "bonus", "penalty")


@dataclass(frozen=True, slots=True)
class Item:
    """One item: of ``unit`` or of a whole ``area``.  ``number``: of its event; ``at``: when it was stated."""

    number: int
    at: str
    department: str
    about: str
    text: str
    by: str
    unit: str | None = None
    area: str | None = None


def items_of(connection: Connection, ledger: str) -> list[Item]:
    """Every item of ``ledger``, newest first."""
    query = (
        select(events.c.value)
        .where(
            events.c.ledger == ledger,
            events.c.source == source_of("inspections", ledger),
            events.c.type == "briefing.issued.v1",
        )
        .order_by(events.c.sequence.desc())
    )
    return [_item(Event.parse(bytes(value))) for (value,) in connection.execute(query)]


def _item(event: Event) -> Item:
    data = event.data
    return Item(
        event.sequence,
        event.time,
        data["department"],
        data["about"],
        data["text"],
        data["actor"]["sub"],
        None if event.subject == "*" else event.subject,
        data.get("area"),
    )


def readable(
    items: Iterable[Item], state: State, areas: dict[str, str], audience: Audience, bodies: Iterable[str]
) -> list[Item]:
    """The items that a reader may see, in their order.

    ``areas``: of each unit.  ``audience``: the reader's, never widened by a policy of visibility.
    ``bodies``: departments for which he speaks: their own items.  A team reads those of its units and of
    their areas; being of a unit gives none.
    """
    if audience.everything:
        return list(items)
    own = set(bodies)
    units = {
        code
        for code, visit in state.visits.items()
        if visit.slot is not None and visit.slot.team in audience.teams
    }
    of_teams = {areas[code] for code in units if code in areas}
    return [item for item in items if item.department in own or item.unit in units or item.area in of_teams]
