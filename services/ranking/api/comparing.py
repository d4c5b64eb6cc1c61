"""The ledger read across time and across units: differences, one criterion, side lists."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response

from services.ranking import schemas
from services.ranking.api.answers import moments, position_asked, private, to_positions
from services.ranking.api.standings import entry_answer
from services.ranking.comparing import compare, comparison_body
from services.ranking.desk import Moment, asked_position, view
from services.ranking.sidelong import criterion_body, side_list_body
from shared.web.documents import problems
from shared.web.parsing import ServiceBlueprint


def register(api: ServiceBlueprint) -> None:
    """Register differences, criteria and lists on ``api``."""

    @api.route("/differences")
    @api.arguments(schemas.DifferencesArgs, location="query")
    @api.response(200, schemas.DifferenceAnswer)
    @problems(api, 401, 403, 404, 422)
    @moments(api)
    def differences(args: dict[str, Any], org: str, cycle: str) -> Response:
        """What differs from one position to another, and the events that did it."""
        seen = view(org, cycle)
        asked = {"from": asked_position(seen, args["from_"]), "to": asked_position(seen, args.get("to"))}
        ends = {name: seen.number(one) for name, one in asked.items()}
        if any(isinstance(one, Moment) for one in asked.values()):
            return to_positions(**ends)
        compared = compare(seen, ends["from"], ends["to"])
        tell = partial(entry_answer, seen, names=seen.book.names(seen.state))
        return private(comparison_body(seen, compared, tell))

    @api.route("/criteria/<criterion>")
    @api.arguments(schemas.AtArgs, location="query")
    @api.response(200, schemas.CriterionAnswer)
    @problems(api, 401, 403, 404, 422)
    @moments(api)
    def criterion(args: dict[str, Any], org: str, cycle: str, criterion: str) -> Response:
        """One criterion of every unit: its effective value and stage, and how many values were stated."""
        seen = view(org, cycle)
        position = position_asked(seen, args.get("at"))
        return private(criterion_body(seen, position, criterion))

    @api.route("/lists/<name>")
    @api.arguments(schemas.ListArgs, location="query")
    @api.response(200, schemas.ListAnswer)
    @problems(api, 401, 403, 404, 422)
    @moments(api)
    def side_list(args: dict[str, Any], org: str, cycle: str, name: str) -> Response:
        """A rank list of the rulebook beside the boards: `criterion`, `group`, `overall`, `grouping:ID`."""
        seen = view(org, cycle)
        position = position_asked(seen, args.get("at"))
        return private(side_list_body(seen, position, name, args.get("measure")))
