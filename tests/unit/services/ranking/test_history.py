"""Standings at any position equal a fold from zero, however they are reached."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ranking.engine import initial
from services.ranking.folding import Result, result, take
from services.ranking.history import History, PositionAhead
from services.ranking.projections import newest, published, published_body, standings_at
from shared.database import engine_for, read_transaction
from shared.ledger import reader
from tests.support.examples import examples
from tests.support.shown import LEDGER, Fed, demo_rulebook, demo_units


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Fed:
    """Nine units with scores, in many small batches."""
    units = [
        unit
        for unit in demo_units()
        if unit["unit"] in ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP", "CNLD-DCD")
    ]
    path = tmp_path_factory.mktemp("history") / "ranking.sqlite"
    fed = Fed(engine_for(f"sqlite:///{path}")).open().adopt(demo_rulebook()).register(units)
    fed.feed()
    fed.fill(units=units)
    stated = fed.stated.copy()
    chance = random.Random(5)
    fed.stated.clear()
    while stated:
        taken = chance.randint(1, 9)
        fed.stated, stated = stated[:taken], stated[taken:]
        fed.feed()
    return fed


def from_zero(fed: Fed, position: int) -> Result:
    """The standings after ``position`` events, by a fold from nothing."""
    state = initial(LEDGER)
    with read_transaction(fed.engine) as connection:
        for row in reader.rows(connection, LEDGER, 0, position):
            take(state, row.position, row.value)
    return result(state)


@given(data=st.data())
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_position_equals_a_fold_from_zero(fed: Fed, data: st.DataObject) -> None:
    history = History(
        fed.engine, LEDGER, every=data.draw(st.integers(1, 40)), stops=data.draw(st.integers(1, 9)), shown=2
    )
    for position in data.draw(st.lists(st.integers(0, fed.size), min_size=1, max_size=6)):
        assert history.at(position).result == from_zero(fed, position)


def test_the_root_is_that_of_exactly_these_events(fed: Fed) -> None:
    history = History(fed.engine, LEDGER, every=7)
    with read_transaction(fed.engine) as connection:
        for position in (0, 1, 6, 7, 8, fed.size // 2, fed.size):
            root = reader.root_at(connection, LEDGER, position).hex()
            assert history.at(position).root == f"sha256:{root}"


def test_what_a_batch_stored_is_what_the_history_says(fed: Fed) -> None:
    history = History(fed.engine, LEDGER)
    with read_transaction(fed.engine) as connection:
        found = [
            (position, stored)
            for position in range(fed.size + 1)
            if (stored := standings_at(connection, LEDGER, position)) is not None
        ]
        latest = newest(connection, LEDGER)
    assert len(found) > 5
    assert latest is not None
    assert latest.position == fed.size
    for position, stored in found:
        assert history.at(position).result == stored


def test_a_position_beyond_the_ledger_is_refused(fed: Fed) -> None:
    history = History(fed.engine, LEDGER)
    with pytest.raises(PositionAhead) as caught:
        history.at(fed.size + 1)
    assert caught.value.size == fed.size
    with pytest.raises(PositionAhead):
        history.at(-1)


def test_a_caller_may_change_the_state_he_got(fed: Fed) -> None:
    history = History(fed.engine, LEDGER, every=10)
    before = history.at(40).digest
    state = history.state_at(40)
    with read_transaction(fed.engine) as connection:
        for row in reader.rows(connection, LEDGER, 40, fed.size):
            take(state, row.position, row.value)
    history._shown.clear()
    assert history.at(40).digest == before


def test_a_time_means_the_events_whose_running_maximum_is_not_later(tmp_path: Path) -> None:
    fed = Fed(engine_for(f"sqlite:///{tmp_path}/ranking.sqlite")).open()
    late, early = "2020-12-01T00:00:00.000000Z", "2020-11-30T00:00:00.000000Z"
    data = {"occurred_at": early, "actor": {"sub": "an", "role": "office", "scope": "ledger"}}
    unit = {**data, "area": "QH", "kind": "k", "name": "Một", "predecessors": []}
    fed.stated.append(fed.world.event("scores", "unit.registered.v1", "A", unit, time=late))
    fed.stated.append(fed.world.event("scores", "unit.registered.v1", "B", unit, time=early))
    assert fed.feed() == 4
    history = History(fed.engine, LEDGER)
    assert history.position_at("2020-01-01T00:00:00.000000Z") == 0
    assert history.position_at(early) == 2  # the second unit's time is earlier, its position is not
    assert history.position_at(late) == 4


def test_a_rolled_back_batch_leaves_no_trace_in_the_projection(tmp_path: Path) -> None:
    fed = Fed(engine_for(f"sqlite:///{tmp_path}/ranking.sqlite")).open().adopt(demo_rulebook()).register()
    fed.feed()
    (projection,) = [one for one in fed._projector._projections if one.name == "standings"]
    fed.score("QH-Q01", "1.2", "6")
    with read_transaction(fed.engine) as connection:
        rows = list(reader.rows(connection, LEDGER, fed.size - 1, fed.size))
    with fed.engine.connect() as connection:
        projection.apply(connection, LEDGER, rows)  # and then the process loses the transaction
    fed.feed()
    with read_transaction(fed.engine) as connection:
        stored = standings_at(connection, LEDGER, fed.size)
    assert stored == from_zero(fed, fed.size)


def test_a_publication_keeps_what_it_pinned(tmp_path: Path) -> None:
    fed = Fed(engine_for(f"sqlite:///{tmp_path}/ranking.sqlite")).open().adopt(demo_rulebook()).register()
    fed.score("QH-Q01", "1.2", "6")
    pinned = fed.feed() - 3  # no batch ended there
    shown = History(fed.engine, LEDGER).at(pinned)
    about = {
        "status": "UNOFFICIAL",
        "position": pinned,
        "root": shown.root,
        "rulebook": shown.body["rulebook"],
        "engine": "1",
        "complete": 0,
        "units": 66,
        "provisional": True,
    }
    fed.state("ranking", "result.published.v1", "*", {"version": 1, "digest": shown.digest, **about})
    fed.state("ranking", "result.published.v1", "*", {"version": 2, "digest": f"sha256:{'0' * 64}", **about})
    fed.score("QH-Q01", "1.2", "5")
    fed.feed()
    with read_transaction(fed.engine) as connection:
        first, second = published(connection, LEDGER)
        assert published_body(connection, LEDGER, 1) == shown.body
    assert (first.version, first.holds, first.stated_at) == (1, True, fed.size - 2)
    assert (second.version, second.holds) == (2, False)
