"""Is every file still what it was?  Each stored content is read and hashed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.uploads.storage import Damaged, Missing, Storage, open_checked

SOUND, DAMAGED, MISSING, STRAY = "sound", "damaged", "missing", "stray"


@dataclass(frozen=True, slots=True)
class Finding:
    """``verdict`` on one content.  ``ledgers``: which took it; none for a stray (no database row names it,
    as after a crash between storing and noting: harmless).
    """

    sha256: str
    verdict: str
    ledgers: tuple[str, ...]


def check(taken: Mapping[str, Sequence[str]], storage: Storage) -> Iterator[Finding]:
    """A finding for every content that was taken, in order of digest, then the strays.

    ``taken``: its digest, and the ledgers that took it.

    Raises :class:`~shared.uploads.storage.Unreachable`.
    """
    for digest in sorted(taken):
        yield Finding(digest, _verdict(storage, digest), tuple(taken[digest]))
    for digest in sorted(set(storage.digests()) - taken.keys()):
        yield Finding(digest, STRAY, ())


def _verdict(storage: Storage, digest: str) -> str:
    try:
        with open_checked(storage, digest):
            return SOUND
    except Missing:
        return MISSING
    except Damaged:
        return DAMAGED
