"""A session over HTTP from briefing to reflections: what each audience sees of it, and what it never sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.town import START, Town, accepted, rules_of, set_up_cycle, town

MEMBERS = [
    {"person": f"dkt.{n}", "role": role, "name": f"Người {n}", "department": "BTG"}
    for n, role in enumerate(("leader", "secretary", "member"), start=1)
]
ROUND = {
    "round": "DOT-2020",
    "first_day": "2020-11-09",
    "last_day": "2020-11-20",
    "calendar": "lich-2020",
    "document_days_before": 3,
}
SESSION = {"unit": "QH-Q01", "team": "DKT-1", "date": "2020-11-09", "session": "MORNING"}
SUBORDINATES = {
    "unit": "QH-Q01",
    "document": "01-BC/ĐTN",
    "subordinates": [
        {"code": "S1", "name": "Phường 1", "kind": "ward_commune_township", "class": "EXCELLENT"},
        {"code": "S2", "name": "Quân sự", "kind": "armed_forces", "class": "GOOD"},
    ],
}
ATTENDANCE = {
    "unit": "QH-Q01",
    "attendees": [
        {"role": "secretary", "name": "Người Thứ Nhất", "subordinate": "S1"},
        {"role": "secretary", "name": "Người Thứ Hai", "subordinate": "S2"},
    ],
}
MODEL = {"unit": "QH-Q01", "ref": "MH-1", "title": "Phòng đọc", "text": "Ba điểm trường"}
LIMITATION = {
    "unit": "QH-Q01",
    "document": "05-TB/TĐTN",
    "limitations": [{"ref": "HC-1", "text": "Chậm báo cáo", "cycle": "2019"}],
}
NOT_THE_TEAM = ("bithu.q01", "bithu.q03", "btg", None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One unit on the schedule, all of its preparations stated, its session begun."""
    found = town(tmp_path_factory.mktemp("town"), ["scores", "inspections"])
    set_up_cycle(found)
    other = {"grant": "unit.q03", "sub": "bithu.q03", "role": "unit", "scope": "unit:QH-Q03", "from": START}
    scorer = {
        "grant": "btg.2",
        "sub": "dkt.1",
        "role": "department",
        "scope": "department:BTG",
        "from": START,
    }
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75"}
    accepted(
        (
            found.post("scores", "grants", other, "quantri"),
            found.post("scores", "grants", scorer, "quantri"),
            found.post("inspections", "rounds", ROUND, "vanphong"),
            found.post("inspections", "teams", {"team": "DKT-1", "members": MEMBERS}, "vanphong"),
        )
    )
    found.settle()
    briefing = {"department": "BTG", "about": "priority", "text": "Xem hồ sơ", "unit": "QH-Q01"}
    area = {"department": "BTG", "about": "note", "text": "Cả khu vực", "area": "QH"}
    elsewhere = {"department": "BTG", "about": "note", "text": "Nơi khác", "area": "LLVT"}
    accepted(
        (
            found.post("scores", "scores", score, "dkt.1"),
            found.post("inspections", "schedule", SESSION, "vanphong"),
            *(found.post("inspections", "briefings", one, "btg") for one in (briefing, area, elsewhere)),
            found.post("inspections", "subordinates", SUBORDINATES, "bithu.q01"),
            found.post("inspections", "attendance", ATTENDANCE, "bithu.q01"),
            found.post("inspections", "site", {"unit": "QH-Q01", "ready": True}, "bithu.q01"),
            found.post("inspections", "models", MODEL, "bithu.q01"),
            found.post("inspections", "limitations", LIMITATION, "vanphong"),
        )
    )
    found.settle()
    found.set_clock("2020-11-09T01:00:00.000000Z")
    party = {"unit": "QH-Q01", "attends": False, "text": "Bận họp"}
    override = {"unit": "QH-Q01", "override": {"reason": "Các Ban gửi bổ sung"}}
    minutes = {"unit": "QH-Q01", "items": [{"kind": "question", "text": "Kinh phí?"}]}
    finding = {"unit": "QH-Q01", "content": "II.1", "text": "Đủ hồ sơ"}
    view = {"unit": "QH-Q01", "ref": "MH-1", "initiative": "high", "text": "Tự đề xuất"}
    remedied = {"unit": "QH-Q01", "ref": "HC-1", "outcome": "partly", "text": "Còn trễ"}
    accepted(
        (
            found.post("inspections", "party-committee", party, "dkt.2"),
            found.post("inspections", "inspections/open", override, "dkt.1"),
            found.post("inspections", "minutes", minutes, "dkt.2"),
            found.post("inspections", "findings", finding, "dkt.2"),
            found.post("inspections", "models/assess", view, "dkt.1"),
            found.post("inspections", "limitations/assess", remedied, "dkt.1"),
        )
    )
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def conclusion(**changes: Any) -> dict[str, Any]:
    return {
        "unit": "QH-Q01",
        "strengths": "Mặt được",
        "limitations": "Hạn chế",
        "orientation": "Định hướng 2021",
        "scores": [{"criterion": code, "value": "2"} for code in ("8.1", "8.2", "8.3")],
        "adjustments": [{"criterion": "1.2", "to": "5", "reason": "Đối chiếu hồ sơ"}],
        **changes,
    }


def test_readiness_says_item_by_item_what_is_left_to_do(made: Town) -> None:
    found = made.get("inspections", "readiness?unit=QH-Q01", "bithu.q01").get_json()
    assert {one["item"]: one["state"] for one in found["checks"]} == {
        "subordinates": "ok",
        "sheet": "missing",
        "pack": "missing",
        "attendance": "warn",
        "site": "ok",
        "party_committee": "warn",
    }
    assert "NOT_COVERED.workers" not in found["attendance"]["deviations"]
    assert "KIND_UNREGISTERED.workers" in found["attendance"]["deviations"]


def test_no_name_of_an_attendee_enters_the_ledger_and_the_unit_and_its_team_still_read_them(
    made: Town,
) -> None:
    assert all("Người Thứ Nhất".encode() not in row.value for row in made.ledger("scores"))
    for sub in ("bithu.q01", "dkt.2", "vanphong"):
        found = made.get("inspections", "attendance?unit=QH-Q01", sub).get_json()
        assert [one["name"] for one in found["attendees"]] == ["Người Thứ Nhất", "Người Thứ Hai"]
    assert made.get("inspections", "attendance?unit=QH-Q01", "bithu.q03").status_code == 403
    assert made.get("inspections", "attendance?unit=QH-Q01").status_code == 401


def test_a_name_goes_on_request_and_the_chain_stays_as_it_is(made: Town) -> None:
    before = [row.value for row in made.ledger("inspections")]
    held = made.get("inspections", "attendance?unit=QH-Q01", "bithu.q01").get_json()
    person = held["attendees"][1]["person"]
    path = f"attendance/names?unit=QH-Q01&person={person}"
    for sub in ("bithu.q03", "dkt.1", "kiemtra"):
        assert made.send("DELETE", "inspections", path, None, sub).status_code == 403
    gone = made.send("DELETE", "inspections", path, None, "bithu.q01")
    assert (gone.status_code, gone.get_json()) == (200, {"removed": 1})
    again = made.send("DELETE", "inspections", path, None, "vanphong")
    assert (again.status_code, rules_of(again) or {"name-not-kept"}) == (404, {"name-not-kept"})
    after = made.get("inspections", "attendance?unit=QH-Q01", "bithu.q01").get_json()
    assert [one["name"] for one in after["attendees"]] == ["Người Thứ Nhất", None]
    with made.houses["inspections"].engine.connect() as connection:
        kept = connection.execute(text("select count(*) from inspections_attendees")).scalar_one()
    assert (kept, [row.value for row in made.ledger("inspections")]) == (1, before)


def test_the_dossier_is_for_the_team_and_a_unit_never_sees_a_briefing(made: Town) -> None:
    for sub in ("dkt.1", "dkt.3", "vanphong", "kiemtra"):
        found = made.get("inspections", "dossier?unit=QH-Q01", sub).get_json()
        assert [one["text"] for one in found["briefing"]] == ["Xem hồ sơ", "Cả khu vực"]
        assert found["scores"][0]["value"] == "5.75"
        leader_scored = [(one["rule"], one["person"], one["criterion"]) for one in found["conflicts"]]
        assert leader_scored == [("scorer", "dkt.1", "1.2")]
        assert (found["models"][0]["initiative"], found["limitations"][0]["outcome"]) == ("high", "partly")
    own = made.get("inspections", "dossier?unit=QH-Q01", "bithu.q01")
    assert own.status_code == 200
    assert not own.get_json().keys() & {"briefing", "conflicts"}
    assert "Xem hồ sơ" not in own.text
    for sub in ("bithu.q03", "btg"):
        assert made.get("inspections", "dossier?unit=QH-Q01", sub).status_code == 403
    assert made.get("inspections", "dossier?unit=QH-Q01").status_code == 401


def test_a_conclusion_is_delegated_signed_answered_amended_and_answered_again(made: Town) -> None:
    assert rules_of(made.post("inspections", "conclusions", conclusion(), "dkt.3")) <= {"not-delegated"}
    delegation = {"unit": "QH-Q01", "person": "dkt.3", "document": "12-UQ/ĐKT"}
    assert made.post("inspections", "conclusions/delegate", delegation, "dkt.2").status_code == 403
    accepted((made.post("inspections", "conclusions/delegate", delegation, "dkt.1"),))
    signed = made.post("inspections", "conclusions", conclusion(), "dkt.3")
    assert signed.status_code == 201, signed.text
    made.settle()
    asked = made.get("inspections", "adjustments?unit=QH-Q01", "bithu.q01").get_json()["adjustments"]
    assert [(one["criterion"], one["answer"]) for one in asked] == [("1.2", None)]
    answer = {"unit": "QH-Q01", "conclusion": asked[0]["conclusion"], "criterion": "1.2"}
    assert made.post("inspections", "adjustments/acknowledge", answer, "dkt.1").status_code == 403
    assert made.post("inspections", "adjustments/dispute", answer, "bithu.q01").status_code == 422
    accepted((made.post("inspections", "adjustments/acknowledge", answer, "bithu.q01"),))

    change = {"criterion": "1.2", "from_effective": "5", "to": "5.25", "reason": "Đọc lại"}
    amendment = {"reason": "Đọc nhầm", "adjustments": [change]}
    assert made.post("inspections", "conclusions/QH-Q01/amend", amendment, "dkt.3").status_code == 403
    accepted((made.post("inspections", "conclusions/QH-Q01/amend", amendment, "dkt.1"),))
    made.settle()
    stale = made.post("inspections", "conclusions/QH-Q01/amend", amendment, "dkt.1")
    assert (stale.status_code, rules_of(stale)) == (409, {"stale-adjustment"})
    asked = made.get("inspections", "adjustments?unit=QH-Q01", "dkt.2").get_json()["adjustments"]
    assert [(one["to"], one["answer"]) for one in asked] == [("5.25", None)]
    dispute = {**answer, "conclusion": asked[0]["conclusion"], "text": "Có minh chứng"}
    accepted((made.post("inspections", "adjustments/dispute", dispute, "bithu.q01"),))
    found = made.get("inspections", "adjustments?unit=QH-Q01", "vanphong").get_json()["adjustments"]
    assert (found[0]["answer"], found[0]["text"]) == ("disputed", "Có minh chứng")
    assert made.get("inspections", "adjustments?unit=QH-Q01", "bithu.q03").status_code == 403


def test_reflections_are_for_the_leader_alone_and_their_texts_stay_out_of_the_ledger(made: Town) -> None:
    report = {"team": "DKT-1", "text": "Điều tôi học được"}
    accepted(
        (
            made.post("inspections", "reflections", report, "dkt.3"),
            made.post("inspections", "reflections", {**report, "text": "Viết lại"}, "dkt.3"),
        )
    )
    made.settle()
    found = made.get("inspections", "reflections?team=DKT-1", "dkt.1").get_json()
    assert [(one["version"], one["text"]) for one in found["reflections"]] == [
        (1, "Điều tôi học được"),
        (2, "Viết lại"),
    ]
    assert [one["person"] for one in found["missing"]] == ["dkt.1", "dkt.2"]
    for sub in ("dkt.2", "dkt.3", "vanphong", "kiemtra", *NOT_THE_TEAM):
        seen = made.get("inspections", "reflections?team=DKT-1", sub)
        assert seen.status_code == (401 if sub is None else 403)
    assert all("Điều tôi học được".encode() not in row.value for row in made.ledger("inspections"))


def test_the_end_of_a_round_names_missing_reflections_and_waits_for_none(made: Town) -> None:
    found = made.get("inspections", "rounds/DOT-2020/closing", "vanphong").get_json()
    assert (found["closed"], found["unconcluded"]) == (False, [])
    assert [one["person"] for one in found["missing_reflections"]] == ["dkt.1", "dkt.2"]
    assert made.get("inspections", "rounds/DOT-9/closing", "vanphong").status_code == 404
    for sub in NOT_THE_TEAM:
        seen = made.get("inspections", "rounds/DOT-2020/closing", sub)
        assert seen.status_code == (401 if sub is None else 403)
    accepted((made.post("inspections", "rounds/DOT-2020/close", {"exceptions": []}, "vanphong"),))
    late = made.post(
        "inspections", "conclusions/QH-Q01/amend", {"reason": "Muộn", "strengths": "Khác"}, "dkt.1"
    )
    assert late.status_code == 409
