"""The newest state of a ledger, which goes on event by event and never holds more than can matter."""

from __future__ import annotations

from typing import Final

from services.ranking.columns.folding import complete, fold_columns, take_other
from services.ranking.columns.frame import Decoder, Other, other_of
from services.ranking.engine import State
from shared.events import Event
from shared.lineage import CLOSED, MOVED

_LOOKS_BACK: Final = frozenset(
    {
        "score.withdrawn.v1",
        "decision.score_withdrawn.v1",
        "unit.registered.v1",
        MOVED,
        CLOSED,
    }
)
"""Types of event that can make an older score of their unit matter: what it says is taken back, or the unit
comes on a board, or on another one, where other values are good."""
_LOOSE: Final = 20_000
"""Early scores that may pile up in the state before it is folded anew."""


class Live:
    """A ledger's state after the events taken so far; :attr:`state` gives their standings."""

    def __init__(self, decoder: Decoder, *, loose: int = _LOOSE) -> None:
        self._decoder = decoder
        self._loose = loose
        self._fold_anew()

    @property
    def size(self) -> int:
        """How many events were taken."""
        return self._decoder.size

    def take(self, event: Event) -> None:
        """One more admitted event, the next in order."""
        self.take_other(other_of(self._decoder.size, event))

    def take_other(self, event: Other) -> None:
        """The same by its parts."""
        if event.type in _LOOKS_BACK:
            complete(self._decoder.columns(), self.state, (event.subject,))
        adoptions = self.state.adoptions
        self._decoder.take_other(event)
        take_other(self.state, event)
        if self.state.adoptions is not adoptions or self._decoder.early - self._folded > self._loose:
            self._fold_anew()

    def _fold_anew(self) -> None:
        self.state: State = fold_columns(self._decoder.columns())
        self._folded = self._decoder.early
