"""Who may try a what-if, and the way from his question to the kept answer; shared by API and pages."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from services.ranking.desk import View, desk
from services.ranking.history import PositionAhead
from services.ranking.what_if.what_ifs import Answer, Kept, ask, ask_again, keep, kept_at, newest_kept
from shared.access import HatNeeded, Target, decide_access
from shared.database import read_transaction, write_transaction
from shared.events.envelope import instant
from shared.rulebook.stated import stated_rulebook
from shared.web.problems import Problem
from shared.web.runtime import runtime

OPERATION: Final = "ranking.try_what_if"
LISTED: Final = 50


def may_try(seen: View) -> None:
    """Raise for who may not try what-ifs (:class:`~shared.access.AccessDenied`) or sees less than all (403).

    That unpublished standings are open to everybody does not open what somebody only supposed.
    """
    with suppress(HatNeeded):  # nothing is stated: it does not matter in which of his roles he asks
        decide_access(seen.reader.grants, OPERATION, Target())
    if not seen.audience.everything:
        raise Problem("not-public")


def ask_and_keep(
    seen: View, facts: list[dict[str, Any]], rulebook: str | None, at: int | None
) -> tuple[Kept, Answer, bool]:
    """Ask as this reader and keep the document; True: nobody asked before.

    ``rulebook``: text of a candidate.  ``at``: base position, None: the newest.  Raises problems, refusals.
    """
    may_try(seen)
    assert seen.reader.principal is not None  # who holds a grant is somebody
    candidate = None if rulebook is None else stated_rulebook(rulebook)
    base = seen.size if at is None else at
    if base > seen.size:
        raise Problem("position-ahead", extra={"size": seen.size})
    answer = ask(seen.history, seen.size, base, facts, candidate)
    with write_transaction(desk().engine) as connection:
        made_at = instant(runtime().clock.now(seen.ledger, connection))
        kept, fresh = keep(connection, answer.trial, candidate, seen.reader.principal.sub, made_at)
    return kept, answer, fresh


def recent(seen: View) -> list[Kept]:
    """The last what-ifs for this reader.  Raises problems and refusals."""
    may_try(seen)
    with read_transaction(desk().engine) as connection:
        return newest_kept(connection, seen.ledger, LISTED)


def recalled(seen: View, digest: str) -> tuple[Kept, Answer]:
    """A kept what-if, asked again.  Raises problems and refusals, 404 for an unknown digest."""
    may_try(seen)
    with read_transaction(desk().engine) as connection:
        kept = kept_at(connection, seen.ledger, digest)
    if kept is None:
        raise Problem("unknown-what-if")
    try:
        return kept, ask_again(seen.history, seen.size, kept)
    except PositionAhead as error:
        raise Problem("position-ahead", extra={"size": error.size}) from error
