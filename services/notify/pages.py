"""Pages of the notify service: how many notices of each publication were issued."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, render_template

from services.notify.api import issued
from shared.access import AccessDenied, HatNeeded, Target, decide_access
from shared.web.i18n import tr
from shared.web.layout import ledgers_page
from shared.web.runtime import Reader, reader, runtime

pages = Blueprint("notify_pages", __name__, template_folder="templates")


@pages.get("/")
def index() -> str:
    """The ledgers that this service knows."""
    return ledgers_page(tr("Thông báo", "Notices"), ".ledger_page")


@pages.get("/<org>/<cycle>/")
def ledger_page(org: str, cycle: str) -> str:
    """Notices by publication; for the Office, each of them."""
    who = reader(org, cycle)
    found = issued(runtime().engine, who.ledger.ledger)
    versions = sorted(Counter(item["version"] for item in found).items(), reverse=True)
    notices = list(reversed(found)) if _sees_outbox(who) else []
    return render_template("notify/ledger.html", ledger=who.ledger, versions=versions, notices=notices)


def _sees_outbox(who: Reader) -> bool:
    try:
        decide_access(who.grants, "notify.read_outbox", Target())
    except AccessDenied:
        return False
    except HatNeeded:  # several hats allow it
        return True
    return True
