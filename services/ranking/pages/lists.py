"""A rank list beside the boards, as a page: one measure, one calm table for each section."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, render_template, request

from services.ranking.desk import Moment, asked_position, shown_at, state_at, view
from services.ranking.engine.lists import ListRow, Section, measures
from services.ranking.pages.answers import private, redirect_to
from services.ranking.pages.frame import address, frame
from services.ranking.presenting import side_lists
from services.ranking.sidelong import side_list_at
from services.ranking.view import number
from services.ranking.words import Words
from shared.rulebook import Rulebook
from shared.rulebook.number import show
from shared.web.i18n import language, tr

_PLAIN: dict[str, Words] = {
    "base": Words("Cộng các tiêu chí", "Sum of criteria"),
    "bonus": Words("Điểm thưởng", "Bonus"),
    "penalty": Words("Điểm trừ", "Penalty"),
    "ranking_score": Words("Tổng điểm xếp hạng", "Ranking total"),
    "classification_score": Words("Điểm phân loại", "Classification score"),
    "recognised_models": Words("Mô hình được công nhận", "Recognised models"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """A measure that the list can rank by."""

    name: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One unit of a list, ready to print.  ``max`` is "" where the measure has none."""

    rank: str
    tied: bool
    unit: str
    name: str
    area: str
    value: str
    max: str


@dataclass(frozen=True, slots=True)
class Part:
    """Units ranked among themselves."""

    title: str
    places: tuple[Place, ...]


def register(pages: Blueprint) -> None:
    """Register the page of side lists."""

    @pages.get("/<org>/<cycle>/lists/<name>")
    def side_list(org: str, cycle: str, name: str) -> Response:
        """The list ``name`` by ``measure`` at ``at``, as far as this reader sees it."""
        seen = view(org, cycle)
        asked, measure = asked_position(seen, request.args.get("at")), request.args.get("measure") or None
        if isinstance(asked, Moment):
            return redirect_to(address(seen.ledger, f"lists/{name}", at=asked.position, measure=measure))
        shown = shown_at(seen, asked)
        found = side_list_at(seen, shown.position, name, measure)
        rules = state_at(seen, shown.position).rulebook
        assert rules is not None  # a list is declared by a rulebook
        options = [
            Option(one, _words(one, rules), one == found.measure) for one in measures(rules, found.name)
        ]
        return private(
            render_template(
                "ranking/list.html",
                frame=frame(seen, "lists", shown),
                name=found.name,
                lists=side_lists(rules, language()),
                measure=_words(found.measure, rules),
                options=options,
                sections=[_part(section, rules, found.scale) for section in found.sections],
                action=address(seen.ledger, f"lists/{name}", at=None, lang=None),
                at=request.args.get("at"),
                everything=seen.audience_at(shown.position).everything,
                page_of=partial(address, seen.ledger),
            )
        )


def _words(measure: str, rules: Rulebook) -> str:
    kind, _, name = measure.partition(":")
    if kind == "criterion":
        return f"{name} {rules.leaf[name].label}"
    if kind == "group":
        return f"{name}. {rules.group[name].label}"
    return _PLAIN[measure].in_(language())


def _part(section: Section, rules: Rulebook, scale: int) -> Part:
    label = "" if section.area is None else rules.area[section.area].label
    title = (
        label if section.key == section.area else f"{label} · {section.label or tr('chưa ghi', 'not stated')}"
    )
    ranks = [row.rank for row in section.rows]
    return Part(title, tuple(_place(row, rules, scale, ranks.count(row.rank) > 1) for row in section.rows))


def _place(row: ListRow, rules: Rulebook, scale: int, shared: bool) -> Place:
    return Place(
        rank="–" if row.rank is None else str(row.rank),
        tied=shared and row.rank is not None,
        unit=row.unit,
        name=row.name,
        area=rules.area[row.area].label,
        value=number(None if row.value is None else show(row.value, scale), language()),
        max="" if row.max is None else number(show(row.max, 0), language()),
    )
