"""Where the store gets the key that signs."""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.events.keys import KeyFolder, KeyMissing


class Signer(Protocol):
    """The private key with which this service signs in a ledger, as of now."""

    def __call__(self, ledger: str) -> Ed25519PrivateKey:
        """The key for ``ledger`` ("org/cycle").  Raises :class:`~shared.events.keys.KeyMissing`."""
        ...


def folder_signer(folder: KeyFolder, service: str) -> Signer:
    """A signer over a folder of key files.  A file is read once, and again when it was replaced."""
    held: dict[str, tuple[tuple[int, int, int], Ed25519PrivateKey]] = {}

    def signer(ledger: str) -> Ed25519PrivateKey:
        path = folder.service_key_path(service, ledger)
        try:
            found = path.stat()
        except FileNotFoundError as error:
            raise KeyMissing(f"no private key at {path}") from error
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        known = held.get(ledger)
        if known is None or known[0] != mark:
            known = held[ledger] = (mark, folder.load(path))
        return known[1]

    return signer
