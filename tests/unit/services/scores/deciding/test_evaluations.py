"""Given an external evaluation, when it is received, then it stands once, whatever is wrong with its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scores.commands import AcknowledgeEvaluation, EvaluationRow, RecordEvaluation, RegisterUnit
from services.scores.state import State
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events.envelope import instant
from tests.support.deciding import NOW, Person, fits_catalogue, person
from tests.support.scored import ADMIN, OFFICE, Q01, given, set_up, when

BTN = person("department@department:BTN", sub="BTN-001")
HOI = person("department@department:BTK_HOI", sub="HOI-001")
SCHOOL_YEAR = "school_year_2019_2020"


def start() -> State:
    state = set_up()
    unit = RegisterUnit("QH-Q10", "QH", "urban_district", "Quận Đoàn 10")
    return given(state, *when(state, unit, ADMIN.doing("scores.register_unit")))


def evaluation(criterion: str = "4.2", to: str = "VP", **about: Any) -> RecordEvaluation:
    rows = (EvaluationRow("QH-Q01", "3.5"), EvaluationRow("QH-Q10", "4"))
    return replace(RecordEvaluation(criterion, "12-BC/BTN", to, rows), **about)


def refusal(state: State, command: Any, caller: Person = BTN) -> Refused:
    with pytest.raises(Refused) as caught:
        when(state, command, caller)
    return caught.value


def test_one_document_of_joint_authors_gives_a_value_to_each_unit() -> None:
    drafts = when(start(), evaluation(), BTN)
    assert fits_catalogue(drafts)
    received, *scores = [draft for draft in drafts if not draft.type.startswith("scoring.")]
    assert received.type == "evaluation.received.v1"
    assert received.data["authors"] == ["BTN", "NTN_TP"]
    assert received.data["units"] == 2
    assert [(draft.subject, draft.data["value"], draft.data["evaluation"]) for draft in scores] == [
        ("QH-Q01", "3.5", "4.2-1"),
        ("QH-Q10", "4", "4.2-1"),
    ]


def test_it_keeps_when_the_document_arrived() -> None:
    arrived = instant(NOW - timedelta(days=3))
    drafts = when(start(), evaluation(received_at=arrived), BTN)
    assert {draft.data["occurred_at"] for draft in drafts[:3]} == {arrived}
    later = instant(NOW + timedelta(seconds=1))
    assert refusal(start(), evaluation(received_at=later)).rule == "in-the-future"


def test_sent_to_the_wrong_recipient_it_stands_and_says_so() -> None:
    drafts = when(start(), evaluation("5.2", "VP"), HOI)
    assert drafts[0].data["addressed_to"] == "VP"


def test_the_same_content_to_the_same_recipient_is_a_duplicate_whatever_the_order_of_its_rows() -> None:
    state = given(start(), *when(start(), evaluation(), BTN))
    again = evaluation(entries=tuple(reversed(evaluation().entries)))
    error = refusal(state, again)
    assert (error.rule, error.status, error.faults[0].value) == ("duplicate-evaluation", 409, "4.2-1")


def test_a_duplicate_sent_to_the_other_recipient_is_a_copy_without_values() -> None:
    state = given(start(), *when(start(), evaluation("5.2", "VP"), HOI))
    drafts = when(state, evaluation("5.2", "inspection_teams"), HOI)
    assert fits_catalogue(drafts)
    assert [draft.type for draft in drafts] == ["evaluation.received.v1"]
    assert drafts[0].data["copy_of"] == "5.2-1"


def test_another_version_says_what_it_replaces_and_why() -> None:
    state = given(start(), *when(start(), evaluation(), BTN))
    other = evaluation(entries=(EvaluationRow("QH-Q01", "3"),))
    assert refusal(state, other).rule == "evaluation-exists"
    assert refusal(state, replace(other, supersedes="4.2-1")).rule == "reason-missing"
    assert refusal(state, replace(other, supersedes="9.9-1", reason="x")).rule == "unknown-evaluation"
    drafts = when(state, replace(other, supersedes="4.2-1", reason="tính lại"), BTN)
    assert drafts[0].data["supersedes"] == "4.2-1"
    after = given(state, *drafts)
    standing = after.units["QH-Q01"].standing("4.2", "external")
    assert standing is not None
    assert (standing.raw[0], standing.evaluation) == ("3", "4.2-2")
    assert after.evaluations["4.2-1"].superseded


def test_it_says_nothing_of_units_in_areas_to_which_it_does_not_apply() -> None:
    error = refusal(start(), evaluation(entries=(EvaluationRow("LLVT-BTL", "1"),)))
    assert (error.rule, error.faults[0].field) == ("not-applicable", "entries.0.criterion")


def test_a_school_year_result_states_its_own_year_so_the_next_years_file_is_refused() -> None:
    school = evaluation("5.1", "inspection_teams", period="school_year_2020_2021")
    assert refusal(start(), school, OFFICE).rule == "wrong-period"
    assert refusal(start(), replace(school, period=None), OFFICE).rule == "wrong-period"
    assert fits_catalogue(when(start(), replace(school, period=SCHOOL_YEAR), OFFICE))


def test_the_district_acknowledges_the_school_result_once() -> None:
    school = evaluation("5.1", "inspection_teams", period=SCHOOL_YEAR)
    state = given(start(), *when(start(), school, OFFICE))
    assert refusal(state, AcknowledgeEvaluation("5.1-9", "QH-Q01"), Q01).rule == "unknown-evaluation"
    drafts = when(state, AcknowledgeEvaluation("5.1-1", "QH-Q01"), Q01)
    assert fits_catalogue(drafts)
    state = given(state, *drafts)
    assert refusal(state, AcknowledgeEvaluation("5.1-1", "QH-Q01"), Q01).rule == "evaluation-acknowledged"


def test_a_criterion_of_a_department_takes_no_external_evaluation() -> None:
    assert refusal(start(), evaluation("1.2"), OFFICE).rule == "not-external"


def test_nobody_evaluates_for_other_authors() -> None:
    for other in (HOI, OFFICE, Q01):
        with pytest.raises(AccessDenied):
            when(start(), evaluation(), other)


@for_all(st.permutations(["QH-Q01", "QH-Q10"]), st.sampled_from(["0", "0.25", "3.75", "4"]))
def test_the_content_tells_the_same_evaluation_in_any_order(order: list[str], value: str) -> None:
    rows = tuple(EvaluationRow(unit, value) for unit in order)
    (received, *_) = when(start(), evaluation(entries=rows), BTN)
    (plain, *_) = when(start(), evaluation(entries=tuple(sorted(rows, key=lambda row: row.unit))), BTN)
    assert received.data["content"] == plain.data["content"]
