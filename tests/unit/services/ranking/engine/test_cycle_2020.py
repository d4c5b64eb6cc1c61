"""The 2020 cycle: six units with known results, byte for byte; the other sixty unranked."""

from __future__ import annotations

import pytest

from services.ranking.engine import body, canonical, compute, digest, sheet_of
from tests.support.board import EXPECTED, Board, register_units, rulebook_2020, state_inputs


@pytest.fixture(scope="module")
def board() -> Board:
    board = Board(rulebook_2020())
    register_units(board)
    state_inputs(board)
    return board


EXPECTED_LINES = (EXPECTED / "expected-standings.csv").read_text("utf-8").splitlines()


@pytest.mark.parametrize("line", EXPECTED_LINES[1:], ids=lambda line: line.split(",")[2])
def test_each_of_the_six_units_stands_exactly_as_expected(board: Board, line: str) -> None:
    assert line in [",".join(cells) for cells in board.lines()]


def test_the_ranked_rows_are_the_expected_file_byte_for_byte(board: Board) -> None:
    ranked = [",".join(cells) for cells in board.lines() if cells[1]]
    assert (
        "\n".join([EXPECTED_LINES[0], *ranked, ""]).encode()
        == (EXPECTED / "expected-standings.csv").read_bytes()
    )


def test_the_other_sixty_units_are_unranked_and_never_zero(board: Board) -> None:
    unranked = [row for row in board.rows().values() if row.rank is None]
    assert len(unranked) == 60
    assert {(row.class_id, row.sheet.base, row.sheet.ranking_score) for row in unranked} == {
        (None, None, None)
    }


def test_closed_and_future_units_are_on_no_board(board: Board) -> None:
    assert {"LLVT-PCCC", "QH-TPTD"}.isdisjoint(board.rows())
    assert [len(area["rows"]) for area in board.body()["areas"]] == [24, 38, 4]


def test_the_body_is_complete_and_holds_no_float(board: Board) -> None:
    found = board.body()
    assert list(found) == ["engine", "ledger", "rulebook", "status", "provisional", "areas"]
    assert found["status"] == "illustrative"
    assert found["provisional"]["units"] == 66
    assert "INCOMPLETE:60" in found["provisional"]["reasons"]
    row = board.row("QH-Q03")
    assert list(row) == [
        "rank",
        "unit",
        "name",
        "total",
        "class",
        "base",
        "bonus",
        "penalty",
        "complete",
        "scored_max",
        "reasons",
        "groups",
        "missing",
    ]
    assert row["groups"][0] == {"group": "1", "value": "16.00", "max": "17.00"}

    def floats(value: object) -> bool:
        if isinstance(value, dict):
            return any(map(floats, value.values()))
        return any(map(floats, value)) if isinstance(value, list) else isinstance(value, float)

    assert not floats(found)


def test_every_stage_of_every_score_stays_readable(board: Board) -> None:
    sheet = sheet_of(board.state(), "QH-BTA")
    assert sheet is not None
    leaf = next(leaf for leaf in sheet.leaves if leaf.id == "2.3")
    assert [(mark.stage, mark.value) for mark in leaf.marks][-2:] == [
        ("inspection", "4.5"),
        ("standing", "4.75"),
    ]
    assert leaf.stage == "standing"


def test_a_body_read_again_has_the_same_digest(board: Board) -> None:
    import json

    found = body(compute(board.state()))
    assert digest(json.loads(canonical(found))) == digest(found)


def test_the_digest_does_not_know_the_position(board: Board) -> None:
    state = board.state()
    before = digest(body(compute(state)))
    board.events.append(("grant.given.v1", "scores", "grant:1", {"grant": "1"}))
    try:
        after = board.state()
    finally:
        board.events.pop()
    assert after.size == state.size + 1
    assert digest(body(compute(after))) == before
