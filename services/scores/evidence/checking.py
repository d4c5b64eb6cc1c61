"""Is every file still what it was?  Each stored content is read and hashed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from services.scores.evidence.keeping import taken
from services.scores.evidence.storage import Damaged, Missing, Storage, open_checked
from shared.database import read_transaction

SOUND, DAMAGED, MISSING, STRAY = "sound", "damaged", "missing", "stray"


@dataclass(frozen=True, slots=True)
class Finding:
    """``verdict`` on one content.  ``ledgers``: which took it; none for a stray (no database row names it,
    as after a crash between storing and noting: harmless).
    """

    sha256: str
    verdict: str
    ledgers: tuple[str, ...]


def check(engine: Engine, storage: Storage) -> Iterator[Finding]:
    """A finding for every content that a ledger took, in order of digest, then the strays.

    Raises :class:`~services.scores.evidence.storage.Unreachable`.
    """
    with read_transaction(engine) as connection:
        known = taken(connection)
    for digest, ledgers in known.items():
        yield Finding(digest, _verdict(storage, digest), tuple(ledgers))
    for digest in sorted(set(storage.digests()) - set(known)):
        yield Finding(digest, STRAY, ())


def _verdict(storage: Storage, digest: str) -> str:
    try:
        with open_checked(storage, digest):
            return SOUND
    except Missing:
        return MISSING
    except Damaged:
        return DAMAGED
