"""Pages of the inspections service: the schedule of each ledger and how far it is."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template

from services.inspections import reading
from shared.database import read_transaction
from shared.web.i18n import tr
from shared.web.layout import ledgers_page
from shared.web.runtime import ledger_settings, runtime

pages = Blueprint("inspections_pages", __name__, template_folder="templates")


@pages.get("/")
def index() -> str:
    """The ledgers that this service knows."""
    return ledgers_page(tr("Kiểm tra", "Inspection"), ".ledger_page")


@pages.get("/<org>/<cycle>/")
def ledger_page(org: str, cycle: str) -> str:
    """The round, its teams and its days."""
    ledger = ledger_settings(org, cycle)
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, ledger.ledger)
    rows = reading.schedule_rows(state)
    days = [(day, list(some)) for day, some in groupby(rows, key=lambda row: str(row["date"]))]
    return render_template(
        "inspections/ledger.html",
        ledger=ledger,
        rounds=list(state.rounds.values()),
        teams=sorted(state.teams),
        days=days,
        scheduled=len(rows),
        concluded=sum(1 for row in rows if row["concluded"]),
        packs=sum(1 for visit in state.visits.values() if any(p.complete and p.on_time for p in visit.packs)),
    )
