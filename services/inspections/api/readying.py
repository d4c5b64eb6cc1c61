"""What helps to state a unit's preparations over HTTP: advice, lists from files, last year's limitations.

Nothing here states anything: what is read goes into a form, and the form into a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, request
from marshmallow import Schema, fields, validate

from services.inspections import reading
from services.inspections.api.reading import ReadinessArgs, checked_row
from services.inspections.api.routes import blueprint
from services.inspections.attendance_words import deviation_words
from services.inspections.deciding.asking import book_of
from services.inspections.deciding.attending import deviations
from services.inspections.deciding.session import predecessors
from services.inspections.known import Known
from services.inspections.list_kinds import limitations_list, subordinates_list, subordinates_template
from services.inspections.list_reading import ListOf, entries_of
from services.inspections.previous import MOST, Previous, limitations_of
from services.inspections.projections import known_of, register_of
from services.inspections.state import State
from shared.access import HatNeeded, Target, decide_access
from shared.access.directory import grants_of, settings_of
from shared.database import read_transaction
from shared.decisions import Refused
from shared.events.fields import CODE, Code
from shared.files.entries import Entry
from shared.files.grid import MAX_BYTES
from shared.files.reading import read_file
from shared.web.answers import private
from shared.web.commands import documented, guarded
from shared.web.documents import ProblemFault, problems
from shared.web.problems import Problem
from shared.web.runtime import acting_principal, reader, runtime
from shared.workbooks import XLSX

OCTETS = "application/octet-stream"
_ATTENDING = 60


class AdviceArgs(ReadinessArgs):
    """``attendee``: ``role`` or ``role:subordinate``, once for each; no name is asked.  ``reason``: any."""

    attendee = fields.List(fields.String(), load_default=list, validate=validate.Length(max=_ATTENDING))
    reason = fields.String(validate=validate.Length(max=1000))


class DeviationView(Schema):
    """``code`` as in the fact; what it says in both languages."""

    code = fields.String(required=True)
    vi = fields.String(required=True)
    en = fields.String(required=True)


class AdviceView(Schema):
    """What a list like this would depart from; none of it keeps anybody from declaring it."""

    unit = fields.String(required=True)
    deviations = fields.List(fields.Nested(DeviationView), required=True)


@blueprint.route("/attendance/advice", methods=["GET"])
@blueprint.arguments(AdviceArgs, location="query")
@blueprint.response(200, AdviceView)
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def attendance_advice(args: dict[str, Any], org: str, cycle: str) -> Response:
    """Where a list of attendees would depart from the rule of 2 + 2, before it is declared."""
    who, unit = reader(org, cycle), args["unit"]
    with read_transaction(runtime().engine) as connection:
        state = reading.state_of(connection, who.ledger.ledger)
        known = known_of(connection, who.ledger.ledger, who.ledger.timezone, [unit])
    checked_row(who, None, state, unit)
    held = known.units.get(unit)
    if held is None:
        raise Problem("unknown-unit", status=404)
    attending = [_attendee(text, place) for place, text in enumerate(args["attendee"])]
    registered = state.visit(unit).record.subordinates
    found = deviations(book_of(known), held.area, attending, registered, args.get("reason"))
    return private({"unit": unit, "deviations": deviation_rows(known, found, registered)})


def deviation_rows(known: Known, codes: Sequence[str], registered: Sequence[Any]) -> list[dict[str, str]]:
    """Each code with its words."""
    book = book_of(known)
    return [
        {"code": code, "vi": vi, "en": en}
        for code in codes
        for vi, en in [deviation_words(code, book, registered)]
    ]


def _attendee(text: str, place: int) -> dict[str, str]:
    role, _, subordinate = text.partition(":")
    if not CODE.fullmatch(role) or (subordinate and not CODE.fullmatch(subordinate)):
        vi, en = "Ghi vai trò, hoặc vai trò:đơn vị trực thuộc.", "A role, or role:subordinate."
        raise Refused("not-a-code", vi, en, field=f"attendee.{place}", value=text)
    return {"role": role, **({"subordinate": subordinate} if subordinate else {})}


class CellFault(ProblemFault):
    """A fault at a cell of the file: ``sheet`` and ``cell`` such as ``C7``."""

    sheet = fields.String(required=True)
    cell = fields.String(required=True)


class ListedRow(Schema):
    """What a row says, as a command takes it.  A bad row has what could be read of it."""

    sheet = fields.String(required=True)
    cell = fields.String(required=True)
    bad = fields.Boolean(required=True)
    says = fields.Dict(required=True, keys=fields.String(), values=fields.String())


class ListView(Schema):
    rows = fields.List(fields.Nested(ListedRow), required=True)
    faults = fields.List(fields.Nested(CellFault), required=True)


_FILE = {
    "required": True,
    "description": "The file itself, xlsx or CSV; which of them is found out from its content.",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (OCTETS, XLSX)},
}


@blueprint.route("/subordinates/preview", methods=["POST"])
@documented(blueprint, requestBody=_FILE)
@blueprint.response(200, ListView)
@partial(guarded, max_body=MAX_BYTES + 1)
@blueprint.arguments(ReadinessArgs, location="query")
def preview_subordinates(args: dict[str, str], org: str, cycle: str) -> Response:
    """The list that a file holds, every bad cell named.  Nothing is kept and nothing is stated."""
    known = _may(args["unit"], "inspections.register_subordinates")
    return private(_listed(subordinates_list(book_of(known))))


@blueprint.route("/limitations/preview", methods=["POST"])
@documented(blueprint, requestBody=_FILE)
@blueprint.response(200, ListView)
@partial(guarded, max_body=MAX_BYTES + 1)
@blueprint.arguments(ReadinessArgs, location="query")
def preview_limitations(args: dict[str, str], org: str, cycle: str) -> Response:
    """The limitations that a file holds, every bad cell named.  Nothing is kept and nothing is stated."""
    _may(args["unit"], "inspections.carry_limitations")
    return private(_listed(limitations_list()))


def _may(unit: str, operation: str) -> Known:
    """What is known of the unit; refuses who may not do ``operation`` there."""
    principal, settings, current = acting_principal(), g.ledger_settings, runtime()
    with read_transaction(current.engine) as connection:
        now = current.clock.now(settings.ledger, connection)
        grants = grants_of(connection, settings.ledger, principal.sub, now)
        known = known_of(connection, settings.ledger, settings.timezone, [unit])
    decide_access(grants, operation, Target(unit=unit), request.headers.get("Acting-As"))
    return known


def _listed(kind: ListOf) -> dict[str, Any]:
    if request.mimetype not in (OCTETS, XLSX, "text/csv"):
        raise Problem(
            "unsupported-media-type",
            f"Gửi chính nội dung tệp, Content-Type: {OCTETS} (không dùng biểu mẫu multipart).",
            f"Send the file itself with Content-Type: {OCTETS}, no multipart form.",
        )
    found = entries_of(read_file(request.get_data(cache=False)), kind)
    return {
        "rows": [_row(one) for one in found if one.given],
        "faults": [
            {
                "sheet": one.sheet,
                "cell": one.address_of(fault.field),
                "field": fault.field,
                "value": fault.value,
                "rule": fault.rule,
                "message": fault.vi,
                "message_en": fault.en,
            }
            for one in found
            for fault in one.faults
        ],
    }


def _row(entry: Entry) -> dict[str, Any]:
    says = {name: str(value) for name, value in entry.given.items()}
    return {"sheet": entry.sheet, "cell": entry.cells[""], "bad": bool(entry.faults), "says": says}


@blueprint.route("/subordinates/template.xlsx", methods=["GET"])
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(
    security=[{"bearer": []}],
    responses={
        "200": {
            "description": "The file, to be saved.",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
@blueprint.arguments(ReadinessArgs, location="query")
def subordinates_form(args: dict[str, str], org: str, cycle: str) -> Response:
    """A workbook to fill in; the unit's list as it stands is in it."""
    who, unit, current = reader(org, cycle), args["unit"], runtime()
    with read_transaction(current.engine) as connection:
        state = reading.state_of(connection, who.ledger.ledger)
        known = known_of(connection, who.ledger.ledger, who.ledger.timezone, [unit])
        now = current.clock.now(who.ledger.ledger, connection)
    checked_row(who, None, state, unit)
    local = now.astimezone(ZoneInfo(who.ledger.timezone)).replace(tzinfo=None, microsecond=0)
    made = subordinates_template(book_of(known), state.visit(unit).record.subordinates, local)
    response = Response(made, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="truc-thuoc-{unit}.xlsx"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


class PreviousArgs(ReadinessArgs):
    """``from``: last year's cycle, of the same organisation."""

    before = Code(required=True, data_key="from")


class PreviousRow(Schema):
    ref = fields.String(required=True)
    text = fields.String(required=True)
    cycle = fields.String(required=True)
    unit = fields.String()


class PreviousView(Schema):
    """What may be carried; ``document``: the conclusion that says so, null where no conclusion does."""

    unit = fields.String(required=True)
    document = fields.String(required=True, allow_none=True)
    limitations = fields.List(fields.Nested(PreviousRow), required=True)


@blueprint.route("/limitations/previous", methods=["GET"])
@blueprint.arguments(PreviousArgs, location="query")
@blueprint.response(200, PreviousView)
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def previous_limitations(args: dict[str, str], org: str, cycle: str) -> Response:
    """Last year's limitations of the unit and of its predecessors, out of last year's ledger.

    For who may carry them; those that this year's ledger has already are left out.
    """
    who, unit = reader(org, cycle), args["unit"]
    if who.principal is None:
        raise Problem("token-missing")
    with suppress(HatNeeded):  # looking is no act: several hats that allow it are as good as one
        decide_access(who.grants, "inspections.carry_limitations", Target(unit=unit))
    before, ledger = f"{org}/{args['before']}", who.ledger.ledger
    with read_transaction(runtime().engine) as connection:
        if before == ledger or settings_of(connection, before) is None:
            raise Problem(
                "unknown-ledger",
                f"Không có sổ “{before}” trong dịch vụ này.",
                f'This service knows no ledger "{before}".',
            )
        state = reading.state_of(connection, ledger)
        known = register_of(connection, ledger, who.ledger.timezone)
        held = known.units.get(unit)
        if held is None:
            raise Problem("unknown-unit", status=404)
        found: list[Previous] = []
        numbers: list[int] = []
        for code in (unit, *predecessors(known, held)):
            events = reading.events_of(connection, before, code)
            some, number = limitations_of(code, args["before"], events, own=code == unit)
            found += some
            numbers += [number] if number else []
    return private(
        {
            "unit": unit,
            "document": f"{before} inspections/{', '.join(map(str, numbers))}"[:100] if numbers else None,
            "limitations": _not_carried(state, unit, found),
        }
    )


def _not_carried(state: State, unit: str, found: Sequence[Previous]) -> list[dict[str, str]]:
    carried = state.visit(unit).record.limitations
    return [
        {
            "ref": one.ref,
            "text": one.text,
            "cycle": one.cycle,
            **({} if one.unit is None else {"unit": one.unit}),
        }
        for one in found
        if one.ref not in carried
    ][:MOST]
