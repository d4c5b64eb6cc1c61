"""The self-score sheet over HTTP, as it is being filled in, and what one value would come to."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.scores.api.routes import blueprint
from services.scores.board import board_of
from services.scores.deciding.setup import in_force, unknown_unit
from services.scores.seen.self_sheet import Entry
from services.scores.seen.sheet import SeenSheet, seen_sheet
from shared.decisions import Refused
from shared.events.catalogue.scores import STAGES
from shared.events.fields import Code, DecimalString
from shared.rulebook import RESCALED, Points, Rulebook, ValueRefused, work_out
from shared.rulebook.number import show
from shared.web.answers import private
from shared.web.documents import ProblemFault, problems
from shared.web.runtime import reader


class SheetArgs(Schema):
    """``unit``: whose sheet."""

    unit = Code(required=True)


class EntryView(Schema):
    """One criterion of the sheet.  ``from``: standing, draft or none; ``version``: of the draft, 0 = none.

    ``points``: null while nothing is given or with a ``fault``, and where the criterion leaves the sum.
    ``row``: of the ladder, from 0.  ``changed``: a submission would state it anew.
    """

    criterion = fields.String(required=True)
    max = fields.String(required=True)
    source = fields.String(required=True, data_key="from")
    version = fields.Integer(required=True)
    value = fields.String()
    target = fields.String()
    state = fields.String()
    basis = fields.String()
    reason = fields.String()
    evidence = fields.List(fields.Dict(keys=fields.String()))
    points = fields.String(required=True, allow_none=True)
    row = fields.Integer(required=True, allow_none=True)
    changed = fields.Boolean(required=True)
    fault = fields.Nested(ProblemFault, required=True, allow_none=True)


class SheetView(Schema):
    """``total`` of ``max``: the self score as it is filled in; null for who sees only some criteria."""

    unit = fields.String(required=True)
    submitted = fields.Dict(required=True, allow_none=True, keys=fields.String())
    entries = fields.List(fields.Nested(EntryView), required=True)
    missing = fields.List(fields.String(), required=True)
    faulty = fields.List(fields.String(), required=True)
    total = fields.String(required=True, allow_none=True)
    max = fields.String(required=True, allow_none=True)


class PointsArgs(Schema):
    """A value as a score would state it."""

    unit = Code(required=True)
    criterion = Code(required=True)
    stage = fields.String(load_default="self", validate=validate.OneOf(STAGES))
    value = DecimalString()
    target = DecimalString()
    state = fields.String(validate=validate.OneOf(["NO_TARGET"]))


class PointsView(Schema):
    """``points``: null where the criterion leaves the sum.  ``rule``: of the rulebook, that made them."""

    points = fields.String(required=True, allow_none=True)
    max = fields.String(required=True)
    rule = fields.String(required=True)
    row = fields.Integer(required=True, allow_none=True)


@blueprint.route("/sheet", methods=["GET"])
@blueprint.arguments(SheetArgs, location="query")
@blueprint.response(200, SheetView)
@problems(blueprint, 401, 403, 404, 409, 422)
@blueprint.doc(security=[{"bearer": []}])
def sheet_of_unit(args: dict[str, Any], org: str, cycle: str) -> Response:
    """What the unit has submitted and is filling in, each value with its points, and what is missing.

    Drafts only for the unit itself; a department gets its own criteria, without the total.
    """
    return private(sheet_body(seen_sheet(reader(org, cycle), args["unit"])))


@blueprint.route("/points", methods=["GET"])
@blueprint.arguments(PointsArgs, location="query")
@blueprint.response(200, PointsView)
@problems(blueprint, 401, 404, 409, 422)
def points_of_value(args: dict[str, Any], org: str, cycle: str) -> Response:
    """What the rulebook in force makes of a value; nothing is kept, and nobody's score is told."""
    board = board_of(reader(org, cycle).ledger.ledger)
    book = in_force(board.state)
    unit = board.state.units.get(args["unit"])
    if unit is None:
        raise Refused.many(unknown_unit(args["unit"]).faults, status=404)
    given = (args.get("value"), args.get("target"), args.get("state"))
    try:
        working = work_out(book, unit.area, args["criterion"], args["stage"], *given)
    except ValueRefused as refusal:
        raise Refused(
            refusal.rule, refusal.message_vi, refusal.message_en, field=refusal.field, value=refusal.value
        ) from refusal
    most = show(book.leaf[args["criterion"]].max[unit.area], book.number.scale)
    return private(
        {"points": points_text(working.points, book), "max": most, "rule": working.rule, "row": working.row}
    )


def sheet_body(seen: SeenSheet) -> dict[str, Any]:
    """The answer of ``GET sheet``."""
    sheet, book = seen.sheet, seen.book
    submitted = sheet.submitted
    return {
        "unit": sheet.unit,
        "submitted": None
        if submitted is None
        else {
            "number": submitted.number,
            "time": submitted.time,
            "sub": submitted.data["actor"]["sub"],
            "values": submitted.data["values"],
            "changed": submitted.data["changed"],
        },
        "entries": [_entry(entry, book) for entry in sheet.entries],
        "missing": list(sheet.missing),
        "faulty": list(sheet.faulty),
        "total": show(sheet.points, book.number.scale) if seen.whole else None,
        "max": show(sheet.most, book.number.scale) if seen.whole else None,
    }


def points_text(points: Points, book: Rulebook) -> str | None:
    """Points as a decimal string; None where the criterion leaves the sum."""
    return None if points is RESCALED else show(points, book.number.scale)


def _entry(entry: Entry, book: Rulebook) -> dict[str, Any]:
    fault, working = entry.fault, entry.working
    given = {
        name: entry.given[name]
        for name in ("value", "target", "state", "basis", "reason", "evidence")
        if name in entry.given
    }
    return {
        "criterion": entry.leaf.id,
        "max": show(entry.most, book.number.scale),
        "from": "draft" if entry.draft is not None else "none" if entry.standing is None else "standing",
        "version": entry.version,
        **given,
        "points": None if working is None else points_text(working.points, book),
        "row": None if working is None else working.row,
        "changed": entry.changed,
        "fault": None
        if fault is None
        else {
            "field": fault.field,
            "value": None if fault.value is None else str(fault.value),
            "rule": fault.rule,
            "message": fault.message_vi,
            "message_en": fault.message_en,
        },
    }
