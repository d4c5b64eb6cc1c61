"""Order and ties (rulebook format §7).  Never by code, name or arrival: what stays tied shares the rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.ranking.engine.fold import TieDecision
from services.ranking.engine.sheet import Sheet
from shared.rulebook.model import Rulebook

COMMITTEE = "committee_decision"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Places of an area: groups of tied units, best first; ranks by unit; which steps parted which unit.

    ``decided``: by unit, the position of the committee decision that parted it from its equals.
    """

    groups: tuple[tuple[Sheet, ...], ...]
    ranks: dict[str, int]
    parted: dict[str, list[str]]
    decided: dict[str, int]

    @property
    def open_tie(self) -> bool:
        """Whether two units share a place."""
        return any(len(group) > 1 for group in self.groups)


def rank(sheets: Sequence[Sheet], rulebook: Rulebook, decisions: Sequence[TieDecision]) -> Ranking:
    """Rank the units of one area, all of which have a base, by ``rank_by`` and the chain of tie-breaks."""
    parted: dict[str, list[str]] = {}
    decided: dict[str, int] = {}
    groups = split(list(sheets), lambda sheet: sheet.measure(rulebook.totals.rank_by), "desc")
    for step in rulebook.tie_breaks:
        refined: list[list[Sheet]] = []
        for group in groups:
            if len(group) == 1:
                refined.append(group)
                continue
            if step.by == COMMITTEE:
                parts, position = _by_decision(group, decisions)
                if len(parts) > 1:
                    decided.update((sheet.unit, position) for sheet in group)
            else:
                parts = split(group, _reader(step.by), step.order or "desc")
            if len(parts) > 1:
                for sheet in group:
                    parted.setdefault(sheet.unit, []).append(step.by)
            refined.extend(parts)
        groups = refined
    fixed = tuple(tuple(group) for group in groups)
    return Ranking(fixed, numbers(fixed, rulebook.rank_style), parted, decided)


def _reader(measure: str) -> Callable[[Sheet], Fraction | None]:
    return lambda sheet: sheet.measure(measure)


def split(sheets: list[Sheet], measure: Callable[[Sheet], Fraction | None], order: str) -> list[list[Sheet]]:
    """Equal values together, in order; a null value sorts last in either order."""
    found: dict[Fraction | None, list[Sheet]] = {}
    for sheet in sheets:
        found.setdefault(measure(sheet), []).append(sheet)
    values = sorted((value for value in found if value is not None), reverse=order == "desc")
    return [found[value] for value in values] + ([found[None]] if None in found else [])


def _by_decision(group: list[Sheet], decisions: Sequence[TieDecision]) -> tuple[list[list[Sheet]], int]:
    """The group as the newest decision orders it that names all its units, and where that stands (or -1).

    An incomplete decision cannot order it.
    """
    units = {sheet.unit for sheet in group}
    for decision in reversed(decisions):
        places = {unit: n for n, place in enumerate(decision.order) for unit in place}
        if units <= places.keys():
            by_place: dict[int, list[Sheet]] = {}
            for sheet in group:
                by_place.setdefault(places[sheet.unit], []).append(sheet)
            return [by_place[place] for place in sorted(by_place)], decision.position
    return [group], -1


def numbers(groups: Sequence[Sequence[Sheet]], style: str) -> dict[str, int]:
    """Rank numbers in a style of §7; an open tie under ``1234`` shows as ``1224``."""
    ranks: dict[str, int] = {}
    before = 0
    for place, group in enumerate(groups, start=1):
        for sheet in group:
            ranks[sheet.unit] = place if style == "1223" else before + 1
        before += len(group)
    return ranks


def rank_list(
    sheets: Sequence[Sheet], measure: str, style: str
) -> list[tuple[int | None, Sheet, Fraction | None]]:
    """A list other than ``area``: one measure, descending, no chain, no class.  Null is unranked and comes
    last.

    ``sheets`` in order of unit code; the order of equal ones is the order of rows, not of merit.
    """
    ranked = [sheet for sheet in sheets if sheet.base is not None and sheet.measure(measure) is not None]
    groups = split(ranked, _reader(measure), "desc")
    ranks = numbers(groups, style)
    rows: list[tuple[int | None, Sheet, Fraction | None]] = [
        (ranks[sheet.unit], sheet, sheet.measure(measure)) for group in groups for sheet in group
    ]
    rest = [sheet for sheet in sheets if sheet.unit not in ranks]
    return rows + [(None, sheet, sheet.measure(measure)) for sheet in rest]
