"""What this service shows of its own facts: the values of a unit, and how much there is of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from services.scores.state import State, fold
from shared.database import read_transaction
from shared.events import Event
from shared.events.envelope import source_of
from shared.store.tables import events

_SHOWN = ("value", "target", "state", "reason", "responsible", "on_behalf_of")


@dataclass(frozen=True, slots=True)
class UnitValues:
    """Values of a unit, oldest first; ``owners``: of each criterion of the rulebook in force."""

    values: Sequence[dict[str, Any]]
    owners: Mapping[str, tuple[str, ...]]
    live_visibility: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One own event, for a list."""

    number: int
    type: str
    subject: str
    time: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What this service has stated in a ledger."""

    state: State
    counts: Mapping[str, int]
    latest: Sequence[Receipt]


def values_of(engine: Engine, ledger: str, unit: str) -> UnitValues | None:
    """Every value stated of ``unit``, or None when the register does not have it."""
    with read_transaction(engine) as connection:
        common = _stream(connection, ledger, "*")
        own = _stream(connection, ledger, unit)
    if unit not in fold(own).units:
        return None
    book = fold(common).rulebook()
    owners = {leaf.id: (leaf.owner, *leaf.joint) for leaf in book.leaves} if book else {}
    visibility = str(book.policies["live_visibility"]) if book else "restricted"
    return UnitValues(list_values(own), owners, visibility)


def list_values(own: Sequence[Event]) -> list[dict[str, Any]]:
    """The recorded values among ``own`` events, each with whether it still stands."""
    values: list[dict[str, Any]] = []
    standing: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for event in own:
        data = event.data
        if event.type == "score.recorded.v1":
            item = {
                "number": event.sequence,
                "criterion": data["criterion"],
                "stage": data["stage"],
                "rulebook": data["rulebook"],
                "occurred_at": data["occurred_at"],
                "time": event.time,
                "standing": True,
                **{name: data[name] for name in _SHOWN if name in data},
            }
            values.append(item)
            standing.setdefault((data["criterion"], data["stage"]), []).append(item)
        elif event.type == "score.withdrawn.v1":
            standing[data["criterion"], data["stage"]].pop()["standing"] = False
    return values


def overview(engine: Engine, ledger: str, latest: int = 20) -> Overview:
    """The common stream folded, counts by type of event, and the newest receipts."""
    own = (events.c.ledger == ledger, events.c.source == source_of("scores", ledger))
    newest = (
        select(events.c.sequence, events.c.type, events.c.subject, events.c.time)
        .where(*own)
        .order_by(events.c.sequence.desc())
        .limit(latest)
    )
    counting = select(events.c.type, func.count().label("number")).where(*own).group_by(events.c.type)
    with read_transaction(engine) as connection:
        state = fold(_stream(connection, ledger, "*"))
        counts: dict[str, int] = {row.type: row.number for row in connection.execute(counting)}
        receipts = [Receipt(*row) for row in connection.execute(newest)]
    return Overview(state, counts, receipts)


def _stream(connection: Connection, ledger: str, subject: str) -> list[Event]:
    query = (
        select(events.c.value)
        .where(
            events.c.ledger == ledger,
            events.c.source == source_of("scores", ledger),
            events.c.subject == subject,
        )
        .order_by(events.c.subjectsequence)
    )
    return [Event.parse(bytes(value)) for (value,) in connection.execute(query)]
