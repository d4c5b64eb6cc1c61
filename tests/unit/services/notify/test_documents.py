"""What a notice tells a unit of a published version."""

from __future__ import annotations

import json

from services.notify.addressing import Recipient, Recipients
from services.notify.documents import UNRANKED, Notice, notices
from services.notify.published import Publication
from services.ranking.engine import body, compute, digest
from tests.support.board import Board, rulebook_2020

BOOK = rulebook_2020()


def nobody_else(unit: str) -> tuple[Recipient, ...]:
    """Every unit stands, and receives its own notice."""
    return ()


def told(board: Board) -> dict[str, str]:
    """The notices of a board, by unit."""
    return {unit: notice.html.decode("utf-8") for unit, notice in made(board, nobody_else).items()}


def made(board: Board, recipients: Recipients) -> dict[str, Notice]:
    """The notices of a board, by unit, as they are written."""
    standings = body(compute(board.state()))
    publication = Publication(
        version=1,
        status="UNOFFICIAL",
        position=9,
        root=f"sha256:{'0' * 64}",
        digest=digest(standings),
        rulebook=BOOK.digest,
        time="2020-11-24T03:00:00.000000Z",
        stated_at=10,
        event_id="e1",
    )
    found = notices("hcmc/2020", "Năm 2020", "Asia/Ho_Chi_Minh", publication, standings, BOOK, recipients)
    return {notice.document.unit: notice for notice in found}


def test_only_a_complete_unit_reads_its_rank_in_a_notice() -> None:
    board = Board(BOOK)
    for unit in ("A", "B"):
        board.unit(unit)
        for leaf in BOOK.leaves:
            if "QH" in leaf.max and (unit, leaf.id) != ("B", "8.3"):
                board.decide(unit, leaf.id, str(leaf.max["QH"]))
    assert [row.rank for row in board.rows().values()] == [1, 2]
    found = told(board)
    assert "<td>1 trên 2 đơn vị được xếp hạng</td>" in found["A"]
    assert f"<td>{UNRANKED}</td>" in found["B"]
    assert "8.3" in found["B"]


def test_the_notice_of_a_closed_unit_keeps_its_name_and_says_who_receives_it() -> None:
    board = Board(BOOK)
    for unit in ("QH-Q02", "QH-Q01"):
        board.unit(unit)

    def recipients(unit: str) -> tuple[Recipient, ...]:
        return (Recipient("QH-TPTD", "Thành Đoàn Thủ Đức"),) if unit == "QH-Q02" else ()

    closed, standing = made(board, recipients)["QH-Q02"], made(board, recipients)["QH-Q01"]
    text = closed.html.decode("utf-8")
    assert "<b>Đơn vị QH-Q02</b> (QH-Q02)" in text
    assert "nơi nhận là đơn vị kế thừa: <b>Thành Đoàn Thủ Đức (QH-TPTD)</b>" in text
    assert closed.document.addressed_to == tuple(json.loads(closed.json)["addressed_to"]) == ("QH-TPTD",)
    assert standing.document.addressed_to == ()
    assert "kế thừa" not in standing.html.decode("utf-8")
    assert "addressed_to" not in json.loads(standing.json)
