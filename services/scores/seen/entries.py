"""What was entered for bodies by another one, and what they said to it (plan III.3).

Silence is silence: an entry that nobody has answered is shown as such, with its age, and never taken for
consent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from services.scores.board import Board, Value
from shared.access import AccessDenied
from shared.events.envelope import parse_instant
from shared.web.problems import Problem
from shared.web.runtime import Reader

WAITING, CONFIRMED, DISPUTED = "waiting", "confirmed", "disputed"
STATES = (WAITING, CONFIRMED, DISPUTED)

AGES = (3, 8)
"""Where the second and the third age class of silence begin, in whole days."""


@dataclass(frozen=True, slots=True)
class Entered:
    """One value that was entered for the body ``responsible``.  ``state``: waiting, confirmed or disputed.

    ``days``: whole days from its statement to its answer, or until now.  ``replaced``: a later value of
    the same cell stands, so that no answer is asked any more.
    """

    value: Value
    state: str
    days: int
    replaced: bool

    @property
    def open(self) -> bool:
        """Whether the body is asked for an answer."""
        return self.state == WAITING and not self.replaced


def readable_bodies(who: Reader) -> frozenset[str] | None:
    """The bodies whose entries ``who`` may read; None = all.  Raises for who speaks for none.

    Not widened by the rulebook's ``live_visibility``: this is correspondence, not standings.
    """
    audience = who.audience()
    if audience.everything:
        return None
    if audience.departments:
        return audience.departments
    if who.principal is None:
        raise Problem("token-missing")
    raise AccessDenied(
        "wrong-role",
        "Danh sách nhập hộ dành cho Ban, đơn vị sự nghiệp được nhập hộ, Văn phòng, Ban Thường vụ, kiểm toán.",
        "The list of what was entered for others is for those bodies, the Office, the Standing Committee "
        "and auditors.",
    )


def entered_for(board: Board, now: str, bodies: Collection[str] | None = None) -> tuple[Entered, ...]:
    """What stands of what was entered for ``bodies`` (None: for all), newest first, seen at ``now``."""
    moment = parse_instant(now)
    found = []
    for values in board.values.values():
        standing = {
            (value.criterion, value.stage): value.number for value in values if value.withdrawn is None
        }
        for value in values:
            if not value.on_behalf or value.withdrawn is not None:
                continue
            if bodies is not None and value.responsible not in bodies:
                continue
            until = moment if value.answered_at is None else parse_instant(value.answered_at)
            days = max(timedelta(0), until - parse_instant(value.time)).days
            replaced = standing[value.criterion, value.stage] != value.number
            found.append(Entered(value, _state(value), days, replaced))
    return tuple(sorted(found, key=lambda entry: entry.value.number, reverse=True))


def by_age(entries: Collection[Entered]) -> tuple[int, ...]:
    """How many of ``entries`` wait for an answer, by age class, youngest first."""
    counts = [0] * (len(AGES) + 1)
    for entry in entries:
        if entry.open:
            counts[sum(entry.days >= begin for begin in AGES)] += 1
    return tuple(counts)


def _state(value: Value) -> str:
    """A confirmation closes the question, whatever was said before."""
    if value.confirmed is not None:
        return CONFIRMED
    return WAITING if value.disputed is None else DISPUTED
