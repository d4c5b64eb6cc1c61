"""A difference of two standings as pages show it; what-ifs and comparisons share it.

Made from the JSON body alone, so that a reader never gets more here than from the API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.ranking.view import number
from services.ranking.words import reason_words
from shared.rulebook import Rulebook
from shared.web.i18n import language, tr

ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Change:
    """Something old and new, in words; ``better``: 1 up, -1 down, 0 neither."""

    old: str
    new: str
    better: int = 0
    by: str = ""

    @property
    def same(self) -> bool:
        """Whether both sides read the same."""
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit that changed: rank, total and class, the marks that differ, and the events that did it."""

    unit: str
    name: str
    rank: Change
    total: Change
    grade: Change
    by_others: bool
    marks: tuple[tuple[str, Change], ...]
    notes: tuple[str, ...]
    events: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Classes old by new: labels and counts; the diagonal is who kept his class."""

    new: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class AreaPart:
    """One area: changed units, class matrix, quota lines old and new, and pairs that changed order."""

    label: str
    rows: tuple[UnitRow, ...]
    matrix: Matrix | None = None
    quotas: tuple[tuple[str, Change], ...] = ()
    pairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Differing:
    """The whole difference for one reader.  ``head`` empty: he sees a part only."""

    head: str
    areas: tuple[AreaPart, ...]
    events: tuple[Mapping[str, Any], ...] = field(default=())
    rulebook_changed: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing moved."""
        return not any(area.rows for area in self.areas)


def differing(body: Mapping[str, Any], rulebook: Rulebook | None) -> Differing:
    """What the JSON ``body`` of a difference says, in the language of the request."""
    grades = {} if rulebook is None else {one.id: one.label for one in rulebook.classes}
    order = [] if rulebook is None else [one.id for one in rulebook.classes]
    labels = {} if rulebook is None else {area.id: area.label for area in rulebook.areas}
    by_area: dict[str, list[UnitRow]] = {area: [] for area in labels}
    for unit in body["units"]:
        if unit.get("changed", True):
            by_area.setdefault(unit.get("area", ""), []).append(_unit(unit, grades, order))
    parts = {area["area"]: area for area in body["areas"]}
    return Differing(
        head=_head(body.get("head")),
        areas=tuple(
            _area(area, labels.get(area, ""), rows, parts.get(area), grades)
            for area, rows in by_area.items()
            if rows or area in parts
        ),
        events=tuple(body.get("events", ())),
        rulebook_changed=body["rulebook"]["before"] != body["rulebook"]["after"],
    )


def _head(head: Mapping[str, Any] | None) -> str:
    if head is None:
        return ""
    return tr(
        "{u} đơn vị xét, {c} thay đổi, {s} bỏ qua · {m} điểm đổi trong {n} điểm xét · "
        "{r} đổi hạng, {k} đổi phân loại",
        "{u} units examined, {c} changed, {s} skipped · {m} marks changed of {n} examined · "
        "{r} ranks, {k} classes changed",
    ).format(
        u=head["units"],
        c=head["changed"],
        s=head["skipped"],
        m=head["marks_changed"],
        n=head["marks"],
        r=head["ranks_changed"],
        k=head["classes_changed"],
    )


def _unit(unit: Mapping[str, Any], grades: Mapping[str, str], order: Sequence[str]) -> UnitRow:
    old, new = unit.get("before") or {}, unit.get("after") or {}
    ranks = old.get("rank"), new.get("rank")
    places = [order.index(side["class"]) if side.get("class") in order else None for side in (old, new)]
    step = str(abs((ranks[0] or 0) - (ranks[1] or 0)))
    gone = [reason for reason in new.get("reasons", ()) if reason not in old.get("reasons", ())]
    return UnitRow(
        unit=unit["unit"],
        name=unit["name"],
        rank=Change(
            _dash(ranks[0]), _dash(ranks[1]), _gain(*ranks), str(abs((ranks[0] or 0) - (ranks[1] or 0)))
        ),
        total=Change(number(old.get("total"), language()), number(new.get("total"), language())),
        grade=Change(_grade(old, grades), _grade(new, grades), _gain(*places)),
        by_others=unit.get("moved_by") == "others",
        marks=(*_amounts(old, new), *((mark["criterion"], _mark(mark)) for mark in unit["marks"])),
        notes=tuple(reason_words(reason, grades).in_(language()) for reason in gone),
        events=tuple(unit.get("events", ())),
    )


def _amounts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, Change]]:
    """Bonus and penalty where they differ."""
    both = (("bonus", tr("Thưởng", "Bonus")), ("penalty", tr("Trừ", "Penalty")))
    return [
        (words, Change(number(old.get(name), language()), number(new.get(name), language())))
        for name, words in both
        if old and new and old[name] != new[name]
    ]


def _gain(old: int | None, new: int | None) -> int:
    """1 when a smaller place was reached, -1 when a greater one, 0 when neither or unknown."""
    if old is None or new is None or old == new:
        return 0
    return 1 if old > new else -1


def _dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def _grade(side: Mapping[str, Any], grades: Mapping[str, str]) -> str:
    found = side.get("class")
    return tr("chưa phân loại", "no class") if found is None else grades.get(found, str(found))


def _mark(mark: Mapping[str, Any]) -> Change:
    def words(value: Mapping[str, Any] | None) -> str:
        if value is None:
            return tr("không áp dụng", "does not apply")
        if value["points"] is None:
            states = {
                "NOT_SCORED": tr("chưa chấm", "not scored"),
                "NO_TARGET": tr("không giao chỉ tiêu", "no target"),
                "NOT_APPLICABLE": tr("không áp dụng", "not applicable"),
            }
            return states.get(value["state"], str(value["state"]))
        return number(value["points"], language())

    return Change(words(mark["before"]), words(mark["after"]))


def _area(
    area: str, label: str, rows: list[UnitRow], part: Mapping[str, Any] | None, grades: Mapping[str, str]
) -> AreaPart:
    rows = sorted(rows, key=lambda row: (not row.rank.new.isdigit(), _place(row.rank.new), row.unit))
    if part is None:
        return AreaPart(label or area, tuple(rows))
    names = {row.unit: row.name for row in rows}
    old_lines = {line["class"]: line for line in part["quotas"]["before"]}
    new_lines = {line["class"]: line for line in part["quotas"]["after"]}
    return AreaPart(
        label=part["label"],
        rows=tuple(rows),
        matrix=_matrix(part["matrix"], grades),
        quotas=tuple(
            (grades.get(name, name), Change(_quota(old_lines.get(name)), _quota(new_lines.get(name))))
            for name in dict.fromkeys([*old_lines, *new_lines])
        ),
        pairs=tuple(_pair(pair, names) for pair in part["pairs"][:40]),
    )


def _place(rank: str) -> int:
    return int(rank) if rank.isdigit() else 0


def _matrix(matrix: Mapping[str, Any], grades: Mapping[str, str]) -> Matrix:
    def label(name: str | None) -> str:
        if name is None:
            return tr("chưa phân loại", "no class")
        return tr("không có", "absent") if name == ABSENT else grades.get(name, name)

    rows = tuple(
        (label(name), tuple(counts))
        for name, counts in zip(matrix["before"], matrix["counts"], strict=True)
        if name != ABSENT or any(counts)
    )
    return Matrix(tuple(label(name) for name in matrix["after"]), rows)


def _quota(line: Mapping[str, Any] | None) -> str:
    if line is None:
        return "–"
    return tr("giữ {k} trong {e}, mức {a}", "{k} kept of {e}, line at {a}").format(
        k=line["kept"], e=line["candidates"], a=line["allowed"]
    )


def _pair(pair: Mapping[str, Any], names: Mapping[str, str]) -> str:
    upper, lower = (names.get(pair[side], pair[side]) for side in ("upper", "lower"))
    now, before = pair["after"], pair["before"]

    def by(side: Mapping[str, Any]) -> str:
        if side["by"] is None:
            return tr("đồng hạng", "level")
        values = (
            f" ({number(side['upper'], language())} / {number(side['lower'], language())})"
            if side["upper"] is not None
            else ""
        )
        return f"{side['by']}{values}"

    return f"{upper} / {lower}: {by(before)} → {by(now)}"
