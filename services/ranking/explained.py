"""Explanations, pairs and counterfactuals of one ledger at a position, for one reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from services.ranking import positions
from services.ranking.desk import View, desk, shown_at, state_at
from services.ranking.engine.counterfactual import Counterfactual, counterfactual
from services.ranking.engine.explain import Explanation, explain
from services.ranking.engine.explanation_body import counterfactual_body, explanation_body, pair_body
from services.ranking.engine.pair import Pair, compare_pair
from services.ranking.explaining import Step, counterfactual_story, pair_story, story
from services.ranking.positions import Entry
from services.ranking.withholding import without_idle_marks, without_others
from shared.access import Audience
from shared.database import read_transaction
from shared.web.problems import Problem

Tell = Callable[[Entry], dict[str, Any]]
"""An event as the reader may read it."""


def explanation_at(seen: View, position: int, unit: str) -> Explanation:
    """The explanation of one unit, cut down to this reader.

    Units that he may not see are not named.  Of a unit whose sheet is not his, as of everybody's at a
    published position, only the values that count are left.  Raises 403, 404 and 422 problems.
    """
    shown_at(seen, position)
    found = explain(state_at(seen, position), unit)
    if found is None:
        raise Problem("unknown-unit", status=404)
    sees = _sees(seen, seen.audience_at(position), position)
    if not sees(unit):
        raise Problem("not-public")
    found = without_others(found, sees)
    return found if _sees(seen, seen.audience, position)(unit) else without_idle_marks(found)


def pair_at(seen: View, position: int, first: str, second: str) -> Pair:
    """Two units of one area, both of which the reader may see.  Raises 403, 404 and 422 problems."""
    shown_at(seen, position)
    state = state_at(seen, position)
    sees = _sees(seen, seen.audience_at(position), position)
    for unit in (first, second):
        if unit not in state.units:
            raise Problem("unknown-unit", status=404)
        if not sees(unit):
            raise Problem("not-public")
    found = compare_pair(state, first, second)
    if found is None:
        raise Problem("no-pair")
    return found


def counterfactual_at(seen: View, position: int, unit: str) -> Counterfactual:
    """What would have changed the class or rank of one unit.

    Only for who sees every row: how much more it takes to pass another unit tells what that one has.
    Raises 403, 404 and 422 problems.
    """
    shown_at(seen, position)
    if not seen.audience_at(position).everything:
        raise Problem("not-public")
    found = counterfactual(state_at(seen, position), unit)
    if found is None:
        raise Problem("unknown-unit", status=404)
    return found


def _sees(seen: View, audience: Audience, position: int) -> Callable[[str], bool]:
    team_of = partial(seen.book.team_of, position=position)
    return lambda unit: audience.sees_row(unit, team_of(unit))


def events_behind(seen: View, steps: Iterable[Step]) -> list[Entry]:
    """The events that sentences rest on, in order of position."""
    wanted = sorted({position for step in steps for position in step.positions})
    with read_transaction(desk().engine) as connection:
        return positions.several(connection, seen.ledger, wanted)


def explanation_answer(seen: View, found: Explanation, tell: Tell) -> dict[str, Any]:
    """An explanation as JSON data, with its sentences and the events behind them."""
    steps = story(found)
    return {
        **explanation_body(found),
        "partial": not seen.audience_at(found.position).everything,
        "sentences": _sentences(steps),
        "events": [tell(entry) for entry in events_behind(seen, steps)],
    }


def pair_answer(seen: View, found: Pair, tell: Tell) -> dict[str, Any]:
    """A pair as JSON data, with its sentences and the decision that parted them, if one did."""
    steps = pair_story(found)
    return {
        **pair_body(found),
        "sentences": _sentences(steps),
        "events": [tell(entry) for entry in events_behind(seen, steps)],
    }


def counterfactual_answer(found: Counterfactual) -> dict[str, Any]:
    """A counterfactual as JSON data, with its sentences."""
    return {**counterfactual_body(found), "sentences": _sentences(counterfactual_story(found))}


def _sentences(steps: Iterable[Step]) -> list[dict[str, Any]]:
    return [
        {
            "section": step.section,
            "ref": step.ref,
            "text": step.words.vi,
            "text_en": step.words.en,
            "positions": list(step.positions),
        }
        for step in steps
    ]
