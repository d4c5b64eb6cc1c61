"""The dossier of a unit on one page, for its team to take along; last year's limitations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flask import Blueprint, render_template

from services.inspections.api.preparing import SeenDossier, seen_dossier, sees_briefing
from services.inspections.contents import content_of
from services.inspections.dossier_sheet import blocks_of
from services.inspections.pages.body_words import body_name
from services.inspections.pages.briefings import kind_words
from services.inspections.pages.frame import frame
from services.inspections.pages.links import command, to
from services.inspections.pages.round_words import session_words
from services.inspections.pages.session import KINDS
from services.inspections.pages.teams import role_words
from shared.access import Target
from shared.database import read_transaction
from shared.events.envelope import instant
from shared.files.grid import MAX_BYTES
from shared.rulebook import Rulebook
from shared.rulebook.number import show
from shared.web.hats import hats
from shared.web.i18n import number, tr
from shared.web.runtime import runtime


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/dossier/<unit>", "dossier", dossier)


def dossier(org: str, cycle: str, unit: str) -> str:
    """All that the ledger holds of ``unit``; the unit itself gets no briefing and no conflicts."""
    seen = frame(org, cycle)
    told = seen_dossier(seen.reader, unit)
    visit, book = told.state.visit(unit), told.known.rulebook
    slot = visit.slot
    team = told.state.teams.get(slot.team) if slot else None
    people = {one["person"]: one["name"] for one in team.members} if team else {}
    current = runtime()
    with read_transaction(current.engine) as connection:
        now = current.clock.now(seen.ledger, connection)
    return render_template(
        "inspections/dossier.html",
        frame=seen,
        unit=told.unit,
        told=told.found,
        base_position=told.known.base_position,
        visit=visit,
        team=team,
        members=_members(team.members) if team else [],
        book=book,
        briefed=sees_briefing(seen.reader, told.state, unit),
        blocks=blocks_of(book, told.unit, told.found["scores"], told.found.get("conflicts", ()))
        if book
        else [],
        points=lambda value: points(book, value),
        value=lambda score: value_words(book, score),
        person=lambda sub: people.get(sub, sub),
        body=lambda code: body_name(code, told.bodies),
        kind_words=kind_words,
        outcome=outcome_words,
        initiative=initiative_words,
        minute=lambda kind: tr(*KINDS[kind][:2]),
        finding=content_words,
        half_day=session_words,
        item=lambda one: _item(told, one),
        carrying=hats(seen.reader.grants, "inspections.carry_limitations", Target(unit=unit)),
        before=_year_before(cycle),
        command=lambda path: command(seen, path),
        links={"readiness": to(seen, "readiness", unit=unit), "briefings": to(seen, "briefings")},
        most=MAX_BYTES,
        now=instant(now),
        zone=seen.reader.ledger.timezone,
    )


def points(book: Rulebook | None, value: Fraction | None) -> str:
    """Points as people read them; a dash for none."""
    return "–" if value is None or book is None else number(show(value, book.number.scale))


def value_words(book: Rulebook | None, score: Mapping[str, Any]) -> str:
    """A value as it was stated: points or the raw input with its target, or the word of a state."""
    if score["state"] is not None:
        return str(book.labels.get(score["state"], score["state"])) if book else str(score["state"])
    said = number(score["value"])
    return said if score["target"] is None else f"{said} / {number(score['target'])}"


def outcome_words(outcome: str | None) -> str:
    """What became of a limitation."""
    return {
        None: tr("chưa đánh giá", "not assessed yet"),
        "remedied": tr("đã khắc phục", "remedied"),
        "partly": tr("khắc phục một phần", "partly remedied"),
        "not": tr("chưa khắc phục", "not remedied"),
    }[outcome]


def initiative_words(initiative: str | None) -> str:
    """How much of its own a unit put into a model."""
    return {
        None: tr("chưa nhận xét", "not assessed yet"),
        "high": tr("sáng tạo, chủ động cao", "high initiative"),
        "fair": tr("sáng tạo, chủ động khá", "fair initiative"),
        "low": tr("sáng tạo, chủ động thấp", "low initiative"),
    }[initiative]


def content_words(code: str) -> str:
    """The content that a finding is about, by its code and words where the plan has them."""
    found = content_of(code)
    return code if found.vi == code else f"{code} {tr(found.vi, found.en)}"


def _members(members: Sequence[Mapping[str, str]]) -> list[tuple[str, list[str]]]:
    """The names of a team by role, leader first."""
    return [
        (role_words(role), names)
        for role in ("leader", "deputy", "secretary", "member")
        if (names := [one["name"] for one in members if one["role"] == role])
    ]


def _item(told: SeenDossier, proposal: Mapping[str, Any]) -> str:
    """What a proposal is about, by the rulebook's words."""
    book = told.known.rulebook
    rules = () if book is None else (book.bonus if proposal["kind"] == "bonus" else book.penalty).items
    return next((one.label for one in rules if one.code == proposal["code"]), "")


def _year_before(cycle: str) -> str:
    """The cycle before, where cycles are years; empty else."""
    return str(int(cycle) - 1) if cycle.isdecimal() and cycle.isascii() else ""
