"""The whole matrix role x scope x operation, against a table written by hand, apart from the rules."""

from __future__ import annotations

import itertools

import pytest

from shared.access import AccessDenied, Grant, HatNeeded, Target, audience, decide_access
from shared.access.rules import RULES, operations
from shared.events.catalogue.base import ROLES

UNIT, OWNER, OTHER, TEAM = "QH-Q01", "BTG", "BTC", "DKT-1"
TARGET = Target(unit=UNIT, team=TEAM, owners=(OWNER,), demo=True)
SCOPES = (
    "ledger",
    f"unit:{UNIT}",
    "unit:QH-Q02",
    f"department:{OWNER}",
    f"department:{OTHER}",
    f"team:{TEAM}",
    "team:DKT-2",
    "",
    "all",
    "*",
    "unit:",
    "Ledger",
)

# Who may, by hand from the plan and the architecture: operation -> {(role, scope)}.
ADMIN = {("admin", "ledger")}
OFFICE = {("office", "ledger")}
AUDITOR = {("auditor", "ledger")}
COMMITTEE = {("standing_committee", "ledger")}
THE_UNIT = {("unit", f"unit:{UNIT}")}
THE_OWNER = {("department", f"department:{OWNER}"), ("department_head", f"department:{OWNER}")}
ANY_DEPARTMENT = THE_OWNER | {
    ("department", f"department:{OTHER}"),
    ("department_head", f"department:{OTHER}"),
}
HEADS = {("department_head", f"department:{code}") for code in (OWNER, OTHER)}
LEADER = {("team_leader", f"team:{TEAM}")}
SECRETARY = {("team_secretary", f"team:{TEAM}")}
MEMBER = {("team_member", f"team:{TEAM}")}

EXPECTED: dict[tuple[str, str | None], set[tuple[str, str]]] = {
    ("scores.open_cycle", None): ADMIN,
    ("scores.adopt_rulebook", None): ADMIN,
    ("scores.register_unit", None): ADMIN | OFFICE,
    ("scores.register_department", None): ADMIN | OFFICE,
    ("scores.give_grant", None): ADMIN,
    ("scores.end_grant", None): ADMIN,
    ("scores.hand_over_grant", None): ADMIN,
    ("scores.invite", None): ADMIN,
    ("scores.change_unit", None): ADMIN | OFFICE,
    ("scores.assign_scoring", None): ADMIN | OFFICE,
    ("scores.set_due", None): ADMIN | OFFICE,
    ("scores.read_setup", None): ADMIN | OFFICE | AUDITOR,
    ("scores.record_score", "self"): THE_UNIT,
    ("scores.record_score", "department"): THE_OWNER,
    ("scores.record_score", "external"): THE_OWNER,
    ("scores.record_score", None): set(),
    ("scores.record_score", "standing"): set(),
    ("scores.withdraw_score", "self"): THE_UNIT,
    ("scores.withdraw_score", "department"): THE_OWNER,
    ("scores.withdraw_score", "external"): THE_OWNER,
    ("scores.submit_sheet", None): THE_UNIT,
    ("scores.acknowledge_evaluation", None): THE_UNIT,
    ("scores.answer_entry", None): THE_OWNER,
    ("scores.keep_evidence", None): THE_UNIT | ANY_DEPARTMENT | OFFICE,
    ("scores.keep_draft", None): THE_UNIT | ANY_DEPARTMENT | OFFICE,
    ("scores.keep_webhook", None): ANY_DEPARTMENT,
    ("scores.propose_bonus", None): ANY_DEPARTMENT | OFFICE,
    ("scores.propose_penalty", None): ANY_DEPARTMENT | OFFICE,
    ("scores.record_veto", None): OFFICE,
    ("scores.lift_veto", None): OFFICE,
    ("inspections.open_round", None): OFFICE | ADMIN,
    ("inspections.adopt_calendar", None): OFFICE | ADMIN,
    ("inspections.form_team", None): OFFICE | ADMIN,
    ("inspections.nominate_member", None): OFFICE | HEADS,
    ("inspections.schedule", None): OFFICE | ADMIN | LEADER,
    ("inspections.ask_reschedule", None): THE_UNIT,
    ("inspections.answer_reschedule", None): LEADER,
    ("inspections.receive_pack", None): THE_UNIT | SECRETARY,
    ("inspections.assess_pack", None): SECRETARY,
    ("inspections.forward_pack", None): SECRETARY,
    ("inspections.record_outage", None): OFFICE | ADMIN,
    ("inspections.open_case", None): OFFICE | SECRETARY,
    ("inspections.open_inspection", None): LEADER | SECRETARY,
    ("inspections.issue_briefing", None): ANY_DEPARTMENT | OFFICE,
    ("inspections.register_subordinates", None): THE_UNIT,
    ("inspections.declare_attendance", None): THE_UNIT,
    ("inspections.declare_site", None): THE_UNIT,
    ("inspections.answer_party_committee", None): THE_UNIT | SECRETARY,
    ("inspections.register_model", None): THE_UNIT,
    ("inspections.answer_adjustment", None): THE_UNIT,
    ("inspections.carry_limitations", None): OFFICE | ADMIN,
    ("inspections.record_minutes", None): LEADER | SECRETARY,
    ("inspections.record_finding", None): LEADER | SECRETARY,
    ("inspections.assess_model", None): LEADER | SECRETARY,
    ("inspections.assess_limitation", None): LEADER | SECRETARY,
    ("inspections.sign_conclusion", None): LEADER | SECRETARY | MEMBER,
    ("inspections.keep_conclusion_draft", None): LEADER | SECRETARY,
    ("inspections.delegate_conclusion", None): LEADER,
    ("inspections.amend_conclusion", None): LEADER,
    ("inspections.submit_reflection", None): LEADER | SECRETARY | MEMBER,
    ("inspections.read_reflections", None): LEADER,
    ("inspections.forget_name", None): THE_UNIT | OFFICE,
    ("inspections.close_round", None): OFFICE,
    ("ranking.decide_score", None): COMMITTEE | OFFICE,
    ("ranking.decide_bonus", None): COMMITTEE | OFFICE,
    ("ranking.decide_penalty", None): COMMITTEE | OFFICE,
    ("ranking.decide_forfeit", None): COMMITTEE | OFFICE,
    ("ranking.decide_tie", None): COMMITTEE | OFFICE,
    ("ranking.decide_score_withdrawal", None): COMMITTEE | OFFICE,
    ("ranking.decide_veto", None): COMMITTEE | OFFICE,
    ("ranking.decide_late_fact", None): COMMITTEE | OFFICE,
    ("ranking.decide_exception", None): COMMITTEE | OFFICE,
    ("ranking.confirm", None): COMMITTEE,
    ("ranking.acknowledge", None): COMMITTEE | OFFICE,
    ("ranking.freeze", None): COMMITTEE | OFFICE,
    ("ranking.try_what_if", None): COMMITTEE | OFFICE | AUDITOR,
    ("ranking.publish", None): COMMITTEE | OFFICE,
    ("ranking.read_standings", None): OFFICE | COMMITTEE | AUDITOR | THE_OWNER | THE_UNIT
    | LEADER | SECRETARY | MEMBER,
    ("ranking.read_ledger", None): AUDITOR,
    ("ranking.replay", None): AUDITOR,
    ("scores.read_receipts", None): AUDITOR,
    ("inspections.read_receipts", None): AUDITOR,
    ("ranking.read_receipts", None): AUDITOR,
    ("notify.read_receipts", None): AUDITOR,
    ("notify.read_outbox", None): OFFICE | AUDITOR,
    ("scores.move_clock", None): ADMIN,
    ("inspections.move_clock", None): ADMIN,
    ("ranking.move_clock", None): ADMIN,
    ("notify.move_clock", None): ADMIN,
}  # fmt: skip


def grant(role: str, scope: str, name: str = "g1") -> Grant:
    return Grant(name, "an", role, scope, "2020-01-01T00:00:00.000000Z")


def may(role: str, scope: str, operation: str, target: Target) -> bool:
    try:
        decide_access([grant(role, scope)], operation, target)
    except AccessDenied:
        return False
    return True


def test_every_operation_of_the_table_is_expected_and_none_is_forgotten() -> None:
    assert {operation for operation, _ in EXPECTED} == set(operations())


@pytest.mark.parametrize(("operation", "stage"), EXPECTED, ids=str)
def test_the_whole_matrix_of_roles_and_scopes(operation: str, stage: str | None) -> None:
    target = Target(unit=UNIT, team=TEAM, stage=stage, owners=(OWNER,), demo=True)
    allowed = {
        (role, scope)
        for role, scope in itertools.product((*ROLES, "system", ""), SCOPES)
        if may(role, scope, operation, target)
    }
    assert allowed == EXPECTED[operation, stage]


def test_without_grants_everything_is_refused() -> None:
    for operation in operations():
        with pytest.raises(AccessDenied) as refused:
            decide_access([], operation, TARGET)
        assert refused.value.reason == "no-grant"


@pytest.mark.parametrize("operation", ["scores.delete_everything", "record_score", "", "scores."])
def test_an_operation_without_a_rule_is_refused_to_everybody(operation: str) -> None:
    assert not any(may(role, scope, operation, TARGET) for role, scope in itertools.product(ROLES, SCOPES))


def test_a_target_that_names_nothing_is_reached_by_no_narrow_scope() -> None:
    nothing = Target()
    for operation, role in (
        ("scores.record_score", "department"),
        ("inspections.sign_conclusion", "team_leader"),
        ("inspections.receive_pack", "unit"),
    ):
        assert not any(may(role, scope, operation, nothing) for scope in SCOPES)


@pytest.mark.parametrize("stage", ["department", "external"])
def test_the_office_enters_for_an_owner_only_where_the_leaf_names_it(stage: str) -> None:
    closed = Target(unit=UNIT, stage=stage, owners=("TST",))
    opened = Target(unit=UNIT, stage=stage, owners=("TST",), entered_by=("VP",))
    with pytest.raises(AccessDenied) as refused:
        decide_access([grant("office", "ledger")], "scores.record_score", closed)
    assert refused.value.reason == "wrong-scope"
    assert decide_access([grant("office", "ledger")], "scores.record_score", opened).on_behalf


def test_the_office_enters_its_own_leaf_in_its_own_name() -> None:
    own = Target(unit=UNIT, stage="department", owners=("VP",), entered_by=("VP",))
    assert not decide_access([grant("office", "ledger")], "scores.record_score", own).on_behalf


def test_the_office_never_enters_a_self_score() -> None:
    target = Target(unit=UNIT, stage="self", owners=("VP",), entered_by=("VP",))
    assert not may("office", "ledger", "scores.record_score", target)


def test_the_office_code_of_another_organisation_is_its_own() -> None:
    target = Target(unit=UNIT, stage="department", owners=("X",), entered_by=("VP",), office=("VPQ",))
    assert not may("office", "ledger", "scores.record_score", target)


def test_a_joint_author_may_enter_the_leaf() -> None:
    target = Target(unit=UNIT, stage="external", owners=("BTN", "NTN_TP"))
    assert may("department", "department:NTN_TP", "scores.record_score", target)


def test_a_decision_entered_by_the_office_is_on_behalf_and_by_the_committee_is_not() -> None:
    office = decide_access([grant("office", "ledger")], "ranking.decide_bonus", TARGET)
    committee = decide_access([grant("standing_committee", "ledger")], "ranking.decide_bonus", TARGET)
    assert (office.on_behalf, committee.on_behalf) == (True, False)


def test_the_clock_moves_only_in_the_demonstration() -> None:
    assert may("admin", "ledger", "ranking.move_clock", Target(demo=True))
    assert not may("admin", "ledger", "ranking.move_clock", Target(demo=False))


def test_wrong_role_and_wrong_scope_are_told_apart() -> None:
    target = Target(unit=UNIT, stage="department", owners=(OWNER,))
    for given, reason in (
        (grant("department", f"department:{OTHER}"), "wrong-scope"),
        (grant("auditor", "ledger"), "wrong-role"),
        (grant("department", ""), "wrong-scope"),
    ):
        with pytest.raises(AccessDenied) as refused:
            decide_access([given], "scores.record_score", target)
        assert refused.value.reason == reason
        assert refused.value.vi != refused.value.en


def test_two_hats_that_fit_have_to_be_told_apart() -> None:
    hats = [grant("office", "ledger", "g1"), grant("standing_committee", "ledger", "g2")]
    with pytest.raises(HatNeeded) as needed:
        decide_access(hats, "ranking.publish", TARGET)
    assert needed.value.choices == ("office@ledger", "standing_committee@ledger")
    named = decide_access(hats, "ranking.publish", TARGET, "standing_committee@ledger")
    assert named.grant.grant == "g2"


def test_a_hat_that_does_not_fit_asks_no_question() -> None:
    hats = [grant("office", "ledger", "g1"), grant("auditor", "ledger", "g2")]
    assert decide_access(hats, "ranking.publish", TARGET).grant.grant == "g1"


def test_the_same_hat_given_twice_asks_no_question() -> None:
    hats = [grant("office", "ledger", "g1"), grant("office", "ledger", "g2")]
    assert decide_access(hats, "ranking.publish", TARGET).grant.grant == "g1"


def test_a_hat_that_is_not_held_is_refused_even_when_another_would_do() -> None:
    with pytest.raises(AccessDenied) as refused:
        decide_access([grant("office", "ledger")], "ranking.publish", TARGET, "admin@ledger")
    assert refused.value.reason == "hat-not-held"


def test_the_hat_named_is_the_only_one_that_counts() -> None:
    hats = [grant("office", "ledger", "g1"), grant("auditor", "ledger", "g2")]
    with pytest.raises(AccessDenied) as refused:
        decide_access(hats, "ranking.publish", TARGET, "auditor@ledger")
    assert refused.value.reason == "wrong-role"


def test_every_rule_says_why() -> None:
    assert all(rule.why for rule in RULES)


@pytest.mark.parametrize("role", ["office", "standing_committee", "auditor"])
def test_these_roles_see_everything(role: str) -> None:
    assert audience([grant(role, "ledger")]).everything


@pytest.mark.parametrize("scope", ["", "all", "unit:QH-Q01", "department:BTG"])
def test_no_scope_means_no_access_never_all(scope: str) -> None:
    assert audience([grant("auditor", scope)]).published_only


def test_an_administrator_and_a_stranger_see_published_versions_only() -> None:
    assert audience([grant("admin", "ledger")]).published_only
    assert audience([]).published_only


def test_a_unit_sees_its_own_row() -> None:
    seen = audience([grant("unit", "unit:QH-Q01")])
    assert seen.sees_row("QH-Q01")
    assert not seen.sees_row("QH-Q02")
    assert seen.sees_criterion("QH-Q01", ("BTG",))
    assert not seen.sees_criterion("QH-Q02", ("BTG",))


@pytest.mark.parametrize("role", ["department", "department_head"])
def test_a_department_sees_its_own_criteria_in_every_row(role: str) -> None:
    seen = audience([grant(role, "department:BTG")])
    assert seen.sees_criterion("QH-Q02", ("BTC", "BTG"))
    assert not seen.sees_criterion("QH-Q02", ("BTC",))
    assert not seen.sees_row("QH-Q02")


@pytest.mark.parametrize("role", ["team_leader", "team_secretary", "team_member"])
def test_a_team_sees_the_rows_of_its_units(role: str) -> None:
    seen = audience([grant(role, "team:DKT-1")])
    assert seen.sees_row("QH-Q01", "DKT-1")
    assert not seen.sees_row("QH-Q01", "DKT-2")
    assert not seen.sees_row("QH-Q01")


def test_hats_add_up_for_reading() -> None:
    seen = audience([grant("unit", "unit:A"), grant("department", "department:BTG")])
    assert seen.sees_row("A")
    assert seen.sees_criterion("B", ("BTG",))


def test_a_public_rulebook_widens_to_everybody_and_a_restricted_one_does_not() -> None:
    assert audience([], live_visibility="public").everything
    assert audience([], live_visibility="restricted").published_only
    assert audience([], live_visibility="PUBLIC").published_only
