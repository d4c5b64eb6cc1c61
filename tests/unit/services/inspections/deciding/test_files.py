"""Bytes follow the manifest: held, awaited, overdue; late ones are marked; one fact for one file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.inspections.commands import OpenCase, ReceiveFile, ReceivePack
from services.inspections.deciding.cases import is_due
from services.inspections.pack_reading import awaited_of, late_files_of, pack_rows
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events.envelope import instant
from tests.support.deciding import person
from tests.support.packs import (
    DUE,
    LEADER,
    OWN,
    REQUIRED,
    SECRETARY,
    UNIT,
    Story,
    by_policy,
    files,
    scheduled,
)

GRACE = timedelta(minutes=90)
KNOWN = by_policy(upload_grace_minutes=90)
UNTIL = DUE + GRACE
STATED_UNTIL = instant(UNTIL.astimezone(UTC))
INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
FIRST, SECOND = REQUIRED[:2]


def sent(at: datetime = DUE - HOUR, **more: Any) -> tuple[Story, int]:
    """A full manifest that came ``at``, and its number."""
    story = scheduled(KNOWN)
    number = story.states(ReceivePack(UNIT, manifest(), **more), SECRETARY if more else OWN, at).sequence
    return story, number


def manifest() -> tuple[dict[str, Any], ...]:
    """Each document a file of its own."""
    return tuple(replace_digest(entry, place) for place, entry in enumerate(files()))


def replace_digest(entry: dict[str, Any], place: int) -> dict[str, Any]:
    return {**entry, "sha256": f"sha256:{place:064x}"}


def file(number: int, document: str = FIRST) -> ReceiveFile:
    entry = manifest()[REQUIRED.index(document)]
    return ReceiveFile(UNIT, number, document, entry["sha256"], entry["size"])


def told(story: Story, at: datetime) -> dict[str, Any]:
    """Document and how its bytes stand, in the newest manifest."""
    row = pack_rows(story.state.visit(UNIT), DUE, story.known, at)[-1]
    return {entry["document"]: entry["file"] for entry in row["manifest"]}


def refusal(story: Story, command: Any, caller: Any, at: datetime) -> Refused:
    with pytest.raises(Refused) as caught:
        story.states(command, caller, at)
    return caught.value


def test_bytes_before_the_end_of_the_grace_are_in_time_and_the_instant_itself_is_not() -> None:
    for at, on_time in ((UNTIL - INSTANT, True), (UNTIL, False), (UNTIL + 100 * HOUR, False)):
        story, number = sent()
        fact = story.states(file(number), OWN, at)
        assert fact.data["on_time"] is on_time
        assert fact.data["files_due"] == STATED_UNTIL
        assert (fact.subject, fact.data["pack"], fact.data["document"]) == (UNIT, number, FIRST)
        assert told(story, at)[FIRST]["state"] == "held"
        assert told(story, at)[FIRST]["on_time"] is on_time


def test_a_slot_waits_until_the_grace_is_over_and_is_overdue_then() -> None:
    story, _ = sent()
    assert told(story, UNTIL - INSTANT)[FIRST]["state"] == "awaited"
    assert told(story, UNTIL)[FIRST] == {
        "state": "overdue",
        "at": None,
        "on_time": None,
        "until": STATED_UNTIL,
    }


def test_the_same_file_is_one_fact() -> None:
    story, number = sent()
    story.states(file(number), OWN, DUE)
    refused = refusal(story, file(number), OWN, DUE + HOUR)
    assert (refused.rule, refused.status) == ("file-held", 409)


def test_a_file_that_an_earlier_manifest_brought_is_held_for_the_next_one_too() -> None:
    story, number = sent()
    story.states(file(number), OWN, DUE)
    story.states(ReceivePack(UNIT, manifest()), OWN, DUE + HOUR)
    assert told(story, UNTIL)[FIRST]["state"] == "held"
    assert told(story, UNTIL)[SECOND]["state"] == "overdue"


def test_bytes_that_were_checked_as_one_kind_of_file_do_not_fill_a_slot_of_another_kind() -> None:
    story, number = sent()
    story.states(file(number), OWN, DUE)
    entry = {**manifest()[0], "name": "chay.bat"}
    story.states(ReceivePack(UNIT, (entry,)), OWN, DUE)
    assert told(story, DUE)[FIRST]["state"] == "awaited"


@pytest.mark.parametrize(
    ("other", "rule", "status"),
    [
        ({"sha256": "sha256:" + "e" * 64}, "file-differs", 422),
        ({"size": 10}, "file-differs", 422),
        ({"pack": 99}, "unknown-pack", 404),
        ({"document": "NONE"}, "no-such-file", 404),
    ],
)
def test_other_bytes_than_the_manifest_names_are_refused(other: Any, rule: str, status: int) -> None:
    story, number = sent()
    refused = refusal(story, replace(file(number), **other), OWN, DUE)
    assert (refused.rule, refused.status) == (rule, status)


def test_a_slot_with_a_reason_takes_no_file_and_waits_for_none() -> None:
    story = scheduled(KNOWN)
    reason = {"document": FIRST, "absent_because": "Không phát sinh"}
    number = story.states(ReceivePack(UNIT, (reason,)), OWN, DUE - HOUR).sequence
    assert told(story, UNTIL) == {FIRST: None}
    assert refusal(story, file(number), OWN, DUE).rule == "no-such-file"


def test_the_unit_and_the_secretary_send_files_and_nobody_else() -> None:
    story, number = sent()
    story.states(file(number), SECRETARY, DUE)
    for other in (person("unit@unit:QH-Q03"), LEADER, person("team_secretary@team:DKT-2")):
        with pytest.raises(AccessDenied):
            story.states(file(number, SECOND), other, DUE)


def test_what_came_on_paper_waits_for_no_bytes_and_may_have_them_all_the_same() -> None:
    came = instant((DUE - HOUR).astimezone(UTC))
    story, number = sent(via="paper", occurred_at=came, proof="Sổ 1")
    assert told(story, UNTIL)[FIRST]["state"] == "by_hand"
    unit = KNOWN.units[UNIT]
    assert awaited_of(KNOWN, story.state.visit(UNIT), unit) == []
    assert late_files_of(KNOWN, story.state.visit(UNIT), unit, DUE, UNTIL) == []
    story.states(file(number), SECRETARY, DUE)
    assert told(story, UNTIL)[FIRST]["state"] == "held"


def test_files_that_never_come_are_a_case_that_a_human_brings_and_the_worker_does_not() -> None:
    story, number = sent()
    unit = KNOWN.units[UNIT]
    for document in REQUIRED[1:]:
        story.states(file(number, document), OWN, DUE)
    visit = story.state.visit(UNIT)
    assert awaited_of(KNOWN, visit, unit) == [FIRST]
    assert late_files_of(KNOWN, visit, unit, DUE, UNTIL - INSTANT) == []
    assert late_files_of(KNOWN, visit, unit, DUE, UNTIL) == [FIRST]
    assert not is_due(story.state, story.known, visit, UNTIL + 100 * HOUR)
    assert refusal(story, OpenCase(UNIT), SECRETARY, UNTIL - INSTANT).rule == "pack-in-order"
    case = story.states(OpenCase(UNIT), SECRETARY, UNTIL)
    assert (case.data["missing"], case.data["packs"]) == ([FIRST], [number])


def test_a_file_that_came_after_the_grace_still_leaves_the_question_to_a_human() -> None:
    story, number = sent()
    for document in REQUIRED:
        story.states(file(number, document), OWN, UNTIL if document == FIRST else DUE)
    visit, unit = story.state.visit(UNIT), KNOWN.units[UNIT]
    assert awaited_of(KNOWN, visit, unit) == []
    assert late_files_of(KNOWN, visit, unit, DUE, UNTIL) == [FIRST]


def test_a_second_manifest_in_time_does_not_undo_what_the_first_one_brought() -> None:
    story, number = sent()
    for document in REQUIRED:
        story.states(file(number, document), OWN, DUE - HOUR)
    story.states(ReceivePack(UNIT, files(FIRST, digest="f")), OWN, DUE - INSTANT)
    visit, unit = story.state.visit(UNIT), KNOWN.units[UNIT]
    assert late_files_of(KNOWN, visit, unit, DUE, UNTIL) == []
    assert awaited_of(KNOWN, visit, unit) == [FIRST]
