"""``compute``: from a folded state to standings.  Pure: no clock, no float, no order of arrival, no
locale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import is_
from typing import Any

from services.ranking.engine.classes import Classifier
from services.ranking.engine.context import Context, context_of
from services.ranking.engine.fold import State, TieDecision, Unit
from services.ranking.engine.ranks import Ranking, rank
from services.ranking.engine.sheet import Sheet, judge
from services.ranking.engine.standings import AreaStandings, Row, Standings
from shared.rulebook.model import Area, Rulebook

ENGINE = "1"
"""Version of these rules of computation.  It is part of every result."""


def compute(state: State, rulebook: Rulebook | None = None) -> Standings:
    """The standings of ``state`` under the rulebooks its ledger adopted.

    With ``rulebook``, that one judges every value instead, whatever hash the value names: for offline
    tables and candidate boards.  Without any rulebook, or without units, the board is empty; that is no
    error.  The judgement of each unit is kept in the state until its next fact, so a second call costs
    only the ranking.
    """
    context = context_of(state, rulebook)
    if context is None:
        return Standings(ENGINE, state.ledger, None, None, 0, (), (), _open_words(state, (), {}))
    book = context.newest
    by_area = open_units(state, book)
    found = [_kept_area(state, area, by_area[area.id], context) for area in book.areas]
    boards = tuple(one.board for one in found)
    open_ties = {one.board.area: one.ranking.open_tie for one in found}
    return Standings(
        engine=ENGINE,
        ledger=state.ledger,
        rulebook=book.digest,
        status=book.identity.status,
        scale=book.number.scale,
        groups=tuple(group.id for group in book.groups),
        areas=boards,
        open_words=_open_words(state, boards, open_ties if book.rank_style == "1234" else {}),
        rules=book,
    )


@dataclass(frozen=True, slots=True)
class AreaResult:
    """One area with the way its board was come by: order and ties, classes and quota lines."""

    board: AreaStandings
    ranking: Ranking
    classifier: Classifier
    context: Context

    def row(self, unit: str) -> Row | None:
        """The row of one unit, or None."""
        return next((row for row in self.board.rows if row.sheet.unit == unit), None)


def compute_area(state: State, area: str, rulebook: Rulebook | None = None) -> AreaResult | None:
    """One area of :func:`compute` alone.  None without any rulebook, or when it knows no such area."""
    context = context_of(state, rulebook)
    if context is None or area not in context.newest.area:
        return None
    book = context.newest
    return _kept_area(state, book.area[area], open_units(state, book)[area], context)


def area_of(state: State, unit: str, rulebook: Rulebook | None = None) -> AreaResult | None:
    """The area in which ``unit`` is on a board; None when it is on none."""
    sheet = sheet_of(state, unit, rulebook)
    return None if sheet is None else compute_area(state, sheet.area, rulebook)


def sheet_of(state: State, unit: str, rulebook: Rulebook | None = None) -> Sheet | None:
    """The sheet of one open unit: every mark of every stage.  None when it is not open or no rulebook
    is in force.
    """
    context = context_of(state, rulebook)
    record = state.units.get(unit)
    if context is None or record is None or not _open(record, context.newest):
        return None
    area = _row(record, context.newest).get("area")
    return judged(unit, record, str(area), context) if area in context.newest.area else None


def open_units(state: State, rulebook: Rulebook) -> dict[str, list[tuple[str, Unit]]]:
    """Open units by area, by code (format §2).  A unit of an undeclared area is on no board."""
    found: dict[str, list[tuple[str, Unit]]] = {area.id: [] for area in rulebook.areas}
    for code in sorted(state.units):
        unit = state.units[code]
        if _open(unit, rulebook):
            area = _row(unit, rulebook).get("area")
            if isinstance(area, str) and area in found:
                found[area].append((code, unit))
    return found


def _open(unit: Unit, rulebook: Rulebook) -> bool:
    """Whether the register row is valid on the last day of the period; empty bounds are unbounded."""
    day = rulebook.period.end
    row = unit.on(day)
    if row is None:
        return False
    try:
        first, last = _day(row.get("valid_from")), _day(row.get("valid_to"))
    except (TypeError, ValueError):
        return False
    return (first is None or first <= day) and (last is None or day <= last)


def _row(unit: Unit, rulebook: Rulebook) -> Mapping[str, Any]:
    """The register row of an open unit, as it counts in the cycle: on the last day of the period (§2)."""
    row = unit.on(rulebook.period.end)
    assert row is not None
    return row


def _day(text: Any) -> date | None:
    return None if text is None or text == "" else date.fromisoformat(text)


def judged(code: str, unit: Unit, area: str, context: Context, *, history: bool = True) -> Sheet:
    """The sheet of an open unit, kept in it until its next fact; ``history`` as for
    :func:`~services.ranking.engine.sheet.judge`.
    """
    memo = unit.memo
    if memo is not None and memo[0] is context:
        kept: Sheet = memo[1]
        return kept
    name = _row(unit, context.newest).get("name")
    sheet = judge(code, name if isinstance(name, str) else code, area, unit.facts, context, history=history)
    unit.memo = (context, sheet)
    return sheet


def _kept_area(state: State, area: Area, units: list[tuple[str, Unit]], context: Context) -> AreaResult:
    """The board of an area, kept in the state until one of its sheets, or a tie, is another."""
    sheets = [judged(code, unit, area.id, context) for code, unit in units]
    ties = [one for one in state.ties if one.area is None or one.area == area.id]
    kept: tuple[AreaResult, list[Sheet], list[TieDecision]] | None = state.boards.get(area.id)
    if kept is not None:
        result, rested_on, decided = kept
        same = len(rested_on) == len(sheets) and all(map(is_, rested_on, sheets))
        if same and decided == ties and result.context is context:
            return result
    result = _area(area, sheets, context, ties)
    state.boards[area.id] = (result, sheets, ties)
    return result


def _area(area: Area, sheets: list[Sheet], context: Context, decisions: list[TieDecision]) -> AreaResult:
    rulebook = context.newest
    forfeited_rank = rulebook.policies["forfeited_unit_standing"] == "ranked"
    ranked = [sheet for sheet in sheets if sheet.base is not None and (forfeited_rank or not sheet.forfeited)]
    ranking = rank(ranked, rulebook, decisions)
    classifier = Classifier(rulebook, sheets, ranking, len(sheets))
    placings = classifier.run()
    shared = {sheet.unit for group in ranking.groups if len(group) > 1 for sheet in group}
    rows = []
    for sheet in sheets:
        reasons = list(sheet.reasons)
        placing = placings.get(sheet.unit)
        level = None if placing is None else placing.level
        if placing is not None:
            reasons += placing.reasons
        reasons += [f"TIE_BROKEN:{step}" for step in ranking.parted.get(sheet.unit, ())]
        if sheet.unit in shared:
            reasons.append("TIE")
        rows.append(
            Row(
                rank=ranking.ranks.get(sheet.unit),
                class_id=None if level is None else rulebook.classes[level].id,
                reasons=tuple(reasons),
                sheet=sheet,
            )
        )
    last = len(rows) + 1
    rows.sort(key=lambda row: (row.rank or last, row.sheet.unit))
    board = AreaStandings(area.id, area.label, tuple(rows), classifier.lines)
    return AreaResult(board, ranking, classifier, context)


def _open_words(
    state: State, boards: tuple[AreaStandings, ...], open_ties: dict[str, bool]
) -> tuple[str, ...]:
    """What keeps these standings provisional, in a fixed order."""
    words: list[str] = []
    if not boards:
        words.append("NO_RULEBOOK")
    rows = [row for board in boards for row in board.rows]
    incomplete = sum(1 for row in rows if not row.sheet.complete)
    if boards and not rows:
        words.append("NO_UNITS")
    if incomplete:
        words.append(f"INCOMPLETE:{incomplete}")
    if state.round is None:
        words.append("ROUND_OPEN")
    for board in boards:
        if any(word.startswith("TIE_AT_QUOTA:") for row in board.rows for word in row.reasons):
            words.append(f"TIE_AT_QUOTA:{board.area}")
    words += [f"OPEN_TIE:{area}" for area, is_open in open_ties.items() if is_open]
    if state.uninterpreted:
        words.append(f"UNINTERPRETED:{state.uninterpreted}")
    return tuple(words)
