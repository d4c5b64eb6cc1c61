"""Where things are: the one place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICES = ("scores", "inspections", "ranking", "notify")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one process.  Every field has an embedded default under one data folder.

    ``jwks``: where the issuer's public keys are, a file or an ``https`` address.  ``evidence``: where
    evidence files lie, a folder or ``s3://bucket/prefix``; ``evidence_limit``: bytes of one file.
    ``clamd``: ``host:port`` or socket path of the virus scanner, empty = none.  ``archive``: folder of the
    ledgers' segments.  ``shadow_seconds``: from one whole comparison of a ledger with its stored standings to
    the next.
    """

    data: Path
    kafka: str
    topic: str
    partitions: int
    replication: int
    database_url: str
    keys: Path
    roots: Path
    issuer: str
    jwks: Path | str
    demo: bool
    origin: str
    evidence: Path | str
    evidence_limit: int
    clamd: str
    archive: Path
    shadow_seconds: float

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from the ``BANGVANG_*`` variables; see docs/operations.md for each."""
        env = os.environ if environ is None else environ
        data = Path(env.get("BANGVANG_DATA", "data")).absolute()
        keys = Path(env.get("BANGVANG_KEYS", data / "keys"))
        return cls(
            data=data,
            kafka=env.get("BANGVANG_KAFKA", "127.0.0.1:19092"),
            topic=env.get("BANGVANG_TOPIC", "evaluation-events"),
            partitions=int(env.get("BANGVANG_PARTITIONS", "12")),
            replication=int(env.get("BANGVANG_REPLICATION", "1")),
            database_url=env.get("BANGVANG_DATABASE_URL", f"sqlite:///{data}/db/{{service}}.sqlite"),
            keys=keys,
            roots=Path(env.get("BANGVANG_ROOTS", keys / "roots.json")),
            issuer=env.get("BANGVANG_ISSUER", "bangvang-local"),
            jwks=_file_or_address(env.get("BANGVANG_JWKS", "") or data / "issuer" / "jwks.json"),
            demo=env.get("BANGVANG_DEMO", "") == "1",
            origin=env.get("BANGVANG_ORIGIN", "http://127.0.0.1:8080"),
            evidence=_file_or_address(env.get("BANGVANG_EVIDENCE", "") or data / "evidence"),
            evidence_limit=int(env.get("BANGVANG_EVIDENCE_LIMIT", "20000000")),
            clamd=env.get("BANGVANG_CLAMD", ""),
            archive=Path(env.get("BANGVANG_ARCHIVE", data / "archive")),
            shadow_seconds=float(env.get("BANGVANG_SHADOW_SECONDS", "3600")),
        )

    def local_jwks(self) -> Path:
        """The key set file of the local issuer.

        Raises ``ValueError`` where the keys are an address: tokens then come from that issuer alone.
        """
        if isinstance(self.jwks, str):
            raise ValueError(f"tokens come from the issuer whose keys are at {self.jwks}")
        return self.jwks

    def service_database_url(self, service: str) -> str:
        """The database URL of ``service``: services share no database."""
        if "{service}" in self.database_url:
            return self.database_url.replace("{service}", service)
        base, mark, query = self.database_url.partition("?")
        return f"{base}_{service}{mark}{query}"


def _file_or_address(given: str | Path) -> Path | str:
    """A path, or an address as it is; who uses it says which kinds of address will do."""
    return given if isinstance(given, str) and "://" in given else Path(given)
