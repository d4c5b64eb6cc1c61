"""The front page of a ledger: what this service has stated in it."""

from __future__ import annotations

from flask import Blueprint, render_template

from services.scores import reading
from services.scores.pages.frame import frame
from shared.web.problems import Problem
from shared.web.runtime import runtime

KINDS = (
    ("unit.registered.v1", "Đơn vị", "Units"),
    ("department.registered.v1", "Ban, đơn vị sự nghiệp", "Departments"),
    ("grant.given.v1", "Quyền đã giao", "Grants given"),
    ("score.recorded.v1", "Điểm đã ghi", "Scores recorded"),
    ("score.withdrawn.v1", "Điểm đã rút", "Scores withdrawn"),
    ("bonus.proposed.v1", "Đề nghị thưởng", "Bonuses proposed"),
    ("penalty.proposed.v1", "Đề nghị trừ", "Penalties proposed"),
    ("veto.recorded.v1", "Điều kiện khống chế", "Vetoes recorded"),
)


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/", "ledger_page", ledger_page)


def ledger_page(org: str, cycle: str) -> str:
    """Cycle, rulebook, counts and the newest receipts of one ledger (receipts: for who sees all)."""
    seen = frame(org, cycle)
    settings = seen.reader.ledger
    found = reading.overview(runtime().engine, settings.ledger)
    book = found.state.rulebook()
    visibility = str(book.policies["live_visibility"]) if book else "restricted"
    everything = seen.reader.audience(visibility).everything
    if found.state.cycle is None and not found.counts and not everything:
        raise Problem("not-found")
    return render_template(
        "scores/ledger.html",
        frame=seen,
        ledger=settings,
        cycle=found.state.cycle,
        book=book,
        kinds=[(vi, en, found.counts.get(kind, 0)) for kind, vi, en in KINDS],
        latest=found.latest if everything else [],
        everything=everything,
    )
