"""What ``/readyz`` says of the shadow: not ready while an alarm is open."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from services.ranking.shadow.alarms import open_counts
from shared.database import read_transaction
from shared.web.health import Check


def shadow_check(engine: Engine) -> Callable[[], Check]:
    """A check that no two folds differ."""

    def check() -> Check:
        with read_transaction(engine) as connection:
            counts = open_counts(connection)
        if not counts:
            return Check(True, "no difference is open")
        return Check(False, "; ".join(f"{ledger}: {count} open" for ledger, count in sorted(counts.items())))

    return check
