"""What of an explanation one reader gets (architecture 4.5).  Pure.

A unit that sees its own row only still learns how it stands to its neighbours and to a quota line, but not
who they are, nor what they have.  Whoever reads of a unit only because it was published learns what counts
there, and not what else was ever stated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from services.ranking.engine.explain import Explanation, Neighbour, Peer, QuotaStep

Sees = Callable[[str], bool]
"""Whether the reader may see the whole row of a unit."""


def without_others(found: Explanation, sees: Sees) -> Explanation:
    """``found`` with every unit that the reader may not see made "another unit": no code, name or values."""
    rank = found.rank
    if rank is not None:
        rank = replace(
            rank,
            above=tuple(_neighbour(one, sees) for one in rank.above),
            level=tuple(_neighbour(one, sees) for one in rank.level),
            below=tuple(_neighbour(one, sees) for one in rank.below),
        )
    return replace(found, rank=rank, quotas=tuple(_quota(step, sees) for step in found.quotas))


def without_idle_marks(found: Explanation) -> Explanation:
    """``found`` with the values that count alone: self scores, refused and withdrawn values are left out."""
    return replace(
        found,
        leaves=tuple(
            replace(leaf, marks=tuple(one for one in leaf.marks if one.counts)) for leaf in found.leaves
        ),
        other_marks=(),
        occurrences=tuple(one for one in found.occurrences if not one.status),
    )


def _peer(peer: Peer, sees: Sees) -> Peer:
    if peer.unit is None or sees(peer.unit):
        return peer
    return replace(peer, unit=None, name=None, total=None)


def _neighbour(one: Neighbour, sees: Sees) -> Neighbour:
    peer = _peer(one.peer, sees)
    return replace(one, peer=peer, other=None if peer.unit is None else one.other)


def _quota(step: QuotaStep, sees: Sees) -> QuotaStep:
    kept, beyond = step.last_kept, step.first_beyond
    return replace(
        step,
        last_kept=None if kept is None else _peer(kept, sees),
        first_beyond=None if beyond is None else _peer(beyond, sees),
    )
