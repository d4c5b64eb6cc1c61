"""What of unpublished standings a body sees: its own criteria, those assigned to it among them."""

from __future__ import annotations

from typing import Any

import pytest

from services.ranking.engine import State
from services.ranking.visibility import criteria, owners, sees_event
from shared.access import Grant, audience
from tests.support.board import Board
from tests.support.rulebooks import build, example_data

BOOK = build(example_data())
START = "2020-10-01T00:00:00.000000Z"


def board() -> Board:
    made = Board(BOOK)
    made.unit("A")
    made.score("A", "1.2", "5")
    return made


def assign(made: Board, owner: str, criterion: str = "1.2", start: str = START, **more: Any) -> None:
    data = {"criterion": criterion, "owner": owner, "from": start, "document": "QĐ 5", **more}
    made.state_fact("scoring.assigned.v1", "scores", "*", data)


def seen_by(role: str, scope: str, state: State) -> list[str]:
    """The criteria of unit A whose values a holder of ``role`` on ``scope`` sees."""
    sight = audience([Grant("g", "NV-001", role, scope, "0001-01-01T00:00:00.000000Z")])
    return [one["criterion"] for one in criteria(state, "A", sight, lambda unit: None)]


@pytest.mark.parametrize("role", ["department", "department_head"])
def test_specialist_and_head_of_a_department_see_its_criteria_and_no_others(role: str) -> None:
    state = board().state()
    owner = BOOK.leaf["1.2"].owner
    seen = seen_by(role, f"department:{owner}", state)
    assert seen == [leaf.id for leaf in BOOK.leaves if "QH" in leaf.max and owner in owners(state, leaf)]
    assert "1.2" in seen
    assert seen != [leaf.id for leaf in BOOK.leaves if "QH" in leaf.max]


@pytest.mark.parametrize("role", ["department", "department_head"])
def test_a_body_that_a_criterion_was_assigned_to_sees_it_too(role: str) -> None:
    made = board()
    assert "1.2" not in seen_by(role, "department:MOI", made.state())
    assign(made, "MOI")
    assert seen_by(role, "department:MOI", made.state()) == ["1.2"]


def test_an_assignment_hides_nothing_from_the_body_that_scored_before() -> None:
    made = board()
    assign(made, "MOI")
    assign(made, "KHAC")
    state = made.state()
    for body in (BOOK.leaf["1.2"].owner, "MOI", "KHAC"):
        assert "1.2" in seen_by("department", f"department:{body}", state)


def test_who_scores_a_criterion_is_whom_it_was_assigned_to_last_at_that_time() -> None:
    leaf = BOOK.leaf["1.2"]
    made = board()
    assert made.state().scorer(leaf) == leaf.owner
    assign(made, "SAU", start="2020-12-01T00:00:00.000000Z")
    assert made.state().scorer(leaf) == leaf.owner
    assign(made, "MOI")
    assert made.state().scorer(leaf) == "MOI"
    assign(made, "XONG", until="2020-11-01T00:00:00.000000Z")
    assert made.state().scorer(leaf) == "MOI"
    assert made.state().scorer(BOOK.leaf["1.1"]) == BOOK.leaf["1.1"].owner


@pytest.mark.parametrize(
    ("type_", "open_to_all"),
    [
        *((f"unit.{what}.v1", True) for what in ("renamed", "moved", "closed")),
        ("scoring.assigned.v1", True),
        ("scoring.due_set.v1", True),
        *((f"scoring.{what}.v1", False) for what in ("completed", "reopened")),
        ("selfassessment.submitted.v1", False),
        ("evaluation.acknowledged.v1", False),
        ("evaluation.received.v1", False),
        *((f"score.{what}.v1", False) for what in ("confirmed", "disputed")),
    ],
)
def test_register_and_assignment_are_for_everybody_and_the_rest_for_who_sees_the_unit(
    type_: str, open_to_all: bool
) -> None:
    sight = audience([Grant("g", "B", "unit", "unit:B", "0001-01-01T00:00:00.000000Z")])
    assert sees_event(sight, type_, "A", lambda unit: None) == open_to_all
    assert sees_event(sight, type_, "B", lambda unit: None)
