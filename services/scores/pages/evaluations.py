"""External evaluations: what arrived and how, which units are missing, and the form to enter one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from services.scores.api.evaluations_reading import seen_evaluations
from services.scores.board import Board
from services.scores.deciding.setup import in_force
from services.scores.pages.entries import body_name, stated
from services.scores.pages.frame import Frame, frame
from services.scores.seen.evaluations import Evaluated, units_of
from shared.access import Target
from shared.rulebook import Leaf
from shared.rulebook.number import show
from shared.web.hats import Hat, hats
from shared.web.i18n import day, natural_key, number, tr


@dataclass(frozen=True, slots=True)
class Form:
    """The form for one criterion.  ``units``: code and name of each open unit it applies to; ``scale``: what
    a value is out of, in words; ``versions``: evaluations that a new one may supersede.
    """

    one: Evaluated
    hats: tuple[Hat, ...]
    units: tuple[tuple[str, str], ...]
    scale: str
    versions: tuple[str, ...]


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/evaluations", "evaluations", evaluations)


def evaluations(org: str, cycle: str) -> str:
    """Every criterion scored from outside, as far as the reader sees it; ``?criterion=`` opens its form."""
    seen = frame(org, cycle)
    board, found = seen_evaluations(seen.reader)
    forms = _forms(seen, board, found)
    asked = request.args.get("criterion")
    units = board.state.units
    return render_template(
        "scores/evaluations.html",
        frame=seen,
        found=found,
        forms=forms,
        form=next((form for form in forms if form.one.leaf.id == asked), forms[0] if forms else None),
        told={
            code: hats(seen.reader.grants, "scores.acknowledge_evaluation", Target(unit=code))
            for code in seen.units
        },
        unit_name=lambda code: units[code].name if code in units else code,
        body_name=lambda code: body_name(board, code),
        recipient=_recipient,
        period=lambda name: _period(board, name),
        stated=stated,
        api=f"/scores/v1/{seen.ledger}",
        zone=seen.reader.ledger.timezone,
    )


def _forms(seen: Frame, board: Board, found: Sequence[Evaluated]) -> tuple[Form, ...]:
    """A form for each criterion that the reader may enter evaluations for."""
    book = in_force(board.state)
    offices = board.state.offices or ("VP",)
    forms = []
    for one in found:
        leaf = one.leaf
        target = Target(stage="external", owners=one.owners, entered_by=leaf.entered_by, office=offices)
        able = hats(seen.reader.grants, "scores.record_score", target)
        if not able:
            continue
        listed = [(code, board.state.units[code].name) for code in units_of(board, book, leaf)]
        listed.sort(key=lambda unit: (natural_key(unit[1]), unit[0]))
        versions = tuple(
            item.id for item in one.received if item.superseded_by is None and item.copy_of is None
        )
        forms.append(Form(one, able, tuple(listed), _scale(leaf), versions))
    return tuple(forms)


def _scale(leaf: Leaf) -> str:
    """What a value is out of, in words."""
    if leaf.source_max is not None:
        most = number(show(leaf.source_max, 0))
        return tr(f"Giá trị theo thang {most}", f"Values out of {most}")
    most = ", ".join(f"{area} {number(show(value, 0))}" for area, value in leaf.max.items())
    return tr(f"Điểm tối đa: {most}", f"At most: {most}")


def _recipient(code: str | None) -> str:
    """Whom an evaluation goes to."""
    if code == "inspection_teams":
        return tr("các đoàn kiểm tra", "the inspection teams")
    return tr("Văn phòng", "the Office") if code == "VP" else ""


def _period(board: Board, name: str) -> str:
    span = in_force(board.state).periods[name]
    return f"{day(span.start)} – {day(span.end)}"
