"""Given a cut-off without a full pack, when a case is opened, then the Committee has its whole chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.inspections.commands import AssessPack, OpenCase, OpenInspection, RecordOutage, Schedule
from services.inspections.deciding.cases import is_due, open_case, status_of
from services.inspections.known import CaseDecision, Known, KnownUnit
from services.inspections.opening import SystemCaller
from services.inspections.pack_reading import case_preview, case_views, warnings_of
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events.envelope import instant
from tests.support.deciding import fits_catalogue, person
from tests.support.packs import (
    DUE,
    KNOWN,
    LEADER,
    OFFICE,
    OWN,
    REQUIRED,
    SECRETARY,
    SET_UP,
    UNIT,
    ZONE,
    Story,
    by_policy,
    pack,
    scheduled,
    sends,
)

CASE = OpenCase(UNIT)
LAST, REST = REQUIRED[-1], REQUIRED[:-1]
INSTANT = timedelta(microseconds=1)
SESSION_DAY = datetime(2020, 11, 9, 8, tzinfo=ZONE)


def refusal(story: Story, command: Any, caller: Any, at: datetime) -> Refused:
    with pytest.raises(Refused) as caught:
        story.states(command, caller, at)
    return caught.value


def in_ledger(outcome: str | None) -> KnownUnit:
    """The unit once the ledger holds its case, and what the Committee decided."""
    decision = None if outcome is None else CaseDecision(outcome, instant(DUE), "QĐ-7")
    unit = KNOWN.units[UNIT]
    return replace(unit, cases=1, decision=decision, forfeited=outcome == "confirmed")


def knowing(unit: KnownUnit, about: Known = KNOWN) -> Known:
    return replace(about, units={**about.units, UNIT: unit})


def open_by_clock(story: Story, at: datetime) -> bool:
    return is_due(story.state, story.known, story.state.visit(UNIT), at)


# --- when there is a case


def test_a_missing_part_that_comes_late_leaves_the_pack_incomplete_and_a_case_opens() -> None:
    story = scheduled()
    first = story.states(pack(*REST), OWN, DUE - timedelta(hours=3))
    second = story.states(pack(LAST), OWN, DUE + timedelta(hours=3))
    case = story.states(CASE, SECRETARY, DUE + timedelta(hours=4))
    assert (case.type, case.subject) == ("forfeit.case_opened.v1", UNIT)
    assert case.data["missing"] == [LAST]
    assert case.data["packs"] == [first.sequence, second.sequence]
    assert (case.data["due"], case.data["schedule_version"]) == (instant(DUE), 1)


def test_no_case_opens_before_the_cut_off_and_one_opens_from_its_very_instant_on() -> None:
    story = scheduled()
    early = refusal(story, CASE, OFFICE, DUE - INSTANT)
    assert (early.rule, early.status) == ("deadline-open", 409)
    assert story.states(CASE, OFFICE, DUE).data["missing"] == list(REQUIRED)


def test_a_full_pack_in_time_gives_no_case_whatever_comes_later() -> None:
    story = scheduled()
    sends(story, DUE - INSTANT)
    story.states(pack("REPORT"), OWN, DUE + timedelta(days=1))
    assert refusal(story, CASE, OFFICE, DUE + timedelta(days=1)).rule == "pack-in-order"
    assert not open_by_clock(story, DUE + timedelta(days=1))


def test_one_deadline_gives_one_case() -> None:
    story = scheduled()
    story.states(CASE, OFFICE, DUE)
    assert refusal(story, CASE, SECRETARY, DUE + timedelta(hours=1)).rule == "case-open"
    story.known = knowing(in_ledger("declined"))
    assert refusal(story, CASE, SECRETARY, DUE + timedelta(hours=2)).rule == "case-open"


def test_an_incomplete_pack_gives_no_case_where_the_rulebook_only_warns() -> None:
    story = scheduled(by_policy(pack_incomplete_is="warning"))
    sends(story, DUE - INSTANT, *REST)
    assert refusal(story, CASE, OFFICE, DUE).rule == "pack-in-order"


def test_a_finding_alone_opens_nothing_and_a_human_may_take_it_to_the_committee() -> None:
    story = scheduled()
    number = story.states(pack(), OWN, DUE - timedelta(days=1)).sequence
    found = [{"document": one, "outcome": "unusable" if one == LAST else "accepted"} for one in REQUIRED]
    story.states(AssessPack(UNIT, number, tuple(found)), SECRETARY, DUE)
    assert not open_by_clock(story, DUE + timedelta(hours=1))
    assert story.states(CASE, SECRETARY, DUE + timedelta(hours=1)).data["missing"] == [LAST]


def test_an_inspection_that_has_begun_gets_no_case() -> None:
    story = scheduled()
    story.states(OpenInspection(UNIT, override="Các Ban gửi bổ sung"), LEADER, SESSION_DAY)
    assert refusal(story, CASE, OFFICE, SESSION_DAY).rule == "inspection-opened"
    assert not open_by_clock(story, SESSION_DAY)


def test_only_the_office_and_the_units_own_secretary_open_a_case() -> None:
    for other in (OWN, LEADER, person("team_secretary@team:DKT-2"), person("standing_committee@ledger")):
        with pytest.raises(AccessDenied):
            scheduled().states(CASE, other, DUE)


def test_a_move_after_the_cut_off_gives_back_no_missed_deadline() -> None:
    story = scheduled()
    moved = Schedule(UNIT, "DKT-1", "2020-11-16", "MORNING", "Cấp ủy bận")
    story.states(moved, LEADER, DUE)
    data = story.states(CASE, OFFICE, DUE).data
    assert (data["schedule_version"], data["due"]) == (2, instant(DUE))


def test_a_move_while_the_deadline_was_open_opens_no_case_at_the_old_one() -> None:
    story = scheduled()
    story.states(Schedule(UNIT, "DKT-1", "2020-11-16", "MORNING", "Cấp ủy bận"), LEADER, DUE - INSTANT)
    assert refusal(story, CASE, OFFICE, DUE).rule == "deadline-open"
    assert open_by_clock(story, DUE + timedelta(days=7))


# --- the chain


def test_outages_of_the_last_day_stand_in_the_case_and_others_do_not() -> None:
    story = scheduled()
    day = timedelta(days=1)
    spans = [
        (DUE - 2 * day, DUE - day),  # ended as the last day began
        (DUE - 2 * day, DUE - day + INSTANT),
        (DUE - INSTANT, DUE + day),
        (DUE, DUE + day),  # began at the cut-off
    ]
    numbers = [
        story.states(RecordOutage(instant(begins), instant(ends), "mất điện"), OFFICE, DUE + day).sequence
        for begins, ends in spans
    ]
    assert story.states(CASE, OFFICE, DUE + day).data["outages"] == numbers[1:3]


def test_the_chain_is_read_from_events_and_tells_an_outage_that_was_recorded_later() -> None:
    story = scheduled()
    story.states(pack(*REST), OWN, DUE - timedelta(hours=3))
    number = story.states(CASE, SECRETARY, DUE).sequence
    span = (instant(DUE - timedelta(hours=2)), instant(DUE - timedelta(hours=1)))
    story.states(RecordOutage(*span, "mất điện"), OFFICE, DUE + timedelta(hours=1))
    (view,) = case_views(story.state, knowing(in_ledger("declined")), [UNIT], DUE)
    assert (view["number"], view["by"], view["status"]) == (number, "team_secretary", "declined")
    assert [slot["date"] for slot in view["schedule"]] == ["2020-11-09"]
    assert view["schedule"][0]["since"] == instant(SET_UP)
    assert [(row["on_time"], row["missing"]) for row in view["packs"]] == [(True, [LAST])]
    assert [(one["text"], one["known_then"]) for one in view["outages"]] == [("mất điện", False)]
    assert view["decision"] == {"outcome": "declined", "at": instant(DUE), "document": "QĐ-7"}


def test_a_preview_shows_the_very_chain_that_the_case_then_carries() -> None:
    story = scheduled()
    story.states(pack(*REST), OWN, DUE - timedelta(days=1))
    outage = RecordOutage(instant(DUE - timedelta(hours=2)), instant(DUE - timedelta(hours=1)), "mất điện")
    story.states(outage, OFFICE, DUE)
    preview = case_preview(story.state, story.known, UNIT, DUE)
    number = story.states(CASE, OFFICE, DUE).sequence
    (stated,) = case_views(story.state, story.known, [UNIT], DUE)
    assert {**preview, "number": number, "by": "office", "at": stated["at"]} == stated


def test_there_is_no_preview_of_a_case_that_could_not_be_opened() -> None:
    story = scheduled()
    sends(story, DUE - timedelta(days=1))
    for at, rule in ((DUE - INSTANT, "deadline-open"), (DUE, "pack-in-order")):
        with pytest.raises(Refused) as caught:
            case_preview(story.state, story.known, UNIT, at)
        assert caught.value.rule == rule


# --- what the Committee says


def test_a_case_is_open_until_the_ledger_holds_it_and_a_decision() -> None:
    story = scheduled()
    assert status_of(story.state.visit(UNIT), KNOWN.units[UNIT]) is None
    story.states(CASE, OFFICE, DUE)
    visit = story.state.visit(UNIT)
    assert status_of(visit, KNOWN.units[UNIT]) == "open"
    earlier = replace(in_ledger("lifted"), cases=0)
    assert status_of(visit, earlier) == "open"
    for outcome in ("confirmed", "declined", "lifted"):
        assert status_of(visit, in_ledger(outcome)) == outcome


def test_a_declined_case_lets_the_inspection_go_on_and_a_confirmed_one_does_not() -> None:
    story = scheduled()
    story.states(CASE, OFFICE, DUE)
    opening = OpenInspection(UNIT, override="Các Ban gửi bổ sung")
    story.known = knowing(in_ledger("confirmed"))
    assert refusal(story, opening, LEADER, SESSION_DAY).rule == "inspection-forfeited"
    story.known = knowing(in_ledger("declined"))
    assert "case" not in story.states(opening, LEADER, SESSION_DAY).data


def test_an_inspection_opened_while_its_case_is_open_names_the_case() -> None:
    story = scheduled()
    number = story.states(CASE, OFFICE, DUE).sequence
    assert warnings_of(story.state.visit(UNIT), KNOWN.units[UNIT], []) == ["case-open"]
    opened = story.states(OpenInspection(UNIT, override="Các Ban gửi bổ sung"), LEADER, SESSION_DAY)
    assert opened.data["case"] == number


# --- the system itself


def test_the_system_opens_the_case_at_the_cut_off_in_its_own_name() -> None:
    story = scheduled()
    assert not open_by_clock(story, DUE - INSTANT)
    assert open_by_clock(story, DUE)
    draft = open_case(story.state, story.known, CASE, SystemCaller(DUE))
    assert fits_catalogue([draft])
    assert draft.data["actor"] == {"sub": "inspections", "role": "system", "scope": "ledger"}
    story.states(CASE, OFFICE, DUE)
    assert not open_by_clock(story, DUE + timedelta(days=1))


def test_the_system_leaves_a_session_alone_that_was_set_after_its_deadline() -> None:
    story = scheduled()
    late = Schedule("QH-Q03", "DKT-1", "2020-11-09", "AFTERNOON")
    story.known = replace(KNOWN, units={**KNOWN.units, "QH-Q03": KnownUnit("QH-Q03", "QH", "Quận Đoàn 3")})
    story.states(late, OFFICE, DUE)
    assert not is_due(story.state, story.known, story.state.visit("QH-Q03"), DUE + timedelta(hours=1))


def test_a_forfeited_unit_is_not_raised_again() -> None:
    story = scheduled()
    story.known = knowing(replace(KNOWN.units[UNIT], forfeited=True))
    assert not open_by_clock(story, DUE)
    assert refusal(story, CASE, OFFICE, DUE).rule == "case-open"
