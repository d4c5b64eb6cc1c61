"""The worker of ranking: relay, intake, projectors, archive.  ``python -m services.ranking.worker``."""

from __future__ import annotations

import sys
import threading

from services.ranking.app import SERVICE
from services.ranking.archiving import Archiver, run
from services.ranking.projections import StandingsProjection
from shared.access.directory import Directory
from shared.archive import Archive
from shared.house import open_house
from shared.log.beside import run_worker_beside
from shared.settings import Settings


def main() -> int:
    """Run until told to stop; the exit code.  The archive is written beside the projectors."""
    archive = Archive(Settings.from_env().archive)

    def write(stop: threading.Event) -> None:
        run(Archiver(open_house(SERVICE).engine, archive), stop)

    return run_worker_beside(SERVICE, [Directory(), StandingsProjection(archive)], "archive", write)


if __name__ == "__main__":
    sys.exit(main())
