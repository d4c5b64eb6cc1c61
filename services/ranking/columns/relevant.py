"""Which early scores can still matter to the standings of the first ``position`` events.

Left out is a score that a later one of its cell makes void whatever else happened (proved by comparison with
the event-at-a-time fold on generated ledgers):

- of equal scores of a cell under one rulebook the last, since it says the same and is newer;
- all but the last of a cell under one rulebook, where the engine accepts the last and no later rulebook
  judges it again.

A cell from which a score was withdrawn keeps all, because a withdrawal brings the one before it back.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from services.ranking.columns.frame import Columns
from services.ranking.engine.context import Context
from services.ranking.engine.facts import SCORES, Recorded
from services.ranking.engine.sheet import accepts

_GROUP = ["cell", "stretch"]


def relevant(
    columns: Columns, position: int, context: Context | None, areas: Mapping[str, str]
) -> pl.DataFrame:
    """Rows of ``columns.scores`` below ``position`` that have to be facts, by position.

    ``context``: the rules at ``position``; None: no rulebook is in force, and no score counts for anything
    but a later withdrawal's sake.  ``areas``: of each unit on a board.
    """
    rows = columns.scores_before(position)
    if context is None or rows.is_empty():
        return rows.clear()
    last = rows.group_by(_GROUP).agg(pl.all().last())
    settled = _settled(columns, last, context, areas)
    open_groups = last.filter(~settled).select(_GROUP)
    found = [last.filter(settled).select(rows.columns)]
    if open_groups.height:
        unsettled = rows.join(open_groups, on=_GROUP, how="semi", maintain_order="left")
        found.append(unsettled.unique([*_GROUP, "says"], keep="last"))
    withdrawn = _withdrawn_cells(columns, position)
    if withdrawn:
        of_cells = pl.col("cell").is_in(withdrawn)
        found = [frame.filter(~of_cells) for frame in found]
        found.append(rows.filter(of_cells))
    return pl.concat(found).sort("position")


def _settled(columns: Columns, last: pl.DataFrame, context: Context, areas: Mapping[str, str]) -> pl.Series:
    """For each row of ``last``: whether it alone stands for its cell."""
    owns = [context.own(start + 1) for start in (-1, *columns.adopted)]
    judged_again = context.again[-1] if context.again else -1
    known: dict[tuple[str, int, str | None, str | None, int], bool] = {}
    answers: list[bool] = []
    for cell, stretch, says in last.select("cell", "stretch", "says").iter_rows():
        unit, criterion, stage = columns.cells[cell]
        own = owns[stretch]
        area = areas.get(unit)
        if area is None:
            answers.append(True)  # on no board: nothing is asked of it
            continue
        key = (area, own, criterion, stage, says)
        if key not in known:
            value, target, state, rulebook, period = columns.says[says]
            fact = Recorded(0, SCORES, criterion, stage, value, target, state, rulebook, period=period)
            known[key] = own >= judged_again and accepts(context, area, fact, own)
        answers.append(known[key])
    return pl.Series(answers, dtype=pl.Boolean)


def _withdrawn_cells(columns: Columns, position: int) -> list[int]:
    if not columns.withdrawn:
        return []
    place = {cell: number for number, cell in enumerate(columns.cells)}
    return sorted({place[cell] for at, cell in columns.withdrawn if at < position and cell in place})
