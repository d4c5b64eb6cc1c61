"""The pages of the inspections service, below ``/inspections``.  Each module registers its own on the one
blueprint."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from services.inspections.pages import (
    answers,
    briefings,
    cases,
    closing,
    conclusion,
    dossier,
    minutes,
    offline,
    overview,
    pack,
    pack_version,
    packs,
    plan,
    plan_made,
    plan_unit,
    readiness,
    reflections,
    session,
    sessions,
    teams,
)
from shared.web.i18n import tr
from shared.web.layout import ledgers_page

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"


def blueprint() -> Blueprint:
    """Every page of the inspections service."""
    pages = Blueprint("inspections_pages", __name__, template_folder=str(HERE / "templates"))

    @pages.get("/")
    def index() -> str:
        """The ledgers that this service knows."""
        return ledgers_page(tr("Kiểm tra", "Inspection"), ".ledger_page")

    overview.register(pages)
    offline.register(pages)
    sessions.register(pages)
    session.register(pages)
    minutes.register(pages)
    conclusion.register(pages)
    packs.register(pages)
    pack.register(pages)
    pack_version.register(pages)
    cases.register(pages)
    plan.register(pages)
    plan_unit.register(pages)
    plan_made.register(pages)
    readiness.register(pages)
    briefings.register(pages)
    dossier.register(pages)
    answers.register(pages)
    reflections.register(pages)
    closing.register(pages)
    teams.register(pages)
    return pages
