"""The web process of the inspections service."""

from __future__ import annotations

from flask import Flask

from services.inspections import problem_types
from services.inspections.api import blueprint
from services.inspections.kept.files import CORNER
from services.inspections.pages import STATIC
from services.inspections.pages import blueprint as pages
from shared.house import House, open_house
from shared.uploads.house import install
from shared.web.app import create_service_app
from shared.web.commons import commons_blueprint
from shared.web.problem_types import declare
from shared.web.readiness import log_checks

declare(*problem_types.TYPES)


def create_app(house: House | None = None) -> Flask:
    """The WSGI app; ``house`` comes from the environment unless given."""
    home = open_house("inspections") if house is None else house
    app = create_service_app(
        "inspections",
        home.settings,
        [commons_blueprint("inspections"), blueprint],
        engine=home.engine,
        clock=home.clock,
        store=home.store,
        pages=[pages()],
        static=STATIC,
        checks=log_checks(home.engine, home.settings),
    )
    install(app, home.settings, CORNER)
    return app
