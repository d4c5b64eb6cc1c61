"""The terms of a total, bonus and penalty, and the total itself.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.ranking.engine.explain import Explanation
from services.ranking.engine.sheet import Occurrence
from services.ranking.engine.terms import ALL_ITEMS, Term
from services.ranking.explaining.phrases import amount, capital, criterion, say, signed, why_not
from services.ranking.words import Words
from shared.rulebook.model import Rulebook


def occurrence_words(one: Occurrence, rules: Rulebook) -> Words:
    """One decided bonus or penalty: what it is worth, and what the caps left of it."""
    scale = rules.number.scale
    name = _item(one.kind, str(one.code), rules)
    if one.status:
        return say("{n} ({r}) không tính: {w}.", "{n} ({r}) does not count: {w}.", n=capital(name),
                   r=str(one.occurrence_ref), w=why_not(one.status))  # fmt: skip
    if one.credited == one.worth:
        return say("{n} ({r}): tính {x} điểm.", "{n} ({r}): {x} points.", n=capital(name),
                   r=str(one.occurrence_ref), x=amount(one.worth, scale))  # fmt: skip
    return say("{n} ({r}): trị giá {x}, trần chỉ cho tính {y}.",
               "{n} ({r}): worth {x}, of which the caps leave {y}.",
               n=capital(name), r=str(one.occurrence_ref), x=amount(one.worth, scale),
               y=amount(one.credited, scale))  # fmt: skip


def _item(kind: str, code: str, rules: Rulebook) -> Words:
    listed = rules.bonus if kind.startswith("bonus") else rules.penalty
    label = next((item.label for item in listed.items if item.code == code), "")
    return say("{k} {c} {l}", "{k} {c} {l}", k=_KINDS[kind], c=code, l=label)


_KINDS: Final[Mapping[str, Words]] = {
    "bonus": Words("thưởng", "bonus"),
    "penalty": Words("trừ", "penalty"),
    "bonus_cap": Words("trần thưởng", "cap of bonus"),
    "penalty_cap": Words("trần trừ", "cap of penalty"),
}


def term_words(term: Term, found: Explanation) -> Words:
    """One summand: what it is and how much."""
    name = term_name(term.kind, term.ref, found.rules)
    if term.kind == "rescale":
        name = say("{n}: {t} × {p} ÷ {m} thay cho {p}", "{n}: {t} × {p} ÷ {m} instead of {p}", n=name,
                   t=amount(found.rules.area[found.area].total), p=amount(found.sum, found.scale),
                   m=amount(found.sum_max))  # fmt: skip
    return say("{n}: {x}.", "{n}: {x}.", n=capital(name), x=signed(term.amount, found.scale))


def term_name(kind: str, ref: str, rules: Rulebook) -> Words:
    """What a term stands for."""
    if kind == "leaf":
        return criterion(ref, rules)
    if kind in _KINDS:
        if ref == ALL_ITEMS:
            return say("{k}, mọi loại cộng lại", "{k}, all kinds together", k=_KINDS[kind])
        return _item(kind, ref, rules)
    return {
        "rescale": Words("quy đổi theo phần còn lại", "the rest scaled up"),
        "rounding": Words("làm tròn điểm cơ bản", "rounding of the base"),
        "floor": Words("nâng lên mức sàn", "raised to the floor"),
    }[kind]


def total_words(found: Explanation) -> Words:
    """The sum, and the score that classifies where it is another one."""
    if found.ranking_score is None or found.base is None or found.classification_score is None:
        return Words("Chưa có điểm chính thức nào nên chưa có tổng.", "No official value yet, so no total.")
    scale = found.scale
    words = say("Cơ bản {b} + thưởng {p} − trừ {q} = {t}", "Base {b} + bonus {p} − penalty {q} = {t}",
                b=amount(found.base, scale), p=amount(found.bonus, scale), q=amount(found.penalty, scale),
                t=amount(found.base + found.bonus - found.penalty, scale))  # fmt: skip
    if found.base + found.bonus - found.penalty != found.ranking_score:
        words = say("{w}, nâng lên mức sàn {f}", "{w}, raised to the floor {f}", w=words,
                    f=amount(found.ranking_score, scale))  # fmt: skip
    if found.classification_score != found.ranking_score:
        words = say("{w}; điểm phân loại dừng ở {c}", "{w}; the classification score stops at {c}", w=words,
                    c=amount(found.classification_score, scale))  # fmt: skip
    return say("{w}.", "{w}.", w=words)
