"""What a conclusion corrects: adjustments against the values that they change, as the ledger has them.  Pure.

An adjustment states what it corrects (``from_self``, ``from_effective``) as its author saw it.  Where the
ledger says something else by now it is stale: a conflict that is shown before anybody signs (plan III.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.inspections.commands import Adjust
from services.inspections.known import KnownUnit, at_stage, effective
from shared.decisions import Fault, Refused
from shared.rulebook import RESCALED, Leaf, Points, Rulebook, ValueRefused, check_value, number


@dataclass(frozen=True, slots=True)
class Compared:
    """Some adjustments, judged: those that can be ``made`` (as the event has them), what is wrong with the
    others, and where a client saw ``stale`` values."""

    made: tuple[dict[str, Any], ...]
    faults: tuple[Fault, ...]
    stale: tuple[Fault, ...]


def compared(book: Rulebook, unit: KnownUnit, given: Sequence[Adjust]) -> Compared:
    """``given`` against the ledger at the position of ``unit``, in their order."""
    faults: list[Fault] = []
    stale: list[Fault] = []
    made: list[dict[str, Any]] = []
    seen: set[str] = set()
    for place, change in enumerate(given):
        leaf = book.leaf.get(change.criterion)
        if leaf is not None and leaf.stage == "inspection":
            faults.append(
                Fault(
                    "not-an-adjustment",
                    f"Tiêu chí {leaf.id} do đoàn chấm lần đầu; ghi ở phần điểm kiểm tra.",
                    f"Criterion {leaf.id} is scored by the team itself; state it among the scores.",
                    f"adjustments.{place}.criterion",
                    leaf.id,
                )
            )
            continue
        if change.criterion in seen:
            faults.append(twice(f"adjustments.{place}.criterion", change.criterion))
            continue
        found = value_faults(book, unit, change.criterion, change.to, f"adjustments.{place}", "to")
        if leaf is not None:
            seen.add(leaf.id)
            stale += stale_of(book, unit, leaf, change, place)
        if found or leaf is None:
            faults += found
            continue
        entry = {"criterion": leaf.id, **present(book, unit, leaf), "to": change.to, "reason": change.reason}
        made.append(entry)
    return Compared(tuple(made), tuple(faults), tuple(stale))


def adjustments_of(book: Rulebook, unit: KnownUnit, given: Sequence[Adjust]) -> list[dict[str, Any]]:
    """The adjustments as the event has them.  Refuses what is wrong, and then what is stale (409)."""
    found = compared(book, unit, given)
    if found.faults:
        raise Refused.many(found.faults)
    if found.stale:
        raise Refused.many(found.stale, status=409)
    return list(found.made)


def present(book: Rulebook, unit: KnownUnit, leaf: Leaf) -> dict[str, str | None]:
    """What an adjustment of ``leaf`` would correct now: the self score, and the points that count."""
    return {
        "from_self": shown(at_stage(book, unit, leaf, "self")),
        "from_effective": shown(effective(book, unit, leaf)),
    }


def stale_of(book: Rulebook, unit: KnownUnit, leaf: Leaf, change: Adjust, place: int) -> list[Fault]:
    """Where ``change`` was written over another value than the ledger has now."""
    now = present(book, unit, leaf)
    return [
        Fault(
            "stale-adjustment",
            f"Tiêu chí {leaf.id}: giá trị hiện nay là {now[name]}, không phải {getattr(change, name)}.",
            f"Criterion {leaf.id}: the value is {now[name]} now, not {getattr(change, name)}.",
            f"adjustments.{place}.{name}",
            getattr(change, name),
        )
        for name in sorted(change.stated)
        if not _same(now[name], getattr(change, name))
    ]


def shown(points: Points | None) -> str | None:
    """Points as a decimal string of the event: shortest form, cut to its six digits where they never end."""
    if points is None or points is RESCALED:
        return None
    digits = number.decimals(points)
    if digits is not None and digits <= 6:
        return number.shortest(points)
    return number.shortest(number.to_step(points, Fraction(1, 10**6), "HALF_EVEN"))


def _same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    return number.parse(one) == number.parse(other)


def value_faults(
    book: Rulebook, unit: KnownUnit, criterion: str, value: str, place: str, field: str
) -> list[Fault]:
    """What the rulebook has against ``value`` of the stage ``inspection``, at the field ``place.field``."""
    try:
        check_value(book, unit.area, criterion, "inspection", value)
    except ValueRefused as refusal:
        name = field if refusal.field == "value" else refusal.field
        given = value if refusal.field == "value" else criterion
        return [Fault(refusal.rule, refusal.message_vi, refusal.message_en, f"{place}.{name}", given)]
    return []


def twice(field: str, criterion: str) -> Fault:
    """A criterion is named a second time, at ``field``."""
    return Fault(
        "criterion-twice",
        f"Tiêu chí {criterion} nêu hai lần.",
        f"Criterion {criterion} is named twice.",
        field,
        criterion,
    )
