"""Private keys as files, mode 0600, one per service and ledger, and one root key per organisation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


class KeyMissing(LookupError):
    """A private key that is needed to sign is not where it should be."""


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """Folder of private keys: ``{service}/{org}-{cycle}.pem`` and ``root/{org}.pem``."""

    path: Path

    def service_key_path(self, service: str, ledger: str) -> Path:
        """Where the key of ``service`` for ``ledger`` ("org/cycle") lies."""
        return self.path / service / f"{ledger.replace('/', '--')}.pem"

    def root_key_path(self, org: str) -> Path:
        """Where the root key of ``org`` lies in the embedded default; offline in production."""
        return self.path / "root" / f"{org}.pem"

    def load(self, path: Path) -> Ed25519PrivateKey:
        """The key in ``path``.  Raises :class:`KeyMissing` when there is none or it is no Ed25519 key."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError as error:
            raise KeyMissing(f"no private key at {path}") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyMissing(f"not an Ed25519 key: {path}")
        return key

    def load_or_create(self, path: Path) -> Ed25519PrivateKey:
        """The key in ``path``, made first when there is none.  Two processes at once get the same key."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            pem = Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)  # fails when another process was first: its key wins
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return self.load(path)

    def service_key(self, service: str, ledger: str) -> Ed25519PrivateKey:
        """The signing key of ``service`` for ``ledger``.  Raises :class:`KeyMissing`."""
        return self.load(self.service_key_path(service, ledger))
