"""No event, however odd its data, stops the fold, the judge or the board."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.engine import State, body, canonical, compute, evolve, initial
from services.ranking.engine.fold import _RULES
from tests.support.board import ROOT, TIME, Board
from tests.support.examples import examples
from tests.support.rulebooks import build, example_data

WORDS = st.sampled_from(
    ["1.1", "1.2", "8.1", "self", "department", "standing", "5", "-1", "T1", "P1", "V1", "V2", "A", "QH", ""]
)
SCALARS = st.none() | st.booleans() | st.integers(-5, 15) | WORDS | st.text(max_size=4)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "criterion",
        "stage",
        "value",
        "target",
        "state",
        "rulebook",
        "points",
        "code",
        "occurrence_ref",
        "outcome",
        "veto",
        "document",
        "area",
        "name",
        "valid_from",
        "valid_to",
        "scores",
        "adjustments",
        "recognised_models",
        "ref",
        "to",
        "from_effective",
        "withdrawn",
        "order",
        "exceptions",
        "digest",
        "index",
        "parts",
        "text",
        "mode",
        "decision",
        "status",
        "version",
        "occurred_on",
        "period",
        "fact",
        "criteria",
        "on_behalf_of",
        "event",
        "noise",
        "position",
        "reason",
        "last_day",
        "score",
        "owner",
    ]
)
INNER = st.dictionaries(KEYS, VALUES, max_size=5)
DATA = st.dictionaries(KEYS, VALUES | INNER | st.lists(INNER, max_size=3), max_size=7)
EVENTS = st.lists(
    st.tuples(st.sampled_from(sorted(_RULES)), st.sampled_from(["A", "B", "*"]), DATA), max_size=12
)


def begun() -> State:
    data = example_data()
    data["policies"]["on_behalf_confirmation"] = "required"
    board = Board(build(data))
    board.unit("A")
    board.score("A", "1.2", "5")
    return board.state()


BEGUN = begun()


@settings(max_examples=examples(60), deadline=None)
@given(EVENTS)
def test_odd_data_never_raises_and_always_gives_the_same_bytes(events: list[tuple[str, str, Any]]) -> None:
    found = []
    for _ in range(2):
        state = BEGUN.copy()
        for event_type, subject, data in events:
            source = _RULES[event_type][0] + "hcmc/2020"
            evolve(state, event_type, source, subject, 1, state.size, TIME, data)
        found.append(canonical(body(compute(state))))
        for record in state.units.values():
            if record.memo is not None:
                assert all(leaf.marks is not None for leaf in record.memo[1].leaves)
    assert found[0] == found[1]
    assert state.size == BEGUN.size + len(events)


@given(st.text(max_size=20), st.text(max_size=20))
def test_an_unknown_type_or_source_is_counted(event_type: str, source: str) -> None:
    state = initial("hcmc/2020")
    evolve(state, event_type, source, "A", 1, 0, TIME, {})
    assert (state.uninterpreted, state.size) == (1, 1)


SCRIPT = """
import sys
before = set(sys.modules)
import services.ranking.engine
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(name for name in loaded if name not in sys.stdlib_module_names and not name.startswith("_")))
"""


def test_the_engine_needs_nothing_but_the_standard_library() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + SCRIPT],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['services', 'shared']"
