"""What-ifs: a copy is folded on, nothing else; the document is addressed by its content (audit §5.3)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from services.ranking.engine import State, body, compute, digest, evolve
from services.ranking.engine.hypothesis import Hypothetical, suppose, try_out
from services.ranking.what_if.supposing import CHECKS, hypotheticals
from shared.decisions import Refused
from shared.rulebook import Rulebook
from tests.support.board import TIME, Board, register_units, rulebook_2020, state_inputs
from tests.support.rulebooks import build, example_data, small

ROOT = f"sha256:{'0' * 64}"
Q1, Q3, GV = "QH-Q01", "QH-Q03", "QH-GVA"


@pytest.fixture(scope="module")
def cycle() -> Board:
    """The six units of the example with every score; never written to."""
    board = Board(rulebook_2020())
    register_units(board)
    state_inputs(board)
    return board


def fact(kind: str, unit: str = Q1, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "unit": unit, **more}


def points(state: State, unit: str, criterion: str) -> Fraction | None:
    row = compute(state).row(unit)
    assert row is not None
    return row.sheet.measure(f"criterion:{criterion}")


def after(board: Board, *facts: dict[str, Any], candidate: Rulebook | None = None) -> State:
    state = board.state()
    return suppose(state, hypotheticals(state, facts, candidate))


def refused(board: Board, *facts: dict[str, Any]) -> list[tuple[str | None, str]]:
    with pytest.raises(Refused) as caught:
        hypotheticals(board.state(), facts)
    return [(fault.field, fault.rule) for fault in caught.value.faults]


# --- each kind does what its event would do


def test_points_of_the_committee_replace_the_value_below_them(cycle: Board) -> None:
    found = after(cycle, fact("score", criterion="1.1", stage="standing", points="2.25"))
    assert points(found, Q1, "1.1") == Fraction("2.25")


def test_an_appeal_outranks_the_committee_in_whatever_order(cycle: Board) -> None:
    asked = [
        fact("score", criterion="1.1", stage="appeal", points="3"),
        fact("score", criterion="1.1", stage="standing", points="2"),
    ]
    assert points(after(cycle, *asked), Q1, "1.1") == 3


def test_a_leaf_can_be_supposed_not_applicable(cycle: Board) -> None:
    found = after(cycle, fact("score", criterion="4.2", stage="standing", state="NOT_APPLICABLE"))
    row = compute(found).row(Q1)
    assert row is not None
    assert "RESCALED:4.2" in row.reasons


def test_a_raw_value_is_made_into_points_as_the_owners_would_be(cycle: Board) -> None:
    found = after(cycle, fact("score", criterion="2.1", stage="department", value="60", target="120"))
    assert points(found, Q1, "2.1") == 4  # half of 8


def test_an_adjustment_and_an_inspection_score_come_from_a_conclusion(cycle: Board) -> None:
    found = after(
        cycle,
        fact("score", criterion="1.1", stage="inspection", value="1.50"),
        fact("score", criterion="8.1", stage="inspection", value="0.75"),
    )
    assert (points(found, Q1, "1.1"), points(found, Q1, "8.1")) == (Fraction("1.5"), Fraction("0.75"))


def test_an_inspection_leaf_takes_a_target_where_its_input_has_one() -> None:
    board = Board(small({"id": "1.1", "max": "8", "input": "ratio", "stage": "inspection"}))
    board.unit("A")
    asked = fact("score", "A", criterion="1.1", stage="inspection", value="5", target="10")
    assert points(after(board, asked), "A", "1.1") == 4
    none = fact("score", "A", criterion="1.1", stage="inspection", state="NO_TARGET")
    assert hypotheticals(board.state(), [none])[0].says == {
        "scores": [{"criterion": "1.1", "state": "NO_TARGET"}]
    }


def test_a_value_of_its_own_period_is_supposed_for_that_period(cycle: Board) -> None:
    leaf = next(one for one in rulebook_2020().leaves if one.period is not None)
    found = after(cycle, fact("score", criterion=leaf.id, stage=leaf.stage, value="0"))
    assert points(found, Q1, leaf.id) == 0


@pytest.mark.parametrize("stage", ["department", "standing"])
def test_what_is_withdrawn_shows_what_was_below_it(cycle: Board, stage: str) -> None:
    decided = fact("score", criterion="1.1", stage="standing", points="2")
    asked = [decided, fact("withdraw_score", criterion="1.1", stage=stage)]
    assert points(after(cycle, *asked), Q1, "1.1") == (2 if stage == "department" else 6)


def test_an_adjustment_can_be_withdrawn(cycle: Board) -> None:
    asked = [
        fact("score", criterion="1.1", stage="inspection", value="1.50"),
        fact("withdraw_score", criterion="1.1", stage="inspection"),
    ]
    assert points(after(cycle, *asked), Q1, "1.1") == 6


def test_bonus_and_penalty_count_up_to_their_caps(cycle: Board) -> None:
    asked = [fact("penalty", Q3, code="P1", occurrence_ref=f"r{n}", outcome="accepted") for n in range(3)]
    before, found = compute(cycle.state()).row(Q3), compute(after(cycle, *asked)).row(Q3)
    assert before is not None
    assert found is not None
    assert found.sheet.penalty > before.sheet.penalty


def test_a_veto_caps_the_class_and_its_lifting_gives_it_back(cycle: Board) -> None:
    veto, lifted = fact("veto", veto="V1"), fact("veto_lifted", veto="V1")
    classes = [compute(after(cycle, *asked)).row(Q1) for asked in ([], [veto], [veto, lifted])]
    assert [row and row.class_id for row in classes] == ["EXCELLENT", "COMPLETED", "EXCELLENT"]


def test_a_forfeit_zeroes_the_inspection_and_its_lifting_gives_it_back(cycle: Board) -> None:
    forfeit, lifted = fact("forfeit"), fact("forfeit_lifted")
    assert points(after(cycle, forfeit), Q1, "8.1") == 0
    assert points(after(cycle, forfeit, lifted), Q1, "8.1") == points(cycle.state(), Q1, "8.1")


def test_a_tie_is_ordered(cycle: Board) -> None:
    order = {"kind": "tie", "area": "QH", "order": [["QH-BTA"], [GV]]}
    tied, parted = compute(cycle.state()), compute(after(cycle, order))
    assert [tied.row(unit).rank for unit in ("QH-BTA", GV)] == [3, 3]  # type: ignore[union-attr]
    assert [parted.row(unit).rank for unit in ("QH-BTA", GV)] == [3, 4]  # type: ignore[union-attr]


def test_a_late_score_can_be_let_in() -> None:
    board = Board(small({"id": "1.1", "max": "10"}))
    board.unit("A")
    board.score("A", "1.1", "5")
    board.close()
    late = board.score("A", "1.1", "7")
    assert points(board.state(), "A", "1.1") == 5
    assert points(after(board, fact("late_fact", "A", fact=late)), "A", "1.1") == 7


def test_every_kind_of_the_schema_has_a_check_and_no_other() -> None:
    from services.ranking.schemas import HypotheticalFact

    assert set(HypotheticalFact.NEEDS) == set(CHECKS)


# --- what could not be stated is refused, all of it, with its place


def test_every_bad_fact_is_named_with_its_index_and_nothing_is_computed(cycle: Board) -> None:
    assert refused(
        cycle,
        fact("score", criterion="1.1", stage="standing", points="0.3"),
        fact("score", criterion="1.1", stage="standing", points="2"),
        fact("score", criterion="9.9", stage="department", value="1"),
        fact("score", "XX", criterion="1.1", stage="standing", points="1"),
        fact("bonus", code="T9", occurrence_ref="r", outcome="accepted"),
        fact("veto_lifted", veto="V1"),
        fact("forfeit_lifted"),
        {"kind": "tie", "area": "QH", "order": [[Q1], ["LLVT-CATP"]]},
        fact("late_fact", fact=3),
        fact("withdraw_score", criterion="1.1", stage="external"),
    ) == [
        ("facts.0.points", "off-step"),
        ("facts.2.criterion", "unknown-criterion"),
        ("facts.3.unit", "unknown-unit"),
        ("facts.4.code", "unknown-code"),
        ("facts.5.veto", "nothing-to-lift"),
        ("facts.6", "nothing-to-lift"),
        ("facts.7.order.1.0", "unknown-unit"),
        ("facts.8.fact", "nothing-to-decide"),
        ("facts.9.criterion", "nothing-to-withdraw"),
    ]


def test_a_fact_may_rest_on_the_one_before_it_but_not_on_a_later_one(cycle: Board) -> None:
    veto, lifted = fact("veto", veto="V1"), fact("veto_lifted", veto="V1")
    assert refused(cycle, lifted, veto) == [("facts.0.veto", "nothing-to-lift")]
    assert refused(cycle, veto, veto) == [("facts.1.veto", "already-confirmed")]


def test_before_any_rulebook_nothing_can_be_supposed_but_under_a_candidate() -> None:
    board = Board()
    board.unit("A")
    asked = [fact("score", "A", criterion="1.1", stage="standing", points="5")]
    assert refused(board, *asked) == [("facts.0", "no-rulebook")]
    candidate = small({"id": "1.1", "max": "10"})
    found = compute(after(board, *asked, candidate=candidate), candidate).row("A")
    assert found is not None
    assert found.rank == 1


# --- the caller's state, and the fold, stay what they were


def test_the_live_state_is_the_same_before_and_after_even_when_the_supposed_one_goes_on(cycle: Board) -> None:
    live = cycle.state()
    before = digest(body(compute(live)))
    facts_of = {code: list(unit.facts) for code, unit in live.units.items()}
    supposed = suppose(live, hypotheticals(live, [fact("forfeit"), fact("veto", Q3, veto="V1")]))
    evolve(
        supposed,
        "decision.score.v1",
        "/ranking/hcmc/2020",
        GV,
        9,
        supposed.size,
        TIME,
        {"criterion": "1.1", "stage": "appeal", "points": "0"},
    )
    assert digest(body(compute(supposed))) != before
    assert digest(body(compute(live))) == before
    assert {code: list(unit.facts) for code, unit in live.units.items()} == facts_of
    assert (live.size, len(live.decisions)) == (cycle.state().size, len(cycle.state().decisions))


def test_a_candidate_judges_the_copy_and_not_the_live_board(cycle: Board) -> None:
    data = example_data()
    data["classes"][0]["gte"] = "99"
    candidate = build(data | {"rulebook": data["rulebook"] | {"version": "9.0.0"}})
    live = cycle.state()
    before = digest(body(compute(live)))
    trial = try_out(live, ROOT, [], [], candidate)
    assert trial.what_if.rulebook == rulebook_2020().digest
    assert trial.what_if.candidate == candidate.digest
    assert trial.after.rulebook == candidate.digest
    assert digest(body(compute(live))) == trial.what_if.before_digest == before


# --- the document and its address


def test_the_same_question_has_the_same_address_and_another_one_another(cycle: Board) -> None:
    def address(asked: list[dict[str, Any]], state: State, root: str = ROOT) -> str:
        return try_out(state, root, hypotheticals(state, asked), asked).what_if.address

    state = cycle.state()
    asked = [fact("score", criterion="1.1", stage="standing", points="2")]
    again = [dict(reversed(asked[0].items()))]
    assert address(asked, state) == address(again, cycle.state())
    assert address(asked, state) != address([{**asked[0], "points": "2.25"}], state)
    assert address(asked, state) != address(asked, state, f"sha256:{'1' * 64}")


def test_the_document_holds_the_digests_of_both_boards(cycle: Board) -> None:
    state = cycle.state()
    asked = [fact("score", criterion="1.1", stage="standing", points="2")]
    trial = try_out(state, ROOT, hypotheticals(state, asked), asked)
    document = trial.what_if.document()
    assert document["base_position"] == state.size
    assert document["before_digest"] == digest(body(compute(state)))
    assert document["after_digest"] == digest(body(trial.after))
    assert document["difference"]["units"] == 66
    assert document["difference"]["skipped"] == 0
    assert trial.what_if.address == digest(document)


def test_a_hypothetical_fact_has_nothing_that_an_event_is_known_by() -> None:
    names = set(Hypothetical.__slots__)
    assert not names & {"type", "subject", "data", "source", "sequence", "id", "time", "signature", "value"}
