"""Ranking's HTTP interface: standings at any position, their proof, their news, and decisions.

A *position* names how many events were folded: ``?at=57`` is the standings after events 0 to 56.  The
event that made the difference between 56 and 57 is the one *at* position 56.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, redirect, request

from services.ranking import commands, positions, schemas
from services.ranking.book import MARKED
from services.ranking.desk import (
    Moment,
    View,
    asked_position,
    desk,
    pinned_body,
    shown_at,
    state_at,
    view,
    wait_for,
)
from services.ranking.engine import ENGINE
from services.ranking.words import Names, Words, describe
from shared.database import read_transaction
from shared.events import Event
from shared.ledger import reader
from shared.ledger.merkle import inclusion_proof, tree_root
from shared.web.documents import ProblemDocument
from shared.web.etags import standings_tag, tagged
from shared.web.pagination import link_next, page_of
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import CONTENT_TYPE, Problem
from shared.web.runtime import ledger_settings

HIDDEN = Words("Sự kiện ngoài phạm vi được xem", "An event outside what this reader may see")


def blueprint() -> ServiceBlueprint:
    """Every route of the API, under ``/v1/<org>/<cycle>``."""
    api = ServiceBlueprint(
        "ranking",
        __name__,
        url_prefix="/v1/<org>/<cycle>",
        description="Standings, their proof and their publication; decisions of the Standing Committee.",
    )
    _readers(api)
    commands.register(api)
    return api


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), content_type="application/json")


def _readers(api: ServiceBlueprint) -> None:
    def problem(*statuses: int) -> Any:
        def wrap(route: Any) -> Any:
            for status in statuses:
                route = api.alt_response(status, schema=ProblemDocument, content_type=CONTENT_TYPE)(route)
            return route

        return wrap

    @api.route("/standings")
    @api.arguments(schemas.StandingsArgs, location="query")
    @api.response(200, schemas.StandingsAnswer)
    @problem(401, 403, 404, 422, 503)
    def standings(args: dict[str, Any], org: str, cycle: str) -> Response:
        """Standings now, or at any position or instant."""
        if "after" in args:
            wait_for(ledger_settings(org, cycle).ledger, args["after"])
        seen = view(org, cycle)
        position = asked_position(seen, args.get("at"))
        if isinstance(position, Moment):
            return _to_position(position)
        if args.get("engine", ENGINE) != ENGINE:
            raise Problem(
                "unknown-engine",
                f"Dịch vụ này tính bằng phiên bản {ENGINE}.",
                f"This service computes with version {ENGINE}.",
            )
        shown = shown_at(seen, position)
        body = standings_body(seen, shown.position, args.get("area"))
        return _tagged(
            _json(body),
            seen,
            shown.position,
            shown.digest,
            body["board"],
            args.get("area", ""),
            immutable=position is not None and "engine" in args,
        )

    @api.route("/positions")
    @api.arguments(schemas.PositionsArgs, location="query")
    @api.response(200, schemas.EntriesAnswer)
    @problem(401, 403, 404, 422)
    def events(args: dict[str, Any], org: str, cycle: str) -> Response:
        """The ledger's events in order, in words; ``marks=true``: publications and decisions only."""
        seen = view(org, cycle)
        _may_look(seen)
        limit = args["limit"]
        with read_transaction(desk().engine) as connection:
            found = positions.entries(
                connection,
                seen.ledger,
                args["after"],
                seen.size,
                limit + 1,
                MARKED if args["marks"] else (),
            )
        page = page_of(found, limit, lambda entry: entry.position)
        names = seen.book.names(seen.state)
        answer = _json(
            {"size": seen.size, "items": [entry_answer(seen, entry, names) for entry in page.items]}
        )
        answer.headers["Cache-Control"] = "private, no-cache"
        return link_next(answer, page)

    @api.route("/positions/<int:position>")
    @api.response(200, schemas.EntryAnswer)
    @problem(401, 403, 404)
    def one_event(org: str, cycle: str, position: int) -> Response:
        """The event at one position, in words."""
        seen = view(org, cycle)
        _may_look(seen)
        with read_transaction(desk().engine) as connection:
            entry = positions.entry(connection, seen.ledger, position) if position < seen.size else None
        if entry is None:
            raise Problem("unknown-event")
        answer = _json(entry_answer(seen, entry, seen.book.names(seen.state)))
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    @api.route("/receipts/<path:event_id>")
    @api.response(200, schemas.ReceiptAnswer)
    @problem(404)
    def receipt(org: str, cycle: str, event_id: str) -> Response:
        """Where an event stands, with the proof of inclusion against the present size and root.

        Open to whoever holds the receipt: the answer says nothing of what the event holds.
        """
        ledger = ledger_settings(org, cycle).ledger
        with read_transaction(desk().engine) as connection:
            row = reader.by_event_id(connection, ledger, event_id)
            if row is None:
                raise Problem("unknown-event")
            position = row.position
            leaves = positions.leaves(connection, ledger, 2**53)
        answer = _json(
            {
                "ledger": ledger,
                "event_id": event_id,
                "position": position,
                "leaf": leaves[position].hex(),
                "size": len(leaves),
                "root": f"sha256:{tree_root(leaves).hex()}",
                "inclusion": [node.hex() for node in inclusion_proof(leaves, position)],
            }
        )
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    @api.route("/stream")
    @api.response(200, description="Server-sent events: `standings` with {position, digest}.")
    @api.doc(responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}})
    @problem(401, 403, 404)
    def stream(org: str, cycle: str) -> Response:
        """News of the standings as server-sent events; what changed is fetched as who one is."""
        seen = view(org, cycle)
        _may_look(seen)
        last = request.headers.get("Last-Event-ID", "")
        answer = Response(desk().hub.listen(seen.ledger, last), content_type="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"
        return answer

    @api.route("/publications")
    @api.response(200, schemas.PublicationsAnswer)
    @problem(404)
    def publications(org: str, cycle: str) -> Response:
        """Every published version, oldest first, with what it pinned."""
        seen = view(org, cycle)
        answer = _json({"items": [asdict(one) for one in seen.publications]})
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    @api.route("/publications/<int:version>")
    @api.response(200, schemas.StandingsAnswer)
    @problem(404)
    def publication(org: str, cycle: str, version: int) -> Response:
        """One published version: the pinned standings, open to everybody."""
        seen = view(org, cycle)
        found, body = pinned_body(seen, version)
        answer = _json({**body, "partial": False, "publication": asdict(found), **_pins(found)})
        return tagged(answer, standings_tag(found.digest, found.status, f"publication {version}"))


def _may_look(seen: View) -> None:
    """Raise a 403 problem for a reader who may see published versions only."""
    if seen.audience.published_only:
        raise Problem("not-public")


def _to_position(moment: Moment) -> Response:
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "at"]
    target = f"{request.path}?{urlencode([*pairs, ('at', str(moment.position))])}"
    answer = redirect(target, 307)
    answer.headers["Cache-Control"] = "private, no-cache"
    return Response(answer.get_data(), answer.status_code, dict(answer.headers))


def standings_body(seen: View, position: int, area: str | None = None) -> dict[str, Any]:
    """What ``GET standings`` answers at ``position``.  Raises a 404 problem for an unknown area."""
    shown = shown_at(seen, position)
    state = state_at(seen, position)
    body = seen.body(shown, state)
    if area is not None:
        areas = [entry for entry in body["areas"] if entry["area"] == area]
        if not areas:
            raise Problem("unknown-area")
        body = {**body, "areas": areas}
    return {
        **body,
        "ledger": seen.ledger,
        "position": position,
        "time": shown.time or None,
        "digest": shown.digest,
        "root": shown.root,
        "board": state.board,
        "simulated_clock": seen.reader.ledger.simulated,
        "partial": not seen.audience_at(position).everything,
    }


def _tagged(
    answer: Response, seen: View, position: int, digest: str, board: str, area: str, *, immutable: bool
) -> Response:
    """ETag = digest, status, and all else that changes the bytes: position, area, audience, engine."""
    audience = seen.audience_at(position)
    who = (
        "all"
        if audience.everything
        else repr((sorted(audience.units), sorted(audience.teams), sorted(audience.departments)))
    )
    tag = standings_tag(digest, board, f"{position} {area} {ENGINE} {who}")
    answer.headers["Standings-Digest"] = digest
    answer.headers["Standings-Position"] = str(position)
    # For ever and for everybody only where what is shown does not depend on who asks.
    public = seen.open_to_all or seen.is_published(position)
    return tagged(answer, tag, immutable=immutable and public)


def _pins(found: Any) -> dict[str, Any]:
    return {
        "position": found.position,
        "digest": found.digest,
        "root": found.root,
        "engine": found.engine,
        "rulebook": found.rulebook,
        "board": found.status,
        "time": found.time,
    }


def entry_answer(seen: View, entry: positions.Entry, names: Names) -> dict[str, Any]:
    """One event for this reader: what it says is left out when it is not his to read."""
    visible = seen.sees_event(entry.type, entry.subject)
    words = describe(entry.type, entry.subject, Event.parse(entry.value).data, names) if visible else HIDDEN
    return {
        "position": entry.position,
        "standings_position": entry.position + 1,
        "time": entry.time,
        "source": entry.source,
        "sequence": entry.sequence,
        "type": entry.type if visible else None,
        "subject": entry.subject if visible else None,
        "summary": words.vi,
        "summary_en": words.en,
    }
