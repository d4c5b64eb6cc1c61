"""A conclusion before it is signed, over HTTP: its draft, and how it stands against the ledger now."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy import Connection

from services.inspections import reading
from services.inspections.api.reading import ReadinessArgs
from services.inspections.api.routes import blueprint
from services.inspections.commands import Adjust
from services.inspections.deciding.adjusting import compared, present
from services.inspections.deciding.asking import book_of, not_scheduled, open_unit
from services.inspections.deciding.conclusions import missing_team_scores, score_faults
from services.inspections.kept import conclusion_drafts
from services.inspections.kept.conclusion_drafts import Kept
from services.inspections.projections import known_of
from services.inspections.state import State, Visit, fold
from shared.access import Grant, Target, decide_access
from shared.access.directory import grants_of
from shared.access.tokens import TokenMissing
from shared.commanding import CommandSchema
from shared.database import read_transaction, write_transaction
from shared.events.catalogue.inspections import RecognisedModel
from shared.events.envelope import instant
from shared.events.fields import Code, DecimalString, Text
from shared.rulebook import number
from shared.web.answers import private
from shared.web.documents import ProblemFault, problems
from shared.web.etags import require_match
from shared.web.hats import hats
from shared.web.problems import Problem, fault_body
from shared.web.runtime import acting_principal, ledger_settings, reader, runtime

DRAFTING = "inspections.keep_conclusion_draft"
READING = "inspections.sign_conclusion"
"""A draft is read by whoever may come to sign it: leader, secretary and members of the unit's own team."""


class DraftScore(CommandSchema):
    """A score of the team's own; it may be wrong still."""

    criterion = Code(required=True)
    value = Text(maximum=64)


class DraftAdjustment(CommandSchema):
    """``from_self``, ``from_effective``: what its author saw when he wrote it."""

    criterion = Code(required=True)
    from_self = DecimalString(allow_none=True)
    from_effective = DecimalString(allow_none=True)
    to = Text(maximum=64)
    reason = Text(maximum=1000)


class DraftSchema(CommandSchema):
    """What a draft may say: as the conclusion, none of it required, no value compared with the rulebook.

    ``ready``: laid before the leader; whoever changes the draft afterwards says it again.
    """

    strengths = Text()
    limitations = Text()
    orientation = Text()
    scores = fields.List(fields.Nested(DraftScore), validate=validate.Length(max=60))
    adjustments = fields.List(fields.Nested(DraftAdjustment), validate=validate.Length(max=100))
    recognised_models = fields.List(fields.Nested(RecognisedModel), validate=validate.Length(max=40))
    ready = fields.Boolean(truthy={True}, falsy={False})


class DraftView(Schema):
    """``version`` 0: there is no draft.  Its ETag is the version."""

    unit = fields.String(required=True)
    version = fields.Integer(required=True)
    edited_at = fields.String(required=True, allow_none=True)
    edited_by = fields.String(required=True, allow_none=True)
    draft = fields.Nested(DraftSchema, required=True)


@blueprint.route("/conclusions/draft", methods=["GET"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.response(200, DraftView)
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def conclusion_draft(args: dict[str, str], org: str, cycle: str) -> Response:
    """The draft of a unit's conclusion, for the unit's own team; nobody else sees any of it."""
    who = reader(org, cycle)
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    unit, ledger = args["unit"], who.ledger.ledger
    with read_transaction(runtime().engine) as connection:
        _in_team(who.grants, READING, _visit(connection, ledger, unit))
        kept = conclusion_drafts.draft_of(connection, ledger, unit)
    return _answer(unit, kept)


@blueprint.route("/conclusions/draft", methods=["PUT"])
@blueprint.arguments(ReadinessArgs, location="query")
@blueprint.arguments(DraftSchema, location="json")
@blueprint.response(200, DraftView)
@problems(blueprint, 400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)
@blueprint.doc(security=[{"bearer": []}])
def keep_conclusion_draft(args: dict[str, str], draft: dict[str, Any], org: str, cycle: str) -> Response:
    """Keep the draft in place of the one named by `If-Match`; by the team's secretary or leader, until it is
    signed.  What is there already is kept without asking for the version, so sending again is safe."""
    principal = acting_principal()
    ledger = ledger_settings(org, cycle).ledger
    unit, current = args["unit"], runtime()
    content = {name: list(given) if isinstance(given, tuple) else given for name, given in draft.items()}
    with write_transaction(current.engine) as connection:
        now = current.clock.now(ledger, connection)
        visit = _visit(connection, ledger, unit)
        _in_team(grants_of(connection, ledger, principal.sub, now), DRAFTING, visit)
        if visit.concluded:
            raise Problem("already-concluded")
        held = conclusion_drafts.draft_of(connection, ledger, unit)
        if held.version and held.content == content:
            return _answer(unit, held)
        require_match(_tag(held))
        kept = conclusion_drafts.keep(
            connection, ledger, unit, content, held.version, who=principal.sub, now=instant(now)
        )
        if kept is None:
            raise Problem("precondition-failed")
    return _answer(unit, kept)


class CheckedAdjustment(DraftAdjustment):
    """As in a draft: ``to`` may still be lacking."""

    def build(self, data: dict[str, Any]) -> Adjust:
        stated = frozenset(data.keys() & {"from_self", "from_effective"})
        return Adjust(**{"to": "", "reason": "", **data}, stated=stated)


class CheckedScore(DraftScore):
    value = Text(required=True, maximum=64)


class CheckSchema(CommandSchema):
    unit = Code(required=True)
    scores = fields.List(fields.Nested(CheckedScore), validate=validate.Length(max=60))
    adjustments = fields.List(fields.Nested(CheckedAdjustment), validate=validate.Length(max=100))


class AdjustmentNow(Schema):
    """``from_self``, ``from_effective``: what the ledger has now.  ``stale``: it was written over another
    value.  ``change``: what ``to`` adds to the points that count now, null while it cannot be said."""

    criterion = fields.String(required=True)
    from_self = fields.String(required=True, allow_none=True)
    from_effective = fields.String(required=True, allow_none=True)
    stale = fields.Boolean(required=True)
    change = fields.String(required=True, allow_none=True)


class CheckedView(Schema):
    """At ``base_position`` of the ledger.  ``faults`` name their field (``adjustments.0.to``); ``missing``:
    own criteria of the team that have no score yet."""

    unit = fields.String(required=True)
    base_position = fields.Integer(required=True)
    adjustments = fields.List(fields.Nested(AdjustmentNow), required=True)
    faults = fields.List(fields.Nested(ProblemFault), required=True)
    missing = fields.List(fields.String(), required=True)


@blueprint.route("/conclusions/check", methods=["POST"])
@blueprint.arguments(CheckSchema, location="json")
@blueprint.response(200, CheckedView)
@problems(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def check_conclusion(command: dict[str, Any], org: str, cycle: str) -> Response:
    """What the scores and adjustments of a conclusion meet in the ledger now, before anybody signs.

    For the unit's own team.  Nothing is stated by it.
    """
    principal = acting_principal()
    ledger = ledger_settings(org, cycle)
    current, unit = runtime(), command["unit"]
    with read_transaction(current.engine) as connection:
        now = current.clock.now(ledger.ledger, connection)
        visit = _visit(connection, ledger.ledger, unit)
        _in_team(grants_of(connection, ledger.ledger, principal.sub, now), READING, visit)
        known = known_of(connection, ledger.ledger, ledger.timezone, [unit])
    book, held = book_of(known), open_unit(known, unit)
    given: tuple[Adjust, ...] = command.get("adjustments", ())
    scores: tuple[dict[str, str], ...] = command.get("scores", ())
    found = compared(book, held, given)
    stale = {fault.field.rpartition(".")[0] for fault in found.stale if fault.field}
    rows = []
    for place, one in enumerate(given):
        leaf = book.leaf.get(one.criterion)
        there = {"from_self": None, "from_effective": None} if leaf is None else present(book, held, leaf)
        rows.append(
            {
                "criterion": one.criterion,
                **there,
                "stale": f"adjustments.{place}" in stale,
                "change": _change(one.to, there["from_effective"], found.made, one.criterion),
            }
        )
    return private(
        {
            "unit": unit,
            "base_position": known.base_position,
            "adjustments": rows,
            "faults": [fault_body(one) for one in (*score_faults(book, held, scores), *found.faults)],
            "missing": [fault.value for fault in missing_team_scores(book, held, scores)],
        }
    )


def _change(to: str, now: str | None, made: tuple[dict[str, Any], ...], criterion: str) -> str | None:
    """What ``to`` adds to the points ``now``, where the rulebook takes ``to``."""
    if all(entry["criterion"] != criterion for entry in made):
        return None
    before = Fraction(0) if now is None else number.parse(now)
    return number.shortest(number.parse(to) - before)


def _visit(connection: Connection, ledger: str, unit: str) -> Visit:
    state: State = fold(reading.events_of(connection, ledger, unit))
    return state.visit(unit)


def _in_team(grants: tuple[Grant, ...], operation: str, visit: Visit) -> None:
    """Turn away whoever none of whose hats allows ``operation`` at the unit: several are as good as one."""
    target = Target(unit=visit.unit, team=visit.slot.team if visit.slot else None)
    if not hats(grants, operation, target):
        decide_access(grants, operation, target)
    if visit.slot is None:
        raise not_scheduled(visit.unit)


def _tag(kept: Kept) -> str:
    return f"draft-{kept.version}"


def _answer(unit: str, kept: Kept) -> Response:
    response = private(
        {
            "unit": unit,
            "version": kept.version,
            "edited_at": kept.edited_at,
            "edited_by": kept.edited_by,
            "draft": kept.content,
        }
    )
    response.set_etag(_tag(kept))
    return response
