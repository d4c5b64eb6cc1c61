"""A conclusion before it is signed, over HTTP: a draft of the team, compared with the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.inspections_site import demo_round
from tests.support.scores_site import PEOPLE
from tests.support.town import ADMIN, LEDGER, Town, accepted, rules_of

LEADER, DEPUTY, SECRETARY, MEMBER = "NV-001", "NV-002", "NV-003", "NV-004"
OTHER_TEAM = ("NV-010", "NV-012")
PATH = "conclusions/draft?unit=QH-Q01"
ADJUSTMENT = {"criterion": "1.2", "from_self": None, "from_effective": "5", "to": "4", "reason": "Đối chiếu"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The round, with the session of QH-Q01 opened past the gate; BTG has scored 1.2 with 5."""
    made = demo_round(tmp_path_factory.mktemp("drafts"), units=["QH-Q01", "QH-Q03", "LLVT-BTL"])
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5"}
    accepted([made.post("scores", "scores", score, "btg")])
    made.settle()
    made.set_clock("2020-11-09T06:30:00.000000Z")
    opening = {"unit": "QH-Q01", "override": {"reason": "Đến giờ"}}
    accepted([made.post("inspections", "inspections/open", opening, LEADER)])
    made.settle()
    yield made
    for house in made.houses.values():
        house.engine.dispose()


def put(made: Town, body: Any, sub: str | None, tag: str | None, path: str = PATH) -> TestResponse:
    """PUT with ``If-Match: "tag"``."""
    headers = {} if sub is None else {"Authorization": f"Bearer {made.issuer.issue(sub)}"}
    if tag is not None:
        headers["If-Match"] = f'"{tag}"'
    client = made.apps["inspections"].test_client()
    return client.put(f"/inspections/v1/{LEDGER}/{path}", json=body, headers=headers)


def tag_of(made: Town, sub: str = SECRETARY) -> str:
    return str(made.get("inspections", PATH, sub).headers["ETag"]).strip('"')


def test_the_secretary_keeps_a_draft_and_the_leader_reads_it_with_who_saved_it_last(town: Town) -> None:
    none = town.get("inspections", PATH, SECRETARY).get_json()
    assert (none["version"], none["draft"], none["edited_by"]) == (0, {}, None)
    draft = {"strengths": "Đoàn kết", "adjustments": [ADJUSTMENT], "ready": True}
    kept = put(town, draft, SECRETARY, "draft-0")
    assert (kept.status_code, kept.headers["ETag"]) == (200, '"draft-1"')
    assert kept.headers["Cache-Control"] == "private, no-store"
    for sub in (LEADER, DEPUTY, MEMBER):
        found = town.get("inspections", PATH, sub).get_json()
        assert (found["draft"], found["edited_by"]) == (draft, SECRETARY)
        assert found["edited_at"] == "2020-11-09T06:30:00.000000Z"


def test_nobody_overwrites_what_he_has_not_read(town: Town) -> None:
    tag = tag_of(town)
    assert put(town, {"strengths": "A"}, LEADER, None).status_code == 428
    assert put(town, {"strengths": "A"}, LEADER, tag).status_code == 200
    late = put(town, {"strengths": "B"}, SECRETARY, tag)
    assert (late.status_code, late.headers["ETag"].strip('"')) == (412, tag_of(town))
    again = put(town, {"strengths": "A"}, LEADER, tag)  # its answer was lost: sending again is no conflict
    assert (again.status_code, again.headers["ETag"].strip('"')) == (200, tag_of(town))


def test_only_the_team_of_the_unit_sees_a_draft_and_only_two_of_it_write(town: Town) -> None:
    outsiders = [*PEOPLE, *OTHER_TEAM, ADMIN]
    read = {sub: town.get("inspections", PATH, sub).status_code for sub in outsiders}
    assert read == dict.fromkeys(outsiders, 403)
    assert town.get("inspections", PATH).status_code == 401
    tag = tag_of(town)
    written = {sub: put(town, {}, sub, tag).status_code for sub in (*outsiders, DEPUTY, MEMBER)}
    assert written == dict.fromkeys((*outsiders, DEPUTY, MEMBER), 403)
    assert put(town, {}, None, tag).status_code == 401
    check = {"unit": "QH-Q01", "adjustments": [ADJUSTMENT]}
    asked = {sub: town.post("inspections", "conclusions/check", check, sub).status_code for sub in outsiders}
    assert asked == dict.fromkeys(outsiders, 403)


@pytest.mark.parametrize(
    "bad",
    [
        {"strengths": "x" * 4001},
        {"scores": [{"criterion": "8.1", "value": "1"}] * 61},
        {"adjustments": [ADJUSTMENT] * 101},
        {"note": "?"},
        {"scores": [{"value": "1"}]},
    ],
)
def test_a_draft_is_bounded_and_says_only_what_a_conclusion_can_say(town: Town, bad: dict[str, Any]) -> None:
    tag = tag_of(town)
    assert put(town, bad, SECRETARY, tag).status_code == 422
    assert tag_of(town) == tag


def test_a_draft_may_be_wrong_and_the_check_says_where_it_is(town: Town) -> None:
    wrong = {**ADJUSTMENT, "to": "một"}
    assert put(town, {"adjustments": [wrong]}, SECRETARY, tag_of(town)).status_code == 200
    asked = {
        "unit": "QH-Q01",
        "scores": [{"criterion": "8.1", "value": "99"}, {"criterion": "1.2", "value": "1"}],
        "adjustments": [
            {"criterion": "1.2", "to": "một"},
            {"criterion": "8.2", "to": "1"},
            {"criterion": "1.2", "to": "2"},
            {"criterion": "9.9", "to": "2"},
        ],
    }
    found = town.post("inspections", "conclusions/check", asked, SECRETARY)
    assert found.status_code == 200, found.text
    faults = {(one["field"], one["rule"]) for one in found.get_json()["faults"]}
    assert faults >= {
        ("scores.1.criterion", "not-an-inspection-leaf"),
        ("adjustments.1.criterion", "not-an-adjustment"),
        ("adjustments.2.criterion", "criterion-twice"),
        ("adjustments.3.criterion", "unknown-criterion"),
    }
    assert {field for field, _ in faults} >= {"scores.0.value", "adjustments.0.to"}
    assert found.get_json()["missing"] == ["8.2", "8.3"]


def test_the_check_tells_what_each_adjustment_corrects_now_and_which_are_stale(town: Town) -> None:
    asked = {"unit": "QH-Q01", "adjustments": [ADJUSTMENT, {"criterion": "1.1", "to": "2"}]}
    fresh = town.post("inspections", "conclusions/check", asked, LEADER).get_json()
    assert fresh["adjustments"] == [
        {"criterion": "1.2", "from_self": None, "from_effective": "5", "stale": False, "change": "-1"},
        {"criterion": "1.1", "from_self": None, "from_effective": None, "stale": False, "change": "2"},
    ]
    again = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.5", "reason": "Đếm lại"}
    accepted([town.post("scores", "scores", again, "btg")])
    town.settle()
    now = town.post("inspections", "conclusions/check", asked, LEADER).get_json()
    first = now["adjustments"][0]
    assert (first["from_effective"], first["stale"], first["change"]) == ("5.5", True, "-1.5")
    assert now["base_position"] > fresh["base_position"]


def test_a_unit_without_a_session_has_no_draft(town: Town) -> None:
    for sub, path in ((LEADER, "conclusions/draft?unit=QH-NONE"), ("vanphong", PATH)):
        assert town.get("inspections", path, sub).status_code == 403


def test_the_draft_goes_with_the_signature_and_none_can_follow_it(town: Town) -> None:
    tag = tag_of(town)
    assert put(town, {"strengths": "Bản cuối"}, SECRETARY, tag).status_code == 200
    conclusion = {
        "unit": "QH-Q01",
        "strengths": "Mặt được",
        "limitations": "Hạn chế",
        "orientation": "Định hướng",
        "scores": [{"criterion": code, "value": "1"} for code in ("8.1", "8.2", "8.3")],
        "adjustments": [ADJUSTMENT],
    }
    stale = town.post("inspections", "conclusions", conclusion, LEADER)
    assert (stale.status_code, rules_of(stale)) == (409, {"stale-adjustment"})
    assert town.get("inspections", PATH, LEADER).get_json()["draft"] == {"strengths": "Bản cuối"}
    conclusion["adjustments"] = [{**ADJUSTMENT, "from_effective": "5.5"}]
    accepted([town.post("inspections", "conclusions", conclusion, LEADER)])
    gone = town.get("inspections", PATH, LEADER).get_json()
    assert (gone["version"], gone["draft"]) == (0, {})
    after = put(town, {"strengths": "Muộn"}, SECRETARY, "draft-0")
    assert (after.status_code, after.get_json()["type"].rpartition(":")[2]) == (409, "already-concluded")
