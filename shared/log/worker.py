"""The worker process of a service: relay, intake and projectors, together or one of them.

Each part is a loop in a thread of its own, watched by a watchdog.  SIGTERM and SIGINT: every loop finishes
what it has begun, commits, and leaves.  A loop that fails for good ends the process, so that the supervisor
starts it again.
"""

from __future__ import annotations

import argparse
import functools
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from kafka.errors import FencedInstanceIdError, KafkaError
from prometheus_client import start_http_server
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from shared.database import DatabaseBusy, engine_for, read_transaction, write_transaction
from shared.ledger import reader, uninterpreted
from shared.ledger.journal import Batch
from shared.ledger.projector import Projection, Projector, all_cursors, parked
from shared.ledger.uninterpreted import UninterpretedEvents
from shared.log import client, metrics
from shared.log.intake import Intake
from shared.log.relay import Relay
from shared.log.roots import RootsFile
from shared.log.topics import ensure_topic
from shared.log.watchdog import Watchdog
from shared.migrations import upgrade
from shared.settings import Settings

PARTS = ("relay", "intake", "projector")
FIRST_PAUSE = 0.05
RELAY_PAUSE = 0.1
"""Other processes fill the outbox, so it is polled: this is most of the time from a 201 to visible."""
PROJECTOR_PAUSE = 1.0
"""Intake in the same process wakes the projector; alone it looks as often as the relay."""
FETCH_MILLISECONDS = 500
"""The broker answers a fetch as soon as there is data; this long when there is none."""
LOOKS_PER_MEASURE = 20
RETRY_SECONDS = 1.0
WATCHDOG_SECONDS = 120.0

_log = structlog.get_logger("worker")
_RETRIED = (KafkaError, OSError, OperationalError, InterfaceError, DatabaseBusy)


class Idle:
    """How long a loop rests when it has found nothing: ``first``, then twice that each time, to ``most``."""

    def __init__(self, most: float, *, first: float = FIRST_PAUSE) -> None:
        self._most = most
        self._first = min(first, most)
        self._next = self._first

    def worked(self) -> None:
        """Something was found: the next rest is short again."""
        self._next = self._first

    def pause(self) -> float:
        """Seconds to rest now."""
        now, self._next = self._next, min(self._most, self._next * 2)
        return now


@dataclass(frozen=True, slots=True)
class Part:
    """One loop: ``step`` returns whether there is more to do at once, ``close`` ends it in order.

    When there is not, it rests as ``idle`` says, or until somebody sets ``wakes``.
    """

    name: str
    step: Callable[[], bool]
    close: Callable[[], None]
    wakes: threading.Event
    idle: Idle


def configure_logging(level: int = logging.INFO) -> None:
    """JSON lines on standard error, from structlog and from the libraries."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("kafka").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def run_worker(service: str, projections: Sequence[Projection], argv: Sequence[str] | None = None) -> int:
    """Run the worker of ``service`` until it is told to stop; the exit code.

    ``argv``: command line without the program's name (None: this process's).  ``--only PART`` runs one part
    alone, so that each can be killed by itself.
    """
    options = _arguments(service).parse_args(argv)
    configure_logging()
    structlog.contextvars.bind_contextvars(service=service)
    settings = Settings.from_env()
    engine = engine_for(settings.service_database_url(service))
    upgrade(engine, service)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.metrics_port:
        start_http_server(options.metrics_port, addr="127.0.0.1")
    watchdog = Watchdog(options.watchdog)
    wanted = PARTS if options.only is None else (options.only,)
    if set(wanted) - {"projector"} and not _topic_ready(settings, stop):
        return 0
    grown = threading.Event()
    makers: dict[str, Callable[[], Part]] = {
        "relay": lambda: relay_part(service, settings, engine, watchdog, options.instance),
        "intake": lambda: intake_part(
            service, settings, engine, watchdog, grown, options.instance, options.noise_limit
        ),
        "projector": lambda: projector_part(
            projections, engine, watchdog, grown, PROJECTOR_PAUSE if "intake" in wanted else RELAY_PAUSE
        ),
    }
    watchdog.start()
    try:
        return run_parts([makers[name]() for name in wanted], watchdog, stop)
    finally:
        watchdog.stop()
        engine.dispose()


def run_parts(parts: Sequence[Part], watchdog: Watchdog, stop: threading.Event) -> int:
    """Run each part in a thread until ``stop``; 0, or 1 when a part failed for good."""
    failed: list[str] = []

    def run(part: Part) -> None:
        try:
            _loop(part, watchdog, stop)
        except Exception:
            _log.exception("part failed", part=part.name)
            failed.append(part.name)
        finally:
            stop.set()
            watchdog.leave(part.name)

    threads = [threading.Thread(target=run, args=(part,), name=part.name) for part in parts]
    _log.info("worker starts", parts=[part.name for part in parts], pid=os.getpid())
    for thread in threads:
        thread.start()
    stop.wait()
    for part in parts:
        part.wakes.set()
    for thread in threads:
        thread.join()
    _log.info("worker has stopped", failed=failed)
    return 1 if failed else 0


def _loop(part: Part, watchdog: Watchdog, stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            watchdog.beat(part.name)
            try:
                more = part.step()
            except FencedInstanceIdError:
                raise  # another process bears our name: two of us would chase each other for ever
            except _RETRIED as error:
                _log.warning("step failed, tried again", part=part.name, error=repr(error))
                stop.wait(RETRY_SECONDS)
                continue
            if more:
                part.idle.worked()
                continue
            if part.wakes.wait(part.idle.pause()):
                part.idle.worked()
                part.wakes.clear()
    finally:
        watchdog.beat(part.name)
        part.close()


def relay_part(
    service: str, settings: Settings, engine: Engine, watchdog: Watchdog, instance: str | None
) -> Part:
    """The relay of ``service``."""
    holder = f"{_instance(service, instance)}:{os.getpid()}"
    relay = Relay(
        engine,
        settings.topic,
        holder,
        lambda: client.producer(settings.kafka, f"relay-{service}"),
        lambda: client.end_offsets(settings.kafka, settings.topic),
        beat=lambda: watchdog.beat("relay"),
    )
    idle = Idle(RELAY_PAUSE)

    def step() -> bool:
        if relay.step():
            return True
        if relay.has_sent:
            idle.worked()  # where one fact was stated, others follow
        return False

    return Part("relay", step, relay.close, threading.Event(), idle)


def intake_part(
    service: str,
    settings: Settings,
    engine: Engine,
    watchdog: Watchdog,
    grown: threading.Event,
    instance: str | None,
    noise_limit: int,
) -> Part:
    """The intake of ``service``; ``grown`` is set when a ledger has new positions."""

    def tell(batch: Batch) -> None:
        if batch.grown:
            grown.set()

    intake = Intake(
        engine,
        bootstrap=settings.kafka,
        topic=settings.topic,
        roots=RootsFile(settings.roots),
        partitions=settings.partitions,
        group=f"bangvang-{service}",
        instance=_instance(service, instance),
        noise_limit=noise_limit,
        on_batch=tell,
        beat=lambda: watchdog.beat("intake"),
        make_consumer=functools.partial(client.consumer, fetch_max_wait_ms=FETCH_MILLISECONDS),
    )

    def step() -> bool:
        intake.step()
        return True  # poll() itself waits

    return Part("intake", step, intake.close, threading.Event(), Idle(FIRST_PAUSE))


def projector_part(
    projections: Sequence[Projection],
    engine: Engine,
    watchdog: Watchdog,
    grown: threading.Event,
    pause: float = RELAY_PAUSE,
) -> Part:
    """The projectors, with the one that lists what is not understood; ``pause``: the longest, in seconds."""
    with write_transaction(engine) as connection:
        struck = uninterpreted.look_again(connection)
    if struck:
        _log.warning("newer code understands events it passed by: rebuild the projections", events=struck)

    def applied(projection: str, ledger: str, position: int) -> None:
        watchdog.beat("projector")

    projector = Projector(engine, [UninterpretedEvents(), *projections], on_applied=applied)
    looks = 0

    def step() -> bool:
        nonlocal looks
        moved = projector.step()
        looks += 1
        if moved or looks % LOOKS_PER_MEASURE == 0:
            _measure(engine)
        return moved

    return Part("projector", step, lambda: None, grown, Idle(pause))


def _measure(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        sizes = reader.sizes(connection)
        cursors = all_cursors(connection)
        standing = parked(connection)
        not_understood = uninterpreted.counts(connection)
    for (projection, ledger), position in cursors.items():
        metrics.PROJECTOR_BEHIND.labels(projection, ledger).set(max(0, sizes.get(ledger, 0) - position))
        metrics.PARKED.labels(projection, ledger).set(0)
    for item in standing:
        metrics.PARKED.labels(item.projection, item.ledger).set(1)
    for ledger in sizes:
        metrics.UNINTERPRETED.labels(ledger).set(not_understood.get(ledger, 0))


def _topic_ready(settings: Settings, stop: threading.Event) -> bool:
    """Wait for the broker and make or check the topic; False when told to stop first."""
    while not stop.is_set():
        try:
            ensure_topic(
                settings.kafka,
                settings.topic,
                partitions=settings.partitions,
                replication=settings.replication,
            )
            return True
        except (KafkaError, OSError) as error:
            _log.warning("broker not reachable", error=repr(error))
            stop.wait(RETRY_SECONDS)
    return False


def _instance(service: str, given: str | None) -> str:
    return f"{service}-{given or socket.gethostname()}"


def _arguments(service: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m services.{service}.worker", description=f"The worker of {service}."
    )
    add = parser.add_argument
    add("--only", choices=PARTS, help="run this part alone")
    add("--instance", help="name of this replica, the same over restarts; default: the host's name")
    add("--noise-limit", type=int, default=200, help="so many noise records in a row stop intake (200)")
    add(
        "--watchdog",
        type=float,
        default=WATCHDOG_SECONDS,
        help="seconds after which a stuck loop ends it all",
    )
    add(
        "--metrics-port",
        type=int,
        default=int(os.environ.get("BANGVANG_WORKER_METRICS_PORT", "0")),
        help="serve /metrics on this port of the loopback",
    )
    return parser
