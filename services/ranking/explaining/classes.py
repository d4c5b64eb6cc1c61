"""Classes, vetoes and quota lines as they were tested.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.ranking.engine.classes import DROPPED, GROUP, KEPT, TIED, UNCLASSIFIED, Condition
from services.ranking.engine.explain import ClassStep, Explanation, QuotaStep, VetoInForce
from services.ranking.explaining.peers import peer_words
from services.ranking.explaining.phrases import (
    amount,
    bounds,
    capital,
    class_label,
    group,
    measure,
    measured,
    say,
)
from services.ranking.words import Words
from shared.rulebook.model import Rulebook


def veto_words(veto: VetoInForce, rules: Rulebook) -> Words:
    """A veto in force and what it does."""
    effects: list[Words] = []
    if veto.max_class == UNCLASSIFIED:
        effects.append(Words("không được phân loại", "no class"))
    elif veto.max_class is not None:
        effects.append(say("cao nhất {c}", "at best {c}", c=class_label(veto.max_class, rules)))
    if veto.zeroes_inspection:
        effects.append(Words("các tiêu chí kiểm tra bằng 0", "the inspection's criteria are 0"))
    if veto.appeal_right_lost:
        effects.append(Words("mất quyền khiếu nại", "no right of appeal"))
    if veto.max_class is not None and not veto.lowered:
        effects.append(Words("không làm đổi loại", "the class is the same without it"))
    listed = Words("; ".join(one.vi for one in effects), "; ".join(one.en for one in effects))
    return say("Điều kiện khống chế {i} {l} đang có hiệu lực: {e}.", "Veto {i} {l} is in force: {e}.",
               i=veto.id, l=veto.label, e=listed)  # fmt: skip


def class_words(step: ClassStep, rules: Rulebook) -> Words:
    """A class with every condition as it was tested."""
    tested = [condition_words(one, rules) for one in step.conditions]
    listed = Words("; ".join(one.vi for one in tested), "; ".join(one.en for one in tested))
    name = class_label(step.id, rules)
    if not tested:
        words = say("Loại {c}: không có điều kiện", "Class {c}: no condition", c=name)
    else:
        verdict = {
            True: Words("đạt", "holds"),
            False: Words("không đạt", "does not hold"),
            None: Words("chờ quyết định đồng hạng", "awaits a decision on a tie"),
        }[step.holds]
        words = say("Loại {c}: {v} ({l})", "Class {c}: {v} ({l})", c=name, v=verdict, l=listed)
    if step.barred:
        words = say("{w}; điều kiện khống chế không cho", "{w}; closed by a veto", w=words)
    return say("{w}.", "{w}.", w=words)


def condition_words(one: Condition, rules: Rulebook) -> Words:
    """One condition with the unit's value."""
    name = group(one.subject, rules) if one.kind == GROUP else measure(one.subject, rules)
    verdict = {
        True: Words("đạt", "held"),
        False: Words("không đạt", "not held"),
        None: Words("chờ quyết định", "to be decided"),
    }[one.held]
    return say("{n} {v} (cần {b}): {h}", "{n} {v} (wanted {b}): {h}", n=name,
               v=measured(one.subject, one.value, rules), b=bounds(one.bounds), h=verdict)  # fmt: skip


_ROUNDINGS: Final[Mapping[str, Words]] = {
    "floor": Words("làm tròn xuống", "rounded down"),
    "ceil": Words("làm tròn lên", "rounded up"),
    "half_up": Words("làm tròn nửa lên", "rounded half up"),
    "half_even": Words("làm tròn nửa về số chẵn", "rounded half to even"),
}
_DENOMINATORS: Final[Mapping[str, Words]] = {
    "units_ranked_in_area": Words("đơn vị được xếp hạng", "ranked units"),
    "units_registered_in_area": Words("đơn vị của khu vực", "units of the area"),
}


def quota_words(step: QuotaStep, rules: Rulebook) -> Words:
    """A quota line, the units next to it, and what became of this unit."""
    name = class_label(step.class_id, rules)
    words = say("Khống chế tỷ lệ {c}: {l}; {e} đơn vị đủ điều kiện, giữ {k}",
                "Quota of {c}: {l}; {e} units qualify, {k} stay", c=name, l=_limit(step, rules),
                e=step.candidates, k=step.kept)  # fmt: skip
    if step.last_kept is not None:
        words = say("{w}; giữ cuối cùng: {p}", "{w}; the last to stay: {p}", w=words,
                    p=peer_words(step.last_kept, rules))  # fmt: skip
    if step.first_beyond is not None:
        words = say("{w}; đầu tiên không giữ: {p}", "{w}; the first beyond: {p}", w=words,
                    p=peer_words(step.first_beyond, rules))  # fmt: skip
    outcome = {
        KEPT: Words("đơn vị này được giữ", "this unit stays"),
        TIED: Words("đơn vị này đồng hạng tại mức, chờ quyết định", "this unit is tied on the line"),
        DROPPED: say("đơn vị này xuống {f}", "this unit falls to {f}", f=class_label(step.falls_to, rules)),
    }.get(step.outcome, Words("đơn vị này không thuộc diện xét", "this unit is not among them"))
    return say("{w}. {o}.", "{w}. {o}.", w=words, o=capital(outcome))


def _limit(step: QuotaStep, rules: Rulebook) -> Words:
    if step.fraction is None:
        words = say("nhiều nhất {k}", "at most {k}", k=step.share)
    else:
        denominator = step.denominator or ""
        kind, _, code = denominator.partition(":")
        counted = _DENOMINATORS.get(denominator)
        if counted is None:
            counted = say("đơn vị loại {c} và phần rơi xuống", "units of {c} with those that fall to it",
                          c=class_label(code or kind, rules))  # fmt: skip
        words = say("{f} của {n} {d}, {r}: {k}", "{f} of {n} {d}, {r}: {k}",
                    f=amount(step.fraction, 2), n="–" if step.size is None else step.size, d=counted,
                    r=_ROUNDINGS.get(step.rounding or "", Words("", "")), k=step.share)  # fmt: skip
    if step.min_per_area:
        words = say("{w}, ít nhất {m}", "{w}, at least {m}", w=words, m=step.min_per_area)
    return words


def outcome_words(found: Explanation) -> Words:
    """The class in the end, or why there is none."""
    if found.class_id is not None:
        return say("Phân loại: {c}.", "Class: {c}.", c=class_label(found.class_id, found.rules))
    if found.missing:
        return say("Chưa phân loại: còn thiếu {n} tiêu chí.", "No class yet: {n} of the criteria missing.",
                   n=len(found.missing))  # fmt: skip
    return Words("Không phân loại.", "No class.")
