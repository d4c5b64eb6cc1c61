"""Walking the criteria tree of a rulebook in its normalised (JSON) form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.rulebook.faults import Path

Json = dict[str, Any]


def leaves_of(nodes: list[Any], path: Path = ("criteria",)) -> Iterator[tuple[Json, Path]]:
    """Every leaf below ``nodes`` with its path, in file order."""
    for n, node in enumerate(nodes):
        if "children" in node:
            yield from leaves_of(node["children"], (*path, n, "children"))
        else:
            yield node, (*path, n)


def groups_of(nodes: list[Any], path: Path = ("criteria",)) -> Iterator[tuple[Json, Path]]:
    """Every group, outer before inner, in file order."""
    for n, node in enumerate(nodes):
        if "children" in node:
            yield node, (*path, n)
            yield from groups_of(node["children"], (*path, n, "children"))


def takes_target(leaf: Json) -> bool:
    """Whether a target may be recorded with the raw value of a leaf (§4)."""
    if leaf["input"] != "ladder":
        return bool(leaf["input"] == "ratio")
    return bool(leaf.get("ladder", {}).get("unit") == "percent")
