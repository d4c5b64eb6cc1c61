"""Every proposal satisfies the rules, or there is none and the words say why."""

from __future__ import annotations

import csv
import time
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.inspections.proposing import (
    Candidate,
    Placed,
    SchedulingProblem,
    Session,
    broken,
    mix,
    propose,
)
from tests.support.deciding import RULEBOOK

MONDAY = date(2020, 11, 9)
TEAMS = tuple(f"DKT-{n}" for n in range(1, 7))
AREAS = ("CNLD", "LLVT", "QH")


def half_days(days: int) -> tuple[Session, ...]:
    found = (MONDAY + timedelta(days=n) for n in range(days))
    return tuple(Session(day, half) for day in found if day.weekday() < 5 for half in (0, 1))


def candidate(number: int, area: str, wait: int = 0, *barred: str) -> Candidate:
    return Candidate(f"{area}-{number:02}", area, MONDAY + timedelta(days=wait), frozenset(barred))


@st.composite
def problems(draw: st.DrawFn) -> SchedulingProblem:
    """Small rounds, some of them too crowded."""
    teams = TEAMS[: draw(st.integers(1, 3))]
    sessions = half_days(draw(st.integers(1, 4)))
    seats = [(team, session) for team in teams for session in sessions]
    taken = draw(st.lists(st.sampled_from(seats), max_size=4, unique=True))
    fixed = tuple(Placed(f"F-{n}", draw(st.sampled_from(AREAS)), *seat) for n, seat in enumerate(taken[:2]))
    candidates = tuple(
        candidate(
            n,
            draw(st.sampled_from(AREAS)),
            draw(st.integers(0, 4)),
            *draw(st.lists(st.sampled_from(teams), max_size=2, unique=True)),
        )
        for n in range(draw(st.integers(0, 10)))
    )
    return SchedulingProblem(candidates, teams, sessions, fixed, frozenset(taken[2:]))


def has_a_schedule(problem: SchedulingProblem) -> bool:
    """Whether every candidate can be given a seat: a matching, found by augmenting paths."""
    taken = {(one.team, one.session) for one in problem.fixed} | problem.unavailable
    seats = [
        (team, session)
        for team in problem.teams
        for session in problem.sessions
        if (team, session) not in taken
    ]
    holder: dict[tuple[str, Session], Candidate] = {}

    def place(one: Candidate, seen: set[tuple[str, Session]]) -> bool:
        for seat in seats:
            team, session = seat
            if seat in seen or team in one.barred or session.day < one.first_day:
                continue
            seen.add(seat)
            if seat not in holder or place(holder[seat], seen):
                holder[seat] = one
                return True
        return False

    return all(place(one, set()) for one in problem.candidates)


@settings(deadline=None)
@for_all(problems())
def test_a_proposal_breaks_no_rule_and_there_is_one_exactly_when_one_exists(
    problem: SchedulingProblem,
) -> None:
    proposal = propose(problem)
    assert (proposal.placed is not None) == has_a_schedule(problem)
    if proposal.placed is None:
        assert proposal.reasons
        assert all(reason.vi and reason.en for reason in proposal.reasons)
    else:
        assert broken(problem, proposal.placed) == []
        assert proposal.best
    assert propose(problem) == proposal


def the_units_of_2020() -> list[tuple[str, str]]:
    with (RULEBOOK.parent / "units.csv").open(encoding="utf-8") as file:
        return [
            (row["unit"], row["area"])
            for row in csv.DictReader(file)
            if row["valid_from"] <= "2020-12-31" <= (row["valid_to"] or "2020-12-31")
        ]


def round_of_2020() -> SchedulingProblem:
    """All units, six teams, ten working days; LLVT needs five days for gate passes, from the 5th on."""
    first = {"LLVT": date(2020, 11, 10)}
    candidates = tuple(Candidate(unit, area, first.get(area, MONDAY)) for unit, area in the_units_of_2020())
    return SchedulingProblem(candidates, TEAMS, half_days(12))


def test_66_units_and_six_teams_are_placed_in_less_than_ten_seconds_with_every_area_shared_out() -> None:
    problem = round_of_2020()
    assert len(problem.candidates) == 66
    started = time.monotonic()
    proposal = propose(problem)
    assert time.monotonic() - started < 10
    assert proposal.placed is not None
    assert proposal.best
    assert broken(problem, proposal.placed) == []
    assert set(Counter(one.team for one in proposal.placed).values()) == {11}
    shared = mix(proposal.placed)
    for area in AREAS:
        counts = [shared[team].get(area, 0) for team in TEAMS]
        assert max(counts) - min(counts) <= 1


def test_the_order_in_which_units_arrive_changes_nothing() -> None:
    problem = round_of_2020()
    turned = SchedulingProblem(problem.candidates[::-1], problem.teams, problem.sessions)
    assert propose(turned) == propose(problem)


def test_sessions_that_are_set_stay_and_count_in_the_mix() -> None:
    problem = round_of_2020()
    kept = tuple(
        Placed(one.unit, one.area, "DKT-1", session)
        for one, session in zip(problem.candidates[:5], problem.sessions, strict=False)
    )
    left = SchedulingProblem(problem.candidates[5:], problem.teams, problem.sessions, kept)
    proposal = propose(left)
    assert proposal.placed is not None
    assert {(one.team, one.session) for one in kept}.isdisjoint(
        (one.team, one.session) for one in proposal.placed
    )
    assert set(Counter(one.team for one in (*kept, *proposal.placed)).values()) == {11}


@pytest.mark.parametrize(
    ("problem", "rule", "said"),
    [
        (SchedulingProblem((candidate(1, "QH"),), (), half_days(2)), "nothing-to-place-in", "đoàn"),
        (SchedulingProblem((candidate(1, "QH"),), TEAMS, ()), "nothing-to-place-in", "đoàn"),
        (
            SchedulingProblem(tuple(candidate(n, "QH") for n in range(3)), TEAMS[:1], half_days(1)),
            "too-few-sessions",
            "3 đơn vị (QH) chỉ xếp được từ ngày 2020-11-09, nhưng từ ngày đó chỉ còn 2 buổi trống.",
        ),
        (
            SchedulingProblem(tuple(candidate(n, "LLVT", 1) for n in range(3)), TEAMS[:1], half_days(2)),
            "too-few-sessions",
            "3 đơn vị (LLVT) chỉ xếp được từ ngày 2020-11-10, nhưng từ ngày đó chỉ còn 2 buổi trống.",
        ),
        (
            SchedulingProblem((candidate(1, "QH", 0, "DKT-1"),), TEAMS[:1], half_days(1)),
            "conflicts-leave-no-team",
            "QH-01",
        ),
    ],
)
def test_why_there_is_no_schedule_is_said_in_words(problem: SchedulingProblem, rule: str, said: str) -> None:
    proposal = propose(problem)
    assert proposal.placed is None
    assert [reason.rule for reason in proposal.reasons] == [rule]
    assert said in proposal.reasons[0].vi
