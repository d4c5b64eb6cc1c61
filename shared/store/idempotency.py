"""Idempotency: the same command, with the same body, gets the same answer and does nothing again.

A command is known by its principal, its route and the client's ``Idempotency-Key``.  Only answers of
accepted commands are kept, as long as the ledger; a refused command may be corrected under its key.

The kept answer is a cache.  Each event carries the id of its command, so an answer that was lost (a
restored backup) is made again from the command's events: status 201, body :func:`receipts_body`.  What
events do not tell is the request's body, so a command known only from its events gets its answer
whatever the body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


class KeyReused(ValueError):
    """An idempotency key came back with another body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an accepted command was answered: HTTP status and the exact bytes of the body."""

    status: int
    answer: bytes


def command_id(principal: str, route: str, key: str) -> str:
    """The id of a command: SHA-256 in hex over principal, route (with its ledger) and idempotency key.

    Each part goes in with its length, so no two triples of texts give the same bytes.
    """
    digest = hashlib.sha256()
    for part in (principal, route, key):
        raw = part.encode("utf-8")
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.hexdigest()


def body_digest(body: bytes) -> str:
    """SHA-256 of a request's body in hex."""
    return hashlib.sha256(body).hexdigest()


def receipts_body(values: Iterable[bytes]) -> bytes:
    """The body of an accepted command's answer: ``{"receipts": […]}`` with the signed events verbatim."""
    return b'{"receipts":[' + b",".join(values) + b"]}"
