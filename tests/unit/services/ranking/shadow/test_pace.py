"""The shadow rests four times as long as it worked, and gives up at once when the worker ends."""

from __future__ import annotations

import threading

import pytest

from services.ranking.shadow.watch import SHARE, Pace, Stopped


class Waiting(threading.Event):
    """An event that notes how long it was waited for, and waits not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return self.is_set()


def test_rest_follows_work_and_idle_time_is_no_work() -> None:
    clock = [0.0]
    stop = Waiting()
    pace = Pace(stop, lambda: clock[0])
    clock[0] = 2.0
    pace.rest()
    clock[0] = 10.0
    pace.begin()
    clock[0] = 11.0
    pace.rest()
    assert stop.waited == [2.0 * SHARE, 1.0 * SHARE]


def test_a_comparison_that_was_begun_is_given_up_when_the_worker_ends() -> None:
    stop = Waiting()
    pace = Pace(stop, lambda: 0.0)
    stop.set()
    with pytest.raises(Stopped):
        pace.rest()
