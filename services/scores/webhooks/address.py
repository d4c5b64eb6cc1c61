"""Where a webhook may lead: to a public address over TLS, never to something beside this service.

A name is judged when it is given and again at every delivery, by the addresses it then has; the connection
goes to the very address that was judged, so that a name that changes its mind in between leads nowhere.
In a demonstration the receiver may be a program on the same machine.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.decisions import Refused

PORTS = (443, 8443)
MAX_URL = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], list[str]]


class NotAllowed(Exception):
    """The receiver's address is one that is not spoken to; the message says why, without any detail of it."""


class BadAddress(ValueError):
    """No address of a receiver that may be; the message says why, ``vi`` in Vietnamese."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver as its address says; ``host`` is its name, ``target`` path and query."""

    tls: bool
    host: str
    port: int
    target: str

    @property
    def name(self) -> str:
        """The ``Host`` header."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == (443 if self.tls else 80) else f"{shown}:{self.port}"


def receiver(url: str, *, demo: bool) -> Receiver:
    """The receiver at ``url``.  Raises :class:`BadAddress` for one that is not allowed."""
    if len(url) > MAX_URL or not url.isascii() or any(character <= " " for character in url):
        raise BadAddress(
            f"nhiều nhất {MAX_URL} ký tự ASCII in được", f"at most {MAX_URL} printable ASCII characters"
        )
    try:
        parts = urlsplit(url)
        stated_port = parts.port
    except ValueError:
        raise BadAddress("sai cách viết", "malformed") from None
    if parts.scheme != "https" and not (demo and parts.scheme == "http"):
        raise BadAddress("chỉ https", "https only")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise BadAddress("không ghi tài khoản, không có phần sau dấu #", "no account and no fragment")
    host = parts.hostname or ""
    if not host or host.endswith("."):
        raise BadAddress("thiếu tên máy", "no host")
    tls = parts.scheme == "https"
    port = stated_port or (443 if tls else 80)
    if not demo and port not in PORTS:
        raise BadAddress(
            f"chỉ cổng {' hoặc '.join(map(str, PORTS))}", f"port {' or '.join(map(str, PORTS))} only"
        )
    found = Receiver(tls, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    literal = _literal(host)
    if literal is not None and not demo and not is_public(literal):
        raise BadAddress("chỉ địa chỉ công khai", "public addresses only")
    return found


def check_url(url: str, *, demo: bool) -> None:
    """Refuse a webhook's address that is not allowed, as a command is refused."""
    try:
        receiver(url, demo=demo)
    except BadAddress as error:
        raise Refused(
            "webhook-address",
            f"Địa chỉ webhook không được nhận: {error.vi}.",
            f"The webhook's address is not allowed: {error}.",
            field="url",
            value=url[:MAX_URL],
        ) from error


def resolve(host: str, port: int) -> list[str]:
    """Every address of ``host``.  Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def chosen_address(found: Receiver, *, demo: bool, resolve: Resolve = resolve) -> str:
    """The address to connect to.  Raises :class:`NotAllowed` when any of them is not public, ``OSError``."""
    addresses = resolve(found.host, found.port)
    if not addresses:
        raise OSError("no address")
    if not demo and not all(is_public(address) for address in addresses):
        raise NotAllowed("the receiver's name leads to an address that is not public")
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether ``text`` is a public address; one that hides an IPv4 address is judged by that."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour
        if hidden is None and address in _NAT64:
            hidden = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if hidden is not None:
            return is_public(str(hidden))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> str | None:
    """``host`` when it is an address and not a name; also in the spellings that a resolver reads as one."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None
