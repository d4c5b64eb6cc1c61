"""The pages of the scores service, below ``/scores``.  Each module registers its own on the one blueprint."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from services.scores.pages import (
    desk,
    entries,
    evaluations,
    grid,
    overview,
    people,
    progress,
    setup,
    sheet,
    software,
    uploads,
    webhooks,
    work,
)
from shared.web.i18n import tr
from shared.web.layout import ledgers_page

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"


def blueprint() -> Blueprint:
    """Every page of the scores service."""
    pages = Blueprint("scores_pages", __name__, template_folder=str(HERE / "templates"))

    @pages.get("/")
    def index() -> str:
        """The ledgers that this service knows."""
        return ledgers_page(tr("Chấm điểm", "Scoring"), ".ledger_page")

    grid.register(pages)
    overview.register(pages)
    desk.register(pages)
    entries.register(pages)
    evaluations.register(pages)
    people.register(pages)
    progress.register(pages)
    software.register(pages)
    setup.register(pages)
    sheet.register(pages)
    uploads.register(pages)
    webhooks.register(pages)
    work.register(pages)
    return pages
