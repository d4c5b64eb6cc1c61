"""The decision desk: what waits for the Standing Committee, a form for each kind, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request

from services.ranking.agenda import Agenda, agenda
from services.ranking.api.answers import may_see_all
from services.ranking.desk import View, shown_at, state_at, view
from services.ranking.engine import State, compute
from services.ranking.engine.fold import DecisionNote
from services.ranking.pages.acting import hats
from services.ranking.pages.alarms import told_alarms
from services.ranking.pages.answers import private
from services.ranking.pages.frame import address, frame
from services.ranking.view import count, number
from services.ranking.words import Names, describe, reason_words
from shared.rulebook import Rulebook
from shared.rulebook.number import show
from shared.web.i18n import day, language, natural_key, tr


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of decision: path of its command, its words, and what undoes it."""

    id: str
    path: str
    words: str
    undo: str
    hypothetical: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: where it stands, words, and the desk with its form filled in; "" = no form."""

    position: str
    words: str
    href: str
    see: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision in the register."""

    at: int
    position: str
    see: str
    words: str
    meeting: str
    day: str
    document: str
    text: str
    on_behalf: bool
    state: str
    answerable: bool


def kinds() -> tuple[Kind, ...]:
    """Every kind of decision, in the order in which the desk offers them."""
    withdraw = tr(
        "Sửa sai: rút điểm đã quyết định (loại “Rút điểm”).", "To undo: take the decided score back."
    )
    refuse = tr(
        "Sửa sai: quyết định “không duyệt” cùng sự việc này.", "To undo: refuse the same occurrence later."
    )
    lift = tr("Sửa sai: gỡ bằng một quyết định mới.", "To undo: lift it by a new decision.")
    again = tr("Sửa sai: ra quyết định mới thay thế.", "To undo: decide anew.")
    return (
        Kind("bonus", "bonus", tr("Điểm thưởng", "Bonus"), refuse, "bonus"),
        Kind("penalty", "penalty", tr("Điểm trừ", "Penalty"), refuse, "penalty"),
        Kind("score", "score", tr("Điểm tiêu chí", "Score"), withdraw, "score"),
        Kind("withdrawal", "score-withdrawal", tr("Rút điểm", "Withdraw score"), again, "withdraw_score"),
        Kind("veto", "veto", tr("Khống chế", "Veto"), lift, "veto"),
        Kind("forfeit", "forfeit", tr("Không kiểm tra", "Forfeit"), lift, "forfeit"),
        Kind("tie", "tie", tr("Phân định đồng hạng", "Tie"), again, "tie"),
        Kind("late", "late-fact", tr("Điểm trễ", "Late score"), again, "late_fact"),
        Kind("exception", "exception", tr("Ngoại lệ công bố", "Exception"), again, ""),
    )


def register(pages: Blueprint) -> None:
    """Register the desk."""

    @pages.get("/<org>/<cycle>/decisions")
    def decisions(org: str, cycle: str) -> Response:
        """What waits, the forms for those who may decide or enter, and the register, newest first."""
        seen = view(org, cycle)
        may_see_all(seen)
        shown = shown_at(seen, seen.size)
        state = state_at(seen, seen.size)
        names = seen.book.names(state)
        offered = kinds()
        asked = next((kind for kind in offered if kind.id == request.args.get("kind")), offered[0])
        waiting = agenda(state, compute(state))
        rulebook = state.rulebook
        return private(
            render_template(
                "ranking/decisions.html",
                frame=frame(seen, "decisions", shown),
                alarms=told_alarms(seen),
                parts_of=_parts(seen, waiting, names),
                kinds=[(kind, address(seen.ledger, "decisions#enter", kind=kind.id)) for kind in offered],
                kind=asked,
                api=f"/ranking/v1/{seen.ledger}",
                try_at=address(seen.ledger, "what-if/{digest}").replace("%7B", "{").replace("%7D", "}"),
                units=units_of(state, names),
                choices=None if rulebook is None else choices_of(rulebook),
                given=request.args,
                hats=hats(seen, f"ranking.decide_{asked.path.replace('-', '_')}"),
                may_try=hats(seen, "ranking.try_what_if"),
                members=hats(seen, "ranking.confirm"),
                entries=[
                    _entry(seen, state.decisions[at], names) for at in sorted(state.decisions, reverse=True)
                ],
            )
        )


def units_of(state: State, names: Names) -> list[tuple[str, str]]:
    """Code and name of every registered unit, by name as people sort."""
    listed = [(code, names.unit(code)) for code in state.units if state.register(code) is not None]
    return sorted(listed, key=lambda one: (natural_key(one[1]), one[0]))


def choices_of(rulebook: Rulebook) -> Mapping[str, list[tuple[str, str]]]:
    """What a form about this rulebook can choose from: code and words, by the name of the list."""

    def items(rules: Any) -> list[tuple[str, str]]:
        scale = rulebook.number.scale
        return [
            (
                one.code,
                f"{one.code} · {one.label}"
                + ("" if one.per is None else f" ({number(show(one.per, scale), language())})"),
            )
            for one in rules.items
        ]

    return {
        "bonus": items(rulebook.bonus),
        "penalty": items(rulebook.penalty),
        "criteria": [(leaf.id, f"{leaf.id} · {leaf.label}") for leaf in rulebook.leaves],
        "vetoes": [
            (veto.id, f"{veto.id} · {veto.label}")
            for veto in rulebook.vetoes
            if veto.event == "veto.recorded"
        ],
        "areas": [(area.id, area.label) for area in rulebook.areas],
    }


def _parts(seen: View, waiting: Agenda, names: Names) -> list[tuple[str, str, list[Waiting]]]:
    """Anchor, words and items of each part of the agenda; empty parts are left out."""

    def at(position: int) -> str:
        return address(seen.ledger, "", at=position + 1)

    def form(**given: Any) -> str:
        return address(seen.ledger, "decisions#enter", at=None, **given)

    def mark(kind: str | None, one: Any) -> Waiting:
        value = "" if one.mark.points is None else number(show(one.mark.points, 2), language())
        words = f"{names.unit(one.unit)}, {one.criterion}: {value}"
        href = "" if kind is None else form(kind=kind, unit=one.unit, fact=one.mark.position)
        return Waiting(count(one.mark.position, language()), words, href, at(one.mark.position))

    def entry(note: DecisionNote) -> Waiting:
        words = describe(note.type, note.subject, note.data, names).in_(language())
        return Waiting(count(note.position, language()), words, "", f"#d-{note.position}")

    parts = [
        (
            "unanswered",
            tr("Văn phòng nhập thay, chờ thành viên trả lời", "Entered by the Office, awaiting a member"),
            [entry(note) for note in waiting.unanswered],
        ),
        (
            "contested",
            tr("Bị một thành viên bác", "Disputed by a member"),
            [entry(note) for note in waiting.contested],
        ),
        (
            "proposals",
            tr("Đề nghị thưởng, trừ chưa quyết định", "Proposals not decided"),
            [
                Waiting(
                    count(one.position, language()),
                    f"{one.code}, {names.unit(one.unit)}, {one.occurrence_ref}",
                    form(kind=one.kind, unit=one.unit, code=one.code, occurrence_ref=one.occurrence_ref),
                    at(one.position),
                )
                for one in waiting.proposals
            ],
        ),
        (
            "cases",
            tr("Không gửi đủ hồ sơ đúng hạn, chờ quyết định", "No full pack in time, to be decided"),
            [
                Waiting(
                    count(one.position, language()),
                    f"{names.unit(one.unit)}: {', '.join(one.missing)}",
                    form(kind="forfeit", unit=one.unit),
                    at(one.position),
                )
                for one in waiting.cases
            ],
        ),
        ("late", tr("Điểm trễ chờ quyết định", "Late scores"), [mark("late", one) for one in waiting.late]),
        (
            "ties",
            tr("Đồng hạng cần phân định", "Ties to be decided"),
            [
                Waiting(
                    "",
                    f"{one.area}, {tr('hạng', 'rank')} {one.rank}: {', '.join(one.units)}. "
                    + ("" if one.why == "OPEN_TIE" else reason_words(one.why).in_(language())),
                    form(kind="tie", area=one.area, order="; ".join(one.named)),
                    address(seen.ledger, "", area=one.area),
                )
                for one in waiting.ties
            ],
        ),
        (
            "missing",
            tr("Đơn vị thiếu điểm, chưa có ngoại lệ", "Units that lack values, without exception"),
            [
                Waiting(
                    "",
                    f"{names.unit(unit)}: {', '.join(criteria)}",
                    form(kind="exception", unit=unit, criteria=", ".join(criteria)),
                    address(seen.ledger, f"units/{unit}"),
                )
                for unit, criteria in waiting.missing
            ],
        ),
        (
            "stale",
            tr("Điều chỉnh dựa trên điểm đã đổi", "Adjustments that rest on another value"),
            [mark(None, one) for one in waiting.stale],
        ),
        (
            "disputed",
            tr("Điểm nhập hộ không được công nhận", "Disputed scores, entered on behalf"),
            [mark(None, one) for one in waiting.disputed],
        ),
        (
            "adjustments",
            tr("Điều chỉnh mà đơn vị không đồng ý", "Adjustments that the unit disputes"),
            [mark("score", one) for one in waiting.adjustments],
        ),
    ]
    return [part for part in parts if part[2]]


def _entry(seen: View, note: DecisionNote, names: Names) -> Entry:
    data = note.data
    return Entry(
        at=note.position,
        position=count(note.position, language()),
        see=address(seen.ledger, "", at=note.position + 1),
        words=describe(note.type, note.subject, data, names).in_(language()),
        meeting=str(data.get("meeting", "")),
        day=day(str(data["date"])) if "date" in data else "",
        document=str(data.get("document", "")),
        text=str(data.get("text", "")),
        on_behalf=note.on_behalf,
        state=_state(note),
        answerable=note.on_behalf and note.confirmed is None,
    )


def _state(note: DecisionNote) -> str:
    if note.contested:
        return tr("bị một thành viên bác", "disputed by a member")
    if note.effective is None:
        return tr("chờ xác nhận, chưa tính", "waits for a member, does not count yet")
    if note.unanswered:
        return tr("có hiệu lực, chờ xác nhận", "counts, awaits confirmation")
    return tr("có hiệu lực", "counts")
