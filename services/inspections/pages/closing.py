"""The end of a round: what still keeps it open, unit by unit, and what its end brings about."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, render_template

from services.inspections.board import board_of
from services.inspections.closing import closing_body
from services.inspections.pages.frame import frame
from services.inspections.pages.links import command, to
from services.inspections.pages.round_words import stage_words
from services.inspections.progress import progress_of
from shared.calendar import local_date
from shared.web.hats import hats
from shared.web.i18n import natural_key, tr
from shared.web.problems import Problem


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/closing", "closing", closing)


def closing(org: str, cycle: str) -> str:
    """For who sees the whole round; the Office closes it."""
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    if not seen.reader.audience().everything:
        raise Problem("wrong-scope", "Không được xem cả đợt.", "The whole round is not yours to see.")
    board = board_of(seen.reader.ledger)
    rounds = list(board.state.rounds.values())
    held = board.state.round or (rounds[-1] if rounds else None)
    rows = progress_of(board.state, board.known, board.now)
    body = None if held is None else closing_body(board.state, board.known, held, rows)
    missing = Counter(row["team"] for row in body["missing_reflections"]) if body else Counter()
    return render_template(
        "inspections/closing.html",
        frame=seen,
        round=held,
        body=body,
        names={row.unit: row.name for row in rows},
        concluded=sum("concluded" in row.facts for row in rows),
        today=local_date(board.now, board.zone),
        hats=hats(seen.reader.grants, "inspections.close_round"),
        close="" if held is None else command(seen, f"rounds/{held.round}/close"),
        missing=sorted(missing.items(), key=lambda one: natural_key(one[0])),
        stage_words=stage_words,
        suggested=_suggested,
        board=to(seen, "ledger_page"),
        results=f"/ranking/{seen.ledger}/publications",
    )


def _suggested(waiting: dict[str, str | None]) -> str:
    """The reason that is known already: the Committee's decision that the unit is not inspected."""
    if waiting["stage"] != "forfeited" or not waiting["document"]:
        return ""
    document = waiting["document"]
    return tr(f"Không kiểm tra theo {document}", f"Not inspected, by {document}")
