"""How units used the software: the report that a score of the rulebook's criterion may cite."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from services.scores.board import board_of
from services.scores.pages.frame import frame
from services.scores.progress.software import Use
from services.scores.seen.progress import seen_report
from shared.web.i18n import natural_key, tr


@dataclass(frozen=True, slots=True)
class Line:
    """One unit: what it is called, and its use of the software."""

    name: str
    use: Use

    @property
    def state(self) -> tuple[str, str]:
        """In time or not: the name of its style, and the words."""
        if self.use.submitted is None:
            return "none", tr("chưa nộp", "not submitted")
        if self.use.on_time is None:
            return "open", tr("đã nộp", "submitted")
        if self.use.on_time:
            return "good", tr("đúng hạn", "on time")
        return "late", tr("trễ hạn", "late")


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/software", "software", software)


def software(org: str, cycle: str) -> str:
    """The report on all units, by area; ``?upto=`` as it was after that event; ``?unit=`` of one."""
    seen_frame = frame(org, cycle)
    report = seen_report(seen_frame.reader, _number(request.args.get("upto")), request.args.get("unit"))
    state = board_of(seen_frame.ledger).state
    book = state.rulebook()
    areas = []
    for area in () if book is None else book.areas:
        lines = [Line(state.units[use.unit].name, use) for use in report.uses if use.area == area.id]
        lines.sort(key=lambda line: (natural_key(line.name), line.use.unit))
        if lines:
            areas.append((area.label, lines))
    return render_template(
        "scores/software.html",
        frame=seen_frame,
        report=report,
        evidence=report.evidence,
        areas=areas,
        due=report.uses[0].due if report.uses else None,
        on_time=sum(1 for use in report.uses if use.on_time),
        submitted=sum(1 for use in report.uses if use.submitted is not None),
        unit=request.args.get("unit"),
        zone=seen_frame.reader.ledger.timezone,
        api=f"/scores/v1/{seen_frame.ledger}",
    )


def _number(text: str | None) -> int | None:
    """The number in ``?upto=``; what is none is as if it were not there."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 16 else None
