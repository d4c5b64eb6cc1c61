"""Every deadline rule of the calendar, in zones with and without summer time, whatever the server's zone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.calendar_form import Calendar, Due, read
from services.inspections.calendar_text import parsed
from services.inspections.deciding.deadlines import counted_day, cut_off, pack_due
from services.inspections.planned import Adopted
from services.inspections.state import Round, Slot, Visit
from shared.events.envelope import instant
from tests.support.deciding import RULEBOOK

ZONES = ["Asia/Ho_Chi_Minh", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
MIDNIGHT_ZONES = ["America/Havana", "Asia/Beirut"]  # the clock changes at midnight itself
FIRST, LAST = datetime.fromisoformat("2019-01-01"), datetime.fromisoformat("2021-12-31")
walls = st.datetimes(FIRST, LAST)
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(2019, 1, 1), date(2021, 12, 31))
counts = st.integers(0, 30)
seconds = st.integers(-3 * 86400, 3 * 86400)


def a_calendar() -> Calendar:
    found, _, faults = read(parsed((RULEBOOK.parent / "calendar.yaml").read_text("utf-8")))
    assert found is not None, faults
    return found


CALENDAR = a_calendar()
holidays = st.lists(days, max_size=12).map(lambda given: tuple(sorted(set(given))))


@pytest.fixture(autouse=True, scope="module")
def server_zone() -> Iterator[None]:
    """Servers run in UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def in_time(due: datetime | None, moment: datetime) -> bool:
    assert due is not None
    return moment < due


@for_all(day=days, zone=zones, off=seconds)
def test_a_date_is_met_exactly_while_its_local_day_lasts(day: date, zone: ZoneInfo, off: int) -> None:
    due = cut_off(Due("date", day=day), CALENDAR, zone)
    assert due is not None
    moment = due + timedelta(seconds=off)
    assert in_time(due, moment) == (moment.astimezone(zone).date() <= day)


@for_all(day=days, zone=st.sampled_from(MIDNIGHT_ZONES).map(ZoneInfo), off=seconds)
def test_where_the_clock_changes_at_midnight_the_whole_local_day_is_still_in_time(
    day: date, zone: ZoneInfo, off: int
) -> None:
    due = cut_off(Due("date", day=day), CALENDAR, zone)
    assert due is not None
    moment = due + timedelta(seconds=off)
    if moment.astimezone(zone).date() <= day:
        assert in_time(due, moment)
    if (moment - timedelta(hours=1)).astimezone(zone).date() > day:
        assert not in_time(due, moment)


@for_all(wall=walls, zone=zones, off=seconds)
def test_an_instant_of_the_clock_counts_to_the_end_of_its_second(
    wall: datetime, zone: ZoneInfo, off: int
) -> None:
    wall = wall.replace(microsecond=0)
    there = wall.replace(tzinfo=zone)
    assume(there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall)  # it exists
    assume(there.utcoffset() == there.replace(fold=1).utcoffset())  # and once
    due = cut_off(Due("at", wall=wall), CALENDAR, zone)
    moment = there.astimezone(UTC) + timedelta(seconds=off)
    assert in_time(due, moment) == (off <= 0)
    assert in_time(due, there.astimezone(UTC) + timedelta(microseconds=999_999))


@for_all(day=days, count=counts, zone=zones, off=seconds)
def test_days_before_an_inspection_are_whole_local_days(
    day: date, count: int, zone: ZoneInfo, off: int
) -> None:
    due = cut_off(Due("days_before_inspection", days=count), CALENDAR, zone, inspection=day)
    assert due is not None
    moment = due + timedelta(seconds=off)
    assert in_time(due, moment) == ((day - moment.astimezone(zone).date()).days >= count)


@for_all(day=days, count=counts, zone=zones, off=seconds)
def test_days_after_an_inspection_are_whole_local_days(
    day: date, count: int, zone: ZoneInfo, off: int
) -> None:
    due = cut_off(Due("days_after_inspection", days=count), CALENDAR, zone, inspection=day)
    assert due is not None
    moment = due + timedelta(seconds=off)
    assert in_time(due, moment) == ((moment.astimezone(zone).date() - day).days <= count)


@for_all(
    concluded=instants,
    count=counts,
    zone=zones,
    off=seconds,
)
def test_days_after_a_conclusion_count_from_its_local_day(
    concluded: datetime, count: int, zone: ZoneInfo, off: int
) -> None:
    due = cut_off(Due("days_after_conclusion", days=count), CALENDAR, zone, concluded=concluded)
    assert due is not None
    moment = due + timedelta(seconds=off)
    passed = moment.astimezone(zone).date() - concluded.astimezone(zone).date()
    assert in_time(due, moment) == (passed.days <= count)
    assert concluded < due


@for_all(opened=instants)
def test_before_the_opening_is_before_that_very_instant(opened: datetime) -> None:
    due = cut_off(Due("before"), CALENDAR, ZoneInfo("Asia/Ho_Chi_Minh"), opened=opened)
    assert due == opened
    assert not in_time(due, opened)
    assert in_time(due, opened - timedelta(microseconds=1))


@pytest.mark.parametrize(
    "kind", ["before", "days_before_inspection", "days_after_inspection", "days_after_conclusion"]
)
def test_what_counts_from_something_that_has_not_happened_is_not_due_yet(kind: str) -> None:
    assert cut_off(Due(kind, days=3), CALENDAR, ZoneInfo("Asia/Ho_Chi_Minh")) is None


@for_all(day=days, count=st.integers(-20, 20), free=holidays)
def test_working_days_pass_over_weekends_and_holidays_without_counting_them(
    day: date, count: int, free: tuple[date, ...]
) -> None:
    calendar = replace(CALENDAR, holidays=free)
    found = counted_day(day, count, calendar, "working")
    step = 1 if count > 0 else -1
    between = [day + timedelta(days=step * n) for n in range(1, abs((found - day).days) + 1)]
    assert sum(calendar.is_working(one) for one in between) == abs(count)
    assert count == 0 or calendar.is_working(found)


@for_all(day=days, count=counts, free=holidays, zone=zones)
def test_the_calendars_own_day_count_outranks_the_rulebooks(
    day: date, count: int, free: tuple[date, ...], zone: ZoneInfo
) -> None:
    calendar = replace(CALENDAR, holidays=free)
    stated = Due("days_before_inspection", days=count, day_count="working")
    silent = Due("days_before_inspection", days=count)
    assert cut_off(stated, calendar, zone, inspection=day) == cut_off(
        silent, calendar, zone, inspection=day, day_count="working"
    )


# --- the pack, by versions of the calendar

HELD = Round("DOT-2020", date(2020, 11, 9), date(2020, 11, 20), 9, calendar="lich-2020")
HCM = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2020, 10, 28, tzinfo=UTC)


def adopted(version: int, before: int, since: datetime) -> Adopted:
    calendar = replace(CALENDAR, version=version, document_pack=Due("days_before_inspection", days=before))
    return Adopted(calendar, instant(since), "12-KH", "")


def slot(day: date, version: int, since: datetime) -> Slot:
    return Slot("DKT-1", day, "MORNING", version, instant(since))


def test_a_pack_is_met_at_2359_59_on_the_third_day_before_and_missed_at_midnight() -> None:
    visit = Visit("QH-Q01", (slot(date(2020, 11, 9), 1, START),))
    due = pack_due(visit, HELD, [adopted(1, 3, START)], HCM)
    assert due.at == datetime(2020, 11, 6, 17, tzinfo=UTC)  # 00:00 of the 7th in the ledger's zone
    assert in_time(due.at, datetime(2020, 11, 6, 23, 59, 59, tzinfo=HCM))
    assert not in_time(due.at, datetime(2020, 11, 7, tzinfo=HCM))
    assert due.calendar is not None
    assert due.calendar.version == 1


def test_without_a_calendar_the_rounds_own_days_say_when_a_pack_is_due() -> None:
    visit = Visit("QH-Q01", (slot(date(2020, 11, 16), 1, START),))
    due = pack_due(visit, HELD, [], HCM)
    assert (due.at, due.calendar) == (datetime(2020, 11, 7, 17, tzinfo=UTC), None)


@for_all(
    changes=st.lists(
        st.tuples(st.booleans(), st.integers(0, 11), st.integers(0, 9), st.integers(1, 20 * 86400)),
        min_size=1,
        max_size=6,
        unique_by=lambda change: change[3],
    )
)
def test_no_move_and_no_new_calendar_brings_a_missed_deadline_back(
    changes: list[tuple[bool, int, int, int]],
) -> None:
    slots = [slot(date(2020, 11, 9), 1, START)]
    versions = [adopted(1, 3, START)]
    due = pack_due(Visit("QH-Q01", tuple(slots)), HELD, versions, HCM)
    for is_move, day, before, at in sorted(changes, key=lambda change: change[3]):
        moment = START + timedelta(seconds=at)
        if is_move:
            slots.append(slot(date(2020, 11, 9) + timedelta(days=day), len(slots) + 1, moment))
        else:
            versions.append(adopted(len(versions) + 1, before, moment))
        new = pack_due(Visit("QH-Q01", tuple(slots)), HELD, versions, HCM)
        if moment >= due.at:
            assert new == due
        due = new
