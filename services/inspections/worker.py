"""The worker process of the inspections service: relay, intake, the directory, and cases at their cut-off."""

from __future__ import annotations

import sys
import threading

from services.inspections.opening import CaseOpener, run
from shared.access.directory import Directory
from shared.house import open_house
from shared.log.beside import run_worker_beside


def main() -> int:
    """Run until told to stop; the exit code.  The opener of cases runs beside the projectors."""
    return run_worker_beside("inspections", [Directory()], {"cases": _open})


def _open(stop: threading.Event) -> None:
    run(CaseOpener(open_house("inspections")), stop)


if __name__ == "__main__":
    sys.exit(main())
