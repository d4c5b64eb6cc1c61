"""What a decider is given beside state and command: who speaks, and when.  Pure: no web, no database.

The command route's ``Act`` is one; a test may make another.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from shared.access import Target
from shared.decisions import Refused
from shared.events.envelope import instant


class Stated(Protocol):
    """An event or a draft of one: what the fold reads of it."""

    @property
    def type(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def data(self) -> dict[str, Any]: ...


class Speaker(Protocol):
    """Who states a fact, in one hat."""

    @property
    def sub(self) -> str: ...

    @property
    def scope(self) -> str: ...

    @property
    def role(self) -> str: ...

    def facts(
        self,
        *,
        responsible: str | None = None,
        occurred_at: str | None = None,
        base_position: int | None = None,
    ) -> dict[str, Any]:
        """What the ``data`` of every event begins with."""


class Caller(Protocol):
    """Who calls; ``now`` is the ledger's own time, aware."""

    @property
    def now(self) -> datetime: ...

    def authorise(self, target: Target, operation: str | None = None) -> Speaker:
        """The hat that allows it.  Raises ``AccessDenied`` or ``HatNeeded``."""


def check_happened(occurred_at: str | None, now: datetime) -> None:
    """Refuse what is said to have happened after ``now``; written instants sort as text."""
    stated = instant(now)
    if occurred_at is not None and occurred_at > stated:
        raise Refused(
            "in-the-future",
            f"Thời điểm xảy ra {occurred_at} ở sau bây giờ ({stated}).",
            f"It is said to have happened at {occurred_at}, after now ({stated}).",
            field="occurred_at",
            value=occurred_at,
        )


def without_none(**about: Any) -> dict[str, Any]:
    """``about`` without the entries that are None or empty tuples; tuples become lists."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in about.items()
        if value is not None and value != ()
    }


def check_span(start: str, until: str | None) -> None:
    """Refuse an end (exclusive, None = open) that does not lie after its start; both are instants."""
    if until is not None and until <= start:
        raise Refused(
            "period-reversed",
            "Thời điểm hết hạn phải sau thời điểm bắt đầu.",
            "The end must lie after the start.",
            field="until",
            value=until,
        )


def check_day(day: str, today: date) -> None:
    """Refuse a decision dated after ``today`` (both in the ledger's zone)."""
    if date.fromisoformat(day) > today:
        raise Refused(
            "in-the-future",
            f"Ngày {day} ở tương lai; hôm nay là {today.isoformat()}.",
            f"{day} is in the future; today is {today.isoformat()}.",
            field="date",
            value=day,
        )
