"""What an explanation says of one rule after another: numbers that can be checked by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from services.ranking.engine.counterfactual import counterfactual
from services.ranking.engine.explain import Explanation, LeafExplanation, explain
from services.ranking.engine.explanation_body import explanation_body
from services.ranking.engine.pair import compare_pair
from shared.rulebook.model import Bounds
from tests.support.board import Board
from tests.support.rulebooks import build, example_data, small, small_data

F = Fraction
Amounts = list[tuple[str, str, Fraction]]
PERCENT = {
    "metric": "Tỷ lệ",
    "unit": "percent",
    "domain": {"type": "decimal", "gte": "0"},
    "rows": [{"gte": "100", "frac": "1"}, {"gte": "70", "frac": "0.8"}, {"gte": "0", "frac": "0"}],
}
CLASSES = [
    {"id": "A", "label": "A", "gte": "8"},
    {"id": "B", "label": "B", "gte": "4"},
    {"id": "C", "label": "C"},
]


def explained(board: Board, unit: str = "U") -> Explanation:
    found = explain(board.state(), unit)
    assert found is not None
    return found


def leaf(found: Explanation, name: str) -> LeafExplanation:
    return next(one for one in found.leaves if one.id == name)


def amounts(found: Explanation) -> Amounts:
    return [(term.kind, term.ref, term.amount) for term in found.terms]


def one_leaf(rule: dict[str, Any], **more: Any) -> Board:
    """A unit U under a rulebook of leaf 1.1, and 1.2 of 10 points that nobody scores."""
    board = Board(small({"id": "1.1", **rule}, {"id": "1.2", "max": "10"}, **more))
    board.unit("U")
    return board


# --- leaves


def test_a_ladder_shows_its_row_with_bounds_and_fraction() -> None:
    board = one_leaf({"max": "6", "input": "ladder", "ladder": PERCENT})
    board.score("U", "1.1", "85", target="100")
    rule = leaf(explained(board), "1.1").rule
    assert rule is not None
    assert (rule.rule, rule.metric_name, rule.metric, rule.row) == ("ladder", "Tỷ lệ", F(85), 2)
    assert (rule.bounds, rule.frac) == (Bounds(gte=F(70)), F("0.8"))
    assert (rule.exact, rule.points) == (F("4.8"), F("4.75"))


def test_a_count_shows_number_and_worth_and_stops_at_the_maximum() -> None:
    board = one_leaf({"max": "6", "input": "count", "per": "0.5"})
    board.score("U", "1.1", "13")
    rule = leaf(explained(board), "1.1").rule
    assert rule is not None
    assert (rule.rule, rule.amount, rule.per, rule.exact) == ("count", F(13), F("0.5"), F(6))


def test_a_ratio_shows_achieved_target_and_rounding() -> None:
    board = one_leaf({"max": "8", "input": "ratio"})
    board.score("U", "1.1", "118", target="120")
    rule = leaf(explained(board), "1.1").rule
    assert rule is not None
    assert (rule.amount, rule.target) == (F(118), F(120))
    assert (rule.exact, rule.points) == (F(8 * 118, 120), F("7.75"))


def test_the_mark_of_another_body_shows_its_own_maximum() -> None:
    board = one_leaf({"max": "4", "stage": "external", "source_max": "50"})
    board.score("U", "1.1", "43", "external")
    rule = leaf(explained(board), "1.1").rule
    assert rule is not None
    assert (rule.rule, rule.source_max, rule.exact, rule.points) == (
        "source_max",
        F(50),
        F("3.44"),
        F("3.5"),
    )


def test_weight_multiplies_the_points_into_the_contribution() -> None:
    board = one_leaf({"max": "10", "weight": "1.5"})
    board.score("U", "1.1", "8.25")
    found = explained(board)
    one = leaf(found, "1.1")
    assert (one.points, one.weight, one.contribution) == (
        F("8.25"),
        F("1.5"),
        F("12.375"),
    )
    assert amounts(found) == [("leaf", "1.1", F("12.375")), ("rounding", "", F("0.125"))]


def test_a_leaf_with_a_minimum_may_take_something_off() -> None:
    board = one_leaf({"max": "4", "min": {"QH": "-2"}})
    board.score("U", "1.1", "-1.5")
    board.score("U", "1.2", "5")
    found = explained(board)
    assert (leaf(found, "1.1").min, leaf(found, "1.1").points) == (F(-2), F("-1.5"))
    assert amounts(found) == [("leaf", "1.1", F("-1.5")), ("leaf", "1.2", F(5))]


def test_every_mark_says_whether_it_counts_and_if_not_why() -> None:
    board = one_leaf({"max": "6"})
    own = board.score("U", "1.1", "6", "self")
    older = board.score("U", "1.1", "5")
    wrong = board.score("U", "1.1", "5.1")
    newer = board.score("U", "1.1", "5.5")
    gone = board.decide("U", "1.1", "4")
    board.withdraw("U", "1.1", "standing")
    decided = board.decide("U", "1.1", "4.5")
    marks = [(one.mark.position, one.why) for one in leaf(explained(board), "1.1").marks]
    assert marks == [
        (own, "SELF"),
        (older, "LOWER_STAGE"),
        (wrong, "S006"),
        (newer, "LOWER_STAGE"),
        (gone, "WITHDRAWN"),
        (decided, ""),
    ]


def test_an_older_value_of_the_stage_that_counts_is_older() -> None:
    board = one_leaf({"max": "6"})
    board.score("U", "1.1", "5")
    last = board.score("U", "1.1", "5.5")
    found = explained(board)
    assert [one.why for one in leaf(found, "1.1").marks] == ["OLDER", ""]
    assert found.terms[0].positions == (last,)


def test_a_late_value_let_in_rests_on_the_decision_too() -> None:
    board = one_leaf({"max": "6"})
    board.close()
    late = board.score("U", "1.1", "5")
    assert [one.why for one in leaf(explained(board), "1.1").marks] == ["ROUND_CLOSED"]
    let_in = board.state_fact("decision.late_fact.v1", "ranking", "U", {"fact": late, "outcome": "accepted"})
    assert explained(board).terms[0].positions == (late, let_in)


def test_points_made_before_a_prospective_amendment_name_the_rulebook_that_made_them() -> None:
    before = small_data({"id": "1.1", "max": "6", "input": "ladder", "ladder": PERCENT})
    after = small_data(
        {
            "id": "1.1",
            "max": "6",
            "input": "ladder",
            "ladder": PERCENT
            | {
                "rows": [{"gte": "100", "frac": "1"}, {"gte": "70", "frac": "0.5"}, {"gte": "0", "frac": "0"}]
            },
        }
    )
    after["rulebook"] = after["rulebook"] | {"version": "9.0.0"}
    old, new = build(before), build(after)
    board = Board(old)
    board.unit("U")
    board.score("U", "1.1", "85")
    board.adopt(new, mode="prospective", decision={"number": "QĐ-2"})
    rule = leaf(explained(board), "1.1").rule
    assert rule is not None
    assert (rule.frac, rule.rulebook) == (F("0.8"), old.digest)


# --- the sum


def test_rescaling_and_rounding_are_terms_of_their_own() -> None:
    board = Board(
        small(
            {"id": "1.1", "max": "9", "input": "ratio", "no_target": "rescale"},
            {"id": "1.2", "max": "91"},
        )
    )
    board.unit("U")
    without = board.score("U", "1.1", state="NO_TARGET")
    board.score("U", "1.2", "79.75")
    found = explained(board)
    exact = F(100) * F("79.75") / 91
    assert amounts(found) == [
        ("leaf", "1.2", F("79.75")),
        ("rescale", "", exact - F("79.75")),
        ("rounding", "", F("87.75") - exact),
    ]
    assert found.terms[1].positions == (without,)
    assert explanation_body(found)["terms"][1]["amount"] == "2871/364"


def adjusting(**rules: Any) -> Board:
    data = small_data({"id": "1.1", "max": "10"}, **rules)
    board = Board(build(data))
    board.unit("U")
    board.score("U", "1.1", "5")
    return board


def test_a_cap_takes_off_what_its_occurrences_have_too_much() -> None:
    items = [
        {"code": "T1", "label": "T1", "per": "1", "cap": "3"},
        {"code": "T2", "label": "T2", "per": "0.5", "cap": "2"},
    ]
    board = adjusting(bonus={"cap_total": "4", "items": items})
    at = [board.bonus("U", "T1", str(n)) for n in range(4)] + [
        board.bonus("U", "T2", str(n)) for n in range(5)
    ]
    found = explained(board)
    assert [term.positions for term in found.terms if term.kind == "bonus"] == [(one,) for one in at]
    assert [one for one in amounts(found) if one[0] == "bonus_cap"] == [
        ("bonus_cap", "T1", F(-1)),
        ("bonus_cap", "T2", F("-0.5")),
        ("bonus_cap", "total", F(-1)),
    ]
    assert sum(term.amount for term in found.terms) == 9


def test_a_cap_of_penalties_gives_back() -> None:
    board = adjusting(
        penalty={"cap_total": "5", "items": [{"code": "P", "label": "P", "per": "2", "cap": "3"}]}
    )
    board.penalty("U", "P", "1")
    board.penalty("U", "P", "2")
    assert amounts(explained(board))[1:] == [
        ("penalty", "P", F(-2)),
        ("penalty", "P", F(-2)),
        ("penalty_cap", "P", F(1)),
    ]


def test_the_floor_gives_back_what_lies_below_it() -> None:
    board = adjusting(penalty={"cap_total": "9", "items": [{"code": "P", "label": "P", "per": "7"}]})
    board.penalty("U", "P", "1")
    found = explained(board)
    assert amounts(found)[-1] == ("floor", "", F(2))
    assert (found.ranking_score, found.reasons[-1]) == (F(0), "FLOOR")


def test_a_duplicate_is_no_term_and_says_so() -> None:
    board = adjusting(bonus={"cap_total": "4", "items": [{"code": "T", "label": "T", "per": "1"}]})
    board.bonus("U", "T", "1")
    again = board.bonus("U", "T", "1")
    found = explained(board)
    assert len(found.terms) == 2
    assert [(one.position, one.status) for one in found.occurrences][1] == (again, "DUPLICATE")


def test_without_any_value_there_is_no_term_no_class_and_no_rank() -> None:
    found = explained(one_leaf({"max": "6"}))
    assert (found.ranking_score, found.terms, found.classes, found.rank) == (None, (), (), None)
    assert found.missing == ("1.1", "1.2")


def test_a_unit_that_is_not_open_has_no_explanation() -> None:
    board = one_leaf({"max": "6"})
    board.unit("OLD", valid_to="2019-12-31")
    state = board.state()
    assert explain(state, "OLD") is None
    assert explain(state, "nobody") is None
    assert counterfactual(state, "OLD") is None
    assert compare_pair(state, "U", "OLD") is None


# --- classes, vetoes, quotas


def ranked(*points: str, **rules: Any) -> Board:
    """Units A, B, … with these points of 10 in one leaf."""
    board = Board(
        build(small_data({"id": "1.1", "max": "10"}, {"id": "2.1", "max": "10"}, classes=CLASSES) | rules)
    )
    for name, value in zip("ABCDEF", points, strict=False):
        board.unit(name)
        board.score(name, "1.1", value)
        board.score(name, "2.1", "0")
    return board


QUOTA = {
    "class": "A",
    "fraction": "0.5",
    "denominator": "units_ranked_in_area",
    "rounding": "floor",
    "min_per_area": 0,
    "on_tie_at_boundary": "expand",
}


def test_each_condition_of_each_class_shows_value_threshold_and_verdict() -> None:
    first = CLASSES[0] | {"also": {"base_gte": "9", "every_group_gte_frac": "0.5"}}
    found = explained(ranked("8.5", classes=[first, *CLASSES[1:]]), "A")
    tested = [
        (one.kind, one.subject, one.value, one.bounds.gte, one.held) for one in found.classes[0].conditions
    ]
    assert tested == [
        ("measure", "classification_score", F("8.5"), F(8), True),
        ("measure", "base", F("8.5"), F(9), False),
        ("group", "1", F("8.5"), F(5), True),
        ("group", "2", F(0), F(5), False),
    ]
    assert [(step.id, step.holds) for step in found.classes] == [("A", False), ("B", True), ("C", True)]
    assert (found.natural, found.class_id) == ("B", "B")


def test_a_veto_names_its_event_bars_what_lies_above_and_says_what_it_did() -> None:
    recorded = {"event": "veto.recorded", "document": "optional", "lifted_by": "veto.lifted"}
    veto = {"id": "V", "label": "Kỷ luật", "source": {"recorded": recorded}, "effect": {"max_class": "C"}}
    board = ranked("9", vetoes=[veto])
    at = board.veto("A", "V")
    found = explained(board, "A")
    assert [(one.id, one.position, one.lowered) for one in found.vetoes] == [("V", at, True)]
    assert [step.barred for step in found.classes] == [True, True, False]
    assert (found.natural, found.ceiling, found.class_id) == ("A", "C", "C")
    board.lift("A", "V")
    assert (explained(board, "A").vetoes, explained(board, "A").ceiling) == ((), None)


def test_a_veto_that_zeroes_the_inspection_is_the_rule_of_its_leaves() -> None:
    board = Board(build(example_data()))
    board.unit("U")
    board.conclude("U", {"8.1": "3"})
    at = board.forfeit("U")
    one = leaf(explained(board), "8.1")
    assert one.rule is not None
    assert (one.rule.rule, one.points, one.stage) == ("veto", F(0), "standing")
    assert [(reading.mark.position, reading.why) for reading in one.marks] == [
        (at - 1, "LOWER_STAGE"),
        (at, ""),
    ]


def test_a_quota_line_shows_its_arithmetic_and_the_units_next_to_it() -> None:
    board = ranked("9.5", "9", "8.5", "3", "2", quotas=[QUOTA])
    found = explained(board, "C")
    (line,) = found.quotas
    assert (line.size, line.share, line.candidates, line.allowed, line.kept) == (5, 2, 3, 2, 2)
    assert line.last_kept is not None
    assert line.first_beyond is not None
    assert (line.last_kept.unit, line.last_kept.total) == ("B", F(9))
    assert (line.first_beyond.unit, line.first_beyond.total) == ("C", F("8.5"))
    assert (line.outcome, line.falls_to, found.natural, found.class_id) == ("dropped", "B", "A", "B")
    assert explained(board, "A").quotas[0].outcome == "kept"
    assert explained(board, "D").quotas[0].outcome == "no_candidate"


def test_a_tie_on_a_quota_line_that_awaits_a_decision_leaves_no_class() -> None:
    board = ranked("9.5", "9", "9", "3", quotas=[QUOTA | {"on_tie_at_boundary": "decide"}],
                   tie_breaks=[{"by": "committee_decision"}])  # fmt: skip
    found = explained(board, "B")
    assert (found.quotas[0].outcome, found.class_id) == ("tied", None)
    board.tie("QH", ["B"], ["C"])
    assert (explained(board, "B").quotas[0].outcome, explained(board, "B").class_id) == ("kept", "A")


def test_a_class_by_places_is_tested_by_rank() -> None:
    first = {"id": "A", "label": "A", "rank_lte": 1}
    found = explained(ranked("9", "8", classes=[first, *CLASSES[1:]]), "B")
    (condition,) = found.classes[0].conditions
    assert (condition.kind, condition.value, condition.bounds.lte, condition.held) == (
        "places",
        F(2),
        F(1),
        False,
    )


# --- ranks and pairs


def test_the_step_of_the_chain_that_parts_two_equals_is_named_with_both_values() -> None:
    board = ranked(
        "9",
        "9",
        "9",
        tie_breaks=[{"by": "criterion:2.1", "order": "desc"}, {"by": "committee_decision"}],
    )
    board.decide("A", "2.1", "1")
    board.decide("A", "1.1", "8")
    story = explained(board, "B").rank
    assert story is not None
    (above,), (level,) = story.above, story.level
    assert (above.peer.unit, above.by, above.own, above.other) == ("A", "criterion:2.1", F(0), F(1))
    assert (level.peer.unit, level.by) == ("C", None)


def test_a_decision_that_orders_equals_is_named_by_its_position() -> None:
    board = ranked("9", "9", tie_breaks=[{"by": "committee_decision"}])
    at = board.tie("QH", ["B"], ["A"])
    story = explained(board, "A").rank
    assert story is not None
    assert [(one.peer.unit, one.by, one.decision) for one in story.above] == [("B", "committee_decision", at)]
    pair = compare_pair(board.state(), "A", "B")
    assert pair is not None
    assert (pair.order, pair.by, pair.decision, pair.difference) == ("below", "committee_decision", at, F(0))


def test_a_pair_sums_the_terms_of_each_kind() -> None:
    board = ranked("9", "8", bonus={"cap_total": "4", "items": [{"code": "T", "label": "T", "per": "1"}]})
    board.bonus("B", "T", "1")
    board.bonus("B", "T", "2")
    pair = compare_pair(board.state(), "A", "B")
    assert pair is not None
    assert [(one.kind, one.ref, one.first, one.second, one.difference) for one in pair.terms] == [
        ("leaf", "1.1", F(9), F(8), F(1)),
        ("leaf", "2.1", F(0), F(0), F(0)),
        ("bonus", "T", None, F(2), F(-2)),
    ]
    assert (pair.order, pair.by, pair.first_value, pair.second_value, pair.difference) == (
        "below",
        "ranking_score",
        F(9),
        F(10),
        F(-1),
    )


@pytest.mark.parametrize("other", ["A", "X", "nobody"])
def test_only_two_different_units_of_one_area_are_a_pair(other: str) -> None:
    board = Board(build(small_data({"id": "1.1", "max": "10"}, areas=("QH", "LLVT"))))
    board.unit("A")
    board.unit("X", "LLVT")
    assert compare_pair(board.state(), "A", other) is None


# --- counterfactuals


def test_the_smallest_change_is_one_that_the_engine_itself_confirms() -> None:
    board = ranked("7.75", "6.25", "3")
    found = counterfactual(board.state(), "A")
    assert found is not None
    one, two = found.leaves
    assert one.class_up is not None
    assert (one.class_up.by, one.class_up.class_id) == (F("0.25"), "A")
    assert one.rank_up is None
    assert one.rank_down is not None
    # At 6.25 the two are level and share rank 1; one step less, and B is above.
    assert (one.rank_down.by, one.rank_down.rank) == (F("-1.75"), 2)
    assert two.class_down is None
    assert found.smallest_for_class == F("0.25")
    board.decide("A", "1.1", "8", stage="appeal")
    assert board.rows()["A"].class_id == "A"


def test_a_leaf_without_points_has_no_changes() -> None:
    board = one_leaf({"max": "6"})
    board.score("U", "1.2", "5")
    found = counterfactual(board.state(), "U")
    assert found is not None
    assert (found.leaves[0].points, found.leaves[0].class_changes, found.leaves[0].rank_changes) == (
        None,
        (),
        (),
    )


def test_less_may_be_better_where_the_chain_ranks_ascending() -> None:
    board = ranked("9", "9", tie_breaks=[{"by": "criterion:2.1", "order": "asc"}])
    board.decide("A", "2.1", "1")
    board.decide("A", "1.1", "8")
    found = counterfactual(board.state(), "A")
    assert found is not None
    change = found.leaves[0].rank_up
    assert change is not None
    assert (change.by, change.rank) == (F("0.25"), 1)
