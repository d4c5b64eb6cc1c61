"""The worked examples of the format that need a whole unit or a whole area, each a named test."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.board import Board, rulebook_2020
from tests.support.rulebooks import Json, build, example_data, leaf_of, small, small_data

BOOK = rulebook_2020()


def score_all(board: Board, unit: str, area: str, given: dict[str, str | None] | None = None) -> None:
    """Every leaf at its maximum as points decided at ``standing``, save those given (None: nothing)."""
    points = given or {}
    for leaf in BOOK.leaves:
        if area in leaf.max:
            value = points.get(leaf.id, str(leaf.max[area]))
            if value is not None:
                board.decide(unit, leaf.id, value)


def one(*leaves: Json, rules: Json | None = None) -> Board:
    """A board of one unit, ``A``."""
    board = Board(small(*leaves, **(rules or {})))
    board.unit("A")
    return board


def test_worked_example_round_at() -> None:
    ladder = {
        "metric": "%",
        "unit": "percent",
        "domain": {"type": "decimal", "gte": "0"},
        "rows": [{"gte": "70", "frac": "0.8"}, {"gte": "0", "frac": "0"}],
    }
    leaves: list[Json] = [{"id": f"1.{n}", "max": "8", "input": "ladder", "ladder": ladder} for n in (1, 2)]
    for round_at, total in (("leaf", "13.00"), ("total", "12.75")):
        data = small_data(*leaves)
        data["number"]["round_at"] = round_at
        board = Board(build(data))
        board.unit("A")
        for leaf in leaves:
            board.score("A", leaf["id"], "70")
        assert board.row("A")["total"] == total


@pytest.mark.parametrize(("word", "total"), [("rescale", "87.75"), ("full", "88.75"), ("zero", "79.75")])
def test_worked_example_no_target(word: str, total: str) -> None:
    data = example_data()
    leaf_of(data, "2.1")["no_target"] = word
    board = Board(build(data))
    board.unit("A", "LLVT")
    score_all(board, "A", "LLVT", {"2.1": None, "2.3": "0.75"})
    board.score("A", "2.1", state="NO_TARGET")
    row = board.row("A")
    assert (row["total"], row["complete"]) == (total, True)
    assert row["reasons"] == (["RESCALED:2.1"] if word == "rescale" else [])


def test_worked_example_not_applicable() -> None:
    board = Board(BOOK)
    board.unit("A")
    score_all(board, "A", "QH", {"4.2": None, "1.1": "0", "1.2": "0", "2.1": "0.25"})
    board.decide("A", "4.2", None, state="NOT_APPLICABLE")
    row = board.row("A")
    assert (row["total"], row["reasons"]) == ("79.50", ["RESCALED:4.2"])  # 76.25 of 96


def test_worked_example_missing() -> None:
    board = Board(BOOK)
    board.unit("A")
    board.unit("B")
    board.unit("C")
    board.score("A", "1.1", "100")
    board.score("C", "1.2", "6", stage="self")
    row = board.row("A")
    assert (row["total"], row["scored_max"], row["rank"], row["class"]) == ("6.00", "6.00", 1, None)
    assert row["reasons"] == ["INCOMPLETE:20"]
    assert not row["complete"]
    assert len(row["missing"]) == 20
    for unit in "BC":
        assert (board.row(unit)["rank"], board.row(unit)["total"]) == (None, None)


def test_worked_example_stages() -> None:
    board = Board(BOOK)
    board.unit("A")
    board.score("A", "2.3", "6", stage="self")
    board.score("A", "2.3", "5")
    board.conclude(
        "A", adjustments=[{"criterion": "2.3", "from_self": "6", "from_effective": "5.00", "to": "4.50"}]
    )
    assert board.row("A")["total"] == "4.50"
    board.decide("A", "2.3", "4.75")
    assert board.row("A")["total"] == "4.75"
    board.withdraw("A", "2.3", "standing")
    assert board.row("A")["total"] == "4.50"
    board.conclude("A", withdrawn=["2.3"])
    assert board.row("A")["total"] == "5.00"


def test_worked_example_weight() -> None:
    board = one({"id": "1.1", "max": "10", "weight": "1.5"}, {"id": "2.1", "max": "10", "weight": "0"})
    board.score("A", "1.1", "8.25")
    board.score("A", "2.1", "8.25")
    sheet = board.rows()["A"].sheet
    assert str(sheet.groups["1"].value) == "99/8"  # 12.375
    assert board.row("A")["groups"][0] == {"group": "1", "value": "12.375", "max": "15.00"}
    assert board.row("A")["base"] == "12.50"
    assert sheet.measure("criterion:2.1") == sheet.measure("criterion:1.1")
    assert board.row("A")["complete"]


def test_worked_example_min() -> None:
    board = one({"id": "1.1", "max": "10", "min": {"QH": "-2"}}, {"id": "1.2", "max": "10"})
    board.score("A", "1.1", "-1.50")
    board.score("A", "1.2", "4")
    assert board.row("A")["total"] == "2.50"


def test_worked_example_bonus_and_penalty_caps() -> None:
    board = Board(BOOK)
    board.unit("A")
    board.decide("A", "1.1", "6")
    for n in range(4):
        board.bonus("A", "T1", f"MH-{n}")
    assert (board.row("A")["bonus"], board.row("A")["reasons"][1:]) == ("3.00", ["BONUS_CAP:T1"])
    for n in range(5):
        board.bonus("A", "T2", f"DC-{n}")
    assert (board.row("A")["bonus"], board.row("A")["reasons"][1:]) == (
        "5.00",
        ["BONUS_CAP:T1", "BONUS_CAP:T2"],
    )
    for n in range(7):
        board.penalty("A", "P2", f"VH-{n}")
    assert board.row("A")["penalty"] == "3.00"
    assert "PENALTY_CAP:P2" in board.row("A")["reasons"]


def test_worked_example_an_occurrence_counts_once() -> None:
    board = Board(BOOK)
    board.unit("A")
    board.decide("A", "1.1", "6")
    board.bonus("A", "T1", "MH-1")
    board.bonus("A", "T1", "MH-1")
    row = board.row("A")
    assert (row["bonus"], row["reasons"]) == ("1.00", ["DUPLICATE:T1", "INCOMPLETE:20"])


def test_worked_example_two_scores() -> None:
    board = Board(BOOK)
    board.unit("A")
    score_all(board, "A", "QH", {"1.1": "3.50"})
    for n in range(4):
        board.bonus("A", "T1", f"a{n}")
        board.bonus("A", "T2", f"b{n}")
    sheet = board.rows()["A"].sheet
    assert board.row("A")["total"] == "102.50"
    assert sheet.classification_score == 100
    assert board.row("A")["reasons"][-1] == "CLAMP"


def test_worked_example_floor() -> None:
    board = one(
        {"id": "1.1", "max": "10"},
        rules={"penalty": {"cap_total": "5", "items": [{"code": "P", "label": "P"}]}},
    )
    board.score("A", "1.1", "2")
    board.penalty("A", "P", "1", points="5")
    assert (board.row("A")["total"], board.row("A")["reasons"]) == ("0.00", ["FLOOR"])


def test_worked_example_also_base() -> None:
    board = Board(BOOK)
    board.unit("A")
    score_all(board, "A", "QH", {"1.1": "0", "2.3": "1.75"})
    board.bonus("A", "T1", "1")
    board.bonus("A", "T1", "2")
    row = board.row("A")
    assert (row["base"], row["total"], row["class"]) == ("89.75", "91.75", "GOOD")


def test_worked_example_also_every_group() -> None:
    board = Board(BOOK)
    board.unit("A")
    score_all(board, "A", "QH", {"8.1": "0", "8.2": "1.75"})
    assert board.row("A")["groups"][7] == {"group": "8", "value": "3.75", "max": "8.00"}
    assert (board.row("A")["total"], board.row("A")["class"]) == ("95.75", "GOOD")
    other = Board(BOOK)
    other.unit("A")
    score_all(other, "A", "QH", {"4.2": None, "4.1": "2.50"})
    other.decide("A", "4.2", None, state="NOT_APPLICABLE")
    assert other.row("A")["groups"][3] == {"group": "4", "value": "2.50", "max": "5.00"}
    assert other.row("A")["class"] == "EXCELLENT"


def test_worked_example_veto() -> None:
    board = Board(BOOK)
    board.unit("A")
    score_all(board, "A", "QH", {"1.1": "2.25"})
    board.veto("A", "V1")
    row = board.row("A")
    assert (row["total"], row["class"], row["rank"], row["reasons"]) == ("96.25", "COMPLETED", 1, ["VETO:V1"])
    board.lift("A", "V1")
    assert board.row("A")["class"] == "EXCELLENT"


def test_worked_example_two_vetoes_the_strictest_wins() -> None:
    data = example_data()
    data["vetoes"][2]["source"] = data["vetoes"][0]["source"]
    board = Board(build(data))
    board.unit("A")
    score_all(board, "A", "QH")
    board.veto("A", "V3")
    assert (board.row("A")["class"], board.row("A")["reasons"]) == ("GOOD", ["VETO:V3"])
    board.veto("A", "V1")
    assert (board.row("A")["class"], board.row("A")["reasons"]) == ("COMPLETED", ["VETO:V1"])
    board.lift("A", "V1")
    assert board.row("A")["class"] == "GOOD"


def test_worked_example_forfeit() -> None:
    board = Board(BOOK)
    board.unit("A")
    score_all(board, "A", "QH", {"8.1": None, "8.2": None, "8.3": None, "1.1": "0", "2.3": "4.50"})
    board.conclude("A", {"8.1": "3", "8.2": "2.50", "8.3": "2"})
    assert board.row("A")["total"] == "92.00"
    board.forfeit("A")
    row = board.row("A")
    assert (row["total"], row["class"], row["rank"]) == ("84.50", "COMPLETED", 1)
    assert board.rows()["A"].sheet.appeal_right_lost
    board.decide("A", "8.1", "1", stage="appeal")
    assert board.row("A")["total"] == "85.50"


def test_a_forfeited_unit_that_leads_on_department_scores_is_ranked_first_with_its_class_capped() -> None:
    """Domain 6: ranked by policy, capped class, the reason beside it."""
    board = Board(BOOK)
    uninspected = {"8.1": None, "8.2": None, "8.3": None}
    for unit, lower in (("A", {}), ("B", {"1.1": "0", "2.1": "0", "2.2": "0", "3.1": "0"})):
        board.unit(unit)
        score_all(board, unit, "QH", {**uninspected, **lower})
    board.conclude("B", {"8.1": "1", "8.2": "1", "8.3": "1"})
    board.forfeit("A")
    first, second = board.row("A"), board.row("B")
    assert (first["rank"], second["rank"]) == (1, 2)
    assert first["class"] == "COMPLETED"
    assert "VETO:V2" in first["reasons"]
    assert board.rows()["A"].sheet.appeal_right_lost


def test_a_forfeit_that_the_committee_declined_leaves_class_rank_and_the_right_to_complain() -> None:
    """Domain 6: raised by the system, declined by the Standing Committee: nothing is lost."""
    board = Board(BOOK)
    board.unit("A")
    score_all(board, "A", "QH")
    before = board.row("A")
    board.state_fact("decision.forfeit_declined.v1", "ranking", "A", {"document": "QĐ-7"})
    assert board.row("A") == before
    assert not board.rows()["A"].sheet.appeal_right_lost
    assert not board.rows()["A"].sheet.forfeited


def quota_board(totals: dict[str, str], **quota: Any) -> Board:
    """Units of one leaf of 100 points under one quota on EXCELLENT (>= 90)."""
    rule = {
        "class": "EXCELLENT",
        "fraction": "0.20",
        "denominator": "units_ranked_in_area",
        "rounding": "floor",
        "min_per_area": 1,
        "on_tie_at_boundary": "decide",
    } | quota
    rule = {key: value for key, value in rule.items() if value is not None}
    data = small_data({"id": "1.1", "max": "100"}, quotas=[rule], tie_breaks=[{"by": "committee_decision"}])
    board = Board(build(data))
    for unit, total in totals.items():
        board.unit(unit)
        board.score(unit, "1.1", total)
    return board


def classes(board: Board) -> dict[str, str | None]:
    return {unit: row.class_id for unit, row in board.rows().items()}


@pytest.mark.parametrize("others", [3, 4])
def test_worked_example_quota_of_four_and_of_five(others: int) -> None:
    totals = {"A": "95", "B": "93"} | {f"C{n}": "60" for n in range(others - 1)}
    found = classes(quota_board(totals))
    assert (found["A"], found["B"]) == ("EXCELLENT", "GOOD")


def test_worked_example_quota_when_nobody_reaches_the_class() -> None:
    assert set(classes(quota_board({"A": "80", "B": "75"})).values()) == {"GOOD"}


def test_worked_example_quota_fixed_point() -> None:
    totals = {f"E{n}": str(99 - n) for n in range(4)} | {f"G{n:02}": str(89 - n) for n in range(10)}
    board = quota_board(totals, denominator="units_in_class:GOOD", min_per_area=0)
    found = classes(board)
    assert [found[f"E{n}"] for n in range(4)] == ["EXCELLENT", "EXCELLENT", "GOOD", "GOOD"]
    assert board.row("E2")["reasons"] == ["QUOTA:EXCELLENT"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("expand", ["EXCELLENT"] * 3),
        ("contract", ["EXCELLENT", "GOOD", "GOOD"]),
        ("decide", ["EXCELLENT", None, None]),
    ],
)
def test_worked_example_tie_on_the_line(word: str, expected: list[str | None]) -> None:
    board = quota_board(
        {"A": "95", "B": "92", "C": "92"},
        fraction=None,
        denominator=None,
        rounding=None,
        count=2,
        min_per_area=0,
        on_tie_at_boundary=word,
    )
    assert list(classes(board).values()) == expected
    if word == "decide":
        assert board.row("B")["reasons"] == ["TIE_AT_QUOTA:EXCELLENT", "TIE"]
        assert "TIE_AT_QUOTA:QH" in board.body()["provisional"]["reasons"]
        board.tie("QH", ["C"], ["B"])
        assert classes(board) == {"A": "EXCELLENT", "B": "GOOD", "C": "EXCELLENT"}
        assert board.row("B")["reasons"] == ["QUOTA:EXCELLENT", "TIE_BROKEN:committee_decision"]


def test_worked_example_tie_break() -> None:
    rules = {
        "bonus": {"cap_total": "5", "items": [{"code": "T", "label": "T", "per": "1"}]},
        "tie_breaks": [{"by": "base", "order": "desc"}],
    }
    board = Board(small({"id": "1.1", "max": "100"}, **rules))
    for unit, base, bonuses in (("A", "90", 2), ("B", "91", 1), ("C", "50", 0)):
        board.unit(unit)
        board.score(unit, "1.1", base)
        for n in range(bonuses):
            board.bonus(unit, "T", str(n))
    assert [(board.row(unit)["total"], board.row(unit)["rank"]) for unit in "BAC"] == [
        ("92.00", 1),
        ("92.00", 2),
        ("50.00", 3),
    ]
    assert [board.row(unit)["reasons"] for unit in "BAC"] == [["TIE_BROKEN:base"], ["TIE_BROKEN:base"], []]


@pytest.mark.parametrize(
    ("style", "ranks"), [("1224", [1, 2, 2, 4]), ("1223", [1, 2, 2, 3]), ("1234", [1, 2, 2, 4])]
)
def test_worked_example_rank_styles(style: str, ranks: list[int]) -> None:
    board = Board(
        small({"id": "1.1", "max": "100"}, rank_style=style, tie_breaks=[{"by": "committee_decision"}])
    )
    for unit, total in zip("ABCD", ("95", "92", "92", "90"), strict=True):
        board.unit(unit)
        board.score(unit, "1.1", total)
    assert [row.rank for row in board.rows().values()] == ranks
    open_tie = "OPEN_TIE:QH" in board.body()["provisional"]["reasons"]
    assert open_tie == (style == "1234")
    if style == "1234":
        board.tie("QH", ["B"], ["C"])
        assert [row.rank for row in board.rows().values()] == [1, 2, 3, 4]


def test_worked_example_class_by_fraction() -> None:
    data = small_data({"id": "1.1", "max": "100"})
    data["classes"] = [
        {
            "id": "TOP",
            "label": "Top",
            "top_fraction": "0.1",
            "denominator": "units_ranked_in_area",
            "rounding": "floor",
        },
        {"id": "REST", "label": "Rest"},
    ]
    board = Board(build(data))
    for n in range(24):
        board.unit(f"U{n:02}")
        board.score(f"U{n:02}", "1.1", {0: "95", 1: "92", 2: "92"}.get(n, "50"))
    assert [unit for unit, one in classes(board).items() if one == "TOP"] == ["U00", "U01", "U02"]


def test_worked_example_groupings_rank_among_themselves() -> None:
    from services.ranking.engine.ranks import rank_list

    board = Board(small({"id": "1.1", "max": "100"}))
    for n in range(10):
        board.unit(f"U{n}", kind="rural" if n % 2 else "urban")
        board.score(f"U{n}", "1.1", str(90 - n))
    rural = [row.sheet for unit, row in board.rows().items() if int(unit[1:]) % 2]
    listed = rank_list(rural, "ranking_score", "1224")
    assert [(place, sheet.unit) for place, sheet, _ in listed] == [(n, f"U{2 * n - 1}") for n in range(1, 6)]


def amended(mode: str) -> Board:
    data = example_data()
    board = Board(build(data))
    board.unit("A", "CNLD")
    board.unit("B", "CNLD")
    board.score("A", "1.1", "70")
    data["rulebook"]["version"] = "2.1.0"
    leaf_of(data, "1.1")["ladder"]["rows"][1]["frac"] = "0.7"
    board.adopt(build(data), mode=mode, decision="QĐ-77")
    board.score("B", "1.1", "70")
    return board


def test_worked_example_prospective_amendment() -> None:
    board = amended("prospective")
    assert (board.row("A")["total"], board.row("B")["total"]) == ("6.50", "5.50")


def test_worked_example_amendment_that_re_evaluates_all() -> None:
    board = amended("re_evaluate_all")
    assert (board.row("A")["total"], board.row("B")["total"]) == ("5.50", "5.50")
