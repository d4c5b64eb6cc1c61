"""Parts of sentences: numbers, bounds, measures, stages, why a value does not count.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from services.ranking.engine.facts import ADJUSTMENT
from services.ranking.engine.sheet import Mark
from services.ranking.view import number
from services.ranking.words import MEASURES, Words
from shared.rulebook.model import Bounds, Rulebook
from shared.rulebook.number import decimals, show, to_step

_MORE_DIGITS: Final = 2
"""How many digits beyond the rulebook's a long or endless fraction is written with."""


def say(vi: str, en: str, **parts: Words | str | int) -> Words:
    """Both texts with ``parts`` filled in; a part in two languages gives each text its own."""
    return Words(
        vi.format(**{key: one.vi if isinstance(one, Words) else one for key, one in parts.items()}),
        en.format(**{key: one.en if isinstance(one, Words) else one for key, one in parts.items()}),
    )


def capital(words: Words) -> Words:
    """The same with a capital letter first."""
    return Words(*(f"{text[:1].upper()}{text[1:]}" for text in (words.vi, words.en)))


def sentence(words: Words) -> Words:
    """A phrase as a sentence of its own."""
    return say("{w}.", "{w}.", w=capital(words))


def amount(value: Fraction, scale: int = 0) -> Words:
    """A number as each language writes it, with at least ``scale`` digits; "≈" where it had to be cut."""
    near, cut = _near(value, scale)
    return say("≈ {x}", "≈ {x}", x=near) if cut else near


def equals(value: Fraction, scale: int = 0) -> Words:
    """A result: ``= 7,80``, or ``≈ 7,8667`` where it had to be cut."""
    near, cut = _near(value, scale)
    return say("{e} {x}", "{e} {x}", e="≈" if cut else "=", x=near)


def signed(value: Fraction, scale: int = 0) -> Words:
    """A number with its sign: ``+0,25``, ``−1,50``, ``≈ +3,1771``."""
    near, cut = _near(abs(value), scale)
    return say("{e}{s}{x}", "{e}{s}{x}", e="≈ " if cut else "", s="+" if value >= 0 else "−", x=near)


def _near(value: Fraction, scale: int) -> tuple[Words, bool]:
    """The number as far as people read it, and whether that is not all of it."""
    digits = decimals(value)
    if digits is not None and digits <= scale + 2 * _MORE_DIGITS:
        return _written(show(value, scale)), False
    return _written(show(to_step(value, Fraction(1, 10 ** (scale + _MORE_DIGITS)), "HALF_EVEN"), scale)), True


def stated(value: object) -> Words:
    """A value as an event holds it: a decimal string is written as a number, all else as it stands."""
    text = "–" if value is None else str(value)
    return _written(text) if text.lstrip("-").replace(".", "", 1).isdecimal() else Words(text, text)


def _written(text: str) -> Words:
    return Words(number(text, "vi"), number(text, "en"))


def bounds(found: Bounds, scale: int = 0) -> Words:
    """An interval: ``> 0, ≤ 2``."""
    named = ((">", found.gt), ("≥", found.gte), ("<", found.lt), ("≤", found.lte))
    parts = [(sign, amount(value, scale)) for sign, value in named if value is not None]
    return Words(
        "; ".join(f"{sign} {one.vi}" for sign, one in parts),
        "; ".join(f"{sign} {one.en}" for sign, one in parts),
    )


def measure(name: str, rulebook: Rulebook) -> Words:
    """A measure of the rulebook (format §7) in words, criteria and groups with their labels."""
    kind, _, code = name.partition(":")
    if kind == "criterion" and code in rulebook.leaf:
        return criterion(code, rulebook)
    if kind == "group" and code in rulebook.group:
        return group(code, rulebook)
    return MEASURES.get(name, Words(name, name))


def measured(name: str, value: Fraction | None, rulebook: Rulebook) -> Words:
    """A value of a measure: points with the rulebook's digits, counts and ranks without."""
    if value is None:
        return Words("–", "–")
    return amount(value, 0 if name in ("recognised_models", "rank") else rulebook.number.scale)


def criterion(code: str, rulebook: Rulebook) -> Words:
    """A criterion by id and label."""
    label = rulebook.leaf[code].label if code in rulebook.leaf else ""
    return Words(f"tiêu chí {code} {label}".strip(), f"criterion {code} {label}".strip())


def group(code: str, rulebook: Rulebook) -> Words:
    """A group of criteria by id and label."""
    label = rulebook.group[code].label
    return Words(f"nhóm {code} {label}", f"group {code} {label}")


def class_label(code: str | None, rulebook: Rulebook) -> Words:
    """A class by its label; None: no class."""
    if code is None:
        return Words("không phân loại", "no class")
    if code == "unclassified":
        return Words("không được phân loại", "unclassified")
    label = next((one.label for one in rulebook.classes if one.id == code), code)
    return Words(f"“{label}”", f"“{label}”")


_STAGES: Final[Mapping[str, str]] = {
    "self": "self score",
    "department": "department",
    "external": "external evaluation",
    "inspection": "inspection",
    "standing": "Standing Committee",
    "appeal": "appeal",
}


def stage(code: str, rulebook: Rulebook) -> Words:
    """A stage in the words of the rulebook, and in English."""
    label = next((one.label for one in rulebook.stages if one.id == code), code)
    return Words(label, _STAGES.get(code, code))


_WHY: Final[Mapping[str, Words]] = {
    "WITHDRAWN": Words("đã rút", "it was withdrawn"),
    "SELF": Words("điểm tự chấm không bao giờ là điểm chính thức", "a self score is never official"),
    "LOWER_STAGE": Words("bước cao hơn đã có điểm", "a higher stage has a value"),
    "OLDER": Words("cùng bước đã có điểm mới hơn", "its stage has a newer value"),
    "STALE": Words(
        "điều chỉnh nêu điểm trước đó không đúng với điểm lúc ấy",
        "the adjustment states a value before it that was not the one then",
    ),
    "PERIOD": Words("ghi cho thời kỳ khác", "it was made for another period"),
    "STALE_RULEBOOK": Words("chấm theo bộ tiêu chí không còn hiệu lực", "made under rules not in force"),
    "NO_RULEBOOK": Words("lúc ấy chưa có bộ tiêu chí", "no rulebook was in force then"),
    "INVALIDATED": Words(
        "không còn hợp lệ theo bộ tiêu chí đã sửa", "it no longer fits the amended rulebook"
    ),
    "ROUND_CLOSED": Words("đến sau khi đợt kiểm tra kết thúc", "it came after the round was closed"),
    "AFTER_CONCLUSION": Words("đến sau kết luận kiểm tra", "it came after the conclusion"),
    "LATE": Words("đến sau khi bắt đầu kiểm tra", "it came after the inspection was opened"),
    "UNCONFIRMED": Words(
        "nhập hộ, đơn vị chịu trách nhiệm chưa xác nhận",
        "entered on behalf, and not confirmed by the responsible body",
    ),
    "DISPUTED": Words(
        "nhập hộ, đơn vị chịu trách nhiệm không công nhận",
        "entered on behalf, and disputed by the responsible body",
    ),
    "DUPLICATE": Words("trùng một sự việc đã tính", "the same occurrence counts already"),
    "REVOKED": Words("quyết định đã được thay", "the decision was replaced"),
    "REFUSED": Words("Ban Thường vụ không duyệt", "the Standing Committee refused it"),
    "OUTSIDE_PERIOD": Words("sự việc ngoài thời kỳ đánh giá", "it happened outside the period"),
    "S002": Words("bộ tiêu chí không có mã này", "the rulebook has no such code"),
    "S003": Words("bước này không mở cho tiêu chí", "this stage is closed on the criterion"),
    "S004": Words("tiêu chí không áp dụng cho khu vực", "the criterion does not apply in the area"),
    "S005": Words("không phải số", "it is not a number"),
    "S006": Words("không đúng bước điểm", "it is off the step"),
    "S007": Words("ngoài mức tối thiểu, tối đa", "it is above the maximum or below the minimum"),
    "S008": Words("chỉ tiêu thiếu, bằng 0 hoặc không cần", "the target is missing, zero or not wanted"),
    "S009": Words("không ghi được ở đây", "it is not allowed here"),
    "S012": Words("ngoài miền giá trị của thang", "it is outside the domain of the ladder"),
    "S013": Words("phải là số nguyên", "it has to be an integer"),
    "S014": Words("không đọc được", "it cannot be read"),
}


def answer(mark: Mark) -> Words | None:
    """What the responsible body says of a value that was entered for it, or the unit of an adjustment; None
    for a value that nobody is asked about.
    """
    if mark.origin == ADJUSTMENT and mark.disputed is not None:
        return Words("đơn vị không đồng ý", "disputed by the unit")
    if mark.origin == ADJUSTMENT and mark.confirmed is not None:
        return Words("đơn vị đã đồng ý", "acknowledged by the unit")
    if not mark.on_behalf:
        return None
    if mark.confirmed is not None:
        return Words("nhập hộ, đã xác nhận", "entered on behalf, confirmed")
    if mark.disputed is not None:
        return Words("nhập hộ, không được công nhận", "entered on behalf, disputed")
    return Words("nhập hộ, chưa trả lời", "entered on behalf, not answered")


def why_not(code: str) -> Words:
    """Why a mark or an occurrence does not count; an unknown code stays itself."""
    return _WHY.get(code, Words(code, code))
