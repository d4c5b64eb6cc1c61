"""The OpenAPI 3.1 document of a service, and a page that shows it without anything from elsewhere."""

from __future__ import annotations

from typing import Any

import flask_smorest  # type: ignore[import-untyped]
from flask import Blueprint, Flask, Response, render_template
from marshmallow import fields

from shared.events.envelope import KEYID, TIME
from shared.events.fields import (
    CODE,
    DECIMAL,
    DIGEST,
    LOCAL_DATE,
    Code,
    DecimalString,
    Digest,
    Instant,
    KeyId,
    LocalDate,
)
from shared.settings import Settings
from shared.web.problems import Problem, catalogue, problem_type

_PATTERNS: dict[type[fields.Field[Any]], tuple[str, str | None]] = {
    DecimalString: (DECIMAL.pattern, "decimal"),
    Digest: (DIGEST.pattern, None),
    KeyId: (KEYID.pattern, None),
    Code: (CODE.pattern, None),
    Instant: (TIME.pattern, "date-time"),
    LocalDate: (LOCAL_DATE.pattern, "date"),
}


class _Api(flask_smorest.Api):
    """Every route names each answer that it has: a default that stands for any of them would say nothing."""

    DEFAULT_ERROR_RESPONSE_NAME = None


def make_api(app: Flask, service: str, settings: Settings, version: str) -> flask_smorest.Api:
    """flask-smorest on ``app``; the document is at ``/{service}/openapi.json``."""
    app.config.update(
        API_TITLE=f"Bảng Vàng: {service}",
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=f"/{service}",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "servers": [{"url": settings.origin}],
            "info": {
                "description": "Errors are RFC 9457 problem details. Points are decimal strings.",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
        },
    )
    api = _Api(app)
    for kind, (_, form) in _PATTERNS.items():
        api.register_field(kind, "string", form)
    api.ma_plugin.converter.add_attribute_function(_pattern)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    return api


def _pattern(converter: Any, field: fields.Field[Any], **kwargs: Any) -> dict[str, str]:
    found = _PATTERNS.get(type(field))
    return {} if found is None else {"pattern": f"^(?:{found[0]})$"}


def documents_blueprint(service: str, api: flask_smorest.Api) -> Blueprint:
    """``/{service}/docs`` and the pages of the problem types."""
    blueprint = Blueprint("documents", __name__, url_prefix=f"/{service}")

    @blueprint.get("/docs")
    def docs() -> str:
        spec = api.spec.to_dict()
        operations = [
            {"path": path, "method": method.upper(), **operation}
            for path, item in sorted(spec.get("paths", {}).items())
            for method, operation in item.items()
            if method in ("get", "post", "put", "delete", "patch")
        ]
        return render_template(
            "docs.html",
            service=service,
            info=spec["info"],
            operations=operations,
            schemas=spec.get("components", {}).get("schemas", {}),
        )

    @blueprint.get("/problems/")
    def problems() -> str:
        return render_template("problems.html", entries=catalogue(), one=False)

    @blueprint.get("/problems/<name>")
    def problem(name: str) -> Response | str:
        known = {entry.name for entry in catalogue()}
        if name not in known:
            raise Problem("not-found")
        return render_template("problems.html", entries=(problem_type(name),), one=True)

    return blueprint
