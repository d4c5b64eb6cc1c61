"""When things happen in the story: local days and hours of the cycle, written as UTC instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.events.envelope import instant


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days of the story in the ledger's ``zone``."""

    zone: ZoneInfo

    def at(self, day: date, hour: int, minute: int = 0) -> str:
        """The instant of ``hour``:``minute`` on ``day``."""
        return instant(datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone))


# The story starts five weeks before the round and ends with the first publication after it.
SET_UP = date(2020, 10, 5)
ROUND = date(2020, 10, 12)
SELF_FIRST, SELF_DAYS = date(2020, 10, 19), 8
SELF_DUE = date(2020, 11, 1)
BODIES = (date(2020, 11, 2), date(2020, 11, 3), date(2020, 11, 4))
EXTERNAL_DUE = date(2020, 11, 5)
ANSWERS = date(2020, 11, 5)
DEPARTMENTS_DUE = date(2020, 11, 9)
PACKS = (date(2020, 11, 5), date(2020, 11, 6))
PROPOSALS = date(2020, 11, 7)
OUTAGE = date(2020, 11, 10)
CASES = LATE_PACK = date(2020, 11, 11)
CASES_DECIDED = date(2020, 11, 12)
MOVED_TO = date(2020, 11, 19)
MOVED = date(2020, 11, 10)
AMENDED = date(2020, 11, 13)
ANSWERED = date(2020, 11, 16)
MISSING_CAME = date(2020, 11, 16)
COMMITTEE = date(2020, 11, 17)
ROUND_CLOSED = date(2020, 11, 20)
EXCEPTIONS = date(2020, 11, 23)
PUBLICATION = date(2020, 11, 24)


def days_from(first: date, count: int) -> tuple[date, ...]:
    """``count`` days from ``first``, one after another."""
    return tuple(first + timedelta(days=step) for step in range(count))
