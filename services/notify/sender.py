"""The sender: for every publication in the ledger, one notice for every open unit, stated once.

Files first, then the facts, all of a publication in one transaction: a crash in between writes the same files
again and states what was not stated.  Work is at least once, facts are exactly once.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from services.notify.addressing import REGISTER, recipients_on
from services.notify.decider import Publication, decide, fold
from services.notify.documents import notices
from services.notify.outbox import Outbox
from services.notify.published import (
    NotPublishedYet,
    OtherStandings,
    StandingsSource,
    content_of,
    publications,
)
from shared.access.directory import LedgerSettings, known_ledgers
from shared.clock import ClockNotSet
from shared.database import DatabaseBusy, read_transaction
from shared.events.catalogue import interpret
from shared.events.envelope import parse_instant
from shared.house import House
from shared.ledger import reader
from shared.ledger.rulebooks import rulebook_at

IDLE_SECONDS = 0.5
LONGEST_PAUSE = 60.0

_log = structlog.get_logger("sender")
_PASSING = (NotPublishedYet, ClockNotSet, DatabaseBusy, OperationalError, InterfaceError, OSError)
"""What passes by itself; anything else is a fault of data or code, told louder, and no reason to stop."""


class Sender:
    """Issues the notices that are due.  Not to be shared by threads; two of them are only wasteful."""

    def __init__(
        self,
        house: House,
        source: StandingsSource,
        outbox: Outbox,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._house = house
        self._source = source
        self._outbox = outbox
        self._monotonic = monotonic
        self._done: set[tuple[str, int]] = set()
        self._failures: dict[tuple[str, int], tuple[int, float]] = {}

    def step(self) -> bool:
        """Deal with every publication that is due and not pausing after a failure; whether any was issued."""
        with read_transaction(self._house.engine) as connection:
            due = [
                (settings, publication)
                for settings in known_ledgers(connection)
                for publication in publications(connection, settings.ledger)
                if (settings.ledger, publication.version) not in self._done
            ]
        issued = False
        for settings, publication in due:
            key = (settings.ledger, publication.version)
            failures, again_at = self._failures.get(key, (0, 0.0))
            if self._monotonic() < again_at:
                continue
            try:
                count = self.issue(settings, publication)
            except Exception as error:
                pause = min(LONGEST_PAUSE, IDLE_SECONDS * 2 ** min(failures, 10))
                self._failures[key] = (failures + 1, self._monotonic() + pause)
                tell = _log.warning if isinstance(error, _PASSING) else _log.exception
                tell("notices wait", ledger=key[0], version=key[1], error=repr(error), pause=pause)
                continue
            self._failures.pop(key, None)
            self._done.add(key)
            issued |= count > 0
            _log.info("notices issued", ledger=key[0], version=key[1], count=count)
        return issued

    def issue(self, settings: LedgerSettings, publication: Publication) -> int:
        """Write and state the notices of one publication; how many facts were new.

        Raises :class:`NotPublishedYet` and :class:`OtherStandings`.
        """
        ledger = settings.ledger
        house = self._house
        if self._all_issued(ledger, publication):
            return 0
        standings = content_of(self._source(ledger, publication.version), publication.digest)
        with read_transaction(house.engine) as connection:
            rulebook = rulebook_at(connection, ledger, publication.position)
            register = reader.of_types(connection, ledger, REGISTER, publication.stated_at)
        if rulebook is None or rulebook.digest != publication.rulebook:
            raise OtherStandings(f"the rulebook at {publication.position} is not {publication.rulebook}")
        day = parse_instant(publication.time).astimezone(ZoneInfo(settings.timezone)).date()
        told = (row.event for row in register if interpret(row.event) is None)
        recipients = recipients_on(day, told)
        documents = []
        for notice in notices(
            ledger, settings.name, settings.timezone, publication, standings, rulebook, recipients
        ):
            self._outbox.put(ledger, publication.version, notice)
            documents.append(notice.document)
        command = _command(ledger, publication.version)
        with house.store.transaction(ledger) as tx:
            state = fold(tx.stream_of_types("notice.issued.v1"))
            drafts = decide(state, ledger, publication, documents)
            tx.append(drafts, command_id=command, correlation_id=command, causation_id=publication.event_id)
        return len(drafts)

    def _all_issued(self, ledger: str, publication: Publication) -> bool:
        """Whether a run before this one stated the notices of this version: all at once, or none."""
        with self._house.store.transaction(ledger) as tx:
            state = fold(tx.stream_of_types("notice.issued.v1"))
        return any(version == publication.version for version, _ in state.issued)


def _command(ledger: str, version: int) -> str:
    """The id of the one command that issues a version's notices; the same on every attempt."""
    return hashlib.sha256(f"notify\n{ledger}\nstanding v{version}".encode()).hexdigest()


def run(sender: Sender, stop: threading.Event) -> None:
    """Step until ``stop``."""
    while not stop.is_set():
        if not sender.step():
            stop.wait(IDLE_SECONDS)
