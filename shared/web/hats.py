"""Which of a reader's hats may do what from a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.access import AccessDenied, Grant, Target, decide_access
from shared.web.i18n import role_name


@dataclass(frozen=True, slots=True)
class Hat:
    """``role@scope``, its words, and whether what is done in it is entered for another body."""

    name: str
    words: str
    on_behalf: bool


def hats(grants: Sequence[Grant], operation: str, target: Target | None = None) -> tuple[Hat, ...]:
    """The hats among ``grants`` that allow ``operation`` on ``target`` (default: the ledger as a whole)."""
    found = []
    for name in sorted({grant.hat for grant in grants}):
        try:
            allowed = decide_access(grants, operation, target or Target(), name)
        except AccessDenied:
            continue
        found.append(Hat(name, role_name(allowed.grant.role), allowed.on_behalf))
    return tuple(found)
