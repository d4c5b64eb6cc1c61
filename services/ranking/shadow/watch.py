"""The shadow's loop, beside the projectors: it never holds a batch up, and leaves no touched area out.

It compares the newest standings there are and catches up over the positions between.  So that the projector
keeps its pace it works a fifth of the time at most, in pieces: it rests after each unit and each thousand
events.  That, and not a limit on history, bounds its cost: a unit with a long history is still folded from
its first event, and the next comparison comes that much later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from services.ranking.shadow import alarms, comparing
from services.ranking.shadow.alarms import ARCHIVE, TOUCHED, WHOLE, Look
from services.ranking.shadow.comparing import Finding, Stored
from services.ranking.shadow.folding import Board, Rest, rows_in_pieces
from shared.archive import Archive, Damaged
from shared.database import DatabaseBusy, read_transaction, write_transaction
from shared.events.envelope import instant
from shared.ledger import reader
from shared.ledger.reader import LedgerRow
from shared.log import metrics

EVERY_SECONDS: Final = 3600.0
"""From one whole comparison of a ledger to the next."""
AGAIN_SECONDS: Final = 60.0
"""The same while an alarm is open."""
IDLE_SECONDS: Final = 0.5
SHARE: Final = 4
"""Seconds of rest for a second of work."""
_PASSING = (DatabaseBusy, OperationalError, InterfaceError, OSError)
"""What passes by itself: tried again at the next step."""

_CLEARS: Final = {WHOLE: (TOUCHED, WHOLE), ARCHIVE: (ARCHIVE,)}
"""What is cleared when a comparison of a kind finds all equal."""

Progress = Callable[[int, int], None]
"""``progress(done, of)``: events."""

_log = structlog.get_logger("shadow")


class Stopped(Exception):
    """The worker ends; a comparison that was begun is given up."""


@dataclass(slots=True)
class _Kept:
    """What is known of one ledger: its board, what was compared last, and when the whole is due."""

    board: Board | None
    compared: tuple[int, int, str]
    due: float


class _Told(NamedTuple):
    """How many alarms were raised just now, and how many of the ledger are open."""

    raised: int
    open: int


class Shadow:
    """Compares every ledger of one database.  Not to be shared by threads; processes may run several."""

    def __init__(
        self,
        engine: Engine,
        archive: Archive | None,
        *,
        every: float = EVERY_SECONDS,
        again: float = AGAIN_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rest: Rest = lambda: None,
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._every = every
        self._again = again
        self._monotonic = monotonic
        self._now = now
        self._rest = rest
        self._kept: dict[str, _Kept] = {}

    def step(self) -> bool:
        """Compare what has moved or is due, every ledger once; whether anything was compared."""
        with read_transaction(self._engine) as connection:
            ledgers = reader.ledgers(connection)
        worked = False
        for ledger in ledgers:
            try:
                worked |= self._look(ledger)
            except _PASSING as error:
                _log.warning("shadow waits", ledger=ledger, error=repr(error))
        self._measure(ledgers)
        return worked

    def whole(self, ledger: str, told: Progress = lambda done, of: None) -> tuple[Finding, ...]:
        """Compare the whole of ``ledger`` now.  Empty: nothing is stored to compare.

        What is found is kept: alarms are raised, or cleared.
        """
        there = comparing.look(self._engine, ledger)
        return () if there is None else self._whole(ledger, there, told)

    def _look(self, ledger: str) -> bool:
        there = comparing.look(self._engine, ledger)
        if there is None:
            return False
        kept = self._kept.pop(ledger, None)  # whatever is raised below, it is not to be used again
        if kept is None or self._monotonic() >= kept.due:
            self._whole(ledger, there)
        elif kept.compared == _identity(there):
            self._kept[ledger] = kept
            return False
        elif kept.board is None or not comparing.ours(there) or not kept.board.leads_to(there.position):
            self._whole(ledger, there)
        else:
            self._touched(ledger, there, kept, kept.board)
        return True

    def _touched(self, ledger: str, there: Stored, kept: _Kept, board: Board) -> None:
        began = self._monotonic()
        finding = comparing.compare_touched(self._engine, ledger, board, there, self._rest)
        told = self._tell(ledger, (finding,), self._monotonic() - began)
        # The whole says more of a difference, and it alone can clear it.
        due = self._monotonic() if told.raised else kept.due
        self._kept[ledger] = _Kept(board if finding.expected else None, _identity(there), due)

    def _whole(
        self, ledger: str, there: Stored, told: Progress = lambda done, of: None
    ) -> tuple[Finding, ...]:
        began = self._monotonic()
        with read_transaction(self._engine) as connection:
            known = alarms.last_number(connection, ledger)
        archived, damaged = self._archived(ledger, there)

        def rows() -> Iterator[LedgerRow]:
            pieces = rows_in_pieces(self._engine, ledger, 0, there.position, self._rest)
            for done, row in enumerate(pieces, 1):
                yield row
                if done % reader.CHUNK == 0 or done == there.position:
                    told(done, there.position)

        def root() -> str:
            with read_transaction(self._engine) as connection:
                return comparing.root_of(connection, ledger, there.position)

        found, board = comparing.compare_whole(rows, ledger, there, archived, root)
        findings = (*found, *damaged)
        kept = self._tell(ledger, findings, self._monotonic() - began, known)
        due = self._monotonic() + (self._again if kept.open else self._every)
        self._kept[ledger] = _Kept(board, _identity(there), due)
        return findings

    def _archived(self, ledger: str, there: Stored) -> tuple[Mapping[int, str] | None, tuple[Finding, ...]]:
        """The archive's roots, None where there is no telling; and the finding that it is damaged."""
        if self._archive is None:
            return None, ()
        try:
            return comparing.archive_roots(self._archive, ledger, self._rest), ()
        except Damaged as error:
            return None, (comparing.archive_damaged(there.position, error),)

    def _tell(self, ledger: str, findings: Sequence[Finding], seconds: float, known: int = 0) -> _Told:
        """Keep what was found, and say it in log and metrics.

        ``known``: the newest alarm when the comparison began; it clears none that was raised since.
        """
        at = instant(self._now())
        raised = 0
        with write_transaction(self._engine) as connection:
            for one in findings:
                equal = one.difference is None
                alarms.keep_look(connection, ledger, Look(one.kind, one.position, one.expected, equal, at))
                if one.difference is not None:
                    digests = (one.expected, one.found)
                    raised += alarms.raise_alarm(
                        connection, ledger, one.kind, one.position, one.difference, digests, at
                    )
                elif one.kind in _CLEARS:
                    alarms.clear(connection, ledger, _CLEARS[one.kind], one.position, known, at)
            still_open = alarms.open_counts(connection).get(ledger, 0)
        metrics.SHADOW_SECONDS.labels(findings[0].kind).observe(seconds)
        for one in findings:
            if one.difference is not None:
                _log.error(
                    "two folds differ",
                    ledger=ledger,
                    kind=one.kind,
                    position=one.position,
                    expected=one.expected,
                    found=one.found,
                    **asdict(one.difference),
                )
        return _Told(raised, still_open)

    def _measure(self, ledgers: Sequence[str]) -> None:
        with read_transaction(self._engine) as connection:
            counts = alarms.open_counts(connection)
        for ledger in ledgers:
            metrics.SHADOW_OPEN.labels(ledger).set(counts.get(ledger, 0))


class Pace:
    """Rests after each piece of work, :data:`SHARE` times as long as it took.

    Raises :class:`Stopped` once ``stop`` is set.
    """

    def __init__(self, stop: threading.Event, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._stop = stop
        self._monotonic = monotonic
        self._since = monotonic()

    def begin(self) -> None:
        """A piece of work begins now: what went before was no work."""
        self._since = self._monotonic()

    def rest(self) -> None:
        """A piece of work has ended, and the next one begins after the rest."""
        if self._stop.wait(SHARE * (self._monotonic() - self._since)):
            raise Stopped
        self._since = self._monotonic()


def run(engine: Engine, archive: Archive | None, stop: threading.Event, every: float = EVERY_SECONDS) -> None:
    """Compare until ``stop``."""
    pace = Pace(stop)
    shadow = Shadow(engine, archive, every=every, rest=pace.rest)
    try:
        while not stop.is_set():
            pace.begin()
            if shadow.step():
                pace.rest()
            else:
                stop.wait(IDLE_SECONDS)
    except Stopped:
        return


def _identity(there: Stored) -> tuple[int, int, str]:
    return there.position, there.generation, there.digest
