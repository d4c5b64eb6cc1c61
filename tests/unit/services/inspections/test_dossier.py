"""Given what the ledger holds of a unit, when its dossier is read, then nothing is lost and all is marked."""

from __future__ import annotations

from typing import Any

import pytest

from services.inspections.dossier import dossier
from shared.events import Event
from tests.support.world import World

DIGEST = "sha256:" + "0" * 64
MORNING, NOON, NIGHT = (f"2020-11-04T{hour}:00:00.000000Z" for hour in ("01", "05", "15"))
DECIDED = {"meeting": "Phiên 1", "date": "2020-11-17", "document": "01-MH", "text": "Quyết định"}
CONCLUDED = {
    "team": "DKT-1",
    "strengths": "a",
    "limitations": "b",
    "orientation": "c",
    "recognised_models": [],
}


class Told:
    """Facts about QH-Q01, or about several units where ``subject`` says so."""

    def __init__(self) -> None:
        self.world = World("hcmc/2020", services=("scores", "inspections", "ranking"))
        self.events: list[Event] = []

    def tell(
        self,
        service: str,
        type_: str,
        /,
        subject: str = "QH-Q01",
        sub: str = "btg",
        at: str = MORNING,
        **data: Any,
    ) -> int:
        actor = {"sub": sub, "role": "department", "scope": "department:BTG"}
        facts = {"occurred_at": at, "actor": actor, **data}
        self.events.append(Event.parse(self.world.event(service, f"{type_}.v1", subject, facts)))
        return self.events[-1].sequence

    def score(self, value: str, stage: str = "department", **about: Any) -> int:
        about = {"criterion": "1.2", "rulebook": DIGEST, "responsible": "BTG", **about}
        return self.tell("scores", "score.recorded", stage=stage, value=value, **about)

    def conclude(self, **about: Any) -> int:
        data = {**CONCLUDED, "scores": [], "adjustments": [], **about}
        return self.tell("inspections", "conclusion.signed", sub="NV-001", **data)

    def seen(self, *members: str) -> dict[str, Any]:
        return dossier(self.events, "QH", members)


@pytest.fixture
def told() -> Told:
    return Told()


def values(found: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(one["stage"], one["value"], one["withdrawn"]) for one in found["scores"]]


def test_of_a_unit_nobody_spoke_of_every_list_is_empty(told: Told) -> None:
    found = told.seen()
    assert (found.pop("minutes"), found.pop("opening")) == (None, None)
    assert {name for name, held in found.items() if held == []} == found.keys()
    assert {
        "briefing",
        "scores",
        "proposals",
        "evaluations",
        "limitations",
        "models",
        "findings",
    } <= found.keys()


def test_a_briefing_of_the_unit_or_of_its_area_is_read_and_of_another_area_it_is_not(told: Told) -> None:
    about = {"department": "BTG", "about": "note"}
    told.tell("inspections", "briefing.issued", text="Riêng", **about)
    told.tell("inspections", "briefing.issued", subject="*", area="QH", text="Cả khu vực", **about)
    told.tell("inspections", "briefing.issued", subject="*", area="LLVT", text="Nơi khác", **about)
    found = told.seen()["briefing"]
    assert [(one["text"], one["whole_area"]) for one in found] == [("Riêng", False), ("Cả khu vực", True)]


def test_every_value_of_every_stage_is_there_with_who_said_it_when(told: Told) -> None:
    told.score("6", "self", sub="bithu.q01", responsible="QH-Q01")
    told.score("5", at=NOON)
    told.conclude(scores=[{"criterion": "8.1", "value": "2"}])
    told.tell("ranking", "decision.score", criterion="1.2", stage="standing", points="5.5", **DECIDED)
    found = told.seen()
    assert set(values(found)) == {
        ("self", "6", False),
        ("department", "5", False),
        ("inspection", "2", False),
        ("standing", "5.5", False),
    }
    department = next(one for one in found["scores"] if one["stage"] == "department")
    assert (department["by"], department["responsible"], department["at"]) == ("btg", "BTG", NOON)


def test_an_adjustment_is_a_value_of_the_inspection_at_the_points_it_sets(told: Told) -> None:
    change = {"criterion": "1.2", "from_self": "6", "from_effective": "5", "to": "4", "reason": "Đối chiếu"}
    told.conclude(adjustments=[change])
    assert values(told.seen()) == [("inspection", "4", False)]


def test_a_state_or_a_target_is_kept_beside_the_value(told: Told) -> None:
    told.tell("scores", "score.recorded", criterion="1.1", stage="self", state="NO_TARGET", rulebook=DIGEST)
    told.score("85", "self", criterion="1.1", target="100")
    assert [(one["value"], one["state"], one["target"]) for one in told.seen()["scores"]] == [
        (None, "NO_TARGET", None),
        ("85", None, "100"),
    ]


def test_a_withdrawal_marks_the_latest_value_of_its_stage_and_no_other(told: Told) -> None:
    told.score("6", "self")
    told.score("4")
    told.score("5")
    told.tell("scores", "score.withdrawn", criterion="1.2", stage="department", reason="Nhầm")
    assert values(told.seen()) == [
        ("self", "6", False),
        ("department", "4", False),
        ("department", "5", True),
    ]
    told.tell("scores", "score.withdrawn", criterion="1.2", stage="department", reason="Nhầm")
    assert values(told.seen())[1:] == [("department", "4", True), ("department", "5", True)]


def test_what_was_stated_last_is_withdrawn_even_when_it_happened_first(told: Told) -> None:
    told.score("4", at=NOON)
    told.score("5", at=MORNING)
    told.tell("scores", "score.withdrawn", criterion="1.2", stage="department", reason="Nhầm")
    assert values(told.seen()) == [("department", "5", True), ("department", "4", False)]


def test_a_withdrawal_of_what_is_not_there_changes_nothing(told: Told) -> None:
    told.score("4")
    told.tell("scores", "score.withdrawn", criterion="1.2", stage="external", reason="Nhầm")
    assert values(told.seen()) == [("department", "4", False)]


def test_an_amendment_adds_its_values_and_withdraws_those_it_names(told: Told) -> None:
    told.conclude(scores=[{"criterion": "8.1", "value": "2"}])
    told.tell(
        "inspections",
        "conclusion.amended",
        team="DKT-1",
        reason="Sót",
        scores=[{"criterion": "8.2", "value": "3"}],
        withdrawn=["8.1"],
    )
    found = told.seen()["scores"]
    assert [(one["criterion"], one["value"], one["withdrawn"]) for one in found] == [
        ("8.1", "2", True),
        ("8.2", "3", False),
    ]


def test_a_decided_score_that_is_taken_back_is_marked(told: Told) -> None:
    told.tell("ranking", "decision.score", criterion="1.2", stage="standing", points="5.5", **DECIDED)
    told.tell("ranking", "decision.score_withdrawn", criterion="1.2", stage="standing", **DECIDED)
    assert values(told.seen()) == [("standing", "5.5", True)]


def test_a_score_that_somebody_of_the_team_entered_for_a_department_is_a_conflict(told: Told) -> None:
    number = told.score("5", sub="NV-007")
    told.score("4", "external", sub="NV-008")
    told.score("6", "self", sub="NV-007")
    told.conclude(scores=[{"criterion": "8.1", "value": "2"}])
    conflicts = told.seen("NV-001", "NV-007")["conflicts"]
    assert conflicts == [{"rule": "scorer", "person": "NV-007", "criterion": "1.2", "number": number}]
    assert told.seen()["conflicts"] == []


def evaluation(told: Told, name: str, **about: Any) -> None:
    data = {
        "evaluation": name,
        "criterion": "4.2",
        "document": f"{name}-CV",
        "authors": ["BTN", "NTN_TP"],
        "addressed_to": "VP",
        "units": 24,
        "content": DIGEST,
        **about,
    }
    told.tell("scores", "evaluation.received", subject="*", **data)


def test_an_evaluation_is_shown_where_one_of_the_units_scores_cites_it(told: Told) -> None:
    evaluation(told, "E1")
    evaluation(told, "E2")
    told.score("4", "external", criterion="4.2", evaluation="E1")
    found = told.seen()["evaluations"]
    assert [(one["evaluation"], one["document"], one["authors"]) for one in found] == [
        ("E1", "E1-CV", ["BTN", "NTN_TP"])
    ]


@pytest.mark.parametrize(
    ("due", "late"), [(NIGHT, False), (NOON, True), ("2020-11-04T05:00:00.000001Z", False), (None, False)]
)
def test_an_evaluation_is_late_from_the_due_instant_on(told: Told, due: str | None, late: bool) -> None:
    if due is not None:
        told.tell("scores", "scoring.due_set", subject="*", stage="external", due=due, document="12-KH")
    told.score("4", "external", criterion="4.2", evaluation="E1")
    evaluation(told, "E1", at=NOON)
    assert [one["late"] for one in told.seen()["evaluations"]] == [late]


def test_the_due_instant_of_the_criterion_itself_goes_before_that_of_the_stage(told: Told) -> None:
    told.tell("scores", "scoring.due_set", subject="*", stage="external", due=MORNING, document="12-KH")
    for criterion, due in (("4.2", NIGHT), ("5.2", MORNING)):
        about = {"stage": "external", "criterion": criterion, "due": due, "document": "13-KH"}
        told.tell("scores", "scoring.due_set", subject="*", **about)
    told.tell("scores", "scoring.due_set", subject="*", stage="self", due=MORNING, document="14-KH")
    told.score("4", "external", criterion="4.2", evaluation="E1")
    evaluation(told, "E1", at=NOON)
    assert [one["late"] for one in told.seen()["evaluations"]] == [False]


def test_an_evaluation_that_a_later_version_replaces_says_so(told: Told) -> None:
    evaluation(told, "E1")
    evaluation(told, "E2", supersedes="E1", reason="Sửa")
    for name in ("E1", "E2"):
        told.score("4", "external", criterion="4.2", evaluation=name)
    assert [(one["evaluation"], one["superseded"]) for one in told.seen()["evaluations"]] == [
        ("E1", True),
        ("E2", False),
    ]


@pytest.mark.parametrize("kind", ["bonus", "penalty"])
def test_a_proposal_is_there_with_its_basis_and_evidence(told: Told, kind: str) -> None:
    file = {"name": "qd.pdf", "sha256": DIGEST, "size": 10}
    about = {"code": "B1", "occurrence_ref": "QD-12", "occurred_on": "2020-06-01", "basis": "Bằng khen"}
    told.tell("scores", f"{kind}.proposed", responsible="BTG", evidence=[file], **about)
    (found,) = told.seen()["proposals"]
    assert (found["kind"], found["by"], found["basis"], found["evidence"]) == (
        kind,
        "BTG",
        "Bằng khen",
        [file],
    )


def test_limitations_say_where_they_are_from_and_what_became_of_each(told: Told) -> None:
    carried = [{"ref": f"HC-{n}", "text": "Chậm", "cycle": "2019"} for n in (1, 2)]
    told.tell("inspections", "limitation.carried", limitations=carried, document="05-TB")
    inherited = [{"ref": "HC-3", "text": "Ít", "cycle": "2019", "unit": "QH-CU1"}]
    told.tell("inspections", "limitation.carried", limitations=inherited)
    told.tell("inspections", "limitation.assessed", ref="HC-2", outcome="partly", text="Còn trễ")
    found = told.seen()["limitations"]
    assert [(one["ref"], one["document"], one["outcome"]) for one in found] == [
        ("HC-1", "05-TB", None),
        ("HC-2", "05-TB", "partly"),
        ("HC-3", None, None),
    ]
    assert (found[1]["assessment"], found[2]["unit"]) == ("Còn trễ", "QH-CU1")


def test_a_model_that_is_reworded_stays_one_and_keeps_its_assessment(told: Told) -> None:
    told.tell("inspections", "model.registered", ref="MH-1", title="Cũ", text="a")
    told.tell("inspections", "model.registered", ref="MH-1", title="Mới", text="b")
    told.tell("inspections", "model.assessed", ref="MH-1", initiative="high", text="Tốt")
    assert told.seen()["models"] == [
        {"ref": "MH-1", "title": "Mới", "text": "b", "initiative": "high", "assessment": "Tốt"}
    ]


def test_findings_and_the_newest_minutes_are_there(told: Told) -> None:
    told.tell("inspections", "finding.recorded", content="II.1", text="Đủ")
    for version in (1, 2):
        items = [{"kind": "question", "text": f"Bản {version}"}]
        told.tell("inspections", "minutes.recorded", version=version, items=items)
    found = told.seen()
    assert [(one["content"], one["text"]) for one in found["findings"]] == [("II.1", "Đủ")]
    assert (found["minutes"]["version"], found["minutes"]["items"][0]["text"]) == (2, "Bản 2")


def test_an_event_that_this_code_does_not_understand_says_nothing(told: Told) -> None:
    told.tell("scores", "score.recorded", criterion="1.2")
    told.tell("ranking", "finding.recorded", content="II.1", text="Giả")
    found = told.seen()
    assert (found["scores"], found["findings"]) == ([], [])
