"""What the Standing Committee has decided, and what waits for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from services.ranking import schemas
from services.ranking.agenda import Agenda, MarkOf, agenda
from services.ranking.api.answers import may_see_all, moments, position_asked, private
from services.ranking.desk import state_at, view
from services.ranking.engine import State, compute
from services.ranking.engine.fold import DecisionNote
from services.ranking.words import Names, describe
from shared.web.documents import problems
from shared.web.parsing import ServiceBlueprint


def register(api: ServiceBlueprint) -> None:
    """Register the register of decisions on ``api``."""

    @api.route("/decisions")
    @api.arguments(schemas.AtArgs, location="query")
    @api.response(200, schemas.DecisionsAnswer)
    @problems(api, 401, 403, 404, 422)
    @moments(api)
    def decisions(args: dict[str, Any], org: str, cycle: str) -> Response:
        """Every decision in ledger order with what became of it, and all that waits to be decided."""
        seen = view(org, cycle)
        may_see_all(seen)
        position = position_asked(seen, args.get("at"))
        state = state_at(seen, position)
        return private(decisions_body(state, seen.book.names(state)))


def decisions_body(state: State, names: Names) -> dict[str, Any]:
    """Decisions and agenda of ``state`` as JSON data."""
    return {
        "position": state.size,
        "items": [_note(state.decisions[at], names) for at in sorted(state.decisions)],
        "waiting": _waiting(agenda(state, compute(state))),
    }


def _note(note: DecisionNote, names: Names) -> dict[str, Any]:
    words = describe(note.type, note.subject, note.data, names)
    return {
        "position": note.position,
        "type": note.type,
        "subject": note.subject,
        "summary": words.vi,
        "summary_en": words.en,
        **{key: note.data.get(key) for key in ("meeting", "date", "document", "text")},
        "on_behalf": note.on_behalf,
        "confirmed": note.confirmed,
        "disputed": note.disputed,
        "effective": note.effective is not None,
        "counts_from": note.effective,
    }


def _waiting(found: Agenda) -> dict[str, Any]:
    return {
        "proposals": [asdict(one) for one in found.proposals],
        "late": [_mark(one) for one in found.late],
        "stale": [_mark(one) for one in found.stale],
        "disputed": [_mark(one) for one in found.disputed],
        "ties": [{**asdict(tie), "units": list(tie.units), "named": list(tie.named)} for tie in found.ties],
        "unanswered": [note.position for note in found.unanswered],
        "contested": [note.position for note in found.contested],
        "missing": [{"unit": unit, "criteria": list(criteria)} for unit, criteria in found.missing],
        "adjustments": [_mark(one) for one in found.adjustments],
        "cases": [{**asdict(case), "missing": list(case.missing)} for case in found.cases],
    }


def _mark(one: MarkOf) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "criterion": one.criterion,
        "position": one.mark.position,
        "stage": one.mark.stage,
        "value": one.mark.value,
        "target": one.mark.target,
        "status": one.mark.status,
    }
