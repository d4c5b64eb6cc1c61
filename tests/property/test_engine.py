"""The engine against a second implementation, and against itself in every other order of work."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.engine import body, canonical, compute, digest, initial
from tests.property import naive_engine
from tests.property.cycles import cycle, rows_of_state
from tests.support.board import ROOT, TIME, Board, replay
from tests.support.examples import examples
from tests.support.interpreters import interpreters


def rows_of(board: Board) -> list[tuple[Any, ...]]:
    return rows_of_state(board.state())


def agree(seeds: range) -> None:
    for seed in seeds:
        book, board = cycle(seed)
        expected = naive_engine.standings(json.loads(book.document), board.events)
        assert rows_of(board) == expected, f"seed {seed}"


def test_the_naive_engine_agrees_on_generated_cycles() -> None:
    agree(range(100))  # thousands more in tests/contract


def test_the_generated_cycles_hold_everything_they_are_meant_to_try() -> None:
    words: set[str] = set()
    for seed in range(150):
        for row in rows_of(cycle(seed)[1]):
            words |= {reason.partition(":")[0] for reason in row[10]}
    assert words == {
        "DUPLICATE",
        "RESCALED",
        "INCOMPLETE",
        "BONUS_CAP",
        "PENALTY_CAP",
        "FLOOR",
        "CLAMP",
        "VETO",
        "QUOTA",
        "TIE_AT_QUOTA",
        "TIE_BROKEN",
        "TIE",
    }


def test_the_generated_cycles_hold_the_decisions_they_are_meant_to_try() -> None:
    marks: set[tuple[str, bool]] = set()
    answers: set[tuple[bool, bool, bool]] = set()
    refused: set[str] = set()
    for seed in range(150):
        state = cycle(seed)[1].state()
        for row in compute(state).rows():
            marks |= {
                (mark.status, mark.admitted is not None) for leaf in row.sheet.leaves for mark in leaf.marks
            }
        for note in state.decisions.values():
            if note.on_behalf:
                counts = note.effective is not None
                answers.add((counts, note.confirmed is not None, note.disputed is not None))
        refused |= {f"{one.type} {one.reason}" for one in state.refused}
    assert marks >= {("", True), ("ROUND_CLOSED", False), ("AFTER_CONCLUSION", False), ("LATE", False)}
    yes_no = (True, False)
    possible = {
        (counts, yes, no) for counts in yes_no for yes in yes_no for no in yes_no if counts or not yes
    }
    assert answers == possible
    assert refused == {
        "decision.late_fact FACT",
        "decision.confirmed NOTHING_TO_ANSWER",
        "decision.disputed NOTHING_TO_ANSWER",
    }


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 10**9), st.data())
def test_any_prefix_and_any_batches_give_the_same_bytes(seed: int, data: st.DataObject) -> None:
    _, board = cycle(seed)
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
    _, board = cycle(seed)
    at = data.draw(st.integers(0, len(board.events)))
    state = replay(board.events[:at])
    before = canonical(body(compute(state)))
    kept = state.copy()
    replay(board.events[at:], state=state)
    assert canonical(body(compute(kept))) == before
    other = kept.copy()
    replay(board.events[at:], state=kept)
    assert canonical(body(compute(other))) == before
    assert canonical(body(compute(kept))) == canonical(body(compute(state)))


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 2**32))
def test_the_order_between_units_never_matters(seed: int, shuffle: int) -> None:
    _, board = cycle(seed, citing=False)
    head = [event for event in board.events if event[0].startswith("rulebook.")]
    ties = [event for event in board.events if event[0] == "decision.tie.v1"]
    rest = [event for event in board.events if event not in head and event not in ties]
    units = sorted({event[2] for event in rest})
    queues = {unit: [event for event in rest if event[2] == unit] for unit in units}
    rng = random.Random(shuffle)
    mixed = []
    while queues:
        unit = rng.choice(sorted(queues))
        mixed.append(queues[unit].pop(0))
        if not queues[unit]:
            del queues[unit]
    expected = digest(body(compute(replay(board.events))))
    assert digest(body(compute(replay([*head, *mixed, *ties])))) == expected


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 10**9))
def test_renaming_the_units_renames_the_board_and_nothing_else(seed: int) -> None:
    _, board = cycle(seed)
    new = {f"U{n}": f"Z{(n * 7) % 10}" for n in range(10)}
    renamed = json.loads(json.dumps(board.events), object_hook=lambda data: data)
    for event in renamed:
        event[2] = new.get(event[2], event[2])
        if event[0] == "decision.tie.v1":
            event[3]["order"] = [[new[unit] for unit in place] for place in event[3]["order"]]

    def rows(events: Any) -> set[Any]:
        return {
            (row.rank, row.sheet.unit, row.class_id, row.sheet.ranking_score, row.reasons)
            for row in compute(replay(events)).rows()
        }

    expected = {(rank, new[unit], *more) for rank, unit, *more in rows(board.events)}
    assert rows(renamed) == expected


SCRIPT = """
import locale, sys
from tests.property.cycles import cycle, rows_of_state
from services.ranking.engine import body, compute, digest
for seed in range(30):
    print(digest(body(compute(cycle(seed)[1].state()))))
"""


def test_hash_seed_time_zone_and_locale_change_no_byte() -> None:
    def run(**environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    expected = run(PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C")
    assert len(expected.splitlines()) == 30
    assert run(PYTHONHASHSEED="1", TZ="Asia/Ho_Chi_Minh", LC_ALL="vi_VN.UTF-8") == expected
    assert run(PYTHONHASHSEED="4242", TZ="America/St_Johns", LC_ALL="C.UTF-8", PYTHONUTF8="1") == expected


ELSEWHERE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from services.ranking.engine import body, compute, digest, evolve, initial
for events in json.load(sys.stdin):
    state = initial("hcmc/2020")
    for position, (kind, source, subject, time, data) in enumerate(events):
        evolve(state, kind, source, subject, position + 1, position, time, data)
    print(digest(body(compute(state))))
"""


@pytest.mark.parametrize("version", list(interpreters()))
def test_every_interpreter_computes_the_same_bytes(version: str) -> None:
    boards = [cycle(seed)[1] for seed in range(20)]
    cycles = [
        [
            (kind, f"/{service}/hcmc/2020", subject, TIME, data)
            for kind, service, subject, data in board.events
        ]
        for board in boards
    ]
    done = subprocess.run(
        [interpreters()[version], "-I", "-B", "-X", "utf8", "-c", ELSEWHERE, str(ROOT)],
        input=json.dumps(cycles),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.split() == [digest(body(compute(board.state()))) for board in boards]
