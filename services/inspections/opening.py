"""The system itself opens forfeit cases at their cut-off: one for each unit and deadline, whoever runs twice.

It asks the clock of each ledger; the decider says what is due.  A case is a question to the Standing
Committee, so nothing is decided here (plan III.4).
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from services.inspections.commands import OpenCase
from services.inspections.deciding.cases import is_due, open_case, overdue
from services.inspections.loading import known_whole
from services.inspections.projections import known_of
from services.inspections.reading import state_of
from shared.access import Target
from shared.access.directory import LedgerSettings, known_ledgers
from shared.clock import ClockNotSet, ClockSkewed
from shared.database import DatabaseBusy, read_transaction
from shared.deciding import Speaker
from shared.events.envelope import instant
from shared.house import House
from shared.store import LedgerTransaction

IDLE_SECONDS: Final = 5.0
ACTOR: Final = {"sub": "inspections", "role": "system", "scope": "ledger"}

_log = structlog.get_logger("cases")
_PASSING = (ClockNotSet, ClockSkewed, DatabaseBusy, OperationalError, InterfaceError, OSError)
"""What passes by itself: tried again at the next step."""


@dataclass(frozen=True, slots=True)
class SystemSpeaker:
    """The service itself, which speaks for nobody."""

    now: datetime
    sub: str = ACTOR["sub"]
    role: str = ACTOR["role"]
    scope: str = ACTOR["scope"]

    def facts(
        self,
        *,
        responsible: str | None = None,
        occurred_at: str | None = None,
        base_position: int | None = None,
    ) -> dict[str, Any]:
        """What the ``data`` of its events begins with; it never answers for another body."""
        data: dict[str, Any] = {"occurred_at": occurred_at or instant(self.now), "actor": dict(ACTOR)}
        return data if base_position is None else {**data, "base_position": base_position}


@dataclass(frozen=True, slots=True)
class SystemCaller:
    """The service as a caller: it needs no grant for what its own clock brings."""

    now: datetime

    def authorise(self, target: Target, operation: str | None = None) -> Speaker:
        """The service's own hat."""
        return SystemSpeaker(self.now)


class CaseOpener:
    """Opens the cases that are due.  Two of them do no harm: each asks again inside its transaction."""

    def __init__(self, house: House) -> None:
        self._house = house

    def step(self) -> int:
        """Open every case that is due now, in every ledger; how many were opened."""
        with read_transaction(self._house.engine) as connection:
            ledgers = known_ledgers(connection)
        opened = 0
        for settings in ledgers:
            try:
                opened += self._open(settings)
            except _PASSING as error:
                _log.warning("cases wait", ledger=settings.ledger, error=repr(error))
        return opened

    def _open(self, settings: LedgerSettings) -> int:
        with read_transaction(self._house.engine) as connection:
            state = state_of(connection, settings.ledger)
            if state.round is None:
                return 0
            now = self._house.clock.now(settings.ledger, connection)
            known = known_whole(connection, settings.ledger, settings.timezone)
            units = [code for code in sorted(state.visits) if overdue(state, known, state.visit(code), now)]
            due = [unit for unit in units if is_due(state, known, state.visit(unit), now)]
        opened = 0
        for unit in due:
            with self._house.store.transaction(settings.ledger) as tx:
                opened += self._open_one(tx, settings, unit)
        return opened

    def _open_one(self, tx: LedgerTransaction, settings: LedgerSettings, unit: str) -> int:
        """Judge again on what is true now: something may have arrived since."""
        state = state_of(tx.connection, settings.ledger)
        known = known_of(tx.connection, settings.ledger, settings.timezone, [unit])
        if not is_due(state, known, state.visit(unit), tx.now):
            return 0
        draft = open_case(state, known, OpenCase(unit), SystemCaller(tx.now))
        command = hashlib.sha256(f"case\n{settings.ledger}\n{unit}\n{draft.data['due']}".encode()).hexdigest()
        tx.append([draft], command_id=command, correlation_id=command)
        _log.info("forfeit case opened", ledger=settings.ledger, unit=unit, due=draft.data["due"])
        return 1


def run(opener: CaseOpener, stop: threading.Event) -> None:
    """Step until ``stop``."""
    while not stop.is_set():
        if not opener.step():
            stop.wait(IDLE_SECONDS)
