"""Everything the scores service has stated in one ledger, ready to be shown.

Folded from its own events and kept in the process: a page that asks again folds only what came since.
Nobody else's facts are here.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app
from sqlalchemy import Engine, select

from services.scores.state import State, fold
from shared.database import read_transaction
from shared.events import Event
from shared.events.envelope import source_of
from shared.store.tables import events
from shared.web.runtime import runtime


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it was stated.  ``number``: of its event.  The latest that stands is what counts.

    ``withdrawn``, ``confirmed``, ``disputed``: number of the event that did it, None while none has.
    ``answered_at``, ``answered_by``: time and ``sub`` of the latest confirmation or dispute.
    """

    number: int
    unit: str
    criterion: str
    stage: str
    data: Mapping[str, Any]
    time: str
    withdrawn: int | None = None
    confirmed: int | None = None
    disputed: int | None = None
    dispute: str | None = None
    answered_at: str | None = None
    answered_by: str | None = None

    @property
    def shown(self) -> str:
        """The raw input in one word: the value, or the state that stands for it."""
        return str(self.data.get("value", self.data.get("state", "")))

    @property
    def responsible(self) -> str:
        """The body that answers for it."""
        return str(self.data["responsible"])

    @property
    def on_behalf(self) -> bool:
        """Whether another body entered it."""
        return "on_behalf_of" in self.data

    @property
    def unanswered(self) -> bool:
        """Entered for a body that has not said a word: shown, never taken for consent."""
        return self.on_behalf and self.withdrawn is None and self.confirmed is None and self.disputed is None


@dataclass(frozen=True, slots=True)
class Note:
    """Any other own event about a unit or the ledger: number, type, subject, data and time."""

    number: int
    type: str
    subject: str
    data: Mapping[str, Any]
    time: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One own event, for a list."""

    number: int
    type: str
    subject: str
    time: str


@dataclass(frozen=True, slots=True)
class Board:
    """``state``: what deciders know, of the whole ledger.  ``values``: by unit, oldest first.

    ``notes``: by type of event, oldest first (submissions, completions, evaluations, due instants, …).
    ``last``: number of the newest event folded; ``latest``: the newest ones, newest first; ``counts``: by
    type.  A moment's picture: it never changes.
    """

    ledger: str
    state: State = field(default_factory=State)
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    last: int = 0
    latest: tuple[Receipt, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def visibility(self) -> str:
        """The policy ``live_visibility`` of the rulebook in force."""
        book = self.state.rulebook()
        return "restricted" if book is None else str(book.policies["live_visibility"])

    def standing(self, unit: str, criterion: str, stage: str) -> Value | None:
        """The value that counts at this stage now, or None."""
        return next(
            (
                value
                for value in reversed(self.values.get(unit, ()))
                if value.criterion == criterion and value.stage == stage and value.withdrawn is None
            ),
            None,
        )

    def history(self, unit: str, criterion: str, stage: str) -> list[Value]:
        """Every value of this cell, oldest first, withdrawn ones too."""
        return [
            value
            for value in self.values.get(unit, ())
            if value.criterion == criterion and value.stage == stage
        ]

    def noted(self, type_: str, subject: str | None = None) -> tuple[Note, ...]:
        """Events of one type (about one subject), oldest first."""
        found = self.notes.get(type_, ())
        return found if subject is None else tuple(note for note in found if note.subject == subject)

    def after(self, stated: Sequence[Event]) -> Board:
        """The board after further own events, in order of their numbers."""
        if not stated:
            return self
        growing = _Growing(self)
        for event in stated:
            growing.take(event)
        return Board(
            self.ledger,
            fold(stated, self.state),
            {**self.values, **{unit: tuple(values) for unit, values in growing.values.items()}},
            {**self.notes, **{type_: tuple(notes) for type_, notes in growing.notes.items()}},
            stated[-1].sequence,
            (*reversed([_receipt(event) for event in stated[-_LATEST:]]), *self.latest)[:_LATEST],
            Counter(self.counts) + Counter(event.type for event in stated),
        )


_LATEST = 20


def _receipt(event: Event) -> Receipt:
    return Receipt(event.sequence, event.type, event.subject, event.time)


class _Growing:
    """What some events change of a board: only the units and types that they touch are copied."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.values: dict[str, list[Value]] = {}
        self.notes: dict[str, list[Note]] = {}

    def take(self, event: Event) -> None:
        """One more event."""
        data, number = event.data, event.sequence
        match event.type:
            case "score.recorded.v1":
                value = Value(number, event.subject, data["criterion"], data["stage"], data, event.time)
                self._of(event.subject).append(value)
            case "score.withdrawn.v1":
                place = (data["criterion"], data["stage"])
                values = self._of(event.subject)
                latest = next(
                    index
                    for index in reversed(range(len(values)))
                    if (values[index].criterion, values[index].stage) == place
                    and values[index].withdrawn is None
                )
                values[latest] = replace(values[latest], withdrawn=number)
            case "score.confirmed.v1":
                self._answer(event, data["scores"], confirmed=number)
            case "score.disputed.v1":
                self._answer(event, [data["score"]], disputed=number, dispute=data["text"])
            case _:
                note = Note(number, event.type, event.subject, data, event.time)
                if event.type not in self.notes:
                    self.notes[event.type] = list(self._board.notes.get(event.type, ()))
                self.notes[event.type].append(note)

    def _of(self, unit: str) -> list[Value]:
        if unit not in self.values:
            self.values[unit] = list(self._board.values.get(unit, ()))
        return self.values[unit]

    def _answer(self, event: Event, numbers: Sequence[int], **answer: Any) -> None:
        by = {"answered_at": event.time, "answered_by": event.data["actor"]["sub"]}
        values = self._of(event.subject)
        for index, value in enumerate(values):
            if value.number in numbers:
                values[index] = replace(value, **answer, **by)


class Boards:
    """The boards of one web process, one per ledger, each as new as its last reading."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._boards: dict[str, Board] = {}

    def board(self, ledger: str) -> Board:
        """The board of ``ledger`` with everything that was stated until now."""
        with self._lock:
            board = self._boards.get(ledger) or Board(ledger)
            board = self._boards[ledger] = board.after(_stated(self._engine, ledger, board.last))
            return board


def _stated(engine: Engine, ledger: str, after: int, upto: int | None = None) -> list[Event]:
    """Own events with numbers above ``after``, to ``upto`` (inclusive; None: to the newest), in order."""
    query = select(events.c.value).where(
        events.c.ledger == ledger,
        events.c.source == source_of("scores", ledger),
        events.c.sequence > after,
    )
    if upto is not None:
        query = query.where(events.c.sequence <= upto)
    with read_transaction(engine) as connection:
        found = connection.execute(query.order_by(events.c.sequence))
        return [Event.parse(bytes(value)) for (value,) in found]


_BOARDS = "bangvang.scores.boards"


def board_of(ledger: str) -> Board:
    """The board of ``ledger`` in the running web process."""
    boards: Boards = current_app.extensions.setdefault(_BOARDS, Boards(runtime().engine))
    return boards.board(ledger)


def board_upto(ledger: str, upto: int) -> Board:
    """The board of ``ledger`` as it was after its own event ``upto``, folded anew.

    The newest board when there is no such event yet.
    """
    newest = board_of(ledger)
    if upto >= newest.last:
        return newest
    return Board(ledger).after(_stated(runtime().engine, ledger, 0, upto))
