"""``/livez``, ``/readyz`` and ``/metrics``: for machines that watch a service, not for people."""

from __future__ import annotations

import ipaddress
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import Engine, text

from shared.database import read_transaction
from shared.web.problems import Problem

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """Outcome of one readiness check: is it well, and what to know about it in one line."""

    ok: bool
    text: str = ""


Checks = Mapping[str, Callable[[], Check]]


def database_check(engine: Engine) -> Callable[[], Check]:
    """A check that the database answers."""

    def check() -> Check:
        with read_transaction(engine) as connection:
            connection.execute(text("SELECT 1"))
        return Check(True, engine.dialect.name)

    return check


def health_blueprint(service: str, checks: Checks, registry: CollectorRegistry) -> Blueprint:
    """The three routes.  Alive = the process answers; ready = every check is well."""
    blueprint = Blueprint("health", __name__, url_prefix=f"/{service}")

    @blueprint.get("/livez")
    def livez() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        found = {name: _run(name, check) for name, check in checks.items()}
        ready = all(check.ok for check in found.values())
        body: dict[str, object] = {"ready": ready}
        if "verbose" in request.args:
            body["checks"] = {name: {"ok": check.ok, "text": check.text} for name, check in found.items()}
        response = jsonify(body)
        response.status_code = 200 if ready else 503
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if not _private_caller():
            raise Problem("not-found")
        source = registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            source = CollectorRegistry()
            MultiProcessCollector(source)  # type: ignore[no-untyped-call]
        return Response(generate_latest(source), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def _run(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:  # whatever a check meets, the service is then not ready
        _log.warning("readiness check %s failed: %s", name, error)
        return Check(False, type(error).__name__)


def _private_caller() -> bool:
    """Direct callers on private addresses only: what came through the proxy is public."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return address.is_private or address.is_loopback


def count_requests(app: Flask, service: str, registry: CollectorRegistry) -> None:
    """Count requests and time them, by route (never by path: paths are unbounded)."""
    total = Counter(
        "bangvang_http_requests_total",
        "HTTP requests answered.",
        ("service", "method", "route", "status"),
        registry=registry,
    )
    seconds = Histogram(
        "bangvang_http_request_seconds",
        "Seconds from the request's arrival to its answer.",
        ("service", "route"),
        registry=registry,
    )

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        total.labels(service, request.method, route, str(response.status_code)).inc()
        if "began" in g:
            seconds.labels(service, route).observe(time.perf_counter() - g.began)
        return response
