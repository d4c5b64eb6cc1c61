"""The scores service over HTTP: commands under ``/scores/v1/{org}/{cycle}/``, and own values."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

from flask import Response, request
from marshmallow import Schema, fields

from services.scores import reading
from services.scores.commands import AdoptRulebook, Batch, ChangeVeto, Command, EndGrant, Propose
from services.scores.decider import decide, decide_batch, subjects
from services.scores.opening import check_opening
from services.scores.schemas import (
    CycleSchema,
    DepartmentBatchSchema,
    DepartmentSchema,
    GrantEndSchema,
    GrantSchema,
    ProposalSchema,
    RulebookSchema,
    ScoreBatchSchema,
    ScoreSchema,
    UnitBatchSchema,
    UnitSchema,
    VetoSchema,
    WithdrawSchema,
)
from services.scores.state import State, fold
from shared.batch import answer_of
from shared.decisions import Refused
from shared.events.fields import Code
from shared.rulebook.stated import stated_rulebook
from shared.store import EventRefused, EventStore, LedgerTransaction
from shared.web.commands import Accepted, Act, Outcome, command_route, idempotency_key
from shared.web.documents import Receipts
from shared.web.pagination import CursorArgs, Page, link_next
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem
from shared.web.runtime import acting_principal, reader, runtime

blueprint = ServiceBlueprint("scores", __name__, url_prefix="/v1/<org>/<cycle>")


def _state(tx: LedgerTransaction, command: Command | Batch) -> State:
    """What ``command`` rests on.  All departments come along: they are few, and say who the Office is."""
    state = fold(tx.stream_of_types("department.registered.v1"))
    for subject in subjects(command):
        state = fold(tx.stream(subject), state)
    return state


def _one(tx: LedgerTransaction, command: Command, act: Act) -> Outcome:
    return decide(_state(tx, command), command, act, act.ledger.cycle)


def _many(tx: LedgerTransaction, batch: Batch, act: Act) -> Outcome:
    result = decide_batch(_state(tx, batch), batch, act)
    return Accepted(result.drafts, answer_of(result))


# --- set-up


@command_route(
    blueprint, "/cycle", schema=CycleSchema, operation="scores.open_cycle", summary="Open the cycle"
)
def open_cycle(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A cycle opens once; its period says which facts count."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/rulebook",
    schema=RulebookSchema,
    operation="scores.adopt_rulebook",
    summary="Adopt a rulebook",
)
def adopt_rulebook(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Faults of the file come back one by one, with line and path.  After the first it is an amendment."""
    book = stated_rulebook(command["rulebook"])
    return _one(tx, AdoptRulebook(book, command.get("decision"), command.get("mode")), act)


@command_route(
    blueprint, "/units", schema=UnitSchema, operation="scores.register_unit", summary="Register a unit"
)
def register_unit(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A code is never used again."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/units/batch",
    schema=UnitBatchSchema,
    operation="scores.register_unit",
    summary="Register units",
)
def register_units(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows; `mode` all_or_nothing (default) or partial."""
    return _many(tx, command, act)


@command_route(
    blueprint,
    "/departments",
    schema=DepartmentSchema,
    operation="scores.register_department",
    summary="Register a department",
)
def register_department(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A department, public service unit, federation or committee that scores."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/departments/batch",
    schema=DepartmentBatchSchema,
    operation="scores.register_department",
    summary="Register departments",
)
def register_departments(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows; `mode` all_or_nothing (default) or partial."""
    return _many(tx, command, act)


@command_route(
    blueprint, "/grants", schema=GrantSchema, operation="scores.give_grant", summary="Give a grant"
)
def give_grant(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Team roles are not granted here: they come from the round's teams."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/grants/<grant>/end",
    schema=GrantEndSchema,
    operation="scores.end_grant",
    summary="End a grant",
)
def end_grant(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """`until` is exclusive and defaults to now."""
    return _one(tx, EndGrant(act.path["grant"], command["reason"], command.get("until")), act)


# --- values


@command_route(
    blueprint, "/scores", schema=ScoreSchema, operation="scores.record_score", summary="Record a score"
)
def record_score(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A raw input for one criterion at stage self, department or external; nothing is overwritten."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/scores/batch",
    schema=ScoreBatchSchema,
    operation="scores.record_score",
    summary="Record scores",
)
def record_scores(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows, a result for each; `mode` all_or_nothing (default) or partial."""
    return _many(tx, command, act)


@command_route(
    blueprint,
    "/scores/withdraw",
    schema=WithdrawSchema,
    operation="scores.withdraw_score",
    summary="Withdraw the latest value of a stage",
)
def withdraw_score(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The older value of that stage shows again, or else the stage below."""
    return _one(tx, command, act)


@command_route(
    blueprint,
    "/bonuses",
    schema=ProposalSchema,
    operation="scores.propose_bonus",
    summary="Propose a bonus",
)
def propose_bonus(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Only the Standing Committee's decision makes it count."""
    return _one(tx, Propose(kind="bonus", **command), act)


@command_route(
    blueprint,
    "/penalties",
    schema=ProposalSchema,
    operation="scores.propose_penalty",
    summary="Propose a penalty",
)
def propose_penalty(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Only the Standing Committee's decision makes it count."""
    return _one(tx, Propose(kind="penalty", **command), act)


@command_route(
    blueprint, "/vetoes", schema=VetoSchema, operation="scores.record_veto", summary="Record a veto"
)
def record_veto(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A condition of the rulebook that caps the class, from a document; `lift: true` lifts it."""
    assert isinstance(command, ChangeVeto)
    return _one(tx, command, act)


@command_route(
    blueprint, "/vetoes/lift", schema=VetoSchema, operation="scores.lift_veto", summary="Lift a veto"
)
def lift_veto(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The condition no longer holds, by a document."""
    assert isinstance(command, ChangeVeto)
    return _one(tx, replace(command, lift=True), act)


# --- position 0


@blueprint.route("/ledger", methods=["POST"])
@blueprint.response(201, Receipts)
@blueprint.doc(
    security=[{"bearer": []}],
    requestBody={
        "required": True,
        "description": "The signed `ledger.opened.v1`, canonical bytes.",
        "content": {"application/cloudevents+json": {"schema": {"type": "object"}}},
    },
)
def open_ledger(org: str, cycle: str) -> Response:
    """Open a ledger with the event that its root key signed; stored verbatim, it becomes position 0."""
    principal = acting_principal()
    idempotency_key()
    current = runtime()
    ledger = f"{org}/{cycle}"
    if request.mimetype not in ("application/cloudevents+json", "application/json"):
        raise Problem("unsupported-media-type")
    value = request.get_data()
    roots = current.settings.roots
    event = check_opening(
        value,
        ledger=ledger,
        roots=json.loads(roots.read_text("utf-8")) if roots.exists() else {},
        topic=current.settings.topic,
        sub=principal.sub,
    )
    with cast(EventStore, current.store).transaction(ledger) as tx:
        try:
            fresh = tx.append_signed(event.value)
        except EventRefused as error:
            raise Refused(
                "ledger-open",
                f"Sổ {ledger} đã mở bằng một sự kiện khác.",
                f"The ledger {ledger} was opened by another event.",
                status=409,
            ) from error
    response = Response(b'{"receipts":[' + value + b"]}", 201, content_type="application/json")
    response.headers["Bangvang-Sequence"] = f"root:{event.sequence}"
    response.headers["Cache-Control"] = "no-store"
    if not fresh:
        response.headers["Idempotent-Replay"] = "true"
    return response


# --- reading


class ScoreArgs(CursorArgs):
    """``unit``: whose values."""

    unit = Code(required=True)


class ScoreView(Schema):
    """A value as it was stated; ``standing`` false = withdrawn."""

    number = fields.Integer(required=True)
    criterion = fields.String(required=True)
    stage = fields.String(required=True)
    value = fields.String()
    target = fields.String()
    state = fields.String()
    reason = fields.String()
    rulebook = fields.String(required=True)
    responsible = fields.String()
    on_behalf_of = fields.String()
    occurred_at = fields.String(required=True)
    time = fields.String(required=True)
    standing = fields.Boolean(required=True)


class ScoresView(Schema):
    unit = fields.String(required=True)
    scores = fields.List(fields.Nested(ScoreView), required=True)


@blueprint.route("/scores", methods=["GET"])
@blueprint.arguments(ScoreArgs, location="query")
@blueprint.response(200, ScoresView)
@blueprint.doc(security=[{"bearer": []}])
def scores_of(args: dict[str, Any], org: str, cycle: str) -> Response:
    """What this service has of a unit, as far as the reader may see it, oldest first, paged."""
    who = reader(org, cycle)
    found = reading.values_of(runtime().engine, who.ledger.ledger, args["unit"])
    if found is None:
        raise Problem("unknown-unit", status=404)
    audience = who.audience(found.live_visibility)
    seen = [
        item
        for item in found.values
        if item["number"] > args["after"]
        and audience.sees_criterion(args["unit"], found.owners.get(item["criterion"], ()))
    ]
    items = seen[: args["limit"]]
    more = items[-1]["number"] if len(seen) > len(items) else None
    body = {"unit": args["unit"], "scores": items}
    response = Response(json.dumps(body, ensure_ascii=False), content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return link_next(response, Page(items, more))
