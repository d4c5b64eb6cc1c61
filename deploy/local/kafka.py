"""One real Kafka broker on this machine: fetch, format, start, ask whether it is up, read it with Kafka's own
tool.
"""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import socket
import string
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import click
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local import java
from deploy.local.jars import jars
from deploy.local.missing import MissingError
from deploy.local.ports import LOOPBACK, free_ports, is_free

PROPERTIES = Path(__file__).parents[1] / "kafka" / "server.properties"

LOGGING = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)
QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
HEAP = "512m"


class BrokerError(RuntimeError):
    """The broker did not start, did not stop or could not be formatted; the message names its log."""


def cache_folder() -> Path:
    """Where fetched software is kept: ``BANGVANG_CACHE``, else ``.cache`` in the project."""
    return Path(os.environ.get("BANGVANG_CACHE", Path(__file__).parents[2] / ".cache")).absolute()


def tool(main: str, *words: str, options: Sequence[str] = (), cache: Path | None = None) -> list[str]:
    """The command that runs class ``main`` of the jars with ``words``."""
    cache = cache or cache_folder()
    runtime, libraries = java.find(cache), jars(cache)
    return [str(runtime.binary), *options, "-cp", f"{libraries}/*", main, *words]


def server_properties(
    data: Path, port: int, controller_port: int, overrides: Mapping[str, str] | None = None
) -> str:
    """The settings of a node that keeps its log under ``{data}/kafka`` and listens on the loopback."""
    text = string.Template(PROPERTIES.read_text()).substitute(
        port=port,
        controller_port=controller_port,
        bind=LOOPBACK,
        advertised=LOOPBACK,
        log_dir=data / "kafka" / "log",
    )
    return text + "".join(f"{name}={value}\n" for name, value in sorted((overrides or {}).items()))


def format_storage(
    data: Path,
    port: int,
    controller_port: int,
    overrides: Mapping[str, str] | None = None,
    cache: Path | None = None,
) -> bool:
    """Write the broker's settings and, the first time only, format its log folder; True when it was formatted
    now.

    The settings are written at every start, since ports may change; the log is never formatted again.
    """
    home = data / "kafka"
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "server.properties"
    settings.write_text(server_properties(data, port, controller_port, overrides))
    # The tool writes meta.properties last, so its absence means that nothing was ever stored.
    if (home / "log" / "meta.properties").exists():
        return False
    command = tool(
        "kafka.tools.StorageTool",
        *("format", "--ignore-formatted", "-t", cluster_id(), "-c", str(settings)),
        options=(*QUICK_START, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
        cache=cache,
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BrokerError(
            f"Kafka's storage could not be formatted:\n{(done.stdout + done.stderr).strip()[-3000:]}"
        )
    return True


def cluster_id() -> str:
    """A fresh Kafka cluster id: 16 random bytes, URL-safe base64 without padding, no leading dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        if not text.startswith("-"):
            return text


def command(data: Path, heap: str = HEAP, cache: Path | None = None) -> list[str]:
    """What a process manager runs: the broker whose storage :func:`format_storage` has prepared."""
    return tool(
        "kafka.Kafka",
        str(data / "kafka" / "server.properties"),
        options=(f"-Xmx{heap}", *QUICK_START, "-Djava.awt.headless=true", *LOGGING),
        cache=cache,
    )


def is_ready(bootstrap: str) -> bool:
    """Whether a broker answers on ``bootstrap`` (``host:port``, more after commas) and counts itself in the
    cluster.
    """
    host, _, port = bootstrap.split(",", maxsplit=1)[0].rpartition(":")
    try:
        # First a bare connection: the client backs off for longer and longer from a port that refuses.
        socket.create_connection((host, int(port)), timeout=2).close()
        admin = KafkaAdminClient(
            bootstrap_servers=bootstrap, bootstrap_timeout_ms=3_000, request_timeout_ms=3_000
        )
    except (KafkaError, OSError):
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        admin.close()


def wait_ready(bootstrap: str, timeout: float, alive: Callable[[], bool] = lambda: True) -> None:
    """Return when :func:`is_ready`; raise :class:`BrokerError` after ``timeout`` seconds or when not
    ``alive()``.
    """
    limit = time.monotonic() + timeout
    while not is_ready(bootstrap):
        if not alive():
            raise BrokerError("The Kafka broker ended while it started")
        if time.monotonic() > limit:
            raise BrokerError(f"No Kafka broker answered on {bootstrap} within {timeout:.0f} s")
        time.sleep(0.2)


def console_consumer_command(
    bootstrap: str,
    topic: str,
    *words: str,
    from_beginning: bool = True,
    max_messages: int | None = None,
    timeout_ms: int | None = None,
    cache: Path | None = None,
) -> list[str]:
    """Kafka's own console consumer, from the same jars: it prints every record's value, a line each."""
    arguments = ["--bootstrap-server", bootstrap, "--topic", topic, *words]
    arguments += ["--from-beginning"] if from_beginning else []
    arguments += ["--max-messages", str(max_messages)] if max_messages is not None else []
    arguments += ["--timeout-ms", str(timeout_ms)] if timeout_ms is not None else []
    return tool(
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        *arguments,
        options=(*QUICK_START, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
        cache=cache,
    )


class LocalBroker:
    """A broker of one's own for a test or a measure: start, stop, kill, restart on the same data and ports.

    A context manager: entering starts it, leaving stops it.  Its log is ``{data}/kafka.log``.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int | None = None,
        controller_port: int | None = None,
        heap: str = HEAP,
        overrides: Mapping[str, str] | None = None,
        cache: Path | None = None,
    ) -> None:
        spare = free_ports(2)
        self.data = data.absolute()
        self.port = port or spare[0]
        self.controller_port = controller_port or spare[1]
        self.log = self.data / "kafka.log"
        self._heap = heap
        self._overrides = dict(overrides or {})
        self._cache = cache
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients, ``host:port``."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        if self._process is None:
            raise BrokerError("The broker does not run")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process lives (it may still be starting)."""
        return self._process is not None and self._process.poll() is None

    def start(self, timeout: float = 120) -> None:
        """Start it, on the data of its last run if there was one, and wait until it answers."""
        if self.running:
            return
        if not (is_free(self.port) and is_free(self.controller_port)):
            # Else another broker on that port would be taken for this one.
            raise BrokerError(f"Port {self.port} or {self.controller_port} is taken")
        format_storage(self.data, self.port, self.controller_port, self._overrides, self._cache)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command(self.data, self._heap, self._cache), stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_ready(self.bootstrap, timeout, lambda: self.running)
        except BrokerError as error:
            self.kill()
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
            raise BrokerError(f"{error}. Its log, {self.log}, ends:\n{tail}") from error

    def stop(self, timeout: float = 60) -> None:
        """Stop it gracefully (SIGTERM); kill it when it has not ended after ``timeout`` seconds."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it at once, as a crash does (SIGKILL)."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def restart(self, timeout: float = 120) -> None:
        """Stop it if it runs, and start it on the same data and ports."""
        self.stop()
        self.start(timeout)

    def __enter__(self) -> LocalBroker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--bootstrap", help="Kafka's address; default BANGVANG_KAFKA.")
@click.option("--topic", help="The topic; default BANGVANG_TOPIC.")
@click.option("--max-messages", type=int, help="End after so many records.")
@click.option("--new-only", is_flag=True, help="Only records written from now on.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def console(
    bootstrap: str | None, topic: str | None, max_messages: int | None, new_only: bool, words: tuple[str, ...]
) -> None:
    """Print the ledger's records with Kafka's own console consumer; further WORDS are passed on to it."""
    from shared.settings import Settings

    settings = Settings.from_env()
    try:
        line = console_consumer_command(
            bootstrap or settings.kafka,
            topic or settings.topic,
            *words,
            from_beginning=not new_only,
            max_messages=max_messages,
        )
    except MissingError as error:
        raise click.ClickException(str(error)) from error
    os.execv(line[0], line)
