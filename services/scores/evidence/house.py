"""Whether this service can hand out what a fact cites."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from sqlalchemy import select

from services.scores.tables import evidence_files
from shared.database import read_transaction
from shared.uploads.house import upload_house
from shared.web.runtime import runtime

_AT_ONCE = 16


class Holding(StrEnum):
    """Whether the file behind a cited digest can be read."""

    HELD = "held"
    MISSING = "missing"  # it was taken, and its content is gone: deleted at the source
    UNKNOWN = "unknown"  # it was never given here: only its digest was cited


def only_cited(ledger: str, digests: Collection[str]) -> frozenset[str]:
    """Those of ``digests`` whose file was never given here: nothing but the digest is known of it.

    Asks the database alone: a page shows it while the storage is out of reach.
    """
    return frozenset(digests) - frozenset(_taken(ledger, digests))


def held(ledger: str, digests: Collection[str]) -> Mapping[str, Holding]:
    """Which of ``digests`` (as facts of ``ledger`` cite them) this service can hand out.

    Raises :class:`~shared.uploads.storage.Unreachable`.
    """
    taken = _taken(ledger, digests)
    storage = upload_house().storage
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # a bucket is a round trip for each
        there = dict(zip(taken, pool.map(storage.exists, taken), strict=True))
    return {
        digest: Holding.UNKNOWN if digest not in there else Holding.HELD if there[digest] else Holding.MISSING
        for digest in sorted(set(digests))
    }


def _taken(ledger: str, digests: Collection[str]) -> list[str]:
    files = evidence_files.c
    query = select(files.sha256).where(files.ledger == ledger, files.sha256.in_(sorted(set(digests))))
    with read_transaction(runtime().engine) as connection:
        return sorted(connection.execute(query).scalars())
