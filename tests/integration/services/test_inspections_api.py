"""The inspections service over HTTP: schedule, pack, gate, conclusion, and what a reader may see of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.support.deciding import rulebook
from tests.support.town import LEDGER, Town, accepted, rules_of, set_up_cycle, town

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


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A small 2020 with a round, a team, and one unit on its day; only criterion 1.2 is scored."""
    found = town(tmp_path_factory.mktemp("town"), ["scores", "inspections"])
    set_up_cycle(found)
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75"}
    accepted(
        (
            found.post("scores", "scores", score, "btg"),
            found.post("inspections", "rounds", ROUND, "vanphong"),
            found.post("inspections", "teams", {"team": "DKT-1", "members": MEMBERS}, "vanphong"),
        )
    )
    found.settle()
    accepted((found.post("inspections", "schedule/batch", {"sessions": [SESSION]}, "vanphong"),))
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def test_a_batch_of_sessions_names_the_row_that_cannot_be(made: Town) -> None:
    rows = [{**SESSION, "unit": "QH-Q03", "session": "AFTERNOON"}, {**SESSION, "unit": "LLVT-BTL"}]
    response = made.post("inspections", "schedule/batch", {"sessions": rows}, "vanphong")
    assert (response.status_code, rules_of(response)) == (409, {"team-busy"})
    assert response.get_json()["errors"][0]["field"] == "sessions.1.session"


def test_a_pack_with_a_slot_that_is_neither_file_nor_reason_is_refused(made: Town) -> None:
    body = {"unit": "QH-Q01", "manifest": [{"document": "REPORT"}]}
    response = made.post("inspections", "packs", body, "bithu.q01")
    assert (response.status_code, rules_of(response)) == (422, {"file-or-reason"})


def test_the_way_of_an_inspection_from_pack_to_conclusion(made: Town) -> None:
    manifest = [
        {"document": one.id, "name": "a.pdf", "sha256": "sha256:" + "a" * 64, "size": 1}
        for one in rulebook().required_documents
    ]
    pack = made.post("inspections", "packs", {"unit": "QH-Q01", "manifest": manifest}, "bithu.q01")
    data = pack.get_json()["receipts"][0]["data"]
    assert (data["complete"], data["on_time"], data["due"]) == (True, True, "2020-11-06T17:00:00.000000Z")

    made.set_clock("2020-11-09T01:00:00.000000Z")
    closed = made.post("inspections", "inspections/open", {"unit": "QH-Q01"}, "dkt.1")
    assert (closed.status_code, rules_of(closed)) == (409, {"gate-closed"})
    override = {"unit": "QH-Q01", "override": {"reason": "Các Ban gửi bổ sung"}}
    assert made.post("inspections", "inspections/open", override, "dkt.2").status_code == 403
    opened = made.post("inspections", "inspections/open", override, "dkt.1")
    data = opened.get_json()["receipts"][0]["data"]
    assert "1.2" not in data["missing_scores"]
    assert "1.1" in data["missing_scores"]
    assert data["base_position"] == len(made.ledger("inspections"))

    conclusion: dict[str, Any] = {
        "unit": "QH-Q01",
        "strengths": "Mặt được",
        "limitations": "Hạn chế",
        "orientation": "Định hướng 2021",
        "scores": [{"criterion": code, "value": "2"} for code in ("8.1", "8.2", "8.3")],
        "adjustments": [
            {"criterion": "1.2", "from_effective": "5.50", "to": "5", "reason": "Đối chiếu hồ sơ"}
        ],
    }
    stale = made.post("inspections", "conclusions", conclusion, "dkt.1")
    assert (stale.status_code, rules_of(stale)) == (409, {"stale-adjustment"})
    conclusion["adjustments"][0]["from_effective"] = "5.75"
    assert made.post("inspections", "conclusions", conclusion, "dkt.2").status_code == 403
    signed = made.post("inspections", "conclusions", conclusion, "dkt.1")
    assert signed.status_code == 201, signed.text
    made.settle()
    assert made.ledger("scores")[-1].type == "conclusion.signed.v1"
    done = made.post("inspections", "rounds/DOT-2020/close", {"exceptions": []}, "vanphong")
    assert done.status_code == 201, done.text


def test_readiness_is_for_who_may_see_the_unit(made: Town) -> None:
    answer = made.get("inspections", "readiness?unit=QH-Q01", "bithu.q01")
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert (found["team"], found["date"]) == ("DKT-1", "2020-11-09")
    assert made.get("inspections", "readiness?unit=QH-Q01", "dkt.3").status_code == 200
    assert made.get("inspections", "readiness?unit=QH-Q99", "vanphong").status_code == 404


def test_the_schedule_is_open_to_everybody_and_the_service_describes_itself(made: Town) -> None:
    schedule = made.get("inspections", "schedule").get_json()
    assert [row["unit"] for row in schedule["sessions"]] == ["QH-Q01"]
    document = made.apps["inspections"].test_client().get("/inspections/openapi.json").get_json()
    validate(document)
    assert "/inspections/v1/{org}/{cycle}/inspections/open" in document["paths"]
    assert made.apps["inspections"].test_client().get(f"/inspections/{LEDGER}/").status_code == 200
    assert made.apps["inspections"].test_client().get("/inspections/").status_code == 200
