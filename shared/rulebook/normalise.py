"""The normalised form of a rulebook and its hash (rulebook format §1).

The normalised form is JSON with every default filled in.  On our subset (objects, lists, strings,
integers of at most 15 digits, booleans, null) the RFC 8785 form is what ``json.dumps`` writes with
sorted keys and no spaces, because all keys are ASCII; the tests hold it against an independent
implementation.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from shared.rulebook import checks, form, schema
from shared.rulebook.checks import REGISTER, Register
from shared.rulebook.faults import Report
from shared.rulebook.model import Rulebook
from shared.rulebook.tree import leaves_of, takes_target


def normalise(data: Any, report: Report, register: Register = REGISTER) -> Any:
    """The normalised form of parsed data; every fault goes to ``report``.  ``register``: of which units.

    Meaningless (and to be thrown away) once ``report`` holds an error.  Applied to a normalised form it
    changes nothing.
    """
    walked = form.FILE.walk(data, (), report)
    if report.errors or schema.broken(walked):
        return walked
    checks.check_tree(walked, report)
    _fill(walked)
    checks.check(walked, report, register)
    return walked


def canonical(data: Any) -> bytes:
    """RFC 8785 bytes of JSON data of our subset."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def digest(document: bytes) -> str:
    """``sha256:<hex>`` of canonical bytes."""
    return "sha256:" + hashlib.sha256(document).hexdigest()


def normalised(rulebook: Rulebook) -> bytes:
    """The canonical bytes of the normalised form, of which :func:`digest` is the rulebook's hash."""
    return rulebook.document


def _fill(data: dict[str, Any]) -> None:
    """The defaults that depend on a neighbour."""
    for adjustment in (data["bonus"], data["penalty"]):
        for item in adjustment["items"]:
            item.setdefault("cap", adjustment["cap_total"])
    for leaf, _ in leaves_of(data["criteria"]):
        leaf.setdefault("self", leaf["stage"] == "department")
        if leaf["input"] == "direct":
            stated = leaf.get("min", {})
            leaf["min"] = {area: stated.get(area, "0") for area in leaf["max"]}
        if takes_target(leaf):
            leaf.setdefault("no_target", "rescale")
    for one in data["classes"]:
        if "gte" in one:
            one.setdefault("measure", "classification_score")
        if {"rank_lte", "top_count", "top_fraction"} & one.keys():
            one.setdefault("on_tie_at_boundary", "expand")
