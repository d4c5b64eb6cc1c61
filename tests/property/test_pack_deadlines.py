"""Whatever the day, the parts and the clock: a pack is in time exactly before its cut-off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspections.commands import ForwardPack, OpenCase, RecordOutage
from services.inspections.deciding.cases import is_due, touching
from services.inspections.deciding.packs import due_of, lacking
from services.inspections.pack_reading import pack_rows
from shared.decisions import Refused
from shared.events.envelope import instant, parse_instant
from tests.support.packs import (
    DUE,
    OFFICE,
    OWN,
    REQUIRED,
    SECRETARY,
    UNIT,
    ZONE,
    Story,
    pack,
    scheduled,
    sends,
)
from tests.support.zones import ZONES, process_in

WORKING_DAYS = [
    day.isoformat() for day in (date(2020, 11, 9) + timedelta(days=n) for n in range(12)) if day.weekday() < 5
]
MICROSECONDS = st.one_of(st.integers(-3, 3), st.integers(-200_000_000_000, 200_000_000_000))
PARTS = st.lists(st.tuples(MICROSECONDS, st.sets(st.sampled_from(REQUIRED), min_size=1)), max_size=6)


def wall(day: str) -> datetime:
    """The cut-off of a session on ``day`` as people read it: midnight after the third day before it."""
    before = date.fromisoformat(day) - timedelta(days=2)
    return datetime(before.year, before.month, before.day, tzinfo=ZONE)


def sent(parts: list[tuple[int, set[str]]]) -> Story:
    """The story of a unit that sends ``parts``, files and all, so many microseconds after the cut-off."""
    story = scheduled()
    for offset, documents in sorted(parts, key=lambda part: part[0]):
        sends(story, DUE + timedelta(microseconds=offset), *sorted(documents))
    return story


@given(day=st.sampled_from(WORKING_DAYS), offset=MICROSECONDS, zone=st.sampled_from(ZONES))
def test_a_pack_is_in_time_exactly_before_midnight_local_whatever_the_servers_zone(
    day: str, offset: int, zone: str
) -> None:
    story = scheduled(day=day)
    moment = (wall(day) + timedelta(microseconds=offset)).astimezone(UTC)
    with process_in(zone):
        data = story.states(pack(), OWN, moment).data
    assert data["on_time"] is (offset < 0)
    assert parse_instant(data["due"]) == wall(day)


@given(day=st.sampled_from(WORKING_DAYS), offset=MICROSECONDS, after=st.integers(0, 10**11))
def test_what_came_by_hand_is_in_time_by_when_it_came_however_late_it_is_recorded(
    day: str, offset: int, after: int
) -> None:
    story = scheduled(day=day)
    came = wall(day) + timedelta(microseconds=offset)
    command = pack(via="paper", occurred_at=instant(came.astimezone(UTC)), proof="CV-12")
    recorded = came + timedelta(microseconds=after)
    assert story.states(command, SECRETARY, recorded).data["on_time"] is (offset < 0)


@given(parts=PARTS)
def test_what_lacks_at_the_cut_off_is_what_no_part_in_time_filled(parts: list[tuple[int, set[str]]]) -> None:
    story = sent(parts)
    filled = {document for offset, documents in parts if offset < 0 for document in documents}
    visit = story.state.visit(UNIT)
    assert lacking(visit, REQUIRED, DUE) == [one for one in REQUIRED if one not in filled]
    assert len(visit.packs) == len(parts)


@given(parts=PARTS, offset=MICROSECONDS)
def test_a_case_opens_exactly_when_the_cut_off_is_past_and_the_pack_was_not_full_in_time(
    parts: list[tuple[int, set[str]]], offset: int
) -> None:
    story = sent([part for part in parts if part[0] <= offset])
    filled = {document for at, documents in parts if at < 0 for document in documents}
    missing = [one for one in REQUIRED if one not in filled]
    now = DUE + timedelta(microseconds=offset)
    wanted = offset >= 0 and bool(missing)
    assert is_due(story.state, story.known, story.state.visit(UNIT), now) is wanted
    if wanted:
        assert story.states(OpenCase(UNIT), OFFICE, now).data["missing"] == missing
        assert not is_due(story.state, story.known, story.state.visit(UNIT), now)
        return
    with pytest.raises(Refused) as caught:
        story.states(OpenCase(UNIT), OFFICE, now)
    assert caught.value.rule == ("deadline-open" if offset < 0 else "pack-in-order")


@given(begins=MICROSECONDS, length=st.integers(1, 10**11))
def test_an_outage_touches_a_case_exactly_when_it_overlaps_the_last_day(begins: int, length: int) -> None:
    story = scheduled()
    first = DUE + timedelta(microseconds=begins)
    last = first + timedelta(microseconds=length)
    story.states(RecordOutage(instant(first), instant(last), "mất điện"), OFFICE, last)
    overlap = min(last, DUE) - max(first, DUE - timedelta(days=1))
    assert bool(touching(story.state, DUE)) is (overlap > timedelta())


@given(came=MICROSECONDS, after=st.integers(0, 5 * 86_400_000_000))
def test_forwarding_never_changes_what_the_unit_is_held_to_and_lateness_counts_local_days(
    came: int, after: int
) -> None:
    story = scheduled()
    received = DUE + timedelta(microseconds=came)
    number = story.states(pack(), OWN, received).sequence
    before = due_of(story.state, story.known, story.state.visit(UNIT))
    passed = received + timedelta(microseconds=after)
    story.states(ForwardPack(UNIT, number, ("NV-004",)), SECRETARY, passed)
    visit = story.state.visit(UNIT)
    assert due_of(story.state, story.known, visit) == before
    (row,) = pack_rows(visit, before, story.known, passed)
    assert row["on_time"] is (came < 0)
    last = max(date(2020, 11, 6), received.astimezone(ZONE).date())
    assert row["forwarded"][0]["late_days"] == max(0, (passed.astimezone(ZONE).date() - last).days)
