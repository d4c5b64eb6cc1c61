"""The worker of ranking: relay, intake, projectors, archive, shadow.  Run as ``services.ranking.worker``."""

from __future__ import annotations

import sys
import threading

from services.ranking.app import SERVICE
from services.ranking.archiving import Archiver, run
from services.ranking.projections import StandingsProjection
from services.ranking.shadow import watch
from shared.access.directory import Directory
from shared.archive import Archive
from shared.house import open_house
from shared.log.beside import run_worker_beside
from shared.settings import Settings


def main() -> int:
    """Run until told to stop; the exit code.

    Beside the projectors the archive is written, and the shadow compares what they store.
    """
    settings = Settings.from_env()
    archive = Archive(settings.archive)

    def write(stop: threading.Event) -> None:
        run(Archiver(open_house(SERVICE).engine, archive), stop)

    def compare(stop: threading.Event) -> None:
        watch.run(open_house(SERVICE).engine, archive, stop, settings.shadow_seconds)

    loops = {"archive": write, "shadow": compare}
    return run_worker_beside(SERVICE, [Directory(), StandingsProjection(archive)], loops)


if __name__ == "__main__":
    sys.exit(main())
