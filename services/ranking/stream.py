"""Server-sent events: one look at the database per second and process, however many readers listen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Condition, Thread

import orjson

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2000


@dataclass(frozen=True, slots=True)
class News:
    """The newest standings of a ledger: all that a reader is told; the rest he fetches as who he is."""

    position: int
    digest: str


Look = Callable[[], Mapping[str, News]]


class Hub:
    """Tells listeners of a process about new standings.

    ``look`` reads the newest position of every ledger in one query.  The thread starts with the first
    listener and ends when nobody has listened for a minute, so an idle process asks nothing.
    """

    def __init__(self, look: Look, *, poll: float = POLL_SECONDS, idle: float = 60.0) -> None:
        self._look = look
        self._poll = poll
        self._idle = idle
        self._changed = Condition()
        self._news: dict[str, News] = {}
        self._round = 0
        self._listeners = 0
        self._running = False

    def listen(
        self, ledger: str, last: str = "", *, heartbeat: float = HEARTBEAT_SECONDS, limit: float = 3600.0
    ) -> Iterator[bytes]:
        """The stream of one reader of ``ledger``.

        ``last``: the reader's Last-Event-ID, ``position:digest``; what he has is not told again.
        A comment goes out after ``heartbeat`` seconds of silence; after ``limit`` seconds the stream
        ends and the browser comes back by itself.
        """
        deadline = time.monotonic() + limit
        with self._changed:
            self._listeners += 1
            seen = self._round
            self._start()
        try:
            yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
            while time.monotonic() < deadline:
                with self._changed:
                    news = self._wait(ledger, seen, last, heartbeat)
                if news is None:
                    yield b": waiting\n\n"
                else:
                    last = _name(news)
                    yield _event(news, last)
        finally:
            with self._changed:
                self._listeners -= 1

    def _wait(self, ledger: str, seen: int, last: str, seconds: float) -> News | None:
        """News other than ``last`` from a look after round ``seen``, or None after ``seconds`` without."""

        def there() -> bool:
            news = self._news.get(ledger)
            return self._round > seen and news is not None and _name(news) != last

        return self._news[ledger] if self._changed.wait_for(there, seconds) else None

    def _start(self) -> None:
        if not self._running:
            self._running = True
            Thread(target=self._run, name="standings-news", daemon=True).start()

    def _run(self) -> None:
        alone_since = time.monotonic()
        while True:
            try:
                news = dict(self._look())
            except Exception:  # a database that is away for a moment must not end everybody's stream
                news = None
            with self._changed:
                if news is not None:
                    self._news = news
                    self._round += 1
                    self._changed.notify_all()
                if self._listeners:
                    alone_since = time.monotonic()
                elif time.monotonic() - alone_since > self._idle:
                    self._running = False
                    return
            time.sleep(self._poll)


def _name(news: News) -> str:
    return f"{news.position}:{news.digest}"


def _event(news: News, name: str) -> bytes:
    data = orjson.dumps({"position": news.position, "digest": news.digest})
    return b"event: standings\nid: " + name.encode() + b"\ndata: " + data + b"\n\n"
