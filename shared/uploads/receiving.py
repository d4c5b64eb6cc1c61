"""A file on its way in: counted and hashed as it comes, never more of it held than allowed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from shared.uploads.storage import chunks, spool


@dataclass(frozen=True, slots=True)
class Received:
    """``file`` from its beginning, ``sha256`` (``sha256:<hex>``) and ``size`` in bytes, at least 1."""

    file: IO[bytes]
    sha256: str
    size: int


class Empty(ValueError):
    """Nothing came."""


class TooLarge(ValueError):
    """More came than allowed."""


@contextmanager
def received(stream: IO[bytes], limit: int) -> Iterator[Received]:
    """What ``stream`` brings, for the length of the block.  Raises :class:`Empty`, :class:`TooLarge`."""
    digest = hashlib.sha256()
    size = 0
    with spool() as file:
        for piece in chunks(stream):
            size += len(piece)
            if size > limit:
                raise TooLarge
            digest.update(piece)
            file.write(piece)
        if size == 0:
            raise Empty
        file.seek(0)
        yield Received(file, f"sha256:{digest.hexdigest()}", size)
