"""Given versions of a pack, when one is looked at, then each slot, member and step says where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.inspections.calendar_text import parsed
from services.inspections.commands import (
    AdoptCalendar,
    AssessPack,
    FormTeam,
    ForwardPack,
    NominateMember,
    ReceivePack,
)
from services.inspections.pack_version import (
    EARLIER,
    HERE,
    NONE,
    Step,
    recipients_of,
    slots_of,
    steps_of,
    version_of,
)
from shared.events.envelope import instant
from tests.support.deciding import RULEBOOK, person
from tests.support.packs import (
    DUE,
    MEMBERS,
    OFFICE,
    OWN,
    REQUIRED,
    SECRETARY,
    SET_UP,
    UNIT,
    ZONE,
    Numbered,
    Story,
    files,
    pack,
    scheduled,
)

LAST, REST = REQUIRED[-1], REQUIRED[:-1]
BEFORE = DUE - timedelta(days=1)


def slots(story: Story, version: int) -> list[Any]:
    return slots_of(story.state.visit(UNIT), version, REQUIRED, DUE, DUE)


@dataclass
class Told:
    """A story that keeps what it stated of the unit."""

    story: Story
    events: list[Numbered]

    def states(self, command: Any, caller: Any, at: datetime) -> Numbered:
        event = self.story.states(command, caller, at)
        self.events.append(event)
        return event

    def steps(self, number: int) -> list[Step]:
        visit = self.story.state.visit(UNIT)
        (sent,) = (one for one in visit.packs if one.number == number)
        return steps_of(visit, self.events, sent, DUE, ZONE)  # type: ignore[arg-type]


def test_a_slot_that_an_earlier_version_filled_is_shown_with_where_it_comes_from() -> None:
    story = scheduled()
    first = story.states(pack(*REST), OWN, BEFORE).sequence
    second = story.states(ReceivePack(UNIT, files("REPORT", digest="1")), OWN, BEFORE).sequence
    found = {one.document: one for one in slots(story, 2)}
    assert (found["REPORT"].origin, found["REPORT"].number) == (HERE, second)
    assert found["REPORT"].entry["sha256"].endswith("1")
    assert (found["SELF"].origin, found["SELF"].number, found["SELF"].version) == (EARLIER, first, 1)
    assert (found[LAST].origin, found[LAST].entry, found[LAST].file) == (NONE, None, None)
    assert [one.document for one in slots(story, 2)] == list(REQUIRED)


def test_the_first_version_stays_as_it_was_sent() -> None:
    story = scheduled()
    story.states(pack(*REST), OWN, BEFORE)
    story.states(ReceivePack(UNIT, files("REPORT", LAST, digest="1")), OWN, BEFORE)
    found = {one.document: one for one in slots(story, 1)}
    assert found["REPORT"].entry["sha256"].endswith("0")
    assert found[LAST].origin == NONE


def test_what_a_version_holds_and_nobody_asks_for_any_more_comes_last() -> None:
    story = scheduled()
    story.states(pack(), OWN, BEFORE)
    found = slots_of(story.state.visit(UNIT), 1, REST, DUE, DUE)
    assert [(one.document, one.asked) for one in found[-2:]] == [(REST[-1], True), (LAST, False)]


def test_a_version_is_known_by_its_number_and_anothers_is_none() -> None:
    story = scheduled()
    first, second = (story.states(pack(), OWN, BEFORE).sequence for _ in range(2))
    visit = story.state.visit(UNIT)
    assert (version_of(visit, first), version_of(visit, second)) == (1, 2)
    assert version_of(visit, second + 1) is None


def test_a_member_who_came_after_the_version_is_marked_and_whoever_has_it_is_said_since_when() -> None:
    story = scheduled()
    number = story.states(pack(), OWN, BEFORE).sequence
    first = story.states(ForwardPack(UNIT, number, ("NV-004",)), SECRETARY, BEFORE)
    story.states(ForwardPack(UNIT, number, ("NV-004", "NV-001")), SECRETARY, DUE)
    new = {"person": "NV-007", "role": "member", "name": "Người 7", "department": "TDLTT"}
    story.states(FormTeam("DKT-1", (*MEMBERS, new)), OFFICE, DUE)
    visit = story.state.visit(UNIT)
    found = {one.person: one for one in recipients_of(story.state, visit, visit.packs[0], ZONE)}
    assert list(found) == ["NV-001", "NV-002", "NV-003", "NV-004", "NV-007"]
    assert (found["NV-004"].got, found["NV-001"].got) == (first.time, instant(DUE.astimezone(UTC)))
    assert found["NV-002"].got is None
    assert [one.person for one in found.values() if one.late] == ["NV-007"]


def test_who_was_named_for_the_team_after_the_calendars_instant_is_marked() -> None:
    story = scheduled()
    calendar = parsed((RULEBOOK.parent / "calendar.yaml").read_text("utf-8"))
    story.states(AdoptCalendar(calendar, "35-KH", "2020"), OFFICE, SET_UP)
    named = datetime(2020, 11, 6, 17, 0, 1, tzinfo=ZONE)
    head = person("department_head@department:TDLTT", sub="TDLTT-1")
    for code, at in (("NV-008", named - timedelta(seconds=1)), ("NV-009", named)):
        story.states(NominateMember("DKT-1", code, f"Người {code}", "TDLTT", "45-CV"), head, at)
    new = [
        {"person": code, "role": "member", "name": f"Người {code}", "department": "TDLTT"}
        for code in ("NV-008", "NV-009")
    ]
    story.states(FormTeam("DKT-1", (*MEMBERS, *new)), OFFICE, named)
    story.states(pack(), OWN, DUE - timedelta(minutes=1))
    visit = story.state.visit(UNIT)
    found = recipients_of(story.state, visit, visit.packs[0], ZONE)
    assert [one.person for one in found if one.late] == ["NV-009"]


def test_the_steps_of_a_version_are_its_own_in_order_with_the_secretarys_delay_and_his_findings() -> None:
    told = Told(scheduled(), [])
    number = told.states(pack(), OWN, BEFORE).sequence
    other = told.states(pack("REPORT"), OWN, BEFORE).sequence
    findings = tuple(
        {"document": one, "outcome": "unusable" if one == "SELF" else "accepted"} for one in REQUIRED
    )
    told.states(AssessPack(UNIT, number, findings), SECRETARY, DUE)
    told.states(ForwardPack(UNIT, number, ("NV-004",), "Thư của đoàn"), SECRETARY, DUE + timedelta(days=1))
    received, assessed, forwarded = told.steps(number)
    assert [received.kind, assessed.kind, forwarded.kind] == ["received", "assessed", "forwarded"]
    assert (received.person, received.role, assessed.person) == ("bithu.q01", "unit", "NV-003")
    assert (assessed.complete, assessed.findings[0]["document"]) == (False, "SELF")
    assert (forwarded.members, forwarded.text, forwarded.late_days) == (("NV-004",), "Thư của đoàn", 2)
    assert [one.kind for one in told.steps(other)] == ["received"]


def test_what_came_on_paper_says_when_it_came_and_when_it_was_recorded() -> None:
    told = Told(scheduled(), [])
    came = instant(BEFORE.astimezone(UTC))
    sent = ReceivePack(UNIT, files(), occurred_at=came, via="paper", proof="CV đến 12")
    later = DUE.astimezone(UTC) + timedelta(days=1)
    number = told.states(sent, SECRETARY, later).sequence
    (received,) = told.steps(number)
    assert (received.at, received.recorded, received.text) == (
        came,
        instant(DUE + timedelta(days=1)),
        "CV đến 12",
    )
