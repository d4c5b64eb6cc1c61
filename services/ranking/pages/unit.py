"""The page of one unit: why it stands where it stands, down to the event behind every number."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request

from services.ranking import positions
from services.ranking.charts.render import DRAWING
from services.ranking.desk import Moment, View, asked_position, desk, pinned_body, shown_at, state_at, view
from services.ranking.engine.explain import Explanation
from services.ranking.engine.facts import ADJUSTMENT
from services.ranking.explained import counterfactual_at, explanation_at
from services.ranking.pages.answers import private, redirect_to
from services.ranking.pages.frame import address, frame
from services.ranking.pages.unit_view import Source, unit_view
from services.ranking.presenting import owner_words
from services.ranking.view import count, local_time
from shared.database import read_transaction
from shared.events import Event
from shared.web.i18n import language, role_name


def register(pages: Blueprint) -> None:
    """Register the page of a unit on ``pages``."""

    @pages.get("/<org>/<cycle>/units/<unit>")
    def unit(org: str, cycle: str, unit: str) -> Response:
        """The unit at ``?at=``; for who sees no more of it than was published, as that version has it."""
        seen = view(org, cycle)
        asked = asked_position(seen, request.args.get("at"))
        if isinstance(asked, Moment):
            return redirect_to(address(seen.ledger, f"units/{unit}", at=asked.position))
        position = seen.number(asked)
        if asked is None and seen.publications and not seen.sees_row(unit):
            position = seen.publications[-1].position
        shown = shown_at(seen, position)
        found = explanation_at(seen, position, unit)
        everything = seen.audience_at(position).everything
        names = seen.book.names(state_at(seen, position))
        made = unit_view(
            found,
            counterfactual_at(seen, position, unit) if everything else None,
            _sources(seen, found),
            {leaf.owner: owner_words(leaf.owner, names, language()) for leaf in found.leaves},
            language(),
        )
        return private(
            render_template(
                "ranking/unit.html",
                frame=frame(seen, "", shown),
                unit=made,
                move=_move(seen, position, found),
                past=position < seen.size and not seen.audience.published_only,
                chart=f"/ranking/v1/{seen.ledger}/charts/waterfall.svg",
                chart_query={"unit": unit, "at": position, "lang": language(), "drawing": DRAWING},
                position=count(position, language()),
                raw_position=position,
                answers=_answers(seen, unit) if _adjusted(found) else None,
                address=lambda path, **query: address(seen.ledger, path, **query),
            )
        )


def _adjusted(found: Explanation) -> bool:
    """Whether a conclusion adjusted any of the unit's values."""
    return any(reading.mark.origin == ADJUSTMENT for leaf in found.leaves for reading in leaf.marks)


def _answers(seen: View, unit: str) -> str | None:
    """Where the unit answers its adjustments, for those who may read it there: never for everybody."""
    may = seen.reader.audience().sees_row(unit, seen.book.team_of(unit, seen.size))
    return f"/inspections/{seen.ledger}/answers/{unit}" if may else None


def _move(seen: View, position: int, found: Explanation) -> int | None:
    """Places gained since the last publication before, None when that is not known."""
    before = seen.before(position)
    if before is None or found.rank is None:
        return None
    _, body = pinned_body(seen, before.version)
    rows = [row for area in body["areas"] for row in area["rows"] if row["unit"] == found.unit]
    if not rows or rows[0]["rank"] is None:
        return None
    return int(rows[0]["rank"]) - found.rank.rank


def _sources(seen: View, found: Explanation) -> Mapping[int, Source]:
    """The events behind the values of ``found``, by position."""
    wanted = {reading.mark.position for leaf in found.leaves for reading in leaf.marks}
    wanted |= {reading.mark.position for _, reading in found.other_marks}
    wanted |= {one.position for one in found.occurrences}
    wanted |= {one.position for one in found.vetoes if one.position is not None}
    with read_transaction(desk().engine) as connection:
        entries = positions.several(connection, seen.ledger, sorted(wanted))
    return {entry.position: _source(seen, entry) for entry in entries}


def _source(seen: View, entry: positions.Entry) -> Source:
    when = local_time(entry.time, ZoneInfo(seen.reader.ledger.timezone))
    page = address(seen.ledger, "", at=entry.position + 1)
    if not seen.sees_event(entry.type, entry.subject):
        return Source(when, page=page)
    said = Event.parse(entry.value).data
    actor, behalf = said["actor"], said.get("on_behalf_of")
    names = seen.book.names(seen.state)
    return Source(
        when=when,
        who=f"{role_name(actor['role'])} {actor['sub']}",
        behalf="" if behalf is None else owner_words(behalf, names, language()),
        document=str(said.get("document") or ""),
        page=page,
    )
