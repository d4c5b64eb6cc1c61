"""Inputs, classes, quotas, vetoes and the chain of ties of a rulebook, each in words.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from services.ranking.engine.ranks import COMMITTEE
from services.ranking.explaining.phrases import amount, bounds, capital, class_label, measure, say
from services.ranking.rules.phrases import code_words, listed
from services.ranking.words import Words
from shared.rulebook import Leaf, Rulebook
from shared.rulebook.model import AppealKind, Class, Quota, Share, TieBreak, Veto


def percent(fraction: Fraction) -> Words:
    """A fraction as a percentage: ``0.2`` -> ``20 %``."""
    return say("{x} %", "{x} %", x=amount(fraction * 100))


def input_words(leaf: Leaf, rulebook: Rulebook) -> Words:
    """What is recorded for a criterion, and how it becomes points (format §4)."""
    if leaf.input == "ratio":
        return Words("điểm tối đa × đạt ÷ chỉ tiêu, không quá điểm tối đa",
                     "maximum × achieved ÷ target, at most the maximum")  # fmt: skip
    if leaf.per is not None:
        return say("số lượng × {p}, không quá điểm tối đa", "number × {p}, at most the maximum",
                   p=amount(leaf.per))  # fmt: skip
    if leaf.source_max is not None:
        return say("điểm trên thang {s}, quy đổi về điểm tối đa", "a mark of {s}, scaled to the maximum",
                   s=amount(leaf.source_max))  # fmt: skip
    if leaf.ladder is not None:
        words = say("theo thang: {m}", "by a ladder: {m}", m=leaf.ladder.metric)
        return words if leaf.ladder.unit != "percent" else say("{w} (%)", "{w} (%)", w=words)
    return say("nhập điểm, bước {s}", "points are stated, on a step of {s}",
               s=amount(rulebook.number.step))  # fmt: skip


def ladder_rows(leaf: Leaf) -> tuple[tuple[Words, Words], ...]:
    """The rows of a criterion's ladder: the bounds, and which part of the maximum they give."""
    if leaf.ladder is None:
        return ()
    everything = Words("còn lại", "all else")
    rows = []
    for row in leaf.ladder.rows:
        condition = bounds(row.bounds)
        rows.append((condition if condition.vi else everything, percent(row.frac)))
    return tuple(rows)


def class_conditions(one: Class, rulebook: Rulebook) -> tuple[Words, ...]:
    """What a class asks for; all must hold, none for the last class."""
    return tuple(_conditions(one, rulebook))


def _conditions(one: Class, rulebook: Rulebook) -> Iterator[Words]:
    scale = rulebook.number.scale
    if one.gte is not None:
        yield say("{m} ≥ {x}", "{m} ≥ {x}", m=capital(measure(one.measure or "", rulebook)),
                  x=amount(one.gte, scale))  # fmt: skip
    if one.base_gte is not None:
        yield say("{m} ≥ {x}", "{m} ≥ {x}", m=capital(measure("base", rulebook)),
                  x=amount(one.base_gte, scale))  # fmt: skip
    if one.every_group_gte_frac is not None:
        yield say("Mỗi nhóm đạt ít nhất {x} điểm tối đa của nhóm", "Every group at {x} of its maximum",
                  x=percent(one.every_group_gte_frac))  # fmt: skip
    for test in one.measures:
        yield say("{m} {b}", "{m} {b}", m=capital(measure(test.measure, rulebook)),
                  b=bounds(test.bounds, scale))  # fmt: skip
    if one.rank_lte is not None:
        yield say("Hạng {n} trở lên trong khu vực", "Rank {n} or better in the area", n=one.rank_lte)
    if one.top is not None:
        yield say("Trong {s} đứng đầu; {t}", "Among the top {s}; {t}", s=share_words(one.top, rulebook),
                  t=code_words(one.on_tie_at_boundary))  # fmt: skip


def share_words(share: Share, rulebook: Rulebook) -> Words:
    """How many units a share is: a plain count, or a fraction of a denominator with its rounding."""
    if share.fraction is None:
        return say("{n} đơn vị", "{n} units", n=share.count or 0)
    kind, _, code = (share.denominator or "").partition(":")
    base = code_words(kind)
    if code:
        base = say("số đơn vị loại {c}, cả phần rơi xuống", "the units of {c}, those that fall to it too",
                   c=class_label(code, rulebook))  # fmt: skip
    words = say("{p} của {d}", "{p} of {d}", p=percent(share.fraction), d=base)
    if share.rounding is None:
        return words
    return say("{w}, {r}", "{w}, {r}", w=words, r=code_words(share.rounding))


def quota_words(quota: Quota, rulebook: Rulebook) -> Words:
    """How many units of an area may hold a class."""
    words = say("Nhiều nhất {s}", "At most {s}", s=share_words(quota.share, rulebook))
    if quota.min_per_area:
        words = say("{w}, nhưng ít nhất {n} mỗi khu vực", "{w}, but at least {n} in each area", w=words,
                    n=quota.min_per_area)  # fmt: skip
    return say("{w}; {t}", "{w}; {t}", w=words, t=code_words(quota.on_tie_at_boundary))


def veto_source(veto: Veto) -> Words:
    """When a veto is in force."""
    if veto.rule is not None:
        rule, _, code = veto.rule.partition(":")
        condition = code_words(rule)
        if code:
            condition = say("tiêu chí {c} bằng 0 điểm", "criterion {c} is 0", c=code)
        return say(
            "Khi {r}, xét {a}", "When {r}, as of when: {a}", r=condition, a=code_words(veto.as_of or "")
        )
    words = say("Từ khi {e}", "From when {e}", e=code_words(veto.event or ""))
    if veto.lifted_by is not None:
        words = say("{w}, đến khi {l}", "{w} until {l}", w=words, l=code_words(veto.lifted_by))
    if veto.document_required:
        words = say("{w}; phải có văn bản", "{w}; a document is required", w=words)
    return words


def veto_effects(veto: Veto, rulebook: Rulebook) -> Words:
    """What a veto does."""
    effects = []
    if veto.max_class == "unclassified":
        effects.append(Words("không phân loại", "no class"))
    elif veto.max_class is not None:
        effects.append(say("cao nhất {c}", "at best {c}", c=class_label(veto.max_class, rulebook)))
    if veto.zeroes_inspection:
        effects.append(Words("các tiêu chí của đoàn kiểm tra bằng 0", "the inspection's criteria are 0"))
    if veto.appeal_right_lost:
        effects.append(Words("mất quyền khiếu nại", "no right of appeal"))
    return capital(listed(effects))


def tie_words(step: TieBreak, rulebook: Rulebook) -> Words:
    """One step of the chain that parts equal units."""
    words = capital(measure(step.by, rulebook))
    if step.by == COMMITTEE or step.order is None:
        return words
    return say("{w}, {o}", "{w}, {o}", w=words, o=code_words(step.order))


def corrections_words(kind: AppealKind) -> Words:
    """What an appeal of a kind can bring."""
    return listed((code_words(one) for one in kind.corrections), ", ")


_STYLES = {
    "1224": Words("1, 2, 2, 4: đồng hạng chiếm chỗ", "1, 2, 2, 4: equal ranks take up places"),
    "1223": Words("1, 2, 2, 3: hạng liền nhau", "1, 2, 2, 3: ranks without gaps"),
    "1234": Words("1, 2, 3, 4: không được đồng hạng", "1, 2, 3, 4: no equal ranks"),
}


def style_words(style: str) -> Words:
    """How equal units share ranks."""
    return _STYLES.get(style, Words(style, style))


_LISTS = {
    "area": Words("khu vực", "area"),
    "criterion": Words("từng tiêu chí", "each criterion"),
    "group": Words("từng nhóm", "each group"),
    "overall": Words("toàn thành", "over all"),
}


def list_words(name: str, rulebook: Rulebook) -> Words:
    """The name of a rank list."""
    _, _, code = name.partition(":")
    label = next((one.label for one in rulebook.groupings if one.id == code), name)
    return _LISTS.get(name, Words(label, label))
