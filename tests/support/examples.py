"""How many examples a property with a number of its own tries, scaled as the Hypothesis profile is."""

from __future__ import annotations

from hypothesis import settings

_FULL = 100


def examples(number: int) -> int:
    """``number`` in a full run, a quarter of it under the profile ``fast``; at least five."""
    tried = settings.default.max_examples if settings.default is not None else _FULL
    return max(5, number * min(tried, _FULL) // _FULL)
