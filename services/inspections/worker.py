"""The worker process of the inspections service: relay, intake, and the directory that follows the ledger."""

from __future__ import annotations

import sys

from shared.access.directory import Directory
from shared.log.worker import run_worker

if __name__ == "__main__":
    sys.exit(run_worker("inspections", [Directory()]))
