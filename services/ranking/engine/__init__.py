"""The ranking engine: ``standings = compute(fold(events[:n]))``.  Pure, exact, of the standard library alone.

>>> state = initial("hcmc/2020")
>>> body(compute(state))["provisional"]["reasons"]
['NO_RULEBOOK', 'ROUND_OPEN']
"""

from services.ranking.engine.compute import ENGINE, compute, sheet_of
from services.ranking.engine.fold import State, evolve, initial, uninterpreted
from services.ranking.engine.standings import COLUMNS, Standings, body, canonical, digest, table

__all__ = [
    "COLUMNS",
    "ENGINE",
    "Standings",
    "State",
    "body",
    "canonical",
    "compute",
    "digest",
    "evolve",
    "initial",
    "sheet_of",
    "table",
    "uninterpreted",
]
