"""The one way in for a command: who, which key, the lock, the old answer, may he, decide, append, answer.

All of it from the lock on is one transaction (architecture 3, step 2): either the events and the answer
are stored, or nothing is.  Refusals are not stored, so a corrected command may use the same key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol

import orjson
from flask import Response, g, request
from marshmallow import Schema

from shared.access import Allowed, Grant, Target, decide_access
from shared.access.directory import LedgerSettings, grants_of
from shared.access.tokens import Principal
from shared.events import Draft, Event
from shared.events.envelope import instant
from shared.store.idempotency import body_digest, command_id, receipts_body
from shared.web.documents import ProblemDocument, Receipts
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import CONTENT_TYPE, Problem
from shared.web.runtime import Runtime, acting_principal, ledger_settings, runtime
from shared.web.store_port import CommandTransaction

_REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 503)
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which hat; ``on_behalf``: for a body that stays responsible."""

    sub: str
    role: str
    scope: str
    on_behalf: bool
    now: datetime

    def facts(
        self,
        *,
        responsible: str | None = None,
        occurred_at: str | None = None,
        base_position: int | None = None,
    ) -> dict[str, Any]:
        """What the ``data`` of every event begins with: when, who, for whom, resting on what.

        ``responsible``: the body that answers for the fact; when the actor enters it for that body, it
        is named as ``on_behalf_of`` too.  ``occurred_at``: default now, by the ledger's clock.
        """
        data: dict[str, Any] = {
            "occurred_at": occurred_at or instant(self.now),
            "actor": {"sub": self.sub, "role": self.role, "scope": self.scope},
        }
        if responsible is not None:
            data["responsible"] = responsible
            if self.on_behalf:
                data["on_behalf_of"] = responsible
        if base_position is not None:
            data["base_position"] = base_position
        return data


@dataclass(slots=True)
class Act:
    """One command on its way: what a handler needs beside the transaction and the body.

    ``path``: variables of the route but for organisation and cycle.  ``now``: the ledger's own time.
    """

    ledger: LedgerSettings
    operation: str
    principal: Principal
    grants: tuple[Grant, ...]
    command_id: str
    now: datetime
    demo: bool
    acting_as: str | None = None
    path: Mapping[str, Any] = field(default_factory=dict)
    authorised: bool = False

    def authorise(self, target: Target, operation: str | None = None) -> Actor:
        """Who acts on ``target``, by the rule table; call it before deciding, once per target.

        Raises :class:`~shared.access.AccessDenied` or :class:`~shared.access.HatNeeded`.
        """
        if target.demo != self.demo:
            target = replace(target, demo=self.demo)
        allowed: Allowed = decide_access(self.grants, operation or self.operation, target, self.acting_as)
        self.authorised = True
        grant = allowed.grant
        return Actor(self.principal.sub, grant.role, grant.scope, allowed.on_behalf, self.now)


@dataclass(frozen=True, slots=True)
class Accepted:
    """Drafts to append, and further members of the answer (a batch says what it refused)."""

    drafts: Sequence[Draft]
    extra: Mapping[str, Any] = field(default_factory=dict)


Outcome = Accepted | Sequence[Draft] | Sequence[Event]
"""What a handler gives: drafts to append, or the events that it appended itself."""


class Handler(Protocol):
    """Loads the streams it needs, folds, calls ``act.authorise``, decides."""

    def __call__(self, tx: Any, command: Any, act: Act) -> Outcome: ...


def idempotency_key() -> str:
    """The request's ``Idempotency-Key``.  Raises a 400 problem when it is missing or malformed."""
    key = request.headers.get("Idempotency-Key")
    if key is None or not key.strip():
        raise Problem("idempotency-key-missing")
    if not _KEY.fullmatch(key):
        raise Problem("idempotency-key-invalid")
    return key


def command_route(
    blueprint: ServiceBlueprint,
    rule: str,
    *,
    schema: type[Schema] | Schema,
    operation: str,
    summary: str,
    ledger_wide: bool = False,
    max_body: int | None = None,
    answer: type[Schema] = Receipts,
) -> Callable[[Handler], Handler]:
    """Register ``handler`` as the command at ``POST rule`` (under ``/v1/<org>/<cycle>``).

    ``operation``: name in the rule table.  ``ledger_wide``: the rule needs no more than the ledger, so
    access is decided before the handler runs; else the handler calls ``act.authorise`` itself.
    ``max_body``: limit in bytes where it is not the app's.  ``answer``: what it answers, where the handler
    adds to the receipts.
    """

    def register(handler: Handler) -> Handler:
        def receive(command: Any, org: str, cycle: str, **path: Any) -> Response:
            return _run(runtime(), handler, operation, ledger_wide, command, f"{org}/{cycle}", path)

        receive.__name__ = getattr(handler, "__name__", operation.replace(".", "_"))
        receive.__doc__ = f"{summary}\n\n{handler.__doc__ or ''}"
        # One instance for all requests: a schema is costly to make and holds nothing of what it reads.
        made = schema() if isinstance(schema, type) else schema
        view = blueprint.arguments(made, location="json")(receive)
        view = guarded(view, max_body)
        view = blueprint.response(
            HTTPStatus.CREATED,
            answer,
            description="Stored: the signed events, as they will stand in the ledger.",
            headers={
                "Bangvang-Sequence": {
                    "description": "Number of the last event, scores:57; pass it as ?after=",
                    "schema": {"type": "string"},
                },
                "Location": {"description": "Address of the receipt.", "schema": {"type": "string"}},
                "Idempotent-Replay": {
                    "description": "true when this answer was given before.",
                    "schema": {"type": "string"},
                },
            },
        )(view)
        view = documented(blueprint)(view)
        blueprint.route(rule, methods=["POST"])(view)
        return handler

    return register


def documented(
    blueprint: ServiceBlueprint, query: type[Schema] | None = None, **more: Any
) -> Callable[..., Any]:
    """What the document of every command says: who may call, its refusals, its headers; and ``more``.

    ``query``: the schema of its query, where it has one.
    """
    return blueprint.doc(  # type: ignore[no-any-return]
        security=[{"bearer": []}],
        responses={str(status): _problem(status) for status in _REFUSALS},
        parameters=[
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "New for each command, the same when sending again.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            },
            {
                "name": "Acting-As",
                "in": "header",
                "required": False,
                "description": "role@scope, for somebody with several roles.",
                "schema": {"type": "string"},
            },
            *([] if query is None else [{"in": "query", "schema": query}]),
        ],
        **more,
    )


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {CONTENT_TYPE: {"schema": ProblemDocument}},
    }


def guarded(view: Callable[..., Any], max_body: int | None = None) -> Callable[..., Any]:
    """``view`` behind what needs no body: the size, the token, the key, the ledger."""

    @wraps(view)
    def guard(*args: Any, **path: Any) -> Any:
        if max_body is not None:
            request.max_content_length = max_body
        acting_principal()
        idempotency_key()
        g.ledger_settings = ledger_settings(path["org"], path["cycle"])
        return view(*args, **path)

    return guard


def _run(
    current: Runtime,
    handler: Handler,
    operation: str,
    ledger_wide: bool,
    command: Any,
    ledger: str,
    path: Mapping[str, Any],
) -> Response:
    if current.store is None:
        raise Problem("not-ready")
    principal = acting_principal()
    key = idempotency_key()
    digest = body_digest(request.get_data(cache=True))
    command_known_as = command_id(principal.name, request.path, key)
    with current.store.transaction(ledger) as tx:
        stored = tx.answered(command_known_as, digest)
        if stored is not None:
            number = int(orjson.loads(stored.answer)["receipts"][-1]["sequence"])
            response = _answer(current.service, stored.status, stored.answer, number, ledger)
            response.headers["Idempotent-Replay"] = "true"
            return response
        act = Act(
            ledger=g.ledger_settings,
            operation=operation,
            principal=principal,
            grants=grants_of(tx.connection, ledger, principal.sub, tx.now),
            command_id=command_known_as,
            now=tx.now,
            demo=current.settings.demo and g.ledger_settings.simulated,
            acting_as=request.headers.get("Acting-As"),
            path=path,
        )
        if ledger_wide:
            act.authorise(Target())
        outcome = handler(tx, command, act)
        if not act.authorised:
            raise RuntimeError(f"{operation}: the handler did not ask whether it may")
        events = _appended(tx, outcome, command_known_as)
        answer = _body(events, outcome)
        tx.remember(
            command_known_as,
            principal=principal.name,
            route=request.path,
            key=key,
            body_digest=digest,
            status=HTTPStatus.CREATED.value,
            answer=answer,
        )
    return _answer(current.service, HTTPStatus.CREATED.value, answer, events[-1].sequence, ledger)


def _appended(tx: CommandTransaction, outcome: Outcome, command: str) -> list[Event]:
    result = outcome.drafts if isinstance(outcome, Accepted) else outcome
    events = [item for item in result if isinstance(item, Event)]
    drafts = [item for item in result if isinstance(item, Draft)]
    if drafts and events:
        raise RuntimeError("a handler gives drafts or events, not both")
    if drafts:
        events = tx.append(drafts, command_id=command)
    if not events:
        raise RuntimeError("a command that was accepted states at least one fact")
    return events


def _body(events: Sequence[Event], outcome: Outcome) -> bytes:
    """The receipts verbatim, then what else the handler has to say."""
    body = receipts_body(event.value for event in events)
    if isinstance(outcome, Accepted) and outcome.extra:
        body = body[:-1] + b"," + orjson.dumps(dict(outcome.extra))[1:]
    return body


def _answer(service: str, status: int, answer: bytes, number: int, ledger: str) -> Response:
    """The answer to a command whose last event has this ``number``."""
    response = Response(answer, status, content_type="application/json")
    response.headers["Bangvang-Sequence"] = f"{service}:{number}"
    response.headers["Location"] = f"/{service}/v1/{ledger}/receipts/{number}"
    response.headers["Cache-Control"] = "no-store"
    return response
