"""What the command route needs of an event store; :mod:`shared.store` is the one there is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from shared.events import Draft, Event


class StoredAnswer(Protocol):
    """An answer that was given to a command."""

    @property
    def status(self) -> int: ...

    @property
    def answer(self) -> bytes: ...


class CommandTransaction(Protocol):
    """One transaction on one ledger, its lock held."""

    @property
    def now(self) -> datetime: ...

    def answered(self, command_id: str, body_digest: str) -> StoredAnswer | None: ...

    def stream(self, subject: str) -> list[Event]: ...

    def stream_of_types(self, *types: str) -> list[Event]: ...

    def append(self, drafts: Sequence[Draft], *, command_id: str) -> list[Event]: ...

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
    ) -> None: ...

    connection: Connection


class CommandStore(Protocol):
    """An event store."""

    def transaction(self, ledger: str) -> AbstractContextManager[CommandTransaction]: ...
