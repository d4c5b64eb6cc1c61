"""What a page of inspections rests on: this service's own facts, and the ledger as it has read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.inspections import reading
from services.inspections.known import Known
from services.inspections.loading import known_whole
from services.inspections.projections import register_of
from services.inspections.state import State
from shared.access.directory import LedgerSettings
from shared.database import read_transaction
from shared.web.runtime import runtime


@dataclass(frozen=True, slots=True)
class Board:
    """``state``: all that this service has stated.  ``known``: the rulebook, the register, and the scores
    and decisions of every unit, at ``known.base_position``.  ``now``: the ledger's time."""

    ledger: LedgerSettings
    state: State
    known: Known
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The ledger's time zone."""
        return ZoneInfo(self.ledger.timezone)

    @property
    def visibility(self) -> str:
        """The rulebook's ``live_visibility``; restricted while there is no rulebook."""
        book = self.known.rulebook
        return "restricted" if book is None else str(book.policies["live_visibility"])


def board_of(ledger: LedgerSettings) -> Board:
    """The board of ``ledger`` with everything that was stated until now."""
    current = runtime()
    with read_transaction(current.engine) as connection:
        state = reading.state_of(connection, ledger.ledger)
        known = known_whole(connection, ledger.ledger, ledger.timezone)
        now = current.clock.now(ledger.ledger, connection)
    return Board(ledger, state, known, now)


def planned_board(ledger: LedgerSettings) -> Board:
    """The same without anybody's scores and decisions: enough for calendar, teams and schedule."""
    current = runtime()
    with read_transaction(current.engine) as connection:
        state = reading.state_of(connection, ledger.ledger)
        known = register_of(connection, ledger.ledger, ledger.timezone)
        now = current.clock.now(ledger.ledger, connection)
    return Board(ledger, state, known, now)
