"""The demonstration's person chooser: absent (404) unless ``BANGVANG_DEMO`` is on, and marked as such.

Choosing a person sets a cookie with a local token.  The cookie counts for reading, and for a command that
a page of this very site sends (:func:`shared.web.runtime.acting_principal`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy import Connection

from shared.access.directory import Person, known_ledgers, people
from shared.access.local_issuer import LocalIssuer
from shared.database import read_transaction
from shared.web.i18n import natural_key, role_name
from shared.web.problems import Problem
from shared.web.runtime import SESSION_COOKIE, runtime

_LIFETIME = 8 * 3600


def demo_blueprint(service: str, issuer: LocalIssuer) -> Blueprint:
    """``/{service}/demo/people``: choose, or stop being, a person of the demonstration."""
    blueprint = Blueprint("demo", __name__, url_prefix=f"/{service}/demo")

    @blueprint.get("/people")
    def choose() -> str:
        with read_transaction(runtime().engine) as connection:
            ledgers = known_ledgers(connection)
            asked = request.args.get("ledger")
            chosen = next((entry for entry in ledgers if asked in (None, entry.ledger)), None)
            found = _people(connection, chosen.ledger) if chosen else ()
        return render_template(
            "people.html",
            ledgers=ledgers,
            ledger=chosen,
            people=sorted(found, key=lambda person: natural_key(person.name or person.sub)),
            role_name=role_name,
            back=_local(request.args.get("next", "")),
        )

    @blueprint.post("/people")
    def become() -> Response:
        _same_origin()
        response = _back()
        sub = request.form.get("sub", "")
        if not sub:
            response.delete_cookie(SESSION_COOKIE, path="/", samesite="Strict", httponly=True)
            return response
        if not _holds_grants(sub):
            raise Problem("not-found", status=404)
        response.set_cookie(
            SESSION_COOKIE,
            issuer.issue(sub, _LIFETIME),
            max_age=_LIFETIME,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=runtime().settings.origin.startswith("https:"),
        )
        return response

    return blueprint


def _people(connection: Connection, ledger: str) -> tuple[Person, ...]:
    return people(connection, ledger, runtime().clock.now(ledger, connection))


def _holds_grants(sub: str) -> bool:
    with read_transaction(runtime().engine) as connection:
        return any(
            person.sub == sub
            for ledger in known_ledgers(connection)
            for person in _people(connection, ledger.ledger)
        )


def _same_origin() -> None:
    """Refuse a form that another site sent; the cookie's SameSite is the first fence, this the second."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Problem("bad-request", status=400)


def _back() -> Response:
    answer = redirect(_local(request.form.get("next", "")), 303)
    return Response(answer.get_data(), answer.status_code, dict(answer.headers))


def _local(target: str) -> str:
    """``target`` when it is a path of this very site, else the front page."""
    parts = urlsplit(target)
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if fine and target.isprintable() else "/"
