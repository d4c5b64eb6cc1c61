"""Where a list of attendees departs from the rulebook (plan III.2): it warns, and never blocks.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.rulebook import Rulebook
from shared.rulebook.model import Attendees, Subordinates

Json = Mapping[str, Any]


def deviations(
    book: Rulebook, area: str, attendees: Sequence[Json], registered: Sequence[Json], reason: str | None
) -> list[str]:
    """Codes of what is not as asked, each once, in the order of the rulebook; none: as asked.

    ``attendees``: ``{role, subordinate?}`` each; ``registered``: the unit's subordinates with their classes.
    A subordinate counts once.  Codes, with what they are about behind a dot:

    * ``ROLE_MISSING``, ``INVITED_MISSING``: nobody has that role;
    * ``SUBORDINATES_UNREGISTERED``: the unit has not stated its subordinates and their classes;
    * ``SUBORDINATE_UNKNOWN``, ``SUBORDINATE_TWICE``, ``CLASS_UNKNOWN``, ``CLASS_YEAR``: of one that attends.
      A class that is not known, or of another year than the rulebook asks for, counts for no pair;
    * ``TOO_FEW``, ``TOO_FEW_EXPLAINED``: fewer of these classes than asked.  Where the rulebook lets it, all
      that there are is enough ("nếu có"), and a ``reason`` explains the rest;
    * ``TOO_MANY``: more subordinates than asked in all;
    * ``NOT_COVERED``: no attending subordinate is of that kind; ``KIND_UNREGISTERED``: the unit has none.
    """
    rule = book.attendees
    if rule is None:
        return []
    roles = {one["role"] for one in attendees}
    found = [f"ROLE_MISSING.{role}" for role in rule.required_roles if role not in roles]
    found += [
        f"INVITED_MISSING.{one.role}"
        for one in rule.invited
        if (one.areas is None or area in one.areas) and one.role not in roles
    ]
    return found + _of_subordinates(rule, area, attendees, registered, class_years(book), reason)


def class_years(book: Rulebook) -> tuple[str, ...]:
    """How the year of a class is written: the first is the usual way, all of them are taken.

    ``class_year`` of the rulebook: ``cycle_internal`` the period's own year, ``previous_year`` the one
    before.  A period over two years is ``2019-2020``, or its last year.
    """
    back = 1 if book.attendees is not None and book.attendees.class_year == "previous_year" else 0
    first, last = book.period.start.year - back, book.period.end.year - back
    return (str(last),) if first == last else (f"{first}-{last}", str(last))


def _of_another_year(one: Json, years: Sequence[str]) -> bool:
    """Whether its class is of another year.  Without a year it is of the year for which it was registered."""
    return one.get("class") is not None and one.get("year", years[0]) not in years


def _of_subordinates(
    rule: Attendees,
    area: str,
    attendees: Sequence[Json],
    registered: Sequence[Json],
    years: Sequence[str],
    reason: str | None,
) -> list[str]:
    by_code = {one["code"]: one for one in registered}
    named = [one["subordinate"] for one in attendees if "subordinate" in one]
    coming = list(dict.fromkeys(named))
    found = [] if registered else ["SUBORDINATES_UNREGISTERED"]
    found += [f"SUBORDINATE_TWICE.{code}" for code in coming if named.count(code) > 1]
    found += [f"SUBORDINATE_UNKNOWN.{code}" for code in coming if registered and code not in by_code]
    present = [by_code[code] for code in coming if code in by_code]
    found += [f"CLASS_UNKNOWN.{one['code']}" for one in present if one.get("class") is None]
    found += [f"CLASS_YEAR.{one['code']}" for one in present if _of_another_year(one, years)]
    if registered:
        in_year = [one for one in registered if not _of_another_year(one, years)]
        counting = [one for one in present if not _of_another_year(one, years)]
        for pair in rule.subordinates:
            found += _too_few(pair, counting, in_year, reason)
    if rule.subordinates and len(coming) > sum(pair.count for pair in rule.subordinates):
        found.append("TOO_MANY")
    for kind in rule.must_cover.get(area, ()) if registered else ():
        if all(one["kind"] != kind for one in present):
            exists = any(one["kind"] == kind for one in registered)
            found.append(f"{'NOT_COVERED' if exists else 'KIND_UNREGISTERED'}.{kind}")
    return found


def _too_few(
    pair: Subordinates, present: Sequence[Json], registered: Sequence[Json], reason: str | None
) -> list[str]:
    attending = sum(one.get("class") in pair.class_in for one in present)
    if attending >= pair.count:
        return []
    classes = "-".join(pair.class_in)
    if pair.shortage_allowed_with_reason:
        if attending == sum(one.get("class") in pair.class_in for one in registered):
            return []
        if reason is not None:
            return [f"TOO_FEW_EXPLAINED.{classes}"]
    return [f"TOO_FEW.{classes}"]
