"""Standings at any position, the events behind them, their proof and their news."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from services.ranking import positions, schemas
from services.ranking.api.answers import json, may_look, moments, private, to_positions
from services.ranking.book import MARKED
from services.ranking.desk import (
    Moment,
    View,
    asked_position,
    desk,
    shown_at,
    state_at,
    view,
    wait_for,
)
from services.ranking.engine import ENGINE
from services.ranking.history import Shown
from services.ranking.words import Names, Words, describe
from shared.database import read_transaction
from shared.events import Event
from shared.ledger import reader
from shared.ledger.merkle import inclusion_proof, tree_root
from shared.web.documents import problems
from shared.web.etags import standings_tag, tagged
from shared.web.pagination import link_next, page_of
from shared.web.parsing import ServiceBlueprint
from shared.web.problems import Problem
from shared.web.runtime import ledger_settings

HIDDEN = Words("Sự kiện ngoài phạm vi được xem", "An event outside what this reader may see")


def register(api: ServiceBlueprint) -> None:
    """Register standings, events, receipts and news on ``api``."""

    @api.route("/standings")
    @api.arguments(schemas.StandingsArgs, location="query")
    @api.response(200, schemas.StandingsAnswer)
    @problems(api, 401, 403, 404, 422, 503)
    @moments(api)
    def standings(args: dict[str, Any], org: str, cycle: str) -> Response:
        """Standings now, or at any position or instant."""
        if "after" in args:
            wait_for(ledger_settings(org, cycle).ledger, args["after"])
        seen = view(org, cycle)
        position = asked_position(seen, args.get("at"))
        if isinstance(position, Moment):
            return to_positions(at=position.position)
        if args.get("engine", ENGINE) != ENGINE:
            raise Problem(
                "unknown-engine",
                f"Dịch vụ này tính bằng phiên bản {ENGINE}.",
                f"This service computes with version {ENGINE}.",
            )
        shown = shown_at(seen, position, anew="engine" in args)
        body = standings_body(seen, shown, args.get("area"))
        return _tagged(
            json(body),
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
    @problems(api, 401, 403, 404, 422)
    def events(args: dict[str, Any], org: str, cycle: str) -> Response:
        """The ledger's events in order, in words; ``marks=true``: publications and decisions only."""
        seen = view(org, cycle)
        may_look(seen)
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
        answer = private(
            {"size": seen.size, "items": [entry_answer(seen, entry, names) for entry in page.items]}
        )
        return link_next(answer, page)

    @api.route("/positions/<int:position>")
    @api.response(200, schemas.EntryAnswer)
    @problems(api, 401, 403, 404)
    def one_event(org: str, cycle: str, position: int) -> Response:
        """The event at one position, in words."""
        seen = view(org, cycle)
        may_look(seen)
        with read_transaction(desk().engine) as connection:
            entry = positions.entry(connection, seen.ledger, position) if position < seen.size else None
        if entry is None:
            raise Problem("unknown-event")
        return private(entry_answer(seen, entry, seen.book.names(seen.state)))

    @api.route("/receipts/<path:event_id>")
    @api.response(200, schemas.ReceiptAnswer)
    @problems(api, 404)
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
        return private(
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

    @api.route("/stream")
    @api.response(200, description="Server-sent events: `standings` with {position, digest}.")
    @api.doc(responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}})
    @problems(api, 401, 403, 404)
    def stream(org: str, cycle: str) -> Response:
        """News of the standings as server-sent events; what changed is fetched as who one is."""
        seen = view(org, cycle)
        may_look(seen)
        last = request.headers.get("Last-Event-ID", "")
        answer = Response(desk().hub.listen(seen.ledger, last), content_type="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"
        return answer


def standings_body(seen: View, shown: Shown, area: str | None = None) -> dict[str, Any]:
    """What ``GET standings`` answers with ``shown``.  Raises a 404 problem for an unknown area."""
    position = shown.position
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
