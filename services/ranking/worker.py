"""The worker of ranking: relay, intake and projectors.  ``python -m services.ranking.worker``."""

from __future__ import annotations

import sys

from services.ranking.app import SERVICE
from services.ranking.projections import StandingsProjection
from shared.access.directory import Directory
from shared.log.worker import run_worker


def main() -> int:
    """Run until told to stop; the exit code."""
    return run_worker(SERVICE, [Directory(), StandingsProjection()])


if __name__ == "__main__":
    sys.exit(main())
