"""Chance that is none: a hash of what is asked decides, so the story is the same everywhere, in any order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dice:
    """Dice with a fixed ``seed``; every throw names what it is for."""

    seed: str

    def between(self, low: int, high: int, *what: str) -> int:
        """A whole number from ``low`` to ``high``, both inside, for ``what``."""
        digest = hashlib.sha256("\n".join((self.seed, *what)).encode()).digest()
        return low + int.from_bytes(digest[:8], "big") % (high - low + 1)

    def one_in(self, sides: int, *what: str) -> bool:
        """True for about one of ``sides`` cases."""
        return self.between(1, sides, *what) == 1

    def pick(self, choices: Sequence[T], *what: str) -> T:
        """One of ``choices``."""
        return choices[self.between(0, len(choices) - 1, *what)]

    def digest(self, *what: str) -> str:
        """A content digest that stands for a file of the story."""
        return "sha256:" + hashlib.sha256("\n".join((self.seed, "file", *what)).encode()).hexdigest()
