"""Amendment: what a rulebook may change once scores exist (rulebook format §1, codes R070 and R071)."""

from __future__ import annotations

from typing import Any, Final

from shared.rulebook.model import Rulebook

MODES: Final = ("prospective", "re_evaluate_all")


def amendment_fault(before: Rulebook, after: Rulebook, mode: object, decision: object) -> str | None:
    """The code of the fault that keeps ``after`` from following ``before`` after the first score, or None.

    R070: no decision number, no known mode, or no higher version.  R071: a prospective amendment changes
    areas, totals, maxima, weights, stages or the set of leaves.
    """
    if mode not in MODES or not decision or version_key(after) <= version_key(before):
        return "R070"
    if mode == "prospective" and frame(before) != frame(after):
        return "R071"
    return None


def version_key(rulebook: Rulebook) -> tuple[int, ...]:
    """The version as numbers that compare as versions do."""
    return tuple(int(part) for part in rulebook.identity.version.split("."))


def frame(rulebook: Rulebook) -> Any:
    """What a prospective amendment may not touch, in a form that does not depend on file order."""
    areas = sorted((area.id, area.total) for area in rulebook.areas)
    leaves = sorted(
        (leaf.id, leaf.weight, leaf.stage, leaf.self_scored, sorted(leaf.max.items()))
        for leaf in rulebook.leaves
    )
    return areas, leaves
