"""What if: hypothetical facts folded onto a copy of a state, by the very same fold (audit §5.3).

A :class:`Hypothetical` is no event.  It has no envelope, no time, no number and no signature, and none of
the names by which a store or a schema would know an event; all that can be done with it is to suppose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.ranking.engine.compute import compute
from services.ranking.engine.difference import Difference, difference, head
from services.ranking.engine.fold import State, evolve
from services.ranking.engine.standings import Standings, body, digest
from shared.rulebook.model import Rulebook


@dataclass(frozen=True, slots=True)
class Hypothetical:
    """A fact that nobody stated: what ``service`` would have said about a unit (``about``), or ``*``."""

    fact_type: str
    service: str
    about: str
    says: Mapping[str, Any]


def suppose(state: State, facts: Iterable[Hypothetical]) -> State:
    """A state in which ``facts`` hold, as if they stood at positions size, size + 1, …

    The caller's state keeps its content: what is folded is a copy.
    """
    supposed = state.copy()
    for fact in facts:
        evolve(
            supposed,
            fact.fact_type,
            f"/{fact.service}/{state.ledger}",
            fact.about,
            0,
            supposed.size,
            "",
            dict(fact.says),
        )
    return supposed


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What was asked and what came of it.  Its address is the digest of its own content.

    ``facts``: as they were asked for, JSON.  ``rulebook``: in force at ``base_position``; ``candidate``: the
    one that judged instead, or None.  ``head``: the counts of the difference.
    """

    ledger: str
    base_position: int
    root: str
    rulebook: str | None
    candidate: str | None
    facts: tuple[Mapping[str, Any], ...]
    engine: str
    before_digest: str
    after_digest: str
    head: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """The document as JSON data, the same for the same question."""
        return {
            "ledger": self.ledger,
            "base_position": self.base_position,
            "root": self.root,
            "rulebook": self.rulebook,
            "candidate": self.candidate,
            "facts": [dict(fact) for fact in self.facts],
            "engine": self.engine,
            "before_digest": self.before_digest,
            "after_digest": self.after_digest,
            "difference": dict(self.head),
        }

    @property
    def address(self) -> str:
        """``sha256:<hex>`` of the document's canonical bytes."""
        return digest(self.document())


@dataclass(frozen=True, slots=True)
class Trial:
    """A what-if with both boards whole."""

    what_if: WhatIf
    before: Standings
    after: Standings
    difference: Difference


def try_out(
    state: State,
    root: str,
    facts: Sequence[Hypothetical],
    asked: Sequence[Mapping[str, Any]],
    candidate: Rulebook | None = None,
) -> Trial:
    """The standings of ``state`` beside those with ``facts``, judged by ``candidate`` if one is given.

    ``root``: of the tree over the events of ``state``.  ``asked``: the facts as the document keeps them.
    """
    before = compute(state)
    after = compute(suppose(state, facts), candidate)
    found = difference(before, after)
    what_if = WhatIf(
        ledger=state.ledger,
        base_position=state.size,
        root=root,
        rulebook=before.rulebook,
        candidate=None if candidate is None else candidate.digest,
        facts=tuple(asked),
        engine=after.engine,
        before_digest=digest(body(before)),
        after_digest=digest(body(after)),
        head=head(found),
    )
    return Trial(what_if, before, after, found)
