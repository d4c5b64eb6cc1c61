"""Requests through webargs and flask-smorest, with strict JSON and faults of our own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, cast

import flask_smorest  # type: ignore[import-untyped]
from flask import Request, g, request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from shared.web.faults import faults_of
from shared.web.json_provider import StrictJsonError, loads_object
from shared.web.problems import Problem, invalid_fields


def json_body(req: Request) -> dict[str, Any]:
    """The request's JSON object, read once.  Raises a problem for another type or malformed JSON."""
    if "json_body" not in g:
        kind = req.mimetype
        charset = req.mimetype_params.get("charset", "utf-8").lower()
        if not (kind == "application/json" or kind.endswith("+json")) or charset not in ("utf-8", "utf8"):
            raise Problem("unsupported-media-type")
        data = req.get_data(cache=True)
        limit = req.max_content_length
        if req.content_length is None and limit is not None and len(data) >= limit:
            # Of a chunked body werkzeug reads up to the limit and then stops without a word.
            raise Problem("body-too-large")
        if not data:
            raise StrictJsonError("malformed-json", "Nội dung trống.", "The body is empty.")
        g.json_body = loads_object(data)
    return cast(dict[str, Any], g.json_body)


class StrictParser(FlaskParser):
    """webargs with our JSON and our faults."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The JSON object of the body."""
        return json_body(req)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise the problem that the faults of ``error`` make."""
        messages: Any = error.messages
        given: Any = g.get("json_body", {})
        if isinstance(messages, dict) and len(messages) == 1:
            location, inner = next(iter(messages.items()))
            if location in ("json", "query", "headers", "path", "form"):
                messages = inner
                given = g.get("json_body", {}) if location == "json" else request.args
        raise invalid_fields(faults_of(messages, schema, given)) from error


class ServiceBlueprint(flask_smorest.Blueprint):
    """Blueprint of an API of this suite."""

    ARGUMENTS_PARSER = StrictParser()
