"""The virus check: a port, and clamd behind it (its ``INSTREAM`` command)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Protocol

from shared.uploads.storage import chunks

_SECONDS = 30
_LONGEST_ANSWER = 4096


class ScannerUnreachable(OSError):
    """No verdict was got.  A file without a verdict is not taken."""


class Scanner(Protocol):
    """Says whether a file is harmful."""

    def finding(self, file: IO[bytes]) -> str | None:
        """The name of what was found in ``file`` (read from here to its end), None when nothing was.

        Raises :class:`ScannerUnreachable`.
        """


class Clamd:
    """A clamd at ``host:port``, or at the path of its socket.

    Raises ``ValueError`` for another address.
    """

    def __init__(self, address: str, *, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._socket: str | tuple[str, int]
        if address.startswith("/"):
            self._socket = address
            return
        host, colon, port = address.rpartition(":")
        if not (host and colon and port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError(f"clamd is at host:port or at the path of a socket, not at {address!r}")
        self._socket = (host.strip("[]"), int(port))

    def finding(self, file: IO[bytes]) -> str | None:
        """As the port says."""
        try:
            with self._connected() as wire:
                wire.sendall(b"zINSTREAM\0")
                for piece in chunks(file):
                    wire.sendall(len(piece).to_bytes(4, "big") + piece)
                wire.sendall(bytes(4))
                answer = _answer(wire)
        except OSError as error:
            raise ScannerUnreachable(f"clamd: {error}") from error
        verdict = answer.removeprefix("stream: ")
        if verdict == "OK":
            return None
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND")
        raise ScannerUnreachable(f"clamd gave no verdict: {answer!r}")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        if isinstance(self._socket, tuple):
            with socket.create_connection(self._socket, self._seconds) as wire:
                yield wire
            return
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(self._seconds)
            wire.connect(self._socket)
            yield wire


def _answer(wire: socket.socket) -> str:
    """What clamd says, up to the zero byte or the end."""
    said = b""
    while b"\0" not in said and len(said) < _LONGEST_ANSWER:
        piece = wire.recv(_LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace")
