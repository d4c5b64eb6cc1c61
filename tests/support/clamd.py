"""A server that speaks clamd's ``INSTREAM`` over a real socket: it knows no virus but the EICAR test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class ClamdServer:
    """``address``: ``host:port`` or a path.  ``answer``: instead of its own verdict; ``seen``: what came."""

    address: str
    answer: bytes | None = None
    seen: list[bytes] = field(default_factory=list)

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                wire, _ = listening.accept()
            except OSError:
                return
            with wire, wire.makefile("rb") as sent:
                self._session(wire, sent)  # type: ignore[arg-type]

    def _session(self, wire: socket.socket, sent) -> None:  # type: ignore[no-untyped-def]
        if sent.read(10) != b"zINSTREAM\0":
            wire.sendall(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while size := int.from_bytes(sent.read(4), "big"):
            content += sent.read(size)
        self.seen.append(content)
        found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
        wire.sendall(b"stream: " + found + b"\0" if self.answer is None else self.answer)


@contextmanager
def clamd(path: str | None = None) -> Iterator[ClamdServer]:
    """The server at a port of its own, or at the socket ``path``, until the block ends."""
    if path is None:
        listening = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{listening.getsockname()[1]}"
    else:
        listening, address = socket.socket(socket.AF_UNIX), path
        listening.bind(path)
        listening.listen()
    server = ClamdServer(address)
    thread = threading.Thread(target=server.serve, args=(listening,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)
