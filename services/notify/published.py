"""Published standings: which publications the ledger tells of, and the standings that each one pins.

A publication names its standings by digest.  They are read from ranking's public address as any reader
would read them, and believed only when their digest is the one in the ledger (decision 0011).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

import requests
from sqlalchemy import Connection

from services.notify.decider import Publication
from shared.events.catalogue import interpret
from shared.ledger import reader

CONTENT = ("engine", "ledger", "rulebook", "status", "provisional", "areas")
"""What the digest of standings covers; an answer may say more beside it."""

TIMEOUT = (3.05, 30)


class NotPublishedYet(LookupError):
    """The standings of a version cannot be read (yet): ask again."""


class OtherStandings(ValueError):
    """What was read is not what the ledger's publication pins."""


class StandingsSource(Protocol):
    """Where published standings are read."""

    def __call__(self, ledger: str, version: int) -> dict[str, Any]:
        """The answer for one version.  Raises :class:`NotPublishedYet`."""


class HttpStandings:
    """Ranking's public API at ``origin``."""

    def __init__(self, origin: str, session: requests.Session | None = None) -> None:
        self._origin = origin.rstrip("/")
        self._session = requests.Session() if session is None else session

    def __call__(self, ledger: str, version: int) -> dict[str, Any]:
        """``GET /ranking/v1/{ledger}/publications/{version}``."""
        url = f"{self._origin}/ranking/v1/{ledger}/publications/{version}"
        try:
            answer = self._session.get(url, timeout=TIMEOUT, headers={"Accept": "application/json"})
            found = json.loads(answer.content) if answer.status_code == requests.codes.ok else None
        except (requests.RequestException, ValueError) as error:
            raise NotPublishedYet(f"{url}: {error}") from error
        if not isinstance(found, dict):
            raise NotPublishedYet(f"{url}: status {answer.status_code}")
        return found


def content_of(answer: dict[str, Any], wanted: str) -> dict[str, Any]:
    """The standings in ``answer``, when their digest is ``wanted``.  Raises :class:`OtherStandings`."""
    if any(name not in answer for name in CONTENT):
        raise OtherStandings("not standings")
    content = {name: answer[name] for name in CONTENT}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    found = "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()
    if found != wanted:
        raise OtherStandings(f"standings with digest {found}, but {wanted} was published")
    return content


def publications(connection: Connection, ledger: str) -> list[Publication]:
    """Every publication that the ledger tells of, oldest first; those not understood are passed by."""
    found: list[Publication] = []
    for row in reader.of_subject(connection, ledger, "*"):
        if row.type != "result.published.v1" or interpret(row.event) is not None:
            continue
        data = row.event.data
        found.append(
            Publication(
                version=data["version"],
                status=data["status"],
                position=data["position"],
                root=data["root"],
                rulebook=data["rulebook"],
                digest=data["digest"],
                stated_at=row.position + 1,
                event_id=row.event_id,
                time=row.time,
            )
        )
    return found
