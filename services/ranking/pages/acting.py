"""Which of a reader's hats may do what from a page."""

from __future__ import annotations

from dataclasses import dataclass

from services.ranking.desk import View
from shared.access import AccessDenied, Target, decide_access
from shared.web.i18n import role_name


@dataclass(frozen=True, slots=True)
class Hat:
    """``role@scope``, its words, and whether what is done in it is entered for another body."""

    name: str
    words: str
    on_behalf: bool


def hats(seen: View, operation: str) -> tuple[Hat, ...]:
    """The hats of ``seen``'s reader that allow ``operation`` on the whole ledger; empty: he only reads."""
    found = []
    for name in sorted({grant.hat for grant in seen.reader.grants}):
        try:
            allowed = decide_access(seen.reader.grants, operation, Target(), name)
        except AccessDenied:
            continue
        found.append(Hat(name, role_name(allowed.grant.role), allowed.on_behalf))
    return tuple(found)
