"""The sheets of all units, judged in this process or by several: each unit's sheet rests on its own facts.

Several processes are forked after the tables are read, so that nothing has to be sent to them; what comes
back are sheets without history, whose equal parts are one object and travel once.  Ranks, classes and quotas
are then the engine's own :func:`~services.ranking.engine.compute` in one process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from services.ranking.engine import State
from services.ranking.engine.compute import judged, open_units
from services.ranking.engine.context import Context, context_of
from services.ranking.engine.fold import Unit
from services.ranking.engine.sheet import Sheet
from shared.rulebook import Rulebook

WORTH_FORKING: Final = 4_000
"""Units below which one process is done before another has started."""
RANGE: Final = 2_000

_flat: Final = attrgetter(*(one.name for one in fields(Sheet)))
_Task = tuple[str, Unit, str]
"""A unit's code, its facts, its area."""
_INHERITED: dict[int, tuple[list[_Task], Context]] = {}
"""What a forked process finds in its memory, under 0."""


def processes_of_this_machine(units: int) -> int:
    """How many processes to use when nobody says: the cores given to this one, if there is work for them."""
    if units < WORTH_FORKING or "fork" not in multiprocessing.get_all_start_methods():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def judge_all(state: State, rulebook: Rulebook, processes: int, tell: Callable[[int, int], None]) -> None:
    """Judge every open unit of ``state`` and keep the sheets in it: the same for any number of processes.

    ``tell`` hears units done, and of how many.
    """
    context = context_of(state, rulebook)
    assert context is not None
    tasks = [
        (code, unit, area) for area, units in open_units(state, rulebook).items() for code, unit in units
    ]
    ranges = [range(n, min(n + RANGE, len(tasks))) for n in range(0, len(tasks), RANGE)]
    done = 0
    if processes == 1:
        for one in ranges:
            for n in one:
                code, unit, area = tasks[n]
                judged(code, unit, area, context, history=False)
            done += len(one)
            tell(done, len(tasks))
        return
    for one, sheets in zip(ranges, _by_processes(tasks, context, ranges, processes), strict=True):
        for n, values in zip(one, sheets, strict=True):
            tasks[n][1].memo = (context, Sheet(*values))
        done += len(one)
        tell(done, len(tasks))


def _by_processes(
    tasks: list[_Task], context: Context, ranges: list[range], processes: int
) -> Iterator[list[tuple[Any, ...]]]:
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, fork, _inherit, (tasks, context)) as pool:
        yield from pool.map(_sheets, ranges)


def _inherit(tasks: list[_Task], context: Context) -> None:
    _INHERITED[0] = (tasks, context)


def _sheets(places: range) -> list[tuple[Any, ...]]:
    """The sheets of some units as plain tuples (a dataclass would send the names of its fields each time)."""
    tasks, context = _INHERITED[0]
    return [_flat(judged(*tasks[n], context, history=False)) for n in places]
