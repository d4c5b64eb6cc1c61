"""Signatures checked in processes of their own, beside the admission that reads on.

Optimistic: admission goes on as if every signature were good.  When all of them are, what it found is what it
would have found by checking each, since nothing else of it looks at a signature.  When one is bad, nothing is
said of what would have been; whoever asked lets the sequential admission judge.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import TracebackType
from typing import Final, Self

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.events.signing import verify

CHUNK: Final = 1_000
"""Events of a chunk: a tenth of a second's work."""
_AHEAD: Final = 4
"""Chunks that may wait for each process."""


class BadSignature(ValueError):
    """A signature is bad: what was found holds only if the sequential admission finds it too."""


class ProcessLost(RuntimeError):
    """A process that checked signatures ended before its answer; nothing is known of its chunk."""


class Signatures:
    """A pool of ``processes`` that check; to be used as a context.  Every method raises
    :class:`BadSignature` and :class:`ProcessLost`."""

    def __init__(self, processes: int) -> None:
        self._pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
        self._most = processes * _AHEAD
        self._waiting: deque[Future[bool]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def check(self, values: list[bytes], keys: Mapping[str, bytes]) -> None:
        """Have canonical events checked: each by the raw public key in ``keys`` that its keyid names."""
        while len(self._waiting) >= self._most:
            self._next()
        try:
            self._waiting.append(self._pool.submit(all_good, values, dict(keys)))
        except BrokenProcessPool as error:
            raise ProcessLost("a process that checked signatures has ended") from error

    def finish(self) -> None:
        """Wait for every answer."""
        while self._waiting:
            self._next()

    def _next(self) -> None:
        try:
            good = self._waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ProcessLost("a process that checked signatures has ended") from error
        if not good:
            raise BadSignature("a signature is bad")


def all_good(values: list[bytes], keys: Mapping[str, bytes]) -> bool:
    """Whether every event carries a good signature by the key that its keyid names."""
    public = {keyid: Ed25519PublicKey.from_public_bytes(raw) for keyid, raw in keys.items()}
    for value in values:
        attributes = orjson.loads(value)
        if not verify(attributes, public[attributes["keyid"]]):
            return False
    return True
