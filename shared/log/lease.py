"""A lease: a row that names who does a thing that one process should do.  Two at once are only wasteful."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.database import is_postgres, write_transaction
from shared.events.envelope import instant
from shared.ledger.tables import leases


class Lease:
    """The lease ``name`` for ``holder``, good for ``seconds`` after each :meth:`hold`."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        holder: str,
        *,
        seconds: float = 10,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._name = name
        self._holder = holder
        self._length = timedelta(seconds=seconds)
        self._now = now
        self._renew_at: datetime | None = None

    def hold(self) -> bool:
        """Take or renew the lease; whether it is ours now.  Asks the database only when a third is over."""
        now = self._now()
        if self._renew_at is not None and now < self._renew_at:
            return True
        until = instant(now + self._length)
        with write_transaction(self._engine) as connection:
            make = postgresql.insert if is_postgres(connection) else sqlite.insert
            inserted = connection.execute(
                make(leases)
                .values(name=self._name, holder=self._holder, until=until)
                .on_conflict_do_nothing()
            )
            ours = (
                inserted.rowcount == 1
                or connection.execute(
                    update(leases)
                    .where(
                        leases.c.name == self._name,
                        or_(leases.c.holder == self._holder, leases.c.until < instant(now)),
                    )
                    .values(holder=self._holder, until=until)
                ).rowcount
                == 1
            )
        self._renew_at = now + self._length / 3 if ours else None
        return ours

    def release(self) -> None:
        """Give the lease back, if it is ours, so that another need not wait for its end."""
        self._renew_at = None
        with write_transaction(self._engine) as connection:
            connection.execute(
                delete(leases).where(leases.c.name == self._name, leases.c.holder == self._holder)
            )
