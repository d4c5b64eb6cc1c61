"""Where files lie: a port.  Content is addressed by its SHA-256, written once, whole or not at all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Protocol

CHUNK = 1 << 20
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_PLACE = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})")


class Missing(LookupError):
    """The storage holds no content of this digest."""


class Damaged(ValueError):
    """The bytes are not those that the digest names."""


class Unreachable(OSError):
    """The storage could not be asked, or did not take the content: nothing was kept, try again."""


class Storage(Protocol):
    """A store of contents by digest (``sha256:<hex>``).  May be used by many threads at once."""

    def put(self, digest: str, stream: IO[bytes]) -> None:
        """Keep what ``stream`` holds from here to its end; what is kept already is left as it is.

        When this returns, the content is there to stay.  Raises :class:`Damaged` (nothing was kept) for
        other bytes than ``digest`` names, :class:`Unreachable`.
        """

    def open(self, digest: str) -> IO[bytes]:
        """The content, from its beginning; the caller closes it.  Raises :class:`Missing`,
        :class:`Unreachable`."""

    def exists(self, digest: str) -> bool:
        """Whether something is kept under ``digest``.  Raises :class:`Unreachable`."""

    def digests(self) -> Iterator[str]:
        """Every digest under which something is kept, in no order.  Raises :class:`Unreachable`."""


def place(digest: str) -> str:
    """Path or key of ``digest`` in a storage.  Raises ``ValueError`` for what is no digest."""
    found = _DIGEST.fullmatch(digest)
    if found is None:
        raise ValueError(f"not a digest: {digest!r}")
    return f"{found[1][:2]}/{found[1]}"


def digest_at(path: str) -> str | None:
    """The digest whose :func:`place` is ``path``, None for anything else that lies about."""
    found = _PLACE.fullmatch(path)
    return None if found is None else f"sha256:{found[2]}"


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """What is left of ``stream``, a piece at a time."""
    while piece := stream.read(CHUNK):
        yield piece


def check_digest(stream: IO[bytes], digest: str) -> None:
    """Read ``stream`` to its end.  Raises :class:`Damaged` unless it is what ``digest`` names."""
    found = hashlib.sha256()
    for piece in chunks(stream):
        found.update(piece)
    if f"sha256:{found.hexdigest()}" != digest:
        raise Damaged(f"the bytes under {digest} give sha256:{found.hexdigest()}")


def open_checked(storage: Storage, digest: str) -> IO[bytes]:
    """The content, hashed before anybody gets a byte of it.

    Raises :class:`Missing`, :class:`Damaged`, :class:`Unreachable`.
    """
    stream = storage.open(digest)
    try:
        check_digest(stream, digest)
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    return stream


def spool() -> SpooledTemporaryFile[bytes]:
    """Room for one content on its way; it has no name, so a crash leaves nothing behind."""
    return SpooledTemporaryFile(max_size=CHUNK)
