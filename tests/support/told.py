"""A ledger of scores that is told commands one by one, and the board that comes of it.  No database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.scores.board import Board
from services.scores.commands import Command
from services.scores.decider import decide
from shared.events.envelope import instant
from tests.support.deciding import Person
from tests.support.scored import set_up


@dataclass(frozen=True, slots=True)
class Said:
    """A draft with the number and the time that it would be stored with."""

    type: str
    subject: str
    data: dict[str, Any]
    sequence: int
    time: str


@dataclass
class Told:
    """``board``: of everything told so far, on top of :func:`tests.support.scored.set_up`."""

    board: Board = field(default_factory=lambda: Board("hcmc/2020", set_up()))

    def tell(self, command: Command, caller: Person) -> list[int]:
        """State what ``command`` states; the numbers of its facts."""
        drafts = decide(self.board.state, command, caller, "2020")
        first = self.board.last + 1
        said = [
            Said(draft.type, draft.subject, draft.data, first + place, instant(caller.now))
            for place, draft in enumerate(drafts)
        ]
        self.board = self.board.after(said)  # type: ignore[arg-type]
        return [one.sequence for one in said]
