"""What an engine published stays verifiable by that engine, whatever the present one computes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from services.ranking import engines
from services.ranking.engine import ENGINE, body, canonical, compute, digest, evolve, initial, uninterpreted
from services.ranking.engines import EngineVersion
from services.ranking.folding import recompute
from shared.events import Event
from tests.property.cycles import cycle
from tests.support.board import Board, register_units, rulebook_2020, state_inputs
from tests.support.ranking_site import Site
from tests.support.shown import demo_rulebook, demo_units

GOLDEN = {
    "1": {
        "cycles": "0c74a18fc5b00e75676fc7a1e4b9d94473a23154590e4d461388a8c4c12682a4",
        "2020": "sha256:a04c8ce3ae55f21e4a1532beb957e4c748d204a0514b2af61ac708e3af5127bb",
    },
}
"""By engine version: digest of the bodies of forty generated cycles, and of the cycle of 2020.

If a change makes these differ, the rules of computation changed: copy the present engine to its own frozen
package, name it in ``services.ranking.engines``, and give the new one a new version with its own line here.
"""


def test_this_version_of_the_engine_still_gives_its_golden_digests() -> None:
    found = hashlib.sha256()
    for seed in range(40):
        found.update(canonical(body(compute(cycle(seed)[1].state()))))
    assert {"cycles": found.hexdigest(), "2020": _of_2020()} == GOLDEN[ENGINE]


def _of_2020() -> str:
    board = Board(rulebook_2020())
    register_units(board)
    state_inputs(board)
    return digest(board.body())


def test_every_golden_version_is_runnable_and_every_runnable_one_is_golden() -> None:
    assert set(engines.RUNNABLE) == set(GOLDEN)


def test_a_version_that_is_not_here_is_not_guessed() -> None:
    assert recompute("0", "hcmc/2020", ()) is None


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> str:
    """An older engine whose results say something else."""

    def old_body(state: Any) -> dict[str, Any]:
        return {**body(compute(state)), "engine": "0", "rounding": "old"}

    monkeypatch.setitem(engines.RUNNABLE, "0", EngineVersion(initial, evolve, uninterpreted, old_body))
    return "0"


def published_by(folder: Path, version: str, standings: str) -> dict[str, Any]:
    """A ledger with one publication of engine ``version`` that pins ``standings`` ("old", "new")."""
    site = Site(folder)
    site.fed.open().adopt(demo_rulebook()).register(demo_units()[:2])
    site.start()
    pinned = site.fed.size
    now = site.get("standings").json
    rows = site.fed.values(pinned)
    found = recompute(version, "hcmc/2020", (Event.parse(value) for value in rows))
    old = found.digest if found is not None else ""
    site.fed.state(
        "ranking",
        "result.published.v1",
        "*",
        {
            "version": 1,
            "status": "UNOFFICIAL",
            "position": pinned,
            "root": now["root"],
            "rulebook": now["rulebook"],
            "engine": version,
            "digest": {"old": old, "new": now["digest"]}[standings],
            "complete": 0,
            "units": 2,
            "provisional": True,
        },
    )
    site.fed.feed()
    answer: dict[str, Any] = site.get("publications").json["items"][0]
    return answer


def test_a_publication_is_recomputed_by_the_engine_that_it_names(tmp_path: Path, older: str) -> None:
    assert published_by(tmp_path, older, "old")["holds"] is True


def test_the_present_engine_does_not_vouch_for_another(tmp_path: Path, older: str) -> None:
    assert published_by(tmp_path, older, "new")["holds"] is False
