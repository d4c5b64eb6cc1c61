"""The front page of a ledger: what this service has stated in it."""

from __future__ import annotations

from flask import Blueprint, render_template

from services.scores.board import board_of
from services.scores.pages.frame import frame
from shared.web.problems import Problem

KINDS = (
    ("unit.registered.v1", "Đơn vị", "Units"),
    ("department.registered.v1", "Ban, đơn vị sự nghiệp", "Departments"),
    ("grant.given.v1", "Quyền đã giao", "Grants given"),
    ("selfassessment.submitted.v1", "Phiếu tự chấm đã nộp", "Self-score sheets submitted"),
    ("evaluation.received.v1", "Đánh giá ngoài đã nhận", "External evaluations received"),
    ("score.recorded.v1", "Điểm đã ghi", "Scores recorded"),
    ("score.withdrawn.v1", "Điểm đã rút", "Scores withdrawn"),
    ("score.confirmed.v1", "Lần xác nhận điểm nhập hộ", "Confirmations of entries"),
    ("score.disputed.v1", "Điểm nhập hộ bị phản đối", "Entries disputed"),
    ("scoring.completed.v1", "Lượt chấm xong một đơn vị", "Units completed by a scorer"),
    ("bonus.proposed.v1", "Đề nghị thưởng", "Bonuses proposed"),
    ("penalty.proposed.v1", "Đề nghị trừ", "Penalties proposed"),
    ("veto.recorded.v1", "Điều kiện khống chế", "Vetoes recorded"),
)


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/", "ledger_page", ledger_page)


def ledger_page(org: str, cycle: str) -> str:
    """Cycle, rulebook, counts and the newest receipts of one ledger (receipts: for who sees all)."""
    seen = frame(org, cycle)
    settings = seen.reader.ledger
    board = board_of(settings.ledger)
    everything = seen.reader.audience(board.visibility).everything
    if board.last == 0 and not everything:
        raise Problem("not-found")
    return render_template(
        "scores/ledger.html",
        frame=seen,
        ledger=settings,
        cycle=board.state.cycle,
        book=board.state.rulebook(),
        kinds=[(vi, en, board.counts.get(kind, 0)) for kind, vi, en in KINDS],
        latest=board.latest if everything else [],
        everything=everything,
    )
