"""The sessions of a round: how far each is, and which need somebody today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.commands import OpenInspection, Schedule
from services.inspections.sessions import STAGES, Sitting, agenda_of, sittings
from shared.events.envelope import instant
from tests.support.inspected import DAY, LEADER, OFFICE, Place, opened, scheduled

TODAY = date(2020, 11, 9)


def only(place: Place, today: date = TODAY) -> Sitting:
    (found,) = sittings(place.state, place.known, today)
    return found


def test_a_session_waits_for_scores_or_is_ready_and_a_zero_is_a_score() -> None:
    ready = scheduled()
    assert (only(ready).stage, only(ready).missing) == ("ready", ())
    waiting = only(ready.telling(department_1_2=()))
    assert (waiting.stage, waiting.missing) == ("waiting", ("1.2",))


def test_a_session_whose_day_is_over_and_that_was_not_opened_is_missed() -> None:
    assert only(scheduled(), TODAY + timedelta(days=1)).stage == "missed"


def test_an_override_stays_visible_after_the_score_has_come() -> None:
    command = OpenInspection("QH-Q01", override="Ban gửi sau")
    place = scheduled().telling(department_1_2=()).when(command, LEADER.at(DAY))
    late = only(place.telling(department_1_2=("5",)))
    assert (late.stage, late.overridden, late.missing) == ("open", True, ())
    assert only(opened()).overridden is False


def test_an_opening_keeps_what_the_gate_lacked_where_it_was_checked_and_when_it_happened() -> None:
    happened = instant(DAY)
    command = OpenInspection("QH-Q01", override="Ban gửi sau", occurred_at=happened)
    evening = LEADER.at(DAY + timedelta(hours=10))
    place = scheduled().telling(department_1_2=()).when(command, evening)
    opening = place.state.visit("QH-Q01").opening
    assert opening is not None
    assert (opening.missing, opening.override, opening.base_position) == (("1.2",), "Ban gửi sau", 812)
    assert (opening.happened, opening.team, opening.by) == (happened, "DKT-1", "NV-001")
    assert scheduled().state.visit("QH-Q01").opening is None


def test_a_forfeited_unit_has_no_inspection() -> None:
    place = scheduled()
    units = {**place.known.units, "QH-Q01": replace(place.known.units["QH-Q01"], forfeited=True)}
    assert only(replace(place, known=replace(place.known, units=units))).stage == "forfeited"


def test_sessions_are_ordered_by_day_and_the_morning_comes_first() -> None:
    place = scheduled()
    slot = replace(place.state.visit("QH-Q01").slots[-1], session="AFTERNOON")
    visits = {
        "QH-Q01": replace(place.state.visit("QH-Q01"), slots=(slot,)),
        "QH-Q03": replace(place.state.visit("QH-Q03"), slots=(replace(slot, session="MORNING"),)),
    }
    found = sittings(replace(place.state, visits=visits), place.known, TODAY)
    assert [one.unit for one in found] == ["QH-Q03", "QH-Q01"]
    moved = place.when(Schedule("QH-Q03", "DKT-1", "2020-11-10", "MORNING"), OFFICE)
    assert [one.unit for one in sittings(moved.state, moved.known, TODAY)] == ["QH-Q01", "QH-Q03"]


@for_all(st.lists(st.tuples(st.integers(-3, 3), st.sampled_from(STAGES))))
def test_every_session_stands_in_exactly_one_place_and_none_of_today_is_hidden(
    given: list[tuple[int, str]],
) -> None:
    rows = [
        replace(only(scheduled()), unit=str(place), day=TODAY + timedelta(days=days), stage=stage)
        for place, (days, stage) in enumerate(given)
    ]
    found = agenda_of(rows, TODAY)
    placed = [one.unit for part in (found.today, found.ahead, found.behind, found.over) for one in part]
    assert sorted(placed) == sorted(one.unit for one in rows)
    assert [one.unit for one in found.today] == [one.unit for one in rows if one.day == TODAY]
    assert all(one.stage not in ("concluded", "forfeited") for one in found.behind)
