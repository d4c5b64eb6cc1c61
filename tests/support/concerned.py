"""A ledger under way, asked whom each of its events concerns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from services.scores.webhooks.concern import Concern, Concerns, told
from shared.events import Event
from shared.rulebook import Rulebook
from tests.support.deciding import rulebook
from tests.support.world import ACTOR, TIME, World

BOOK: Rulebook = rulebook()
OWNED = {leaf.id: leaf.owner for leaf in BOOK.leaf.values()}
NEWCOMER = "MOI"
"""A department that the rulebook does not name."""
_PART = 15_000


@dataclass
class Told:
    """A ledger under way; ``last``: its newest event."""

    concerns: Concerns = field(default_factory=Concerns)
    world: World = field(default_factory=lambda: World(services=("scores", "inspections", "ranking")))
    position: int = 0
    last: Event | None = None

    def when(self, service: str, type_: str, subject: str = "*", **data: Any) -> Concern:
        """Whom one more event concerns."""
        stated = {"occurred_at": TIME, "actor": ACTOR, **data}
        value = self.world.event(service, type_, subject, stated)
        self.last = Event.parse(value)
        found = self.concerns.take(self.position, self.last)
        self.position += 1
        return found

    def score(self, criterion: str, **data: Any) -> Concern:
        """Whom one more value concerns."""
        about = {"stage": "department", "value": "1", "rulebook": BOOK.digest, "responsible": "x", **data}
        return self.when("scores", "score.recorded.v1", "QH-Q01", criterion=criterion, **about)

    def told(self, concern: Concern, department: str) -> Any:
        """What of the newest event a department is told, as an object; None for nothing."""
        assert self.last is not None
        found = told(self.last, concern, department)
        return None if found is None else orjson.loads(found)


def with_rulebook() -> Told:
    """Departments, and the rulebook of 2020 in force."""
    made = Told()
    for code in sorted({*OWNED.values(), NEWCOMER}):
        made.when("scores", "department.registered.v1", f"department:{code}", name=code, kind="department")
    text = BOOK.document.decode("utf-8")
    parts = [text[start : start + _PART] for start in range(0, len(text), _PART)]
    for index, part in enumerate(parts):
        made.when("scores", "rulebook.part.v1", digest=BOOK.digest, index=index, parts=len(parts), text=part)
    about = {"digest": BOOK.digest, "parts": len(parts), "rulebook_id": "r", "version": "1"}
    made.when("scores", "rulebook.adopted.v1", status="adopted", **about)
    return made
