"""A town behind a real HTTP server of this process, whose network can be made bad."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.town import Town

StartResponse = Callable[..., Any]
Fate = str
"""What befalls a request: ``drop`` (the answer is lost behind the app), or a status such as ``503``."""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@dataclass
class Network:
    """Requests on their way to the apps.  ``fates``: of the next commands, in order; ``seen``: (method, path,
    key, status or what befell it) of every request."""

    town: Town
    origin: str = ""
    fates: list[Fate] = field(default_factory=list)
    seen: list[tuple[str, str, str | None, str]] = field(default_factory=list)
    retry_after: str = "3"

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        about = (environ["REQUEST_METHOD"], path, environ.get("HTTP_IDEMPOTENCY_KEY"))
        fate = self.fates.pop(0) if self.fates and about[0] == "POST" else ""
        if fate.isdecimal():
            self.seen.append((*about, fate))
            start_response(f"{fate} Not now", [("Retry-After", self.retry_after), ("Content-Length", "0")])
            return []
        status = ""

        def start(line: str, headers: list[tuple[str, str]], exc: Any = None) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, headers, exc)

        app = self.town.apps[path.split("/")[1]]
        answer = app(environ, start)
        self.seen.append((*about, fate or status))
        if fate == "drop":
            list(answer)
            connection: socket.socket = environ["werkzeug.socket"]
            connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionError("the answer is lost")
        return answer

    @property
    def commands(self) -> list[tuple[str | None, str]]:
        """Key and fate of every command that came."""
        return [(key, fate) for method, _, key, fate in self.seen if method == "POST"]


@contextmanager
def network(town: Town) -> Iterator[Network]:
    """``town`` at an address of this machine, until the block ends."""
    made = Network(town)
    server = make_server("127.0.0.1", 0, made, threaded=True, request_handler=_Quiet)
    made.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, name="network")
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
