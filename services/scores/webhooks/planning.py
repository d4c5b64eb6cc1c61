"""The projection that writes down what is to be told: it follows the ledger that all services agree on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from services.scores.tables import metadata
from services.scores.webhooks.concern import FOLLOWED, NOBODY, Concern, Concerns, told
from services.scores.webhooks.deliveries import body_of, plan, planned
from services.scores.webhooks.subscriptions import Subscription, standing
from shared.events import Event
from shared.events.catalogue import interpret
from shared.events.envelope import instant
from shared.ledger import reader
from shared.ledger.reader import LedgerRow


class WebhookPlans:
    """The projection ``webhooks``.  A ledger without webhooks costs one query a batch."""

    name = "webhooks"
    metadata = metadata

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._followed: dict[str, tuple[int, Concerns]] = {}

    def apply(self, connection: Connection, ledger: str, rows: Sequence[LedgerRow]) -> None:
        """Plan a delivery for each webhook that an event of ``rows`` concerns."""
        hooks = standing(connection, ledger)
        if not hooks:
            self._followed.pop(ledger, None)
            return
        concerns = self._up_to(connection, ledger, rows[0].position)
        self._followed.pop(ledger)  # until all of ``rows`` is taken: half a batch must not be taken twice
        now = instant(self._now())
        plan(
            connection,
            [
                row
                for position, event, concern in _taken(concerns, rows)
                for row in _planned(ledger, hooks, position, event, concern, now)
            ],
        )
        self._followed[ledger] = (rows[-1].position + 1, concerns)

    def reset(self, connection: Connection, ledger: str) -> None:
        """Nothing: what was told cannot be taken back, and what is planned twice is told once."""

    def _up_to(self, connection: Connection, ledger: str, position: int) -> Concerns:
        known = self._followed.get(ledger)
        if known is None or known[0] != position:
            concerns = Concerns()
            for _ in _taken(concerns, reader.rows(connection, ledger, 0, position)):
                pass
            known = self._followed[ledger] = (position, concerns)
        return known[1]


def _taken(concerns: Concerns, rows: Iterable[LedgerRow]) -> Iterable[tuple[int, Event, Concern]]:
    for row in rows:
        if row.type in FOLLOWED and interpret(row.event) is None:
            yield row.position, row.event, concerns.take(row.position, row.event)


def _planned(
    ledger: str, hooks: Sequence[Subscription], position: int, event: Event, concern: Concern, now: str
) -> Iterable[dict[str, object]]:
    if concern == NOBODY:
        return
    for hook in hooks:
        content = told(event, concern, hook.department) if hook.wants(position, event.type) else None
        if content is not None:
            body = body_of(event.type, event.time, position, content)
            yield planned(ledger, hook.webhook, position, event.id, event.type, body, now)
