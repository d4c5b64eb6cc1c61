"""Given a ledger, when one more event comes, then whom it concerns, and how much of it he is told."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.scores.webhooks.concern import FOLLOWED, NOBODY, TYPES, Concern
from shared.events.catalogue import lookup
from tests.support.concerned import BOOK, OWNED, Told, with_rulebook
from tests.support.world import TIME

JOINT = next((leaf for leaf in BOOK.leaf.values() if leaf.joint), None)


@pytest.fixture
def given() -> Told:
    """Departments, and the rulebook of 2020 in force."""
    return with_rulebook()


def test_a_score_concerns_who_scores_the_criterion(given: Told) -> None:
    found = given.score("1.2")
    assert found == Concern(whole=frozenset({OWNED["1.2"]}))
    assert given.last is not None
    assert given.told(found, OWNED["1.2"]) == given.last.attributes
    assert given.told(found, "MOI") is None


def test_a_self_score_concerns_the_department_that_will_score_it(given: Told) -> None:
    assert given.score("1.2", stage="self", responsible="QH-Q01").whole == {OWNED["1.2"]}


def test_joint_authors_are_told_too(given: Told) -> None:
    assert JOINT is not None
    assert given.score(JOINT.id, stage="external").whole >= {JOINT.owner, *JOINT.joint}


def test_an_assignment_concerns_old_and_new_owner_and_moves_what_follows(given: Told) -> None:
    about = {"criterion": "1.2", "owner": "MOI", "from": TIME, "document": "5-TB"}
    assert given.when("scores", "scoring.assigned.v1", **about).whole == {OWNED["1.2"], "MOI"}
    assert given.score("1.2").whole == {"MOI"}


def test_an_answer_concerns_whom_the_value_concerned(given: Told) -> None:
    given.score("1.2", on_behalf_of="x")
    assert given.last is not None
    number = given.last.sequence
    assert given.when("scores", "score.disputed.v1", "QH-Q01", score=number, text="không phải").whole == {
        OWNED["1.2"]
    }
    assert given.when("scores", "score.confirmed.v1", "QH-Q01", scores=[number]).whole == {OWNED["1.2"]}
    assert given.when("scores", "score.confirmed.v1", "QH-Q01", scores=[999]) == NOBODY


def test_a_due_instant_concerns_all_who_score_or_the_owner_of_its_criterion(given: Told) -> None:
    about = {"due": TIME, "document": "5-TB"}
    assert given.when("scores", "scoring.due_set.v1", stage="department", **about).everybody
    assert given.when("scores", "scoring.due_set.v1", stage="self", **about) == NOBODY
    found = given.when("scores", "scoring.due_set.v1", stage="external", criterion="1.2", **about)
    assert found.whole == {OWNED["1.2"]}


def test_completeness_concerns_the_department(given: Told) -> None:
    found = given.when("scores", "scoring.completed.v1", "QH-Q01", department="BTG", criteria=3)
    assert found.whole == {"BTG"}
    found = given.when("scores", "scoring.reopened.v1", "QH-Q01", department="BTG", criteria=["1.2"])
    assert found.whole == {"BTG"}


def test_an_evaluation_concerns_its_authors_and_so_does_its_reading(given: Told) -> None:
    about = {
        "evaluation": "E-1",
        "criterion": "1.2",
        "document": "7-CV",
        "authors": ["NTN_TP"],
        "addressed_to": "VP",
        "units": 3,
        "content": "sha256:" + "a" * 64,
    }
    expected = {OWNED["1.2"], "NTN_TP"}
    assert given.when("scores", "evaluation.received.v1", **about).whole == expected
    found = given.when("scores", "evaluation.acknowledged.v1", "QH-Q01", evaluation="E-1")
    assert found.whole == expected


def test_a_decision_on_a_proposal_concerns_who_proposed_it(given: Told) -> None:
    about = {"code": "T1", "occurrence_ref": "QD-1"}
    stated = {**about, "occurred_on": "2020-05-19", "basis": "QĐ", "responsible": "MOI"}
    assert given.when("scores", "bonus.proposed.v1", "QH-Q01", **stated).whole == {"MOI"}
    other = {**stated, "responsible": OWNED["1.2"]}
    given.when("scores", "bonus.proposed.v1", "QH-Q01", **other)
    decided = {**about, "outcome": "accepted", **_decision()}
    assert given.when("ranking", "decision.bonus.v1", "QH-Q01", **decided).whole == {"MOI", OWNED["1.2"]}
    assert given.when("ranking", "decision.bonus.v1", "QH-Q03", **decided) == NOBODY
    assert given.when("ranking", "decision.penalty.v1", "QH-Q01", **decided) == NOBODY


def test_a_decided_criterion_and_what_is_said_of_it_concern_its_owner(given: Told) -> None:
    decided = {"criterion": "1.2", "stage": "standing", "points": "1", **_decision()}
    at = given.position
    assert given.when("ranking", "decision.score.v1", "QH-Q01", **decided).whole == {OWNED["1.2"]}
    assert given.when("ranking", "decision.disputed.v1", "QH-Q01", decision=at).whole == {OWNED["1.2"]}


def test_the_admission_of_a_late_score_concerns_who_gave_it(given: Told) -> None:
    at = given.position
    given.score("1.2")
    about = {"fact": at, "outcome": "accepted", **_decision()}
    assert given.when("ranking", "decision.late_fact.v1", "QH-Q01", **about).whole == {OWNED["1.2"]}


def test_grants_of_a_department_concern_it_and_no_others_do(given: Told) -> None:
    about = {"grant": "g1", "sub": "ai", "role": "department", "from": TIME}
    assert given.when("scores", "grant.given.v1", "grant:g1", scope="department:BTG", **about).whole == {
        "BTG"
    }
    ended = {"until": TIME, "reason": "hết việc"}
    assert given.when("scores", "grant.ended.v1", "grant:g1", grant="g1", **ended).whole == {"BTG"}
    other = {**about, "grant": "g2"}
    assert given.when("scores", "grant.given.v1", "grant:g2", scope="ledger", **other) == NOBODY
    assert given.when("scores", "grant.ended.v1", "grant:g2", grant="g2", **ended) == NOBODY


def test_a_conclusion_is_cut_down_to_the_departments_own_criteria(given: Told) -> None:
    mine, other = "1.2", next(leaf for leaf, owner in OWNED.items() if owner != OWNED["1.2"])
    adjusted = [
        {"criterion": leaf, "from_self": "1", "from_effective": "2", "to": to, "reason": f"lý do {to}"}
        for leaf, to in ((mine, "3.25"), (other, "4.75"))
    ]
    found = given.when(
        "inspections",
        "conclusion.signed.v1",
        "QH-Q01",
        team="DKT1",
        strengths="ưu điểm",
        limitations="hạn chế riêng",
        orientation="hướng",
        scores=[{"criterion": other, "value": "9.25"}],
        adjustments=adjusted,
        recognised_models=[],
    )
    assert set(found.part) == {OWNED[mine], OWNED[other]}
    said = given.told(found, OWNED[mine])
    assert said["data"]["adjustments"] == adjusted[:1]
    assert said["data"]["scores"] == []
    assert "signature" not in said
    text = orjson.dumps(said).decode()
    for secret in ("4.75", "9.25", "hạn chế riêng", "ưu điểm", "lý do 4.75"):
        assert secret not in text
    assert given.told(found, "MOI") is None


def test_an_amended_conclusion_tells_what_was_withdrawn_to_its_owner(given: Told) -> None:
    found = given.when(
        "inspections", "conclusion.amended.v1", "QH-Q01", team="DKT1", reason="r", withdrawn=["1.2"]
    )
    assert given.told(found, OWNED["1.2"])["data"]["withdrawn"] == ["1.2"]


@pytest.mark.parametrize(
    ("service", "type_", "data"),
    [
        ("inspections", "round.closed.v1", {"round": "DOT-1", "exceptions": []}),
        ("scores", "unit.renamed.v1", {"name": "x", "valid_from": "2020-01-01", "document": "1"}),
        ("ranking", "result.published.v1", {"version": 1}),
        ("scores", "rulebook.adopted.v1", {"digest": "d", "version": "2", "parts": 1}),
    ],
)
def test_what_changes_for_everybody_concerns_everybody(
    given: Told, service: str, type_: str, data: dict[str, Any]
) -> None:
    assert given.when(service, type_, **data) == Concern(everybody=True)


@pytest.mark.parametrize("type_", ["unit.registered.v1", "veto.recorded.v1", "selfassessment.submitted.v1"])
def test_anything_else_concerns_nobody(given: Told, type_: str) -> None:
    assert given.when("scores", type_, "QH-Q01", area="QH", kind="k", name="n") == NOBODY


def test_every_type_that_is_told_is_one_of_the_catalogue() -> None:
    assert [type_ for type_ in (*TYPES, *sorted(FOLLOWED)) if lookup(type_) is None] == []


def _decision() -> dict[str, str]:
    return {"meeting": "12", "date": "2020-11-20", "document": "9-KL", "text": "đồng ý", "responsible": "BTV"}
