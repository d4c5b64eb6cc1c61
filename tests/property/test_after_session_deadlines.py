"""When answers and reports are due, on calendar dates in the ledger's zone while the servers run in UTC."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.calendar_form import Calendar, Due, read
from services.inspections.calendar_text import parsed
from services.inspections.deciding.due_after import last_day, reflection_due, response_due
from services.inspections.known import Known
from services.inspections.planned import Adopted
from services.inspections.state import Round, Slot, State, Visit
from shared.events.envelope import instant
from tests.support.deciding import RULEBOOK, rulebook

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, LAST = date(2020, 11, 9), date(2020, 11, 20)
KNOWN = Known(812, "Asia/Ho_Chi_Minh", rulebook(), {})
days = st.dates(FIRST, LAST)
counts = st.integers(0, 30)
seconds = st.integers(-3 * 86400, 3 * 86400)
instants = st.datetimes(
    datetime.fromisoformat("2020-11-09"), datetime.fromisoformat("2020-12-20"), timezones=st.just(UTC)
)


@pytest.fixture(autouse=True, scope="module")
def server_zone() -> Iterator[None]:
    """Servers run in UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def a_calendar() -> Calendar:
    found, _, faults = read(parsed((RULEBOOK.parent / "calendar.yaml").read_text("utf-8")))
    assert found is not None, faults
    return found


CALENDAR = a_calendar()


def state(*calendars: Calendar, **sessions: date) -> State:
    """A round with these versions of its calendar; each unit with its session, all of one team."""
    held = Round("DOT-2020", FIRST, LAST, 3, calendar="lich-2020")
    versions = tuple(
        Adopted(one, instant(datetime(2020, 10, n, tzinfo=UTC)), "12-KH", "")
        for n, one in enumerate(calendars, start=1)
    )
    visits = {
        unit: Visit(unit, (Slot("DKT-1", day, "MORNING", 1, "2020-10-05T00:00:00.000000Z"),))
        for unit, day in sessions.items()
    }
    return State(
        rounds=MappingProxyType({"DOT-2020": held}),
        visits=MappingProxyType(visits),
        calendars=MappingProxyType({"lich-2020": versions} if versions else {}),
    )


def answering(count: int) -> Calendar:
    return replace(CALENDAR, adjustment_response=Due("days_after_conclusion", days=count))


def reporting(count: int) -> Calendar:
    return replace(CALENDAR, reflection_reports=Due("days_after_inspection", days=count))


@for_all(asked=instants, count=counts, off=seconds)
def test_an_adjustment_is_answered_until_the_end_of_the_local_day_so_many_days_after_it(
    asked: datetime, count: int, off: int
) -> None:
    told = state(answering(count), A=FIRST)
    due = response_due(told, KNOWN, told.visit("A"), instant(asked))
    assert due is not None
    assert due > asked
    moment = due + timedelta(seconds=off)
    passed = (moment.astimezone(ZONE).date() - asked.astimezone(ZONE).date()).days
    assert (moment < due) == (passed <= count)
    assert last_day(due, ZONE) == asked.astimezone(ZONE).date() + timedelta(days=count)


@for_all(day=days, count=counts, off=seconds)
def test_a_report_is_sent_until_the_end_of_the_local_day_so_many_days_after_the_session(
    day: date, count: int, off: int
) -> None:
    due = reflection_due(state(reporting(count), A=day), KNOWN, "DKT-1", "A")
    assert due is not None
    moment = due + timedelta(seconds=off)
    assert (moment < due) == ((moment.astimezone(ZONE).date() - day).days <= count)
    assert last_day(due, ZONE) == day + timedelta(days=count)


@for_all(first=days, second=days, count=counts)
def test_a_report_about_the_round_counts_from_the_last_session_of_the_team(
    first: date, second: date, count: int
) -> None:
    told = state(reporting(count), A=first, B=second)
    alone = reflection_due(told, KNOWN, "DKT-1", "A" if first > second else "B")
    assert reflection_due(told, KNOWN, "DKT-1", None) == alone


@for_all(asked=instants, old=counts, new=counts)
def test_the_version_of_the_calendar_in_force_says_how_long_there_is(
    asked: datetime, old: int, new: int
) -> None:
    told, alone = state(answering(old), answering(new), A=FIRST), state(answering(new), A=FIRST)
    visit = told.visit("A")
    assert response_due(told, KNOWN, visit, instant(asked)) == response_due(
        alone, KNOWN, visit, instant(asked)
    )


@for_all(asked=instants, count=st.integers(1, 10))
def test_counted_in_working_days_an_answer_is_never_due_on_a_day_of_rest(asked: datetime, count: int) -> None:
    calendar = replace(
        CALENDAR, adjustment_response=Due("days_after_conclusion", days=count, day_count="working")
    )
    told = state(calendar, A=FIRST)
    due = response_due(told, KNOWN, told.visit("A"), instant(asked))
    assert due is not None
    assert calendar.is_working(last_day(due, ZONE))


def test_a_conclusion_after_midnight_there_counts_from_that_day_although_servers_say_the_day_before() -> None:
    told = state(CALENDAR, A=FIRST)
    asked = datetime(2020, 11, 9, 17, 30, tzinfo=UTC)  # half past midnight of the 10th, there
    due = response_due(told, KNOWN, told.visit("A"), instant(asked))
    assert due == datetime(2020, 11, 14, tzinfo=ZONE)
    assert last_day(due, ZONE) == date(2020, 11, 13)


def test_without_a_calendar_a_session_or_a_word_of_it_nothing_is_due() -> None:
    asked = "2020-11-09T09:00:00.000000Z"
    none = state(A=FIRST)
    silent = state(replace(CALENDAR, adjustment_response=None, reflection_reports=None), A=FIRST)
    for told in (none, silent):
        assert response_due(told, KNOWN, told.visit("A"), asked) is None
        assert reflection_due(told, KNOWN, "DKT-1", None) is None
    assert reflection_due(state(CALENDAR, A=FIRST), KNOWN, "DKT-2", None) is None
    assert response_due(state(CALENDAR), KNOWN, Visit("A"), asked) is None
