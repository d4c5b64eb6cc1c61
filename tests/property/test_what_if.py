"""What-ifs and differences over generated cycles, against real events and against the oracle."""

from __future__ import annotations

import json
import random
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.engine import State, body, compute, digest, evolve
from services.ranking.engine.difference import ABSENT, difference, difference_body, head
from services.ranking.engine.hypothesis import Hypothetical, suppose
from services.ranking.schemas import HypotheticalFact
from services.ranking.what_if.supposing import hypotheticals
from shared.decisions import Refused
from shared.rulebook.model import DECISION_STAGES, STAGES
from tests.property import naive_engine
from tests.property.cycles import AREAS, cycle, rows_of_state, rulebook
from tests.support.board import TIME, Board, replay
from tests.support.examples import examples

SEEDS = st.integers(0, 10**9)
CRITERIA = ("1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2")
Json = dict[str, Any]


def guess(rng: random.Random, units: list[str]) -> Json:
    """Some fact, likely to be refused now and then."""
    unit = {"unit": rng.choice(units)}
    leaf = {"criterion": rng.choice(CRITERIA)}
    stage = rng.choice(["department", "external", "inspection", "standing", "appeal"])
    number = {
        "points" if stage in ("standing", "appeal") else "value": rng.choice(["0", "4", "5", "6", "10"])
    }
    if rng.random() < 0.3:
        number["target"] = "10"
    order = rng.sample(units, k=len(units))
    choices: list[Json] = [
        {"kind": "score", "stage": stage, **unit, **leaf, **number},
        {"kind": "score", "stage": "standing", **unit, **leaf, "state": "NOT_APPLICABLE"},
        {"kind": "withdraw_score", "stage": stage, **unit, **leaf},
        {
            "kind": "bonus",
            **unit,
            "code": "T1",
            "occurrence_ref": rng.choice("abcdef"),
            "outcome": "accepted",
        },
        {"kind": "penalty", **unit, "code": "P1", "occurrence_ref": rng.choice("abc"), "outcome": "accepted"},
        {"kind": rng.choice(["veto", "veto_lifted"]), **unit, "veto": rng.choice(["V1", "V3"])},
        {"kind": rng.choice(["forfeit", "forfeit_lifted"]), **unit},
        {"kind": "tie", "area": rng.choice(AREAS), "order": [[one] for one in order]},
    ]
    return rng.choice(choices)


def accepted(state: State, rng: random.Random, tries: int = 12) -> list[Hypothetical]:
    """Facts that the checks let through, each on top of those before it."""
    found: list[Hypothetical] = []
    units = sorted(state.units)
    for _ in range(tries):
        try:
            found += hypotheticals(suppose(state, found), [guess(rng, units)])
        except Refused:
            continue
    return found


def as_events(facts: list[Hypothetical]) -> list[tuple[str, str, str, Json]]:
    """The facts as the events they would be, in the words of the oracle, which knows one source of a veto."""
    said = {"decision.veto_recorded.v1": "veto.recorded.v1", "decision.veto_lifted.v1": "veto.lifted.v1"}
    return [
        (said.get(fact.fact_type, fact.fact_type), fact.service, fact.about, dict(fact.says))
        for fact in facts
    ]


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
def test_a_hypothetical_fact_does_what_the_event_itself_would_do(seed: int) -> None:
    live = cycle(seed)[1].state()
    before = digest(body(compute(live)))
    facts = accepted(live, random.Random(seed))
    stated = live.copy()
    for fact in facts:
        evolve(
            stated,
            fact.fact_type,
            f"/{fact.service}/{live.ledger}",
            fact.about,
            7,
            stated.size,
            TIME,
            dict(fact.says),
        )
    assert body(compute(suppose(live, facts))) == body(compute(stated))
    assert digest(body(compute(live))) == before
    assert live.size == stated.size - len(facts)


@settings(max_examples=examples(25), deadline=None)
@given(SEEDS)
def test_the_oracle_agrees_on_the_supposed_board(seed: int) -> None:
    book, board = cycle(seed)
    live = board.state()
    facts = accepted(live, random.Random(seed))
    events = [*board.events, *(event for event in as_events(facts) if event[0] != "conclusion.amended.v1")]
    facts = [fact for fact in facts if fact.fact_type != "conclusion.amended.v1"]
    expected = naive_engine.standings(json.loads(book.document), events)
    assert rows_of_state(suppose(live, facts)) == expected


@settings(max_examples=examples(25), deadline=None)
@given(SEEDS, st.data())
def test_nothing_differs_from_itself_at_any_position(seed: int, data: st.DataObject) -> None:
    board = cycle(seed)[1]
    stop = data.draw(st.integers(0, len(board.events)))
    one, other = (compute(replay(board.events[:stop])) for _ in range(2))
    found = difference(one, other)
    assert found.empty
    assert head(found)["changed"] == head(found)["pairs_changed"] == 0


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS, st.booleans(), st.data())
def test_every_unit_is_counted_once_in_the_matrix_and_every_change_is_told(
    seed: int, candidate: bool, data: st.DataObject
) -> None:
    board = cycle(seed)[1]
    first = data.draw(st.integers(0, len(board.events)))
    before = compute(replay(board.events[:first]))
    other = rulebook(random.Random(seed + 1)) if candidate else None
    after = compute(board.state(), other)
    found = difference(before, after)
    rows = {
        side: {row.sheet.unit: row for row in board_.rows()} for side, board_ in (("b", before), ("a", after))
    }
    assert [unit.unit for unit in found.units] == sorted(
        rows["b"].keys() | rows["a"].keys(), key=lambda unit: (_area_index(found, unit), unit)
    )
    for area in found.areas:
        for row, name in zip(area.counts, area.old, strict=True):
            expected = sum(
                1 for one in rows["b"].values() if one.sheet.area == area.area and one.class_id == name
            )
            assert name == ABSENT or sum(row) == expected
        columns = zip(*area.counts, strict=True)
        for column, name in zip(columns, area.new, strict=True):
            expected = sum(
                1 for one in rows["a"].values() if one.sheet.area == area.area and one.class_id == name
            )
            assert name == ABSENT or sum(column) == expected
    for unit in found.units:
        known = [rows[side].get(unit.unit) for side in "ba"]
        moved = {
            (row.rank, row.class_id, row.sheet.ranking_score, row.reasons) if row else None for row in known
        }
        assert unit.changed or len(moved) == 1
        assert (unit.moved_by is None) == (not unit.changed)
    counts = head(found)
    assert counts["units"] == len(found.units)
    assert counts["skipped"] == 0
    assert json.loads(json.dumps(difference_body(found))) == difference_body(found)


def _area_index(found: Any, unit: str) -> int:
    one = found.unit(unit)
    known = one.after or one.before
    return [area.area for area in found.areas].index(known.area)


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS)
def test_the_pairs_are_those_whose_order_changed_and_the_step_says_why(seed: int) -> None:
    board = cycle(seed)[1]
    live = board.state()
    before, after = compute(live), compute(suppose(live, accepted(live, random.Random(seed))))
    told = {
        frozenset((pair.upper, pair.lower)) for area in difference(before, after).areas for pair in area.pairs
    }
    expected = set()
    for old, new in zip(before.areas, after.areas, strict=True):
        was = {row.sheet.unit: row.rank or 10**6 for row in old.rows}
        now = {row.sheet.unit: row.rank or 10**6 for row in new.rows}
        expected |= {
            frozenset((one, other))
            for one, other in combinations(was, 2)
            if _sign(was[one] - was[other]) != _sign(now[one] - now[other])
        }
    assert told == expected
    for area in difference(before, after).areas:
        for pair in area.pairs:
            for side in (pair.before, pair.after):
                assert (side.by is None) == (side.order == "level")
            assert pair.after.order in ("above", "level")


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


WORDS = {
    "unit": st.sampled_from(["U0", "U1", "nobody"]),
    "criterion": st.sampled_from([*CRITERIA, "9.9", "1"]),
    "stage": st.sampled_from(STAGES),
    "points": st.sampled_from(["0", "-1", "5", "0.3", "999999999"]),
    "value": st.sampled_from(["0", "-1", "5", "0.3", "999999999"]),
    "target": st.sampled_from(["0", "-1", "10"]),
    "state": st.sampled_from(["NOT_APPLICABLE", "NO_TARGET"]),
    "code": st.sampled_from(["T1", "T2", "P1", "X"]),
    "occurrence_ref": st.sampled_from(["a", "b"]),
    "outcome": st.sampled_from(["accepted", "refused"]),
    "veto": st.sampled_from(["V1", "V2", "V3", "V9"]),
    "area": st.sampled_from([*AREAS, "XX"]),
    "order": st.lists(st.lists(st.sampled_from(["U0", "U1", "U2"]), min_size=1), min_size=1, max_size=4),
    "fact": st.integers(0, 60),
}


@st.composite
def well_formed(draw: st.DrawFn) -> Json:
    """A fact that the schema lets through, whatever its values mean."""
    kind = draw(st.sampled_from(sorted(HypotheticalFact.NEEDS)))
    fact = {"kind": kind} | {name: draw(WORDS[name]) for name in HypotheticalFact.NEEDS[kind]}
    takes = HypotheticalFact.TAKES.get(kind, ())
    if kind == "score":
        takes = ("points", "state") if fact["stage"] in DECISION_STAGES else ("value", "target", "state")
    fact |= {name: draw(WORDS[name]) for name in takes if draw(st.booleans())}
    loaded: Json = HypotheticalFact().load(fact)
    return loaded


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS, st.lists(well_formed(), min_size=1, max_size=6), st.booleans())
def test_any_well_formed_fact_is_folded_or_refused_with_its_place(
    seed: int, facts: list[Json], candidate: bool
) -> None:
    live = cycle(seed)[1].state()
    other = rulebook(random.Random(seed + 1)) if candidate else None
    try:
        compute(suppose(live, hypotheticals(live, facts, other)), other)
    except Refused as refused:
        places = [str(fault.field).split(".")[1] for fault in refused.faults]
        assert all(int(place) in range(len(facts)) for place in places)


def test_the_generated_facts_are_of_every_kind_and_both_accepted_and_refused() -> None:
    types: set[str] = set()
    for seed in range(60):
        board: Board = cycle(seed)[1]
        types |= {fact.fact_type for fact in accepted(board.state(), random.Random(seed))}
    assert types == {
        "score.recorded.v1",
        "score.withdrawn.v1",
        "conclusion.amended.v1",
        "decision.score.v1",
        "decision.score_withdrawn.v1",
        "decision.bonus.v1",
        "decision.penalty.v1",
        "decision.veto_recorded.v1",
        "decision.veto_lifted.v1",
        "decision.forfeit_confirmed.v1",
        "decision.forfeit_lifted.v1",
        "decision.tie.v1",
    }
