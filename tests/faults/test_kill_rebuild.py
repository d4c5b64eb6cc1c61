"""kill -9 of a rebuild at any point leaves the live generation serving the same bytes; the next succeeds."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.ranking.engine import ENGINE
from services.ranking.generations import DROPPED, KEPT, LIVE
from services.ranking.rebuilding import Rebuild
from shared.database import engine_for
from tests.support.generations import OLD, digests, filled, run_old_engine, stored
from tests.support.ranking_site import Site
from tests.support.readme import PROJECT
from tests.support.shown import LEDGER

SEED = 20201109
KILLS = 4
CHILD = """
import sys
from services.ranking.rebuilding import Rebuild
from shared.database import engine_for

work = Rebuild(
    engine_for(sys.argv[1]), sys.argv[2], batch=1, progress=lambda done, total: print(done, flush=True)
)
work.switch(work.build())
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Where a fresh, empty database of each kind is."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    address: str = request.getfixturevalue(name)
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = engine_for(url)
    yield made
    made.dispose()


def killed_after(url: str, steps: int) -> None:
    """Start a rebuild in a process of its own and kill it as soon as it has taken ``steps`` steps."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, url, LEDGER], cwd=PROJECT, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        for _ in range(steps):
            assert child.stdout.readline(), "it ended before it could be killed"
        child.kill()


def test_a_killed_rebuild_leaves_the_live_generation_as_it_is(
    url: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_old_engine(monkeypatch)
    site = Site(tmp_path, engine=engine)
    filled(site.fed, old=True)
    site.start()
    chance = random.Random(SEED)
    rows, positions = stored(engine, 1), digests(engine, 1)
    answer = site.get("standings", "office").data
    assert b'"bygone"' in answer
    for number in range(KILLS):
        # At most half of what there is: the process runs on until the signal has reached it.
        killed_after(url, chance.randint(1, len(positions) // 2))
        work = Rebuild(engine, LEDGER)
        assert [one.number for one in work.generations() if one.state == LIVE] == [1]
        assert stored(engine, 1) == rows
        assert site.get("standings", "office").data == answer
        left = work.generations()[-1]
        assert left.number == 2 + 2 * number
        half = digests(engine, left.number)
        assert max(half, default=0) == left.position
        assert half.keys() >= {at for at in positions if at <= left.position}
        made = work.switch(work.build())
        assert stored(engine, left.number) == []
        assert {one.state for one in work.generations()} == {LIVE, KEPT, DROPPED}
        assert site.get("standings", "office").json["engine"] == ENGINE
        assert digests(engine, made.number).keys() >= positions.keys()
        work.switch(work.kept())
        assert site.get("standings", "office").json["engine"] == OLD
