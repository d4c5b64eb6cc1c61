"""A place to go, in the navigation of a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Its address and its words; ``current``: one is there."""

    href: str
    words: str
    current: bool
