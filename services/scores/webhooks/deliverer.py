"""The loop that tells: at least once, in order of positions while all goes well, each webhook by itself.

A receiver that fails costs nobody else anything: its attempts run beside those of the others, and after two
failures in a row it rests, for longer each time, before anything else is tried on it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Engine

from services.scores.webhooks import deliveries
from services.scores.webhooks.deliveries import Delivery
from services.scores.webhooks.sending import Answer, Message
from services.scores.webhooks.subscriptions import Subscription, standing
from shared.database import read_transaction, write_transaction
from shared.events.envelope import instant

IDLE_SECONDS = 0.5
AT_ONCE = 8
OF_A_ROUND = 100
FAILURES_IN_A_ROW = 2
LONGEST_REST = timedelta(minutes=5)
LEASE = timedelta(seconds=60)
"""Longer than any attempt takes: whoever died in one leaves it to be tried again then."""
CLEANED_EVERY = timedelta(hours=1)

_log = structlog.get_logger("webhooks")
Send = Callable[[Message, datetime], Answer]


class Deliverer:
    """Tells what is due.  Any number of them may run on one database; two never make the same attempt."""

    def __init__(
        self,
        engine: Engine,
        send: Send,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._send = send
        self._now = now
        self._chance = chance
        self._cleaned: datetime | None = None
        self._failed: dict[str, int] = {}  # by webhook: failures in a row
        self._rests: dict[str, datetime] = {}

    def step(self) -> bool:
        """One round over everything that is due; whether anything was."""
        self._clean()
        now = self._now()
        with read_transaction(self._engine) as connection:
            work = [
                (hook, found)
                for hook in standing(connection)
                if self._rests.get(hook.webhook, now) <= now
                and (found := deliveries.due(connection, hook.ledger, hook.webhook, instant(now), OF_A_ROUND))
            ]
        if not work:
            return False
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
            for done in [pool.submit(self._round, hook, found) for hook, found in work]:
                done.result()
        return True

    def _round(self, hook: Subscription, found: Sequence[Delivery]) -> None:
        for delivery in found:
            answer = self._attempt(hook, delivery)
            if answer is None:
                continue
            failed = 0 if answer.delivered else self._failed.get(hook.webhook, 0) + 1
            self._failed[hook.webhook] = failed
            if failed >= FAILURES_IN_A_ROW:
                rest = deliveries.pause(failed - FAILURES_IN_A_ROW + 1, self._chance())
                self._rests[hook.webhook] = self._now() + min(rest, LONGEST_REST)
                return

    def _attempt(self, hook: Subscription, delivery: Delivery) -> Answer | None:
        claimed = instant(self._now() + LEASE)
        with write_transaction(self._engine) as connection:
            if not deliveries.claim(connection, delivery, claimed):
                return None
        message = Message(delivery.message, hook.url, hook.secret, delivery.body)
        answer = self._send(message, self._now())
        with write_transaction(self._engine) as connection:
            deliveries.record(
                connection,
                delivery,
                claimed,
                delivered=answer.delivered,
                answer=answer.text,
                now=self._now(),
                chance=self._chance(),
            )
        tell = _log.info if answer.delivered else _log.warning
        tell(
            "webhook told" if answer.delivered else "webhook failed",
            ledger=hook.ledger,
            webhook=hook.webhook,
            position=delivery.position,
            attempt=delivery.attempts + 1,
            answer=answer.text,
        )
        return answer

    def _clean(self) -> None:
        now = self._now()
        if self._cleaned is None or now - self._cleaned >= CLEANED_EVERY:
            with write_transaction(self._engine) as connection:
                deliveries.forget_old(connection, now)
            self._cleaned = now


def run(deliverer: Deliverer, stop: threading.Event) -> None:
    """Step until ``stop``."""
    while not stop.is_set():
        if not deliverer.step():
            stop.wait(IDLE_SECONDS)
