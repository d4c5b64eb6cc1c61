"""The generated ledger: the same bytes for the same seed, and nothing in it that nobody can read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from shared.events.catalogue import interpret
from shared.events.envelope import Event
from shared.ledger.admission import Admitted, Record, memory_admission
from tests.bench.generate import cached, generate

SIZE = 600
UNITS = 20


def test_the_same_seed_gives_the_same_bytes_however_many_processes_sign() -> None:
    first = generate(SIZE, units=UNITS, seed=7)
    assert len(first.values) == SIZE
    assert generate(SIZE, units=UNITS, seed=7, processes=2) == first
    assert generate(SIZE, units=UNITS, seed=8).values != first.values


def test_every_event_is_admitted_with_its_signature_and_understood() -> None:
    made = generate(SIZE, units=UNITS)
    admission, leaves = memory_admission(made.roots)
    for position, value in enumerate(made.values):
        record = Record("bench", 0, position, made.ledger.encode(), value)
        (outcome,) = admission.admit(record)
        assert type(outcome) is Admitted, outcome
        leaves.add(outcome)
        assert outcome.position == position
        assert interpret(outcome.event) is None


def test_nearly_every_tenth_event_is_no_score_and_every_kind_is_there() -> None:
    made = generate(4_000, units=UNITS)
    kinds = Counter(Event.parse(value).type for value in made.values)
    assert 0.04 < 1 - kinds["score.recorded.v1"] / 4_000 < 0.12
    assert kinds["inspection.opened.v1"] == kinds["conclusion.signed.v1"] == UNITS
    for kind in ("score.withdrawn", "bonus.proposed", "penalty.proposed", "decision.bonus", "decision.score"):
        assert kinds[f"{kind}.v1"], kind


def test_a_kept_ledger_is_read_again_and_one_of_another_seed_is_not_taken_for_it(tmp_path: Path) -> None:
    made = cached(tmp_path, SIZE, units=UNITS, seed=7)
    assert made == generate(SIZE, units=UNITS, seed=7)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes().splitlines(keepends=True)[0])
    assert len(cached(tmp_path, SIZE, units=UNITS, seed=7).values) == 1
    assert cached(tmp_path, SIZE, units=UNITS, seed=8) == generate(SIZE, units=UNITS, seed=8)


def test_too_few_events_for_every_units_inspection_are_refused() -> None:
    with pytest.raises(ValueError, match="20 units need more than 60 events"):
        generate(60, units=UNITS)
