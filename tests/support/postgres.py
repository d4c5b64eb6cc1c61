"""A throw-away PostgreSQL cluster from the system's server binaries."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType

import psycopg

from deploy.local.missing import MissingError, apt_line
from deploy.local.ports import LOOPBACK, free_ports

PACKAGE = "postgresql"
SERVER_USER = "postgres"


def binaries() -> Path:
    """The newest server's ``bin`` folder; :class:`MissingError` with the line to run when there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise MissingError(f"The tests need PostgreSQL's server. Install it with:\n\n    {apt_line([PACKAGE])}\n")


class PostgresCluster:
    """One cluster in a folder of its own, on a free loopback port; no password, since it lives for the tests
    only.

    ``durable`` keeps ``fsync`` on, for the tests that kill the server.  PostgreSQL refuses to run as root:
    then it runs as the user ``postgres``.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._bin = binaries()
        self._durable = durable
        # Not pytest's folder: that one is closed to the user `postgres`.
        self.folder = Path(tempfile.mkdtemp(prefix="bangvang-pg-"))
        self.port = free_ports(1)[0]
        self.log = self.folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy's URL of ``database``."""
        return f"postgresql+psycopg://postgres@{LOOPBACK}:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The process id of the running postmaster."""
        assert self._process is not None
        return self._process.pid

    def start(self, timeout: float = 60) -> None:
        """Make the cluster the first time, start it, and wait until it answers."""
        data = self.folder / "data"
        if not data.exists():
            if os.geteuid() == 0:
                user = pwd.getpwnam(SERVER_USER)
                os.chown(self.folder, user.pw_uid, user.pw_gid)
            words = [
                "-D",
                str(data),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
            made = subprocess.run(
                self._as_user([str(self._bin / "initdb"), *words]),
                capture_output=True,
                text=True,
                check=False,
                cwd=self.folder,
            )
            if made.returncode != 0:
                raise RuntimeError(f"initdb failed:\n{made.stdout}\n{made.stderr}")
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "fsync": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._as_user([str(self._bin / "postgres"), "-D", str(data), *options]),
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        limit = time.monotonic() + timeout
        while True:
            try:
                psycopg.connect(host=LOOPBACK, port=self.port, user="postgres", dbname="postgres").close()
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > limit:
                    said = self.log.read_text(errors="replace")[-3000:]
                    raise RuntimeError(f"PostgreSQL did not start: {error}\n{said}") from error
                time.sleep(0.1)

    def stop(self) -> None:
        """Stop it at once but cleanly (SIGINT: open connections are cut)."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it without a clean stop (SIGQUIT to the postmaster, which takes its children along)."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None

    def create_database(self, name: str | None = None) -> str:
        """A fresh, empty database; returns its URL."""
        name = name or f"t_{uuid.uuid4().hex[:12]}"
        self._execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database of ``url``, whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        connection = psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user="postgres",
            dbname="postgres",
            autocommit=True,
        )
        with connection:
            connection.execute(statement.encode())
        connection.close()

    def _as_user(self, command: list[str]) -> list[str]:
        # setpriv becomes the command itself, so that our child is the postmaster; the signal ends the server
        # when a test run is killed.
        prefix = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() == 0:
            prefix += ["--reuid", SERVER_USER, "--regid", SERVER_USER, "--clear-groups"]
        return [*prefix, *command]

    def __enter__(self) -> PostgresCluster:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
