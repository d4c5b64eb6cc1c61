"""What was published, version by version, open to everybody; and the gate before the next version."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from flask import Response

from services.ranking import schemas
from services.ranking.api.answers import json, may_see_all, private
from services.ranking.desk import View, desk, pinned_body, shown_at, superseded_by, view
from services.ranking.projections import Publication
from services.ranking.publication.gate import Blocker
from services.ranking.publication.passage import passage_seen
from services.ranking.publication.reward_list import reward_list, workbook
from shared.database import read_transaction
from shared.web.documents import problems
from shared.web.etags import standings_tag, tagged
from shared.web.parsing import ServiceBlueprint
from shared.workbooks import XLSX


def register(api: ServiceBlueprint) -> None:
    """Register the list of publications and each of them on ``api``."""

    @api.route("/publications")
    @api.response(200, schemas.PublicationsAnswer)
    @problems(api, 404)
    def publications(org: str, cycle: str) -> Response:
        """Every published version, oldest first, with what it pinned."""
        seen = view(org, cycle)
        return private({"items": [publication_answer(seen, one) for one in seen.publications]})

    @api.route("/publications/<int:version>")
    @api.response(200, schemas.StandingsAnswer)
    @problems(api, 404)
    def publication(org: str, cycle: str, version: int) -> Response:
        """One published version: the pinned standings, open to everybody."""
        seen = view(org, cycle)
        found, body = pinned_body(seen, version)
        about = publication_answer(seen, found)
        answer = json({**body, "partial": False, "publication": about, **pins(found)})
        # What was pinned never changes; whether it still holds and what superseded it does.
        since = f"publication {version} {about['holds']} {about['superseded_by']}"
        return tagged(answer, standings_tag(found.digest, found.status, since))

    @api.route("/publications/<int:version>/reward-list.xlsx")
    @api.response(200, description="Units of the best class in this version, as a workbook.")
    @problems(api, 404)
    def rewards(org: str, cycle: str, version: int) -> Response:
        """The reward list of a published version (plan I.2); superseded versions say so in it.

        Its ``ETag`` is the SHA-256 of the file.
        """
        seen = view(org, cycle)
        found, body = pinned_body(seen, version)
        sheet = reward_list(seen, found, body)
        file = workbook(sheet)
        answer = Response(file, content_type=XLSX)
        answer.headers["Content-Disposition"] = f'attachment; filename="{sheet.file_name}"'
        return tagged(answer, f"sha256:{hashlib.sha256(file).hexdigest()}")

    @api.route("/gate")
    @api.arguments(schemas.GateArgs, location="query")
    @api.response(200, schemas.GateAnswer)
    @problems(api, 401, 403, 404, 422)
    def passage(args: dict[str, Any], org: str, cycle: str) -> Response:
        """What stands between the present standings and a publication."""
        seen = view(org, cycle)
        may_see_all(seen)
        shown = shown_at(seen, seen.size)
        with read_transaction(desk().engine) as connection:
            found = passage_seen(connection, seen, shown, args["status"])
        return private(
            {
                "publishable": found.publishable,
                "blockers": [_blocker(one) for one in found.blockers],
                "warnings": [_blocker(one) for one in found.warnings],
                "position": shown.position,
                "digest": shown.digest,
                "status": args["status"],
            }
        )


def _blocker(blocker: Blocker) -> dict[str, Any]:
    return {
        "code": blocker.code,
        "message": blocker.vi,
        "message_en": blocker.en,
        "items": list(blocker.items),
        "link": blocker.link,
    }


def publication_answer(seen: View, found: Publication) -> dict[str, Any]:
    """One version with what became of it: which one superseded it, and why it was made itself."""
    return {
        **asdict(found),
        "superseded_by": superseded_by(seen, found),
        "reason": seen.book.reason_of(found.version),
    }


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
