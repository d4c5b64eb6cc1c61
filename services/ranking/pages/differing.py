"""A difference of two standings as pages show it; what-ifs and comparisons share it.

Made from the JSON body alone, so that a reader never gets more here than from the API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.ranking.engine.difference import ABOVE, BELOW, UNRANKED
from services.ranking.engine.ranks import COMMITTEE
from services.ranking.explaining.phrases import measure
from services.ranking.view import count, number
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
class Grade:
    """A class on one side: its words, and its place in the list (0 = best); None: no class."""

    words: str
    place: int | None


@dataclass(frozen=True, slots=True)
class Grades:
    """A unit's class old and new; ``better`` as in :class:`Change`."""

    old: Grade
    new: Grade
    better: int

    @property
    def same(self) -> bool:
        """Whether both sides have the same class."""
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit that changed: rank, total and class, the marks that differ, and the events that did it.

    ``grades`` None: the reader sees only some of the unit's criteria.
    """

    unit: str
    name: str
    rank: Change
    total: Change
    grades: Grades | None
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
    ranks: tuple[tuple[str, Change], ...] = ()
    """Every unit's rank, changed or not, in the new order."""
    matrix: Matrix | None = None
    quotas: tuple[tuple[str, Change], ...] = ()
    pairs: tuple[tuple[str, Change], ...] = ()

    @property
    def still(self) -> bool:
        """Whether nothing of this area differs."""
        return not self.rows and all(line.same for _, line in self.quotas)


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
        return all(area.still for area in self.areas)


def differing(body: Mapping[str, Any], rulebook: Rulebook | None) -> Differing:
    """What the JSON ``body`` of a difference says, in the language of the request."""
    grades = {} if rulebook is None else {one.id: one.label for one in rulebook.classes}
    order = [] if rulebook is None else [one.id for one in rulebook.classes]
    labels = {} if rulebook is None else {area.id: area.label for area in rulebook.areas}
    by_area: dict[str, list[UnitRow]] = {area: [] for area in labels}
    everyone: dict[str, list[tuple[str, Change]]] = {}
    for unit in body["units"]:
        row = _unit(unit, grades, order)
        if unit.get("changed", True):
            by_area.setdefault(unit.get("area", ""), []).append(row)
        everyone.setdefault(unit.get("area", ""), []).append((row.name, row.rank))
    parts = {area["area"]: area for area in body["areas"]}
    return Differing(
        head=_head(body.get("head")),
        areas=tuple(
            _area(
                labels.get(area) or tr("Phần bạn được xem", "What you may see"),
                rows,
                everyone.get(area, []),
                parts.get(area),
                rulebook,
            )
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
        "{u} units examined, {c} changed, {s} skipped · marks changed: {m} of {n} · "
        "ranks changed: {r}, classes changed: {k}",
    ).format(
        u=head["units"],
        c=head["changed"],
        s=head["skipped"],
        m=count(head["marks_changed"], language()),
        n=count(head["marks"], language()),
        r=head["ranks_changed"],
        k=head["classes_changed"],
    )


def _unit(unit: Mapping[str, Any], grades: Mapping[str, str], order: Sequence[str]) -> UnitRow:
    old, new = unit.get("before") or {}, unit.get("after") or {}
    ranks: tuple[int | None, int | None] = old.get("rank"), new.get("rank")
    step = "" if ranks[0] is None or ranks[1] is None else str(abs(ranks[0] - ranks[1]))
    fresh = [reason for reason in new.get("reasons", ()) if reason not in old.get("reasons", ())]
    return UnitRow(
        unit=unit["unit"],
        name=unit["name"],
        rank=Change(_dash(ranks[0]), _dash(ranks[1]), _gain(*ranks), step),
        total=Change(number(old.get("total"), language()), number(new.get("total"), language())),
        grades=_grades(old, new, grades, order) if "before" in unit else None,
        by_others=unit.get("moved_by") == "others",
        marks=(*_amounts(old, new), *((mark["criterion"], _mark(mark)) for mark in unit["marks"])),
        notes=tuple(reason_words(reason, grades).in_(language()) for reason in fresh),
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


def _grades(
    old: Mapping[str, Any], new: Mapping[str, Any], labels: Mapping[str, str], order: Sequence[str]
) -> Grades:
    def grade(side: Mapping[str, Any]) -> Grade:
        found = side.get("class")
        if found is None:
            return Grade(tr("chưa phân loại", "no class"), None)
        return Grade(labels.get(found, str(found)), order.index(found) if found in order else None)

    before, after = grade(old), grade(new)
    return Grades(before, after, _gain(before.place, after.place))


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
    label: str,
    rows: list[UnitRow],
    everyone: list[tuple[str, Change]],
    part: Mapping[str, Any] | None,
    rulebook: Rulebook | None,
) -> AreaPart:
    ordered = tuple(sorted(rows, key=lambda row: (_place(row.rank), row.unit)))
    ranks = tuple(sorted(everyone, key=lambda one: _place(one[1])))
    if part is None:
        return AreaPart(label, ordered, ranks)
    grades = {} if rulebook is None else {one.id: one.label for one in rulebook.classes}
    names = {row.unit: row.name for row in rows}
    old_lines = {line["class"]: line for line in part["quotas"]["before"]}
    new_lines = {line["class"]: line for line in part["quotas"]["after"]}
    return AreaPart(
        label=part["label"],
        rows=ordered,
        ranks=ranks,
        matrix=_matrix(part["matrix"], grades),
        quotas=tuple(
            (grades.get(name, name), Change(_quota(old_lines.get(name)), _quota(new_lines.get(name))))
            for name in dict.fromkeys([*old_lines, *new_lines])
        ),
        pairs=tuple(_pair(pair, names, rulebook) for pair in part["pairs"]),
    )


def _place(rank: Change) -> tuple[bool, int]:
    """The new rank as an order; who has none comes last."""
    return (not rank.new.isdigit(), int(rank.new) if rank.new.isdigit() else 0)


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


def _pair(pair: Mapping[str, Any], names: Mapping[str, str], rulebook: Rulebook | None) -> tuple[str, Change]:
    """Two units whose order changed, and for each side who stands above by what."""
    upper, lower = (names.get(pair[side], pair[side]) for side in ("upper", "lower"))

    def side(one: Mapping[str, Any]) -> str:
        if one["order"] not in (ABOVE, BELOW):
            return tr("cùng hạng", "level")
        above, values = upper, (one["upper"], one["lower"])
        if one["order"] == BELOW:
            above, values = lower, (one["lower"], one["upper"])
        return f"{tr('{n} trên', '{n} above').format(n=above)}{_by(one['by'], values, rulebook)}"

    return f"{upper} – {lower}", Change(side(pair["before"]), side(pair["after"]))


def _by(by: str | None, values: tuple[str | None, str | None], rulebook: Rulebook | None) -> str:
    """The measure that parts two units, with both values, the upper unit's first."""
    if by == UNRANKED:
        return tr(", đơn vị kia chưa có hạng", ", the other has no rank")
    if by is None or rulebook is None:
        return ""
    words = measure(by, rulebook).in_(language())
    if by == COMMITTEE:
        return tr(", theo {m}", ", by {m}").format(m=words)
    first, second = (number(value, language()) for value in values)
    return tr(", {m} {x} so với {y}", ", {m} {x} against {y}").format(m=words, x=first, y=second)
