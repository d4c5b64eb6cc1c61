"""One transaction on one ledger, its lock held from the first statement on (architecture §3.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import uuid_utils
from sqlalchemy import Connection, and_, bindparam, func, insert, literal_column, select, true

from shared.clock import Clock
from shared.database import Prepared
from shared.events.canonical import MAX_INTEGER
from shared.events.catalogue import interpret
from shared.events.envelope import (
    Draft,
    Event,
    instant,
    parse_instant,
    source_of,
    trusted_event,
    unsigned_event,
)
from shared.events.signing import key_id, sign
from shared.store.idempotency import Answer, KeyReused
from shared.store.signer import Signer
from shared.store.tables import events, idempotency

_OF_LEDGER = events.c.ledger == bindparam("of_ledger")
_OF_SOURCE = (_OF_LEDGER, events.c.source == bindparam("of_source"))
_LAST = (
    select(events.c.sequence, events.c.time, events.c.id)
    .where(*_OF_SOURCE)
    .order_by(events.c.sequence.desc())
    .limit(1)
)
_HEAD = _LAST.subquery("head")
# What nearly every command asks first, in one round trip: what it was answered, and the last own number.
_ANSWER_AND_HEAD = select(
    _HEAD.c.sequence,
    _HEAD.c.time,
    _HEAD.c.id,
    idempotency.c.body_digest,
    idempotency.c.status,
    idempotency.c.answer,
).select_from(
    select(literal_column("1").label("one"))
    .subquery("one")
    .outerjoin(_HEAD, true())
    .outerjoin(
        idempotency,
        and_(
            idempotency.c.ledger == bindparam("of_ledger"),
            idempotency.c.commandid == bindparam("of_command"),
        ),
    )
)
_LAST_OF_SUBJECTS = (
    select(events.c.subject, func.max(events.c.subjectsequence))
    .where(*_OF_SOURCE, events.c.subject.in_(bindparam("subjects", expanding=True)))
    .group_by(events.c.subject)
)
_LAST_OF_SUBJECT = (
    select(events.c.subjectsequence)
    .where(*_OF_SOURCE, events.c.subject == bindparam("subject"))
    .order_by(events.c.subjectsequence.desc())
    .limit(1)
)
_STREAM = (
    select(events.c.value)
    .where(*_OF_SOURCE, events.c.subject == bindparam("subject"))
    .order_by(events.c.subjectsequence)
)
_OF_TYPES = (
    select(events.c.value)
    .where(*_OF_SOURCE, events.c.type.in_(bindparam("types", expanding=True)))
    .order_by(events.c.sequence)
)
_SINCE = (
    select(events.c.value)
    .where(*_OF_SOURCE, events.c.sequence >= bindparam("first"))
    .order_by(events.c.sequence)
)
_VALUE = select(events.c.value).where(*_OF_SOURCE, events.c.sequence == bindparam("sequence"))
_APPEND = insert(events).inline()
_REMEMBER = insert(idempotency).inline()
# What every command asks and does, past SQLAlchemy's own way.
_ASK_ANSWER_AND_HEAD = Prepared(_ANSWER_AND_HEAD)
_ASK_LAST = Prepared(_LAST)
_ASK_LAST_OF_SUBJECT = Prepared(_LAST_OF_SUBJECT)
_ASK_SINCE = Prepared(_SINCE)
_ASK_STREAM = Prepared(_STREAM)
_ASK_VALUE = Prepared(_VALUE)
_APPEND_ONE = Prepared(_APPEND, [column.name for column in events.c if column.name != "appended"])
_REMEMBER_ONE = Prepared(_REMEMBER, [column.name for column in idempotency.c])


class EventRefused(ValueError):
    """An event that the store does not take: unfit for its type, out of number, or not this store's."""


class LedgerTransaction:
    """Reads and appends of one command.  Made by :meth:`shared.store.EventStore.transaction`.

    ``connection``: the open transaction, for own read tables.  ``source``: what this service signs as.
    An exception that leaves the block undoes all of it, numbers included.
    """

    def __init__(
        self, connection: Connection, ledger: str, service: str, *, signer: Signer, clock: Clock
    ) -> None:
        self.connection = connection
        self.ledger = ledger
        self.source = source_of(service, ledger)
        self._signer = signer
        self._clock = clock
        self._heads: dict[str, tuple[int, str, str]] = {}
        self._subject_heads: dict[tuple[str, str], int] = {}
        self._now: datetime | None = None
        self._stated: list[Event] = []
        self._keep: Callable[[list[Event]], None] | None = None
        self._own_heads: Mapping[str, int] | None = None

    @property
    def appended(self) -> bool:
        """Whether this transaction has stated anything: its reads then hold what a rollback would undo."""
        return bool(self._stated)

    @property
    def last_id(self) -> str:
        """The id of the own event with the highest number, empty before the first."""
        return self._head(self.source)[2]

    def when_committed(self, keep: Callable[[list[Event]], None]) -> None:
        """Have ``keep`` called with the own events of this transaction once they are committed, and else not.

        It is called after the lock is given back, so somebody else may have stated more by then.
        """
        self._keep = keep

    def committed(self) -> None:
        """The store says that this transaction is committed."""
        if self._keep is not None and self._stated:
            self._keep(self._stated)

    @property
    def now(self) -> datetime:
        """The ``time`` of every event of this transaction: max(now, the last time this source signed)."""
        if self._now is None:
            now = self._clock.now(self.ledger, self.connection)
            last = self._head(self.source)[1]
            self._now = max(now, parse_instant(last)) if last else now
        return self._now

    @property
    def last_sequence(self) -> int:
        """The highest own number in this ledger, 0 before the first."""
        return self._head(self.source)[0]

    def answered(self, command_id: str, body_digest: str) -> Answer | None:
        """What this command was answered, or None when it was not accepted before.

        Raises :class:`KeyReused` when it came with another body then.
        """
        asked = {"of_ledger": self.ledger, "of_source": self.source, "of_command": command_id}
        [(sequence, time, id_, digest, status, answer)] = _ASK_ANSWER_AND_HEAD.rows(self.connection, asked)
        if self.source not in self._heads:
            self._heads[self.source] = (sequence or 0, time or "", id_ or "")
        if status is None:
            return None
        if digest is not None and digest != body_digest:
            raise KeyReused("this idempotency key was used for another body")
        return Answer(status, bytes(answer))

    def stream(self, subject: str) -> list[Event]:
        """Own events of ``subject``, in the order of their numbers."""
        found = self._events(_ASK_STREAM, subject=subject)
        self._subject_heads[self.source, subject] = found[-1].subjectsequence if found else 0
        return found

    def stream_of_types(self, *types: str) -> list[Event]:
        """Own events of these types (with version), whatever their subject, in the order of their numbers."""
        values = {"of_ledger": self.ledger, "of_source": self.source, "types": list(types)}
        rows = self.connection.execute(_OF_TYPES, values)
        return [trusted_event(bytes(value), orjson.loads(value)) for (value,) in rows]

    def numbered(self, sequence: int) -> Event | None:
        """The own event with that number, or None while there is none."""
        if sequence > MAX_INTEGER:  # past what a column of a database can be asked for
            return None
        found = self._events(_ASK_VALUE, sequence=sequence)
        return found[0] if found else None

    def since(self, sequence: int) -> list[Event]:
        """Own events from number ``sequence`` on (1: all of them), in the order of their numbers."""
        return self._events(_ASK_SINCE, first=sequence)

    def knows_heads(self, heads: Mapping[str, int]) -> None:
        """Take it that ``heads`` are the last numbers of all own subjects, so that none is asked for again.

        Only for who has read every own event under this transaction's lock, and before it appends.
        """
        self._own_heads = heads

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        command_id: str,
        correlation_id: str | None = None,
        causation_id: str | None = None,
        traceparent: str | None = None,
        common: Mapping[str, Any] | None = None,
    ) -> list[Event]:
        """Number, time, sign and append ``drafts``; gives the events, in the same order.

        ``common``: fields for the data of each (``actor``, ``responsible``, …), which a draft's own fields
        overrule; ``occurred_at`` is :attr:`now` where nobody says otherwise.  ``correlation_id``: by
        default the command's id.  Raises :class:`EventRefused` for a fact that the catalogue does not
        understand (once signed it would stand in the ledger for ever), ``CanonicalError`` for one that
        has no canonical form, ``KeyMissing``, ``ClockNotSet``.
        """
        if not drafts:
            return []
        time = instant(self.now)
        sequence = self._head(self.source)[0]
        self._load_subject_heads(self.source, {draft.subject for draft in drafts})
        key = self._signer(self.ledger)
        keyid = key_id(key.public_key())
        signed: list[Event] = []
        for draft in drafts:
            sequence += 1
            place = (self.source, draft.subject)
            self._subject_heads[place] += 1
            unsigned = unsigned_event(
                Draft(draft.type, draft.subject, {"occurred_at": time, **(common or {}), **draft.data}),
                event_id=str(uuid_utils.uuid7()),
                source=self.source,
                ledger=self.ledger,
                time=time,
                sequence=sequence,
                subjectsequence=self._subject_heads[place],
                correlation_id=correlation_id or command_id,
                command_id=command_id,
                causation_id=causation_id,
                traceparent=traceparent,
            )
            value = sign(unsigned, key, keyid)
            # Parsed, not the dict above: what the caller gets is what the bytes say.
            event = Event.parse(value)
            fault = interpret(event)
            if fault is not None:
                raise EventRefused(f"{draft.type} is unfit ({fault.reason}): {fault.detail}")
            signed.append(event)
        self._heads[self.source] = (sequence, time, signed[-1].id)
        self._insert(signed, sent=False)
        return signed

    def append_signed(self, value: bytes) -> bool:
        """Append an event that the root has signed, its bytes verbatim; the caller has checked the signature.

        False when the same bytes are already there.  Raises :class:`EventRefused` when it is not of this
        ledger's root, not next in number, or other bytes hold its number.
        """
        return self._append_verbatim(value, source_of("root", self.ledger), sent=False)

    def restore(self, value: bytes) -> bool:
        """Take back an own event that the ledger holds and this (restored) database does not.

        As :meth:`append_signed`, for events of this service; they count as sent.
        """
        return self._append_verbatim(value, self.source, sent=True)

    def remember(
        self,
        command_id: str,
        *,
        principal: str,
        route: str,
        key: str,
        body_digest: str,
        status: int,
        answer: bytes,
    ) -> None:
        """Keep the answer of this command.  Only an accepted one's: ``ValueError`` for a status above 299."""
        if not 200 <= status <= 299:
            raise ValueError(f"a refusal is not remembered: {status}")
        _REMEMBER_ONE.run(
            self.connection,
            {
                "ledger": self.ledger,
                "commandid": command_id,
                "principal": principal,
                "route": route,
                "key": key,
                "body_digest": body_digest,
                "status": status,
                "answer": answer,
            },
        )

    def _events(self, query: Prepared, **values: Any) -> list[Event]:
        rows = query.rows(self.connection, {"of_ledger": self.ledger, "of_source": self.source, **values})
        return [trusted_event(bytes(value), orjson.loads(value)) for (value,) in rows]

    def _head(self, source: str) -> tuple[int, str, str]:
        """Last number, time and id of ``source``; 0 and empty texts before the first."""
        head = self._heads.get(source)
        if head is None:
            rows = _ASK_LAST.rows(self.connection, {"of_ledger": self.ledger, "of_source": source})
            head = self._heads[source] = rows[0] if rows else (0, "", "")
        return head

    def _load_subject_heads(self, source: str, subjects: set[str]) -> None:
        missing = sorted(subject for subject in subjects if (source, subject) not in self._subject_heads)
        if self._own_heads is not None and source == self.source:
            for subject in missing:
                self._subject_heads[source, subject] = self._own_heads.get(subject, 0)
            return
        values: dict[str, Any] = {"of_ledger": self.ledger, "of_source": source}
        if len(missing) == 1:
            rows = _ASK_LAST_OF_SUBJECT.rows(self.connection, {**values, "subject": missing[0]})
            self._subject_heads[source, missing[0]] = rows[0][0] if rows else 0
            return
        for start in range(0, len(missing), 500):
            some = missing[start : start + 500]
            found = dict(self.connection.execute(_LAST_OF_SUBJECTS, {**values, "subjects": some}).all())
            for subject in some:
                self._subject_heads[source, subject] = found.get(subject, 0)

    def _append_verbatim(self, value: bytes, source: str, *, sent: bool) -> bool:
        event = Event.parse(value)
        if event.source != source:
            raise EventRefused(f"from {event.source}, not from {source}")
        last = self._head(source)[0]
        if event.sequence <= last:
            held = self.connection.scalar(
                _VALUE, {"of_ledger": self.ledger, "of_source": source, "sequence": event.sequence}
            )
            if held is not None and bytes(held) == value:
                return False
            raise EventRefused(f"other bytes hold number {event.sequence} of {source}")
        if event.sequence != last + 1:
            raise EventRefused(f"number {event.sequence} of {source} does not follow {last}")
        self._load_subject_heads(source, {event.subject})
        place = (source, event.subject)
        if event.subjectsequence != self._subject_heads[place] + 1:
            raise EventRefused(
                f"number {event.subjectsequence} of {source} for {event.subject} does not follow "
                f"{self._subject_heads[place]}"
            )
        self._heads[source] = (event.sequence, event.time, event.id)
        self._subject_heads[place] += 1
        if source == self.source:
            self._now = None
        self._insert([event], sent=sent)
        return True

    def _insert(self, signed: Sequence[Event], *, sent: bool) -> None:
        self._stated += [event for event in signed if event.source == self.source]
        rows = [
            {
                "ledger": self.ledger,
                "source": event.source,
                "sequence": event.sequence,
                "id": event.id,
                "subject": event.subject,
                "subjectsequence": event.subjectsequence,
                "type": event.type,
                "time": event.time,
                "value": event.value,
                "commandid": event.commandid,
                "sent": sent,
            }
            for event in signed
        ]
        if len(rows) == 1:
            _APPEND_ONE.run(self.connection, rows[0])
        else:
            self.connection.execute(_APPEND, rows)
