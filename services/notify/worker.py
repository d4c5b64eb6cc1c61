"""The worker process of the notify service: relay, intake, the directory, and the sender of notices."""

from __future__ import annotations

import sys
import threading

from services.notify.outbox import Outbox
from services.notify.published import HttpStandings
from services.notify.sender import Sender, run
from shared.access.directory import Directory
from shared.house import open_house
from shared.log.beside import run_worker_beside


def main() -> int:
    """Run until told to stop; the exit code.  The sender runs beside the projectors."""
    return run_worker_beside("notify", [Directory()], {"sender": _send})


def _send(stop: threading.Event) -> None:
    house = open_house("notify")
    settings = house.settings
    run(Sender(house, HttpStandings(settings.origin), Outbox(settings.data / "outbox")), stop)


if __name__ == "__main__":
    sys.exit(main())
