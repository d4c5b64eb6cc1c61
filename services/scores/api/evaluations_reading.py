"""External evaluations over HTTP: what arrived, how late, to whom, and which units are still missing."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from services.scores.api.routes import blueprint
from services.scores.board import Board, board_of
from services.scores.deciding.setup import in_force
from services.scores.inspected.schedule import sessions_of
from services.scores.seen.evaluations import Evaluated, Received, evaluated_for
from shared.access import AccessDenied
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import Reader, reader, runtime


class EvaluatedUnitView(Schema):
    """What an evaluation says of one unit, and when the unit said that it has read it."""

    unit = fields.String(required=True)
    value = fields.String()
    target = fields.String()
    state = fields.String()
    acknowledged_at = fields.String()


class ReceivedView(Schema):
    """``late``: by when it was received.  ``astray``: not to whom the rulebook wants it delivered."""

    evaluation = fields.String(required=True)
    document = fields.String(required=True)
    authors = fields.List(fields.String(), required=True)
    addressed_to = fields.String(required=True)
    received_at = fields.String(required=True)
    time = fields.String(required=True)
    late = fields.Boolean(required=True)
    astray = fields.Boolean(required=True)
    copy_of = fields.String()
    supersedes = fields.String()
    superseded_by = fields.String()
    reason = fields.String()
    units = fields.List(fields.Nested(EvaluatedUnitView), required=True)


class EvaluatedView(Schema):
    """A criterion that is scored by external evaluation; ``missing``: units without a value."""

    criterion = fields.String(required=True)
    due = fields.String(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    missing = fields.List(fields.String(), required=True)
    received = fields.List(fields.Nested(ReceivedView), required=True)


class EvaluationsView(Schema):
    criteria = fields.List(fields.Nested(EvaluatedView), required=True)


@blueprint.route("/evaluations", methods=["GET"])
@blueprint.response(200, EvaluationsView)
@problems(blueprint, 401, 403, 404, 409)
@blueprint.doc(security=[{"bearer": []}])
def evaluations_received(org: str, cycle: str) -> Response:
    """As far as the reader may see it: a unit its own row, authors their criteria, the Office all."""
    _, found = seen_evaluations(reader(org, cycle))
    return private({"criteria": [_criterion(one) for one in found]})


def seen_evaluations(who: Reader) -> tuple[Board, tuple[Evaluated, ...]]:
    """The board, and what ``who`` sees of the external evaluations.  Raises when that is nothing."""
    ledger = who.ledger.ledger
    board = board_of(ledger)
    book = in_force(board.state)
    with read_transaction(runtime().engine) as connection:
        now = instant(runtime().clock.now(ledger, connection))
        teams = {unit: session.team for unit, session in sessions_of(connection, ledger).items()}
    audience = who.audience(str(book.policies["live_visibility"]))
    if audience.published_only:
        if who.principal is None:
            raise Problem("token-missing")
        raise AccessDenied(
            "wrong-role",
            "Đánh giá từ bên ngoài dành cho nơi đánh giá, đơn vị được đánh giá, đoàn kiểm tra, Văn phòng.",
            "External evaluations are for their authors, the units they are about, the teams, the Office.",
        )
    return board, evaluated_for(board, book, now, audience, teams)


def _criterion(one: Evaluated) -> dict[str, Any]:
    return {
        "criterion": one.leaf.id,
        "due": one.due,
        "overdue": one.overdue,
        "missing": list(one.missing),
        "received": [_received(item) for item in one.received],
    }


def _received(item: Received) -> dict[str, Any]:
    data = item.note.data
    optional = {"superseded_by": item.superseded_by}
    optional |= {name: data.get(name) for name in ("copy_of", "supersedes", "reason")}
    return {
        "evaluation": item.id,
        "document": data["document"],
        "authors": list(data["authors"]),
        "addressed_to": data["addressed_to"],
        "received_at": item.received_at,
        "time": item.note.time,
        "late": item.late,
        "astray": item.astray,
        **{name: text for name, text in optional.items() if text is not None},
        "units": [
            {
                "unit": value.unit,
                **{name: value.data[name] for name in ("value", "target", "state") if name in value.data},
                **(
                    {"acknowledged_at": item.acknowledged[value.unit]}
                    if value.unit in item.acknowledged
                    else {}
                ),
            }
            for value in item.values
        ],
    }
