"""Webhooks over HTTP: a department says where its system wants to be told, and sees what was told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy import Connection

from services.scores.api.routes import blueprint
from services.scores.schemas import NothingSchema
from services.scores.webhooks import deliveries, subscriptions
from services.scores.webhooks.address import MAX_URL, check_url
from services.scores.webhooks.concern import TYPES
from services.scores.webhooks.deliveries import PING, Delivery
from services.scores.webhooks.subscriptions import Subscription
from shared.access import HatNeeded, Target, decide_access
from shared.access.directory import grants_of
from shared.access.grants import Grant, Scope
from shared.commanding import CommandSchema
from shared.database import read_transaction, write_transaction
from shared.events.envelope import instant
from shared.ledger import reader as ledger_reader
from shared.web.answers import private
from shared.web.documents import problems
from shared.web.pagination import CursorArgs, link_next, page_of
from shared.web.problems import Problem
from shared.web.runtime import acting_principal, ledger_settings, reader, runtime

OPERATION = "scores.keep_webhook"
_REFUSED = (400, 401, 403, 404, 409, 413, 415, 422, 503)


class WebhookSchema(CommandSchema):
    """``url``: https, a public address, port 443 or 8443.  ``types``: default all that concern it."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=MAX_URL))
    types = fields.List(
        fields.String(validate=validate.OneOf(TYPES)), validate=validate.Length(max=len(TYPES))
    )


class RedeliverSchema(CommandSchema):
    """``position``: of an event that was to be told to this webhook."""

    position = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2**53 - 1))


class WebhookView(Schema):
    """``from_position``: the first event that is told.  Times are those of the machine, not of the ledger."""

    webhook = fields.String(required=True)
    department = fields.String(required=True)
    url = fields.String(required=True)
    types = fields.List(fields.String(), required=True)
    from_position = fields.Integer(required=True)
    made_at = fields.String(required=True)
    made_by = fields.String(required=True)
    ended_at = fields.String()


class MadeView(WebhookView):
    """``secret`` is told here and nowhere else."""

    secret = fields.String(required=True)


class WebhooksView(Schema):
    webhooks = fields.List(fields.Nested(WebhookView), required=True)


class DeliveryView(Schema):
    """``state``: waiting, delivered, given_up.  ``position``: null for a ping.  ``message``: webhook-id."""

    position = fields.Integer(required=True, allow_none=True)
    message = fields.String(required=True)
    type = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["waiting", "delivered", "given_up"]))
    attempts = fields.Integer(required=True)
    planned_at = fields.String(required=True)
    next_at = fields.String()
    delivered_at = fields.String()
    last_answer = fields.String()


class DeliveriesView(Schema):
    deliveries = fields.List(fields.Nested(DeliveryView), required=True)


@dataclass(frozen=True, slots=True)
class _Keeper:
    """Who keeps webhooks in a transaction: the departments that he speaks for.  ``now``: the machine's."""

    connection: Connection
    ledger: str
    sub: str
    departments: tuple[str, ...]
    now: str


@blueprint.route("/webhooks", methods=["POST"])
@blueprint.arguments(WebhookSchema, location="json")
@blueprint.response(201, MadeView)
@problems(blueprint, *_REFUSED)
@blueprint.doc(security=[{"bearer": []}])
def make_webhook(command: dict[str, Any], org: str, cycle: str) -> Response:
    """Have the department's own system told, from the next event on.  The secret is shown this once."""
    with _keeper(org, cycle, one_hat=True) as who:
        check_url(command["url"], demo=runtime().settings.demo)
        made = subscriptions.make(
            who.connection,
            who.ledger,
            who.departments[0],
            command["url"],
            sorted(set(command.get("types", ()))),
            from_position=ledger_reader.size(who.connection, who.ledger),
            now=who.now,
            sub=who.sub,
        )
    return private({**_view(made), "secret": made.secret}, 201)


@blueprint.route("/webhooks", methods=["GET"])
@blueprint.response(200, WebhooksView)
@problems(blueprint, 400, 401, 403, 404, 503)
@blueprint.doc(security=[{"bearer": []}])
def webhooks(org: str, cycle: str) -> Response:
    """The webhooks of the reader's departments, ended ones too, oldest first; never a secret."""
    ledger, departments = _reading(org, cycle)
    with read_transaction(runtime().engine) as connection:
        found = subscriptions.of_departments(connection, ledger, departments)
    return private({"webhooks": [_view(one) for one in found]})


@blueprint.route("/webhooks/<webhook>/end", methods=["POST"])
@blueprint.arguments(NothingSchema, location="json")
@blueprint.response(200, WebhookView)
@problems(blueprint, *_REFUSED)
@blueprint.doc(security=[{"bearer": []}])
def end_webhook(command: dict[str, Any], org: str, cycle: str, webhook: str) -> Response:
    """Tell it nothing more, also of what still waits."""
    with _keeper(org, cycle) as who:
        found = _found(who.connection, who.ledger, webhook, who.departments)
        subscriptions.end(who.connection, who.ledger, webhook, who.now)
    return private(_view(replace(found, ended_at=found.ended_at or who.now)))


@blueprint.route("/webhooks/<webhook>/deliveries", methods=["GET"])
@blueprint.arguments(CursorArgs, location="query")
@blueprint.response(200, DeliveriesView)
@problems(blueprint, 400, 401, 403, 404, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def webhook_deliveries(args: dict[str, Any], org: str, cycle: str, webhook: str) -> Response:
    """What was to be told and what the other side answered, in order of positions, paged; first the ping."""
    ledger, departments = _reading(org, cycle)
    after, limit = args["after"], args["limit"]
    with read_transaction(runtime().engine) as connection:
        _found(connection, ledger, webhook, departments)
        first = PING - 1 if "after" not in request.args else after
        found = deliveries.of_webhook(connection, ledger, webhook, first, limit + 1)
    page = page_of(found, limit, lambda one: one.position)
    return link_next(private({"deliveries": [_told(one) for one in page.items]}), page)


@blueprint.route("/webhooks/<webhook>/test", methods=["POST"])
@blueprint.arguments(NothingSchema, location="json")
@blueprint.response(202, DeliveryView)
@problems(blueprint, *_REFUSED)
@blueprint.doc(security=[{"bearer": []}])
def test_webhook(command: dict[str, Any], org: str, cycle: str, webhook: str) -> Response:
    """Send a `webhook.ping`; how it went stands first among the deliveries."""
    with _keeper(org, cycle) as who:
        _standing(_found(who.connection, who.ledger, webhook, who.departments))
        deliveries.plan_ping(who.connection, who.ledger, webhook, who.now)
        found = deliveries.one(who.connection, who.ledger, webhook, PING)
    assert found is not None
    return private(_told(found), 202)


@blueprint.route("/webhooks/<webhook>/redeliver", methods=["POST"])
@blueprint.arguments(RedeliverSchema, location="json")
@blueprint.response(202, DeliveryView)
@problems(blueprint, *_REFUSED)
@blueprint.doc(security=[{"bearer": []}])
def redeliver(command: dict[str, int], org: str, cycle: str, webhook: str) -> Response:
    """Tell one event again, under the same id; also what was given up."""
    with _keeper(org, cycle) as who:
        _standing(_found(who.connection, who.ledger, webhook, who.departments))
        position = command["position"]
        if not deliveries.plan_again(who.connection, who.ledger, webhook, position, who.now):
            raise Problem("unknown-delivery")
        found = deliveries.one(who.connection, who.ledger, webhook, position)
    assert found is not None
    return private(_told(found), 202)


@contextmanager
def _keeper(org: str, cycle: str, *, one_hat: bool = False) -> Iterator[_Keeper]:
    """A transaction, and who acts in it.  ``one_hat``: somebody of several departments names the one."""
    principal = acting_principal()
    ledger = ledger_settings(org, cycle).ledger
    current = runtime()
    with write_transaction(current.engine) as connection:
        held = grants_of(connection, ledger, principal.sub, current.clock.now(ledger, connection))
        acting_as = request.headers.get("Acting-As")
        departments = departments_of(held, acting_as, one_hat=one_hat)
        yield _Keeper(connection, ledger, principal.sub, departments, instant(datetime.now(UTC)))


def _reading(org: str, cycle: str) -> tuple[str, tuple[str, ...]]:
    acting_principal()
    who = reader(org, cycle)
    return who.ledger.ledger, departments_of(who.grants, request.headers.get("Acting-As"))


def departments_of(
    held: Sequence[Grant], acting_as: str | None = None, *, one_hat: bool = False
) -> tuple[str, ...]:
    """The departments whose webhooks are reached.  Raises AccessDenied, and HatNeeded for ``one_hat``."""
    try:
        allowed = [decide_access(held, OPERATION, Target(), acting_as).grant]
    except HatNeeded as error:
        if one_hat:
            raise
        allowed = [decide_access(held, OPERATION, Target(), hat).grant for hat in error.choices]
    scopes = [Scope.parse(grant.scope) for grant in allowed]
    return tuple(sorted({scope.code for scope in scopes if scope is not None}))


def _found(connection: Connection, ledger: str, webhook: str, departments: Sequence[str]) -> Subscription:
    found = subscriptions.find(connection, ledger, webhook, departments)
    if found is None:
        raise Problem("unknown-webhook")
    return found


def _standing(found: Subscription) -> None:
    if found.ended_at is not None:
        raise Problem("webhook-ended")


def _view(one: Subscription) -> dict[str, Any]:
    view: dict[str, Any] = {
        "webhook": one.webhook,
        "department": one.department,
        "url": one.url,
        "types": list(one.types),
        "from_position": one.from_position,
        "made_at": one.made_at,
        "made_by": one.made_by,
    }
    return view if one.ended_at is None else {**view, "ended_at": one.ended_at}


def _told(one: Delivery) -> dict[str, Any]:
    maybe = {"next_at": one.next_at, "delivered_at": one.delivered_at, "last_answer": one.last_answer}
    return {
        "position": None if one.position == PING else one.position,
        "message": one.message,
        "type": one.type,
        "state": one.state,
        "attempts": one.attempts,
        "planned_at": one.planned_at,
        **{name: value for name, value in maybe.items() if value is not None},
    }
