"""Given a ledger, when a score is commanded, then it is stated or refused (plan III.3, rulebook 3-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import (
    AdoptRulebook,
    Batch,
    ChangeVeto,
    Command,
    OpenCycle,
    Propose,
    RecordScore,
    RegisterDepartment,
    RegisterUnit,
    WithdrawScore,
)
from services.scores.decider import decide_batch
from services.scores.state import State, fold
from shared.access import AccessDenied
from shared.batch import PARTIAL, MalformedRow
from shared.decisions import Fault, Refused
from shared.events.envelope import instant
from shared.rulebook import number
from shared.rulebook.loader import load
from tests.support.deciding import NOW, RULEBOOK, fits_catalogue, person, rulebook
from tests.support.scored import ADMIN, BTG, OFFICE, Q01, given, score, set_up, when

SET_UP = set_up()
EVIDENCE = ({"name": "qd-12.pdf", "sha256": "sha256:" + "0" * 64, "size": 10},)


def refusal(command: object, caller: object = BTG, state: object = SET_UP) -> Refused:
    with pytest.raises(Refused) as caught:
        when(state, command, caller)  # type: ignore[arg-type]
    return caught.value


def test_a_department_scores_its_own_criterion() -> None:
    drafts = when(SET_UP, score("1.2", "5.75"), BTG)
    assert fits_catalogue(drafts)
    (draft,) = drafts
    assert (draft.type, draft.subject) == ("score.recorded.v1", "QH-Q01")
    assert draft.data["value"] == "5.75"
    assert draft.data["responsible"] == "BTG"
    assert "on_behalf_of" not in draft.data
    assert draft.data["rulebook"] == rulebook().digest
    assert draft.data["occurred_at"] == instant(NOW)


def test_a_zero_is_a_score() -> None:
    assert when(SET_UP, score("1.2", "0"), BTG)[0].data["value"] == "0"


def test_a_missing_value_is_refused_and_is_not_zero() -> None:
    assert refusal(score("1.2")).rule == "value-missing"


@pytest.mark.parametrize(
    ("command", "rule", "field"),
    [
        (score("1.2", "6.25"), "above-maximum", "value"),
        (score("1.2", "-0.25"), "below-minimum", "value"),
        (score("1.2", "5.80"), "off-step", "value"),
        (score("1.2", "8,5"), "not-a-number", "value"),
        (score("1.2", "NaN"), "not-a-number", "value"),
        (score("1.2", "1e400"), "not-a-number", "value"),
        (score("1.2", "1." + "0" * 30), "not-a-number", "value"),
        (score("1.2", "5", target="6"), "target-not-wanted", "target"),
        (score("1.2", state="NO_TARGET"), "token-not-allowed", "state"),
        (score("9.9", "1"), "unknown-criterion", "criterion"),
        (score("1.2", "5", unit="QH-Q99"), "unknown-unit", "unit"),
        (score("1.2", "5", unit="QH-CU"), "unit-not-open", "unit"),
        (score("1.2", "5", period="school_year_2019_2020"), "period-not-wanted", "period"),
        (score("1.2", "5", stage="external"), "stage-closed", "stage"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_what_breaks_a_rule_is_refused_with_its_name_and_field(
    command: RecordScore, rule: str, field: str
) -> None:
    error = refusal(command)
    assert error.rule == rule
    assert error.faults[0].field == field
    assert error.faults[0].vi != error.faults[0].en


def test_a_criterion_that_does_not_apply_in_the_area_is_refused() -> None:
    btn = person("department@department:BTN")
    error = refusal(score("4.2", "1", stage="external", unit="LLVT-BTL"), btn)
    assert error.rule == "not-applicable"


def test_a_ratio_needs_a_target_or_the_word_that_there_is_none() -> None:
    bmt = person("department@department:BMT")
    assert refusal(score("2.1", "118"), bmt).rule == "target-missing"
    assert refusal(score("2.1", "118", target="0"), bmt).rule == "target-not-positive"
    assert when(SET_UP, score("2.1", "118", target="120"), bmt)[0].data["target"] == "120"
    assert when(SET_UP, score("2.1", state="NO_TARGET"), bmt)[0].data["state"] == "NO_TARGET"


def test_a_school_year_result_states_its_period() -> None:
    assert refusal(score("5.1", "6", stage="external"), OFFICE).rule == "wrong-period"
    command = score("5.1", "6", stage="external", period="school_year_2019_2020")
    assert fits_catalogue(when(SET_UP, command, OFFICE))


def test_a_department_may_not_score_another_departments_criterion() -> None:
    with pytest.raises(AccessDenied) as caught:
        when(SET_UP, score("6.2", "5"), BTG)
    assert caught.value.reason == "wrong-scope"


def test_a_joint_author_may_state_the_value_and_the_owner_stays_responsible() -> None:
    joint = person("department@department:NTN_TP")
    (draft,) = when(SET_UP, score("4.2", "3.5", stage="external"), joint)
    assert draft.data["responsible"] == "BTN"


def test_the_office_enters_for_a_public_service_unit_that_stays_responsible() -> None:
    (draft, *_) = when(SET_UP, score("2.2", "13", document="45-BC/TST"), OFFICE)
    assert draft.data["responsible"] == "TST"
    assert draft.data["on_behalf_of"] == "TST"
    assert draft.data["actor"]["role"] == "office"


def test_the_office_scores_its_own_criterion_in_its_own_name() -> None:
    (draft,) = when(SET_UP, score("7.2", "0"), OFFICE)
    assert draft.data["responsible"] == "VP"
    assert "on_behalf_of" not in draft.data


def test_the_office_may_not_enter_for_a_department_that_types_itself() -> None:
    with pytest.raises(AccessDenied):
        when(SET_UP, score("1.2", "5"), OFFICE)


def test_a_unit_scores_itself_and_nobody_else() -> None:
    (draft,) = when(SET_UP, score("1.2", "6", stage="self"), Q01)
    assert draft.data["responsible"] == "QH-Q01"
    with pytest.raises(AccessDenied):
        when(SET_UP, score("1.2", "6", stage="self", unit="LLVT-BTL"), Q01)
    with pytest.raises(AccessDenied):
        when(SET_UP, score("1.2", "6"), Q01)


def test_an_administrator_gives_no_scores() -> None:
    with pytest.raises(AccessDenied) as caught:
        when(SET_UP, score("1.2", "5"), person("admin@ledger"))
    assert caught.value.reason == "wrong-role"


def test_a_rulebook_that_is_not_in_force_is_a_conflict() -> None:
    error = refusal(score("1.2", "5", rulebook="sha256:" + "1" * 64))
    assert (error.rule, error.status) == ("rulebook-not-in-force", 409)


def test_a_back_dated_entry_keeps_when_it_happened_and_a_future_one_is_refused() -> None:
    past = instant(NOW - timedelta(days=2))
    assert when(SET_UP, score("1.2", "5", occurred_at=past), BTG)[0].data["occurred_at"] == past
    future = instant(NOW + timedelta(microseconds=1))
    assert refusal(score("1.2", "5", occurred_at=future)).rule == "in-the-future"


def test_a_correction_stands_beside_the_older_value_and_a_withdrawal_reveals_it() -> None:
    place = ("1.2", "department")
    state = given(SET_UP, *when(SET_UP, score("1.2", "5"), BTG))
    assert refusal(score("1.2", "5.5"), state=state).faults[0].field == "reason"
    state = given(state, *when(state, score("1.2", "5.5", reason="đối chiếu lại"), BTG))
    assert len(state.units["QH-Q01"].values[place]) == 2
    withdrawn = when(state, WithdrawScore("QH-Q01", "1.2", "department", "nhập nhầm"), BTG)
    assert fits_catalogue(withdrawn)
    state = given(state, *withdrawn)
    assert len(state.units["QH-Q01"].values[place]) == 1


def test_nothing_can_be_withdrawn_twice() -> None:
    command = WithdrawScore("QH-Q01", "1.2", "department", "nhập nhầm")
    state = given(SET_UP, *when(SET_UP, score("1.2", "5"), BTG))
    state = given(state, *when(state, command, BTG))
    error = refusal(command, BTG, state)
    assert (error.rule, error.status) == ("nothing-to-withdraw", 409)


@for_all(quarters=st.integers(min_value=-40, max_value=80))
def test_entered_points_are_accepted_exactly_from_zero_to_the_maximum(quarters: int) -> None:
    text = number.show(Fraction(quarters, 4), 2)
    if 0 <= quarters <= 24:
        assert when(SET_UP, score("1.2", text), BTG)[0].data["value"] == text
    else:
        assert refusal(score("1.2", text)).rule in ("above-maximum", "below-minimum")


@for_all(hundredths=st.integers(min_value=0, max_value=600))
def test_a_value_off_the_step_is_refused_never_rounded(hundredths: int) -> None:
    text = f"{hundredths // 100}.{hundredths % 100:02d}"
    if hundredths % 25:
        assert refusal(score("1.2", text)).rule == "off-step"
    else:
        assert when(SET_UP, score("1.2", text), BTG)[0].data["value"] == text


# --- bonus, penalty, veto


def bonus(ref: str = "QD-12", **about: object) -> Propose:
    base = Propose("bonus", "QH-Q01", "T1", ref, "2020-05-19", "Quyết định 12", evidence=EVIDENCE)
    return replace(base, **about)  # type: ignore[arg-type]


def test_a_bonus_is_proposed_with_its_evidence() -> None:
    drafts = when(SET_UP, bonus(), BTG)
    assert fits_catalogue(drafts)
    assert drafts[0].type == "bonus.proposed.v1"
    assert drafts[0].data["responsible"] == "BTG"


def test_a_body_cannot_propose_the_same_occurrence_again_but_another_may() -> None:
    state = given(SET_UP, *when(SET_UP, bonus(), BTG))
    error = refusal(bonus(), BTG, state)
    assert (error.rule, error.status) == ("duplicate-proposal", 409)
    assert when(state, bonus(), person("department@department:TST"))


def test_two_real_occurrences_of_one_code_are_two_proposals() -> None:
    state = given(SET_UP, *when(SET_UP, bonus(), BTG))
    assert when(state, bonus("QD-13"), BTG)


@for_all(day=st.dates(min_value=rulebook().period.start.replace(year=2018)))
def test_only_what_happened_within_the_period_can_be_proposed(day: object) -> None:
    command = bonus(occurred_on=str(day))
    if rulebook().period.holds(day):  # type: ignore[arg-type]
        assert when(SET_UP, command, BTG)
    else:
        assert refusal(command).rule == "outside-period"


def test_a_penalty_for_an_event_of_2019_is_refused() -> None:
    penalty = bonus(kind="penalty", code="P1", occurred_on="2019-12-31")
    assert refusal(penalty).rule == "outside-period"
    assert when(SET_UP, replace(penalty, occurred_on="2020-01-01"), BTG)


def test_a_proposal_needs_a_known_code_and_evidence_and_leaves_fixed_amounts_alone() -> None:
    assert refusal(bonus(code="T9")).rule == "unknown-code"
    assert refusal(bonus(evidence=())).rule == "evidence-missing"
    assert refusal(bonus(points="1")).rule == "points-not-wanted"


def test_the_office_enters_a_proposal_for_a_department() -> None:
    (draft,) = when(SET_UP, bonus(department="TST"), OFFICE)
    assert (draft.data["responsible"], draft.data["on_behalf_of"]) == ("TST", "TST")
    assert refusal(bonus(department="XYZ"), OFFICE).rule == "unknown-department"


def test_a_veto_is_recorded_once_lifted_once_and_only_as_the_rulebook_says() -> None:
    record = ChangeVeto("QH-Q01", "V1", "12-QD/UBKT")
    drafts = when(SET_UP, record, OFFICE)
    assert fits_catalogue(drafts)
    state = given(SET_UP, *drafts)
    assert refusal(record, OFFICE, state).rule == "veto-in-force"
    lifted = when(state, replace(record, lift=True), OFFICE)
    assert lifted[0].type == "veto.lifted.v1"
    assert refusal(replace(record, lift=True), OFFICE).rule == "veto-not-in-force"
    # V2 is the Committee's decision, V3 is derived: neither is recorded here.
    assert refusal(replace(record, veto="V2"), OFFICE).rule == "unknown-veto"
    assert refusal(replace(record, veto="V3"), OFFICE).rule == "unknown-veto"


def test_a_veto_fact_outside_the_period_is_refused() -> None:
    late = person("office@ledger").at(NOW.replace(year=2021))
    assert refusal(ChangeVeto("QH-Q01", "V1", "12-QD"), late).rule == "outside-period"


# --- batches

GOOD, BAD = score("1.2", "5"), score("1.3", "5.10")


def test_one_bad_row_refuses_the_whole_batch_and_names_the_row() -> None:
    with pytest.raises(Refused) as caught:
        decide_batch(SET_UP, Batch((GOOD, BAD)), BTG)
    assert [fault.field for fault in caught.value.faults] == ["scores.1.value"]


def test_a_partial_batch_keeps_its_good_rows() -> None:
    malformed = MalformedRow((Fault("unknown-field", "vi", "en", "diem"),))
    result = decide_batch(SET_UP, Batch((GOOD, BAD, malformed), PARTIAL), BTG)
    assert [row.draft is not None for row in result.rows] == [True, False, False]
    assert result.rows[2].faults[0].field == "scores.2.diem"
    assert fits_catalogue(result.drafts)


def test_a_batch_in_which_nothing_is_good_is_refused_in_either_mode() -> None:
    with pytest.raises(Refused):
        decide_batch(SET_UP, Batch((BAD,), PARTIAL), BTG)


def test_a_row_that_is_not_the_callers_to_score_is_refused_as_forbidden() -> None:
    with pytest.raises(Refused) as caught:
        decide_batch(SET_UP, Batch((score("6.2", "5"),)), BTG)
    assert (caught.value.status, caught.value.rule) == (403, "wrong-scope")


@for_all(values=st.lists(st.integers(min_value=0, max_value=24), min_size=1, max_size=12))
def test_a_batch_states_what_its_rows_would_state_one_by_one(values: list[int]) -> None:
    rows = tuple(score("1.2", number.show(Fraction(value, 4), 2), reason="sửa") for value in values)
    together = decide_batch(SET_UP, Batch(rows), BTG).drafts
    state, apart = SET_UP, []
    for row in rows:
        drafts = when(state, row, BTG)
        state = fold(drafts, state)
        apart += drafts
    assert together == apart


def signed_by_heads() -> State:
    """A ledger whose rulebook asks a head to submit (policy ``signoff``)."""
    text = RULEBOOK.read_text("utf-8").replace("signoff: none", "signoff: head")
    state = fold(
        when(State(), OpenCycle("Năm 2020", "2020-01-01", "2020-12-31"), ADMIN.doing("scores.open_cycle"))
    )
    setting_up: tuple[tuple[str, Command], ...] = (
        ("scores.adopt_rulebook", AdoptRulebook(load(text))),
        ("scores.register_unit", RegisterUnit("QH-Q01", "QH", "urban_district", "Quận Đoàn 1")),
        ("scores.register_department", RegisterDepartment("BTG", "Ban Tuyên giáo", "department")),
    )
    for operation, command in setting_up:
        state = given(state, *when(state, command, ADMIN.doing(operation)))
    return state


def test_where_the_head_signs_a_specialist_only_drafts_and_one_event_names_both() -> None:
    state = signed_by_heads()
    error = refusal(score("1.2", "5"), state=state)
    assert (error.rule, error.status) == ("signoff-needed", 409)
    head = person("department_head@department:BTG", sub="BTG-TRUONG")
    (draft, *_) = when(state, score("1.2", "5", entered_by="BTG-001"), head)
    assert fits_catalogue([draft])
    assert (draft.data["actor"]["sub"], draft.data["entered_by"]) == ("BTG-TRUONG", "BTG-001")


def test_where_the_head_signs_a_specialist_takes_nothing_back_that_the_head_has_stated() -> None:
    head = person("department_head@department:BTG", sub="BTG-TRUONG")
    state = signed_by_heads()
    state = given(state, *when(state, score("1.2", "5"), head))
    withdrawal = WithdrawScore("QH-Q01", "1.2", "department", "nhầm")
    error = refusal(withdrawal, state=state)
    assert (error.rule, error.status) == ("signoff-needed", 409)
    (draft, *_) = when(state, withdrawal, head)
    assert draft.type == "score.withdrawn.v1"


def test_nobody_but_a_head_says_for_whom_he_submits() -> None:
    assert refusal(score("1.2", "5", entered_by="BTG-002")).rule == "entered-by-not-wanted"


def test_where_nobody_has_to_sign_a_head_scores_like_a_specialist() -> None:
    head = person("department_head@department:BTG")
    assert when(SET_UP, score("1.2", "5"), head)[0].data["responsible"] == "BTG"


def test_the_correction_of_a_correction_leaves_all_three_values_and_their_reasons() -> None:
    state = given(SET_UP, *when(SET_UP, score("1.2", "5"), BTG))
    drafts = []
    for value, reason in (("5.5", "đối chiếu"), ("5.25", "đối chiếu lại")):
        (draft,) = when(state, score("1.2", value, reason=reason), BTG)
        state, drafts = given(state, draft), [*drafts, draft]
    entries = state.units["QH-Q01"].values["1.2", "department"]
    assert [entry.raw[0] for entry in entries] == ["5", "5.5", "5.25"]
    assert [draft.data["reason"] for draft in drafts] == ["đối chiếu", "đối chiếu lại"]
