"""What was entered for a body by another one, and its answers, over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.scores.api.routes import blueprint
from services.scores.board import board_of
from services.scores.seen.entries import STATES, Entered, entered_for, readable_bodies
from shared.access import AccessDenied
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.events.fields import Code
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.pagination import CursorArgs, Page, link_next
from shared.web.runtime import reader, runtime


class EntriesArgs(CursorArgs):
    """``body``: only what was entered for it.  ``state``: only these."""

    body = Code()
    state = fields.String(validate=validate.OneOf(STATES))


class EnteredView(Schema):
    """``number``: to confirm or dispute it by.  ``days``: of silence, or until the answer."""

    number = fields.Integer(required=True)
    unit = fields.String(required=True)
    criterion = fields.String(required=True)
    stage = fields.String(required=True)
    value = fields.String()
    target = fields.String()
    input_state = fields.String()
    document = fields.String()
    responsible = fields.String(required=True)
    entered_by = fields.String(required=True)
    occurred_at = fields.String(required=True)
    time = fields.String(required=True)
    state = fields.String(required=True)
    days = fields.Integer(required=True)
    replaced = fields.Boolean(required=True)
    answered_at = fields.String()
    answered_by = fields.String()
    dispute = fields.String()


class EntriesView(Schema):
    entries = fields.List(fields.Nested(EnteredView), required=True)


@blueprint.route("/entries", methods=["GET"])
@blueprint.arguments(EntriesArgs, location="query")
@blueprint.response(200, EntriesView)
@problems(blueprint, 401, 403, 404, 422)
@blueprint.doc(security=[{"bearer": []}])
def entries_for_body(args: dict[str, Any], org: str, cycle: str) -> Response:
    """Values entered on behalf, oldest first, paged; a body sees its own, the Office and auditors all."""
    who = reader(org, cycle)
    bodies = readable_bodies(who)
    asked = args.get("body")
    if asked is not None:
        if bodies is not None and asked not in bodies:
            raise AccessDenied(
                "wrong-scope",
                f"Quyền hiện có không bao gồm {asked}.",
                f"The grants held do not reach {asked}.",
            )
        bodies = frozenset({asked})
    ledger = who.ledger.ledger
    with read_transaction(runtime().engine) as connection:
        now = instant(runtime().clock.now(ledger, connection))
    found = [
        _view(entry)
        for entry in reversed(entered_for(board_of(ledger), now, bodies))
        if entry.value.number > args["after"] and args.get("state", entry.state) == entry.state
    ]
    items = found[: args["limit"]]
    more = items[-1]["number"] if len(found) > len(items) else None
    return link_next(private({"entries": items}), Page(items, more))


def _view(entry: Entered) -> dict[str, Any]:
    value = entry.value
    data = value.data
    optional = {
        "value": data.get("value"),
        "target": data.get("target"),
        "input_state": data.get("state"),
        "document": data.get("document"),
        "answered_at": value.answered_at,
        "answered_by": value.answered_by,
        "dispute": value.dispute,
    }
    return {
        "number": value.number,
        "unit": value.unit,
        "criterion": value.criterion,
        "stage": value.stage,
        "responsible": value.responsible,
        "entered_by": data["actor"]["sub"],
        "occurred_at": data["occurred_at"],
        "time": value.time,
        "state": entry.state,
        "days": entry.days,
        "replaced": entry.replaced,
        **{name: text for name, text in optional.items() if text is not None},
    }
