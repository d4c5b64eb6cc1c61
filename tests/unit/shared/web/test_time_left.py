"""How long there is until an instant, and in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.envelope import instant
from shared.web.time_left import Left, left, left_words

NOW = datetime(2020, 11, 5, 2, 0, tzinfo=UTC)
MOMENT = instant(NOW)


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [
        (0, Left(True, 0, 0)),  # an exclusive end is over at its own instant
        (1, Left(False, 0, 0)),
        (3600, Left(False, 0, 1)),
        (86400, Left(False, 1, 0)),
        (90000, Left(False, 1, 1)),
        (-86400, Left(True, 1, 0)),
    ],
)
def test_the_time_left_is_told_in_days_and_hours(seconds: int, wanted: Left) -> None:
    assert left(instant(NOW + timedelta(seconds=seconds)), MOMENT) == wanted


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2021, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001


@given(MOMENTS, MOMENTS)
def test_something_is_late_exactly_from_its_instant_on(until: datetime, now: datetime) -> None:
    found = left(instant(until), instant(now))
    assert found.late == (now >= until)
    assert timedelta(days=found.days, hours=found.hours) <= abs(until - now)


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [
        (0, "quá hạn 0 giờ"),
        (3600, "còn 1 giờ"),
        (2 * 86400, "còn 2 ngày"),
        (-3 * 86400, "quá hạn 3 ngày"),
    ],
)
def test_a_deadline_that_is_over_is_said_to_be_over(seconds: int, wanted: str) -> None:
    assert left_words(instant(NOW + timedelta(seconds=seconds)), MOMENT) == wanted
