"""The pages of ranking, below ``/ranking``.  Each module registers its own on the one blueprint."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, render_template, request, url_for

from services.ranking.desk import desk
from services.ranking.pages import (
    charts,
    compare,
    decisions,
    lists,
    pair,
    publications,
    rulebook,
    standings,
    unit,
    what_if,
)
from services.ranking.pages.answers import redirect_to
from shared.access.directory import known_ledgers
from shared.database import read_transaction

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"


def blueprint() -> Blueprint:
    """Every page of ranking."""
    pages = Blueprint("pages", __name__, template_folder=str(HERE / "templates"))

    @pages.get("/")
    def ledgers() -> Response | str:
        """The ledgers of this service; the only one at once, whatever sandboxes lie beside it."""
        with read_transaction(desk().engine) as connection:
            known = known_ledgers(connection)
        meant = [ledger for ledger in known if not ledger.trial] or known
        if len(meant) == 1:
            query = f"?{request.query_string.decode()}" if request.query_string else ""
            return redirect_to(url_for(".standings", org=meant[0].org, cycle=meant[0].cycle) + query)
        return render_template("ranking/ledgers.html", ledgers=known)

    standings.register(pages)
    charts.register(pages)
    lists.register(pages)
    publications.register(pages)
    decisions.register(pages)
    compare.register(pages)
    what_if.register(pages)
    rulebook.register(pages)
    unit.register(pages)
    pair.register(pages)
    return pages
