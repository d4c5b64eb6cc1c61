"""Invitations over HTTP: made, listed, withdrawn; accepted by whoever holds the link."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any, cast

from flask import Response, request
from marshmallow import Schema, fields

from services.scores.api.answers import reader_for
from services.scores.api.grants import grants_state
from services.scores.api.routes import blueprint
from services.scores.board import board_of
from services.scores.commands import Invite
from services.scores.deciding import inviting
from services.scores.deciding.inviting import OPERATION, Invitation
from services.scores.kept.invitations import find, keep, listed, note_accepted, note_withdrawn
from services.scores.schemas import InvitationSchema, NothingSchema, SecretSchema
from services.scores.seen.people import scope_name
from shared.access import Target
from shared.access.directory import grants_of
from shared.access.tokens import Principal
from shared.database import read_transaction
from shared.deciding import without_none
from shared.events.envelope import instant
from shared.store import EventStore, LedgerTransaction
from shared.web.answers import private
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import problems
from shared.web.problems import Problem
from shared.web.runtime import acting_principal, ledger_settings, runtime


class InvitationView(Schema):
    """``state``: waiting, accepted, withdrawn or expired."""

    digest = fields.String(required=True)
    state = fields.String(required=True)
    role = fields.String(required=True)
    scope = fields.String(required=True)
    label = fields.String(required=True)
    until = fields.String()
    expires_at = fields.String(required=True)
    made_at = fields.String(required=True)
    made_by = fields.String(required=True)
    accepted_at = fields.String()
    accepted_by = fields.String()
    withdrawn_at = fields.String()


class OfferView(Schema):
    """What an invitation offers, to whoever holds its link.  ``scope_name``: of the unit or department."""

    state = fields.String(required=True)
    role = fields.String(required=True)
    scope = fields.String(required=True)
    scope_name = fields.String()
    label = fields.String(required=True)
    until = fields.String()
    expires_at = fields.String(required=True)
    made_by = fields.String(required=True)


class InvitationsView(Schema):
    invitations = fields.List(fields.Nested(InvitationView), required=True)


class InvitedView(InvitationView):
    """``secret`` is told here and nowhere else; ``link``: path of the page that accepts it."""

    secret = fields.String(required=True)
    link = fields.String(required=True)


@blueprint.route("/invitations", methods=["POST"])
@blueprint.arguments(InvitationSchema, location="json")
@blueprint.response(201, InvitedView)
@problems(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def invite(command: Invite, org: str, cycle: str) -> Response:
    """Make a link by which one person takes a role, once, within 14 days.  No event comes of it.

    Asked twice it makes two: the secret of the first cannot be told again.
    """
    secret = secrets.token_urlsafe(32)
    with _kept(org, cycle) as (tx, act):
        made = inviting.invite(grants_state(tx), command, act, act.principal.sub, inviting.digest_of(secret))
        keep(tx.connection, tx.ledger, made)
        now = instant(tx.now)
    link = f"/scores/{org}/{cycle}/join#{secret}"
    return private({**_view(made, now), "secret": secret, "link": link}, 201)


@blueprint.route("/invitations/look", methods=["POST"])
@blueprint.arguments(SecretSchema, location="json")
@blueprint.response(200, OfferView)
@problems(blueprint, 400, 401, 403, 404, 413, 415, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def look_at_invitation(command: dict[str, str], org: str, cycle: str) -> Response:
    """What the holder of a link is offered, before he accepts; the secret is in the body, not in a log."""
    acting_principal()
    ledger, current = ledger_settings(org, cycle).ledger, runtime()
    with read_transaction(current.engine) as connection:
        now = instant(current.clock.now(ledger, connection))
        found = find(connection, ledger, inviting.digest_of(command["secret"]))
    if found is None:
        raise inviting.unknown("secret")
    scope = scope_name(board_of(ledger).state, found.scope)
    shown = {name: value for name, value in _view(found, now).items() if name in OfferView().fields}
    return private({**shown, **without_none(scope_name=scope)})


@blueprint.route("/invitations", methods=["GET"])
@blueprint.response(200, InvitationsView)
@problems(blueprint, 401, 403, 404, 503)
@blueprint.doc(security=[{"bearer": []}])
def invitations(org: str, cycle: str) -> Response:
    """Every invitation, newest first, with what became of it; never its secret."""
    who = reader_for(org, cycle, "scores.read_setup")
    current, ledger = runtime(), who.ledger.ledger
    with read_transaction(current.engine) as connection:
        now = instant(current.clock.now(ledger, connection))
        found = listed(connection, ledger)
    return private({"invitations": [_view(one, now) for one in found]})


@blueprint.route("/invitations/<digest>/withdraw", methods=["POST"])
@blueprint.arguments(NothingSchema, location="json")
@blueprint.response(200, InvitationView)
@problems(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 503)
@blueprint.doc(security=[{"bearer": []}])
def withdraw_invitation(command: dict[str, Any], org: str, cycle: str, digest: str) -> Response:
    """The link leads nowhere any more."""
    with _kept(org, cycle) as (tx, act):
        act.authorise(Target())
        found = find(tx.connection, tx.ledger, digest)
        if found is None:
            raise inviting.unknown("digest")
        now = instant(tx.now)
        inviting.check_waiting(found, now)
        note_withdrawn(tx.connection, tx.ledger, digest, now)
    return private(_view(replace(found, withdrawn_at=now), now))


@command_route(
    blueprint,
    "/invitations/accept",
    schema=SecretSchema,
    operation=OPERATION,
    summary="Accept an invitation",
)
def accept_invitation(tx: LedgerTransaction, command: dict[str, Any], act: Act) -> Outcome:
    """Whoever has the secret takes the grant, once; it is given by who invited, as far as he still may."""
    digest = inviting.digest_of(command["secret"])
    found = find(tx.connection, tx.ledger, digest)
    drafts = inviting.accept(grants_state(tx), found, act.principal.sub, _inviter(tx, act, found))
    act.authorised = True  # by the inviter's grants, not by those of who accepts
    note_accepted(tx.connection, tx.ledger, digest, act.principal.sub, instant(tx.now))
    return drafts


def _inviter(tx: LedgerTransaction, act: Act, found: Invitation | None) -> Act:
    """``act`` as the inviter's, with what he may do now; nobody's when there is no invitation."""
    sub = "" if found is None else found.made_by
    return replace(
        act,
        principal=Principal(act.principal.issuer, sub),
        grants=grants_of(tx.connection, tx.ledger, sub, tx.now),
        acting_as=None,
    )


@contextmanager
def _kept(org: str, cycle: str) -> Iterator[tuple[LedgerTransaction, Act]]:
    """A transaction under the ledger's lock, and who acts in it: for what states no fact."""
    principal = acting_principal()
    settings = ledger_settings(org, cycle)
    current = runtime()
    if current.store is None:
        raise Problem("not-ready")
    with cast(EventStore, current.store).transaction(settings.ledger) as tx:
        yield (
            tx,
            Act(
                ledger=settings,
                operation=OPERATION,
                principal=principal,
                grants=grants_of(tx.connection, settings.ledger, principal.sub, tx.now),
                command_id="",
                now=tx.now,
                demo=False,
                acting_as=request.headers.get("Acting-As"),
            ),
        )


def _view(one: Invitation, now: str) -> dict[str, Any]:
    stated = {name: value for name, value in asdict(one).items() if value is not None}
    return {**stated, "state": one.state(now)}
