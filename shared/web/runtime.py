"""What a web process of a service holds: settings, database, store, who is calling, what time it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

from flask import current_app, g, request
from sqlalchemy import Engine

from shared.access import Audience, Grant, audience
from shared.access.directory import LedgerSettings, grants_of, settings_of
from shared.access.tokens import Principal, TokenError, TokenMalformed, TokenMissing, TokenVerifier
from shared.clock import Clock
from shared.database import read_transaction
from shared.settings import Settings
from shared.web.problems import Problem
from shared.web.store_port import CommandStore

EXTENSION = "bangvang"
SESSION_COOKIE = "bangvang_demo"
_PREFLIGHTED = ("application/json", "application/octet-stream")
"""Types of what own pages send; a form of another site can make neither (it can make ``text/plain``)."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Held by the app for its whole life.  ``clock``: each ledger's own time, real or simulated.

    ``ledgers``: settings of the ledgers found so far; they stand in position 0, which never changes.
    """

    service: str
    settings: Settings
    engine: Engine
    verifier: TokenVerifier
    clock: Clock
    store: CommandStore | None = None
    ledgers: dict[str, LedgerSettings] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads ``ledger``: nobody in particular (``principal`` None), or a person with grants in force."""

    ledger: LedgerSettings
    principal: Principal | None = None
    grants: tuple[Grant, ...] = field(default_factory=tuple)

    def audience(self, live_visibility: str = "restricted") -> Audience:
        """What of the unpublished standings this reader may see, by the rulebook's policy."""
        return audience(self.grants, live_visibility=live_visibility)


def runtime() -> Runtime:
    """The runtime of the running app."""
    return cast(Runtime, current_app.extensions[EXTENSION])


def ledger_settings(org: str, cycle: str) -> LedgerSettings:
    """Settings of the ledger in the path.  Raises a 404 problem when this service does not know it."""
    name = f"{org}/{cycle}"
    current = runtime()
    found = current.ledgers.get(name)
    if found is None:
        with read_transaction(current.engine) as connection:
            found = settings_of(connection, name)
        if found is None:
            raise Problem(
                "unknown-ledger",
                f"Không có sổ “{name[:64]}” trong dịch vụ này.",
                f'This service knows no ledger "{name[:64]}".',
            )
        current.ledgers[name] = found
    return found


def acting_principal() -> Principal:
    """Who acts: by bearer token, else (demonstration only) by the cookie, from a page of this very site.

    Raises :class:`TokenError`.  A token that is given and bad is an error, whatever the cookie says.
    """
    if "principal" not in g:
        header = request.headers.get("Authorization", "")
        if header:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer":
                raise TokenMalformed("the Authorization header must be a Bearer token")
            g.principal = runtime().verifier.verify(token.strip())
        else:
            cookie = request.cookies.get(SESSION_COOKIE, "")
            if not (cookie and runtime().settings.demo and _sent_by_own_page()):
                raise TokenMissing("no Authorization header")
            g.principal = runtime().verifier.verify(cookie)
    return cast(Principal, g.principal)


def _sent_by_own_page() -> bool:
    """Whether only a script of this origin can have sent the request.

    Another site can send neither JSON, nor a file as bare octets, nor an ``Idempotency-Key`` without
    asking first (a preflight, which is never granted), and cannot choose ``Origin``; the cookie is
    ``SameSite=Strict`` besides.
    """
    return (
        request.method not in ("GET", "HEAD")
        and urlsplit(request.headers.get("Origin", "")).netloc == request.host
        and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        and request.mimetype in _PREFLIGHTED
        and "Idempotency-Key" in request.headers
    )


def reading_principal() -> Principal | None:
    """Who reads: by bearer token, else (demonstration only, GET only) by cookie, else nobody.

    A token that is given and bad is an error; a cookie that is bad is as if there were none.
    """
    if "principal" in g or "Authorization" in request.headers:
        return acting_principal()
    if runtime().settings.demo and request.method in ("GET", "HEAD"):
        cookie = request.cookies.get(SESSION_COOKIE, "")
        if cookie:
            try:
                return runtime().verifier.verify(cookie)
            except TokenError:
                return None
    return None


def reader(org: str, cycle: str) -> Reader:
    """Who reads the ledger in the path, with the grants that are in force now.  Raises 404, 401."""
    ledger = ledger_settings(org, cycle)
    principal = reading_principal()
    if principal is None:
        return Reader(ledger)
    current = runtime()
    with read_transaction(current.engine) as connection:
        held = grants_of(
            connection, ledger.ledger, principal.sub, current.clock.now(ledger.ledger, connection)
        )
    return Reader(ledger, principal, held)
