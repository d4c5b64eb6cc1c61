"""How far units are, what waits for whom, and what the end of a round asks for: given, when, then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.closing import closing_body
from services.inspections.commands import (
    Adjust,
    AmendConclusion,
    AnswerAdjustment,
    AskReschedule,
    ForwardPack,
    OpenInspection,
    ReceivePack,
    SignConclusion,
    SubmitReflection,
)
from services.inspections.deciding.reflections import INSPECTION
from services.inspections.known import CaseDecision
from services.inspections.needs import needs_of, next_session
from services.inspections.progress import FACTS, STAGES, Progress, days_of, progress_of, sums_of
from services.inspections.reflecting import asked_of
from services.inspections.state import Case
from tests.support.inspected import DAY, LEADER, SECRETARY, UNIT, Place, opened, scheduled
from tests.support.packs import ZONE, files

BEFORE = datetime(2020, 11, 5, 2, 0, tzinfo=UTC)
PACK = ReceivePack("QH-Q01", files())
SCORES = tuple({"criterion": code, "value": "2"} for code in ("8.1", "8.2", "8.3"))
SIGNED = SignConclusion(
    "QH-Q01", "Mặt được", "Hạn chế", "Định hướng", SCORES, (Adjust("1.2", "3", "a"), Adjust("2.3", "1", "b"))
)


def told(place: Place, at: datetime = DAY) -> dict[str, Progress]:
    return {row.unit: row for row in progress_of(place.state, place.known, at)}


def concluded() -> Place:
    return opened().when(SIGNED, LEADER.at(DAY))


def answer(place: Place, criterion: str, *, disputes: bool) -> Place:
    number = place.state.visit("QH-Q01").record.adjustment(criterion)
    assert number is not None
    return place.when(AnswerAdjustment("QH-Q01", number, criterion, "vì sao", disputes), UNIT.at(DAY))


def forfeited(place: Place, document: str = "12-BB") -> Place:
    held = place.known.units["QH-Q01"]
    decided = replace(held, forfeited=True, cases=1, decision=CaseDecision("confirmed", "", document))
    return replace(place, known=replace(place.known, units={**place.known.units, "QH-Q01": decided}))


def with_case(place: Place) -> Place:
    visit = place.state.visit("QH-Q01")
    case = Case(9, "2020-11-06T17:00:00.000000Z", "system", 1, "2020-11-06T17:00:00.000000Z", (), ("x",), ())
    visits = {**place.state.visits, "QH-Q01": replace(visit, cases=(case,))}
    return replace(place, state=replace(place.state, visits=MappingProxyType(visits)))


def needs(
    place: Place, role: str, at: datetime = DAY, person: str | None = None
) -> dict[str, tuple[int, bool]]:
    rows = progress_of(place.state, place.known, at)
    found = needs_of(place.state, place.known, rows, at, role, person)
    return {need.kind: (need.count, need.late) for need in found}


def test_a_unit_goes_from_no_session_to_its_conclusion_through_one_stage_at_a_time() -> None:
    assert told(scheduled(), BEFORE)["QH-Q03"].stage == "unscheduled"
    assert told(scheduled(), BEFORE)["QH-Q01"].stage == "scheduled"
    sent = scheduled().when(PACK, UNIT.at(BEFORE))
    assert told(sent, BEFORE)["QH-Q01"].stage == "pack"
    assert told(opened())["QH-Q01"].stage == "opened"
    assert told(concluded())["QH-Q01"].stage == "concluded"


def test_what_holds_a_unit_up_is_its_stage_until_its_session_is_held() -> None:
    assert told(scheduled())["QH-Q01"].stage == "late"
    assert told(with_case(scheduled()))["QH-Q01"].stage == "case"
    assert told(forfeited(with_case(scheduled())))["QH-Q01"].stage == "forfeited"
    assert told(with_case(opened()))["QH-Q01"].stage == "opened"
    assert "late" in told(with_case(opened()))["QH-Q01"].facts


def test_an_opening_past_the_gate_stays_marked_with_its_reason() -> None:
    assert "overridden" not in told(opened())["QH-Q01"].facts
    held = scheduled().known.units["QH-Q01"]
    place = scheduled()
    bare = replace(
        place, known=replace(place.known, units={**place.known.units, "QH-Q01": replace(held, values={})})
    )
    past = bare.when(OpenInspection("QH-Q01", override="Các Ban gửi sau"), LEADER.at(DAY))
    row = told(past)["QH-Q01"]
    assert (row.override, "overridden" in row.facts) == ("Các Ban gửi sau", True)


def test_everybody_is_told_no_more_than_the_session_and_whether_it_was_held() -> None:
    for place in (scheduled(), with_case(scheduled()), forfeited(with_case(scheduled()))):
        assert told(place)["QH-Q01"].shown_to_all == "scheduled"
    assert told(opened())["QH-Q01"].shown_to_all == "opened"
    assert told(concluded())["QH-Q01"].shown_to_all == "concluded"


def test_answers_are_counted_one_by_one_and_an_amendment_asks_again() -> None:
    place = concluded()
    assert told(place)["QH-Q01"].unanswered == ("1.2", "2.3")
    place = answer(answer(place, "2.3", disputes=True), "1.2", disputes=False)
    assert (told(place)["QH-Q01"].unanswered, told(place)["QH-Q01"].disputed) == ((), ("2.3",))
    caught_up = place.telling(inspection_1_2=("3",), inspection_2_3=("1",))
    amended = caught_up.when(
        AmendConclusion("QH-Q01", "Đọc lại", adjustments=(Adjust("2.3", "2", "c"),)), LEADER.at(DAY)
    )
    assert (told(amended)["QH-Q01"].unanswered, told(amended)["QH-Q01"].disputed) == (("2.3",), ())


@for_all(st.lists(st.sets(st.sampled_from(FACTS)), max_size=12))
def test_every_unit_is_in_exactly_one_stage_and_the_bar_adds_up(facts: list[set[str]]) -> None:
    visit = scheduled().state.visit("QH-Q01")
    rows = [Progress(f"U{n}", f"U{n}", "QH", visit, frozenset(some)) for n, some in enumerate(facts)]
    sums = sums_of(rows)
    assert sum(sums.stages.values()) == len(rows) == sums.units
    assert all(row.stage in STAGES for row in rows)
    assert all(sums.facts[name] == sum(name in some for some in facts) for name in FACTS)


def test_the_days_of_the_round_are_all_of_them_and_those_of_sessions_outside_it() -> None:
    place = scheduled()
    held = place.state.round
    assert held is not None
    rows = progress_of(place.state, place.known, DAY)
    days = days_of(held, None, rows, date(2020, 11, 9))
    assert [one.day for one in days] == [held.first_day + timedelta(days=n) for n in range(12)]
    assert [(one.day.day, one.sessions) for one in days if one.today or one.sessions] == [(9, 1)]
    late = replace(held, first_day=date(2020, 11, 10))
    assert days_of(late, None, rows, date(2020, 11, 9))[0].sessions == 1


def test_a_unit_is_told_of_its_pack_in_the_last_two_days_and_after_and_of_its_answers() -> None:
    assert needs(scheduled(), "unit", BEFORE - timedelta(days=1)) == {}
    assert needs(scheduled(), "unit", BEFORE) == {"pack_soon": (1, False)}
    assert needs(scheduled(), "unit") == {"pack_late": (1, True)}
    assert needs(with_case(scheduled()), "unit") == {}
    assert needs(scheduled().when(PACK, UNIT.at(BEFORE)), "unit", BEFORE) == {}
    assert needs(concluded(), "unit") == {"answers": (1, False)}


def test_a_secretary_is_told_of_a_pack_until_somebody_got_it() -> None:
    sent = scheduled().when(PACK, UNIT.at(BEFORE))
    assert needs(sent, "team_secretary", BEFORE) == {"forward": (1, True)}
    passed = sent.when(ForwardPack("QH-Q01", sent.facts, ("NV-001",)), SECRETARY.at(BEFORE))
    assert needs(passed, "team_secretary", BEFORE) == {}


def test_a_leader_is_told_of_requests_of_sessions_that_passed_and_of_conclusions_to_sign() -> None:
    assert needs(scheduled(), "team_leader") == {}
    asked = scheduled().when(AskReschedule("QH-Q01", "Cấp ủy họp"), UNIT.at(BEFORE))
    assert needs(asked, "team_leader", BEFORE) == {"requests": (1, False)}
    assert needs(scheduled(), "team_leader", DAY + timedelta(days=1)) == {"unopened": (1, True)}
    assert needs(forfeited(scheduled()), "team_leader", DAY + timedelta(days=1)) == {}
    assert needs(opened(), "team_leader") == {"unsigned": (1, False)}
    assert needs(opened(), "team_leader", DAY + timedelta(days=1)) == {"unsigned": (1, True)}
    assert needs(concluded(), "team_leader", DAY + timedelta(days=1)) == {}


def test_the_committee_is_told_of_open_cases_and_disputes() -> None:
    assert needs(with_case(scheduled()), "standing_committee") == {"cases": (1, True)}
    assert needs(answer(concluded(), "2.3", disputes=True), "standing_committee") == {"disputes": (1, False)}


def test_the_office_is_told_of_units_without_a_session_and_when_the_round_is_ripe() -> None:
    assert needs(scheduled(), "office") == {"unscheduled": (2, False)}
    assert needs(concluded(), "office")["close"] == (1, False)
    assert needs(scheduled(), "office", datetime(2020, 11, 20, 17, 0, tzinfo=UTC))["close"] == (1, True)


def test_without_a_due_day_members_are_told_of_their_reports_once_a_session_is_concluded() -> None:
    assert needs(opened(), "team_member") == {}
    assert needs(concluded(), "team_member") == {"reflections": (4, False)}
    assert needs(concluded(), "team_member", person="NV-003") == {"reflections": (1, False)}
    sent = concluded().when(SubmitReflection("DKT-1", "sha256:" + "0" * 64), SECRETARY.at(DAY))
    assert needs(sent, "team_member", person="NV-003") == {}


def test_the_next_session_is_today_or_later_and_neither_over_nor_forfeited() -> None:
    def next_of(place: Place, at: datetime) -> str | None:
        rows = progress_of(place.state, place.known, at)
        found = next_session(rows, at, ZONE)
        return None if found is None else found.unit

    assert next_of(scheduled(), DAY) == "QH-Q01"
    assert next_of(scheduled(), DAY + timedelta(days=1)) is None
    assert next_of(concluded(), DAY) is None
    assert next_of(forfeited(scheduled()), DAY) is None


def test_closing_asks_for_each_unit_without_a_conclusion_and_tells_the_rest() -> None:
    place = forfeited(with_case(scheduled()))
    held = place.state.round
    assert held is not None
    body = closing_body(place.state, place.known, held, progress_of(place.state, place.known, DAY))
    assert body["unconcluded"] == ["QH-Q01"]
    assert [(one["unit"], one["stage"], one["document"]) for one in body["waiting"]] == [
        ("QH-Q01", "forfeited", "12-BB")
    ]
    done = answer(concluded(), "2.3", disputes=True)
    body = closing_body(done.state, done.known, held, progress_of(done.state, done.known, DAY))
    assert (body["unconcluded"], body["waiting"], body["open_cases"]) == ([], [], [])
    assert body["disputed"] == [{"unit": "QH-Q01", "criteria": ["2.3"]}]
    assert body["unanswered"] == [{"unit": "QH-Q01", "criteria": ["1.2"]}]
    assert len(body["missing_reflections"]) == 4


@pytest.mark.parametrize("scope", ["round", INSPECTION])
def test_reports_are_asked_for_the_round_or_for_each_session_that_began(scope: str) -> None:
    def asked(place: Place) -> list[tuple[str, str | None]]:
        book = place.known.rulebook
        assert book is not None
        policies = MappingProxyType({**book.policies, "reflection_scope": scope})
        known = replace(place.known, rulebook=replace(book, policies=policies))
        return asked_of(place.state, known, "NV-002")

    before = [("DKT-1", None)] if scope == "round" else []
    assert asked(scheduled()) == before
    assert asked(opened()) == ([("DKT-1", None)] if scope == "round" else [("DKT-1", "QH-Q01")])
