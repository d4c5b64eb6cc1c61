"""From standings to what the page shows.  Pure: no request, no database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from services.ranking.book import MarkedEvent
from services.ranking.engine import State, sheet_of
from services.ranking.engine.classes import QuotaLine
from services.ranking.engine.fold import Freeze
from services.ranking.history import Shown
from services.ranking.projections import Publication
from services.ranking.view import (
    AreaTable,
    Bar,
    Board,
    Chip,
    Criterion,
    CriterionGroup,
    Detail,
    Group,
    Lack,
    Line,
    Mark,
    QuotaMark,
    SideListLink,
    count,
    local_time,
    number,
)
from services.ranking.words import Names, Words, describe, reason_words
from shared.access.directory import LedgerSettings
from shared.rulebook import Rulebook
from shared.rulebook.model import TEAM
from shared.rulebook.number import show

TEAM_WORDS = Words("Đoàn kiểm tra", "Inspection team")
_OPEN: dict[str, Words] = {
    "NO_RULEBOOK": Words("Chưa ban hành bộ tiêu chí", "No rulebook adopted yet"),
    "NO_UNITS": Words("Chưa có đơn vị", "No units yet"),
    "INCOMPLETE": Words("{a} đơn vị chưa đủ điểm", "{a} units without all their scores"),
    "ROUND_OPEN": Words("Đợt kiểm tra chưa kết thúc", "The round of inspections is not closed"),
    "TIE_AT_QUOTA": Words("Đồng hạng tại mức khống chế, khu vực {a}", "A tie on the quota line of area {a}"),
    "OPEN_TIE": Words("Còn đồng hạng cần phân định, khu vực {a}", "An open tie in area {a}"),
    "UNINTERPRETED": Words("{a} sự kiện chưa hiểu được", "{a} events are not understood"),
}
FROZEN = "standings.frozen.v1"
_LISTS: dict[str, Words] = {
    "criterion": Words("Theo tiêu chí", "By criterion"),
    "group": Words("Theo nhóm tiêu chí", "By group of criteria"),
    "overall": Words("Chung các khu vực", "Over all areas"),
    "grouping": Words("Theo {column}", "By {column}"),
}
_PUBLISHED: dict[str, Words] = {
    "OFFICIAL": Words("CHÍNH THỨC v{v}", "OFFICIAL v{v}"),
    "UNOFFICIAL": Words("CÔNG BỐ v{v}, CHƯA CHÍNH THỨC", "PUBLISHED v{v}, UNOFFICIAL"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """All that one view of the page is made of.

    ``body``: what the reader may see.  ``before``: the newest publication at the position, with its
    body; ``pinned``: a publication of exactly these standings; ``freeze``: a freeze of this position.
    ``handle``: the last event folded in words, or why there are none.  ``quotas``: the quota lines by area,
    where the reader may see them.  ``disputed``: criteria whose adjustment the unit disputes, by unit.
    """

    settings: LedgerSettings
    shown: Shown
    body: Mapping[str, Any]
    state: State
    size: int
    live: bool
    past: bool
    names: Names
    marks: Sequence[MarkedEvent]
    handle: Words
    before: tuple[Publication, Mapping[str, Any]] | None
    pinned: Publication | None
    open_to_all: bool
    language: str
    freeze: Freeze | None = None
    quotas: Mapping[str, Sequence[QuotaLine]] = field(default_factory=dict)
    disputed: Mapping[str, Sequence[str]] = field(default_factory=dict)


def board(scene: Scene) -> Board:
    """The page's board."""
    settings, shown, language = scene.settings, scene.shown, scene.language
    zone = ZoneInfo(settings.timezone)
    rulebook = scene.state.rulebook
    provisional = scene.body["provisional"]
    units, complete = provisional.get("units", 0), provisional.get("complete", 0)
    status, word = _status(scene, units)
    before_ranks = {} if scene.before is None else _ranks(scene.before[1])
    return Board(
        ledger=settings.ledger,
        title=Words(f"Bảng xếp hạng thi đua {settings.cycle}", f"Standings {settings.cycle}").in_(language),
        subtitle=settings.name,
        position=shown.position,
        size=scene.size,
        live=scene.live,
        past=scene.past,
        when=local_time(shown.time, zone) if shown.time else "",
        when_iso=shown.time,
        handle=scene.handle.in_(language),
        status=status,
        status_word=word,
        complete=complete,
        units=units,
        lacks=_lacks(scene, rulebook),
        illustrative=scene.body["status"] == "illustrative",
        simulated=settings.simulated,
        open_to_all=scene.open_to_all,
        digest=shown.digest,
        root=shown.root,
        rulebook=_rulebook_words(rulebook),
        engine=str(scene.body["engine"]),
        areas=tuple(_area(area, rulebook, before_ranks, scene, language) for area in scene.body["areas"]),
        marks=tuple(sorted((_mark(mark, scene, zone) for mark in scene.marks), key=lambda one: one.position)),
        empty=_empty(scene, units),
        published="" if scene.before is None else _compared(scene.before[0], zone, language),
        notes=tuple(_open_words(word, language) for word in provisional["reasons"]),
        side_lists=side_lists(rulebook, language),
    )


def _mark(mark: MarkedEvent, scene: Scene, zone: ZoneInfo) -> Mark:
    frozen = mark.type == FROZEN
    position = min(int(mark.data["position"]), scene.size) if frozen else mark.position
    return Mark(
        position=position,
        kind=mark.kind,
        words=describe(mark.type, mark.subject, mark.data, scene.names).in_(scene.language),
        when=local_time(mark.time, zone),
        x=1000 * position // max(scene.size, 1),
    )


def side_lists(rulebook: Rulebook | None, language: str) -> tuple[SideListLink, ...]:
    """The rank lists that the rulebook declares beside the boards."""
    if rulebook is None:
        return ()
    columns = {one.id: one.label for one in rulebook.groupings}
    found = []
    for name in rulebook.rank_lists:
        kind, _, column = name.partition(":")
        if kind in _LISTS:
            words = _LISTS[kind].in_(language).format(column=columns.get(column, column))
            found.append(SideListLink(name, words))
    return tuple(found)


def _status(scene: Scene, units: int) -> tuple[str, str]:
    language = scene.language
    published = scene.pinned
    if published is not None:
        words = _PUBLISHED.get(published.status, _PUBLISHED["UNOFFICIAL"])
        return published.status, words.in_(language).format(v=published.version)
    if scene.freeze is not None:
        position = count(scene.freeze.at, language)
        words = Words("ĐÓNG BĂNG tại vị trí {n} · {name}", "FROZEN at position {n} · {name}")
        return "FROZEN", words.in_(language).format(n=position, name=scene.freeze.name)
    if not units:
        return "EMPTY", Words("CHƯA CÓ BẢNG", "NO STANDINGS YET").in_(language)
    if scene.body["provisional"]["reasons"]:
        return "PROVISIONAL", Words("TẠM TÍNH", "PROVISIONAL").in_(language)
    return "COMPLETE", Words("ĐỦ ĐIỂM", "COMPLETE").in_(language)


def _compared(publication: Publication, zone: ZoneInfo, language: str) -> str:
    version, position = publication.version, count(publication.position, language)
    return Words(
        f"▲▼ so với phiên bản {version} (vị trí {position})",
        f"▲▼ against version {version} (position {position})",
    ).in_(language)


def _rulebook_words(rulebook: Rulebook | None) -> str:
    if rulebook is None:
        return "–"
    return f"{rulebook.identity.id} {rulebook.identity.version} · {rulebook.digest[:19]}…"


def _open_words(word: str, language: str) -> str:
    name, _, argument = word.partition(":")
    words = _OPEN.get(name)
    return word if words is None else words.in_(language).format(a=argument)


def _empty(scene: Scene, units: int) -> str:
    """What to do first, while there is nothing to rank."""
    state, language = scene.state, scene.language
    if state.rulebook is None:
        return Words(
            "Chưa có bộ tiêu chí nào được ban hành trong sổ này. Quản trị mở kỳ đánh giá và ban hành "
            "bộ tiêu chí trước; sau đó Văn phòng đăng ký đơn vị.",
            "No rulebook has been adopted in this ledger. An administrator opens the cycle and adopts one "
            "first; then the Office registers the units.",
        ).in_(language)
    rows = [row for area in scene.body["areas"] for row in area["rows"]]
    if not rows and scene.body["provisional"].get("units") == 0:
        return Words(
            "Bộ tiêu chí đã có, chưa có đơn vị. Văn phòng đăng ký các đơn vị trước.",
            "The rulebook is there, units are not. The Office registers the units first.",
        ).in_(language)
    if units and not scene.body["provisional"].get("ranked"):
        return Words(
            "Chưa có điểm nào. Các Ban, đơn vị sự nghiệp chấm phần được giao; bảng hiện ngay khi có "
            "điểm đầu tiên.",
            "No scores yet. Departments score what they are assigned; the standings appear with the "
            "first score.",
        ).in_(language)
    return ""


def _lacks(scene: Scene, rulebook: Rulebook | None) -> tuple[Lack, ...]:
    if rulebook is None:
        return ()
    owed: dict[str, list[str]] = {}
    for area in scene.body["areas"]:
        for row in area["rows"]:
            for criterion in row.get("missing", ()):
                owed.setdefault(scene.state.scorer(rulebook.leaf[criterion]), []).append(row["unit"])
    lacks = [
        Lack(owner_words(owner, scene.names, scene.language), len(units), len(set(units)))
        for owner, units in owed.items()
    ]
    return tuple(sorted(lacks, key=lambda lack: (-lack.values, lack.body)))


def owner_words(owner: str, names: Names, language: str) -> str:
    """The body that owns a criterion, in words."""
    return TEAM_WORDS.in_(language) if owner == TEAM else names.department(owner)


def _ranks(body: Mapping[str, Any]) -> dict[str, int]:
    return {
        row["unit"]: row["rank"]
        for area in body["areas"]
        for row in area["rows"]
        if row.get("rank") is not None
    }


def _area(
    area: Mapping[str, Any],
    rulebook: Rulebook | None,
    before: Mapping[str, int],
    scene: Scene,
    language: str,
) -> AreaTable:
    assert rulebook is not None  # without a rulebook there are no areas
    quotas = scene.quotas.get(area["area"], ())
    classes = {one.id: (place, one.label) for place, one in enumerate(rulebook.classes)}
    labels = {one.id: one.label for one in rulebook.classes}
    ranks = [row.get("rank") for row in area["rows"]]
    lines = tuple(
        _line(
            row,
            rulebook,
            classes,
            labels,
            ranks.count(row.get("rank")) > 1,
            before,
            scene.disputed.get(row["unit"], ()),
            language,
        )
        for row in area["rows"]
    )
    groups = tuple(
        Group(group.id, group.label, number(show(most, 0), language))
        for group in rulebook.groups
        if (
            most := sum(
                leaf.max[area["area"]] * leaf.weight for leaf in group.leaves if area["area"] in leaf.max
            )
        )
    )
    return AreaTable(
        id=area["area"],
        label=area["label"],
        groups=groups,
        lines=tuple(replace(line, bars=_in_columns(line.bars, groups)) for line in lines),
        complete=sum(1 for row in area["rows"] if row.get("complete")),
        quotas=tuple(quota_mark(quota, area["rows"], labels[quota.class_id], language) for quota in quotas),
    )


def quota_mark(quota: QuotaLine, rows: Sequence[Mapping[str, Any]], label: str, language: str) -> QuotaMark:
    """Where a quota line falls among ``rows``, which stand by rank: beneath the last unit that it kept."""
    name = quota.class_id
    order = [row["unit"] for row in rows]
    kept = [row["unit"] for row in rows if row["class"] == name]
    tied = [row for row in rows if f"TIE_AT_QUOTA:{name}" in row["reasons"]]
    beyond = [row["unit"] for row in (*tied, *(row for row in rows if f"QUOTA:{name}" in row["reasons"]))]
    if kept:
        after = kept[-1]
    else:
        place = min((order.index(unit) for unit in beyond), default=0)
        after = order[place - 1] if place else ""
    binding = quota.kept < quota.candidates
    words = Words(
        f"Mức khống chế {label}: {quota.kept} trong {quota.candidates} đơn vị đủ điều kiện"
        + ("" if binding else ", chưa vượt mức"),
        f"Quota line of {label}: {quota.kept} of {quota.candidates} units that qualify"
        + ("" if binding else ", not exceeded"),
    )
    names = ", ".join(row["name"] for row in tied)
    tie = Words(f"đồng hạng tại mức, chờ quyết định: {names}", f"tied at the line, to be decided: {names}")
    return QuotaMark(after, words.in_(language), tie.in_(language) if tied else "", binding)


def _in_columns(bars: tuple[Bar, ...], groups: tuple[Group, ...]) -> tuple[Bar, ...]:
    """A bar for every column, in order of the columns; groups that apply to nobody here have none."""
    found = {bar.id: bar for bar in bars}
    return tuple(found.get(group.id, Bar(group.id, group.label, "–", group.max, 0, 0)) for group in groups)


def _line(
    row: Mapping[str, Any],
    rulebook: Rulebook,
    classes: Mapping[str, tuple[int, str]],
    labels: Mapping[str, str],
    shared: bool,
    before: Mapping[str, int],
    disputed: Sequence[str],
    language: str,
) -> Line:
    unit, rank = row["unit"], row.get("rank")
    found = classes.get(row.get("class") or "")
    missing: Sequence[str] = row.get("missing", ())
    lacking: dict[str, int] = {}
    for criterion in missing:
        top = rulebook.leaf[criterion].groups[0]
        lacking[top] = lacking.get(top, 0) + 1
    move = before[unit] - rank if rank is not None and unit in before else None
    whole = "rank" in row
    contested = tuple(disputed) if whole else ()
    mark = hashlib.sha256(repr((sorted(row.items()), move, contested)).encode()).hexdigest()[:12]
    return Line(
        unit=unit,
        name=row["name"],
        rank="–" if rank is None else str(rank),
        tied=shared and rank is not None,
        move=move,
        total=number(row.get("total"), language),
        base=number(row.get("base"), language),
        bonus=number(row.get("bonus"), language),
        penalty=number(row.get("penalty"), language),
        chip=None if found is None else Chip(found[1], found[0]),
        no_class=_no_class(row, labels, language),
        bars=tuple(_bar(group, rulebook, lacking, language) for group in row.get("groups", ())),
        missing=len(missing),
        capped=any(reason.startswith(("BONUS_CAP", "PENALTY_CAP")) for reason in row.get("reasons", ())),
        notes=tuple(reason_words(reason, labels).in_(language) for reason in row.get("reasons", ())),
        mark=mark,
        whole=whole,
        disputed=contested,
    )


def _no_class(row: Mapping[str, Any], labels: Mapping[str, str], language: str) -> str:
    """Why a unit has no class, in a few words."""
    if row.get("class") is not None:
        return ""
    if "rank" not in row:
        return Words("không hiển thị", "not shown").in_(language)
    if row["rank"] is None and not row["complete"]:
        return Words("chưa chấm", "not scored").in_(language)
    if not row["complete"]:
        return Words(
            f"chưa phân loại: thiếu {len(row['missing'])}", f"no class: {len(row['missing'])} missing"
        ).in_(language)
    for reason in row["reasons"]:
        if reason.startswith("TIE_AT_QUOTA"):
            return Words("chờ quyết định đồng hạng", "tie to be decided").in_(language)
    return Words("không phân loại", "unclassified").in_(language)


def _bar(group: Mapping[str, str], rulebook: Rulebook, lacking: Mapping[str, int], language: str) -> Bar:
    most, value = _thousandths(group["max"]), _thousandths(group["value"])
    missing = lacking.get(group["group"], 0)
    nothing = not most or (missing and not value)
    return Bar(
        id=group["group"],
        label=rulebook.group[group["group"]].label,
        value="–" if nothing else number(group["value"], language),
        max=number(_short(group["max"]), language),
        fill=max(0, min(1000, 1000 * value // most)) if most else 0,
        missing=missing,
    )


def _short(points: str) -> str:
    return points.rstrip("0").rstrip(".") if "." in points else points


def _thousandths(points: str) -> int:
    """A decimal string in millionths, for the length of a bar only."""
    whole, _, part = points.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole)) * 1_000_000 + int((part + "000000")[:6]))


_STATES = {
    "NOT_SCORED": Words("chưa chấm", "not scored"),
    "NO_TARGET": Words("không giao chỉ tiêu", "no target"),
    "NOT_APPLICABLE": Words("không áp dụng", "not applicable"),
}


def detail(
    state: State,
    unit: str,
    row: Mapping[str, Any],
    names: Names,
    visible: frozenset[str] | None,
    language: str,
) -> Detail | None:
    """The why of one row: each criterion with value, stage and body, or what is missing in words.

    ``visible``: the criteria that the reader may see, None = all.  None when the unit is not on the board.
    """
    sheet, rulebook = sheet_of(state, unit), state.rulebook
    if sheet is None or rulebook is None:
        return None
    scale = rulebook.number.scale
    stages = {stage.id: stage.label for stage in rulebook.stages}
    leaves = {leaf.id: leaf for leaf in sheet.leaves if visible is None or leaf.id in visible}
    groups = []
    for group in rulebook.groups:
        items = []
        for leaf in group.leaves:
            found = leaves.get(leaf.id)
            if found is None:
                continue
            body = owner_words(state.scorer(leaf), names, language)
            lacking = found.state == "NOT_SCORED"
            words = rulebook.labels.get(found.state) if language == "vi" else None
            fallback = _STATES.get(found.state)
            stated = words or (fallback.in_(language) if fallback else found.state)
            items.append(
                Criterion(
                    id=leaf.id,
                    label=leaf.label,
                    source=body if found.stage is None else f"{body} · {stages[found.stage]}",
                    value=stated if found.points is None else number(show(found.points, scale), language),
                    max="" if found.points is None else number(show(found.max, 0), language),
                    lacking=lacking,
                )
            )
        if items:
            whole = sheet.groups[group.id]
            groups.append(
                CriterionGroup(
                    group.id,
                    group.label,
                    number(show(whole.value, scale), language) if visible is None else "",
                    number(show(whole.max, 0), language) if visible is None else "",
                    tuple(items),
                )
            )
    labels = {one.id: one.label for one in rulebook.classes}
    reasons = row.get("reasons", ()) if visible is None else ()
    return Detail(
        unit=unit,
        whole=visible is None,
        notes=tuple(reason_words(reason, labels).in_(language) for reason in reasons),
        groups=tuple(groups),
        sum=_sum(row, language) if visible is None else "",
    )


def _sum(row: Mapping[str, Any], language: str) -> str:
    if row.get("total") is None:
        return Words("Chưa có điểm chính thức nào.", "No official value yet.").in_(language)
    base, bonus, penalty, total = (
        number(row[name], language) for name in ("base", "bonus", "penalty", "total")
    )
    return Words(
        f"Cộng tiêu chí {base} + thưởng {bonus} − trừ {penalty} = {total}",
        f"Criteria {base} + bonus {bonus} − penalty {penalty} = {total}",
    ).in_(language)
