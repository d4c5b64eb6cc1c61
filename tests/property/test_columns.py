"""The fold by columns against the fold of every event: the same bytes, facts and explanations, at every
position of generated ledgers.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from functools import lru_cache
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ranking.columns import Decoder, Live, Other, complete, fold_columns, ground_of
from services.ranking.columns.lazily import lazily_complete
from services.ranking.engine import State, body, canonical, compute, initial
from services.ranking.engine.explain import explain
from services.ranking.engine.explanation_body import explanation_body
from tests.property.ledgers import LEDGER, fold_one, folded, ledger
from tests.support.board import ROOT
from tests.support.examples import examples
from tests.support.interpreters import interpreters

GENERATE = (Phase.generate,)
"""A seed says nothing by being small: there is no use in shrinking it."""
SEEDS = st.integers(0, 10**9)
NOT_COMPARED = {"owner", "memo", "boards", "units", "sequence"}
"""Parts of a state that are its own, are compared by themselves, or are read while an event is folded."""


def decoder_of(events: list[Other]) -> Decoder:
    """All of ``events`` taken in."""
    decoder = Decoder(LEDGER)
    for event in events:
        decoder.take_other(event)
    return decoder


def bytes_of(state: State) -> bytes:
    """The standings of ``state``."""
    return canonical(body(compute(state)))


@lru_cache(maxsize=8)
def told(seed: int) -> tuple[list[Other], list[bytes]]:
    """A ledger, and the bytes of its standings at every position by the event-at-a-time fold."""
    events = ledger(seed)
    state = initial(LEDGER)
    found = [bytes_of(state)]
    for event in events:
        fold_one(state, event)
        found.append(bytes_of(state))
    return events, found


def stops(events: list[Other], data: st.DataObject) -> list[int]:
    """A few positions of a ledger, its end among them."""
    first = st.lists(st.integers(0, 80), max_size=3)
    return [*data.draw(first), data.draw(st.integers(0, len(events))), len(events)]


@settings(max_examples=examples(8), deadline=None, phases=GENERATE)
@given(SEEDS, st.floats(0, 1))
def test_at_every_position_columns_give_the_bytes_of_the_events(seed: int, part: float) -> None:
    events, expected = told(seed)
    columns = decoder_of(events).columns()
    ground = ground_of(columns, int(part * len(events)))
    for position, wanted in enumerate(expected):
        assert bytes_of(fold_columns(columns, position)) == wanted, position
        if position >= ground.size:
            assert bytes_of(fold_columns(columns, position, ground)) == wanted, position


@settings(max_examples=examples(24), deadline=None, phases=GENERATE)
@given(SEEDS, st.floats(0, 0.5), st.sampled_from((0, 0, 1, 4, 10_000)))
def test_a_live_state_that_goes_on_gives_the_bytes_of_the_events(seed: int, part: float, loose: int) -> None:
    events, expected = told(seed)
    start = int(part * len(events))
    live = Live(decoder_of(events[:start]), loose=loose)
    assert bytes_of(live.state) == expected[start]
    for event in events[start:]:
        live.take_other(event)
        assert bytes_of(live.state) == expected[live.size], live.size


@settings(max_examples=examples(24), deadline=None, phases=GENERATE)
@given(SEEDS, st.data())
def test_completed_states_hold_every_fact_in_order_and_all_else(seed: int, data: st.DataObject) -> None:
    events = ledger(seed)
    columns = decoder_of(events).columns()
    for position in stops(events, data):
        whole = folded(events[:position])
        dense = fold_columns(columns, position)
        compute(dense)  # a reader, whose kept judgements rest on fewer facts
        complete(columns, dense, whole.units)
        lazy = lazily_complete(ground_of(columns, position), columns)
        for state in (dense, lazy):
            assert facts(state) == facts(whole)
            assert rest(state) == rest(whole)
        for unit in sorted(whole.units):
            assert explained(dense, unit) == explained(whole, unit)


def facts(state: State) -> dict[str, Any]:
    """All that is known of each unit."""
    return {code: (unit.register, unit.changes, unit.facts) for code, unit in state.units.items()}


def rest(state: State) -> dict[str, Any]:
    """All that is known beside units."""
    return {name: getattr(state, name) for name in State.__slots__ if name not in NOT_COMPARED}


@settings(max_examples=examples(10), deadline=None, phases=GENERATE)
@given(SEEDS, st.data())
def test_any_unit_is_explained_from_columns_as_from_events(seed: int, data: st.DataObject) -> None:
    events = ledger(seed)
    columns = decoder_of(events).columns()
    for position in stops(events, data)[-2:]:
        whole = folded(events[:position])
        lazy = lazily_complete(ground_of(columns, position), columns)
        for unit in sorted(whole.units):
            assert explained(lazy, unit) == explained(whole, unit)


def explained(state: State, unit: str) -> bytes | None:
    """What is said of a unit, as it is sent."""
    found = explain(state, unit)
    return None if found is None else canonical(explanation_body(found))


@settings(max_examples=examples(10), deadline=None, phases=GENERATE)
@given(SEEDS, st.data())
def test_a_completed_state_goes_on_like_the_fold_of_every_event(seed: int, data: st.DataObject) -> None:
    events, expected = told(seed)
    start = data.draw(st.integers(0, len(events)))
    columns = decoder_of(events).columns()
    state = lazily_complete(ground_of(columns, start), columns)
    for event in events[start:]:
        fold_one(state, event)
        assert bytes_of(state) == expected[state.size], state.size


SCRIPT = """
import hashlib
from tests.property.ledgers import ledger
from tests.property.test_columns import bytes_of, decoder_of
from services.ranking.columns import fold_columns
for seed in range(6):
    events = ledger(seed)
    columns = decoder_of(events).columns()
    for position in (len(events) // 3, len(events)):
        print(hashlib.sha256(bytes_of(fold_columns(columns, position))).hexdigest())
"""


def test_hash_seed_time_zone_and_locale_change_no_byte() -> None:
    def run(**environment: str) -> list[str]:
        return subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()

    expected = run(PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C")
    assert len(expected) == 12
    assert run(PYTHONHASHSEED="4242", TZ="America/St_Johns", LC_ALL="vi_VN.UTF-8", PYTHONUTF8="1") == expected


def test_every_interpreter_gives_from_events_the_bytes_of_columns() -> None:
    ledgers = [ledger(seed) for seed in range(4)]
    expected = [hashlib.sha256(bytes_of(fold_columns(decoder_of(one).columns()))) for one in ledgers]
    for version, command in interpreters().items():
        done = subprocess.run(
            [command, "-I", "-B", "-X", "utf8", "-c", ELSEWHERE, str(ROOT)],
            input=json.dumps(ledgers),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        assert done.stdout.split() == [one.hexdigest() for one in expected], version


ELSEWHERE = """
import hashlib, json, sys
sys.path.insert(0, sys.argv[1])
from services.ranking.engine import body, canonical, compute, evolve, initial, uninterpreted
for events in json.load(sys.stdin):
    state = initial("hcmc/2020")
    for position, type_, source, subject, sequence, time, data, readable in events:
        if readable:
            evolve(state, type_, source, subject, sequence, position, time, data)
        else:
            uninterpreted(state, position, type_)
    print(hashlib.sha256(canonical(body(compute(state)))).hexdigest())
"""
"""Polars need not be there: what another interpreter says is said without columns."""
