"""How far scoring is: units by inspection, scorers beside them, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from services.scores.board import board_of
from services.scores.pages.entries import body_name
from services.scores.pages.frame import frame
from services.scores.progress.matrix import Row, Scorer
from services.scores.seen.progress import seen_progress
from shared.events.fields import CODE
from shared.web.i18n import tr


@dataclass(frozen=True, slots=True)
class Column:
    """One scorer: its sums, how much of its work is done in thousandths, whether it has scored everything."""

    scorer: Scorer
    thousandths: int

    @property
    def done(self) -> int:
        """How many values there are of those asked."""
        return self.scorer.asked - self.scorer.missing


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/progress", "progress", progress)


def progress(org: str, cycle: str) -> str:
    """The matrix of units and scorers; ``?department=`` for the column of one."""
    seen_frame = frame(org, cycle)
    asked = request.args.get("department", "")
    only = asked if CODE.fullmatch(asked) else None
    seen = seen_progress(seen_frame.reader, body=only)
    board = board_of(seen_frame.ledger)
    found = seen.progress
    return render_template(
        "scores/progress.html",
        frame=seen_frame,
        progress=found,
        columns=[Column(one, 1000 * (one.asked - one.missing) // one.asked) for one in found.scorers],
        complete=sum(1 for row in found.rows if not row.turn),
        only=only,
        narrow=only is not None or not any(row.sheet for row in found.rows),
        now=seen.now,
        zone=seen_frame.reader.ledger.timezone,
        called=lambda code: body_name(board, code),
        waits=waits,
    )


def waits(row: Row) -> str:
    """How long there is until the inspection, in words; empty without one."""
    if row.days is None:
        return ""
    if row.days < 0:
        return tr(f"đã qua {-row.days} ngày", f"{-row.days} days ago")
    if row.days == 0:
        return tr("hôm nay", "today")
    return tr(f"còn {row.days} ngày", f"in {row.days} days")
