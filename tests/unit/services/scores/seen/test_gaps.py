"""Given who holds what, then it is said who is missing before a cycle can be scored."""

from __future__ import annotations

from dataclasses import replace

from services.scores.commands import AdoptRulebook
from services.scores.seen.gaps import Gap, gaps
from services.scores.seen.operation_words import WORDS, may_do
from services.scores.state import Assignment, State
from shared.access import Grant
from shared.access.rules import operations
from shared.events.envelope import instant
from shared.rulebook.loader import load
from tests.support.deciding import NOW, RULEBOOK, rulebook
from tests.support.scored import ADMIN, given, set_up, when

AT = instant(NOW)
STATE = set_up()
WHOLE = tuple(Grant(role, role, role, "ledger", AT) for role in ("office", "standing_committee", "auditor"))
BTG = Grant("g-1", "BTG-001", "department", "department:BTG", AT)
Q01 = Grant("g-2", "Q01-BT", "unit", "unit:QH-Q01", AT)


def test_an_empty_ledger_lacks_the_bodies_of_the_whole_cycle() -> None:
    assert gaps(State(), [], AT) == tuple(
        Gap(role, "ledger") for role in ("office", "standing_committee", "auditor")
    )
    assert gaps(State(), WHOLE, AT) == ()


def test_a_department_that_scores_needs_a_specialist_and_says_how_much_waits() -> None:
    owned = sum(leaf.owner == "BTG" for leaf in rulebook().leaves)
    assert Gap("department", "department:BTG", owned) in gaps(STATE, WHOLE, AT)
    assert all(gap.scope != "department:BTG" for gap in gaps(STATE, [*WHOLE, BTG], AT))


def test_a_head_alone_is_enough_where_nobody_has_to_sign() -> None:
    head = Grant("g-1", "BTG-TB", "department_head", "department:BTG", AT)
    assert all(gap.scope != "department:BTG" for gap in gaps(STATE, [head], AT))


def test_where_a_head_signs_a_specialist_is_not_enough() -> None:
    text = RULEBOOK.read_text("utf-8").replace("signoff: none", "signoff: head")
    signed = load(text.replace("version: 2.0.0", "version: 2.0.1"))
    command = AdoptRulebook(signed, "QD-1", "prospective")
    state = given(STATE, *when(STATE, command, ADMIN.doing("scores.adopt_rulebook")))
    found = [gap.role for gap in gaps(state, [*WHOLE, BTG], AT) if gap.scope == "department:BTG"]
    assert found == ["department_head"]


def test_whom_the_office_enters_for_lacks_nobody_and_neither_does_the_office() -> None:
    scopes = {gap.scope for gap in gaps(STATE, (), AT)}
    assert not {"department:TST", "department:VP"} & scopes


def test_every_open_unit_needs_an_account_and_a_closed_one_does_not() -> None:
    units = [gap.scope for gap in gaps(STATE, [*WHOLE, Q01], AT) if gap.role == "unit"]
    assert units == ["unit:LLVT-BTL"]


def test_a_criterion_that_is_assigned_waits_for_its_new_scorer() -> None:
    assigned = replace(STATE, assignments=(Assignment("1.2", "BTG-MOI", AT),))
    before = next(gap.count for gap in gaps(STATE, (), AT) if gap.scope == "department:BTG")
    found = {gap.scope: gap.count for gap in gaps(assigned, (), AT)}
    assert (found["department:BTG"], found["department:BTG-MOI"]) == (before - 1, 1)


def test_every_operation_of_an_organisation_has_words() -> None:
    real = {name for name in operations() if not name.endswith(".move_clock")}
    assert set(WORDS) == real
    assert may_do(()) == ()
    assert "scores.record_score" in may_do(["unit"])
    assert "scores.record_score" not in may_do(["admin", "auditor", "standing_committee"])
