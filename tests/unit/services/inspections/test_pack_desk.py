"""Given packs of a team's units, when the secretary looks at his desk, then each row says what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.inspections.commands import AssessPack, ForwardPack, OpenCase, ReceivePack, Schedule
from services.inspections.known import Known, KnownUnit
from services.inspections.pack_desk import WAITING, DeskRow, counts, desk_rows, waits
from shared.calendar import local_date
from shared.events.envelope import instant
from tests.support.packs import (
    DUE,
    KNOWN,
    OFFICE,
    OWN,
    REQUIRED,
    SECRETARY,
    SET_UP,
    UNIT,
    ZONE,
    Story,
    files,
    pack,
    scheduled,
)

LAST, REST = REQUIRED[-1], REQUIRED[:-1]
INSTANT = timedelta(microseconds=1)


def row(story: Story, now: datetime = DUE - timedelta(days=1)) -> DeskRow:
    """The unit's row as it stands at ``now``."""
    (found,) = desk_rows(story.state, story.known, [UNIT], now)
    return found


def test_a_unit_that_has_sent_nothing_lacks_every_document_until_the_end_of_the_last_day() -> None:
    story = scheduled()
    for now, over in ((DUE - INSTANT, False), (DUE, True)):
        found = row(story, now)
        assert (found.sent, found.missing, found.lacking) == (False, REQUIRED, REQUIRED)
        assert (found.due, found.last_day, found.over) == (instant(DUE), date(2020, 11, 6), over)
        assert (found.assessed, found.forwarded, found.late_days, found.case) == (None, False, 0, None)


def test_a_part_that_came_late_completes_the_pack_and_does_not_make_it_in_time() -> None:
    story = scheduled()
    story.states(pack(*REST), OWN, DUE - timedelta(days=1))
    assert row(story).missing == (LAST,)
    story.states(pack(LAST), OWN, DUE)
    found = row(story, DUE)
    assert (found.versions, found.missing, found.lacking) == (2, (), (LAST,))


def test_a_finding_and_a_forwarding_are_of_the_newest_version() -> None:
    story = scheduled()
    first = story.states(pack(), OWN, DUE - timedelta(days=2)).sequence
    accepted = tuple({"document": one, "outcome": "accepted"} for one in REQUIRED)
    story.states(AssessPack(UNIT, first, accepted), SECRETARY, DUE - timedelta(days=2))
    story.states(ForwardPack(UNIT, first, ("NV-004",)), SECRETARY, DUE - timedelta(days=2))
    found = row(story)
    assert (found.assessed, found.forwarded, found.unforwarded) == (True, True, False)
    second = story.states(pack("REPORT"), OWN, DUE - timedelta(days=1)).sequence
    found = row(story)
    assert (found.newest, found.assessed, found.unforwarded) == (second, None, True)


def test_what_lies_with_the_secretary_is_counted_until_now_and_what_he_passed_on_late_stays() -> None:
    story = scheduled()
    number = story.states(pack(), OWN, DUE - timedelta(days=2)).sequence
    assert row(story, DUE - INSTANT).late_days == 0
    assert row(story, DUE).late_days == 1
    story.states(ForwardPack(UNIT, number, ("NV-004",)), SECRETARY, DUE + timedelta(days=1))
    assert row(story, DUE + timedelta(days=9)).late_days == 2
    assert row(story, DUE + timedelta(days=9)).lacking == ()


def test_a_file_that_is_named_and_has_not_come_is_waited_for() -> None:
    story = scheduled()
    none = {"document": "REPORT", "absent_because": "Đơn vị mới thành lập"}
    story.states(ReceivePack(UNIT, (none, *files("SELF"))), OWN, DUE - timedelta(days=1))
    assert row(story).awaited == ("SELF",)


def test_a_unit_without_a_session_or_a_rulebook_has_no_row() -> None:
    story = scheduled()
    assert desk_rows(story.state, story.known, ["QH-Q99"], DUE) == []
    bare = replace(story.known, rulebook=None)
    assert desk_rows(story.state, bare, [UNIT], DUE) == []


# --- choices


def several() -> tuple[Story, Known]:
    """Four units of one team: sessions on the 9th (two), the 10th and the 11th, due a day apart."""
    names = {"QH-Q03": "Quận Đoàn 3", "QH-Q10": "Quận Đoàn 10", "QH-Q02": "Quận Đoàn 2"}
    known = replace(
        KNOWN, units={**KNOWN.units, **{code: KnownUnit(code, "QH", name) for code, name in names.items()}}
    )
    story = scheduled(known)
    for unit, day, session in (
        ("QH-Q03", "2020-11-11", "MORNING"),
        ("QH-Q10", "2020-11-10", "AFTERNOON"),
        ("QH-Q02", "2020-11-09", "AFTERNOON"),
    ):
        story.states(Schedule(unit, "DKT-1", day, session), OFFICE, SET_UP)
    return story, known


def test_rows_come_by_cut_off_then_session() -> None:
    story, known = several()
    rows = desk_rows(story.state, known, sorted(known.units, reverse=True), DUE)
    assert [one.unit for one in rows] == [UNIT, "QH-Q02", "QH-Q10", "QH-Q03"]


@pytest.mark.parametrize(
    ("what", "units"),
    [
        ("", [UNIT, "QH-Q02", "QH-Q10", "QH-Q03"]),
        ("today", ["QH-Q10"]),
        ("tomorrow", ["QH-Q03"]),
        ("lacking", ["QH-Q02", "QH-Q10", "QH-Q03"]),
        ("unforwarded", [UNIT]),
        ("case", ["QH-Q02"]),
    ],
)
def test_every_choice_shows_what_it_says_and_counts_it(what: str, units: list[str]) -> None:
    story, known = several()
    story.states(pack(), OWN, DUE - timedelta(days=1))
    story.states(OpenCase("QH-Q02"), OFFICE, DUE)
    now = DUE + timedelta(hours=9)
    rows = desk_rows(story.state, known, sorted(known.units), now)
    today = local_date(now, ZONE)
    assert [one.unit for one in rows if waits(one, what, today)] == units
    found = counts(rows, today)
    assert found[what] == len(units)
    assert found["in_order"] == 1
    assert set(found) == {"", "in_order", *WAITING}
