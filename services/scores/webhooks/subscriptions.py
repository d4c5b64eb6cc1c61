"""Who wants to be told: the webhooks of a ledger's departments."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from services.scores.tables import webhooks
from shared.decisions import Refused

MAX_OF_DEPARTMENT = 10
SECRET_BYTES = 32
_W = webhooks.c


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook.  ``types``: event types wanted, empty = all that concern the department.

    ``from_position``: the first event that is told.  ``secret``: signs; shown when it is made, never again.
    """

    ledger: str
    webhook: str
    department: str
    url: str
    secret: str
    types: tuple[str, ...]
    from_position: int
    made_at: str
    made_by: str
    ended_at: str | None = None

    def wants(self, position: int, type_: str) -> bool:
        """Whether an event of that type, there, is to be told."""
        return position >= self.from_position and (not self.types or type_ in self.types)


def make(
    connection: Connection,
    ledger: str,
    department: str,
    url: str,
    types: Sequence[str],
    *,
    from_position: int,
    now: str,
    sub: str,
) -> Subscription:
    """Keep a new webhook with a fresh secret.  Raises ``Refused`` when the department has enough of them."""
    standing = select(func.count()).where(
        _W.ledger == ledger, _W.department == department, _W.ended_at.is_(None)
    )
    if (connection.scalar(standing) or 0) >= MAX_OF_DEPARTMENT:
        raise Refused(
            "too-many-webhooks",
            f"{department} đã có {MAX_OF_DEPARTMENT} webhook đang dùng; bỏ bớt rồi tạo mới.",
            f"{department} has {MAX_OF_DEPARTMENT} webhooks already; end one first.",
            status=409,
        )
    made = Subscription(
        ledger,
        str(uuid.uuid4()),
        department,
        url,
        "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii"),
        tuple(types),
        from_position,
        now,
        sub,
    )
    connection.execute(
        insert(webhooks).values(
            ledger=ledger,
            webhook=made.webhook,
            department=department,
            url=url,
            secret=made.secret,
            types=json.dumps(list(types)),
            from_position=from_position,
            made_at=now,
            made_by=sub,
        )
    )
    return made


def of_departments(connection: Connection, ledger: str, departments: Sequence[str]) -> list[Subscription]:
    """Every webhook of ``departments``, ended ones too, oldest first."""
    query = select(webhooks).where(_W.ledger == ledger, _W.department.in_(departments))
    return [_read(row) for row in connection.execute(query.order_by(_W.made_at, _W.webhook))]


def standing(connection: Connection, ledger: str | None = None) -> list[Subscription]:
    """Webhooks that have not ended, of one ledger or of all."""
    query = select(webhooks).where(_W.ended_at.is_(None))
    if ledger is not None:
        query = query.where(_W.ledger == ledger)
    return [_read(row) for row in connection.execute(query.order_by(_W.ledger, _W.webhook))]


def find(
    connection: Connection, ledger: str, webhook: str, departments: Sequence[str]
) -> Subscription | None:
    """The webhook of that name if it is one of ``departments``; another department's is not there."""
    query = select(webhooks).where(_W.ledger == ledger, _W.webhook == webhook, _W.department.in_(departments))
    row = connection.execute(query).one_or_none()
    return None if row is None else _read(row)


def end(connection: Connection, ledger: str, webhook: str, now: str) -> None:
    """Tell it nothing more; ending twice changes nothing."""
    connection.execute(
        update(webhooks)
        .where(_W.ledger == ledger, _W.webhook == webhook, _W.ended_at.is_(None))
        .values(ended_at=now)
    )


def _read(row: Row[Any]) -> Subscription:
    return Subscription(
        row.ledger,
        row.webhook,
        row.department,
        row.url,
        row.secret,
        tuple(json.loads(row.types)),
        row.from_position,
        row.made_at,
        row.made_by,
        row.ended_at,
    )
