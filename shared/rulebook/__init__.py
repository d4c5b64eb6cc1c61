"""The rulebook: how a cycle scores, classifies and ranks, as exact values.

Pure and of the standard library alone; YAML is read by :func:`shared.rulebook.loader.load`, which is
kept apart so that the engine needs nothing but Python.
"""

from shared.rulebook.faults import Fault, RulebookFault
from shared.rulebook.model import Leaf, Rulebook
from shared.rulebook.normalise import digest, normalised
from shared.rulebook.read import read
from shared.rulebook.values import (
    RESCALED,
    Points,
    ValueRefused,
    Working,
    check_value,
    evaluate,
    points,
    work_out,
)

__all__ = [
    "RESCALED",
    "Fault",
    "Leaf",
    "Points",
    "Rulebook",
    "RulebookFault",
    "ValueRefused",
    "Working",
    "check_value",
    "digest",
    "evaluate",
    "normalised",
    "points",
    "read",
    "work_out",
]
