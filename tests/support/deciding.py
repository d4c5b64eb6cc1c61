"""Given, when, then for deciders: a caller with hats, and the rulebook of the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from shared.access import Grant, Target, decide_access
from shared.events import Draft
from shared.events.catalogue import lookup
from shared.rulebook import Rulebook
from shared.rulebook.loader import load
from shared.web.commands import Actor

NOW = datetime(2020, 11, 5, 2, 0, tzinfo=UTC)
RULEBOOK = Path(__file__).parents[2] / "deploy" / "demo" / "2020" / "rulebook.yaml"


@cache
def rulebook() -> Rulebook:
    """The rulebook of the 2020 cycle."""
    return load(RULEBOOK.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Person:
    """A caller: ``hats`` are ``role@scope``, judged by the real rule table."""

    hats: tuple[str, ...]
    sub: str = "NV-001"
    now: datetime = NOW
    operation: str = ""
    asked: list[str] = field(default_factory=list)

    def authorise(self, target: Target, operation: str | None = None) -> Actor:
        grants = [
            Grant(f"g{n}", self.sub, *hat.split("@", 1), "0001-01-01T00:00:00.000000Z")
            for n, hat in enumerate(self.hats)
        ]
        name = operation or self.operation
        self.asked.append(name)
        allowed = decide_access(grants, name, target)
        return Actor(self.sub, allowed.grant.role, allowed.grant.scope, allowed.on_behalf, self.now)

    def at(self, moment: datetime) -> Person:
        return replace(self, now=moment)

    def doing(self, operation: str) -> Person:
        return replace(self, operation=operation)


def person(*hats: str, sub: str = "NV-001", now: datetime = NOW) -> Person:
    """Somebody with these hats, ``role@scope`` each."""
    return Person(hats, sub, now)


def fits_catalogue(drafts: Sequence[Draft]) -> bool:
    """Whether the catalogue understands every draft; raises with the faults otherwise."""
    for draft in drafts:
        entry = lookup(draft.type)
        assert entry is not None, draft.type
        assert not entry.faults(draft.data), (draft.type, entry.faults(draft.data))
    return True
