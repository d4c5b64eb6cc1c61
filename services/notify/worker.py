"""The worker process of the notify service: relay, intake, the directory, and the sender of notices."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence

import structlog

from services.notify.outbox import Outbox
from services.notify.published import HttpStandings
from services.notify.sender import Sender, run
from shared.access.directory import Directory
from shared.house import open_house
from shared.log.worker import run_worker


def main() -> int:
    """Run until told to stop; the exit code.  The sender runs beside the projectors."""
    stop = threading.Event()
    threads: list[threading.Thread] = []
    if _sends(sys.argv[1:]):
        threads.append(threading.Thread(target=_send, args=(stop,), name="sender"))
    for thread in threads:
        thread.start()
    try:
        return run_worker("notify", [Directory()])
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=40)


def _sends(argv: Sequence[str]) -> bool:
    """Whether this process sends: the one that runs everything, or the projectors alone."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--only", default="projector")
    parser.add_argument("-h", "--help", action="store_true")
    options, _ = parser.parse_known_args(argv)
    return options.only == "projector" and not options.help


def _send(stop: threading.Event) -> None:
    """A sender that fails for good ends the process, so that the supervisor starts it again."""
    try:
        house = open_house("notify")
        settings = house.settings
        run(Sender(house, HttpStandings(settings.origin), Outbox(settings.data / "outbox")), stop)
    except Exception:
        structlog.get_logger("sender").exception("the sender failed")
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
