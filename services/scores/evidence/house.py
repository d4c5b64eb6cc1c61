"""What the web process of scores holds for evidence: the storage, the scanner, the limit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select

from services.scores.evidence.clamd import Clamd, Scanner
from services.scores.evidence.folder import Folder
from services.scores.evidence.storage import Storage
from services.scores.tables import evidence_files
from shared.database import read_transaction
from shared.settings import Settings
from shared.web.runtime import runtime

_AT_ONCE = 16
_EXTENSION = "bangvang.scores.evidence"


@dataclass(frozen=True, slots=True)
class EvidenceHouse:
    """``scanner`` None: no virus check is set up.  ``limit``: bytes of one file."""

    storage: Storage
    scanner: Scanner | None
    limit: int


class Holding(StrEnum):
    """Whether the file behind a cited digest can be read."""

    HELD = "held"
    MISSING = "missing"  # it was taken, and its content is gone: deleted at the source
    UNKNOWN = "unknown"  # it was never given here: only its digest was cited


def open_storage(where: Path | str) -> Storage:
    """The storage in a folder or at ``s3://bucket/prefix``.  Raises ``ValueError`` for another address."""
    if isinstance(where, Path):
        return Folder(where)
    from services.scores.evidence.bucket import Bucket  # its client is loaded only where it is used

    return Bucket(where)


def open_evidence(settings: Settings) -> EvidenceHouse:
    """As ``settings`` say.  Raises ``ValueError`` for an address that is none."""
    return EvidenceHouse(
        open_storage(settings.evidence),
        Clamd(settings.clamd) if settings.clamd else None,
        settings.evidence_limit,
    )


def install(app: Flask, settings: Settings) -> None:
    """Give ``app`` its evidence house.  Raises ``ValueError`` for an address that is none."""
    app.extensions[_EXTENSION] = open_evidence(settings)


def evidence_house() -> EvidenceHouse:
    """The evidence house of the running web process."""
    found: EvidenceHouse = current_app.extensions[_EXTENSION]
    return found


def only_cited(ledger: str, digests: Collection[str]) -> frozenset[str]:
    """Those of ``digests`` whose file was never given here: nothing but the digest is known of it.

    Asks the database alone: a page shows it while the storage is out of reach.
    """
    return frozenset(digests) - frozenset(_taken(ledger, digests))


def held(ledger: str, digests: Collection[str]) -> Mapping[str, Holding]:
    """Which of ``digests`` (as facts of ``ledger`` cite them) this service can hand out.

    Raises :class:`~services.scores.evidence.storage.Unreachable`.
    """
    taken = _taken(ledger, digests)
    storage = evidence_house().storage
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
