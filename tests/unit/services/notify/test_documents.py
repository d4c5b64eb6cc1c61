"""What a notice tells a unit of a published version."""

from __future__ import annotations

from services.notify.documents import UNRANKED, notices
from services.notify.published import Publication
from services.ranking.engine import body, compute, digest
from tests.support.board import Board, rulebook_2020

BOOK = rulebook_2020()


def told(board: Board) -> dict[str, str]:
    """The notices of a board, by unit."""
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
    made = notices("hcmc/2020", "Năm 2020", "Asia/Ho_Chi_Minh", publication, standings, BOOK)
    return {notice.document.unit: notice.html.decode("utf-8") for notice in made}


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
