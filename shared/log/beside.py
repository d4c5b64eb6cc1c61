"""A worker with more loops beside its projectors: what acts on the ledger, or watches what was made of it."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

import structlog

from shared.ledger.projector import Projection
from shared.log.worker import run_worker

JOIN_SECONDS = 40.0

Loop = Callable[[threading.Event], None]
"""Runs until the event is set."""


def run_worker_beside(service: str, projections: Sequence[Projection], loops: Mapping[str, Loop]) -> int:
    """Run the worker of ``service`` and ``loops``, by name, until told to stop; the exit code.

    Each gets the event that tells it to end.  They run where the projectors run: in the process of all
    parts, or of the projectors alone.  One that fails for good ends the process, so that the supervisor
    starts it again.
    """
    stop = threading.Event()
    threads: list[threading.Thread] = []
    if _runs_projectors(sys.argv[1:]):
        threads += [
            threading.Thread(target=_guarded, args=(loop, stop, name), name=name)
            for name, loop in loops.items()
        ]
    for thread in threads:
        thread.start()
    try:
        return run_worker(service, projections)
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=JOIN_SECONDS)


def _runs_projectors(argv: Sequence[str]) -> bool:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--only", default="projector")
    parser.add_argument("-h", "--help", action="store_true")
    options, _ = parser.parse_known_args(argv)
    return options.only == "projector" and not options.help


def _guarded(loop: Loop, stop: threading.Event, name: str) -> None:
    try:
        loop(stop)
    except Exception:
        structlog.get_logger(name).exception("a loop beside the worker failed")
        os._exit(1)
