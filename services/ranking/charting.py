"""The charts of one reader: what he may see of them, gathered from the standings at one position.

A chart over all units of an area (distribution, ranks) is for who sees all of them there; heat map and
progress show the cells that the reader sees anyway; a waterfall goes with the whole row of its unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.ranking import positions
from services.ranking.charts import data
from services.ranking.charts.data import Charted, Stop
from services.ranking.desk import View, desk
from services.ranking.engine import State, sheet_of
from services.ranking.engine.terms import terms
from services.ranking.history import Shown
from services.ranking.presenting import owner_words
from services.ranking.words import Words
from shared.database import read_transaction
from shared.events.envelope import instant, parse_instant
from shared.rulebook import Rulebook
from shared.web.problems import Problem

OF_UNITS: Final = ("distribution", "ranks")
OF_CELLS: Final = ("heatmap", "progress")
OF_AREA: Final = (*OF_UNITS, *OF_CELLS)
WATERFALL: Final = "waterfall"
LAST = Words("vị trí này", "here")


@dataclass(frozen=True, slots=True)
class Scope:
    """Standings at one position as one reader sees them."""

    seen: View
    shown: Shown
    state: State
    language: str

    @property
    def rulebook(self) -> Rulebook | None:
        """The rulebook in force."""
        return self.state.rulebook

    @property
    def everything(self) -> bool:
        """Whether the reader sees all of it."""
        return self.seen.audience_at(self.shown.position).everything

    def rows(self, area: str) -> Sequence[Mapping[str, Any]]:
        """The rows of ``area`` that the reader sees.  Raises a 404 problem for an unknown area."""
        rows = _rows(self.seen.body(self.shown, self.state), area)
        if rows is None:
            raise Problem("unknown-area", status=404)
        return rows


def of_area(scope: Scope, name: str, area: str) -> Charted | None:
    """One of :data:`OF_AREA`; None when there is nothing to draw.

    Raises a 404 problem for an unknown area, and a 403 one for a chart over units that are not this
    reader's to see.
    """
    rows, rulebook = scope.rows(area), scope.rulebook
    if rulebook is None:
        return None
    if name in OF_UNITS:
        if not scope.everything:
            raise Problem("not-public")
        if name == "ranks":
            return _ranks(scope, area, rulebook)
        return data.distribution(rows, rulebook, scope.shown.result.quotas.get(area, ()))
    heat = data.heat(rows, scope.state, rulebook)
    if name == "heatmap" or heat is None:
        return heat
    names = scope.seen.book.names(scope.state)
    return data.progress(
        heat, {column.owner: owner_words(column.owner, names, scope.language) for column in heat.columns}
    )


def of_unit(scope: Scope, unit: str) -> Charted | None:
    """The waterfall of ``unit``; None while it has no score.  Raises a 404 problem when its whole row is
    not on this reader's board.
    """
    body = scope.seen.body(scope.shown, scope.state)
    row = next((row for area in body["areas"] for row in area["rows"] if row["unit"] == unit), None)
    sheet = sheet_of(scope.state, unit)
    if row is None or "rank" not in row or sheet is None or scope.rulebook is None:
        raise Problem("unknown-unit", status=404)
    steps = data.steps(terms(sheet, scope.rulebook), scope.rulebook, scope.language)
    return data.Waterfall(steps) if steps else None


def _ranks(scope: Scope, area: str, rulebook: Rulebook) -> Charted | None:
    seen = scope.seen
    stops = [stop for stop in _stops(scope) if seen.audience_at(stop.position).everything]
    boards = [_rows(seen.history.at(stop.position).body, area) or () for stop in stops]
    return data.ranks(stops, boards, rulebook)


def _rows(body: Mapping[str, Any], area: str) -> Sequence[Mapping[str, Any]] | None:
    return next((entry["rows"] for entry in body["areas"] if entry["area"] == area), None)


def _stops(scope: Scope) -> tuple[Stop, ...]:
    """Publications and freezes that the shown position knows of, and moments evenly between."""
    seen, last = scope.seen, scope.shown.position
    named = [Stop(one.position, f"v{one.version}") for one in seen.publications if one.stated_at <= last]
    named += [Stop(one.at, one.name) for one in scope.state.freezes]
    named.sort(key=lambda stop: stop.position)
    return data.sampled(named, _moments(scope), Stop(last, LAST.in_(scope.language)))


def _moments(scope: Scope) -> list[Stop]:
    """Positions at evenly spaced instants from the first fact of a unit to the last event shown.

    Days where the span has enough of them, else minutes.
    """
    facts = [unit.facts[0].position for unit in scope.state.units.values() if unit.facts]
    if not facts:
        return []
    with read_transaction(desk().engine) as connection:
        first = positions.entry(connection, scope.seen.ledger, min(facts))
    assert first is not None  # the fold has read it
    zone = ZoneInfo(scope.seen.reader.ledger.timezone)
    start, end = (parse_instant(time).astimezone(zone) for time in (first.time, scope.shown.time))
    span, parts = end - start, data.MOST_STOPS
    by_day = span >= timedelta(days=parts)
    found = []
    for part in range(1, parts):
        moment = start + span * part / parts
        moment = (
            moment.replace(hour=0, minute=0, second=0, microsecond=0)
            if by_day
            else moment.replace(second=0, microsecond=0)
        )
        position = scope.seen.history.position_at(instant(moment))
        found.append(Stop(position, moment.strftime("%d/%m" if by_day else "%H:%M")))
    return found
