"""Given a round, when it is run, then schedule, packs, gate and conclusions hold (plan III.3-III.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.commands import (
    Adjust,
    Batch,
    CloseRound,
    Command,
    FormTeam,
    OpenInspection,
    OpenRound,
    ReceivePack,
    Schedule,
    SignConclusion,
)
from services.inspections.decider import decide, decide_batch, units_of
from services.inspections.deciding.deadlines import pack_due
from services.inspections.known import Entry, Known, KnownUnit
from services.inspections.state import Pack, Round, Slot, State, Visit, fold
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events.envelope import instant, parse_instant
from shared.rulebook import number
from tests.support.deciding import NOW, Person, fits_catalogue, person, rulebook

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = person("office@ledger", sub="VP-001")
LEADER = person("team_leader@team:DKT-1", sub="NV-001")
SECRETARY = person("team_secretary@team:DKT-1", sub="NV-003")
Q01 = person("unit@unit:QH-Q01", sub="bithu.q01")
MONDAY = datetime(2020, 11, 9, 1, 0, tzinfo=UTC)  # 08:00 in the ledger's zone

MEMBERS = tuple(
    {"person": f"NV-00{n}", "role": role, "name": f"Người {n}", "department": "BTG"}
    for n, role in enumerate(("leader", "deputy", "secretary", "member"), start=1)
)
ROUND = OpenRound("DOT-2020", "2020-11-09", "2020-11-20", "lich-2020")
SLOT = Schedule("QH-Q01", "DKT-1", "2020-11-09", "MORNING")


def scored(area: str = "QH") -> dict[tuple[str, str], tuple[Entry, ...]]:
    """Every department leaf of an area scored with nothing but zeros: zero is a score."""
    return {
        (leaf.id, leaf.stage): (Entry("0", "10" if leaf.input == "ratio" else None),)
        for leaf in rulebook().leaves
        if area in leaf.max and leaf.stage != "inspection"
    }


def known(**changes: Any) -> Known:
    units = {
        "QH-Q01": KnownUnit("QH-Q01", "QH", "Quận Đoàn 1", values=scored()),
        "QH-Q03": KnownUnit("QH-Q03", "QH", "Quận Đoàn 3", values=scored()),
        "LLVT-BTL": KnownUnit("LLVT-BTL", "LLVT", "Đoàn Bộ Tư lệnh", values=scored("LLVT")),
        "QH-CU": KnownUnit("QH-CU", "QH", "Đã giải thể", valid_to=date(2020, 6, 30)),
    }
    return replace(Known(812, "Asia/Ho_Chi_Minh", rulebook(), units), **changes)


KNOWN = known()


def when(state: State, command: Command, caller: Person, about: Known = KNOWN) -> State:
    """The state after ``command``, whose facts the catalogue understands."""
    drafts = decide(state, about, command, caller)
    assert fits_catalogue(drafts)
    return fold(drafts, state)


def fact(state: State, command: Command, caller: Person, about: Known = KNOWN) -> dict[str, Any]:
    drafts = decide(state, about, command, caller)
    assert fits_catalogue(drafts)
    return drafts[0].data


def refusal(state: State, command: Command, caller: Person, about: Known = KNOWN) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(state, about, command, caller)
    return caught.value


def a_round() -> State:
    state = when(State(), ROUND, OFFICE)
    for team in ("DKT-1", "DKT-2"):
        state = when(state, FormTeam(team, MEMBERS), OFFICE)
    return state


ROUND_OPEN = a_round()
SCHEDULED = when(ROUND_OPEN, SLOT, OFFICE)
OPENED = when(SCHEDULED, OpenInspection("QH-Q01"), LEADER.at(MONDAY))


def manifest(*without: str, area: str = "QH") -> tuple[dict[str, Any], ...]:
    return tuple(
        {"document": one.id, "name": f"{one.id}.pdf", "sha256": "sha256:" + "0" * 64, "size": 9}
        for one in rulebook().required_documents
        if (one.areas is None or area in one.areas) and one.id not in without
    )


# --- round, teams, schedule


def test_one_round_is_open_at_a_time() -> None:
    error = refusal(ROUND_OPEN, replace(ROUND, round="DOT-2"), OFFICE)
    assert (error.rule, error.status) == ("round-open", 409)


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        (MEMBERS[1:], "team-incomplete"),
        ((*MEMBERS, {**MEMBERS[0], "person": "NV-009"}), "team-incomplete"),
        ((*MEMBERS, {**MEMBERS[3]}), "member-twice"),
    ],
)
def test_a_team_has_one_leader_one_secretary_and_nobody_twice(members: Any, rule: str) -> None:
    assert refusal(ROUND_OPEN, FormTeam("DKT-3", members), OFFICE).rule == rule


@pytest.mark.parametrize(
    ("change", "rule", "status"),
    [
        ({"unit": "QH-Q03"}, "team-busy", 409),
        ({}, "already-scheduled", 409),
        ({"unit": "QH-Q03", "date": "2020-11-08", "session": "AFTERNOON"}, "outside-round", 422),
        ({"unit": "QH-Q03", "date": "2020-11-21"}, "outside-round", 422),
        ({"unit": "QH-Q03", "date": "2020-11-14"}, "not-a-working-day", 422),
        ({"unit": "QH-Q03", "date": "2020-11-15"}, "not-a-working-day", 422),
        ({"unit": "QH-Q03", "team": "DKT-9"}, "unknown-team", 422),
        ({"unit": "QH-Q99"}, "unknown-unit", 422),
        ({"unit": "QH-CU"}, "unit-not-open", 422),
    ],
)
def test_a_session_that_cannot_be_is_refused(change: dict[str, str], rule: str, status: int) -> None:
    error = refusal(SCHEDULED, replace(SLOT, **change), OFFICE)
    assert (error.rule, error.status) == (rule, status)


def test_the_other_half_day_and_another_team_are_free() -> None:
    assert when(SCHEDULED, replace(SLOT, unit="QH-Q03", session="AFTERNOON"), OFFICE)
    assert when(SCHEDULED, replace(SLOT, unit="QH-Q03", team="DKT-2"), OFFICE)


def test_a_move_leaves_the_old_slot_in_history_and_frees_its_session() -> None:
    moved = replace(SLOT, date="2020-11-10", reason="Cấp ủy bận")
    state = when(SCHEDULED, moved, LEADER)
    visit = state.visit("QH-Q01")
    assert [slot.version for slot in visit.slots] == [1, 2]
    assert visit.slot is not None
    assert visit.slot.day == date(2020, 11, 10)
    assert when(state, replace(SLOT, unit="QH-Q03"), OFFICE)


def test_only_the_units_own_leader_moves_it_and_only_the_office_gives_it_another_team() -> None:
    with pytest.raises(AccessDenied):
        decide(SCHEDULED, KNOWN, replace(SLOT, date="2020-11-10"), person("team_leader@team:DKT-2"))
    error = refusal(SCHEDULED, replace(SLOT, team="DKT-2", date="2020-11-10"), LEADER)
    assert error.rule == "unit-has-team"
    assert when(SCHEDULED, replace(SLOT, team="DKT-2", date="2020-11-10"), OFFICE)


def test_an_inspection_that_has_begun_is_not_moved() -> None:
    assert refusal(OPENED, replace(SLOT, date="2020-11-10"), OFFICE).rule == "inspection-opened"


def test_a_batch_books_no_session_twice() -> None:
    rows = (SLOT, replace(SLOT, unit="QH-Q03"))
    with pytest.raises(Refused) as caught:
        decide_batch(ROUND_OPEN, KNOWN, Batch(rows), OFFICE)
    assert [fault.field for fault in caught.value.faults] == ["sessions.1.session"]


@for_all(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["QH-Q01", "QH-Q03", "LLVT-BTL"]),
            st.sampled_from(["DKT-1", "DKT-2"]),
            st.sampled_from(["2020-11-09", "2020-11-10"]),
            st.sampled_from(["MORNING", "AFTERNOON"]),
        ),
        max_size=12,
    )
)
def test_whatever_is_asked_no_team_and_no_unit_is_ever_in_two_places(rows: Any) -> None:
    state = ROUND_OPEN
    for row in rows:
        try:
            state = when(state, Schedule(*row), OFFICE)
        except Refused:
            continue
    slots = [visit.slot for visit in state.visits.values() if visit.slot]
    booked = [(slot.team, slot.day, slot.session) for slot in slots]
    assert len(set(booked)) == len(booked)


# --- document packs


def test_a_full_pack_before_the_cut_off_is_complete_and_on_time() -> None:
    data = fact(SCHEDULED, ReceivePack("QH-Q01", manifest()), Q01)
    assert (data["complete"], data["missing"], data["on_time"]) == (True, [], True)
    assert data["base_position"] == 812
    assert data["responsible"] == "QH-Q01"


def test_the_packs_last_second_is_the_end_of_the_third_day_before_in_the_ledgers_zone() -> None:
    last = datetime(2020, 11, 6, 23, 59, 59, 999999, tzinfo=ZONE)
    command = ReceivePack("QH-Q01", manifest())
    data = fact(SCHEDULED, command, Q01.at(last.astimezone(UTC)))
    assert data["on_time"] is True
    assert data["due"] == "2020-11-06T17:00:00.000000Z"
    late = fact(SCHEDULED, command, Q01.at((last + timedelta(microseconds=1)).astimezone(UTC)))
    assert late["on_time"] is False


@for_all(seconds=st.integers(min_value=-400_000, max_value=400_000))
def test_a_pack_is_on_time_exactly_before_its_cut_off(seconds: int) -> None:
    due = datetime(2020, 11, 6, 17, 0, tzinfo=UTC)
    data = fact(SCHEDULED, ReceivePack("QH-Q01", manifest()), Q01.at(due + timedelta(seconds=seconds)))
    assert data["on_time"] is (seconds < 0)


def test_an_incomplete_pack_is_kept_and_names_what_is_missing() -> None:
    data = fact(SCHEDULED, ReceivePack("QH-Q01", manifest("SCHOOLS")), Q01)
    assert (data["complete"], data["missing"]) == (False, ["SCHOOLS"])


def test_a_reason_fills_a_slot_and_a_document_of_another_area_is_not_asked() -> None:
    without = ({"document": "MODELS", "absent_because": "Năm nay không có mô hình"},)
    assert fact(SCHEDULED, ReceivePack("QH-Q01", manifest("MODELS") + without), Q01)["complete"] is True
    army = when(SCHEDULED, Schedule("LLVT-BTL", "DKT-1", "2020-11-10", "MORNING"), OFFICE)
    own = person("unit@unit:LLVT-BTL")
    assert fact(army, ReceivePack("LLVT-BTL", manifest(area="LLVT")), own)["complete"] is True
    error = refusal(army, ReceivePack("LLVT-BTL", manifest()), own)
    assert error.rule == "unknown-document"


def test_a_document_named_twice_is_refused() -> None:
    error = refusal(SCHEDULED, ReceivePack("QH-Q01", manifest() + manifest()[:1]), Q01)
    assert error.faults[0].field == f"manifest.{len(manifest())}.document"


def test_the_secretary_may_take_it_in_and_another_unit_may_not() -> None:
    command = ReceivePack("QH-Q01", manifest())
    assert fact(SCHEDULED, command, SECRETARY)["actor"]["role"] == "team_secretary"
    with pytest.raises(AccessDenied):
        decide(SCHEDULED, KNOWN, command, person("unit@unit:QH-Q03"))


def test_a_unit_without_a_day_has_nothing_due() -> None:
    assert refusal(ROUND_OPEN, ReceivePack("QH-Q01", manifest()), Q01).rule == "not-scheduled"


def due_at(visit: Visit, days: int, zone: ZoneInfo, policy: str = "recompute_while_open") -> datetime:
    """The cut-off of a pack by a round without a calendar."""
    held = Round("DOT-2020", date(2020, 11, 9), date(2020, 11, 20), days)
    return pack_due(visit, held, (), zone, policy).at


def visit(*slots: tuple[str, str], packs: tuple[Pack, ...] = ()) -> Visit:
    return Visit(
        "QH-Q01",
        tuple(
            Slot("DKT-1", date.fromisoformat(day), "MORNING", number_, since)
            for number_, (day, since) in enumerate(slots, start=1)
        ),
        packs,
    )


BEFORE, AFTER = "2020-11-06T16:59:59.999999Z", "2020-11-06T17:00:00.000000Z"
FIRST, SECOND = ("2020-11-09", "2020-10-20T00:00:00.000000Z"), "2020-11-16"


def test_a_move_while_the_deadline_is_open_computes_it_again_and_never_once_it_was_missed() -> None:
    old, new = datetime(2020, 11, 6, 17, tzinfo=UTC), datetime(2020, 11, 13, 17, tzinfo=UTC)
    assert due_at(visit(FIRST, (SECOND, BEFORE)), 3, ZONE) == new
    assert due_at(visit(FIRST, (SECOND, AFTER)), 3, ZONE) == old
    assert due_at(visit(FIRST, (SECOND, AFTER)), 3, ZONE, "always") == new
    assert due_at(visit(FIRST, (SECOND, BEFORE)), 3, ZONE, "keep_first") == old


def test_who_had_sent_a_full_pack_in_time_has_missed_nothing_by_a_later_move() -> None:
    pack = Pack("2020-11-05T00:00:00.000000Z", True, True, (), AFTER)
    moved = visit(FIRST, (SECOND, AFTER), packs=(pack,))
    assert due_at(moved, 3, ZONE) == datetime(2020, 11, 13, 17, tzinfo=UTC)
    late = visit(FIRST, (SECOND, AFTER), packs=(replace(pack, complete=False),))
    assert due_at(late, 3, ZONE) == datetime(2020, 11, 6, 17, tzinfo=UTC)


@for_all(moves=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 20 * 86400)), min_size=1, max_size=5))
def test_a_missed_deadline_never_comes_back(moves: list[tuple[int, int]]) -> None:
    """Once an instant lies behind the deadline in force, no later move puts it before a new one."""
    start = parse_instant("2020-10-28T00:00:00.000000Z")
    times = sorted(seconds for _, seconds in moves)
    slots = [FIRST] + [
        ((date(2020, 11, 9) + timedelta(days=day)).isoformat(), instant(start + timedelta(seconds=at)))
        for (day, _), at in zip(moves, times, strict=True)
    ]
    for count in range(1, len(slots)):
        before = due_at(visit(*slots[:count]), 3, ZONE)
        moved = parse_instant(slots[count][1])
        if moved >= before:
            assert due_at(visit(*slots[: count + 1]), 3, ZONE) == before


# --- gate and opening


def lacking(*criteria: str) -> Known:
    unit = KNOWN.units["QH-Q01"]
    values = {place: held for place, held in unit.values.items() if place[0] not in criteria}
    return known(units={**KNOWN.units, "QH-Q01": replace(unit, values=values)})


def test_the_gate_is_open_once_every_department_score_is_in_and_zero_counts() -> None:
    data = fact(SCHEDULED, OpenInspection("QH-Q01"), SECRETARY.at(MONDAY))
    assert (data["missing_scores"], data["base_position"], data["team"]) == ([], 812, "DKT-1")
    assert "override" not in data


def test_a_missing_score_closes_the_gate_and_the_leader_opens_it_with_a_reason() -> None:
    about = lacking("6.2", "1.1")
    error = refusal(SCHEDULED, OpenInspection("QH-Q01"), LEADER.at(MONDAY), about)
    assert (error.rule, error.status, error.faults[0].value) == ("gate-closed", 409, "1.1, 6.2")
    command = OpenInspection("QH-Q01", override="Ban Tổ chức gửi bổ sung sau")
    data = fact(SCHEDULED, command, LEADER.at(MONDAY), about)
    assert data["missing_scores"] == ["1.1", "6.2"]
    assert data["override"] == {"reason": "Ban Tổ chức gửi bổ sung sau"}
    denied = refusal(SCHEDULED, command, SECRETARY.at(MONDAY), about)
    assert (denied.rule, denied.status) == ("override-by-leader", 403)


def test_a_self_score_never_stands_in_for_a_missing_one() -> None:
    about = lacking("1.2")
    unit = about.units["QH-Q01"]
    own = {**unit.values, ("1.2", "self"): (Entry("6"),)}
    about = known(units={**about.units, "QH-Q01": replace(unit, values=own)})
    assert refusal(SCHEDULED, OpenInspection("QH-Q01"), LEADER.at(MONDAY), about).rule == "gate-closed"


def test_a_criterion_that_was_decided_not_to_apply_is_not_missing() -> None:
    about = lacking("4.2")
    unit = about.units["QH-Q01"]
    decided = {**unit.values, ("4.2", "standing"): (Entry(None, None, "NOT_APPLICABLE"),)}
    about = known(units={**about.units, "QH-Q01": replace(unit, values=decided)})
    assert fact(SCHEDULED, OpenInspection("QH-Q01"), LEADER.at(MONDAY), about)["missing_scores"] == []


def test_an_inspection_opens_on_its_day_in_the_ledgers_zone_and_once() -> None:
    command = OpenInspection("QH-Q01")
    eve = datetime(2020, 11, 8, 16, 59, tzinfo=UTC)  # 23:59 of the 8th there
    assert refusal(SCHEDULED, command, LEADER.at(eve)).rule == "not-the-day"
    assert fact(SCHEDULED, command, LEADER.at(eve + timedelta(minutes=1)))
    next_day = replace(command, occurred_at=instant(MONDAY))
    assert fact(SCHEDULED, next_day, LEADER.at(MONDAY + timedelta(days=1)))["occurred_at"] == instant(MONDAY)
    assert refusal(OPENED, command, LEADER.at(MONDAY)).rule == "inspection-opened"


def test_a_confirmed_forfeit_means_no_inspection() -> None:
    unit = replace(KNOWN.units["QH-Q01"], forfeited=True)
    about = known(units={**KNOWN.units, "QH-Q01": unit})
    assert refusal(SCHEDULED, OpenInspection("QH-Q01"), LEADER.at(MONDAY), about).rule == (
        "inspection-forfeited"
    )


# --- conclusion

SCORES = (
    {"criterion": "8.1", "value": "3"},
    {"criterion": "8.2", "value": "2.5"},
    {"criterion": "8.3", "value": "0"},
)
CONCLUSION = SignConclusion("QH-Q01", "Mặt được", "Hạn chế", "Định hướng", SCORES)
NOON = LEADER.at(MONDAY + timedelta(hours=3))


def with_values(**values: str) -> Known:
    unit = KNOWN.units["QH-Q01"]
    held = dict(unit.values)
    for name, value in values.items():
        stage, _, criterion = name.partition("_")
        held[criterion.replace("_", "."), stage] = (Entry(value),)
    return known(units={**KNOWN.units, "QH-Q01": replace(unit, values=held)})


def test_a_conclusion_states_the_inspection_scores_and_zero_is_one() -> None:
    data = fact(OPENED, CONCLUSION, NOON)
    assert data["scores"] == list(SCORES)
    assert data["base_position"] == 812


def test_an_adjustment_records_what_it_corrects_as_the_ledger_has_it() -> None:
    about = with_values(self_1_2="6", department_1_2="5.50")
    command = replace(CONCLUSION, adjustments=(Adjust("1.2", "4.75", "Đối chiếu sổ"),))
    (entry,) = fact(OPENED, command, NOON, about)["adjustments"]
    assert entry == {
        "criterion": "1.2",
        "from_self": "6",
        "from_effective": "5.5",
        "to": "4.75",
        "reason": "Đối chiếu sổ",
    }


def test_a_raw_input_is_compared_as_points() -> None:
    unit = KNOWN.units["QH-Q01"]
    values = {**unit.values, ("2.1", "department"): (Entry("118", "120"),)}  # 7.75 points
    about = known(units={**KNOWN.units, "QH-Q01": replace(unit, values=values)})
    change = Adjust("2.1", "7", "Đối chiếu", frozenset({"from_effective"}), from_effective="7.75")
    assert fact(OPENED, replace(CONCLUSION, adjustments=(change,)), NOON, about)


def test_a_client_that_saw_an_older_value_is_told_so() -> None:
    about = with_values(department_1_2="5.50")
    stated = frozenset({"from_effective", "from_self"})
    change = Adjust("1.2", "4.75", "Đối chiếu", stated, from_self=None, from_effective="5.25")
    error = refusal(OPENED, replace(CONCLUSION, adjustments=(change,)), NOON, about)
    assert (error.rule, error.status) == ("stale-adjustment", 409)
    assert error.faults[0].field == "adjustments.0.from_effective"
    again = replace(change, from_effective="5.50")
    assert fact(OPENED, replace(CONCLUSION, adjustments=(again,)), NOON, about)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"scores": SCORES[:2]}, "score-missing"),
        ({"scores": (*SCORES, SCORES[0])}, "criterion-twice"),
        ({"scores": (*SCORES, {"criterion": "1.2", "value": "1"})}, "not-an-inspection-leaf"),
        ({"scores": ({**SCORES[0], "value": "3.25"}, *SCORES[1:])}, "above-maximum"),
        ({"scores": ({**SCORES[0], "value": "2.60"}, *SCORES[1:])}, "off-step"),
        ({"scores": (*SCORES, {"criterion": "9.9", "value": "1"})}, "unknown-criterion"),
        ({"adjustments": (Adjust("8.1", "1", "x"),)}, "not-an-adjustment"),
        ({"adjustments": (Adjust("1.2", "6.25", "x"),)}, "above-maximum"),
        ({"adjustments": (Adjust("9.9", "1", "x"),)}, "unknown-criterion"),
        ({"adjustments": (Adjust("1.2", "1", "x"), Adjust("1.2", "2", "x"))}, "criterion-twice"),
        ({"recognised_models": ({"ref": "M1", "title": "a"}, {"ref": "M1", "title": "b"})}, "model-twice"),
        ({"team": "DKT-2"}, "other-team"),
    ],
)
def test_a_conclusion_that_breaks_a_rule_is_refused(change: dict[str, Any], rule: str) -> None:
    assert refusal(OPENED, replace(CONCLUSION, **change), NOON).rule == rule


def test_only_the_units_own_leader_concludes_after_opening_and_once() -> None:
    for caller in (OFFICE, person("team_leader@team:DKT-2")):
        with pytest.raises(AccessDenied):
            decide(OPENED, KNOWN, CONCLUSION, caller.at(MONDAY))
    assert refusal(OPENED, CONCLUSION, SECRETARY.at(MONDAY)).rule == "not-delegated"
    assert refusal(SCHEDULED, CONCLUSION, NOON).rule == "not-opened"
    concluded = when(OPENED, CONCLUSION, NOON)
    assert refusal(concluded, CONCLUSION, NOON).rule == "already-concluded"


@for_all(quarters=st.integers(min_value=-4, max_value=20))
def test_an_adjustment_is_taken_exactly_from_zero_to_the_maximum(quarters: int) -> None:
    text = number.show(Fraction(quarters, 4), 2)
    command = replace(CONCLUSION, adjustments=(Adjust("7.1", text, "Đối chiếu"),))  # at most 2 in QH
    if 0 <= quarters <= 8:
        assert fact(OPENED, command, NOON)["adjustments"][0]["to"] == text
    else:
        assert refusal(OPENED, command, NOON).rule in ("above-maximum", "below-minimum")


def test_a_round_closes_when_every_scheduled_unit_is_concluded_or_named_with_a_reason() -> None:
    error = refusal(OPENED, CloseRound("DOT-2020"), OFFICE)
    assert (error.rule, error.status, error.faults[0].value) == ("unit-not-concluded", 409, "QH-Q01")
    exception = ({"unit": "QH-Q01", "reason": "Chờ ý kiến"},)
    assert when(OPENED, CloseRound("DOT-2020", exception), OFFICE).round is None
    concluded = when(OPENED, CONCLUSION, NOON)
    assert refusal(concluded, CloseRound("DOT-2020", exception), OFFICE).rule == "not-an-exception"
    closed = when(concluded, CloseRound("DOT-2020"), OFFICE)
    assert refusal(closed, CloseRound("DOT-2020"), OFFICE).rule == "round-closed"
    assert refusal(closed, replace(SLOT, unit="QH-Q03"), OFFICE).rule == "round-not-open"


def test_a_batch_asks_the_ledger_about_each_of_its_units_once() -> None:
    assert units_of(Batch((SLOT, replace(SLOT, session="AFTERNOON"), replace(SLOT, unit="QH-Q03")))) == [
        "QH-Q01",
        "QH-Q03",
    ]
    assert units_of(ROUND) == []


def test_the_office_may_not_send_a_units_pack() -> None:
    with pytest.raises(AccessDenied):
        decide(SCHEDULED, KNOWN, ReceivePack("QH-Q01", manifest()), OFFICE.at(NOW))
