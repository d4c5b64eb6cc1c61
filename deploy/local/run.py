"""``bangvang run``: everything on this machine, under one supervisor, behind one address."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

import click
import requests
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.cli import RUN_ENVIRONMENT
from deploy.local import kafka
from deploy.local.caddy import caddyfile
from deploy.local.jars import jars
from deploy.local.layout import Layout, plan
from deploy.local.missing import MissingError
from deploy.local.ports import LOOPBACK, is_free
from deploy.local.supervisor import FAILED, Program, Supervisor, configuration, log_file, programs
from shared.log.topics import WrongTopic, ensure_topic

OUT = Console(soft_wrap=True)

START_SECONDS = 180.0
"""How long the whole may take to come up on a slow machine before that counts as an error."""

FAILING_SECONDS = 30.0
"""How long one program may end and be started again, over and over, before that counts as an error."""

STOP_SECONDS = 150.0

OK = 200
BAD_GATEWAY = 502


UNFIT = ("%", ";", "#", '"', "\n")
"""What means something else in the files that supervisord and Caddy read."""


class RunError(click.ClickException):
    """The run could not start or go on; the message says what to do or which log to read."""


class Stopped(Exception):
    """The person asked for the end: Ctrl-C or SIGTERM."""


@click.command()
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="Port of the address."
)
@click.option("--empty", is_flag=True, help="Without the demo data.")
def run(port: int, empty: bool) -> None:
    """Run everything on this machine until Ctrl-C; a second run continues where the first one stopped."""
    layout = plan(port, empty=empty)
    try:
        with _stop_signals():
            _run(layout, empty=empty)
    except Stopped:
        OUT.print("Stopped. `bangvang run` continues where this run stopped.")
    except (MissingError, kafka.BrokerError, WrongTopic) as error:
        raise RunError(str(error)) from error


def _run(layout: Layout, *, empty: bool) -> None:
    check_environment(layout)
    # The folder holds signing keys: it is its owner's alone.
    layout.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with running(layout, programs(layout, _prepare_broker(layout))) as process:
        if not empty:
            load_demo(layout)
        OUT.print(f"\nBảng Vàng: [bold link={layout.origin}/]{layout.origin}/[/]    (Ctrl-C stops it)\n")
        while process.poll() is None:
            time.sleep(0.5)
        raise RunError(f"The supervisor ended by itself; see {layout.logs / 'supervisord.log'}")


@contextlib.contextmanager
def running(layout: Layout, found: Sequence[Program]) -> Iterator[subprocess.Popen[bytes]]:
    """The programs ``found`` under a supervisord of their own, up and answering; leaving stops them in order.

    Gives supervisord's process.  Raises :class:`RunError` when something does not come up.
    """
    with _alone(layout):
        write_files(layout, found)
        with _supervisord(layout) as process:
            _come_up(layout, process)
            yield process


@contextlib.contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Hold the data folder, so that no second run starts while this one runs or still stops.

    The kernel lets go when the process ends, however it ends.
    """
    with (layout.data / "run.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"Another run holds {layout.data}; if it is stopping, try again.") from error
        yield


def check_environment(layout: Layout) -> None:
    """Raise :class:`RunError` when this run cannot start: a run on the same data, or a port that is taken."""
    if sys.platform == "win32":
        raise RunError("bangvang run needs Linux or macOS; on Windows use WSL.")
    if any(mark in str(layout.data) for mark in UNFIT):
        raise RunError(
            f"Choose another BANGVANG_DATA: {layout.data} has one of {' '.join(UNFIT)} in its name"
        )
    running = Supervisor(layout.socket)
    if layout.socket.exists() and running.answers():
        pid = running.pid()
        raise RunError(f"Already running on {layout.data} (process {pid}). Stop it first: kill {pid}")
    if not is_free(layout.port):
        raise RunError(
            f"Port {layout.port} is taken. Choose another one: bangvang run --port {layout.port + 1}"
        )


def _prepare_broker(layout: Layout) -> list[str] | None:
    if layout.kafka_port is None or layout.controller_port is None:
        OUT.print(f"Kafka: {layout.bootstrap} (given by BANGVANG_KAFKA)")
        return None
    jars(kafka.cache_folder())
    with OUT.status("Preparing Kafka's storage …"):
        kafka.format_storage(layout.data, layout.kafka_port, layout.controller_port)
    return kafka.command(layout.data)


def write_files(layout: Layout, found: Sequence[Program]) -> None:
    """Write what the processes read: supervisord.conf, Caddyfile, and run.env for the other commands."""
    for folder in (layout.logs, layout.data / "db", layout.data / "caddy"):
        folder.mkdir(exist_ok=True)
    (layout.data / "supervisord.conf").write_text(configuration(layout, found), encoding="utf-8")
    (layout.data / "Caddyfile").write_text(caddyfile(layout), encoding="utf-8")
    lines = (f"{name}={value}\n" for name, value in layout.environment().items())
    (layout.data / RUN_ENVIRONMENT).write_text("".join(lines), encoding="utf-8")


@contextlib.contextmanager
def _supervisord(layout: Layout) -> Iterator[subprocess.Popen[bytes]]:
    """supervisord as a child; on leaving, it stops its programs group by group, the broker last, and ends."""
    layout.socket.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(layout.data / "supervisord.conf")],
        stdin=subprocess.DEVNULL,
        env=os.environ | layout.environment(),
        # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with _deaf_to_signals(), OUT.status("Stopping …"):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    OUT.print(f"The supervisor did not end within {STOP_SECONDS:.0f} s: it is killed.")
                    process.kill()
                    process.wait()
        # A later `bangvang token` or `replay` must not look for a broker that has gone.
        (layout.data / RUN_ENVIRONMENT).unlink(missing_ok=True)


def _come_up(layout: Layout, process: subprocess.Popen[bytes]) -> None:
    waiter = _Waiter(layout, process)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=OUT, transient=True) as progress:
        total = len(layout.web_ports) + 3
        task = progress.add_task("Starting", total=total)

        def step(name: str) -> None:
            progress.update(task, description=f"Starting: {name}")

        step("supervisor")
        waiter.until(waiter.supervisor.answers, "supervisord")
        step("Kafka")
        waiter.until(lambda: kafka.is_ready(layout.bootstrap), "kafka")
        progress.advance(task)
        prepare_topic(layout)
        waiter.supervisor.start_all()
        for service, port in layout.web_ports.items():
            step(service)
            waiter.until(
                functools.partial(is_service_ready, port, service),
                f"web-{service}",
                functools.partial(what_is_not_ready, port, service),
            )
            progress.advance(task)
        step("workers")
        waiter.until(waiter.all_running, "supervisord")
        progress.advance(task)
        step("the address")
        # Any answer will do, but for the proxy's own: 502 means that what is behind it does not answer yet.
        waiter.until(lambda: _status(f"{layout.origin}/ranking/readyz") not in (None, BAD_GATEWAY), "caddy")
        progress.advance(task)
    OUT.print(
        f"Running: Kafka on {layout.bootstrap}, {len(layout.web_ports)} services; logs in {layout.logs}"
    )


class _Waiter:
    """Waits for conditions in turn, and gives up as soon as a program cannot come up."""

    def __init__(self, layout: Layout, process: subprocess.Popen[bytes]) -> None:
        self.supervisor = Supervisor(layout.socket)
        self._layout = layout
        self._process = process
        self._limit = time.monotonic() + START_SECONDS
        self._failing: dict[str, float] = {}

    def until(self, condition: Callable[[], bool], program: str, why: Callable[[], str] = lambda: "") -> None:
        """Return when ``condition()``; raise :class:`RunError` that names the log of whatever failed.

        ``why``: what stands in the way, asked when time is over.
        """
        while not condition():
            if self._process.poll() is not None:
                raise self._error("The supervisor ended", "supervisord")
            self._check_programs()
            if time.monotonic() > self._limit:
                raise self._error(f"{program} is not ready after {START_SECONDS:.0f} s{why()}", program)
            time.sleep(0.25)

    def all_running(self) -> bool:
        """Whether every program has stayed up since it was last started."""
        return all(state.state == "RUNNING" for state in self.supervisor.states().values())

    def _check_programs(self) -> None:
        if not self.supervisor.answers():
            return
        now = time.monotonic()
        for name, state in self.supervisor.states().items():
            if state.state in FAILED:
                raise self._error(f"{name} does not run ({state.state}: {state.description})", name)
            if state.state == "RUNNING":
                self._failing.pop(name, None)
            elif state.state == "BACKOFF" and now - self._failing.setdefault(name, now) > FAILING_SECONDS:
                raise self._error(f"{name} ends as soon as it is started", name)

    def _error(self, text: str, program: str) -> RunError:
        log = log_file(self._layout, program)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        return RunError(
            "\n".join([f"{text}. Its log, {log}, ends:", *(f"    {line}" for line in lines[-15:])])
        )


def is_service_ready(port: int, service: str) -> bool:
    """Whether the web process of ``service`` says that it is ready."""
    return _status(f"http://{LOOPBACK}:{port}/{service}/readyz") == OK


def what_is_not_ready(port: int, service: str) -> str:
    """What the web process of ``service`` misses, as the end of a sentence; empty when it does not say."""
    try:
        answer = requests.get(f"http://{LOOPBACK}:{port}/{service}/readyz?verbose", timeout=5)
        checks = answer.json()["checks"]
    except (requests.RequestException, ValueError, KeyError):
        return ""
    bad = [f"{name}: {check['text']}" for name, check in checks.items() if not check["ok"]]
    return f" ({'; '.join(bad)})" if bad else ""


def _status(url: str) -> int | None:
    try:
        return requests.get(url, timeout=5, allow_redirects=False).status_code
    except requests.RequestException:
        return None


def prepare_topic(layout: Layout) -> None:
    """Make sure that the ledger's topic exists, with the partitions it will have for ever."""
    settings = layout.settings
    ensure_topic(
        settings.kafka, settings.topic, partitions=settings.partitions, replication=settings.replication
    )


def load_demo(layout: Layout) -> None:
    """Post the demo cycle through the public API and open the sandbox; nothing is posted twice."""
    if importlib.util.find_spec("deploy.demo.load") is None:
        raise RunError("The demo data cannot be loaded: deploy/demo/load.py is not there. Use --empty.")
    os.environ.update(layout.environment())
    importlib.import_module("deploy.demo.load").main(layout.origin, layout.settings)
    importlib.import_module("deploy.demo.sandbox").open_sandbox(layout.origin, layout.settings)


@contextlib.contextmanager
def _stop_signals() -> Iterator[None]:
    """Turn SIGTERM, SIGHUP and Ctrl-C into :class:`Stopped`."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    with _handlers(stop):
        yield


@contextlib.contextmanager
def _deaf_to_signals() -> Iterator[None]:
    """While stopping, a second Ctrl-C does not leave half of it running."""
    with _handlers(signal.SIG_IGN):
        yield


@contextlib.contextmanager
def _handlers(handler: object) -> Iterator[None]:
    assert threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, handler) for number in numbers]  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, old in zip(numbers, before, strict=True):
            signal.signal(number, old)
