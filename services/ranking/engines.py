"""The versions of the engine that this software can run.

A version that ever published stays runnable: before its rules change it is copied, frozen, to its own
package (``engine/v1/``) and named here beside the new one.  What it published is recomputed by it, and by
no other (invariant 6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.ranking.engine import ENGINE, body, compute, evolve, initial, uninterpreted


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """One version: its four functions.  The state that its first one makes is changed in place by the next
    two; it is the version's own, of whatever type.
    """

    initial: Callable[[str], Any]
    evolve: Callable[[Any, str, str, str, int, int, str, dict[str, Any]], Any]
    uninterpreted: Callable[[Any, int, str], Any]
    body: Callable[[Any], dict[str, Any]]


CURRENT = EngineVersion(initial, evolve, uninterpreted, lambda state: body(compute(state)))
RUNNABLE: dict[str, EngineVersion] = {ENGINE: CURRENT}
"""By version, as results name it."""
