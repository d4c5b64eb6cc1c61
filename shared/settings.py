"""Where things are: the one place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICES = ("scores", "inspections", "ranking", "notify")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one process.  Every field has an embedded default under one data folder."""

    data: Path
    kafka: str
    topic: str
    partitions: int
    replication: int
    database_url: str
    keys: Path
    roots: Path
    issuer: str
    jwks: Path
    demo: bool
    origin: str

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
            jwks=Path(env.get("BANGVANG_JWKS", data / "issuer" / "jwks.json")),
            demo=env.get("BANGVANG_DEMO", "") == "1",
            origin=env.get("BANGVANG_ORIGIN", "http://127.0.0.1:8080"),
        )

    def service_database_url(self, service: str) -> str:
        """The database URL of ``service``: services share no database."""
        if "{service}" in self.database_url:
            return self.database_url.replace("{service}", service)
        base, mark, query = self.database_url.partition("?")
        return f"{base}_{service}{mark}{query}"
