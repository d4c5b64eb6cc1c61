"""The web process of ranking: ``gunicorn 'services.ranking.app:create_app()'``."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import Connection, Engine

from services.ranking import api, pages, problem_types
from services.ranking.desk import EXTENSION, Desk
from shared.access.directory import settings_of
from shared.access.tokens import TokenVerifier
from shared.clock import Clock, LedgerClock
from shared.database import engine_for, read_transaction
from shared.events.keys import KeyFolder
from shared.log.broker_clock import broker_clock
from shared.migrations import upgrade
from shared.settings import Settings
from shared.store import EventStore, folder_signer
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
    settings = settings or Settings.from_env()
    engine = engine or engine_for(settings.service_database_url(SERVICE))
    upgrade(engine, SERVICE)
    clock = clock or LedgerClock(engine, _is_simulated(engine))
    store = EventStore(
        engine,
        service=SERVICE,
        signer=folder_signer(KeyFolder(settings.keys), SERVICE),
        clock=clock,
        may_sign=broker_clock(settings.kafka).check,
    )
    app = create_service_app(
        SERVICE,
        settings,
        [commons_blueprint(SERVICE), api.blueprint()],
        engine=engine,
        clock=clock,
        store=store,
        pages=[pages.blueprint()],
        checks=log_checks(engine, settings),
        verifier=verifier,
        demo_people=True,
        static=pages.HERE / "static",
    )
    app.extensions[EXTENSION] = Desk(engine)
    return app


def _is_simulated(engine: Engine) -> Callable[[str, Connection | None], bool | None]:
    def simulated(ledger: str, connection: Connection | None) -> bool | None:
        if connection is None:
            with read_transaction(engine) as own:
                return simulated(ledger, own)
        found = settings_of(connection, ledger)
        return None if found is None else found.simulated

    return simulated
