"""Rulebooks for tests: the example with changes, and small ones from a few leaves."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from shared.rulebook import Rulebook, RulebookFault, read
from shared.rulebook.faults import Fault, Report
from shared.rulebook.loader import parse
from shared.rulebook.normalise import canonical, normalise
from tests.support.board import DEMO

Json = dict[str, Any]


@lru_cache
def _example() -> Json:
    data, _ = parse((DEMO / "rulebook.yaml").read_text("utf-8"))
    assert isinstance(data, dict)
    return data


def example_data() -> Json:
    """The example rulebook as parsed data, free to be changed."""
    return copy.deepcopy(_example())


def faults(data: Json) -> list[Fault]:
    """Every fault and warning of parsed data."""
    report = Report()
    normalise(copy.deepcopy(data), report)
    return report.faults


def codes(data: Json) -> list[str]:
    """The codes of :func:`faults`."""
    return [fault.code for fault in faults(data)]


def build(data: Json) -> Rulebook:
    """The rulebook of parsed data, by way of its normalised bytes."""
    report = Report()
    walked = normalise(copy.deepcopy(data), report)
    if report.errors:
        raise RulebookFault(report.errors)
    return read(canonical(walked))


def leaf_of(data: Json, name: str) -> Json:
    """The leaf ``name`` in parsed data."""

    def search(nodes: list[Json]) -> Json | None:
        for node in nodes:
            if node["id"] == name:
                return node
            found = search(node.get("children", []))
            if found is not None:
                return found
        return None

    found = search(data["criteria"])
    assert found is not None
    return found


def small_data(*leaves: Json, areas: tuple[str, ...] = ("QH",), **more: Any) -> Json:
    """A rulebook of a few leaves ``{"id", "max", ...}``; ``max`` may be one text for all areas.

    One group per first part of the id; totals are what the leaves sum to.
    """
    from shared.rulebook.number import parse as decimal
    from shared.rulebook.number import shortest

    groups: dict[str, Json] = {}
    total = dict.fromkeys(areas, decimal("0"))
    for given in leaves:
        leaf = {"label": f"Tiêu chí {given['id']}", "owner": "BTG", **given}
        if leaf.get("stage") == "inspection":
            leaf["owner"] = "TEAM"
        if isinstance(leaf["max"], str):
            leaf["max"] = dict.fromkeys(areas, leaf["max"])
        for area, text in leaf["max"].items():
            total[area] += decimal(text) * decimal(leaf.get("weight", "1"))
        name = leaf["id"].partition(".")[0]
        group = groups.setdefault(name, {"id": name, "label": f"Nhóm {name}", "children": []})
        group["children"].append(leaf)
    example = example_data()
    data: Json = {
        "rulebook": example["rulebook"] | {"id": "small"},
        "period": example["period"],
        "areas": [{"id": area, "label": area} for area in areas],
        "total": {area: shortest(value) for area, value in total.items()},
        "number": {"step": "0.25", "scale": 2, "rounding": "HALF_UP", "round_at": "leaf"},
        "stages": example["stages"],
        "criteria": list(groups.values()),
        "classes": example["classes"],
        "appeals": example["appeals"],
    }
    data["classes"] = [{key: one for key, one in item.items() if key != "also"} for item in data["classes"]]
    return data | more


def small(*leaves: Json, **more: Any) -> Rulebook:
    """The rulebook of :func:`small_data`."""
    return build(small_data(*leaves, **more))
