"""Where everything of one embedded run is: folders, ports, addresses, the environment of its processes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import LOOPBACK, preferred
from shared.settings import SERVICES, Settings

WEB_PORTS = dict(zip(SERVICES, range(18081, 18085), strict=True))
KAFKA_PORT = 19092
CONTROLLER_PORT = 19093

LONGEST_SOCKET_PATH = 100
"""A Unix socket's path may have 107 bytes; supervisord adds a process id to it while it starts."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One embedded run.  ``kafka_port`` and ``controller_port`` are None when the broker was given."""

    settings: Settings
    port: int
    web_ports: Mapping[str, int]
    kafka_port: int | None
    controller_port: int | None
    demo: bool

    @property
    def data(self) -> Path:
        """The folder that holds everything the run writes."""
        return self.settings.data

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.data / "logs"

    @property
    def origin(self) -> str:
        """The one address that people use."""
        return self.settings.origin

    @property
    def bootstrap(self) -> str:
        """Kafka's address, own or given."""
        return self.settings.kafka

    @property
    def socket(self) -> Path:
        """The Unix socket of supervisord: in the data folder, or elsewhere when that path is too long for a
        socket.
        """
        path = self.data / "supervisor.sock"
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
            return path
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"bangvang-{digest}.sock"

    def environment(self) -> dict[str, str]:
        """The ``BANGVANG_*`` variables that give every process these settings, wherever it is started."""
        settings = self.settings
        return {
            "BANGVANG_ARCHIVE": str(settings.archive),
            "BANGVANG_CLAMD": settings.clamd,
            "BANGVANG_DATA": str(settings.data),
            "BANGVANG_DATABASE_URL": settings.database_url,
            "BANGVANG_DEMO": "1" if self.demo else "0",
            "BANGVANG_EVIDENCE": str(settings.evidence),
            "BANGVANG_EVIDENCE_LIMIT": str(settings.evidence_limit),
            "BANGVANG_ISSUER": settings.issuer,
            "BANGVANG_JWKS": str(settings.jwks),
            "BANGVANG_KAFKA": settings.kafka,
            "BANGVANG_KEYS": str(settings.keys),
            "BANGVANG_ORIGIN": settings.origin,
            "BANGVANG_PARTITIONS": str(settings.partitions),
            "BANGVANG_REPLICATION": str(settings.replication),
            "BANGVANG_ROOTS": str(settings.roots),
            "BANGVANG_SHADOW_SECONDS": str(settings.shadow_seconds),
            "BANGVANG_TOPIC": settings.topic,
        }


def plan(port: int, *, empty: bool, environ: Mapping[str, str] | None = None) -> Layout:
    """The layout of a run on public ``port``: an own broker unless ``BANGVANG_KAFKA`` is given, demo unless
    ``empty``.

    The inner ports are the usual ones, each replaced by a free one where something else listens.
    """
    given = dict(os.environ if environ is None else environ)
    own = not given.get("BANGVANG_KAFKA")
    kafka_port, controller_port, *web = preferred([KAFKA_PORT, CONTROLLER_PORT, *WEB_PORTS.values()])
    if own:
        given["BANGVANG_KAFKA"] = f"{LOOPBACK}:{kafka_port}"
    given["BANGVANG_ORIGIN"] = f"http://{LOOPBACK}:{port}"
    return Layout(
        settings=Settings.from_env(given),
        port=port,
        web_ports=dict(zip(SERVICES, web, strict=True)),
        kafka_port=kafka_port if own else None,
        controller_port=controller_port if own else None,
        demo=given["BANGVANG_DEMO"] == "1" if "BANGVANG_DEMO" in given else not empty,
    )
