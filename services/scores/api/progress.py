"""How far scoring is, and how units used the software, over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.scores.api.routes import blueprint
from services.scores.progress.matrix import Cell, Row, Scorer
from services.scores.seen.progress import seen_progress, seen_report
from shared.events.fields import Code
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.runtime import reader


class CompletenessArgs(Schema):
    """``unit``, ``department``: only this one."""

    unit = Code()
    department = Code()


class CellView(Schema):
    """What one body has to score: criteria ``asked`` and ``missing``; ``due``: an exclusive instant."""

    department = fields.String(required=True)
    asked = fields.Integer(required=True)
    missing = fields.List(fields.String(), required=True)
    due = fields.String(required=True, allow_none=True)


class SheetCellView(Schema):
    """The unit's own sheet; ``submitted``: when, last."""

    asked = fields.Integer(required=True)
    missing = fields.List(fields.String(), required=True)
    due = fields.String(required=True, allow_none=True)
    submitted = fields.String(required=True, allow_none=True)


class SessionView(Schema):
    """A half-day at the unit."""

    date = fields.String(required=True)
    session = fields.String(required=True)
    team = fields.String(required=True)


class UnitProgressView(Schema):
    """``turn``: whom the unit waits for, the next first.  ``days``: until its inspection."""

    unit = fields.String(required=True)
    area = fields.String(required=True)
    inspection = fields.Nested(SessionView, required=True, allow_none=True)
    days = fields.Integer(required=True, allow_none=True)
    sheet = fields.Nested(SheetCellView, required=True, allow_none=True)
    departments = fields.List(fields.Nested(CellView), required=True)
    turn = fields.List(fields.String(), required=True)


class ScorerView(Schema):
    """One body over the units listed; ``units``: that still lack a value, ``late``: of those, overdue."""

    department = fields.String(required=True)
    name = fields.String(required=True)
    asked = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    units = fields.Integer(required=True)
    late = fields.Integer(required=True)
    due = fields.String(required=True, allow_none=True)


class CompletenessView(Schema):
    """``upto``: number of the newest own event that was read; ``at``: the ledger's time."""

    upto = fields.Integer(required=True)
    at = fields.String(required=True)
    units = fields.List(fields.Nested(UnitProgressView), required=True)
    departments = fields.List(fields.Nested(ScorerView), required=True)


class ReportArgs(Schema):
    """``upto``: count own events to this number; ``unit``: only this one."""

    upto = fields.Integer(strict=False, validate=validate.Range(min=1, max=2**53 - 1))
    unit = Code()


class UseView(Schema):
    """How one unit used the software at stage self; see docs/decisions/0029."""

    unit = fields.String(required=True)
    area = fields.String(required=True)
    submitted = fields.String(required=True, allow_none=True)
    due = fields.String(required=True, allow_none=True)
    on_time = fields.Boolean(required=True, allow_none=True)
    submissions = fields.Integer(required=True)
    asked = fields.Integer(required=True)
    values = fields.Integer(required=True)
    self_entered = fields.Integer(required=True)
    entered_for = fields.Integer(required=True)
    with_evidence = fields.Integer(required=True)
    corrections = fields.Integer(required=True)
    withdrawals = fields.Integer(required=True)


class ReportView(Schema):
    """The same bytes for the same ``upto``, for ever."""

    format = fields.String(required=True)
    ledger = fields.String(required=True)
    upto = fields.Integer(required=True)
    rulebook = fields.String(required=True)
    units = fields.List(fields.Nested(UseView), required=True)


@blueprint.route("/completeness", methods=["GET"])
@blueprint.arguments(CompletenessArgs, location="query")
@blueprint.response(200, CompletenessView)
@problems(blueprint, 401, 403, 404, 422)
@blueprint.doc(security=[{"bearer": []}])
def completeness(args: dict[str, Any], org: str, cycle: str) -> Response:
    """What is missing per unit and per scorer, whose turn it is, and how long until the inspection.

    The Office, the Standing Committee and auditors see all, a department its own criteria, a unit its own
    row, a team the rows of its units.
    """
    seen = seen_progress(reader(org, cycle), args.get("unit"), args.get("department"))
    return private(
        {
            "upto": seen.progress.last,
            "at": seen.now,
            "units": [_row(row) for row in seen.progress.rows],
            "departments": [_scorer(scorer) for scorer in seen.progress.scorers],
        }
    )


@blueprint.route("/software-use", methods=["GET"])
@blueprint.arguments(ReportArgs, location="query")
@blueprint.response(
    200,
    ReportView,
    headers={
        "ETag": {"description": "SHA-256 of the bytes, in hex.", "schema": {"type": "string"}},
        "Bangvang-Sequence": {
            "description": "Number of the newest event that counted, scores:57.",
            "schema": {"type": "string"},
        },
    },
)
@problems(blueprint, 401, 403, 404, 422)
@blueprint.doc(security=[{"bearer": []}])
def software_use(args: dict[str, Any], org: str, cycle: str) -> Response:
    """How units used the software: on time, self-entered or entered for them, corrections, evidence.

    A file in canonical JSON whose bytes never change for one `upto`: a score may cite it as evidence by its
    name, digest and size.  The Office, the Standing Committee and auditors get all units; with `unit`, that
    unit and its inspection team get its own.
    """
    report = seen_report(reader(org, cycle), args.get("upto"), args.get("unit"))
    evidence = report.evidence
    response = Response(report.document, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{report.name}"'
    response.headers["Bangvang-Sequence"] = f"scores:{report.upto}"
    response.headers["Cache-Control"] = "private, no-store"
    response.set_etag(evidence["sha256"].removeprefix("sha256:"))
    return response


def _row(row: Row) -> dict[str, Any]:
    session, sheet = row.session, row.sheet
    return {
        "unit": row.unit,
        "area": row.area,
        "inspection": None
        if session is None
        else {
            "date": session.date,
            "session": "AFTERNOON" if session.afternoon else "MORNING",
            "team": session.team,
        },
        "days": row.days,
        "sheet": None if sheet is None else {**_asked(sheet), "submitted": row.submitted},
        "departments": [{"department": cell.body, **_asked(cell)} for cell in row.cells],
        "turn": list(row.turn),
    }


def _asked(cell: Cell) -> dict[str, Any]:
    return {"asked": len(cell.asked), "missing": list(cell.missing), "due": cell.due}


def _scorer(scorer: Scorer) -> dict[str, Any]:
    return {
        "department": scorer.body,
        "name": scorer.name,
        "asked": scorer.asked,
        "missing": scorer.missing,
        "units": scorer.units,
        "late": scorer.late,
        "due": scorer.due,
    }
