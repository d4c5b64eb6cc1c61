"""A worker with one more loop beside its projectors: what acts on the ledger rather than reads it."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable, Sequence

import structlog

from shared.ledger.projector import Projection
from shared.log.worker import run_worker

JOIN_SECONDS = 40.0


def run_worker_beside(
    service: str, projections: Sequence[Projection], name: str, loop: Callable[[threading.Event], None]
) -> int:
    """Run the worker of ``service`` and ``loop`` until told to stop; the exit code.

    ``loop`` gets the event that tells it to end.  It runs where the projectors run: in the process of all
    parts, or of the projectors alone.  One that fails for good ends the process, so that the supervisor
    starts it again.
    """
    stop = threading.Event()
    threads = []
    if _runs_projectors(sys.argv[1:]):
        threads.append(threading.Thread(target=_guarded, args=(loop, stop, name), name=name))
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


def _guarded(loop: Callable[[threading.Event], None], stop: threading.Event, name: str) -> None:
    try:
        loop(stop)
    except Exception:
        structlog.get_logger(name).exception("a loop beside the worker failed")
        os._exit(1)
