"""The outbox folder: ``{data}/outbox/{ledger}/v{n}/{unit}.html`` and ``.json`` beside it.

A file is there whole or not at all; writing the same notice again changes nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from services.notify.documents import Notice


class Outbox:
    """Notices as files under ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, ledger: str, version: int, name: str) -> Path:
        """Where a file of a version lies.  Raises ``ValueError`` for a name that is more than a name."""
        if not name or Path(name).name != name or name in (".", ".."):
            raise ValueError(f"not a file name: {name!r}")
        return self._folder / ledger / f"v{version}" / name

    def put(self, ledger: str, version: int, notice: Notice) -> None:
        """Write both files of ``notice``; they are on disk when this returns."""
        name = notice.document.name
        _write(self.path(ledger, version, name.removesuffix(".html") + ".json"), notice.json)
        _write(self.path(ledger, version, name), notice.html)

    def get(self, ledger: str, version: int, name: str) -> bytes | None:
        """The bytes of a file, or None when it is not there."""
        try:
            return self.path(ledger, version, name).read_bytes()
        except FileNotFoundError:
            return None


def _write(path: Path, value: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == value:
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
