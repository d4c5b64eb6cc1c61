"""A department's receiver of webhooks: a real HTTP server of this process that checks every signature."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass
class Receiver:
    """``told``: messages whose signature is good: headers and content.

    ``asked``, ``bodies``: paths and bodies of all requests.
    ``answers``: statuses of the next ones, ``drip`` for one that never comes to its end; then 204.
    """

    secret: str = ""
    url: str = ""
    told: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> str:
        """The answer to a message.  Raises the library's error for a bad signature."""
        self.asked.append(path)
        self.bodies.append(body)
        content = Webhook(self.secret).verify(body, headers)
        answer = self.answers.pop(0) if self.answers else "204"
        if answer.startswith("2"):
            self.told.append((headers, content))
        return answer


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver at an address of this machine, until the block ends."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = made.take(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
            if answer == "drip":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                limit = time.monotonic() + 10
                while not made.ended.wait(0.02) and time.monotonic() < limit:
                    try:
                        self.wfile.write(b"X: y\r\n")
                    except OSError:
                        return
                return
            self.send_response(int(answer))
            if answer == "302":
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/hook?of=btg"
    thread = threading.Thread(target=server.serve_forever, name="receiver")
    thread.start()
    try:
        yield made
    finally:
        made.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
