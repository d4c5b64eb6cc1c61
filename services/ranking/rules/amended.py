"""What one version of a rulebook changes in another, line by line: what came, what went, old and new.  Pure.

Read from the normalised form, of which a rulebook's hash is made: so every difference of two hashes is a
line here, and nothing else is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.ranking.explaining.phrases import say, stated
from services.ranking.rules.phrases import code_words, listed
from services.ranking.rules.policies import policy_answer, policy_name
from services.ranking.words import Words
from shared.rulebook import Rulebook

Path = tuple[str, ...]
_KEYED: Final = ("id", "code", "class", "role", "by")
"""What names an item of a list; items without any of them are counted from 1."""
_ITEMS: Final = ("leaves", "groups", "classes", "quotas", "vetoes")
"""Sections of which each item is a thing of its own to the reader."""
_NOTHING: Final = "–"

_SECTIONS: Final[Mapping[str, Words]] = {
    "rulebook": Words("Bộ tiêu chí", "Rulebook"),
    "period": Words("Thời kỳ đánh giá", "Period"),
    "periods": Words("Thời kỳ khác", "Other periods"),
    "areas": Words("Khu vực", "Areas"),
    "total": Words("Tổng điểm", "Totals of areas"),
    "number": Words("Số", "Numbers"),
    "stages": Words("Các bước", "Stages"),
    "labels": Words("Từ dùng", "Words"),
    "leaves": Words("Tiêu chí", "Criterion"),
    "groups": Words("Nhóm", "Group"),
    "bonus": Words("Điểm thưởng", "Bonus"),
    "penalty": Words("Điểm trừ", "Penalty"),
    "totals": Words("Tổng và trần", "Totals and caps"),
    "classes": Words("Loại", "Class"),
    "quotas": Words("Khống chế tỷ lệ", "Quota"),
    "vetoes": Words("Điều kiện khống chế", "Veto"),
    "tie_breaks": Words("Phân định đồng điểm", "Tie chain"),
    "rank_style": Words("Cách đánh hạng", "Rank style"),
    "rank_lists": Words("Các bảng xếp hạng", "Rank lists"),
    "groupings": Words("Bảng phụ", "Grouping"),
    "policies": Words("Câu hỏi mở", "Open question"),
    "appeals": Words("Khiếu nại", "Appeals"),
    "required_documents": Words("Tài liệu phải gửi", "Required document"),
    "attendees": Words("Thành phần tham dự", "Attendees"),
}
_KEYS: Final[Mapping[str, Words]] = {
    "label": Words("tên", "label"),
    "owner": Words("nơi chấm", "owner"),
    "max": Words("điểm tối đa", "maximum"),
    "min": Words("điểm tối thiểu", "minimum"),
    "weight": Words("trọng số", "weight"),
    "stage": Words("bước đầu", "first stage"),
    "self": Words("tự chấm", "self scored"),
    "input": Words("cách ghi", "input"),
    "ladder": Words("thang", "ladder"),
    "rows": Words("dòng", "row"),
    "frac": Words("phần điểm", "part of the maximum"),
    "metric": Words("số đo", "metric"),
    "domain": Words("miền giá trị", "domain"),
    "unit": Words("đơn vị tính", "unit of measure"),
    "per": Words("mỗi việc", "each"),
    "cap": Words("trần", "cap"),
    "cap_total": Words("trần chung", "cap over all"),
    "items": Words("mục", "item"),
    "gte": Words("từ", "at least"),
    "gt": Words("trên", "above"),
    "lte": Words("đến", "at most"),
    "lt": Words("dưới", "below"),
    "fraction": Words("tỷ lệ", "fraction"),
    "denominator": Words("mẫu số", "denominator"),
    "rounding": Words("làm tròn", "rounding"),
    "order": Words("thứ tự", "order"),
    "group": Words("thuộc nhóm", "in group"),
    "also": Words("và", "and"),
    "base_gte": Words("điểm cơ bản từ", "base at least"),
    "every_group_gte_frac": Words("mỗi nhóm từ", "every group at least"),
    "min_per_area": Words("ít nhất mỗi khu vực", "at least in each area"),
    "on_tie_at_boundary": Words("đồng hạng tại mức", "a tie on the line"),
    "effect": Words("hiệu lực", "effect"),
    "source": Words("nguồn", "source"),
    "max_class": Words("loại cao nhất", "best class"),
    "kinds": Words("loại khiếu nại", "kind"),
    "term_days": Words("thời hạn (ngày)", "term in days"),
    "decided_by": Words("do ai quyết định", "decided by"),
    "corrections": Words("cách sửa", "corrections"),
    "version": Words("phiên bản", "version"),
    "status": Words("tình trạng", "status"),
    "step": Words("bước điểm", "step"),
    "scale": Words("số chữ số", "digits"),
    "round_at": Words("làm tròn ở", "rounded"),
    "floor": Words("mức sàn", "floor"),
    "classification_cap": Words("trần điểm phân loại", "cap of the classification score"),
    "rank_by": Words("xếp theo", "ranks by"),
    "no_target": Words("khi không giao chỉ tiêu", "without a target"),
    "from": Words("từ ngày", "from"),
    "to": Words("đến ngày", "to"),
    "measure": Words("số đo", "measure"),
    "measures": Words("điều kiện", "condition"),
    "areas": Words("khu vực", "areas"),
    "source_max": Words("thang của nơi đánh giá", "the other body's maximum"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.  ``about``: what it is about; ``what``: which part of it, empty when all of it.

    ``anchor``: the criterion it is about, or "".  ``old``, ``new``: None where the version has no such thing.
    """

    section: str
    about: Words
    what: Words
    anchor: str
    old: Words | None
    new: Words | None


def changes(before: Rulebook, after: Rulebook) -> tuple[Change, ...]:
    """Every difference from ``before`` to ``after``, in the order of the format; none exactly when equal."""
    return tuple(_changes(_lines(before), _lines(after)))


def _changes(old: dict[Path, Any], new: dict[Path, Any]) -> Iterator[Change]:
    gone, come = _wholes(old, new), _wholes(new, old)
    told: set[Path] = set()
    for path in sorted(old.keys() | new.keys(), key=_order):
        whole = next((path[:n] for n in (2, 3) if path[:n] in gone or path[:n] in come), None)
        if whole is None:
            if old.get(path) != new.get(path):
                yield _change(path, old.get(path), new.get(path), old, new)
        elif whole not in told:
            told.add(whole)
            labels = old if whole in gone else new
            label = stated(labels.get((*whole, "label"), whole[-1]))
            was, is_ = (label, None) if whole in gone else (None, label)
            yield Change(whole[0], _about(whole, labels), Words("", ""), _anchor(whole), was, is_)


def _wholes(here: dict[Path, Any], there: dict[Path, Any]) -> set[Path]:
    """Items of lists (and items of a bonus or penalty) of which nothing is there."""
    items = {path[:2] for path in here if path[0] in _ITEMS}
    items |= {path[:3] for path in here if path[0] in ("bonus", "penalty") and path[1] == "items"}
    left = {path[:2] for path in there} | {path[:3] for path in there}
    return {item for item in items if item not in left and item[-1] != "order"}


def _change(path: Path, old: Any, new: Any, before: dict[Path, Any], after: dict[Path, Any]) -> Change:
    labels = after if (*path[:2], "label") in after else before
    rest = path[1:] if path[0] not in _ITEMS else path[2:]
    what = Words("", "")
    if path[0] != "policies":
        what = listed((_KEYS.get(part, Words(part, part)) for part in rest), " · ")
    return Change(path[0], _about(path, labels), what, _anchor(path), _value(path, old), _value(path, new))


def _about(path: Path, labels: Mapping[Path, Any]) -> Words:
    section = _SECTIONS.get(path[0], Words(path[0], path[0]))
    if path[0] == "policies":
        return policy_name(path[1])
    if path[0] in ("classes", "quotas"):
        label = labels.get(("classes", path[1], "label"), path[1])
        return say("{s} {l}", "{s} {l}", s=section, l=str(label))
    if path[0] in _ITEMS:
        label = labels.get((*path[:2], "label"), "")
        return say("{s} {i} {l}", "{s} {i} {l}", s=section, i=path[1], l=str(label))
    return section


def _anchor(path: Path) -> str:
    return path[1] if path[0] == "leaves" else ""


def _value(path: Path, value: Any) -> Words | None:
    if value is None:
        return None
    if path[0] == "policies":
        return policy_answer(path[1], value)
    if isinstance(value, bool):
        return Words("có", "yes") if value else Words("không", "no")
    if isinstance(value, list):
        return listed((stated(one) for one in value), ", ")
    known = code_words(value) if isinstance(value, str) else stated(value)
    return stated(value) if known.vi == value else known


def _order(path: Path) -> tuple[int, tuple[str, ...]]:
    known = list(_SECTIONS)
    return (known.index(path[0]) if path[0] in known else len(known), path)


def _lines(rulebook: Rulebook) -> dict[Path, Any]:
    """The normalised form as one value for each path; items of lists by what names them."""
    document = json.loads(rulebook.document)
    tree: dict[str, Any] = {"leaves": {}, "groups": {}}
    _plant(document.pop("criteria"), "", tree)
    found: dict[Path, Any] = {}
    _flatten((), {**document, **tree}, found)
    return found


def _plant(nodes: list[dict[str, Any]], above: str, tree: dict[str, Any]) -> None:
    for place, node in enumerate(nodes, start=1):
        children = node.get("children")
        kind = "leaves" if children is None else "groups"
        own = {key: value for key, value in node.items() if key not in ("id", "children")}
        tree[kind][node["id"]] = {**own, "group": above, "order": place}
        if children is not None:
            _plant(children, node["id"], tree)


def _flatten(path: Path, value: Any, found: dict[Path, Any]) -> None:
    if isinstance(value, dict):
        for key, one in value.items():
            _flatten((*path, key), one, found)
        if not value:
            found[path] = _NOTHING
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for name, one in _named(value):
            _flatten((*path, name), one, found)
    elif value != [] or (len(path) > 1 and path[-1] != "items"):
        found[path] = _NOTHING if value is None else value


def _named(items: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each item with its name and its place, or with its place for a name."""
    key = next(
        (key for key in _KEYED if len({str(one.get(key, "")) for one in items} - {""}) == len(items)), None
    )
    for place, one in enumerate(items, start=1):
        yield (str(place), one) if key is None else (str(one[key]), {**one, "order": place})
