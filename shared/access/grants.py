"""Grants: who may act in which role, on what, from when until when."""

from __future__ import annotations

import re
from dataclasses import dataclass

BEGINNING = "0001-01-01T00:00:00.000000Z"
"""Start of a grant that holds from position 0 whatever clock the ledger runs on (first administrators)."""

_NAMED = re.compile(r"(unit|department|team):([A-Za-z0-9_.-]{1,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a grant reaches: ``kind`` is ledger, unit, department or team; ``code`` is empty for ledger."""

    kind: str
    code: str = ""

    @classmethod
    def parse(cls, text: str) -> Scope | None:
        """The scope that ``text`` names, or None when it names none: then there is no access at all."""
        if text == "ledger":
            return cls("ledger")
        found = _NAMED.fullmatch(text)
        return cls(found.group(1), found.group(2)) if found else None


@dataclass(frozen=True, slots=True)
class Grant:
    """One hat of one person.

    Instants are written UTC instants, which sort as text.  ``valid_until`` is exclusive, None = open;
    an end that was stated later is already taken into account by the directory.
    """

    grant: str
    sub: str
    role: str
    scope: str
    valid_from: str
    valid_until: str | None = None

    @property
    def hat(self) -> str:
        """The name under which a person picks this hat: ``role@scope``."""
        return f"{self.role}@{self.scope}"

    def holds_at(self, instant: str) -> bool:
        """Whether the grant is in force at ``instant``: from inclusive, until exclusive."""
        return self.valid_from <= instant and (self.valid_until is None or instant < self.valid_until)
