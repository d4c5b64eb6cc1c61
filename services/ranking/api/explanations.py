"""Why a unit stands where it stands, what parts two of them, and what would have made a difference."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response

from services.ranking import schemas
from services.ranking.api.answers import moments, position_asked, private
from services.ranking.api.standings import entry_answer
from services.ranking.desk import View, view
from services.ranking.explained import (
    counterfactual_answer,
    counterfactual_at,
    explanation_answer,
    explanation_at,
    pair_answer,
    pair_at,
)
from shared.web.documents import problems
from shared.web.parsing import ServiceBlueprint


def register(api: ServiceBlueprint) -> None:
    """Register explanations, counterfactuals and pairs on ``api``."""

    @api.route("/units/<unit>/explanation")
    @api.arguments(schemas.AtArgs, location="query")
    @api.response(200, schemas.ExplanationAnswer)
    @problems(api, 401, 403, 404, 422)
    @moments(api)
    def explanation(args: dict[str, Any], org: str, cycle: str, unit: str) -> Response:
        """Every term of a unit's total with its events; classes, quota lines and neighbours as tested."""
        seen = view(org, cycle)
        position = position_asked(seen, args.get("at"))
        found = explanation_at(seen, position, unit)
        return private(explanation_answer(seen, found, _tell(seen)))

    @api.route("/units/<unit>/counterfactual")
    @api.arguments(schemas.AtArgs, location="query")
    @api.response(200, schemas.CounterfactualAnswer)
    @problems(api, 401, 403, 404, 422)
    @moments(api)
    def counterfactual(args: dict[str, Any], org: str, cycle: str, unit: str) -> Response:
        """The smallest change of each criterion, up and down, that changes the unit's class or rank."""
        seen = view(org, cycle)
        position = position_asked(seen, args.get("at"))
        return private(counterfactual_answer(counterfactual_at(seen, position, unit)))

    @api.route("/pairs/<first>/<second>")
    @api.arguments(schemas.AtArgs, location="query")
    @api.response(200, schemas.PairAnswer)
    @problems(api, 401, 403, 404, 422)
    @moments(api)
    def pair(args: dict[str, Any], org: str, cycle: str, first: str, second: str) -> Response:
        """Two units of one area: which is above and by what, and the difference term by term."""
        seen = view(org, cycle)
        position = position_asked(seen, args.get("at"))
        found = pair_at(seen, position, first, second)
        return private(pair_answer(seen, found, _tell(seen)))


def _tell(seen: View) -> Any:
    return partial(entry_answer, seen, names=seen.book.names(seen.state))
