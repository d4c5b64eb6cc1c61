"""Cut-offs of the business calendar (rulebook.md §10 gives the examples)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import cut_off_at, cut_off_date, days_before, local_date

HCMC = ZoneInfo("Asia/Ho_Chi_Minh")
# Zones whose clocks change at midnight, around it, or never; one that skipped a whole day.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Ho_Chi_Minh",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Asia/Beirut",
        "Pacific/Apia",
        "Africa/Cairo",
    )
]
days = st.dates(date(2000, 1, 2), date(2030, 12, 30))
zones = st.sampled_from(ZONES)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HCMC).astimezone(UTC)  # type: ignore[misc, arg-type]


def test_a_pack_is_in_time_until_the_last_moment_of_the_third_day_before() -> None:
    cut_off = days_before(date(2020, 11, 9), 3, HCMC)
    assert cut_off == datetime(2020, 11, 6, 17, 0, tzinfo=UTC)
    assert local(2020, 11, 6, 23, 59, 59, 999_000) < cut_off
    assert not local(2020, 11, 7) < cut_off


def test_a_named_second_counts_whole() -> None:
    cut_off = cut_off_at(datetime.fromisoformat("2020-12-15T17:00:00"), HCMC)
    assert local(2020, 12, 15, 17, 0, 0, 500_000) < cut_off
    assert not local(2020, 12, 15, 17, 0, 1) < cut_off


def test_a_date_is_open_until_its_day_ends() -> None:
    assert cut_off_date(date(2020, 12, 31), HCMC) == local(2021, 1, 1)


@pytest.mark.parametrize("moment", ["2020-01-01T17:00:00+00:00", "2020-01-01T17:00:00.000001"])
def test_only_whole_local_seconds_can_be_named(moment: str) -> None:
    with pytest.raises(ValueError, match="wall time"):
        cut_off_at(datetime.fromisoformat(moment), HCMC)


def test_a_naive_moment_has_no_local_date() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime.fromisoformat("2020-01-01T00:00:00"), HCMC)


@given(day=days, zone=zones, seconds=st.integers(-3 * 86_400, 3 * 86_400), micros=st.integers(0, 999_999))
def test_a_moment_of_the_day_itself_is_never_late_and_one_after_it_always_is(
    day: date, zone: ZoneInfo, seconds: int, micros: int
) -> None:
    cut_off = cut_off_date(day, zone)
    moment = cut_off + timedelta(seconds=seconds, microseconds=micros)
    if local_date(moment, zone) <= day:
        assert moment < cut_off
    if moment >= cut_off:
        assert local_date(moment, zone) > day


@given(day=days, zone=zones)
def test_the_cut_off_is_the_first_moment_of_a_later_day(day: date, zone: ZoneInfo) -> None:
    cut_off = cut_off_date(day, zone)
    assert local_date(cut_off, zone) > day
    # An hour earlier it is still that day, whatever the clocks do at midnight (but in a day that was
    # skipped, which has no moment of its own).
    before = local_date(cut_off - timedelta(hours=1, seconds=1), zone)
    assert before <= day


@given(day=days, zone=zones, count=st.integers(0, 30))
def test_days_before_count_back_from_the_day(day: date, zone: ZoneInfo, count: int) -> None:
    assert days_before(day, count, zone) == cut_off_date(day - timedelta(days=count), zone)
    assert days_before(day, count + 1, zone) <= days_before(day, count, zone)


@given(
    day=days,
    clock=st.times().map(lambda time: time.replace(microsecond=0)),
    zone=zones,
)
def test_a_wall_time_that_was_named_is_in_time(day: date, clock: time, zone: ZoneInfo) -> None:
    wall = datetime.combine(day, clock)
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        assert moment < cut_off_at(wall, zone)
