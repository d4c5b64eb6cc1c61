"""What the reads of the set-up share: who may ask."""

from __future__ import annotations

from contextlib import suppress

from shared.access import HatNeeded, Target, decide_access
from shared.access.tokens import TokenMissing
from shared.web.runtime import Reader, reader


def reader_for(org: str, cycle: str, operation: str) -> Reader:
    """Who reads, if he may do ``operation`` on the ledger.  Raises TokenMissing or AccessDenied.

    Several hats that allow it are as good as one: reading is no act.
    """
    who = reader(org, cycle)
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    with suppress(HatNeeded):
        decide_access(who.grants, operation, Target())
    return who
