"""Generated cycles for the engine's property tests: small rulebooks with everything in them, and their
events.

Few distinct values on purpose: ties, full caps, quota lines and rescaled leaves must be common, not lucky.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from services.ranking.engine import State, compute
from shared.rulebook import Rulebook
from tests.support.board import ON_BEHALF, Board
from tests.support.rulebooks import build, small_data

Json = dict[str, Any]
AREAS = ("QH", "LLVT")
PERCENT = {
    "metric": "Tỷ lệ",
    "unit": "percent",
    "domain": {"type": "decimal", "gte": "0"},
    "rows": [{"gte": "100", "frac": "1"}, {"gte": "50", "frac": "0.7"}, {"gte": "0", "frac": "0"}],
}
LATE = {
    "metric": "Trễ hạn",
    "unit": "report",
    "domain": {"type": "integer", "gte": "0"},
    "rows": [{"lte": "0", "frac": "1"}, {"lte": "2", "frac": "0.5"}, {"gt": "2", "frac": "0"}],
}


def rows_of_state(state: State) -> list[tuple[Any, ...]]:
    """The engine's rows in the form of the oracle's ``standings``."""
    return [
        (
            area.area,
            row.rank,
            row.sheet.unit,
            row.sheet.ranking_score,
            row.class_id,
            row.sheet.base,
            row.sheet.bonus,
            row.sheet.penalty,
            row.sheet.complete,
            row.sheet.scored_max,
            row.reasons,
            row.sheet.missing,
            row.sheet.name,
        )
        for area in compute(state).areas
        for row in area.rows
    ]


def rulebook(rng: random.Random) -> Rulebook:
    """A rulebook of six leaves in three groups with random rules."""
    no_target = rng.choice(["rescale", "rescale", "full", "zero"])
    leaves: list[Json] = [
        {"id": "1.1", "max": "10", "input": "ladder", "ladder": PERCENT, "no_target": no_target},
        {"id": "1.2", "max": {"QH": "6", "LLVT": "16"}, "weight": rng.choice(["1", "1.5", "2"])},
        {"id": "2.1", "max": "20", "input": "ratio", "no_target": rng.choice(["rescale", "full", "zero"])},
        {"id": "2.2", "max": {"QH": "10"}, "stage": "external"} | rng.choice([{}, {"source_max": "50"}]),
        {"id": "2.3", "max": "10", "input": "count", "per": "0.75"},
        {"id": "2.4", "max": "4", "weight": "0", "min": {"QH": "-2"}},
        {"id": "3.1", "max": "8", "stage": "inspection"},
        {"id": "3.2", "max": "6", "input": "ladder", "ladder": LATE},
    ]
    data = small_data(*leaves, areas=AREAS)
    data["number"] = {
        "step": rng.choice(["0.25", "0.5", "0.1"]),
        "scale": 2,
        "rounding": rng.choice(["HALF_UP", "HALF_EVEN", "DOWN"]),
        "round_at": rng.choice(["leaf", "total"]),
    }
    data["bonus"] = {
        "cap_total": rng.choice(["2", "5"]),
        "items": [
            {"code": "T1", "label": "T1", "per": "1", "cap": "3"},
            {"code": "T2", "label": "T2"},
        ],
    }
    data["penalty"] = {
        "cap_total": "50",
        "items": [{"code": "P1", "label": "P1", "per": rng.choice(["0.5", "30"])}],
    }
    data["totals"] = {
        "floor": rng.choice(["0", "10", None]),
        "classification_cap": rng.choice(["60", "40"]),
        "rank_by": rng.choice(
            ["ranking_score", "ranking_score", "base", "classification_score", "criterion:2.4"]
        ),
    }
    data["classes"] = _classes(rng)
    data["quotas"] = _quotas(rng)
    chain: list[Json] = [
        {"by": "base", "order": "desc"},
        {"by": "group:2", "order": "desc"},
        {"by": "penalty", "order": "asc"},
        {"by": "criterion:2.4", "order": rng.choice(["asc", "desc"])},
        {"by": "recognised_models", "order": "desc"},
    ]
    data["tie_breaks"] = [step for step in chain if rng.random() < 0.4] + [{"by": "committee_decision"}]
    data["rank_style"] = rng.choice(["1224", "1223", "1234"])
    data["policies"] = {
        "forfeited_unit_standing": rng.choice(["ranked", "ranked", "unranked"]),
        "conclusion_outranks_department": rng.random() < 0.7,
        "on_behalf_confirmation": rng.choice(["optional", "required"]),
        "score_after_round_closed": rng.choice(["needs_decision", "needs_decision", "refuse"]),
        "score_after_conclusion": rng.choice([*["record_only"] * 5, "refuse"]),
        "late_department_score": rng.choice([*["flag_and_override"] * 3, "accept", "refuse"]),
    }
    recorded = {
        "event": "veto.recorded",
        "document": rng.choice(["required", "optional"]),
        "lifted_by": "veto.lifted",
    }
    forfeit = {"event": "decision.forfeit_confirmed", "lifted_by": "decision.forfeit_lifted"}
    data["vetoes"] = [
        {"id": "V1", "label": "V1", "source": {"recorded": recorded}, "effect": {"max_class": "C"}},
        {
            "id": "V2",
            "label": "V2",
            "source": {"recorded": forfeit},
            "effect": {
                "inspection_leaves": "zero",
                "appeal_right": "lost",
                "max_class": rng.choice(["B", "C"]),
            },
        },
        {
            "id": "V3",
            "label": "V3",
            "source": {"recorded": recorded},
            "effect": {"max_class": rng.choice(["B", "unclassified"])},
        },
    ]
    return build(data)


def _tie(rng: random.Random) -> Json:
    return {"on_tie_at_boundary": rng.choice(["expand", "contract", "decide"])}


def _classes(rng: random.Random) -> list[Json]:
    top: Json = {"id": "A", "label": "A", "gte": rng.choice(["30", "20"])}
    if rng.random() < 0.5:
        top["also"] = {"every_group_gte_frac": rng.choice(["0.25", "0.5"])}
        if rng.random() < 0.5:
            top["also"]["base_gte"] = "31.5"
        if rng.random() < 0.3:
            top["also"]["measures"] = [{"measure": "criterion:2.4", "gt": "1"}]
    second: Json = {"id": "B", "label": "B", "gte": "15"}
    if rng.random() < 0.3:
        second |= {
            "top_fraction": "0.5",
            "denominator": "units_registered_in_area",
            "rounding": "ceil",
        } | _tie(rng)
    elif rng.random() < 0.4:
        second |= rng.choice([{"top_count": 3}, {"rank_lte": 2}]) | _tie(rng)
    return [top, second, {"id": "C", "label": "C", "gte": "5"}, {"id": "D", "label": "D"}]


def _quotas(rng: random.Random) -> list[Json]:
    denominators = ["units_ranked_in_area", "units_registered_in_area"]
    rounding = rng.choice(["floor", "ceil", "half_up", "half_even"])
    fraction = rng.choice(["0.2", "0.25", "0.5"])
    quotas: list[Json] = []
    second = rng.random() < 0.4
    if rng.random() < 0.8:
        first: Json = {"class": "A", "min_per_area": rng.choice([0, 1])} | _tie(rng)
        if rng.random() < 0.2:
            first["count"] = 2
        else:
            names = denominators if second else [*denominators, "units_in_class:B"]
            first |= {"fraction": fraction, "rounding": rounding, "denominator": rng.choice(names)}
        quotas.append(first)
    if second:
        quotas.append({"class": "B", "count": rng.choice([1, 2, 3])} | _tie(rng))
    return quotas


def cycle(seed: int, units: int = 9, *, citing: bool = True, living: bool = False) -> tuple[Rulebook, Board]:
    """A rulebook and the events of a whole cycle under it, wild values among them.

    With ``citing`` the round may close in the middle, and what follows cites positions: late scores that
    the Committee admits or not, entries of the Office that a member confirms or disputes.  With ``living``
    values are entered on behalf, confirmed and disputed, and units are renamed, moved and closed meanwhile.
    """
    rng = random.Random(seed)
    life = random.Random(f"life {seed}") if living else None
    book = rulebook(rng)
    board = Board(book)
    names = [f"U{n}" for n in range(units)]
    rng.shuffle(names)
    for name in names:
        more = {"valid_to": "2019-12-31"} if rng.random() < 0.05 else {}
        board.unit(name, rng.choice(["QH", "QH", "LLVT"]), **more)
    # Copies of whole units, and few distinct values, make ties.
    plans = [_plan(rng) for _ in range(max(2, units // 3))]
    stated = []
    for name in names:
        plan = rng.choice(plans)
        stated += [(name, *one) for one in plan if rng.random() < 0.985]
        stated += [(name, *_wild(rng)) for _ in range(rng.choice([0, 0, 0, 1, 3]))]
    rng.shuffle(stated)
    for name, verb, args, more in stated:
        for_it = ON_BEHALF_OF_IT if life is not None and verb == "score" and life.random() < 0.4 else {}
        getattr(board, verb)(name, *args, **more, **_entered(rng, verb), **for_it)
        if life is not None and life.random() < 0.3:
            _live(life, book, board, name)
    for _ in range(rng.choice([0, 0, 1, 2])):
        _tie_decision(rng, board, names)
    if citing:
        _after_the_round(rng, board, names)
    for _ in range(0 if life is None else 20):
        assert life is not None
        _live(life, book, board, life.choice(names))
    if citing and life is not None:
        _after_the_round(rng, board, names)
    return book, board


ON_BEHALF_OF_IT = {"on_behalf_of": "TNXP"}


def _live(life: random.Random, book: Rulebook, board: Board, name: str) -> None:
    """Something befalls a unit that is no score: an answer about one, or a change of the register."""
    entered = [n + 1 for n in _positions(board, "score.recorded") if "on_behalf_of" in board.events[n][3]]
    own = [number for number in entered if board.events[number - 1][2] == name]
    day = (book.period.end + timedelta(days=life.choice([-40, -1, 0, 0, 1, 30]))).isoformat()
    match life.choice([*["confirm"] * 4, *["dispute"] * 2, "rename", "rename", "move", "shut"]):
        case "confirm":
            cited = [_mostly(life, own[-6:], len(board.events) + 2) for _ in range(life.choice([1, 1, 3]))]
            board.confirm(name, *cited)
        case "dispute":
            board.dispute(name, _mostly(life, own[-6:], len(board.events) + 2))
        case "rename":
            board.rename(name, f"{name} {life.choice('xyz')}", day)
        case "move":
            board.move(name, life.choice(AREAS), day)
        case _:
            if life.random() < 0.3:
                board.shut(name, day)


def _entered(rng: random.Random, verb: str) -> Json:
    """Some decisions are entered by the Office."""
    own = verb not in ("decide", "bonus", "penalty", "forfeit", "decide_veto") or rng.random() < 0.75
    return {} if own else ON_BEHALF


def _tie_decision(rng: random.Random, board: Board, names: list[str]) -> None:
    shuffled = rng.sample(names, k=rng.choice([2, len(names), len(names)]))
    most = len(shuffled) - 1
    cuts = sorted(rng.sample(range(1, len(shuffled)), k=min(most, rng.choice([1, 2, len(names) - 1]))))
    places = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    board.tie(rng.choice(AREAS), *places, **({} if rng.random() < 0.75 else ON_BEHALF))


def _after_the_round(rng: random.Random, board: Board, names: list[str]) -> None:
    if rng.random() < 0.7:
        board.close()
    few = rng.sample(names, k=3)  # so that several things befall one unit
    for _ in range(rng.choice([5, 15, 40])):
        name = rng.choice(few)
        match rng.choice([*["score", "late", "late", "answer"] * 2, "withdraw", "veto", "wild", "tie"]):
            case "score":
                value = {"1.2": rng.choice(["5", "6", "4", "2"]), "2.3": rng.choice(["3", "9"])}
                criterion = rng.choice(["1.2", "2.3"])
                board.score(name, criterion, value[criterion])
            case "late":
                of_unit = [n for n in _positions(board, "score.recorded") if board.events[n][2] == name]
                fact = _mostly(rng, of_unit[-4:], len(board.events) + 2)
                more = {} if rng.random() < 0.75 else ON_BEHALF
                board.late_fact(name, fact, rng.choice(["accepted", "accepted", "refused"]), **more)
            case "answer":
                entered = [n for n in _positions(board, "decision.") if "on_behalf_of" in board.events[n][3]]
                cited = _mostly(rng, entered, len(board.events) + 2)
                board.answer(cited, rng.choice(["confirmed", "confirmed", "disputed"]))
            case "withdraw":
                board.withdraw(name, rng.choice(["1.2", "2.3"]), rng.choice(["department", "standing"]))
            case "veto":
                outcome = rng.choice(["recorded", "lifted"])
                board.decide_veto(name, rng.choice(["V1", "V3"]), outcome, **_entered(rng, "decide_veto"))
            case "wild":
                verb, args, more = _wild(rng)
                getattr(board, verb)(name, *args, **more, **_entered(rng, verb))
            case _:
                _tie_decision(rng, board, names)


def _positions(board: Board, kind: str) -> list[int]:
    return [position for position, event in enumerate(board.events) if event[0].startswith(kind)]


def _mostly(rng: random.Random, likely: list[int], end: int) -> int:
    """One of ``likely``, or now and then any position, even one that is not there yet."""
    return rng.choice(likely) if likely and rng.random() < 0.8 else rng.randrange(end)


Stated = tuple[str, tuple[Any, ...], Json]


def _plan(rng: random.Random) -> list[Stated]:
    plan: list[Stated] = [
        ("score", ("1.1", rng.choice(["100", "60", "50"])), {}),
        ("score", ("1.2", rng.choice(["6", "5", "5.5"])), {}),
        ("score", ("2.1", rng.choice(["9", "7", "11"])), {"target": "10"}),
        ("score", ("2.2", rng.choice(["10", "8", "5"]), "external"), {}),
        ("score", ("2.3", rng.choice(["3", "9", "20"])), {}),
        ("score", ("2.4", rng.choice(["0", "2", "4"])), {}),
        ("score", ("3.2", rng.choice(["0", "1"])), {}),
        (
            "conclude",
            ({"3.1": rng.choice(["8", "6"])},),
            {"models": rng.choice([[], ["M1"], ["M1", "M2", "M1"]])},
        ),
    ]
    if rng.random() < 0.25:
        plan[rng.choice([0, 2])] = ("score", (rng.choice(["1.1", "2.1"]),), {"state": "NO_TARGET"})
    if rng.random() < 0.2:
        plan.append(("decide", (rng.choice(["2.2", "1.2", "3.1"]), None), {"state": "NOT_APPLICABLE"}))
    for _ in range(rng.choice([0, 0, 1, 2, 5])):
        plan.append(("bonus", ("T1", rng.choice(["a", "b", "c", "d", "e"])), {}))
    if rng.random() < 0.3:
        plan.append(("bonus", ("T2", "x"), {"points": rng.choice(["1", "2"])}))
    for _ in range(rng.choice([0, 0, 1, 2])):
        plan.append(("penalty", ("P1", rng.choice(["a", "b", "c"])), {}))
    return plan


def _wild(rng: random.Random) -> Stated:
    """One fact out of line: another stage, a withdrawal, a veto, a bad value."""
    criterion = rng.choice(["1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2"])
    points = rng.choice(["0", "5", "6", "8", "1.5"])
    bad = rng.choice(["8,5", "NaN", "1e400", "999", "0.333", "-1", "-0", "1.000"])
    choices: list[Stated] = [
        ("decide", (criterion, points), {"stage": rng.choice(["standing", "appeal"])}),
        ("score", (criterion, points, "self"), {}),
        ("score", (criterion, bad, rng.choice(["department", "external", "self"])), {}),
        ("score", (criterion, bad), {"target": rng.choice(["0", "10", "x"])}),
        ("withdraw", (criterion, rng.choice(["department", "external", "self", "standing", "appeal"])), {}),
        ("conclude", ({criterion: points},), {}),
        ("conclude", (), {"adjustments": [{"criterion": criterion, "to": points}]}),
        (
            "conclude",
            (),
            {
                "adjustments": [
                    {"criterion": criterion, "to": "6", "from_effective": rng.choice([None, "0", "8", "5"])}
                ]
            },
        ),
        ("veto", (rng.choice(["V1", "V3"]),), {"document": rng.choice(["QĐ", None])}),
        ("lift", (rng.choice(["V1", "V3"]),), {}),
        ("forfeit", (), {}),
        ("decide_veto", (rng.choice(["V1", "V2", "V3"]),), {"outcome": rng.choice(["recorded", "lifted"])}),
        ("open_inspection", (), {}),
    ]
    return rng.choice(choices)
