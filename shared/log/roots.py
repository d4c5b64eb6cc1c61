"""The pinned root keys: which organisations this process believes, and by which key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.events.envelope import KEYID


class BadRoots(ValueError):
    """The file of pinned root keys is not a JSON object of organisation: fingerprint."""


class RootsFile(Mapping[str, str]):
    """Fingerprints by organisation from a JSON file, ``{"hcmc": "<64 hex digits>"}``.

    Looked at again when an organisation is asked for that it did not have, so that a running worker learns
    of one that was pinned after its start.  An entry once read never changes: a pin is a pin.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = {}
        self._stamp: tuple[int, int] | None = None
        self._read()

    def __getitem__(self, org: str) -> str:
        if org not in self._known:
            self._read()
        return self._known[org]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _read(self) -> None:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp == self._stamp:
                return
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except json.JSONDecodeError as error:
            raise BadRoots(f"{self._path}: {error}") from error
        if type(found) is not dict or not all(
            type(value) is str and KEYID.fullmatch(value) for value in found.values()
        ):
            raise BadRoots(f"{self._path}: not an object of organisation: fingerprint in hex")
        self._known = found | self._known
        self._stamp = stamp
