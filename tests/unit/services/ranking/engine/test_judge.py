"""The fold is the judge: what does not count keeps its place in history, with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from services.ranking.engine import body, compute, sheet_of
from services.ranking.engine.sheet import Mark, Sheet
from tests.support.board import Board, rulebook_2020
from tests.support.rulebooks import build, example_data, leaf_of, small

BOOK = rulebook_2020()


def board_of(*units: str, area: str = "QH", **policies: Any) -> Board:
    data = example_data()
    data["policies"] |= policies
    board = Board(build(data))
    for unit in units or ("A",):
        board.unit(unit, area)
    return board


def sheet(board: Board, unit: str = "A") -> Sheet:
    found = sheet_of(board.state(), unit)
    assert found is not None
    return found


def marks(board: Board, criterion: str, unit: str = "A") -> list[Mark]:
    return next(list(leaf.marks) for leaf in sheet(board, unit).leaves if leaf.id == criterion)


def points(board: Board, criterion: str, unit: str = "A") -> str | None:
    found = sheet(board, unit).measure(f"criterion:{criterion}")
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("6.25", "S007"),
        ("5.9", "S006"),
        ("8,5", "S005"),
        ("NaN", "S005"),
        (["5"], "S014"),
        (5, "S005"),
        (None, "S005"),
        ("-0.25", "S007"),
        ({"x": 1}, "S014"),
    ],
)
def test_a_bad_value_is_kept_with_its_code_and_does_not_count(value: Any, status: str) -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.score("A", "1.2", value)
    assert [mark.status for mark in marks(board, "1.2")] == ["", status]
    assert points(board, "1.2") == "5"


@pytest.mark.parametrize("data", [{}, {"criterion": ["1.2"], "stage": {}, "value": 3}, {"criterion": None}])
def test_data_of_any_shape_never_stops_the_fold(data: dict[str, Any]) -> None:
    board = board_of()
    for event_type, service in (
        ("score.recorded.v1", "scores"),
        ("score.withdrawn.v1", "scores"),
        ("bonus.proposed.v1", "scores"),
        ("veto.recorded.v1", "scores"),
        ("rulebook.part.v1", "scores"),
        ("rulebook.adopted.v1", "scores"),
        ("conclusion.signed.v1", "inspections"),
        ("round.closed.v1", "inspections"),
        ("decision.score.v1", "ranking"),
        ("decision.bonus.v1", "ranking"),
        ("decision.tie.v1", "ranking"),
        ("result.published.v1", "ranking"),
        ("inspection.opened.v1", "inspections"),
        ("decision.score_withdrawn.v1", "ranking"),
    ):
        board.state_fact(event_type, service, "A", dict(data))
    board.state_fact(
        "conclusion.signed.v1",
        "inspections",
        "A",
        {
            "scores": 5,
            "adjustments": [3, {"criterion": [], "to": []}],
            "recognised_models": [{"ref": []}],
            "withdrawn": [{}],
        },
    )
    board.state_fact(
        "decision.bonus.v1", "ranking", "A", {"code": [], "occurrence_ref": {}, "outcome": "accepted"}
    )
    assert board.row("A")["base"] is None
    board.state_fact("unit.registered.v1", "scores", "B", {"area": ["QH"], "valid_to": 5})
    board.state_fact("unit.registered.v1", "scores", "C", {"area": ["QH"], "name": 5})
    assert {"B", "C"}.isdisjoint(board.rows())


def test_a_score_for_a_unit_nobody_registered_is_on_no_board() -> None:
    board = board_of()
    board.score("GHOST", "1.2", "5")
    assert list(board.rows()) == ["A"]
    board.unit("GHOST")
    assert points(board, "1.2", "GHOST") == "5"


def test_a_criterion_that_does_not_apply_or_exist_is_kept_aside() -> None:
    board = board_of(area="LLVT")
    board.score("A", "4.2", "1", stage="external")
    board.score("A", "9.9", "1")
    assert [(name, mark.status) for name, mark in sheet(board).other_marks] == [
        ("4.2", "S004"),
        ("9.9", "S002"),
    ]


def test_a_source_may_state_its_own_stages_only() -> None:
    board = board_of()
    board.score("A", "1.2", "5", stage="standing")
    board.score("A", "8.1", "3", stage="inspection")
    board.decide("A", "1.2", "5", stage="inspection")
    board.conclude("A", {"1.2": "5"})
    board.conclude("A", adjustments=[{"criterion": "8.1", "to": "2"}])
    assert {mark.status for name in ("1.2", "8.1") for mark in marks(board, name)} == {"S003"}
    assert sheet(board).base is None


def test_a_type_from_the_wrong_source_is_not_interpreted() -> None:
    board = board_of()
    board.state_fact(
        "decision.score.v1", "scores", "A", {"criterion": "1.2", "points": "5", "stage": "standing"}
    )
    board.state_fact("something.new.v7", "scores", "A", {})
    state = board.state()
    assert state.uninterpreted == 2
    assert [name for _, name in state.uninterpreted_at] == ["decision.score.v1", "something.new.v7"]
    assert "UNINTERPRETED:2" in body(compute(state))["provisional"]["reasons"]
    assert sheet(board).base is None


def test_a_school_year_score_counts_only_when_it_states_its_school_year() -> None:
    board = board_of()
    board.score("A", "5.1", "6", stage="external")
    board.score("A", "5.1", "5", stage="external", period="school_year_2020_2021")
    board.score("A", "1.2", "5", period="school_year_2019_2020")
    assert sheet(board).base is None
    assert [mark.status for mark in (*marks(board, "5.1"), *marks(board, "1.2"))] == ["PERIOD"] * 3
    board.score("A", "5.1", "4", stage="external", period="school_year_2019_2020")
    assert points(board, "5.1") == "4"


# --- stages, withdrawals, adjustments


def test_self_scores_never_count_and_never_stand_in() -> None:
    board = board_of()
    board.score("A", "1.2", "6", stage="self")
    assert board.row("A")["rank"] is None
    board.score("A", "1.3", "5")
    assert "1.2" in board.row("A")["missing"]


def test_a_withdrawal_reveals_the_older_value_then_the_stage_below() -> None:
    board = board_of()
    board.score("A", "1.2", "4")
    board.score("A", "1.2", "5")
    board.decide("A", "1.2", "6")
    board.withdraw("A", "1.2", "standing")
    assert points(board, "1.2") == "5"
    board.withdraw("A", "1.2")
    assert points(board, "1.2") == "4"
    board.withdraw("A", "1.2")
    assert points(board, "1.2") is None
    board.withdraw("A", "1.2")
    assert [mark.withdrawn for mark in marks(board, "1.2")] == [True, True, True]


def test_a_source_cannot_withdraw_what_another_decided() -> None:
    board = board_of()
    board.decide("A", "1.2", "6")
    board.state_fact("score.withdrawn.v1", "scores", "A", {"criterion": "1.2", "stage": "standing"})
    assert points(board, "1.2") == "6"


def test_an_adjustment_that_saw_another_effective_value_is_stale() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.conclude("A", adjustments=[{"criterion": "1.2", "from_effective": "4.50", "to": "3"}])
    board.conclude("A", adjustments=[{"criterion": "1.3", "from_effective": "1", "to": "3"}])
    board.conclude("A", adjustments=[{"criterion": "2.3", "from_effective": None, "to": "3"}])
    assert [mark.status for mark in marks(board, "1.2")] == ["", "STALE"]
    assert [mark.status for mark in marks(board, "1.3")] == ["STALE"]
    assert (points(board, "1.2"), points(board, "1.3"), points(board, "2.3")) == ("5", None, "3")


def test_a_fresh_adjustment_stays_valid_when_the_department_scores_again() -> None:
    board = board_of()
    board.score("A", "1.2", "5")
    board.conclude("A", adjustments=[{"criterion": "1.2", "from_effective": "5.00", "to": "3"}])
    board.score("A", "1.2", "6")
    assert points(board, "1.2") == "3"


def test_a_department_outranks_the_conclusion_where_the_policy_says_so() -> None:
    board = board_of(conclusion_outranks_department=False)
    board.score("A", "1.2", "5")
    board.conclude("A", {"8.1": "2"}, [{"criterion": "1.2", "to": "3"}, {"criterion": "1.3", "to": "3"}])
    assert (points(board, "1.2"), points(board, "1.3"), points(board, "8.1")) == ("5", "3", "2")
    board.decide("A", "1.2", "1")
    assert points(board, "1.2") == "1"


def test_points_of_a_higher_stage_end_a_state() -> None:
    board = board_of()
    board.score("A", "2.1", state="NO_TARGET")
    board.decide("A", "1.2", None, state="NOT_APPLICABLE")
    assert {leaf.state for leaf in sheet(board).leaves if leaf.rescaled} == {"NO_TARGET", "NOT_APPLICABLE"}
    assert sheet(board).base is None
    board.conclude("A", adjustments=[{"criterion": "2.1", "from_effective": None, "to": "5"}])
    board.decide("A", "1.2", "5", stage="appeal")
    assert (points(board, "2.1"), points(board, "1.2")) == ("5", "5")
    assert not any(leaf.rescaled for leaf in sheet(board).leaves)


# --- policies of time


def test_a_score_after_the_round_needs_a_decision() -> None:
    board = board_of()
    board.score("A", "1.2", "4")
    board.close()
    board.score("A", "1.2", "6")
    assert [mark.status for mark in marks(board, "1.2")] == ["", "ROUND_CLOSED"]
    board.decide("A", "1.2", "6")
    assert points(board, "1.2") == "6"


def test_a_score_after_the_opening_is_flagged_and_counts_unless_the_policy_refuses() -> None:
    for policy, expected in (("flag_and_override", "4"), ("refuse", None)):
        board = board_of(late_department_score=policy)
        board.state_fact("inspection.opened.v1", "inspections", "A", {"team": "DKT-1"})
        board.score("A", "1.2", "4")
        assert marks(board, "1.2")[0].late
        assert points(board, "1.2") == expected


def test_a_score_after_the_conclusion_counts_unless_the_policy_refuses() -> None:
    for policy, expected in (("record_only", "4"), ("refuse", None)):
        board = board_of(score_after_conclusion=policy)
        board.conclude("A", {"8.1": "2"})
        board.score("A", "1.2", "4")
        assert points(board, "1.2") == expected


# --- rulebook


def test_without_a_rulebook_or_units_the_board_is_empty() -> None:
    board = Board()
    assert board.body()["areas"] == []
    assert board.body()["provisional"]["reasons"] == ["NO_RULEBOOK", "ROUND_OPEN"]
    board.unit("A")
    board.score("A", "1.2", "5")
    assert board.body()["areas"] == []
    assert board.body()["rulebook"] is None
    empty = Board(BOOK)
    assert [area["rows"] for area in empty.body()["areas"]] == [[], [], []]
    assert "NO_UNITS" in empty.body()["provisional"]["reasons"]


def test_a_score_must_name_the_rulebook_in_force_at_its_own_position() -> None:
    board = Board()
    board.unit("A")
    board.score("A", "1.2", "4")
    board.adopt(BOOK)
    board.score("A", "1.2", "5", rulebook="sha256:" + "0" * 64)
    board.score("A", "1.2", "6")
    assert [mark.status for mark in marks(board, "1.2")] == ["NO_RULEBOOK", "STALE_RULEBOOK", ""]


def test_a_rulebook_that_is_not_whole_or_not_itself_is_not_adopted() -> None:
    board = Board(BOOK)
    for change in (
        {"digest": "sha256:" + "0" * 64},
        {"parts": 3},
        {"parts": 0},
        {"parts": "2"},
        {"digest": 5},
    ):
        event_type, service, subject, data = board.events[2]
        board.state_fact(event_type, service, subject, {**data, "mode": "re_evaluate_all", **change})
    state = board.state()
    assert len(state.adoptions) == 1
    assert [one.reason for one in state.refused] == ["PARTS"] * 5
    event_type, service, subject, data = board.events[0]
    tampered = Board()
    tampered.state_fact(event_type, service, subject, {**data, "text": data["text"].replace('"8"', '"9"', 1)})
    tampered.events += board.events[1:3]
    assert [one.reason for one in tampered.state().refused] == ["DIGEST"]


def test_an_amendment_without_decision_mode_or_higher_version_is_refused() -> None:
    newer = example_data()
    newer["rulebook"]["version"] = "2.0.1"
    board = board_of()
    board.score("A", "1.2", "5")
    board.adopt(build(newer))
    board.adopt(build(newer), mode="prospective")
    same_version = example_data()
    same_version["rulebook"]["status"] = "adopted"
    board.adopt(build(same_version), mode="prospective", decision="QĐ-1")
    assert [one.reason for one in board.state().refused] == ["R070"] * 3
    board.adopt(build(newer), mode="prospective", decision="QĐ-1")
    assert board.body()["rulebook"] == build(newer).digest


def _moved(data: dict[str, Any]) -> None:
    leaf_of(data, "1.2")["max"]["QH"] = "5.75"
    leaf_of(data, "1.3")["max"]["QH"] = "5.25"


def test_a_prospective_amendment_may_not_change_maxima_but_one_that_re_evaluates_may() -> None:
    data = example_data()
    data["rulebook"]["version"] = "2.1.0"
    _moved(data)
    board = board_of()
    board.score("A", "1.2", "6")
    board.score("A", "1.3", "5")
    board.adopt(build(data), mode="prospective", decision="QĐ-1")
    assert [one.reason for one in board.state().refused] == ["R071"]
    board.adopt(build(data), mode="re_evaluate_all", decision="QĐ-1")
    row = board.row("A")
    assert row["total"] == "5.00"
    assert row["reasons"] == ["INCOMPLETE:20", "INVALIDATED:1.2"]
    assert [mark.status for mark in marks(board, "1.2")] == ["INVALIDATED"]


def test_a_value_of_a_deleted_criterion_is_invalidated_and_kept() -> None:
    data = example_data()
    data["rulebook"]["version"] = "3.0.0"
    leaf = leaf_of(data, "1.3")
    data["criteria"][0]["children"].remove(leaf)
    for area, text in leaf["max"].items():
        data["total"][area] = str(100 - int(text))
    data["rank_lists"].remove("overall")
    board = board_of()
    board.score("A", "1.2", "6")
    board.score("A", "1.3", "5")
    board.adopt(build(data), mode="re_evaluate_all", decision="QĐ-1")
    assert board.row("A")["total"] == "6.00"
    assert board.row("A")["reasons"] == ["INCOMPLETE:19", "INVALIDATED:1.3"]
    assert [(name, mark.status) for name, mark in sheet(board).other_marks] == [("1.3", "INVALIDATED")]


def test_an_amendment_never_makes_an_older_adjustment_stale() -> None:
    board = board_of(area="CNLD")
    board.score("A", "1.1", "70")
    board.conclude("A", adjustments=[{"criterion": "1.1", "from_effective": "6.50", "to": "6"}])
    data = example_data()
    data["rulebook"]["version"] = "2.1.0"
    leaf_of(data, "1.1")["ladder"]["rows"][1]["frac"] = "0.7"
    board.adopt(build(data), mode="re_evaluate_all", decision="QĐ-1")
    assert [mark.status for mark in marks(board, "1.1")] == ["", ""]
    assert points(board, "1.1") == "6"
    board.conclude("A", adjustments=[{"criterion": "1.1", "from_effective": "6.50", "to": "5"}])
    assert points(board, "1.1") == "6"


def test_a_candidate_rulebook_judges_everything_beside_the_live_one() -> None:
    data = example_data()
    leaf_of(data, "1.1")["ladder"]["rows"][1]["frac"] = "0.7"
    board = board_of(area="CNLD")
    board.score("A", "1.1", "70")
    state = board.state()
    live = body(compute(state))
    candidate = body(compute(state, build(data)))
    assert candidate["areas"][1]["rows"][0]["total"] == "5.50"
    assert body(compute(state)) == live
    assert live["areas"][1]["rows"][0]["total"] == "6.50"


# --- bonus, penalty, models


def test_refused_unknown_and_badly_valued_decisions_do_not_count() -> None:
    board = Board(
        small({"id": "1.1", "max": "10"}, bonus={"cap_total": "5", "items": [{"code": "T", "label": "T"}]})
    )
    board.unit("A")
    board.score("A", "1.1", "5")
    board.bonus("A", "T", "1", outcome="refused", points="1")
    board.bonus("A", "X", "1", points="1")
    for points_ in (None, "0.1", "-1", "1e1", 1):
        board.bonus("A", "T", "2", points=points_)
    board.bonus("A", "T", "2", points="1.25")
    assert [one.status for one in sheet(board).occurrences] == [
        "REFUSED",
        "S002",
        "S005",
        "S006",
        "S007",
        "S005",
        "S005",
        "",
    ]
    assert board.row("A")["bonus"] == "1.25"
    board.bonus("A", "T", "2", outcome="refused")
    assert board.row("A")["bonus"] == "0.00"


def test_caps_are_used_up_in_ledger_order() -> None:
    board = board_of()
    board.decide("A", "1.2", "6")
    for code, ref in (
        ("T2", "a"),
        ("T1", "a"),
        ("T1", "b"),
        ("T1", "c"),
        ("T1", "d"),
        ("T2", "b"),
        ("T2", "c"),
    ):
        board.bonus("A", code, ref)
    assert [str(one.credited) for one in sheet(board).occurrences] == [
        "1/2",
        "1",
        "1",
        "1",
        "0",
        "1/2",
        "1/2",
    ]
    total = Board(
        small(
            {"id": "1.1", "max": "10"},
            bonus={"cap_total": "1", "items": [{"code": "T", "label": "T"}, {"code": "U", "label": "U"}]},
        )
    )
    total.unit("A")
    total.score("A", "1.1", "5")
    total.bonus("A", "U", "1", points="0.75")
    total.bonus("A", "T", "1", points="0.75")
    assert [str(one.credited) for one in sheet(total).occurrences] == ["3/4", "1/4"]
    assert total.row("A")["reasons"] == ["BONUS_CAP:total"]


def test_a_fact_outside_the_period_is_refused_even_when_decided() -> None:
    board = board_of()
    board.decide("A", "1.2", "6")
    for ref, day in (("a", "2019-12-31"), ("b", "2020-12-31"), ("c", "bad")):
        proposal = {"code": "P1", "occurrence_ref": ref, "occurred_on": day, "basis": "-"}
        board.state_fact("penalty.proposed.v1", "scores", "A", proposal)
        board.penalty("A", "P1", ref)
    assert [one.status for one in sheet(board).occurrences] == ["OUTSIDE_PERIOD", "", "OUTSIDE_PERIOD"]
    assert board.row("A")["penalty"] == "0.25"


def test_models_count_once_each() -> None:
    board = board_of()
    board.conclude("A", models=["M1", "M2", "M1"])
    board.conclude("A", models=["M2", "M3"])
    assert sheet(board).recognised_models == 3


# --- vetoes


def test_a_veto_without_its_document_is_not_in_force() -> None:
    board = board_of()
    board.veto("A", "V1", document=None)
    board.veto("A", "V9")
    assert sheet(board).vetoes == ()
    board.veto("A", "V1")
    board.veto("A", "V1")
    assert sheet(board).vetoes == ("V1",)


def test_lifting_a_forfeit_gives_the_inspection_scores_back() -> None:
    board = board_of()
    board.conclude("A", {"8.1": "3"})
    board.forfeit("A")
    assert points(board, "8.1") == "0"
    assert sheet(board).missing
    assert "8.2" not in sheet(board).missing
    board.state_fact("decision.forfeit_lifted.v1", "ranking", "A", {"document": "QĐ-2"})
    assert points(board, "8.1") == "3"
    assert points(board, "8.2") is None
    assert sheet(board).vetoes == ()


def test_a_later_standing_value_replaces_the_zero_of_a_forfeit() -> None:
    board = board_of()
    board.decide("A", "8.1", "1")
    board.forfeit("A")
    assert points(board, "8.1") == "0"
    board.decide("A", "8.1", "2")
    assert points(board, "8.1") == "2"
    board.withdraw("A", "8.1", "standing")
    assert points(board, "8.1") == "0"


def test_a_forfeited_unit_can_be_left_unranked_by_policy() -> None:
    board = board_of("A", "B", forfeited_unit_standing="unranked")
    for unit, value in (("A", "6"), ("B", "5")):
        board.decide(unit, "1.2", value)
    board.forfeit("A")
    assert (board.row("A")["rank"], board.row("B")["rank"]) == (None, 1)
    assert board.row("A")["total"] == "6.00"


@pytest.mark.parametrize(
    ("as_of", "held"), [("position", ()), ("inspection_opened", ("D",)), ("round_closed", ("D",))]
)
def test_a_derived_veto_is_read_at_its_own_moment(as_of: str, held: tuple[str, ...]) -> None:
    data = example_data()
    data["vetoes"] = [
        {
            "id": "D",
            "label": "D",
            "source": {"derived": {"rule": "criterion_is_zero:1.2", "as_of": as_of}},
            "effect": {"max_class": "COMPLETED"},
        }
    ]
    board = Board(build(data))
    board.unit("A")
    board.score("A", "1.2", "0")
    assert sheet(board).vetoes == (("D",) if as_of == "position" else ())
    board.state_fact("inspection.opened.v1", "inspections", "A", {})
    board.close()
    board.decide("A", "1.2", "5")
    assert sheet(board).vetoes == held


def test_a_missing_self_score_can_be_a_veto() -> None:
    data = example_data()
    data["vetoes"] = [
        {
            "id": "D",
            "label": "D",
            "source": {"derived": {"rule": "self_score_not_submitted", "as_of": "position"}},
            "effect": {"max_class": "COMPLETED"},
        }
    ]
    board = Board(build(data))
    board.unit("A")
    assert sheet(board).vetoes == ("D",)
    board.score("A", "1.2", "5", stage="self")
    assert sheet(board).vetoes == ()
