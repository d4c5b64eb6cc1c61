"""The directory: what every service keeps of the ledger's settings and of who may act in it.

A projection of ``ledger.opened``, ``grant.given``, ``grant.ended`` and ``team.formed``.  Each grant keeps
the position at which it was given and ended, so that "who was allowed then, as known then" has an answer
(architecture 4.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from shared.access.grants import BEGINNING, Grant
from shared.access.tables import grants, ledgers, metadata
from shared.database import Prepared
from shared.events import Event
from shared.events.catalogue import interpret
from shared.events.envelope import instant

FIRST_ADMIN = "first-admin:"
"""Begins the name of a grant that position 0 gives."""

TEAM_ROLES = {"leader": "team_leader", "secretary": "team_secretary"}
_SETTINGS_OF = select(ledgers).where(ledgers.c.ledger == bindparam("of_ledger"))
_GIVEN = (
    select(
        *(grants.c.grant_id, grants.c.sub, grants.c.role, grants.c.scope, grants.c.person_name),
        *(grants.c.valid_from, grants.c.valid_until, grants.c.ended_until),
        *(grants.c.given_position, grants.c.ended_position),
    )
    .where(grants.c.ledger == bindparam("of_ledger"))
    .order_by(grants.c.given_position, grants.c.grant_id)
)
_ASK_GIVEN = Prepared(_GIVEN)
_ASK_GIVEN_TO = Prepared(_GIVEN.where(grants.c.sub == bindparam("to_sub")))
_TYPES = frozenset(("ledger.opened.v1", "grant.given.v1", "grant.ended.v1", "team.formed.v1"))


class PositionedRow(Protocol):
    """What this projection reads of a row of the ledger table."""

    @property
    def position(self) -> int: ...

    @property
    def type(self) -> str: ...

    @property
    def value(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Settings of a ledger, from its position 0.  ``simulated``: its clock is a scenario's."""

    ledger: str
    org: str
    cycle: str
    name: str
    timezone: str
    simulated: bool
    topic: str

    @property
    def trial(self) -> bool:
        """Whether systems are tried on it: a sandbox's cycle is named ``thu-…``."""
        return self.cycle.startswith("thu-")


@dataclass(frozen=True, slots=True)
class KnownGrant:
    """A grant that was ever given, and the positions at which it was given and ended.

    ``grant.valid_until``: the earlier of the end that was given with it and the one that was stated later.
    ``person``: the holder's name where the ledger tells one, else empty.
    """

    grant: Grant
    given: int
    ended: int | None
    person: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who holds grants; ``name`` where the ledger tells one, else empty."""

    sub: str
    name: str
    grants: tuple[Grant, ...]


class Directory:
    """The projection ``directory``; every service registers it with its projector."""

    name = "directory"
    metadata = metadata

    def apply(self, connection: Connection, ledger: str, rows: Sequence[PositionedRow]) -> None:
        """Take ``rows`` (ascending, each seen once) into the read tables."""
        for row in rows:
            if row.type not in _TYPES:
                continue
            event = Event.parse(row.value)
            if interpret(event) is None:
                _apply_event(connection, ledger, row.position, event)

    def reset(self, connection: Connection, ledger: str) -> None:
        """Forget ``ledger``, before a rebuild."""
        connection.execute(ledgers.delete().where(ledgers.c.ledger == ledger))
        connection.execute(grants.delete().where(grants.c.ledger == ledger))


def _apply_event(connection: Connection, ledger: str, position: int, event: Event) -> None:
    data = event.data
    match event.type:
        case "ledger.opened.v1":
            _open_ledger(connection, ledger, position, data)
        case "grant.given.v1":
            _give(
                connection,
                ledger,
                position,
                grant_id=data["grant"],
                sub=data["sub"],
                role=data["role"],
                scope=data["scope"],
                valid_from=data["from"],
                valid_until=data.get("until"),
            )
        case "grant.ended.v1":
            _end(connection, ledger, position, data["until"], grants.c.grant_id == data["grant"])
        case "team.formed.v1":
            _form_team(connection, ledger, position, event)


def _open_ledger(connection: Connection, ledger: str, position: int, data: dict[str, Any]) -> None:
    if connection.execute(select(ledgers.c.ledger).where(ledgers.c.ledger == ledger)).first() is not None:
        return  # a ledger opens once; what follows is an event without effect here
    connection.execute(
        insert(ledgers).values(
            ledger=ledger,
            org=data["org"],
            cycle=data["cycle"],
            name=data["name"],
            timezone=data["timezone"],
            clock=data["clock"],
            topic=data["topic"],
        )
    )
    for number, sub in enumerate(sorted(set(data["admins"])), start=1):
        _give(
            connection,
            ledger,
            position,
            # Numbered: a sub may hold what the name of a grant cannot.
            grant_id=f"{FIRST_ADMIN}{number}",
            sub=sub,
            role="admin",
            scope="ledger",
            # Not the event's time: a scenario clock may start years before the ledger was opened.
            valid_from=BEGINNING,
        )


def _form_team(connection: Connection, ledger: str, position: int, event: Event) -> None:
    """Membership as ``team.formed`` says; forming the team again replaces it from then on."""
    scope = f"team:{event.data['team']}"
    _end(connection, ledger, position, event.time, grants.c.scope == scope, grants.c.grant_id.like("team:%"))
    for number, member in enumerate(event.data["members"]):
        _give(
            connection,
            ledger,
            position,
            grant_id=f"{scope}:{number}",
            sub=member["person"],
            role=TEAM_ROLES.get(member["role"], "team_member"),
            scope=scope,
            valid_from=event.time,
            person_name=member["name"],
        )


def _give(
    connection: Connection,
    ledger: str,
    position: int,
    *,
    grant_id: str,
    sub: str,
    role: str,
    scope: str,
    valid_from: str,
    valid_until: str | None = None,
    person_name: str | None = None,
) -> None:
    connection.execute(
        insert(grants).values(
            ledger=ledger,
            given_position=position,
            grant_id=grant_id,
            sub=sub,
            role=role,
            scope=scope,
            valid_from=valid_from,
            valid_until=valid_until,
            person_name=person_name,
        )
    )


def _end(connection: Connection, ledger: str, position: int, until: str, *which: Any) -> None:
    connection.execute(
        update(grants)
        .where(grants.c.ledger == ledger, grants.c.ended_position.is_(None), *which)
        .values(ended_position=position, ended_until=until)
    )


def settings_of(connection: Connection, ledger: str) -> LedgerSettings | None:
    """Settings of ``ledger``, or None while this service does not know it."""
    row = connection.execute(_SETTINGS_OF, {"of_ledger": ledger}).first()
    return None if row is None else _settings(row)


def known_ledgers(connection: Connection) -> tuple[LedgerSettings, ...]:
    """Every ledger that this service knows, by name of the ledger."""
    return tuple(_settings(row) for row in connection.execute(select(ledgers).order_by(ledgers.c.ledger)))


def grants_of(
    connection: Connection, ledger: str, sub: str, at: datetime, position: int | None = None
) -> tuple[Grant, ...]:
    """Grants of ``sub`` that are in force at ``at`` (aware), in the order in which they were given.

    ``position``: as known from the first ``position`` events only; None: as known now.
    """
    moment = instant(at)
    found = _read(connection, ledger, position, sub)
    return tuple(known.grant for known in found if known.grant.holds_at(moment))


def known_grants(connection: Connection, ledger: str, position: int | None = None) -> tuple[KnownGrant, ...]:
    """Every grant that was ever given, whether or not it is in force, in the order of giving.

    ``position``: as known from the first ``position`` events only; None: as known now.
    """
    return tuple(_read(connection, ledger, position))


def first_admins(connection: Connection, ledger: str) -> tuple[Grant, ...]:
    """The grants that position 0 gave, as it gave them: open, whatever has ended since."""
    query = select(grants).where(
        grants.c.ledger == ledger,
        grants.c.valid_from == BEGINNING,
        grants.c.grant_id.startswith(FIRST_ADMIN, autoescape=True),
    )
    return tuple(
        Grant(row.grant_id, row.sub, row.role, row.scope, row.valid_from)
        for row in connection.execute(query.order_by(grants.c.grant_id))
    )


def people(connection: Connection, ledger: str, at: datetime) -> tuple[Person, ...]:
    """Everybody who holds a grant in force at ``at``, by ``sub``."""
    moment = instant(at)
    held: dict[str, list[Grant]] = {}
    names: dict[str, str] = {}
    for known in _read(connection, ledger, None):
        if known.grant.holds_at(moment):
            held.setdefault(known.grant.sub, []).append(known.grant)
            if known.person:
                names[known.grant.sub] = known.person
    return tuple(Person(sub, names.get(sub, ""), tuple(held[sub])) for sub in sorted(held))


def _read(
    connection: Connection, ledger: str, position: int | None, sub: str | None = None
) -> Iterable[KnownGrant]:
    asked = _ASK_GIVEN if sub is None else _ASK_GIVEN_TO
    for row in asked.rows(connection, {"of_ledger": ledger, "to_sub": sub}):
        grant_id, to, role, scope, person, start, until, ended_until, given, ended = row
        if position is not None and given >= position:
            break
        told = ended is not None and (position is None or ended < position)
        ends = [end for end in (until, ended_until if told else None) if end is not None]
        grant = Grant(grant_id, to, role, scope, start, min(ends) if ends else None)
        yield KnownGrant(grant, given, ended if told else None, person or "")


def _settings(row: Row[Any]) -> LedgerSettings:
    return LedgerSettings(
        ledger=row.ledger,
        org=row.org,
        cycle=row.cycle,
        name=row.name,
        timezone=row.timezone,
        simulated=row.clock == "simulated",
        topic=row.topic,
    )
