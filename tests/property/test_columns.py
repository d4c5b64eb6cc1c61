"""The fold by columns against the fold of every event: the same bytes, at every position."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.columns import Columns, Decoder, fold_columns
from services.ranking.engine import body, canonical, compute, initial
from tests.property.cycles import cycle
from tests.support.board import TIME, Stated, replay
from tests.support.examples import examples

LEDGER = "hcmc/2020"


def columns_of(events: list[Stated], ledger: str = LEDGER) -> Columns:
    decoder = Decoder(ledger)
    for number, (type_, service, subject, data) in enumerate(events):
        decoder.take_fields(type_, f"/{service}/{ledger}", subject, number + 1, TIME, data)
    return decoder.columns()


def bytes_of(state: Any) -> bytes:
    return canonical(body(compute(state)))


def agree_everywhere(events: list[Stated]) -> None:
    columns = columns_of(events)
    state = initial(LEDGER)
    for position in range(len(events) + 1):
        if position:
            state = replay(events[position - 1 : position], state=state)
        assert bytes_of(fold_columns(columns, position)) == bytes_of(state), position


@settings(max_examples=examples(25), deadline=None)
@given(st.integers(0, 10**9), st.booleans())
def test_at_every_position_columns_give_the_bytes_of_the_events(seed: int, living: bool) -> None:
    _, board = cycle(seed, units=4, living=living)
    agree_everywhere(board.events)
