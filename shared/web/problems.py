"""RFC 9457 problem details: one shape for every error, whoever found it.

``type`` is a stable URN; each has a page at ``/{service}/problems/{name}`` that says it in two languages.
``detail`` is Vietnamese, ``detail_en`` English; ``errors`` has one entry per bad field.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Flask, Response, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from shared.access import AccessDenied, HatNeeded
from shared.access.tokens import TokenError
from shared.clock import ClockNotSet, ClockSkewed
from shared.database import DatabaseBusy
from shared.decisions import Fault, Refused
from shared.events.keys import KeyMissing
from shared.store.idempotency import KeyReused
from shared.web.faults import shown
from shared.web.json_provider import StrictJsonError
from shared.web.problem_types import ProblemType, catalogue, declare, problem_type

CONTENT_TYPE = "application/problem+json"
__all__ = [
    "CONTENT_TYPE",
    "Problem",
    "ProblemType",
    "catalogue",
    "declare",
    "document",
    "install",
    "invalid_fields",
    "problem_type",
    "refusal",
    "respond",
    "wants_page",
]
_log = logging.getLogger(__name__)


class Problem(Exception):
    """An error that the web layer itself states; services raise it for what is not a refused command.

    ``name``: a type of the catalogue.  ``vi``, ``en``: what happened here; default: the type's advice.
    ``extra``: further members of the document.
    """

    def __init__(
        self,
        name: str,
        vi: str | None = None,
        en: str | None = None,
        *,
        status: int | None = None,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(en or name)
        self.name = name
        self.vi = vi
        self.en = en
        self.status = status
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


def document(
    name: str,
    *,
    status: int | None = None,
    vi: str | None = None,
    en: str | None = None,
    faults: Iterable[Fault] = (),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The problem document as an object."""
    entry = problem_type(name, status or 422)
    value: dict[str, Any] = {
        "type": entry.urn,
        "title": entry.title,
        "status": status or entry.status,
        "detail": vi or entry.advice,
        "detail_en": en or entry.advice_en,
    }
    errors = [fault_body(fault) for fault in faults]
    if errors:
        value["errors"] = errors
    value.update(extra or {})
    return value


def fault_body(fault: Fault) -> dict[str, Any]:
    """One bad field as problem documents have it."""
    return {
        "field": fault.field,
        "value": shown(fault.value),
        "rule": fault.rule,
        "message": fault.vi,
        "message_en": fault.en,
    }


def wants_page() -> bool:
    """Whether the caller is a browser on a page, not a client of the API."""
    parts = request.path.split("/", 3)
    if len(parts) > 2 and parts[2] in ("v1", "livez", "readyz", "metrics", "openapi.json"):
        return False
    best = request.accept_mimetypes.best_match(["application/problem+json", "application/json", "text/html"])
    return best == "text/html"


def respond(value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The response of a problem document: JSON, or a page for somebody who looks at pages."""
    status = int(value["status"])
    page = _page(value) if wants_page() else None
    if page is not None:
        response = Response(page, status, mimetype="text/html")
    else:
        response = Response(orjson.dumps(value), status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for key, text in (headers or {}).items():
        response.headers[key] = text
    return response


def _page(value: Mapping[str, Any]) -> str | None:
    """The problem as a page, or None when not even that can be made (the layout asks the database)."""
    try:
        return render_template("error.html", problem=value)
    except Exception:
        _log.exception("the page of a problem could not be made")
        return None


def refusal(error: Refused) -> Problem:
    """The problem that a decider's refusal is."""
    if len(error.faults) == 1:
        only = error.faults[0]
        return Problem(error.rule, only.vi, only.en, status=error.status, faults=error.faults)
    return invalid_fields(error.faults, status=error.status)


def invalid_fields(faults: Iterable[Fault], *, status: int = 422) -> Problem:
    """One problem for several faults; its type is their common rule, else ``invalid-fields``."""
    every = tuple(faults)
    rules = {fault.rule for fault in every}
    name = rules.pop() if len(rules) == 1 else "invalid-fields"
    if len(every) == 1:
        return Problem(name, every[0].vi, every[0].en, status=status, faults=every)
    return Problem(
        name,
        f"Có {len(every)} lỗi; chưa ghi nhận gì.",
        f"{len(every)} errors; nothing was stored.",
        status=status,
        faults=every,
    )


def install(app: Flask) -> None:
    """Answer every error of ``app`` with a problem document."""

    @app.errorhandler(Problem)
    def on_problem(error: Problem) -> Response:
        value = document(
            error.name,
            status=error.status,
            vi=error.vi,
            en=error.en,
            faults=error.faults,
            extra=error.extra,
        )
        return respond(value, error.headers)

    @app.errorhandler(Refused)
    def on_refused(error: Refused) -> Response:
        return on_problem(refusal(error))

    @app.errorhandler(StrictJsonError)
    def on_json(error: StrictJsonError) -> Response:
        return respond(document(error.rule, vi=error.vi, en=error.en))

    @app.errorhandler(TokenError)
    def on_token(error: TokenError) -> Response:
        challenge = 'Bearer realm="bangvang"'
        if error.reason != "token-missing":
            challenge += ', error="invalid_token"'
        return respond(document(error.reason), {"WWW-Authenticate": challenge})

    @app.errorhandler(AccessDenied)
    def on_denied(error: AccessDenied) -> Response:
        return respond(document(error.reason, vi=error.vi, en=error.en))

    @app.errorhandler(HatNeeded)
    def on_hat(error: HatNeeded) -> Response:
        choices = ", ".join(error.choices)
        return respond(
            document(
                "hat-needed",
                vi=f"Tài khoản có nhiều tư cách; gửi Acting-As với một trong: {choices}.",
                en=f"Several roles fit; send Acting-As with one of: {choices}.",
                extra={"choices": list(error.choices)},
            )
        )

    @app.errorhandler(KeyReused)
    def on_reused(error: KeyReused) -> Response:
        return respond(document("idempotency-key-reused"))

    @app.errorhandler(ClockSkewed)
    def on_skew(error: ClockSkewed) -> Response:
        _log.error("refusing to sign: %s", error)
        return respond(document("clock-skew"), {"Retry-After": "30"})

    @app.errorhandler(ClockNotSet)
    @app.errorhandler(DatabaseBusy)
    @app.errorhandler(KeyMissing)
    def on_not_ready(error: Exception) -> Response:
        _log.warning("not ready: %s", error)
        return respond(document("not-ready"), {"Retry-After": "2"})

    @app.errorhandler(ValidationError)
    def on_validation(error: ValidationError) -> Response:
        sentence = str(error)
        return respond(document("invalid-fields", vi=f"Dữ liệu chưa đúng: {sentence}", en=sentence))

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        if error.code is not None and 300 <= error.code < 400:
            return Response(error.get_response().get_data(), error.code, dict(error.get_headers()))
        names = {
            404: "not-found",
            405: "method-not-allowed",
            412: "precondition-failed",
            413: "body-too-large",
            415: "unsupported-media-type",
            428: "precondition-required",
            500: "internal-error",
            503: "not-ready",
        }
        status = error.code or 500
        name = names.get(status, "bad-request" if status < 500 else "internal-error")
        headers = {key: text for key, text in error.get_headers() if key in ("Allow", "Retry-After")}
        return respond(document(name, status=status), headers)

    @app.errorhandler(Exception)
    def on_anything(error: Exception) -> Response:
        _log.exception("unhandled error at %s %s", request.method, request.path, exc_info=error)
        return respond(document("internal-error"))
