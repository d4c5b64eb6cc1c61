"""Drafts over HTTP: read all of a body, keep some cells."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.scores.api.routes import blueprint
from services.scores.kept.bodies import Body, check_access
from services.scores.kept.drafts import MAX_CELLS, Edit, Kept, drafts_of, save
from shared.access.directory import grants_of
from shared.access.tokens import TokenMissing
from shared.commanding import CommandSchema
from shared.database import read_transaction, write_transaction
from shared.events.catalogue.scores import STAGES, Evidence
from shared.events.envelope import instant
from shared.events.fields import Code, Text
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.runtime import acting_principal, ledger_settings, reader, runtime

OPERATION = "scores.keep_draft"


class BodyArgs(Schema):
    """``body``: ``unit:U``, ``department:D``, or ``office:D`` (the Office entering for D)."""

    body = fields.String(required=True, validate=validate.Length(max=80))


class Content(CommandSchema):
    """What a draft may say.  None of it is checked against the rulebook: a draft may be wrong.

    ``ready``: laid before the head (policy ``signoff: head``); any later change of the cell takes it back.
    """

    value = Text(maximum=64)
    target = Text(maximum=64)
    state = fields.String(validate=validate.OneOf(["NO_TARGET"]))
    basis = Text(maximum=1000)
    reason = Text(maximum=1000)
    document = Text(maximum=100)
    evidence = fields.List(fields.Nested(Evidence), validate=validate.Length(max=20))
    ready = fields.Boolean(truthy={True}, falsy={False})


class CellSchema(Content):
    """A cell as the client wants it.  Nothing but its place: the draft is removed.

    ``version``: the one that the client knows; 0 = it knows of none.
    """

    unit = Code(required=True)
    criterion = Code(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2**31 - 1))

    def build(self, data: dict[str, Any]) -> Edit:
        cell = (data.pop("unit"), data.pop("criterion"), data.pop("stage"))
        known = data.pop("version")
        return Edit(cell, {name: list(v) if isinstance(v, tuple) else v for name, v in data.items()}, known)


class DraftsSchema(CommandSchema):
    body = fields.String(required=True, validate=validate.Length(max=80))
    cells = fields.List(
        fields.Nested(CellSchema), required=True, validate=validate.Length(min=1, max=MAX_CELLS)
    )


class DraftView(Content):
    """A draft, and who left it so, when.  In ``conflicts`` without any content: it was removed by then."""

    unit = fields.String(required=True)
    criterion = fields.String(required=True)
    stage = fields.String(required=True)
    version = fields.Integer(required=True)
    edited_at = fields.String(required=True)
    edited_by = fields.String(required=True)


class DraftsView(Schema):
    body = fields.String(required=True)
    drafts = fields.List(fields.Nested(DraftView), required=True)


class KeptView(Schema):
    """A cell that is now as the client wanted it; ``version`` 0: nothing is kept of it."""

    unit = fields.String(required=True)
    criterion = fields.String(required=True)
    stage = fields.String(required=True)
    version = fields.Integer(required=True)


class SavedView(Schema):
    """``saved_at``: by the ledger's clock.  ``conflicts``: cells as somebody else left them, untouched."""

    body = fields.String(required=True)
    saved_at = fields.String(required=True)
    saved = fields.List(fields.Nested(KeptView), required=True)
    conflicts = fields.List(fields.Nested(DraftView), required=True)


@blueprint.route("/drafts", methods=["GET"])
@blueprint.arguments(BodyArgs, location="query")
@blueprint.response(200, DraftsView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def kept_drafts(args: dict[str, str], org: str, cycle: str) -> Response:
    """What a body has not stated yet, for whoever works on it; nobody else sees any of it."""
    who = reader(org, cycle)
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    body = Body.parse(args["body"])
    check_access(who.grants, OPERATION, body)
    with read_transaction(runtime().engine) as connection:
        found = drafts_of(connection, who.ledger.ledger, body)
    return private({"body": str(body), "drafts": [_view(kept) for kept in found]})


@blueprint.route("/drafts", methods=["PUT"])
@blueprint.arguments(DraftsSchema, location="json")
@blueprint.response(200, SavedView)
@problems(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def keep_drafts(command: dict[str, Any], org: str, cycle: str) -> Response:
    """Keep up to 1000 cells, each for itself; what somebody else changed meanwhile is told, not overwritten.

    Sending the same again changes nothing.  No event comes of it.
    """
    principal = acting_principal()
    ledger = ledger_settings(org, cycle).ledger
    body = Body.parse(command["body"])
    current = runtime()
    with write_transaction(current.engine) as connection:
        now = current.clock.now(ledger, connection)
        check_access(grants_of(connection, ledger, principal.sub, now), OPERATION, body)
        saved = save(connection, ledger, body, command["cells"], who=principal.sub, now=instant(now))
    return private(
        {
            "body": str(body),
            "saved_at": instant(now),
            "saved": [
                {**_place(kept), "version": kept.version if kept.content else 0} for kept in saved.kept
            ],
            "conflicts": [_view(kept) for kept in saved.conflicts],
        }
    )


def _place(kept: Kept) -> dict[str, Any]:
    return dict(zip(("unit", "criterion", "stage"), kept.cell, strict=True))


def _view(kept: Kept) -> dict[str, Any]:
    return {
        **kept.content,
        **_place(kept),
        "version": kept.version,
        "edited_at": kept.edited_at,
        "edited_by": kept.edited_by,
    }
