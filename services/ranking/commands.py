"""Ranking's commands: from the request to the decider, with what ranking knows at that moment."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema

from services.ranking import decider, schemas
from services.ranking.decider import Known
from services.ranking.desk import desk
from services.ranking.history import Shown
from services.ranking.positions import noise_digests
from services.ranking.projections import digest_at, newest
from services.ranking.publication import publishing
from services.ranking.publication.gate import Newest
from services.ranking.publication.passage import passage_of
from shared.access import Target
from shared.deciding import check_day, check_happened
from shared.decisions import Refused
from shared.events import Draft
from shared.web.commands import Act, Actor, Handler, command_route
from shared.web.parsing import ServiceBlueprint
from shared.web.store_port import CommandTransaction

COMMITTEE = "STANDING_COMMITTEE"
"""The body that answers for every decision; the Office enters them from its minutes."""


Decider = Callable[[Known, Mapping[str, Any], Mapping[str, Any]], Draft]


def register(blueprint: ServiceBlueprint) -> None:
    """Register every command of ranking on ``blueprint``."""
    routes: tuple[tuple[str, type[Schema], str, Handler], ...] = (
        ("score", schemas.DecideScore, "Decide a criterion of a unit.", _decided(decider.decide_score)),
        (
            "score-withdrawal",
            schemas.WithdrawScore,
            "Take a decided criterion back.",
            _decided(decider.withdraw_score),
        ),
        (
            "bonus",
            schemas.DecideAmount,
            "Decide on a bonus.",
            _decided(partial(decider.decide_amount, "bonus")),
        ),
        (
            "penalty",
            schemas.DecideAmount,
            "Decide on a penalty.",
            _decided(partial(decider.decide_amount, "penalty")),
        ),
        ("veto", schemas.DecideVeto, "Put a veto in force, or lift it.", _decided(decider.decide_veto)),
        ("forfeit", schemas.DecideForfeit, "Confirm, lift or decline a forfeit.", _forfeit),
        ("late-fact", schemas.DecideLateFact, "Decide on a late score.", _decided(decider.decide_late_fact)),
        (
            "exception",
            schemas.DecideException,
            "Let a unit be published incomplete.",
            _decided(decider.decide_exception),
        ),
        ("tie", schemas.DecideTie, "Decide the order of tied units.", _decided(decider.decide_tie)),
    )
    for path, schema, summary, handler in routes:
        command_route(
            blueprint,
            f"/decisions/{path}",
            schema=schema,
            operation=f"ranking.decide_{path.replace('-', '_')}",
            summary=summary,
        )(_named(handler, f"decide_{path.replace('-', '_')}"))
    others: tuple[tuple[str, type[Schema], str, str, Handler], ...] = (
        (
            "/decisions/confirm",
            schemas.AnswerEntry,
            "confirm",
            "Confirm or dispute what the Office entered.",
            _stated(decider.answer_entry),
        ),
        (
            "/acknowledgements",
            schemas.Acknowledge,
            "acknowledge",
            "Acknowledge an event or record that stands in the way.",
            _acknowledge,
        ),
        ("/freezes", schemas.FreezeCommand, "freeze", "Give a position a name.", _stated(decider.freeze)),
        (
            "/publish",
            schemas.PublishCommand,
            "publish",
            "Publish the standings as they are now.",
            publish_standings,
        ),
    )
    for path, schema, operation, summary, handler in others:
        command_route(blueprint, path, schema=schema, operation=f"ranking.{operation}", summary=summary)(
            _named(handler, operation)
        )


def _named(handler: Handler, name: str) -> Handler:
    handler.__name__ = name  # type: ignore[attr-defined]
    return handler


def _known(tx: CommandTransaction, ledger: str) -> Known:
    position = _position(tx, ledger)
    state = desk().histories.of(ledger).state_at(position)
    areas = decider.areas_of(state)
    return Known(position, state, areas)


def _position(tx: CommandTransaction, ledger: str) -> int:
    found = newest(tx.connection, ledger)
    return 0 if found is None else found.position


def _decision(command: Mapping[str, Any], act: Act, known: Known) -> tuple[dict[str, Any], dict[str, Any]]:
    """The decided content, and what the event's ``data`` begins with."""
    actor: Actor = act.authorise(Target(unit=command.get("unit")))
    content = dict(command)
    occurred_at = content.pop("occurred_at", None)
    check_happened(occurred_at, act.now)
    check_day(content["date"], act.now.astimezone(ZoneInfo(act.ledger.timezone)).date())
    facts = actor.facts(responsible=COMMITTEE, occurred_at=occurred_at, base_position=known.position)
    return content, facts


def _decided(decide: Decider) -> Handler:
    """A decision of the body: it, or the Office on its behalf, states it from the minutes."""

    def handle(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
        known = _known(tx, act.ledger.ledger)
        content, facts = _decision(command, act, known)
        return [decide(known, content, facts)]

    handle.__doc__ = inspect.getdoc(decide.func if isinstance(decide, partial) else decide)
    return handle


def _stated(decide: Decider) -> Handler:
    """What a person states in his own name."""

    def handle(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
        actor = act.authorise(Target())
        known = _known(tx, act.ledger.ledger)
        return [decide(known, command, actor.facts(base_position=known.position))]

    handle.__doc__ = inspect.getdoc(decide)
    return handle


def _acknowledge(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
    """Only here are the records that are not authentic read: no other command asks for them."""
    actor = act.authorise(Target())
    ledger = act.ledger.ledger
    known = replace(_known(tx, ledger), noise=frozenset(noise_digests(tx.connection, ledger)))
    return [decider.acknowledge(known, command, actor.facts(base_position=known.position))]


def _forfeit(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
    """No full document pack in time: no inspection (plan III.4); ``lifted`` takes it back.

    ``declined``: of an open case only, and the inspection goes on.
    """
    known = _known(tx, act.ledger.ledger)
    content, facts = _decision(command, act, known)
    return [decider.decide_forfeit(known, tx.stream(command["unit"]), content, facts)]


def publish_standings(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
    """Pins position, root, rulebook, engine and digest (invariant 6); refused for what the gate names."""
    actor = act.authorise(Target())
    ledger = act.ledger.ledger
    position = _position(tx, ledger)
    shown = desk().histories.of(ledger).at(position)
    wanted = command.get("digest")
    if wanted is not None and wanted != shown.digest:
        raise Refused(
            "standings-moved",
            "Bảng xếp hạng đã thay đổi so với bản được nêu; xem lại rồi công bố.",
            "The standings are no longer those named; look again, then publish.",
            field="digest",
            value=wanted,
            status=409,
        )
    candidate = _candidate(shown)
    published = tx.stream_of_types("result.published.v1")
    last = published[-1].data if published else None
    newest = None if last is None else Newest(last["version"], last["status"], last["digest"])
    passage = passage_of(tx.connection, act.ledger, shown, command["status"], newest)
    facts = actor.facts(base_position=position)
    draft = publishing.publish(newest, candidate, passage, command, facts)
    _check_shown(tx, ledger, shown)
    return [draft]


def _check_shown(tx: CommandTransaction, ledger: str, shown: Shown) -> None:
    """Refuse to publish what readers are not shown: the read model may be by an earlier engine."""
    stored = digest_at(tx.connection, ledger, shown.position)
    if stored not in (None, shown.digest):
        raise Refused(
            "standings-moved",
            "Bảng đang hiển thị khác bảng mà phần mềm này tính ra; hãy dựng lại (bangvang rebuild) trước.",
            "Readers are shown others than this software computes; rebuild (bangvang rebuild) first.",
            field="digest",
            value=stored,
            status=409,
        )


def _candidate(shown: Shown) -> publishing.Candidate:
    provisional = shown.body["provisional"]
    return publishing.Candidate(
        position=shown.position,
        root=shown.root,
        rulebook=shown.body["rulebook"] or "",
        engine=shown.body["engine"],
        digest=shown.digest,
        complete=provisional["complete"],
        units=provisional["units"],
        provisional=bool(provisional["reasons"]),
    )
