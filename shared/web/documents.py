"""Schemas of what every service answers, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from shared.web.parsing import ServiceBlueprint
from shared.web.problems import CONTENT_TYPE


class ProblemFault(Schema):
    """One bad field."""

    field = fields.String(allow_none=True)
    value = fields.Raw(allow_none=True)
    rule = fields.String(required=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)


class ProblemDocument(Schema):
    """RFC 9457 problem details; ``detail`` is Vietnamese."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    detail_en = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemFault))


class Receipts(Schema):
    """The signed events that a command made, byte for byte as they stand in the ledger."""

    receipts = fields.List(fields.Dict(keys=fields.String()), required=True)


class BatchRow(Schema):
    """What became of one row, counted from 0; ``errors`` where it was refused."""

    row = fields.Integer(required=True)
    accepted = fields.Boolean(required=True)
    errors = fields.List(fields.Nested(ProblemFault))


class BatchReceipts(Receipts):
    """The receipts of the accepted rows, in order, and what became of each row."""

    accepted = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    rows = fields.List(fields.Nested(BatchRow), required=True)


def problems(api: ServiceBlueprint, *statuses: int) -> Any:
    """Say in the OpenAPI document which problems a route answers."""

    def wrap(route: Any) -> Any:
        for status in statuses:
            route = api.alt_response(status, schema=ProblemDocument, content_type=CONTENT_TYPE)(route)
        return route

    return wrap
