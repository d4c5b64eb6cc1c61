"""Values entered for another body, and a register that changes: against the second implementation."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.engine import body, canonical, compute, initial
from tests.property import naive_engine
from tests.property.cycles import cycle, rows_of_state
from tests.support.board import replay
from tests.support.examples import examples


def agree(seeds: range) -> None:
    for seed in seeds:
        book, board = cycle(seed, living=True)
        expected = naive_engine.standings(json.loads(book.document), board.events)
        assert rows_of_state(board.state()) == expected, f"seed {seed}"


def test_the_naive_engine_agrees_on_cycles_with_answers_and_a_register_that_changes() -> None:
    agree(range(150))


def test_the_generated_cycles_hold_the_answers_and_changes_they_are_meant_to_try() -> None:
    marks: set[tuple[str, bool, bool, bool]] = set()
    refused: set[str] = set()
    changed: set[str] = set()
    for seed in range(150):
        _, board = cycle(seed, living=True)
        state = board.state()
        for row in compute(state).rows():
            unit = state.units[row.sheet.unit]
            assert unit.register is not None
            changed |= {key for key in ("name", "area") if unit.register[key] != getattr(row.sheet, key)}
            marks |= {
                (
                    mark.status,
                    mark.confirmed is not None,
                    mark.disputed is not None,
                    mark.admitted is not None,
                )
                for leaf in row.sheet.leaves
                for mark in leaf.marks
                if mark.on_behalf
            }
        shown = {row.sheet.unit for row in compute(state).rows()}
        changed |= {"closed" for code, one in state.units.items() if one.changes and code not in shown}
        refused |= {f"{one.type} {one.reason}" for one in state.refused}
    assert changed == {"name", "area", "closed"}
    assert marks >= {
        ("UNCONFIRMED", False, False, False),
        ("DISPUTED", False, True, False),
        ("", True, False, False),
        ("", True, True, False),
        ("", False, True, False),  # it counts, since a confirmation is optional, and is shown as disputed
        ("ROUND_CLOSED", True, False, False),
        ("", True, False, True),
    }
    assert refused >= {"score.confirmed NOTHING_TO_ANSWER", "score.disputed NOTHING_TO_ANSWER"}


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 10**9), st.data())
def test_any_prefix_and_any_batches_give_the_same_bytes(seed: int, data: st.DataObject) -> None:
    _, board = cycle(seed, living=True)
    stop = data.draw(st.integers(0, len(board.events)))
    cuts = sorted(data.draw(st.lists(st.integers(0, stop), max_size=5)))
    whole = canonical(body(compute(replay(board.events[:stop]))))
    state = initial("hcmc/2020")
    for start, end in zip([0, *cuts], [*cuts, stop], strict=True):
        state = replay(board.events[start:end], state=state)
        compute(state)  # a reader in between, whose kept judgements must never show
    assert canonical(body(compute(state))) == whole


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 10**9), st.data())
def test_a_copy_never_feels_what_its_original_learns(seed: int, data: st.DataObject) -> None:
    _, board = cycle(seed, living=True)
    at = data.draw(st.integers(0, len(board.events)))
    state = replay(board.events[:at])
    before = canonical(body(compute(state)))
    kept = state.copy()
    replay(board.events[at:], state=state)
    assert canonical(body(compute(kept))) == before


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 10**9))
def test_in_which_order_changes_arrive_decides_nothing_but_for_one_day(seed: int) -> None:
    _, board = cycle(seed, living=True)
    types = ("unit.renamed.v1", "unit.moved.v1")
    changes = {(event[0], event[2], event[3].get("valid_from")): event for event in board.events}
    told = [event for event in board.events if event[0] not in types]
    last = [event for event in changes.values() if event[0] in types]
    forth, back = (canonical(body(compute(replay([*told, *order])))) for order in (last, last[::-1]))
    assert forth == back
