"""How each criterion came to its points, and why other values of it do not count.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from services.ranking.engine.explain import Explanation, LeafExplanation, MarkReading, RuleApplied
from services.ranking.explaining.phrases import (
    amount,
    answer,
    bounds,
    criterion,
    equals,
    say,
    sentence,
    stage,
    stated,
    why_not,
)
from services.ranking.words import Words
from shared.rulebook.model import Rulebook


def leaf_words(leaf: LeafExplanation, found: Explanation) -> Words:
    """How a leaf came to its contribution."""
    rules, scale = found.rules, found.scale
    name = criterion(leaf.id, rules)
    if leaf.rule is None or leaf.stage is None:
        return sentence(say("{c}: chưa chấm", "{c}: not scored yet", c=name))
    parts = say("{c}, bước {s}: {r}", "{c}, stage {s}: {r}", c=name, s=stage(leaf.stage, rules),
                r=rule_words(leaf.rule, leaf, scale))  # fmt: skip
    if leaf.weight != 1 and leaf.points is not None:
        parts = say("{p}; × trọng số {w} {x}", "{p}; × weight {w} {x}", p=parts,
                    w=amount(leaf.weight), x=equals(leaf.contribution, scale))  # fmt: skip
    return sentence(parts)


Rule = Callable[[RuleApplied, LeafExplanation, int], Words]


def rule_words(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    """The rule applied to the value that counts, with its numbers."""
    words = _RULES[rule.rule](rule, leaf, scale)
    if rule.exact is not None and rule.points is not None and rule.exact != rule.points:
        return say("{w}, làm tròn {x}", "{w}, rounded to {x}", w=words, x=amount(rule.points, scale))
    return words


def _entered(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    assert rule.points is not None
    return say("ghi {p} điểm (tối đa {m})", "{p} points were stated (at most {m})",
               p=amount(rule.points, scale), m=amount(leaf.max))  # fmt: skip


def _source_max(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    assert rule.amount is not None
    assert rule.source_max is not None
    assert rule.exact is not None
    return say("{a} trên thang {s}: {m} × {a} ÷ {s} {x}", "{a} of {s}: {m} × {a} ÷ {s} {x}",
               a=amount(rule.amount), s=amount(rule.source_max), m=amount(leaf.max),
               x=equals(rule.exact, scale))  # fmt: skip


def _count(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    assert rule.amount is not None
    assert rule.per is not None
    assert rule.exact is not None
    whole = rule.amount * rule.per
    words = say("{n} × {p} {x}", "{n} × {p} {x}", n=amount(rule.amount), p=amount(rule.per),
                x=equals(whole, scale))  # fmt: skip
    if whole == rule.exact:
        return words
    return say("{w}, tối đa {m}", "{w}, at most {m}", w=words, m=amount(leaf.max))


def _ratio(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    assert rule.amount is not None
    assert rule.target is not None
    assert rule.exact is not None
    parts = {"a": amount(rule.amount), "t": amount(rule.target), "m": amount(leaf.max)}
    if rule.amount >= rule.target:
        return say("đạt {a} trên chỉ tiêu {t}: trọn {m}", "{a} of a target of {t}: all {m}", **parts)
    return say("đạt {a} trên chỉ tiêu {t}: {m} × {a} ÷ {t} {x}",
               "{a} of a target of {t}: {m} × {a} ÷ {t} {x}", **parts,
               x=equals(rule.exact, scale))  # fmt: skip


def _ladder(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    assert rule.metric is not None
    assert rule.row is not None
    assert rule.bounds is not None
    assert rule.frac is not None
    assert rule.exact is not None
    metric = amount(rule.metric)
    if rule.target is not None and rule.amount is not None:
        metric = say("100 × {a} ÷ {t} {x}", "100 × {a} ÷ {t} {x}", a=amount(rule.amount),
                     t=amount(rule.target), x=equals(rule.metric))  # fmt: skip
    return say(
        "{name}: {metric}; dòng {row} của thang ({bounds}): {m} × {f} {x}",
        "{name}: {metric}; row {row} of the ladder ({bounds}): {m} × {f} {x}",
        name=rule.metric_name or "",
        metric=metric,
        row=rule.row,
        bounds=bounds(rule.bounds),
        m=amount(leaf.max),
        f=amount(rule.frac),
        x=equals(rule.exact, scale),
    )


def _no_target(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    if leaf.points is None:
        return Words("không giao chỉ tiêu, ra khỏi phép cộng", "no target, so it leaves the sum")
    return say("không giao chỉ tiêu, tính {p} điểm", "no target, which counts as {p}",
               p=amount(leaf.points, scale))  # fmt: skip


def _not_applicable(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    return Words(
        "không áp dụng theo quyết định, ra khỏi phép cộng", "not applicable by decision, so it leaves the sum"
    )


def _veto_zero(rule: RuleApplied, leaf: LeafExplanation, scale: int) -> Words:
    return Words("điều kiện khống chế đặt 0 điểm", "a veto sets it to 0")


_RULES: Final[Mapping[str, Rule]] = {
    "entered": _entered,
    "source_max": _source_max,
    "count": _count,
    "ratio": _ratio,
    "ladder": _ladder,
    "NO_TARGET": _no_target,
    "NOT_APPLICABLE": _not_applicable,
    "veto": _veto_zero,
}


def mark_words(reading: MarkReading, rules: Rulebook) -> Words:
    """A mark that does not count, and why; or the one that does, and whether it was entered on behalf."""
    mark = reading.mark
    value = stated(mark.value if mark.state is None else mark.state)
    if mark.target is not None:
        value = say("{a}/{b}", "{a}/{b}", a=value, b=stated(mark.target))
    if reading.counts:
        said = answer(mark)
        entered = "" if said is None else say(" ({a})", " ({a})", a=said)
        return say("Giá trị {v} ở bước {s} được tính{e}.", "The value {v} of stage {s} counts{e}.",
                   v=value, s=stage(mark.stage, rules), e=entered)  # fmt: skip
    return say("Giá trị {v} ở bước {s} không tính: {w}.", "The value {v} of stage {s} does not count: {w}.",
               v=value, s=stage(mark.stage, rules), w=why_not(reading.why))  # fmt: skip
