"""What is to be told to a webhook, and what became of it.

A delivery is planned once for each webhook and position, tried with growing pauses for three days, then given
up; whoever keeps the webhook may have it told again for as long as it is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.scores.tables import deliveries
from shared.database import is_postgres
from shared.events.envelope import instant, parse_instant

GIVEN_UP_AFTER = timedelta(days=3)
KEPT_FOR = timedelta(days=30)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=6)
PING = -1
PING_TYPE = "webhook.ping"
_D = deliveries.c


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook.  ``state``: waiting, delivered, or given_up."""

    ledger: str
    webhook: str
    position: int
    message: str
    type: str
    body: bytes
    planned_at: str
    attempts: int
    next_at: str | None
    delivered_at: str | None
    last_answer: str | None

    @property
    def state(self) -> str:
        """What became of it."""
        if self.delivered_at is not None:
            return "delivered"
        return "waiting" if self.next_at is not None else "given_up"


def body_of(type_: str, time: str, position: int | None, event: bytes) -> bytes:
    """What is sent: type, time of the event, and in ``data`` its position and the event, byte for byte."""
    head = orjson.dumps({"type": type_, "timestamp": time})
    return head[:-1] + b',"data":{"position":%s,"event":%s}}' % (orjson.dumps(position), event)


def planned(
    ledger: str, webhook: str, position: int, message: str, type_: str, body: bytes, now: str
) -> dict[str, Any]:
    """The row of a new delivery, due at once."""
    return {
        "ledger": ledger,
        "webhook": webhook,
        "position": position,
        "message": message,
        "type": type_,
        "body": body,
        "planned_at": now,
        "attempts": 0,
        "next_at": now,
        "delivered_at": None,
        "last_answer": None,
    }


def plan(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write down what is to be told; what was planned before stays as it is."""
    if rows:
        make = postgresql.insert if is_postgres(connection) else sqlite.insert
        connection.execute(make(deliveries).on_conflict_do_nothing(), list(rows))


def plan_ping(connection: Connection, ledger: str, webhook: str, now: str) -> None:
    """Plan a ping in place of the last one."""
    connection.execute(delete(deliveries).where(_at(ledger, webhook, PING)))
    body = body_of(PING_TYPE, now, None, orjson.dumps(None))
    plan(connection, [planned(ledger, webhook, PING, f"ping-{uuid.uuid4()}", PING_TYPE, body, now)])


def plan_again(connection: Connection, ledger: str, webhook: str, position: int, now: str) -> bool:
    """Have it told once more, from the beginning; False when it is not kept."""
    changed = connection.execute(
        update(deliveries)
        .where(_at(ledger, webhook, position))
        .values(planned_at=now, attempts=0, next_at=now, delivered_at=None, last_answer=None)
    )
    return changed.rowcount == 1


def of_webhook(connection: Connection, ledger: str, webhook: str, after: int, limit: int) -> list[Delivery]:
    """Deliveries of a webhook behind a position, in order."""
    query = select(deliveries).where(_D.ledger == ledger, _D.webhook == webhook, _D.position > after)
    return _all(connection, query.order_by(_D.position).limit(limit))


def latest(connection: Connection, ledger: str, webhook: str, limit: int) -> list[Delivery]:
    """Deliveries of a webhook, the last position first, a ping before all."""
    query = select(deliveries).where(_D.ledger == ledger, _D.webhook == webhook)
    return _all(connection, query.order_by(_D.position != PING, _D.position.desc()).limit(limit))


def one(connection: Connection, ledger: str, webhook: str, position: int) -> Delivery | None:
    """The delivery of one position."""
    return next(iter(_all(connection, select(deliveries).where(_at(ledger, webhook, position)))), None)


def due(connection: Connection, ledger: str, webhook: str, now: str, limit: int) -> list[Delivery]:
    """What is to be told to a webhook at ``now``, in order of position."""
    query = select(deliveries).where(_D.ledger == ledger, _D.webhook == webhook, _D.next_at <= now)
    return _all(connection, query.order_by(_D.position).limit(limit))


def claim(connection: Connection, found: Delivery, until: str) -> bool:
    """Take it for one attempt until then, unless another process has: a crash leaves it to be tried again."""
    taken = connection.execute(
        update(deliveries)
        .where(_at(found.ledger, found.webhook, found.position), _D.next_at == found.next_at)
        .values(next_at=until)
    )
    return taken.rowcount == 1


def record(
    connection: Connection,
    found: Delivery,
    claimed: str,
    *,
    delivered: bool,
    answer: str,
    now: datetime,
    chance: float,
) -> None:
    """Write down what came of an attempt; when there is to be another, after a pause.

    Nothing where somebody asked for it anew meanwhile: ``claimed`` is no longer its next time then.
    """
    attempts = found.attempts + 1
    again: datetime | None = None
    if not delivered:
        again = now + pause(attempts, chance)
        if again - parse_instant(found.planned_at) > GIVEN_UP_AFTER:
            again = None
    connection.execute(
        update(deliveries)
        .where(_at(found.ledger, found.webhook, found.position), _D.next_at == claimed)
        .values(
            attempts=attempts,
            next_at=None if again is None else instant(again),
            delivered_at=instant(now) if delivered else None,
            last_answer=answer[:200],
        )
    )


def pause(attempts: int, chance: float) -> timedelta:
    """Pause behind the n-th failed attempt (from 1): four times longer each time, up to a tenth more by
    ``chance`` (0 to 1), so that receivers that fell together are not hit together."""
    whole = min(FIRST_PAUSE * int(4 ** min(attempts - 1, 10)), LONGEST_PAUSE)
    return whole * (1 + chance / 10)


def forget_old(connection: Connection, now: datetime) -> None:
    """Drop what was done or given up long ago."""
    connection.execute(
        delete(deliveries).where(_D.next_at.is_(None), _D.planned_at < instant(now - KEPT_FOR))
    )


def _at(ledger: str, webhook: str, position: int) -> Any:
    return and_(_D.ledger == ledger, _D.webhook == webhook, _D.position == position)


def _all(connection: Connection, query: Select[Any]) -> list[Delivery]:
    return [_read(row) for row in connection.execute(query)]


def _read(row: Row[Any]) -> Delivery:
    return Delivery(
        row.ledger,
        row.webhook,
        row.position,
        row.message,
        row.type,
        bytes(row.body),
        row.planned_at,
        row.attempts,
        row.next_at,
        row.delivered_at,
        row.last_answer,
    )
