"""Files in a folder on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from shared.uploads.storage import Missing, Unreachable, check_digest, chunks, digest_at, place

_INCOMING = "incoming"


class Folder:
    """A storage in the folder ``root``, which is made when it is first needed.

    A content is written beside the others, flushed to the disk, and only then gets its name.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, digest: str, stream: IO[bytes]) -> None:
        """As the port says."""
        final = self._root / place(digest)
        with _reached():
            if final.exists():
                return
            incoming = self._root / _INCOMING
            for folder in (incoming, final.parent):
                folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=incoming)
            written = Path(name)
            try:
                with os.fdopen(number, "w+b") as file:
                    for piece in chunks(stream):
                        file.write(piece)
                    file.seek(0)
                    check_digest(file, digest)
                    os.fchmod(file.fileno(), 0o440)
                    file.flush()
                    os.fsync(file.fileno())
                written.replace(final)
            except BaseException:
                written.unlink(missing_ok=True)
                raise
            for folder in (final.parent, self._root):
                _settle(folder)

    def open(self, digest: str) -> IO[bytes]:
        """As the port says."""
        with _reached():
            try:
                return (self._root / place(digest)).open("rb")
            except FileNotFoundError as error:
                raise Missing(digest) from error

    def exists(self, digest: str) -> bool:
        """As the port says."""
        with _reached():
            return (self._root / place(digest)).exists()

    def digests(self) -> Iterator[str]:
        """As the port says."""
        with _reached():
            found = [digest_at(path.relative_to(self._root).as_posix()) for path in self._root.glob("??/*")]
        return (digest for digest in found if digest is not None)


@contextmanager
def _reached() -> Iterator[None]:
    """Tell faults of the disk (full, read-only, not mounted) as the port does."""
    try:
        yield
    except Unreachable:
        raise
    except OSError as error:
        raise Unreachable(f"the folder of files: {error.strerror or error}") from error


def _settle(folder: Path) -> None:
    """Let the names in ``folder`` reach the disk too."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
