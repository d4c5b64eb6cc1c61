"""The web process of ranking: ``gunicorn 'services.ranking.app:create_app()'``."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import Engine

from services.ranking import api, pages, problem_types
from services.ranking.desk import EXTENSION, Desk
from services.ranking.shadow.readiness import shadow_check
from shared.access.tokens import TokenVerifier
from shared.archive import Archive
from shared.clock import Clock
from shared.house import open_house
from shared.settings import Settings
from shared.web.app import create_service_app
from shared.web.commons import commons_blueprint
from shared.web.problem_types import declare
from shared.web.readiness import log_checks

SERVICE = "ranking"

declare(*problem_types.TYPES)


def create_app(
    settings: Settings | None = None,
    *,
    engine: Engine | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock | None = None,
) -> Flask:
    """The app; its database is brought up to date first.

    ``engine``, ``verifier``, ``clock`` replace what ``settings`` name.
    """
    house = open_house(SERVICE, settings, engine=engine, clock=clock)
    app = create_service_app(
        SERVICE,
        house.settings,
        [commons_blueprint(SERVICE), api.blueprint()],
        engine=house.engine,
        clock=house.clock,
        store=house.store,
        pages=[pages.blueprint()],
        checks={**log_checks(house.engine, house.settings), "shadow": shadow_check(house.engine)},
        verifier=verifier,
        demo_people=True,
        static=pages.STATIC,
    )
    app.extensions[EXTENSION] = Desk(house.engine, Archive(house.settings.archive))
    return app
