"""Who may do what, on any day, and who scores which criterion, over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.scores.api.answers import reader_for
from services.scores.api.routes import blueprint
from services.scores.board import board_of
from services.scores.deciding.setup import in_force
from services.scores.seen import people
from services.scores.seen.people import Holding
from shared.access import Grant
from shared.database import read_transaction
from shared.deciding import without_none
from shared.events.catalogue.scores import STAGES
from shared.events.fields import Code, Text
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.pagination import CursorArgs, link_next, page_of
from shared.web.runtime import Reader, runtime

OPERATION = "scores.read_setup"
_POSITION = validate.Range(min=0, max=2**53 - 1)


class MomentArgs(Schema):
    """``on``: a day (its last instant; today: now) or a UTC instant, default now.

    ``position``: as known from the first so many events of the ledger, default all.
    """

    on = fields.String(validate=validate.Length(max=40))
    position = fields.Integer(validate=_POSITION)


class GrantArgs(CursorArgs, MomentArgs):
    """``sub``, ``role``, ``scope``: only those.  ``all``: those that are not in force then too."""

    sub = Text(maximum=128)
    role = Code()
    scope = Code()
    all = fields.Boolean(load_default=False)


class GrantView(Schema):
    """``number``: cursor.  ``until``: exclusive, the end that counts.  ``origin``: grant, opening or team."""

    number = fields.Integer(required=True)
    grant = fields.String(required=True)
    sub = fields.String(required=True)
    role = fields.String(required=True)
    scope = fields.String(required=True)
    start = fields.String(required=True, data_key="from")
    until = fields.String()
    in_force = fields.Boolean(required=True)
    origin = fields.String(required=True)
    account = fields.String(required=True)
    label = fields.String()
    given_position = fields.Integer(required=True)
    given_by = fields.String()
    invitation = fields.String()
    handed_over_from = fields.String()
    handed_over_to = fields.String()
    ended_position = fields.Integer()
    ended_by = fields.String()
    reason = fields.String()


class GrantsView(Schema):
    """``on``: the instant that was asked for."""

    on = fields.String(required=True)
    grants = fields.List(fields.Nested(GrantView), required=True)


class MayArgs(MomentArgs):
    """``operation``: as the table of rules names it; ``stage``, ``team``: where the rule asks for them."""

    sub = Text(required=True, maximum=128)
    operation = fields.String(required=True, validate=validate.Length(min=1, max=64))
    unit = Code()
    criterion = Code()
    stage = fields.String(validate=validate.OneOf(STAGES))
    team = Code()


class MayView(Schema):
    """``hats``: in which he may; several: he has to name one.  ``reason``: why he may not."""

    on = fields.String(required=True)
    allowed = fields.Boolean(required=True)
    hats = fields.List(fields.String(), required=True)
    on_behalf = fields.Boolean(required=True)
    why = fields.List(fields.String(), required=True)
    reason = fields.String()
    message = fields.String()
    message_en = fields.String()


class AssignmentView(Schema):
    owner = fields.String(required=True)
    start = fields.String(required=True, data_key="from")
    until = fields.String()
    document = fields.String(required=True)
    number = fields.Integer(required=True)


class CriterionView(Schema):
    """``owner``: by the rulebook; ``scored_by``: at the instant that was asked for."""

    criterion = fields.String(required=True)
    label = fields.String(required=True)
    owner = fields.String(required=True)
    joint = fields.List(fields.String(), required=True)
    scored_by = fields.String(required=True)
    assignments = fields.List(fields.Nested(AssignmentView), required=True)


class CriteriaView(Schema):
    on = fields.String(required=True)
    criteria = fields.List(fields.Nested(CriterionView), required=True)


class OnArgs(Schema):
    """``on``: a day or a UTC instant, default now."""

    on = fields.String(validate=validate.Length(max=40))


@blueprint.route("/grants", methods=["GET"])
@blueprint.arguments(GrantArgs, location="query")
@blueprint.response(200, GrantsView)
@problems(blueprint, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def grants(args: dict[str, Any], org: str, cycle: str) -> Response:
    """Who might do what then: the grants in force, who gave them, why they ended; paged."""
    who = reader_for(org, cycle, OPERATION)
    found, moment = _known(who, args)
    seen = [
        holding
        for holding in found
        if holding.number > args["after"]
        and (args["all"] or holding.grant.holds_at(moment))
        and all(
            getattr(holding.grant, name) == args[name] for name in ("sub", "role", "scope") if name in args
        )
    ]
    page = page_of(seen[: args["limit"] + 1], args["limit"], lambda holding: holding.number)
    body = {"on": moment, "grants": [_grant(holding, moment) for holding in page.items]}
    return link_next(private(body), page)


@blueprint.route("/may", methods=["GET"])
@blueprint.arguments(MayArgs, location="query")
@blueprint.response(200, MayView)
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def may(args: dict[str, Any], org: str, cycle: str) -> Response:
    """Whether somebody might do something on a day, and in which role, or why not."""
    who = reader_for(org, cycle, OPERATION)
    found, moment = _known(who, args)
    held: list[Grant] = [
        holding.grant for holding in people.in_force_at(found, moment) if holding.grant.sub == args["sub"]
    ]
    about = {name: args.get(name) for name in ("unit", "criterion", "stage", "team")}
    target = people.target_of(board_of(who.ledger.ledger).state, moment, **about)
    verdict = people.may(held, args["operation"], target)
    body = {
        "on": moment,
        "allowed": verdict.allowed,
        "hats": list(verdict.hats),
        "on_behalf": verdict.on_behalf,
        "why": list(verdict.why),
        **without_none(reason=verdict.reason, message=verdict.vi, message_en=verdict.en),
    }
    return private(body)


@blueprint.route("/assignments", methods=["GET"])
@blueprint.arguments(OnArgs, location="query")
@blueprint.response(200, CriteriaView)
@problems(blueprint, 401, 403, 404, 409, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def assignments(args: dict[str, Any], org: str, cycle: str) -> Response:
    """Who scores each criterion at an instant: the rulebook's owner, or the body that it is assigned to."""
    who = reader_for(org, cycle, OPERATION)
    board = board_of(who.ledger.ledger)
    moment = _moment(who, args)
    noted = board.noted("scoring.assigned.v1")
    criteria = [
        {
            "criterion": leaf.id,
            "label": leaf.label,
            "owner": leaf.owner,
            "joint": list(leaf.joint),
            "scored_by": board.state.owner(leaf, moment),
            "assignments": [
                {
                    "owner": note.data["owner"],
                    "from": note.data["from"],
                    **without_none(until=note.data.get("until")),
                    "document": note.data["document"],
                    "number": note.number,
                }
                for note in noted
                if note.data["criterion"] == leaf.id
            ],
        }
        for leaf in in_force(board.state).leaves
    ]
    return private({"on": moment, "criteria": criteria})


def _known(who: Reader, args: dict[str, Any]) -> tuple[tuple[Holding, ...], str]:
    """Every grant as known at the position that was asked for, and the instant that was."""
    board = board_of(who.ledger.ledger)
    with read_transaction(runtime().engine) as connection:
        found = people.holdings(connection, board, args.get("position"))
    return found, _moment(who, args)


def _moment(who: Reader, args: dict[str, Any]) -> str:
    current = runtime()
    with read_transaction(current.engine) as connection:
        now = current.clock.now(who.ledger.ledger, connection)
    return people.moment_of(args.get("on"), now, who.ledger.timezone)


def _grant(holding: Holding, moment: str) -> dict[str, Any]:
    grant, known = holding.grant, holding.known
    return {
        "number": holding.number,
        "grant": grant.grant,
        "sub": grant.sub,
        "role": grant.role,
        "scope": grant.scope,
        "from": grant.valid_from,
        "in_force": grant.holds_at(moment),
        "origin": holding.origin,
        "account": holding.account,
        "given_position": known.given,
        **without_none(
            until=grant.valid_until,
            label=holding.label or None,
            given_by=holding.given_by,
            invitation=holding.said("invitation"),
            handed_over_from=holding.said("handed_over_from"),
            handed_over_to=holding.successor,
            ended_position=known.ended,
            ended_by=holding.ended_by,
            reason=holding.reason,
        ),
    }
