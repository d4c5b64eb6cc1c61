"""Who is still missing before a cycle can be scored.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.scores.state import State
from shared.access import Grant
from shared.access.rules import SPEAKING
from shared.rulebook.model import TEAM


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody holds ``role`` on ``scope``; ``count`` criteria wait for it (0 where none are counted)."""

    role: str
    scope: str
    count: int = 0


def gaps(state: State, held: Iterable[Grant], moment: str) -> tuple[Gap, ...]:
    """What lacks somebody at ``moment``, ``held`` being the grants in force then.

    Bodies of the whole cycle first, then departments that own criteria, then open units, each by code.  A
    body for which the Office enters lacks nobody; where a head signs, a head is needed, not a specialist.
    """
    holders = {(grant.role, grant.scope) for grant in held}
    found = [Gap(role, "ledger") for role in _WHOLE if (role, "ledger") not in holders]
    book = state.rulebook()
    if book is None:
        return tuple(found)
    owned: dict[str, int] = {}
    for leaf in book.leaves:
        if leaf.owner != TEAM:
            owner = state.owner(leaf, moment)
            owned[owner] = owned.get(owner, 0) + 1
    needed = ("department_head",) if book.policies.get("signoff") == "head" else SPEAKING
    for code in sorted(owned):
        department = state.departments.get(code)
        if department is not None and (department.entered_by is not None or department.kind == "office"):
            continue
        scope = f"department:{code}"
        if not any((role, scope) in holders for role in needed):
            found.append(Gap(needed[0], scope, owned[code]))
    for code in sorted(state.units):
        if state.units[code].open_on(book.period.end) and ("unit", f"unit:{code}") not in holders:
            found.append(Gap("unit", f"unit:{code}"))
    return tuple(found)


_WHOLE = ("office", "standing_committee", "auditor")
