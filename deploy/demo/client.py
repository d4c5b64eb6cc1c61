"""A small client of the public API: as anybody, sure to state each command once, sure to have been read."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests
from requests.adapters import HTTPAdapter

from deploy.demo.command import REFERRED
from shared.access.local_issuer import LocalIssuer
from shared.settings import SERVICES

PATIENCE_SECONDS = 10.0
"""How long a refusal may be for want of another service's fact that is on its way."""
SEEN_SECONDS = 60.0
"""How long a service may take to read what was stated."""
_PAUSES = (0.05, 0.1, 0.2, 0.4)
_MAY_PASS = frozenset((403, 404, 409, 422, 502, 503))
_TOKEN_SECONDS = 2 * 3600


class Refusal(Exception):
    """The API refused: ``status``, the problem document (or text), and what was asked."""

    def __init__(self, what: str, status: int, problem: Mapping[str, Any]) -> None:
        self.what = what
        self.status = status
        self.problem = problem
        super().__init__(self.text())

    @property
    def rule(self) -> str:
        """Last part of the problem's type."""
        return str(self.problem.get("type", "")).rsplit(":", 1)[-1]

    def text(self) -> str:
        """The refusal for people, with every faulty field."""
        lines = [f"{self.what}: {self.status} {self.rule}".rstrip()]
        for name in ("detail", "detail_en"):
            if self.problem.get(name):
                lines.append(f"  {self.problem[name]}")
        for fault in self.problem.get("errors", ()):
            words = fault.get("message_en") or fault.get("message")
            lines.append(f"  {fault.get('field')} = {fault.get('value')!r}: {words}")
        return "\n".join(lines)


class NotSeen(Exception):
    """A service did not read in time what another one stated."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Answer to a command: how many events it made, and whether it had been answered before.

    ``numbers``: of those among them that later commands name.
    """

    events: int
    replay: bool
    numbers: tuple[int, ...] = ()


@dataclass(slots=True)
class Client:
    """The API at ``origin`` for one ``ledger``.  ``numbers``: highest number stated by each service."""

    origin: str
    ledger: str
    issuer: LocalIssuer
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    numbers: dict[str, int] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)
    _times: dict[str, str] = field(default_factory=dict)
    _session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self._session.mount("http://", HTTPAdapter(pool_connections=2, pool_maxsize=4))

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def command(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any],
        *,
        sub: str,
        acting_as: str,
        key: str,
        already: str = "",
    ) -> Stated:
        """State a command.  Raises :class:`Refusal`, but by the rule ``already``: then it is done.

        A refusal is asked again for a little while: what it rests on may be on its way, and a refused key is
        as good as new.
        """
        headers = {**self._who(sub, acting_as), "Idempotency-Key": key}
        url = self._url(service, path)
        answer = self._patiently(lambda: self._post(url, body, headers), unless=already)
        if answer.status_code != requests.codes.created:
            refusal = _refusal(f"POST {url} ({key}, {acting_as})", answer)
            if already and refusal.rule == already:
                return Stated(0, True)
            raise refusal
        source, _, number = answer.headers["Bangvang-Sequence"].partition(":")
        self.numbers[source] = max(int(number), self.numbers.get(source, 0))
        receipts = orjson.loads(answer.content)["receipts"]
        named = tuple(int(one["sequence"]) for one in receipts if one["type"] in REFERRED)
        return Stated(len(receipts), "Idempotent-Replay" in answer.headers, named)

    def send_file(self, path: str, content: bytes, *, sub: str, acting_as: str) -> bool:
        """Send ``content`` to the slot of a pack at ``path``; whether that is new.  Raises :class:`Refusal`.

        What an earlier run has sent of it is not sent again.
        """
        url = self._url("inspections", path)
        offset = "0"
        while True:
            headers = {
                **self._who(sub, acting_as),
                "Content-Type": "application/octet-stream",
                "Upload-Offset": offset,
            }
            answer = self._session.patch(url, data=content[int(offset) :], headers=headers, timeout=60)
            if answer.status_code != requests.codes.conflict or "Upload-Offset" not in answer.headers:
                break
            offset = answer.headers["Upload-Offset"]
        if not answer.ok:
            raise _refusal(f"PATCH {url} ({acting_as})", answer)
        source, _, number = answer.headers.get("Bangvang-Sequence", "").partition(":")
        if not number:
            return False
        self.numbers[source] = max(int(number), self.numbers.get(source, 0))
        return True

    def move_clock(self, service: str, at: str, *, sub: str, acting_as: str) -> None:
        """Move the scenario clock of ``service`` to ``at``, unless it stands there or later."""
        if at <= self._times.get(service, ""):
            return
        url = self._url(service, "clock")
        headers = self._who(sub, acting_as)
        answer = self._patiently(lambda: self._put(url, {"now": at}, headers), unless="clock-moves-back")
        if not answer.ok:
            refusal = _refusal(f"PUT {url} {at}", answer)
            if refusal.rule != "clock-moves-back":  # an earlier run has come further
                raise refusal
        self._times[service] = at

    def get(self, service: str, path: str, *, sub: str, acting_as: str, **query: str) -> Any:
        """The JSON at ``path``.  Raises :class:`Refusal`."""
        url = self._url(service, path)
        answer = self._session.get(url, headers=self._who(sub, acting_as), params=query, timeout=60)
        if not answer.ok:
            raise _refusal(f"GET {answer.url}", answer)
        return orjson.loads(answer.content)

    def size(self, service: str) -> int:
        """How many positions ``service`` has read."""
        answer = self._session.get(self._url(service, "ledger"), timeout=30)
        return int(orjson.loads(answer.content)["size"]) if answer.ok else 0

    @property
    def stated(self) -> int:
        """The size that the ledger has at least: its opening, and all that was stated through this client."""
        return 1 + sum(self.numbers.values())

    def await_seen(self, *services: str, size: int | None = None) -> None:
        """Return when ``services`` have read ``size`` positions, all stated by default.

        Raises :class:`NotSeen`.
        """
        wanted = self.stated if size is None else size
        limit = self.now() + SEEN_SECONDS
        for service in services or SERVICES:
            tries = 0
            while (seen := self.size(service)) < wanted:
                if self.now() > limit:
                    raise NotSeen(f"{service} has read {seen} of {wanted} positions of {self.ledger}")
                self.wait(_PAUSES[min(tries, len(_PAUSES) - 1)])
                tries += 1

    def _patiently(self, ask: Callable[[], requests.Response], unless: str = "") -> requests.Response:
        limit = self.now() + PATIENCE_SECONDS
        tries = 0
        while True:
            answer = ask()
            if answer.status_code not in _MAY_PASS or self.now() > limit:
                return answer
            if unless and _refusal("", answer).rule == unless:
                return answer
            self.wait(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1

    def _post(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> requests.Response:
        return self._session.post(url, data=orjson.dumps(body), headers=headers, timeout=60)

    def _put(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> requests.Response:
        return self._session.put(url, data=orjson.dumps(body), headers=headers, timeout=60)

    def _url(self, service: str, path: str) -> str:
        return f"{self.origin}/{service}/v1/{self.ledger}/{path}"

    def _who(self, sub: str, acting_as: str) -> dict[str, str]:
        if sub not in self._tokens:
            self._tokens[sub] = self.issuer.issue(sub, _TOKEN_SECONDS)
        return {
            "Authorization": f"Bearer {self._tokens[sub]}",
            "Acting-As": acting_as,
            "Content-Type": "application/json",
        }


def _refusal(what: str, answer: requests.Response) -> Refusal:
    try:
        problem = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"detail": answer.text[:500]}
    return Refusal(what, answer.status_code, problem)
