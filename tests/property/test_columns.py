"""The fold by columns against the fold of every event: the same bytes, at every position."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.columns import Decoder, Live, Other, complete, fold_columns, ground_of
from services.ranking.engine import State, body, canonical, compute, initial
from tests.property.cycles import cycle
from tests.support.board import TIME, Stated, replay
from tests.support.examples import examples

LEDGER = "hcmc/2020"


def others_of(events: list[Stated], ledger: str = LEDGER) -> list[Other]:
    return [
        Other(position, type_, f"/{service}/{ledger}", subject, position + 1, TIME, data, True)
        for position, (type_, service, subject, data) in enumerate(events)
    ]


def decoder_of(events: list[Stated]) -> Decoder:
    decoder = Decoder(LEDGER)
    for event in others_of(events):
        decoder.take_other(event)
    return decoder


def dense(seed: int, living: bool, units: int = 4) -> list[Stated]:
    """A generated cycle in which scores are stated again and again, and some are taken back."""
    _, board = cycle(seed, units=units, living=living)
    rng = random.Random(seed)
    scores = [event for event in board.events if event[0] == "score.recorded.v1"]
    events: list[Stated] = []
    for event in board.events:
        events.append(event)
        if event[0] != "score.recorded.v1":
            continue
        type_, service, subject, data = event
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            value = rng.choice(scores)[3].get("value", data.get("value"))
            events.append((type_, service, subject, {**data, "value": value}))
        if rng.random() < 0.1:
            taken_back = {"criterion": data.get("criterion"), "stage": data.get("stage")}
            events.append(("score.withdrawn.v1", "scores", subject, taken_back))
    return events


def bytes_of(state: State) -> bytes:
    return canonical(body(compute(state)))


def prefixes(events: list[Stated]) -> Iterator[tuple[int, State]]:
    """Every position with the fold of every event up to it; the state grows."""
    state = initial(LEDGER)
    yield 0, state
    for position, event in enumerate(events):
        yield position + 1, replay([event], state=state)


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 10**9), st.booleans())
def test_at_every_position_columns_give_the_bytes_of_the_events(seed: int, living: bool) -> None:
    events = dense(seed, living)
    columns = decoder_of(events).columns()
    for position, state in prefixes(events):
        assert bytes_of(fold_columns(columns, position)) == bytes_of(state), position


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 10**9), st.booleans())
def test_completed_units_hold_every_fact_in_order(seed: int, living: bool) -> None:
    events = dense(seed, living)
    whole = replay(events)
    columns = decoder_of(events).columns()
    state = fold_columns(columns)
    complete(columns, state, whole.units)
    assert {code: unit.facts for code, unit in state.units.items()} == {
        code: unit.facts for code, unit in whole.units.items()
    }


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 10**9), st.booleans(), st.integers(0, 200), st.integers(0, 5))
def test_a_live_state_that_goes_on_gives_the_bytes_of_the_events(
    seed: int, living: bool, start: int, loose: int
) -> None:
    events = dense(seed, living)
    begun = min(start, len(events))
    live = Live(decoder_of(events[:begun]), loose=loose)
    for position, state in prefixes(events):
        if position > begun:
            live.take_other(others_of(events)[position - 1])
        if position >= begun:
            assert bytes_of(live.state) == bytes_of(state), position


@settings(max_examples=examples(10), deadline=None)
@given(st.integers(0, 10**9), st.booleans(), st.integers(0, 200))
def test_going_on_from_a_ground_changes_nothing(seed: int, living: bool, start: int) -> None:
    events = dense(seed, living)
    columns = decoder_of(events).columns()
    ground = ground_of(columns, min(start, len(events)))
    for position in range(ground.size, len(events) + 1):
        assert bytes_of(fold_columns(columns, position, ground)) == bytes_of(fold_columns(columns, position))
