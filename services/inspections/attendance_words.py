"""Who attends, in words: roles, kinds of subordinate units, and what departs from the rule.  Pure.

Words are pairs, Vietnamese and English.  A code without words here is shown as it is: rulebooks and units
may use others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.inspections.deciding.attending import class_years
from shared.rulebook import Rulebook

Words = tuple[str, str]
SECRETARY: Final = "secretary"
"""The role of a subordinate unit's secretary."""

ROLES: Final[Mapping[str, Words]] = {
    "standing_committee_of_unit": ("Ban Thường vụ của đơn vị", "Standing committee of the unit"),
    "full_time_cadres": ("Cán bộ Đoàn chuyên trách", "Full-time cadres"),
    "party_committee_representative": ("Đại diện Ban Thường vụ cấp ủy", "For the party committee"),
    "internal_affairs_specialist": ("Chuyên viên Phòng Nội vụ", "Specialist of internal affairs"),
    SECRETARY: ("Bí thư Đoàn cơ sở trực thuộc", "Secretary of a subordinate unit"),
    "guest": ("Khách mời khác", "Another guest"),
}
KINDS: Final[Mapping[str, Words]] = {
    "ward_commune_township": ("Phường, xã, thị trấn", "Ward, commune, township"),
    "armed_forces": ("Lực lượng vũ trang", "Armed forces"),
    "workers": ("Công nhân lao động", "Workers"),
    "school": ("Trường học", "School"),
    "civil_service": ("Công chức, viên chức", "Civil service"),
    "other": ("Khác", "Other"),
}


def role_words(code: str) -> Words:
    """What a role is called."""
    return ROLES.get(code, (code, code))


def kind_words(code: str) -> Words:
    """What a kind of subordinate unit is called."""
    return KINDS.get(code, (code, code))


def kinds_of(book: Rulebook | None, registered: Iterable[Mapping[str, Any]]) -> list[str]:
    """The kinds to choose from: ours, those that the rulebook asks for, those that the unit has stated."""
    rule = None if book is None else book.attendees
    asked = [] if rule is None else [kind for kinds in rule.must_cover.values() for kind in kinds]
    return list(dict.fromkeys((*KINDS, *asked, *(str(one["kind"]) for one in registered))))


def roles_of(book: Rulebook | None, area: str) -> list[str]:
    """The roles that the rulebook asks for in ``area``, in its order, each once."""
    rule = None if book is None else book.attendees
    if rule is None:
        return []
    invited = [one.role for one in rule.invited if one.areas is None or area in one.areas]
    return list(dict.fromkeys((*rule.required_roles, *invited)))


def deviation_words(code: str, book: Rulebook, registered: Sequence[Mapping[str, Any]]) -> Words:
    """What the deviation ``code`` says, and what one can do about it."""
    rule, _, about = code.partition(".")
    name = next((str(one["name"]) for one in registered if one["code"] == about), about)
    labels = {one.id: one.label for one in book.classes}
    classes = " / ".join(labels.get(one, one) for one in about.split("-"))
    count = _asked(book, about)
    role_vi, role_en = role_words(about)
    kind_vi, kind_en = kind_words(about)
    year = class_years(book)[0]
    words: dict[str, Words] = {
        "ROLE_MISSING": (f"Chưa có: {role_vi}.", f"Nobody yet: {role_en}."),
        "INVITED_MISSING": (f"Chưa có khách mời: {role_vi}.", f"Not invited yet: {role_en}."),
        "SUBORDINATES_UNREGISTERED": (
            "Chưa khai đơn vị trực thuộc nên chưa xét được quy định 2 + 2.",
            "No subordinate units are stated, so the rule of 2 + 2 cannot be judged.",
        ),
        "SUBORDINATE_UNKNOWN": (
            f"{name} không có trong danh sách đơn vị trực thuộc.",
            f"{name} is not among the subordinate units.",
        ),
        "SUBORDINATE_TWICE": (
            f"{name} được nêu hai lần; chỉ tính một.",
            f"{name} is named twice; it counts once.",
        ),
        "CLASS_UNKNOWN": (
            f"{name} chưa rõ kết quả phân loại nên không tính vào 2 + 2.",
            f"The class of {name} is not known, so it does not count for 2 + 2.",
        ),
        "CLASS_YEAR": (
            f"Kết quả phân loại của {name} không phải của năm {year} nên không tính vào 2 + 2.",
            f"The class of {name} is not of {year}, so it does not count for 2 + 2.",
        ),
        "TOO_FEW": (
            f"Chưa đủ {count} Bí thư Đoàn cơ sở đạt {classes}.",
            f"Fewer than {count} secretaries of units of class {classes}.",
        ),
        "TOO_FEW_EXPLAINED": (
            f"Chưa đủ {count} Bí thư Đoàn cơ sở đạt {classes}; đã nêu lý do.",
            f"Fewer than {count} secretaries of units of class {classes}; a reason is given.",
        ),
        "TOO_MANY": (
            "Nhiều Bí thư Đoàn cơ sở hơn quy định.",
            "More secretaries of subordinate units than asked for.",
        ),
        "NOT_COVERED": (
            f"Chưa có Bí thư thuộc khối {kind_vi}.",
            f"No secretary of a unit of this kind: {kind_en}.",
        ),
        "KIND_UNREGISTERED": (
            f"Đơn vị chưa khai đơn vị trực thuộc nào thuộc khối {kind_vi}.",
            f"The unit has stated no subordinate unit of this kind: {kind_en}.",
        ),
    }
    return words.get(rule, (code, code))


def _asked(book: Rulebook, classes: str) -> int:
    rule = book.attendees
    pairs = () if rule is None else rule.subordinates
    return next((pair.count for pair in pairs if "-".join(pair.class_in) == classes), 0)
