"""The round at a glance: its days, its teams, and how far each unit is."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template

from services.inspections import reading
from services.inspections.board import board_of
from services.inspections.pages.frame import frame


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/", "ledger_page", ledger_page)


def ledger_page(org: str, cycle: str) -> str:
    """The round, its teams and its days."""
    seen = frame(org, cycle)
    state = board_of(seen.reader.ledger).state
    rows = reading.schedule_rows(state)
    days = [(day, list(some)) for day, some in groupby(rows, key=lambda row: str(row["date"]))]
    return render_template(
        "inspections/ledger.html",
        frame=seen,
        ledger=seen.reader.ledger,
        rounds=list(state.rounds.values()),
        teams=sorted(state.teams),
        days=days,
        scheduled=len(rows),
        concluded=sum(1 for row in rows if row["concluded"]),
        packs=sum(1 for visit in state.visits.values() if any(p.complete and p.on_time for p in visit.packs)),
    )
