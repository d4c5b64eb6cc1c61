"""What was published, version by version, open to everybody."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from services.ranking import schemas
from services.ranking.api.answers import json, private, problems
from services.ranking.desk import pinned_body, view
from services.ranking.projections import Publication
from shared.web.etags import standings_tag, tagged
from shared.web.parsing import ServiceBlueprint


def register(api: ServiceBlueprint) -> None:
    """Register the list of publications and each of them on ``api``."""

    @api.route("/publications")
    @api.response(200, schemas.PublicationsAnswer)
    @problems(api, 404)
    def publications(org: str, cycle: str) -> Response:
        """Every published version, oldest first, with what it pinned."""
        seen = view(org, cycle)
        return private({"items": [asdict(one) for one in seen.publications]})

    @api.route("/publications/<int:version>")
    @api.response(200, schemas.StandingsAnswer)
    @problems(api, 404)
    def publication(org: str, cycle: str, version: int) -> Response:
        """One published version: the pinned standings, open to everybody."""
        seen = view(org, cycle)
        found, body = pinned_body(seen, version)
        answer = json({**body, "partial": False, "publication": asdict(found), **pins(found)})
        return tagged(answer, standings_tag(found.digest, found.status, f"publication {version}"))


def pins(found: Publication) -> dict[str, Any]:
    """What a publication pins, as members of its standings."""
    return {
        "position": found.position,
        "digest": found.digest,
        "root": found.root,
        "engine": found.engine,
        "rulebook": found.rulebook,
        "board": found.status,
        "time": found.time,
    }
