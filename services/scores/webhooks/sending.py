"""One attempt: a signed POST to a receiver whose address was judged, without redirects, within a time."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from services.scores.webhooks.address import NotAllowed, Receiver, Resolve, chosen_address, receiver, resolve

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
"""However slowly a receiver drips."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: delivered on 2xx alone; ``text`` for the one who looks at the list."""

    delivered: bool
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is told: ``id`` is the same at every attempt, so that the receiver can leave out what he has."""

    id: str
    url: str
    secret: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """``demo``: receivers on this machine are allowed.  ``trust``: whom to believe, default the system's."""

    demo: bool = False
    resolve: Resolve = resolve
    trust: ssl.SSLContext | None = None
    seconds: float = WHOLE_SECONDS

    def __call__(self, message: Message, now: datetime) -> Answer:
        """Try once.  Never raises for what the receiver or the network does."""
        try:
            found = receiver(message.url, demo=self.demo)
            address = chosen_address(found, demo=self.demo, resolve=self.resolve)
        except (NotAllowed, ValueError) as error:
            return Answer(False, f"not allowed: {error}")
        except OSError:
            return Answer(False, "the name has no address")
        try:
            status = self._post(found, address, headers_of(message, now), message.body)
        except TimeoutError:
            return Answer(False, "no answer in time")
        except ssl.SSLError as error:
            return Answer(False, f"TLS: {error.reason or 'failed'}")
        except (OSError, http.client.HTTPException) as error:
            return Answer(False, f"no answer: {type(error).__name__}")
        return Answer(200 <= status < 300, str(status))

    def _post(self, found: Receiver, address: str, headers: dict[str, str], body: bytes) -> int:
        sock = socket.create_connection((address, found.port), CONNECT_SECONDS)
        late = threading.Event()

        def cut() -> None:
            late.set()
            with suppress(OSError):  # not TLS's own shutdown: it would wait for the other side
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

        timer = threading.Timer(self.seconds, cut)
        timer.start()
        try:
            if found.tls:
                context = self.trust or ssl.create_default_context()
                sock = context.wrap_socket(sock, server_hostname=found.host, do_handshake_on_connect=False)
                sock.do_handshake()
            connection = http.client.HTTPConnection(found.host, found.port)
            connection.sock = sock
            connection.request("POST", found.target, body, {"Host": found.name, **headers})
            status = connection.getresponse().status
            if late.is_set():  # what was cut off reads like the end of the headers
                raise TimeoutError
            return status
        except (OSError, http.client.HTTPException):
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            sock.close()


def headers_of(message: Message, now: datetime) -> dict[str, str]:
    """Headers of one attempt at ``now`` (aware), signed as Standard Webhooks says."""
    moment = now.astimezone(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "bangvang-webhooks",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(message.secret).sign(message.id, moment, message.body.decode("utf-8")),
    }
