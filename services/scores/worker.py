"""The worker process of the scores service: relay, intake, directory, and the webhooks of departments."""

from __future__ import annotations

import sys
import threading

from services.scores.webhooks.deliverer import Deliverer, run
from services.scores.webhooks.planning import WebhookPlans
from services.scores.webhooks.sending import Sender
from shared.access.directory import Directory
from shared.house import open_house
from shared.log.beside import run_worker_beside


def main() -> int:
    """Run until told to stop; the exit code.  The deliverer runs beside the projectors."""
    return run_worker_beside("scores", [Directory(), WebhookPlans()], {"webhooks": _deliver})


def _deliver(stop: threading.Event) -> None:
    house = open_house("scores")
    run(Deliverer(house.engine, Sender(demo=house.settings.demo)), stop)


if __name__ == "__main__":
    sys.exit(main())
