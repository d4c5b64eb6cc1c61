"""The rulebook in force at any position, open to everybody, and how it came to be in force."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from services.ranking import schemas
from services.ranking.adoptions import adoptions
from services.ranking.api.answers import moments, private, to_positions
from services.ranking.desk import Moment, asked_position, desk, state_at, view
from shared.database import read_transaction
from shared.web.documents import problems
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem


def register(api: ServiceBlueprint) -> None:
    """Register the rulebook on ``api``."""

    @api.route("/rulebook")
    @api.arguments(schemas.AtArgs, location="query")
    @api.response(200, schemas.RulebookAnswer)
    @problems(api, 404, 422)
    @moments(api)
    def rulebook(args: dict[str, Any], org: str, cycle: str) -> Response:
        """The normalised rulebook in force, its hash, and every adoption up to there."""
        seen = view(org, cycle)
        position = asked_position(seen, args.get("at"))
        if isinstance(position, Moment):
            return to_positions(at=position.position)
        state = state_at(seen, seen.size if position is None else position)
        if state.rulebook is None:
            raise Problem("no-rulebook", status=404)
        with read_transaction(desk().engine) as connection:
            found = adoptions(connection, seen.ledger, state)
        return private(
            {
                "position": state.size,
                "digest": state.rulebook.digest,
                "rulebook": orjson.loads(state.rulebook.document),
                "adoptions": [
                    {
                        "position": one.position,
                        "time": one.time,
                        "version": one.rulebook.identity.version,
                        "digest": one.rulebook.digest,
                        "mode": one.mode,
                        "decision": one.decision or None,
                    }
                    for one in found
                ],
            }
        )
