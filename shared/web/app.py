"""The app factory: every service is the same house with other rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import flask
from flask import Flask
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from shared.access.local_issuer import LocalIssuer
from shared.access.tokens import TokenVerifier, verifier_for
from shared.clock import Clock
from shared.settings import Settings
from shared.web import file_types, health, i18n, layout, problems, rule_types, security, upload_types
from shared.web.health import Checks, count_requests, database_check, health_blueprint
from shared.web.json_provider import OrjsonProvider
from shared.web.openapi import documents_blueprint, make_api
from shared.web.parsing import ServiceBlueprint
from shared.web.problem_types import declare
from shared.web.runtime import EXTENSION, Runtime
from shared.web.sessions import demo_blueprint
from shared.web.store_port import CommandStore

MAX_BODY = 1024 * 1024

declare(*rule_types.TYPES, *file_types.TYPES, *upload_types.TYPES)


def create_service_app(
    service: str,
    settings: Settings,
    blueprints: Iterable[ServiceBlueprint],
    *,
    engine: Engine,
    clock: Clock,
    store: CommandStore | None = None,
    pages: Iterable[flask.Blueprint] = (),
    checks: Checks | None = None,
    verifier: TokenVerifier | None = None,
    demo_people: bool = False,
    static: Path | None = None,
    registry: CollectorRegistry | None = None,
) -> Flask:
    """The web app of ``service``, everything under ``/{service}``.

    ``blueprints``: the API; each has a prefix such as ``/v1/<org>/<cycle>`` below the service's own.
    ``pages``: server-rendered pages, with their own templates, below the same prefix and outside the
    API document.  ``static``: the service's own static files, at the same address as the shared ones.
    ``clock``: each ledger's present time.  ``checks``: readiness beyond the
    database (Kafka reachable, caught up, not halted).  ``demo_people``: this service shows the person
    chooser, if the demonstration is on.
    """
    app = Flask(
        f"bangvang.{service}",
        static_folder=None,  # layout.install serves the shared files and the service's own together
        template_folder=str(layout.TEMPLATES),
    )
    app.json = OrjsonProvider(app)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 86400,  # addresses of static files carry their hash
        SESSION_COOKIE_NAME="unused",
    )
    app.url_map.strict_slashes = True
    app.extensions[EXTENSION] = Runtime(
        service=service,
        settings=settings,
        engine=engine,
        verifier=verifier or verifier_for(settings.issuer, settings.jwks),
        clock=clock,
        store=store,
    )
    meters = registry if registry is not None else CollectorRegistry()
    security.install(app)
    i18n.install(app)
    layout.install(app, service, static)
    count_requests(app, service, meters)

    api = make_api(app, service, settings, version("bangvang"))
    problems.install(app)  # after the API: flask-smorest registers a handler of its own
    for blueprint in blueprints:
        api.register_blueprint(blueprint, url_prefix=f"/{service}{blueprint.url_prefix or ''}")
    for page in pages:
        app.register_blueprint(page, url_prefix=f"/{service}{page.url_prefix or ''}")
    every_check: dict[str, Callable[[], health.Check]] = {"database": database_check(engine)}
    every_check.update(checks or {})
    app.register_blueprint(health_blueprint(service, every_check, meters))
    app.register_blueprint(documents_blueprint(service, api))
    if settings.demo and demo_people:
        app.register_blueprint(demo_blueprint(service, LocalIssuer(settings.issuer, settings.local_jwks())))
    return app
