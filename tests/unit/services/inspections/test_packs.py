"""Given a session on 2020-11-09, when packs come in, then in time, late and incomplete are told apart.

The servers' clock is UTC, the deadline is a day of Asia/Ho_Chi_Minh (domain 6, plan III.4).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.inspections.commands import AssessPack, FormTeam, ForwardPack, RecordOutage, Schedule
from services.inspections.deciding.packs import due_of, files_due
from services.inspections.pack_reading import lacking_of, pack_rows, warnings_of
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events.envelope import instant
from tests.support.deciding import person, rulebook
from tests.support.packs import (
    DUE,
    KNOWN,
    LEADER,
    MEMBERS,
    OFFICE,
    OWN,
    REQUIRED,
    SECRETARY,
    UNIT,
    ZONE,
    Story,
    by_policy,
    files,
    pack,
    scheduled,
)
from tests.support.zones import ZONES, process_in

LAST, REST = REQUIRED[-1], REQUIRED[:-1]
INSTANT = timedelta(microseconds=1)


def refusal(story: Story, command: Any, caller: Any, at: datetime) -> Refused:
    with pytest.raises(Refused) as caught:
        story.states(command, caller, at)
    return caught.value


def lacking(story: Story) -> list[str]:
    """What had not come before the cut-off."""
    visit = story.state.visit(UNIT)
    return lacking_of(story.known, visit, story.known.units[UNIT], due_of(story.state, story.known, visit))


def rows(story: Story) -> list[dict[str, Any]]:
    visit = story.state.visit(UNIT)
    return pack_rows(visit, due_of(story.state, story.known, visit), story.known, DUE)


# --- the cut-off


def test_a_pack_sent_at_the_last_millisecond_of_the_third_day_before_is_in_time() -> None:
    story = scheduled()
    sent = story.states(pack(), OWN, datetime(2020, 11, 6, 23, 59, 59, 999_000, tzinfo=ZONE))
    assert sent.time == "2020-11-06T16:59:59.999000Z"
    assert (sent.data["on_time"], sent.data["complete"], sent.data["due"]) == (True, True, instant(DUE))
    assert lacking(story) == []


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_second_is_in_time_and_midnight_is_not_wherever_the_process_stands(zone: str) -> None:
    last = datetime(2020, 11, 6, 23, 59, 59, tzinfo=ZONE)
    with process_in(zone):
        in_time = [
            scheduled().states(pack(), OWN, moment).data["on_time"]
            for moment in (last, last + timedelta(seconds=1))
        ]
    assert in_time == [True, False]


def test_a_pack_sent_at_midnight_of_the_second_day_before_has_missed_the_deadline() -> None:
    story = scheduled()
    sent = story.states(pack(), OWN, datetime(2020, 11, 7, tzinfo=ZONE))
    assert sent.time == "2020-11-06T17:00:00.000000Z"
    assert (sent.data["on_time"], sent.data["complete"]) == (False, True)
    assert lacking(story) == list(REQUIRED)


def test_grace_is_for_the_bytes_of_a_manifest_that_came_in_time_and_for_no_manifest() -> None:
    known = by_policy(upload_grace_minutes=30)
    story = scheduled(known)
    assert story.states(pack(), OWN, DUE).data["on_time"] is False
    assert known.rulebook is not None
    assert files_due(DUE, known.rulebook) == DUE + timedelta(minutes=30)
    assert files_due(DUE, rulebook()) == DUE


# --- versions


def test_a_file_replaced_after_the_deadline_is_marked_late_and_the_first_pack_stays_in_time() -> None:
    story = scheduled()
    story.states(pack(), OWN, DUE - timedelta(hours=3))
    replaced = replace(pack(), manifest=files("REPORT", digest="1"))
    story.states(replaced, OWN, DUE + timedelta(hours=1))
    first, second = rows(story)
    assert (first["on_time"], first["complete"], second["on_time"]) == (True, True, False)
    assert second["complete"] is True
    assert lacking(story) == []
    digests = [
        [one["sha256"][-1] for one in row["manifest"] if one["document"] == "REPORT"] for row in rows(story)
    ]
    assert digests == [["0"], ["1"]]


def test_a_pack_in_time_without_one_document_whose_missing_part_comes_late_is_not_complete() -> None:
    story = scheduled()
    story.states(pack(*REST), OWN, DUE - timedelta(hours=3))
    late = story.states(pack(LAST), OWN, DUE + timedelta(hours=3))
    assert (late.data["complete"], late.data["missing"], late.data["on_time"]) == (True, [], False)
    assert lacking(story) == [LAST]


def test_two_parts_that_both_come_in_time_make_a_full_pack() -> None:
    story = scheduled()
    story.states(pack(*REST), OWN, DUE - timedelta(hours=3))
    assert story.states(pack(LAST), OWN, DUE - INSTANT).data["complete"] is True
    assert lacking(story) == []


def test_where_the_rulebook_only_warns_of_an_incomplete_pack_it_counts_as_sent() -> None:
    story = scheduled(by_policy(pack_incomplete_is="warning"))
    assert lacking(story) == list(REQUIRED)
    story.states(pack(*REST), OWN, DUE - INSTANT)
    assert lacking(story) == []


def test_a_pack_in_time_for_the_old_day_stays_in_time_when_the_session_is_moved_to_an_earlier_one() -> None:
    story = scheduled(day="2020-11-16")
    story.states(pack(), OWN, datetime(2020, 11, 5, 9, tzinfo=ZONE))
    story.states(
        Schedule(UNIT, "DKT-1", "2020-11-09", "MORNING"), LEADER, datetime(2020, 11, 5, 10, tzinfo=ZONE)
    )
    assert lacking(story) == []


# --- receipt by e-mail or on paper


@pytest.mark.parametrize("via", ["email", "paper"])
def test_what_came_by_hand_counts_from_when_it_came_and_keeps_its_proof(via: str) -> None:
    story = scheduled()
    came = instant(DUE - timedelta(minutes=5))
    got = story.states(pack(via=via, occurred_at=came, proof="CV-12/ĐTN"), SECRETARY, DUE + timedelta(days=1))
    assert (got.data["on_time"], got.data["proof"], got.data["occurred_at"]) == (True, "CV-12/ĐTN", came)
    assert rows(story)[0]["at"] == came
    assert got.data["actor"]["role"] == "team_secretary"


def test_receipt_by_hand_needs_when_it_came_and_its_proof() -> None:
    error = refusal(scheduled(), pack(via="email"), SECRETARY, DUE)
    assert {fault.rule for fault in error.faults} == {"receipt-without-proof"}
    assert [fault.field for fault in error.faults] == ["occurred_at", "proof"]


def test_a_unit_cannot_say_itself_that_its_pack_came_by_paper() -> None:
    came = instant(DUE - timedelta(hours=1))
    error = refusal(scheduled(), pack(via="paper", occurred_at=came, proof="x"), OWN, DUE + timedelta(days=1))
    assert (error.rule, error.status) == ("receipt-by-secretary", 403)


def test_what_a_unit_says_of_when_it_uploaded_moves_no_deadline() -> None:
    sent = scheduled().states(pack(occurred_at=instant(DUE - timedelta(hours=1))), OWN, DUE)
    assert sent.data["on_time"] is False


# --- findings


def findings(**outcomes: str) -> tuple[dict[str, Any], ...]:
    return tuple({"document": one, "outcome": outcomes.get(one, "accepted")} for one in REQUIRED)


def test_a_finding_names_the_slot_and_leaves_the_pack_in_time() -> None:
    story = scheduled()
    sent = story.states(pack(), OWN, DUE - timedelta(days=1))
    found = story.states(AssessPack(UNIT, sent.sequence, findings(REPORT="unusable")), SECRETARY, DUE)
    assert (found.data["complete"], found.data["pack"]) == (False, sent.sequence)
    (row,) = rows(story)
    assert row["assessed"] == {
        "number": found.sequence,
        "at": found.time,
        "complete": False,
        "rejected": ["REPORT"],
    }
    assert row["on_time"] is True
    assert lacking(story) == []


def test_every_required_slot_is_found_on_once_and_missing_is_said_only_of_what_the_pack_lacks() -> None:
    story = scheduled()
    number = story.states(pack(*REST), OWN, DUE - timedelta(days=1)).sequence
    for wrong, rule in (
        (findings(**{LAST: "missing"})[:-1], "finding-missing"),
        (findings(), "finding-contradicts-pack"),
        (findings(**{LAST: "missing", "REPORT": "missing"}), "finding-contradicts-pack"),
        ((*findings(**{LAST: "missing"}), {"document": "REPORT", "outcome": "accepted"}), "unknown-document"),
    ):
        assert refusal(story, AssessPack(UNIT, number, wrong), SECRETARY, DUE).faults[0].rule == rule
    found = story.states(AssessPack(UNIT, number, findings(**{LAST: "missing"})), SECRETARY, DUE)
    assert found.data["complete"] is False


def test_only_the_units_own_secretary_assesses_and_forwards_a_pack_that_exists() -> None:
    story = scheduled()
    number = story.states(pack(), OWN, DUE - timedelta(days=1)).sequence
    assert refusal(story, AssessPack(UNIT, 99, findings()), SECRETARY, DUE).rule == "unknown-pack"
    for command in (AssessPack(UNIT, number, findings()), ForwardPack(UNIT, number, ("NV-004",))):
        for other in (OWN, OFFICE, LEADER, person("team_secretary@team:DKT-2")):
            with pytest.raises(AccessDenied):
                story.states(command, other, DUE)


# --- forwarding


def test_a_pack_forwarded_two_days_late_flags_the_secretary_and_leaves_the_unit_compliant() -> None:
    story = scheduled()
    number = story.states(pack(), OWN, datetime(2020, 11, 6, 20, tzinfo=ZONE)).sequence
    story.states(
        ForwardPack(UNIT, number, ("NV-001", "NV-004")), SECRETARY, datetime(2020, 11, 8, 9, tzinfo=ZONE)
    )
    (row,) = rows(story)
    assert (row["on_time"], row["complete"], lacking(story)) == (True, True, [])
    (passed,) = row["forwarded"]
    assert (passed["late_days"], passed["by"], passed["members"]) == (2, "NV-003", ["NV-001", "NV-004"])
    visit = story.state.visit(UNIT)
    assert warnings_of(visit, KNOWN.units[UNIT], rows(story)) == ["forwarded-late"]


def test_a_pack_forwarded_on_the_last_day_or_a_late_one_on_the_day_it_came_flags_nobody() -> None:
    story = scheduled()
    first = story.states(pack(), OWN, DUE - timedelta(days=2)).sequence
    story.states(ForwardPack(UNIT, first, ("NV-004",)), SECRETARY, DUE - INSTANT)
    late = story.states(pack("REPORT"), OWN, DUE + timedelta(hours=30)).sequence
    story.states(ForwardPack(UNIT, late, ("NV-004",)), SECRETARY, DUE + timedelta(hours=35))
    assert [row["forwarded"][0]["late_days"] for row in rows(story)] == [0, 0]


def test_who_came_into_the_team_later_gets_the_pack_then_and_flags_nobody_unless_it_lies_again() -> None:
    story = scheduled()
    number = story.states(pack(), OWN, DUE - timedelta(days=2)).sequence
    story.states(ForwardPack(UNIT, number, ("NV-004",)), SECRETARY, DUE - INSTANT)
    late = {"person": "NV-007", "role": "member", "name": "Người 7", "department": "TDLTT"}
    later = {**late, "person": "NV-008", "name": "Người 8"}
    story.states(FormTeam("DKT-1", (*MEMBERS, late, later)), OFFICE, DUE + timedelta(days=2))
    story.states(ForwardPack(UNIT, number, ("NV-004", "NV-007")), SECRETARY, DUE + timedelta(days=2, hours=9))
    story.states(ForwardPack(UNIT, number, ("NV-008",)), SECRETARY, DUE + timedelta(days=3))
    story.states(ForwardPack(UNIT, number, ("NV-004",)), SECRETARY, DUE + timedelta(days=9))
    (row,) = rows(story)
    assert [one["late_days"] for one in row["forwarded"]] == [0, 0, 1, 0]


def test_a_member_passed_over_at_first_waits_from_the_day_the_pack_was_due() -> None:
    story = scheduled()
    number = story.states(pack(), OWN, DUE - timedelta(days=2)).sequence
    story.states(ForwardPack(UNIT, number, ("NV-004",)), SECRETARY, DUE - INSTANT)
    story.states(ForwardPack(UNIT, number, ("NV-001",)), SECRETARY, DUE + timedelta(days=1))
    (row,) = rows(story)
    assert [one["late_days"] for one in row["forwarded"]] == [0, 2]


def test_a_pack_goes_to_members_of_the_units_own_team_each_once() -> None:
    story = scheduled()
    number = story.states(pack(), OWN, DUE - timedelta(days=1)).sequence
    for members in (("NV-009",), ("NV-004", "NV-004")):
        error = refusal(story, ForwardPack(UNIT, number, members), SECRETARY, DUE)
        assert error.faults[0].rule == "not-a-member"


# --- outages of this system


def test_an_outage_ends_after_it_began_and_is_not_in_the_future() -> None:
    story = scheduled()
    begins, ends = instant(DUE - timedelta(hours=2)), instant(DUE - timedelta(hours=1))
    assert refusal(story, RecordOutage(ends, begins, "mất điện"), OFFICE, DUE).rule == "period-reversed"
    early = DUE - timedelta(hours=1, minutes=30)
    assert refusal(story, RecordOutage(begins, ends, "mất điện"), OFFICE, early).rule == "in-the-future"
    stated = story.states(RecordOutage(begins, ends, "mất điện"), OFFICE, DUE)
    assert (stated.data["from"], stated.data["to"], stated.subject) == (begins, ends, "*")
    with pytest.raises(AccessDenied):
        story.states(RecordOutage(begins, ends, "mất điện"), SECRETARY, DUE)
