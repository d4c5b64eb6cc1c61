"""A proposed schedule: who goes where and when, so that every rule of the plan holds (plan III.4, III.6).

The problem is data, the answer is checked against it exactly; between the two stands a solver, HiGHS, with
one thread and a fixed seed, so the same problem gives the same proposal (docs/decisions/0031).

Units that no rule tells apart (same area, same first day, same teams barred) are one *kind*, and the solver
decides only how many of a kind sit in each half-day of each team; who of them is settled by code.  So it sees
some hundred 0/1 variables, not units x teams x sessions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import highspy

from services.inspections.calendar_form import SESSIONS

TIME_LIMIT: Final = 8.0
"""Seconds that the solver may take."""


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """A half-day; ``half``: 0 the morning, 1 the afternoon."""

    day: date
    half: int

    @property
    def name(self) -> str:
        """``MORNING`` or ``AFTERNOON``."""
        return SESSIONS[self.half]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit to be placed: not before ``first_day`` (gate passes), by no team in ``barred`` (conflicts)."""

    unit: str
    area: str
    first_day: date
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Placed:
    """One unit's session."""

    unit: str
    area: str
    team: str
    session: Session


@dataclass(frozen=True, slots=True)
class SchedulingProblem:
    """``fixed``: sessions that stay as they are; ``sessions``: the working half-days, in order."""

    candidates: tuple[Candidate, ...]
    teams: tuple[str, ...]
    sessions: tuple[Session, ...]
    fixed: tuple[Placed, ...] = ()
    unavailable: frozenset[tuple[str, Session]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no such schedule, or what a schedule gives up, in both languages."""

    rule: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """``placed``: the candidates' sessions, by session and team; None with ``reasons`` when none exists.

    ``best``: whether the solver proved that no other keeps the mix of areas better, and starts earlier.
    """

    placed: tuple[Placed, ...] | None
    reasons: tuple[Reason, ...] = ()
    best: bool = True


@dataclass(frozen=True, slots=True)
class _Kind:
    """Candidates that no rule tells apart, by code."""

    area: str
    first_day: date
    barred: frozenset[str]
    units: tuple[str, ...]


def propose(problem: SchedulingProblem, time_limit: float = TIME_LIMIT) -> Proposal:
    """The proposal for ``problem``, or why there is none."""
    if not problem.candidates:
        return Proposal(())
    reasons = _crowded(problem)
    if reasons:
        return Proposal(None, reasons)
    kinds = _kinds(problem.candidates)
    filled, best = _solve(problem, kinds, time_limit)
    if filled is None:
        return Proposal(None, (_unproved() if not best else _barred(kinds),))
    placed = _named(problem, kinds, filled)
    faults = broken(problem, placed)
    if faults:
        raise ArithmeticError(f"the solver's answer breaks a rule: {faults[0]}")
    return Proposal(placed, best=best)


def broken(problem: SchedulingProblem, placed: Sequence[Placed]) -> list[str]:
    """Which rules ``placed`` breaks, exactly; empty for a schedule that may be stated as it is."""
    wanted = {one.unit: one for one in problem.candidates}
    faults = []
    counted = Counter(one.unit for one in placed)
    faults += [f"{unit} has {counted[unit]} sessions" for unit in sorted(wanted) if counted[unit] != 1]
    faults += [f"{unit} is no candidate" for unit in sorted(counted.keys() - wanted.keys())]
    seats = Counter((one.team, one.session) for one in (*problem.fixed, *placed))
    faults += [f"{team} is in {n} places" for (team, _), n in seats.items() if n > 1]
    for one in placed:
        candidate = wanted.get(one.unit)
        if one.team not in problem.teams or one.session not in problem.sessions:
            faults.append(f"{one.unit} sits in no session of the round")
        if (one.team, one.session) in problem.unavailable:
            faults.append(f"{one.team} is not available for {one.unit}")
        if candidate is not None and one.session.day < candidate.first_day:
            faults.append(f"{one.unit} before {candidate.first_day}")
        if candidate is not None and one.team in candidate.barred:
            faults.append(f"{one.unit} by {one.team}, which is barred")
    return faults


def _free(problem: SchedulingProblem) -> list[tuple[int, int]]:
    """The seats that are free, as (team, session) indexes, in order."""
    taken = {(one.team, one.session) for one in problem.fixed} | problem.unavailable
    return [
        (t, s)
        for s, session in enumerate(problem.sessions)
        for t, team in enumerate(problem.teams)
        if (team, session) not in taken
    ]


def _crowded(problem: SchedulingProblem) -> tuple[Reason, ...]:
    """Where there are more units than seats: from the round's first day, and from each later first day on."""
    if not problem.teams or not problem.sessions:
        return (
            Reason(
                "nothing-to-place-in",
                "Chưa có đoàn kiểm tra, hoặc đợt không có ngày làm việc nào.",
                "There is no team, or the round has no working day.",
            ),
        )
    free = [problem.sessions[s].day for _, s in _free(problem)]
    reasons = []
    for first in sorted({one.first_day for one in problem.candidates}):
        units = [one for one in problem.candidates if one.first_day >= first]
        seats = sum(day >= first for day in free)
        if len(units) > seats:
            named = ", ".join(sorted({one.area for one in units}))
            reasons.append(
                Reason(
                    "too-few-sessions",
                    f"{len(units)} đơn vị ({named}) chỉ xếp được từ ngày {first.isoformat()}, "
                    f"nhưng từ ngày đó chỉ còn {seats} buổi trống.",
                    f"{len(units)} units ({named}) can be placed from {first.isoformat()} on only, "
                    f"and from that day on {seats} sessions are free.",
                )
            )
    return tuple(reasons)


def _barred(kinds: Sequence[_Kind]) -> Reason:
    units = sorted(unit for kind in kinds if kind.barred for unit in kind.units)
    return Reason(
        "conflicts-leave-no-team",
        f"Đủ buổi, nhưng xung đột lợi ích của {', '.join(units)} không để lại đoàn nào còn buổi phù hợp.",
        f"Sessions are enough, but conflicts of interest of {', '.join(units)} leave no team for them.",
    )


def _unproved() -> Reason:
    return Reason(
        "no-answer-in-time",
        "Chưa tìm được lịch trong thời gian cho phép; hãy giảm ràng buộc rồi thử lại.",
        "No schedule was found in the time allowed; loosen the conditions and try again.",
    )


def _kinds(candidates: Iterable[Candidate]) -> list[_Kind]:
    grouped: dict[tuple[str, date, tuple[str, ...]], list[str]] = {}
    for one in candidates:
        grouped.setdefault((one.area, one.first_day, tuple(sorted(one.barred))), []).append(one.unit)
    return [
        _Kind(area, first, frozenset(barred), tuple(sorted(grouped[area, first, barred])))
        for area, first, barred in sorted(grouped)
    ]


def _solve(
    problem: SchedulingProblem, kinds: Sequence[_Kind], time_limit: float
) -> tuple[list[tuple[int, int, int]] | None, bool]:
    """The chosen (session, team, kind) indexes in order, or None; and whether that is proved.

    Costs, the heavier always outweighing all lighter ones: units above or below a team's fair share, of all
    areas and of each area; then how late sessions lie, so that the round's end stays free for moves.
    """
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    for option, value in (
        ("threads", 1),
        ("random_seed", 0),
        ("time_limit", time_limit),
        ("mip_rel_gap", 0.0),
    ):
        model.setOptionValue(option, value)
    free = _free(problem)
    late = len(problem.sessions) * (len(problem.candidates) + 1)
    seats = {
        (s, t, k): model.addBinary(obj=s)
        for t, s in free
        for k, kind in enumerate(kinds)
        if problem.sessions[s].day >= kind.first_day and problem.teams[t] not in kind.barred
    }
    for t, s in free:
        here = [seats[s, t, k] for k in range(len(kinds)) if (s, t, k) in seats]
        if here:
            model.addConstr(model.qsum(here) <= 1)
    for k, kind in enumerate(kinds):
        here = [variable for (_, _, of), variable in seats.items() if of == k]
        if not here:
            return None, True
        model.addConstr(model.qsum(here) == len(kind.units))
    areas = sorted({kind.area for kind in kinds})
    for area in (None, *areas):
        of_area = [k for k, kind in enumerate(kinds) if area in (None, kind.area)]
        fixed = Counter(one.team for one in problem.fixed if area in (None, one.area))
        total = sum(len(kinds[k].units) for k in of_area) + sum(fixed.values())
        least, rest = divmod(total, len(problem.teams))
        for t, team in enumerate(problem.teams):
            here = [
                seats[s, t, k] for s in range(len(problem.sessions)) for k in of_area if (s, t, k) in seats
            ]
            if not here:
                continue
            over = model.addVariable(lb=0, obj=late)
            under = model.addVariable(lb=0, obj=late)
            sum_here = model.qsum(here)
            model.addConstr(sum_here - over <= least + bool(rest) - fixed[team])
            model.addConstr(sum_here + under >= least - fixed[team])
    model.minimize()
    status = model.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None, True
    best = status == highspy.HighsModelStatus.kOptimal
    solution = list(model.getSolution().col_value)
    if not solution or model.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
        return None, best
    return sorted(place for place, variable in seats.items() if solution[variable.index] > 0.5), best


def _named(
    problem: SchedulingProblem, kinds: Sequence[_Kind], filled: Sequence[tuple[int, int, int]]
) -> tuple[Placed, ...]:
    """Units for the seats: of each kind by code, in the order of the seats."""
    waiting = {k: iter(kind.units) for k, kind in enumerate(kinds)}
    return tuple(
        Placed(next(waiting[k]), kinds[k].area, problem.teams[t], problem.sessions[s]) for s, t, k in filled
    )


def mix(placed: Iterable[Placed]) -> Mapping[str, Mapping[str, int]]:
    """How many units of each area each team has, both by code."""
    counted = Counter((one.team, one.area) for one in placed)
    found: dict[str, dict[str, int]] = {}
    for team, area in sorted(counted):
        found.setdefault(team, {})[area] = counted[team, area]
    return found
