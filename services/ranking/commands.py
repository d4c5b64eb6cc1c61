"""Ranking's commands: from the request to the decider, with what ranking knows at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from services.ranking import decider, schemas
from services.ranking.decider import Candidate, Known
from services.ranking.desk import desk
from services.ranking.projections import newest
from shared.access import Target
from shared.deciding import check_happened
from shared.decisions import Refused
from shared.events import Draft
from shared.ledger.positions import open_gaps
from shared.web.commands import Act, Actor, Handler, command_route
from shared.web.parsing import ServiceBlueprint
from shared.web.store_port import CommandTransaction

COMMITTEE = "STANDING_COMMITTEE"
"""The body that answers for every decision; the Office enters them from its minutes."""


def register(blueprint: ServiceBlueprint) -> None:
    """Register every command of ranking on ``blueprint``."""
    routes: tuple[tuple[str, type[Schema], str, str, Handler], ...] = (
        ("score", schemas.DecideScore, "decide_score", "Decide a criterion of a unit.", _score),
        ("bonus", schemas.DecideAmount, "decide_bonus", "Decide on a bonus.", _amount("bonus")),
        ("penalty", schemas.DecideAmount, "decide_penalty", "Decide on a penalty.", _amount("penalty")),
        ("forfeit", schemas.DecideForfeit, "decide_forfeit", "Confirm or lift a forfeit.", _forfeit),
        ("tie", schemas.DecideTie, "decide_tie", "Decide the order of tied units.", _tie),
    )
    for path, schema, operation, summary, handler in routes:
        command_route(
            blueprint,
            f"/decisions/{path}",
            schema=schema,
            operation=f"ranking.{operation}",
            summary=summary,
        )(handler)
    command_route(
        blueprint,
        "/publish",
        schema=schemas.PublishCommand,
        operation="ranking.publish",
        summary="Publish the standings as they are now.",
    )(publish_standings)


def _known(tx: CommandTransaction, ledger: str) -> Known:
    position = _position(tx, ledger)
    state = desk().histories.of(ledger).state_at(position)
    areas = {
        code: str(unit.register["area"])
        for code, unit in state.units.items()
        if unit.register is not None and isinstance(unit.register.get("area"), str)
    }
    return Known(position, state.rulebook, areas)


def _position(tx: CommandTransaction, ledger: str) -> int:
    found = newest(tx.connection, ledger)
    return 0 if found is None else found.position


def _decision(command: Mapping[str, Any], act: Act, known: Known) -> tuple[dict[str, Any], dict[str, Any]]:
    """The decided content, and what the event's ``data`` begins with."""
    actor: Actor = act.authorise(Target(unit=command.get("unit")))
    content = dict(command)
    occurred_at = content.pop("occurred_at", None)
    check_happened(occurred_at, act.now)
    facts = actor.facts(responsible=COMMITTEE, occurred_at=occurred_at, base_position=known.position)
    return content, facts


def _score(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
    """The Standing Committee sets points or NOT_APPLICABLE; stage ``appeal`` outranks ``standing``."""
    known = _known(tx, act.ledger.ledger)
    content, facts = _decision(command, act, known)
    return [decider.decide_score(known, content, facts)]


def _amount(kind: str) -> Handler:
    def decide(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
        known = _known(tx, act.ledger.ledger)
        content, facts = _decision(command, act, known)
        return [decider.decide_amount(kind, known, content, facts)]

    decide.__name__ = f"decide_{kind}"
    decide.__doc__ = f"Only an accepted {kind} counts, up to the caps of the rulebook."
    return decide


def _forfeit(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
    """No full document pack in time: no inspection (plan III.4); ``lifted`` takes it back."""
    known = _known(tx, act.ledger.ledger)
    content, facts = _decision(command, act, known)
    return [decider.decide_forfeit(known, tx.stream(command["unit"]), content, facts)]


def _tie(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
    """Used only as far as the named units are still tied."""
    known = _known(tx, act.ledger.ledger)
    content, facts = _decision(command, act, known)
    return [decider.decide_tie(known, content, facts)]


def publish_standings(tx: CommandTransaction, command: dict[str, Any], act: Act) -> list[Draft]:
    """Pins position, root, rulebook, engine and digest (invariant 6); refused when nothing changed."""
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
    provisional = shown.body["provisional"]
    gaps = open_gaps(tx.connection)
    candidate = Candidate(
        position=position,
        root=shown.root,
        rulebook=shown.body["rulebook"] or "",
        engine=shown.body["engine"],
        digest=shown.digest,
        complete=provisional["complete"],
        units=provisional["units"],
        provisional=bool(provisional["reasons"]),
        gaps=sum(count for (of_ledger, _), count in gaps.items() if of_ledger == ledger),
        uninterpreted=desk().histories.of(ledger).state_at(position).uninterpreted,
        illustrative=shown.body["status"] == "illustrative",
        demonstration=act.ledger.simulated,
    )
    facts = actor.facts(base_position=position)
    return [decider.publish(tx.stream_of_types("result.published.v1"), candidate, command["status"], facts)]
