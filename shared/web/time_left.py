"""How long there is until an instant, or how long it is over, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.events.envelope import parse_instant
from shared.web.i18n import tr


@dataclass(frozen=True, slots=True)
class Left:
    """The time until an instant, or since it (``late``): whole days, and hours where it is less than one."""

    late: bool
    days: int
    hours: int


def left(until: str, now: str) -> Left:
    """The time from ``now`` to ``until`` (written instants).  An exclusive end is over at its own instant."""
    span = parse_instant(until) - parse_instant(now)
    late = span <= timedelta(0)
    hours = int(abs(span) / timedelta(hours=1))
    return Left(late, hours // 24, hours % 24)


def left_words(until: str, now: str) -> str:
    """The same in the language of the running request."""
    found = left(until, now)
    if found.days:
        words = tr(f"{found.days} ngày", f"{found.days} day" + ("s" if found.days > 1 else ""))
    else:
        words = tr(f"{found.hours} giờ", f"{found.hours} h")
    return tr(f"quá hạn {words}", f"{words} overdue") if found.late else tr(f"còn {words}", f"{words} left")
