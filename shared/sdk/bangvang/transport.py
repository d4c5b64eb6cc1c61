"""One request, asked again for as long as sense allows: what was lost on the way, or was not wanted now.

A command keeps its ``Idempotency-Key`` over all attempts, so it is stored at most once.  A refusal (4xx but
429) is an answer and is never asked again.
"""

from __future__ import annotations

import email.utils
import ipaddress
import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from bangvang.errors import Refused, RulebookChanged, Unreachable
from bangvang.model import Problem

_RETRIED = frozenset((429, 502, 503, 504))
_LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
_NOT_IN_FORCE = "rulebook-not-in-force"
_log = logging.getLogger("bangvang")


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pause before the n-th repetition: a random part of ``first * 2**n``, at most ``most`` seconds.

    Never less than a ``Retry-After`` asks, which is honoured up to ``patience`` seconds.
    """

    attempts: int = 6
    first: float = 0.5
    most: float = 30.0
    patience: float = 120.0

    def pause(self, repetition: int, asked: float, chance: float) -> float:
        """Seconds.  ``repetition``: from 0; ``asked``: by the server; ``chance``: from 0 to 1."""
        drawn = chance * min(self.most, self.first * 2.0**repetition)
        return max(drawn, min(asked, self.patience))


@dataclass(slots=True)
class Transport:
    """Requests to one address as one account.  ``timeouts``: to connect and between bytes, in seconds."""

    origin: str
    token: Callable[[], str]
    acting_as: str | None
    backoff: Backoff = field(default_factory=Backoff)
    timeouts: tuple[float, float] = (5.0, 60.0)
    session: requests.Session = field(default_factory=requests.Session)
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        check_origin(self.origin)
        # No .netrc and no proxy of the environment gets to see the token.
        self.session.trust_env = False

    def get(self, path: str, query: Mapping[str, str] | None = None) -> requests.Response:
        """``GET``.  Raises ``Refused``, ``Unreachable``."""
        return self._send("GET", path, params=dict(query or {}))

    def post(self, path: str, body: Mapping[str, Any], key: str) -> requests.Response:
        """``POST`` a command under ``key``.  Raises ``Refused``, ``RulebookChanged``, ``Unreachable``."""
        data = json.dumps(body, ensure_ascii=False).encode("utf-8")
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        return self._send("POST", path, data=data, headers=headers)

    def _send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **about: Any
    ) -> requests.Response:
        what = f"{method} {path}"
        key = (headers or {}).get("Idempotency-Key")
        last = ""
        for repetition in range(self.backoff.attempts):
            asked = 0.0
            try:
                answer = self.session.request(
                    method,
                    f"{self.origin}{path}",
                    headers={**self._who(), **(headers or {})},
                    timeout=self.timeouts,
                    allow_redirects=False,
                    **about,
                )
            except _LOST as lost:
                last = type(lost).__name__
            else:
                if answer.status_code not in _RETRIED:
                    return _accepted(what, answer)
                last = str(answer.status_code)
                asked = retry_after(answer.headers.get("Retry-After"), time.time())
            if repetition + 1 < self.backoff.attempts:
                pause = self.backoff.pause(repetition, asked, self.chance())
                _log.warning("%s: %s, again in %.1f s", what, last, pause)
                self.sleep(pause)
        raise Unreachable(what, self.backoff.attempts, last, key)

    def _who(self) -> dict[str, str]:
        found = {"Authorization": f"Bearer {self.token()}", "Accept": "application/json"}
        return found if self.acting_as is None else {**found, "Acting-As": self.acting_as}


def _accepted(what: str, answer: requests.Response) -> requests.Response:
    if answer.status_code in (requests.codes.ok, requests.codes.created):
        return answer
    try:
        stated = answer.json()
    except ValueError:
        stated = {}
    problem = Problem.of(answer.status_code, stated if isinstance(stated, dict) else {})
    _log.info("%s: %s %s", what, problem.status, problem.name)
    rules = {problem.name, *(fault.rule for fault in problem.faults)}
    raise (RulebookChanged if problem.status == 409 and _NOT_IN_FORCE in rules else Refused)(what, problem)


def retry_after(text: str | None, now: float) -> float:
    """Seconds that a ``Retry-After`` asks for: a number, or a date; 0 for neither.  ``now``: Unix time."""
    if text is None:
        return 0.0
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except ValueError:
        return 0.0


def check_origin(origin: str) -> None:
    """Raise ``ValueError`` for an address that would show the token to the network: plain http is for this
    machine alone."""
    parts = urlsplit(origin)
    if parts.scheme == "https" and parts.hostname and parts.path in ("", "/"):
        return
    host = parts.hostname or ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if parts.scheme != "http" or not loopback or parts.path not in ("", "/"):
        raise ValueError(f"not an address for a token: {origin!r}; https://host, or http:// to this machine")
