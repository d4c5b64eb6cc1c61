"""Loops beside the projectors: where they run, that they end with them, and what a failure does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from shared.log import beside


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A worker that ends by itself once the loop beside it has begun, or at once where there is none."""
    seen: dict[str, Any] = {"begun": threading.Event(), "expected": True}

    def run_worker(service: str, projections: Sequence[Any]) -> int:
        if seen["expected"]:
            assert seen["begun"].wait(10)
        seen["service"] = service
        return 7

    monkeypatch.setattr(beside, "run_worker", run_worker)
    return seen


def told(worker: dict[str, Any], monkeypatch: pytest.MonkeyPatch, *argv: str) -> tuple[int, bool]:
    """The worker's exit code, and whether the loop was told to end."""
    monkeypatch.setattr("sys.argv", ["worker", *argv])
    ended: list[bool] = []

    def loop(stop: threading.Event) -> None:
        worker["begun"].set()
        ended.append(stop.wait(10))

    return beside.run_worker_beside("scores", [], {"loop": loop, "other": loop}), ended == [True, True]


@pytest.mark.parametrize("argv", [(), ("--only", "projector"), ("--instance", "a")])
def test_it_runs_where_the_projectors_run_and_ends_with_them(
    worker: dict[str, Any], monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    assert told(worker, monkeypatch, *argv) == (7, True)
    assert worker["service"] == "scores"


@pytest.mark.parametrize("argv", [("--only", "relay"), ("--only", "intake"), ("--help",)])
def test_it_runs_nowhere_else(
    worker: dict[str, Any], monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    worker["expected"] = False
    assert told(worker, monkeypatch, *argv) == (7, False)
    assert not worker["begun"].is_set()


def test_a_loop_that_fails_for_good_ends_the_process(
    worker: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[int] = []
    monkeypatch.setattr("os._exit", codes.append)
    monkeypatch.setattr("sys.argv", ["worker"])

    def loop(stop: threading.Event) -> None:
        worker["begun"].set()
        raise ValueError("broken")

    beside.run_worker_beside("scores", [], {"loop": loop})
    assert codes == [1]
