"""The sender waits for what passes, parks what does not, and never stops for one publication."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.notify.outbox import Outbox
from services.notify.published import HttpStandings, NotPublishedYet, OtherStandings
from services.notify.sender import Sender
from shared.access.directory import Directory
from shared.house import House, open_house
from shared.ledger.admission import Record
from shared.ledger.journal import Journal
from shared.ledger.projector import Projector
from shared.settings import Settings
from tests.support.world import World

LEDGER = "hcmc/2020"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A notify service whose ledger holds position 0 and one publication."""
    world = World(LEDGER, services=("scores", "ranking", "notify"))
    data: dict[str, Any] = {
        "occurred_at": "2020-11-09T02:00:00.000000Z",
        "actor": {"sub": "btv", "role": "standing_committee", "scope": "ledger"},
        "version": 1,
        "status": "UNOFFICIAL",
        "position": 1,
        "engine": "1",
        "complete": 0,
        "units": 0,
        "provisional": True,
        **dict.fromkeys(("root", "rulebook", "digest"), "sha256:" + "0" * 64),
    }
    values = [world.opened(), world.event("ranking", "result.published.v1", "*", data)]
    made = open_house("notify", Settings.from_env({"BANGVANG_DATA": str(tmp_path)}))
    journal = Journal(made.engine, "evaluation-events", 0, world.roots)
    journal.open()
    journal.take(
        [
            Record("evaluation-events", 0, offset, LEDGER.encode(), value)
            for offset, value in enumerate(values)
        ]
    )
    while Projector(made.engine, [Directory()]).step():
        pass
    yield made
    made.engine.dispose()


class Time:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("error", [NotPublishedYet("404"), OtherStandings("digest"), KeyError("bug")])
def test_whatever_fails_is_asked_again_after_growing_pauses_and_writes_nothing(
    house: House, tmp_path: Path, error: Exception
) -> None:
    asked: list[int] = []

    def source(ledger: str, version: int) -> dict[str, Any]:
        asked.append(version)
        raise error

    time = Time()
    sender = Sender(house, source, Outbox(tmp_path / "outbox"), monotonic=time)
    assert sender.step() is False
    assert sender.step() is False
    assert asked == [1]  # pausing
    time.now += 0.6
    sender.step()
    assert asked == [1, 1]
    time.now += 0.6
    sender.step()
    assert asked == [1, 1]  # the second pause is longer
    assert not (tmp_path / "outbox").exists()


def test_standings_with_another_digest_write_no_notice(house: House, tmp_path: Path) -> None:
    forged = {
        "engine": "1",
        "ledger": LEDGER,
        "rulebook": None,
        "status": None,
        "provisional": {},
        "areas": [],
    }
    sender = Sender(house, lambda ledger, version: forged, Outbox(tmp_path / "outbox"))
    assert sender.step() is False
    assert house.store.last_sequences(LEDGER) == {}


def test_a_ranking_that_is_away_means_not_yet() -> None:
    with pytest.raises(NotPublishedYet):
        HttpStandings("http://127.0.0.1:9")(LEDGER, 1)
