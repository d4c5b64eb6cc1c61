"""Contenders that need neither a broker nor another engine: all come to the same standings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.ranking.folding import Result
from tests.bench import limits, ours
from tests.bench.bench_history import Contender, aims_of, check, expected, table_of
from tests.bench.contender import Outcome, Place, Work, python, run
from tests.bench.generate import generate
from tests.bench.peers import kafka_streams
from tests.bench.positions import any_position
from tests.bench.stage import lay_out

SIZE = 2_000
UNITS = 20


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A ledger laid out as for a measure."""
    return lay_out(tmp_path_factory.mktemp("bench"), generate(SIZE, units=UNITS))


@pytest.fixture(scope="module")
def standings(place: Place) -> Result:
    """What every contender has to come to."""
    return expected(place)


@pytest.mark.parametrize("contender", [ours.segments, ours.table, ours.rows_admitted, ours.event_by_event])
def test_our_ways_come_to_the_same_standings(
    place: Place, standings: Result, contender: Callable[[Place], Work]
) -> None:
    done = contender(place)()
    assert (done.events, done.digest) == (SIZE, standings.digest)


def test_the_board_has_every_class_a_quota_and_no_unit_without_a_rank(standings: Result) -> None:
    rows = [row for area in standings.body["areas"] for row in area["rows"]]
    assert len(rows) == UNITS
    assert len({row["class"] for row in rows}) == 4
    assert all(row["rank"] and row["complete"] for row in rows)


@pytest.mark.parametrize("limit", [limits.parse, limits.signatures, limits.signatures_by_two])
def test_a_limit_takes_every_event_and_says_nothing_of_standings(
    place: Place, limit: Callable[[Place], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_signed", [])
    monkeypatch.setattr(limits, "VERIFIED", 300)
    assert limit(place)() in ((SIZE, None), (300, None))


def test_a_contender_runs_in_a_process_of_its_own_and_tells_its_time_and_memory(
    place: Place, standings: Result
) -> None:
    outcome = run(python(), place, name="tests.bench.ours:segments")
    assert (outcome.events, outcome.digest) == (SIZE, standings.digest)
    assert outcome.seconds > 0
    assert 10_000_000 < outcome.peak < 2_000_000_000


def test_other_standings_than_ours_end_the_measure(place: Place, standings: Result) -> None:
    wrong = Outcome(1.0, 1.0, 1, SIZE, "sha256:0")
    with pytest.raises(SystemExit, match="gives sha256:0"):
        check(Contender("another", []), wrong, standings, place)


def test_rows_of_a_program_with_rules_of_its_own_are_compared_unit_by_unit(
    place: Place, standings: Result
) -> None:
    own = Contender("another", [], own_rules=True)
    outcome = Outcome(1.0, 1.0, 1, SIZE, None)
    lines = kafka_streams.lines_of(standings.body)
    assert lines[0].startswith("A|1|DV-B")
    path = place.path(kafka_streams.ROWS)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    check(own, outcome, standings, place)
    path.write_text("\n".join([*lines[:-1], lines[-1].replace("true", "false")]) + "\n", "utf-8")
    with pytest.raises(SystemExit, match=r"we say C\|"):
        check(own, outcome, standings, place)


def test_any_position_is_asked_as_often_as_wanted(place: Place) -> None:
    assert len(any_position(place, 3)) == 3


def test_the_table_quotes_medians_and_the_ratio_of_each_turn() -> None:
    def outcome(seconds: float, **more: Any) -> Outcome:
        return Outcome(
            **{"processor": seconds, "peak": 50_000_000, "events": 100, "digest": None} | more,
            seconds=seconds,
        )

    found = {
        "ours, from segments": [outcome(1), outcome(2), outcome(4)],
        "`eventsourcing`, its runner on SQLite": [outcome(10), outcome(10), outcome(20)],
    }
    assert table_of(found)[2] == "| ours, from segments | 50 | 25 | 100 | 5.00 | 20000.0 | 50 |"
    row = "| ours, from segments / `eventsourcing`, its runner on SQLite | 5.00 | 5.00 | 10.00 | 30 |"
    assert aims_of(found)[2:] == [row]
