"""The business calendar: cut-offs as exclusive instants.  Pure; days are days of the ledger's zone.

A thing is in time when its instant lies *before* the cut-off (``instant < cut_off``).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def cut_off_date(day: date, zone: ZoneInfo) -> datetime:
    """The cut-off ``{date: day}``: the aware UTC instant at which the day after it begins in ``zone``."""
    return _utc(datetime.combine(day + timedelta(days=1), time()), zone)


def cut_off_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """The cut-off ``{at: moment}``: one second after the local wall time ``moment`` (naive, whole seconds).

    The second that is named still counts whole, so ``17:00:00`` means before 17:00:01.  Raises
    ``ValueError`` for an aware ``moment`` or one with a fraction of a second.
    """
    if moment.tzinfo is not None or moment.microsecond:
        raise ValueError(f"a local wall time of whole seconds is needed: {moment.isoformat()}")
    return _utc(moment, zone) + timedelta(seconds=1)


def days_before(day: date, days: int, zone: ZoneInfo) -> datetime:
    """The cut-off ``days`` days before ``day``: the end, in ``zone``, of the day that lies so far before.

    Three days before the 9th is the whole of the 6th, so before 00:00 of the 7th.
    """
    return cut_off_date(day - timedelta(days=days), zone)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The day of ``zone`` in which the aware ``moment`` lies."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(zone).date()


def _utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local wall time; of two, and across a gap, the later one, in favour of who is due."""
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
