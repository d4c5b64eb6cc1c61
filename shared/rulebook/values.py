"""One recorded value on one leaf: is it accepted, and how many points is it (rulebook format §3-§5, codes
of §11).

The same rule serves the deciders (a courtesy to the caller) and the fold (the judge).  Everything is exact.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from shared.rulebook import number
from shared.rulebook.model import DECISION_STAGES, STAGES, Ladder, Leaf, Rulebook

NO_TARGET: Final = "NO_TARGET"
NOT_APPLICABLE: Final = "NOT_APPLICABLE"


class Rescaled(enum.Enum):
    """Stands for "no points: the leaf leaves the sum and its maximum leaves the denominator"."""

    RESCALED = "RESCALED"


RESCALED: Final = Rescaled.RESCALED
Points = Fraction | Rescaled


@dataclass(frozen=True, slots=True)
class Working:
    """How a recorded value came to its points: the rule of §4 that was applied, with its numbers.

    ``rule`` is ``entered`` (points as stated), ``source_max``, ``count``, ``ratio``, ``ladder``, or the state
    NO_TARGET or NOT_APPLICABLE.  ``exact``: before rounding at the leaf.  ``metric``: what a ladder was asked
    with, ``row`` the index of its first row that holds.
    """

    rule: str
    exact: Points
    points: Points
    amount: Fraction | None = None
    target: Fraction | None = None
    metric: Fraction | None = None
    row: int | None = None


_MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "unknown-criterion": ('Không có tiêu chí "{c}" trong bộ tiêu chí', 'Unknown criterion "{c}"'),
    "unknown-stage": ('Không có giai đoạn "{v}"', 'Unknown stage "{v}"'),
    "stage-closed": (
        'Giai đoạn "{v}" không mở cho tiêu chí {c}',
        'Stage "{v}" is closed on criterion {c}',
    ),
    "not-applicable": (
        "Tiêu chí {c} không áp dụng cho khu vực {a}",
        "Criterion {c} does not apply in area {a}",
    ),
    "not-a-number": (
        '"{v}" không phải số thập phân dạng "8.25" (không dấu phẩy, số mũ, dấu +, khoảng trắng)',
        '"{v}" is not a decimal such as "8.25" (no comma, exponent, sign +, spaces)',
    ),
    "value-missing": ("Thiếu giá trị", "The value is missing"),
    "off-step": ("{v} không đúng bước điểm {x}", "{v} is not on the step of {x}"),
    "above-maximum": ("{v} lớn hơn mức tối đa {x}", "{v} is above the maximum {x}"),
    "below-minimum": ("{v} nhỏ hơn mức tối thiểu {x}", "{v} is below the minimum {x}"),
    "target-missing": (
        "Thiếu chỉ tiêu; nếu không giao chỉ tiêu, hãy ghi NO_TARGET",
        "The target is missing; if none was set, say NO_TARGET",
    ),
    "target-not-positive": (
        "Chỉ tiêu phải lớn hơn 0; nếu không giao chỉ tiêu, hãy ghi NO_TARGET",
        "The target must be above 0; if none was set, say NO_TARGET",
    ),
    "target-not-wanted": ("Tiêu chí {c} không ghi chỉ tiêu ở đây", "Criterion {c} takes no target here"),
    "token-not-allowed": ('"{v}" không dùng được ở đây', '"{v}" is not allowed here'),
    "outside-domain": ("{v} nằm ngoài miền giá trị của thang", "{v} is outside the domain of the ladder"),
    "not-an-integer": ("{v} phải là số nguyên", "{v} must be an integer"),
}
_SHOWS_NUMBERS: Final = ("off-step", "above-maximum", "below-minimum", "outside-domain", "not-an-integer")
"""Rules whose messages show a number: with a decimal comma in Vietnamese."""
_CODES: Final = {
    "unknown-criterion": "S002",
    "unknown-stage": "S003",
    "stage-closed": "S003",
    "not-applicable": "S004",
    "not-a-number": "S005",
    "value-missing": "S005",
    "off-step": "S006",
    "above-maximum": "S007",
    "below-minimum": "S007",
    "target-missing": "S008",
    "target-not-positive": "S008",
    "target-not-wanted": "S008",
    "token-not-allowed": "S009",
    "outside-domain": "S012",
    "not-an-integer": "S013",
}


class ValueRefused(ValueError):
    """The value is not accepted; nothing changes.

    ``code`` is the row code of §11 (``S006``), ``rule`` a stable word for problem types (``off-step``),
    ``field`` the name of the offending field and ``value`` what stood there.
    """

    def __init__(self, rule: str, field: str, value: object, **about: object) -> None:
        self.code = _CODES[rule]
        self.rule = rule
        self.field = field
        self.value = value
        vi, en = _MESSAGES[rule]
        shown = {key: str(one)[:80] for key, one in {"v": value, "c": "", "a": "", "x": "", **about}.items()}
        comma = {key: one.replace(".", ",") for key, one in shown.items() if key in ("v", "x")}
        self.message_vi = vi.format(**({**shown, **comma} if rule in _SHOWS_NUMBERS else shown))
        self.message_en = en.format(**shown)
        super().__init__(f"{self.code} {self.message_en}")


def check_value(
    rulebook: Rulebook,
    area: str,
    criterion: str,
    stage: str,
    value: str | None,
    target: str | None = None,
    state: str | None = None,
) -> None:
    """Accept a recorded value or raise :class:`ValueRefused`; parameters as :func:`evaluate`."""
    evaluate(rulebook, area, criterion, stage, value, target, state)


def evaluate(
    rulebook: Rulebook,
    area: str,
    criterion: str,
    stage: str,
    value: str | None,
    target: str | None = None,
    state: str | None = None,
) -> Points:
    """The points (before weight) of what was recorded for ``criterion`` at ``stage`` in an area.

    ``value`` is the raw input at stage ``self`` and at the leaf's first stage, points at every other
    stage; ``target`` goes with raw input only.  ``state`` is ``NO_TARGET`` (raw stages) or
    ``NOT_APPLICABLE`` (standing and appeal), instead of a value.  Raises :class:`ValueRefused`.
    """
    return work_out(rulebook, area, criterion, stage, value, target, state).points


def work_out(
    rulebook: Rulebook,
    area: str,
    criterion: str,
    stage: str,
    value: str | None,
    target: str | None = None,
    state: str | None = None,
) -> Working:
    """The way to the points of :func:`evaluate`; parameters and refusals are the same."""
    leaf = rulebook.leaf.get(criterion)
    if leaf is None:
        raise ValueRefused("unknown-criterion", "criterion", criterion, c=criterion)
    if stage not in STAGES:
        raise ValueRefused("unknown-stage", "stage", stage)
    if area not in leaf.max:
        raise ValueRefused("not-applicable", "criterion", criterion, c=criterion, a=area)
    if not stage_open(leaf, stage):
        raise ValueRefused("stage-closed", "stage", stage, c=criterion)
    if leaf.records_raw(stage):
        return _raw(rulebook, area, leaf, value, target, state)
    if state is not None:
        if state != NOT_APPLICABLE or stage not in DECISION_STAGES or value is not None:
            raise ValueRefused("token-not-allowed", "state", state)
        if target is not None:
            raise ValueRefused("target-not-wanted", "target", target, c=criterion)
        return Working(NOT_APPLICABLE, RESCALED, RESCALED)
    if target is not None:
        raise ValueRefused("target-not-wanted", "target", target, c=criterion)
    return _entered(rulebook, area, leaf, value)


def stage_open(leaf: Leaf, stage: str) -> bool:
    """Whether ``leaf`` takes values at ``stage`` at all (§3)."""
    if stage == "self":
        return leaf.self_scored
    return stage in DECISION_STAGES or stage in ("inspection", leaf.stage)


def points(
    rulebook: Rulebook,
    area: str,
    leaf: Leaf,
    value: str | None,
    target: str | None = None,
    state: str | None = None,
) -> Points:
    """The points of a raw input (§4), rounded at the leaf where the rulebook says so.

    RESCALED when ``state`` is NO_TARGET and the leaf rescales.  Raises :class:`ValueRefused`.
    """
    return _raw(rulebook, area, leaf, value, target, state).points


def _raw(
    rulebook: Rulebook, area: str, leaf: Leaf, value: str | None, target: str | None, state: str | None
) -> Working:
    most = leaf.max[area]
    if state is not None:
        if state != NO_TARGET or not leaf.takes_target or value is not None or target is not None:
            raise ValueRefused("token-not-allowed", "state", state)
        found: Points = {"full": most, "zero": Fraction(0)}.get(leaf.no_target or "", RESCALED)
        return Working(NO_TARGET, found, found)
    if target is not None and not leaf.takes_target:
        raise ValueRefused("target-not-wanted", "target", target, c=leaf.id)
    if leaf.input == "direct" and leaf.source_max is None:
        return _entered(rulebook, area, leaf, value)
    amount = _number(value, "value")
    wanted: Fraction | None = None
    metric: Fraction | None = None
    row: int | None = None
    if leaf.source_max is not None:
        _within(amount, value, Fraction(0), leaf.source_max)
        rule, exact = "source_max", most * amount / leaf.source_max
    elif leaf.input == "count":
        rule, exact = leaf.input, _count(leaf, most, amount, value)
    elif leaf.input == "ratio":
        wanted = _ratio_target(amount, value, target)
        rule, exact = leaf.input, most * min(Fraction(1), amount / wanted)
    else:
        assert leaf.ladder is not None
        wanted = None if target is None else _target(target)
        metric = amount if wanted is None else 100 * amount / wanted
        row = _row(leaf.ladder, metric, value)
        rule, exact = "ladder", most * leaf.ladder.rows[row].frac
    return Working(rule, exact, at_leaf(rulebook, exact), amount, wanted, metric, row)


def at_leaf(rulebook: Rulebook, exact: Fraction) -> Fraction:
    """What counts of ``exact`` points worked out from a raw input: rounded, unless only the total is (§5)."""
    if rulebook.number.round_at == "total":
        return exact
    return number.to_step(exact, rulebook.number.step, rulebook.number.rounding)


def _number(text: str | None, field: str) -> Fraction:
    if text is None:
        raise ValueRefused("value-missing", field, text)
    try:
        return number.parse(text)
    except number.NotADecimal:
        raise ValueRefused("not-a-number", field, text) from None
    except TypeError:  # an unhashable value, such as a list
        raise ValueRefused("not-a-number", field, text) from None


def _within(amount: Fraction, value: str | None, least: Fraction, most: Fraction) -> None:
    if amount > most:
        raise ValueRefused("above-maximum", "value", value, x=number.show(most, 0))
    if amount < least:
        raise ValueRefused("below-minimum", "value", value, x=number.show(least, 0))


def _entered(rulebook: Rulebook, area: str, leaf: Leaf, value: str | None) -> Working:
    """Points as a person enters them: on the step, else refused, never rounded (§5)."""
    amount = _number(value, "value")
    step = rulebook.number.step
    if not number.on_step(amount, step):
        raise ValueRefused("off-step", "value", value, x=number.show(step, 0))
    _within(amount, value, leaf.min.get(area, Fraction(0)), leaf.max[area])
    return Working("entered", amount, amount, amount)


def _count(leaf: Leaf, most: Fraction, amount: Fraction, value: str | None) -> Fraction:
    if amount.denominator != 1:
        raise ValueRefused("not-an-integer", "value", value)
    if amount < 0:
        raise ValueRefused("below-minimum", "value", value, x="0")
    assert leaf.per is not None
    return min(most, amount * leaf.per)


def _target(target: str | None) -> Fraction:
    wanted = _number(target, "target")
    if wanted <= 0:
        raise ValueRefused("target-not-positive", "target", target)
    return wanted


def _ratio_target(amount: Fraction, value: str | None, target: str | None) -> Fraction:
    if target is None:
        raise ValueRefused("target-missing", "target", target)
    if amount < 0:
        raise ValueRefused("below-minimum", "value", value, x="0")
    return _target(target)


def _row(ladder: Ladder, metric: Fraction, value: str | None) -> int:
    """The first row, top-down, whose bounds hold; a metric outside the domain is refused."""
    if ladder.integer and metric.denominator != 1:
        raise ValueRefused("not-an-integer", "value", value)
    if ladder.domain.holds(metric):
        for n, row in enumerate(ladder.rows):
            if row.bounds.holds(metric):
                return n
    raise ValueRefused("outside-domain", "value", value)
