"""How often an idle part of the worker looks again: at once after work, seldom when nothing happens."""

from __future__ import annotations

import threading

from shared.log.watchdog import Watchdog
from shared.log.worker import Idle, Part, run_parts


def test_the_pause_grows_while_nothing_happens_and_is_short_again_after_work() -> None:
    idle = Idle(0.2)
    assert [idle.pause() for _ in range(4)] == [0.05, 0.1, 0.2, 0.2]
    idle.worked()
    assert idle.pause() == 0.05


def test_a_part_that_is_woken_does_not_wait_its_pause_out() -> None:
    stop, wakes = threading.Event(), threading.Event()
    steps: list[int] = []

    def step() -> bool:
        steps.append(len(steps))
        if len(steps) == 3:
            stop.set()
        wakes.set()  # as intake does when a ledger has grown
        return False

    part = Part("projector", step, lambda: None, wakes, Idle(3600.0, first=3600.0))
    runner = threading.Thread(target=run_parts, args=([part], Watchdog(60), stop))
    runner.start()
    runner.join(10)
    assert not runner.is_alive()
    assert len(steps) == 3


def test_an_idle_part_looks_seldom() -> None:
    stop = threading.Event()
    steps: list[int] = []

    def step() -> bool:
        steps.append(len(steps))
        return False

    part = Part("relay", step, lambda: None, threading.Event(), Idle(0.2))
    threading.Timer(0.5, stop.set).start()
    assert run_parts([part], Watchdog(60), stop) == 0
    assert 2 <= len(steps) <= 5
